//! How the API reaches HeadLogic, which can be rebuilt at any time.

use std::sync::Arc;

use actix::prelude::Recipient;
use tokio::sync::{Semaphore, watch};

use crate::head_logic::messages::Submit;

/// One life of HeadLogic.
#[derive(Clone)]
pub struct Generation {
    /// Increases with every rebuild.
    pub number: u64,
    /// Its mailbox.
    pub submit: Recipient<Submit>,
}

/// A clonable handle of the current HeadLogic: where inputs go, the credit of the clients' lane, and news of
/// rebuilds.
#[derive(Clone)]
pub struct HeadLogicLink {
    current: watch::Receiver<Option<Generation>>,
    lane: Arc<Semaphore>,
}

/// The supervisor's end of the links.
pub struct HeadLogicSlot(watch::Sender<Option<Generation>>);

impl HeadLogicLink {
    /// A link without a HeadLogic yet, over the clients' lane.
    #[must_use]
    pub fn new(lane: Arc<Semaphore>) -> (HeadLogicSlot, Self) {
        let (sender, current) = watch::channel(None);
        (HeadLogicSlot(sender), Self { current, lane })
    }

    /// Where inputs go now; `None` while HeadLogic is being rebuilt.
    #[must_use]
    pub fn current(&self) -> Option<Generation> {
        self.current.borrow().clone()
    }

    /// The clients' lane.
    #[must_use]
    pub fn lane(&self) -> Arc<Semaphore> {
        Arc::clone(&self.lane)
    }

    /// News of rebuilds; the first item is the next change.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<Option<Generation>> {
        let mut changes = self.current.clone();
        changes.mark_unchanged();
        changes
    }
}

impl HeadLogicSlot {
    /// A HeadLogic is alive. Every session sends what it has unsettled, in its order.
    pub fn install(&self, submit: Recipient<Submit>) {
        self.0.send_modify(|slot| {
            let number = slot.as_ref().map_or(1, |generation| generation.number + 1);
            *slot = Some(Generation { number, submit });
        });
    }
}
