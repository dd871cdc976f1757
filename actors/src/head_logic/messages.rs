//! The whole vocabulary of `HeadLogic`.

use actix::Message;
use actix::prelude::Recipient;
use rydra_core::input::{ClientInput, Input};
use rydra_core::unit::{NetworkPosition, UtcTime};
use tokio::sync::OwnedSemaphorePermit;

use crate::chain_observer::messages::Resume;

/// A session of one client; unique in the life of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u64);

/// A client's input. Sent by `ApiSession` and by waiting HTTP requests; sent again after a rebuild while
/// not yet [`Settled`].
#[derive(Message)]
#[rtype(result = "()")]
pub struct Submit {
    /// Sender.
    pub session: SessionId,
    /// Number of the input within its session, from 1, increasing.
    pub number: u64,
    /// Input.
    pub input: ClientInput,
    /// Wall clock where the input entered the node.
    pub at: UtcTime,
    /// Who is told when the step of this input is durable.
    pub reply_to: Recipient<Settled>,
    /// Credit of the clients' lane; returned when HeadLogic has handled the input.
    pub credit: OwnedSemaphorePermit,
}

/// The steps of all inputs of a session up to a number are durable: it may forget them.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Settled {
    /// Session.
    pub session: SessionId,
    /// Highest input number whose step is durable.
    pub up_to: u64,
}

/// Layer 1, the peer network or the clock said something.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Decide {
    /// Input; never a client's.
    pub input: Input,
    /// Wall clock where the input entered the node.
    pub at: UtcTime,
    /// Credit of the sender's lane.
    pub credit: OwnedSemaphorePermit,
}

/// A batch is durable. Sent by the journal thread, one at a time, in order.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Durable {
    /// Appends of this journal's life that are durable, this batch included.
    pub up_to: u64,
}

/// What HeadLogic tells the broadcaster: everything up to this position is durable.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct NetworkDurable {
    /// Position.
    pub position: NetworkPosition,
}

/// The projection was rebuilt: send it the last released state. Sent by the root.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Republish;

/// Is nothing under way? Asked by the root before it stops the node.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "bool")]
pub struct Drained;

/// Where does a rebuilt chain observer go on? Asked by the root.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Resume")]
pub struct Situation;

/// Hand the gathered steps to the journal. Sent by HeadLogic to itself: it comes after everything that
/// waited in the mailbox.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Seal;
