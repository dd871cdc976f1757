//! The client API over real sockets, with a HeadLogic and a journal that do what a test says. No test sleeps:
//! each waits for a message, or for a condition with a deadline.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs
)]

mod fan_out;
mod faults;
mod harness;
mod history;
mod http;
mod inputs;
mod rebuilds;
