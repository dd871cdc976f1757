//! The committed corpora of the fuzz targets, replayed on a stable toolchain without libFuzzer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

/// What each target asserts; the package in `fuzz/` is not part of the workspace.
#[path = "../../fuzz/src/lib.rs"]
mod fuzz;
