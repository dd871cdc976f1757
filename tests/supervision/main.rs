//! Actors that panic or stall under load, and nodes that are asked to stop (`head-logic.md` 10.4,
//! `robustness.md` R16, R17).
//!
//! `RYDRA_TORTURE_PANICS` is how often each actor panics at its place (5; 50 when `RYDRA_TORTURE` is set),
//! `RYDRA_TORTURE_FAULTS` how often each is killed, panics and stalls on request (2; 100).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod budget;
mod endure;
mod injected;
mod opening;
mod panics;
mod stalls;
mod stops;
mod world;
