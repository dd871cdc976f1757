//! Bad input and bad surroundings against the real node: what was seen, what was needed, what to do; nothing
//! lost, nothing panics.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod greedy;
mod hanging;
mod injected;
mod journal;
mod malformed;
mod memory;
mod mismatch;
mod site;
mod start;
