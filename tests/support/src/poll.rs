//! The one place where a test waits for another process without being told.

use std::thread::park_timeout;
use std::time::Duration;

use crate::{HarnessError, failed, now, since};

/// Pause between two looks. Another process cannot wake us; one millisecond keeps measured times honest
/// to about that, and costs a core next to nothing.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// Looks until `look` gives a value, at most for `deadline`. The last complaint becomes the error.
///
/// # Errors
/// When the deadline passes first.
pub fn poll_until<T>(
    deadline: Duration,
    mut look: impl FnMut() -> Result<T, String>,
) -> Result<T, HarnessError> {
    let start = now();
    loop {
        match look() {
            Ok(value) => return Ok(value),
            Err(seen) if since(start) >= deadline => {
                return Err(failed(format!("after {} ms: {seen}", deadline.as_millis())));
            }
            Err(_) => park_timeout(LOOK_AGAIN),
        }
    }
}
