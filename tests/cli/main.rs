//! The binary as an operator meets it: help, keys, refusals, sources of settings, log lines, metrics.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod harness;
mod keys;
mod logs;
mod metrics;
mod panics;
mod settings;
mod tx_plutus;
mod tx_usage;
mod tx_validate;
mod tx_world;
mod usage;
