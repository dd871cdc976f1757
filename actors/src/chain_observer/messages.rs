//! The vocabulary of `ChainObserver`.

use actix::Message;
use actix::prelude::Recipient;
use rydra_core::effect::Wish;
use rydra_core::state::NodeState;
use rydra_core::unit::Slot;

use super::offline::is_fresh;
use crate::head_logic::messages::Decide;

/// The transactions wanted on layer 1; replaces the earlier set. Sent by `HeadLogic` once durable, and
/// again with every tick until the observation arrives.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct Want {
    /// All wishes.
    pub wishes: Vec<Wish>,
}

/// HeadLogic was started or rebuilt: observe again from what is durable.
#[derive(Clone, Message)]
#[rtype(result = "()")]
pub struct Resume {
    /// The HeadLogic to go on with. Nothing else reaches it before this message was handled.
    pub head_logic: Recipient<Decide>,
    /// Whether the head is still to be opened.
    pub fresh: bool,
    /// Slot of the last observation: none before it is made again, even if the clock went back.
    pub last_slot: Option<Slot>,
}

impl Resume {
    /// From where the chain goes on after what this state has seen.
    #[must_use]
    pub fn after(state: &NodeState, head_logic: Recipient<Decide>) -> Self {
        let last_slot = state.last_known.map(|point| point.slot);
        Self { head_logic, fresh: is_fresh(state), last_slot }
    }
}
