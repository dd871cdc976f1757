//! The one clock of all connections: pings and write deadlines. It depends on no socket and no session, so a
//! connection that is stuck is found by something that is not (`robustness.md` R7).

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::time::Instant;

use super::metrics::ApiMetrics;

/// What a look found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    /// All well.
    Fine,
    /// Took nothing for the write deadline; its socket was shut.
    Stalled,
    /// The connection is over.
    Gone,
}

/// Something with a deadline.
pub(crate) trait Swept: Send + Sync {
    /// Looks, and acts.
    fn sweep(&self, now: Instant) -> Health;
}

/// Everything that is looked at.
#[derive(Default)]
pub(crate) struct Sweeper {
    all: Mutex<Vec<Weak<dyn Swept>>>,
}

impl Sweeper {
    /// Watches from now on, until it is dropped.
    pub fn watch(&self, one: Weak<dyn Swept>) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).push(one);
    }

    /// Looks at everything once.
    pub fn sweep(&self, now: Instant, metrics: &ApiMetrics) {
        let mut all = std::mem::take(&mut *self.all.lock().unwrap_or_else(PoisonError::into_inner));
        all.retain(|one| match one.upgrade().map(|one| one.sweep(now)) {
            Some(Health::Fine) => true,
            Some(Health::Stalled) => {
                ApiMetrics::count(&metrics.cut_write_deadline);
                true
            }
            Some(Health::Gone) | None => false,
        });
        self.all.lock().unwrap_or_else(PoisonError::into_inner).append(&mut all);
    }

    /// Looks again and again, until nobody else holds the sweeper.
    pub async fn run(this: Weak<Self>, interval: Duration, metrics: Arc<ApiMetrics>) {
        loop {
            tokio::time::sleep(interval).await;
            let Some(sweeper) = this.upgrade() else { return };
            sweeper.sweep(Instant::now(), &metrics);
        }
    }
}
