//! Where past events come from: the journal, in pages, as the shell's journal thread serves them.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use rydra_core::event::StateEvent;
use rydra_core::state::NodeState;
use rydra_core::unit::EventId;

/// The journal could not be read now: what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryError(pub String);

impl fmt::Display for HistoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for HistoryError {}

/// A page or a checkpoint on its way.
pub type Reading<T> = Pin<Box<dyn Future<Output = Result<T, HistoryError>> + Send>>;

/// Paged reads of durable events.
pub trait HistorySource: Send + Sync {
    /// Durable events from `from` (inclusive) on, ascending and dense, about `max_bytes` of them; at least one
    /// if there is one.
    fn read_events(&self, from: EventId, max_bytes: usize) -> Reading<Vec<StateEvent>>;

    /// The latest stored state that holds events up to an id below `id`, and that id. `None`: fold from the
    /// beginning.
    fn checkpoint_before(&self, id: EventId) -> Reading<Option<(EventId, NodeState)>>;
}
