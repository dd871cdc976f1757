//! The head protocol as stories, one file per step of `src/step`, over real transactions and the real ledger.
//!
//! Goal: each rule of the contract (`docs/PROTOCOL.md`) is shown by a story that names it. Method: production
//! machines in a world without clocks, sockets and chance (`world`); every input checks every invariant.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]
#![allow(missing_docs, reason = "the names of stories are their documentation")]

mod ack_sn;
mod chain;
mod commitment;
mod durability;
mod new_tx;
mod random;
mod req_sn;
mod req_tx;
mod world;
