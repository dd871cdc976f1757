//! Repeated warnings: each site speaks at most once per interval and then tells how often it was silent
//! (`robustness.md` R13). Metrics count every one.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::observe::clock;

/// Shortest time between two lines of one site: an operator reads one line in ten seconds, and sees in it
/// how many there were.
pub const INTERVAL: Duration = Duration::from_secs(10);

/// Sites by their names; a closed list in the code, so this stays small.
#[derive(Debug, Default)]
pub struct Limiter(BTreeMap<&'static str, Site>);

#[derive(Debug)]
struct Site {
    spoke: Instant,
    suppressed: u64,
}

impl Limiter {
    /// Whether the site may speak now, and how many lines of it were suppressed since it last did.
    pub fn pass(&mut self, site: &'static str, now: Instant) -> Option<u64> {
        let Some(known) = self.0.get_mut(site) else {
            self.0.insert(site, Site { spoke: now, suppressed: 0 });
            return Some(0);
        };
        if now.saturating_duration_since(known.spoke) < INTERVAL {
            known.suppressed += 1;
            return None;
        }
        known.spoke = now;
        Some(std::mem::take(&mut known.suppressed))
    }
}

/// [`Limiter::pass`] now, for sites without a limiter of their own; one for the process.
pub fn pass(site: &'static str) -> Option<u64> {
    static SITES: Mutex<Limiter> = Mutex::new(Limiter(BTreeMap::new()));
    SITES.lock().unwrap_or_else(PoisonError::into_inner).pass(site, clock::monotonic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_speaks_once_per_interval_and_says_how_often_it_was_silent() {
        let (mut limiter, start) = (Limiter::default(), clock::monotonic());
        assert_eq!(limiter.pass("a", start), Some(0));
        assert_eq!(limiter.pass("a", start), None);
        assert_eq!(limiter.pass("a", start + INTERVAL / 2), None);
        assert_eq!(limiter.pass("b", start), Some(0), "sites do not share a limit");
        assert_eq!(limiter.pass("a", start + INTERVAL), Some(2));
        assert_eq!(limiter.pass("a", start + 2 * INTERVAL), Some(0));
    }
}
