//! A node on a disk that is full, read-only, slow or failing: work is refused with the reason, what was promised is
//! kept, and the node goes on by itself (`robustness.md` R10, ADR 0016).
//!
//! `RYDRA_TORTURE_DISK` (10) calls of a life are made to fail, for each error of a disk; with `RYDRA_TORTURE=1` all.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod blocked;
mod failed_sync;
mod points;
mod slow;
mod tmpfs;
mod world;
