//! What is waited for is said on standard error once it takes longer than a moment: silence looks like a hang.

use std::io::Write;
use std::time::{Duration, Instant};

use super::now;

/// A wait that is shorter is not worth a line.
const MOMENT: Duration = Duration::from_secs(2);

/// Time between two lines.
const AGAIN: Duration = Duration::from_secs(5);

/// One wait.
#[derive(Debug)]
pub(super) struct Waiting {
    what: String,
    most: Option<Duration>,
    began: Instant,
    next: Duration,
}

impl Waiting {
    /// Waits for this, at most for so long.
    pub fn new(what: impl Into<String>, most: Option<Duration>) -> Self {
        Self { what: what.into(), most, began: now(), next: MOMENT }
    }

    /// So far.
    pub fn passed(&self) -> Duration {
        now().saturating_duration_since(self.began)
    }

    /// Whether it took as long as it may.
    pub fn is_over(&self) -> bool {
        self.most.is_some_and(|most| self.passed() >= most)
    }

    /// To be called at each look: says what is seen when a line is due.
    pub fn look(&mut self, seen: &str) {
        if let Some(line) = self.line(self.passed(), seen) {
            // Nobody may be left to read it; that is no reason to end.
            let _ = writeln!(std::io::stderr(), "rydra: {line}");
        }
    }

    fn line(&mut self, passed: Duration, seen: &str) -> Option<String> {
        if passed < self.next {
            return None;
        }
        self.next = passed + AGAIN;
        let left = match self.most {
            Some(most) => format!("{} s left", most.saturating_sub(passed).as_secs()),
            None => format!("{} s so far", passed.as_secs()),
        };
        Some(format!("{}: {seen} ({left})", self.what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_after_a_moment_and_then_every_few_seconds() {
        let mut waiting = Waiting::new("waiting for h:1", Some(Duration::from_secs(60)));
        let mut lines = Vec::new();
        for tenth in 0..100 {
            lines.extend(waiting.line(Duration::from_millis(tenth * 100), "refused"));
        }
        assert_eq!(
            lines,
            ["waiting for h:1: refused (58 s left)", "waiting for h:1: refused (53 s left)"]
        );
        let mut endless = Waiting::new("reading", None);
        let line = endless.line(Duration::from_secs(3), "7 messages");
        assert_eq!(line.as_deref(), Some("reading: 7 messages (3 s so far)"));
    }
}
