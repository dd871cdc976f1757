//! The read side of a session: frames, until the gate is shut. A shut gate leaves the socket unread, so that
//! back-pressure reaches the client through TCP.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use actix_ws::{AggregatedMessage, AggregatedMessageStream, ProtocolError};
use futures_util::Stream;

/// Shared by a session and its frames; both live on one thread.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gate(Rc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    shut: Cell<bool>,
    waiting: RefCell<Option<Waker>>,
}

impl Gate {
    /// Opens or shuts it.
    pub fn set_shut(&self, shut: bool) {
        self.0.shut.set(shut);
        if !shut && let Some(waker) = self.0.waiting.borrow_mut().take() {
            waker.wake();
        }
    }
}

/// Messages of the client, whole.
pub(crate) struct Frames {
    stream: AggregatedMessageStream,
    gate: Gate,
}

impl Frames {
    pub fn new(stream: AggregatedMessageStream, gate: Gate) -> Self {
        Self { stream, gate }
    }
}

impl Stream for Frames {
    type Item = Result<AggregatedMessage, ProtocolError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.gate.0.shut.get() {
            *this.gate.0.waiting.borrow_mut() = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Pin::new(&mut this.stream).poll_next(cx)
    }
}
