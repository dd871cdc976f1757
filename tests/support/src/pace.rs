//! Rates and times that a run has to reach.
//!
//! Long runs (`RYDRA_TORTURE`) are judged by the figures of the contract. Short ones share the machine with other
//! tests and builds, and the same figures would only tell how busy it is: they need a tenth, so that there was a
//! load and no standstill.

use std::time::Duration;

/// How much slower than in a long run a short one may be.
const SLACK: u32 = 10;

fn is_long() -> bool {
    std::env::var_os("RYDRA_TORTURE").is_some()
}

/// The least rate of this run, where a long one needs `full`.
#[must_use]
pub fn rate_min(full: f64) -> f64 {
    if is_long() { full } else { full / f64::from(SLACK) }
}

/// The longest time of this run, where a long one may take `full`.
#[must_use]
pub fn at_most(full: Duration) -> Duration {
    if is_long() { full } else { full * SLACK }
}
