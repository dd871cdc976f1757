//! Harness of the process-level tests: a node is a process that can be killed, a client is a blocking socket.
//!
//! Everything is bounded by a deadline and fails with what was seen, never with a bare timeout.

pub mod client;
pub mod disk;
pub mod faults;
pub mod guards;
pub mod invariant;
pub mod life;
pub mod load;
pub mod node;
mod output;
pub mod payments;
pub mod poll;
pub mod random;

use std::fmt;
use std::time::{Duration, Instant};

/// Why a step of a test could not be done.
#[derive(Debug)]
pub struct HarnessError(pub String);

impl fmt::Display for HarnessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for HarnessError {}

/// Makes an error of anything that can be shown.
pub(crate) fn failed(what: impl fmt::Display) -> HarnessError {
    HarnessError(what.to_string())
}

/// The monotonic clock of the harness, read in this one place.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "the harness measures real processes")]
pub fn now() -> Instant {
    Instant::now()
}

/// Time since `start`.
#[must_use]
pub fn since(start: Instant) -> Duration {
    now().saturating_duration_since(start)
}
