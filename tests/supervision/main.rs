//! Actors that panic or stall under load, and nodes that are asked to stop (`head-logic.md` 10.4,
//! `robustness.md` R16, R17).
//!
//! `RYDRA_TORTURE_PANICS` is how often each actor panics (5; 50 when `RYDRA_TORTURE` is set).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod budget;
mod opening;
mod panics;
mod stalls;
mod stops;
mod world;
