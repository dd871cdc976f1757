//! The one place of the shell that reads clocks; everywhere else time is an argument or comes from here.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use rydra_core::unit::UtcTime;

/// Wall clock. A clock before 1970 counts as 1970: the node is then unsynced, not dead.
#[expect(clippy::disallowed_methods, reason = "this is the clock of the shell")]
#[must_use]
pub fn now() -> UtcTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UtcTime::from_unix_nanos(i128::try_from(since.as_nanos()).unwrap_or(i128::MAX / 1_000_000))
}

/// Monotonic clock, for durations and deadlines.
#[expect(clippy::disallowed_methods, reason = "this is the clock of the shell")]
#[must_use]
pub fn monotonic() -> Instant {
    Instant::now()
}
