//! `NetworkBroadcaster` without peers: a loopback behind the same messages. What the outbox holds comes
//! back in order, with the row's number as its position; a row is confirmed once its position is durable.

use std::collections::VecDeque;
use std::sync::Arc;

use actix::prelude::*;
use rydra_core::input::{Connectivity, Input, NetworkInput};
use rydra_core::party::Party;
use rydra_core::unit::{NetworkPosition, OutboxRow};
use rydra_core::wire;
use tokio::sync::OwnedSemaphorePermit;

use super::messages::{OutboxReady, Resume};
use crate::failpoint;
use crate::head_logic::messages::{Decide, NetworkDurable};
use crate::mailbox::{Lanes, Mailbox};
use crate::observe::clock;
use crate::observe::metrics::Role;
use crate::persistence::messages::OutboxDone;
use crate::supervision::{Obituary, Ping};

/// Confirmed rows are forgotten in steps, so that the journal is not asked once per message.
const FORGET_EVERY_ROWS: u64 = 64;

/// See the module.
pub struct NetworkBroadcaster {
    party: Party,
    /// The HeadLogic that this broadcaster was told to go on with; another life of it is told of first.
    head_logic: Option<Recipient<Decide>>,
    persistence: Option<Recipient<OutboxDone>>,
    lanes: Lanes,
    /// Stored rows that are not known to be handled durably, without a gap; bounded by the machine's outbox
    /// limit. Kept after their delivery: a HeadLogic that dies takes what it was sent with it.
    rows: VecDeque<(OutboxRow, wire::Message)>,
    /// How many of them this HeadLogic was sent.
    delivered: usize,
    last_queued: OutboxRow,
    forgotten: OutboxRow,
    waiting_for_credit: bool,
    connected: bool,
    /// Whether HeadLogic knows it durably: what it was sent later is durable.
    connected_durably: bool,
    mailbox: Mailbox,
    _obituary: Obituary,
}

impl NetworkBroadcaster {
    /// A broadcaster that is about to start; it delivers once it is told to resume.
    #[must_use]
    pub fn new(party: Party, lanes: Lanes, mailbox: Mailbox, obituary: Obituary) -> Self {
        mailbox.depth.reset();
        Self {
            party,
            head_logic: None,
            persistence: None,
            lanes,
            rows: VecDeque::new(),
            delivered: 0,
            last_queued: OutboxRow(0),
            forgotten: OutboxRow(0),
            waiting_for_credit: false,
            connected: false,
            connected_durably: false,
            mailbox,
            _obituary: obituary,
        }
    }

    fn queue(&mut self, rows: impl IntoIterator<Item = (OutboxRow, wire::Message)>) {
        for (row, message) in rows {
            // A row can come twice around a rebuild: from the journal and from HeadLogic.
            if row > self.last_queued {
                self.last_queued = row;
                self.rows.push_back((row, message));
            }
        }
    }

    fn has_work(&self) -> bool {
        self.head_logic.is_some() && (self.delivered < self.rows.len() || !self.connected)
    }

    fn pump(&mut self, ctx: &mut Context<Self>) {
        while !self.waiting_for_credit && self.has_work() {
            match Arc::clone(&self.lanes.network).try_acquire_owned() {
                Ok(credit) => self.deliver(credit),
                Err(_) => {
                    self.waiting_for_credit = true;
                    let (lane, began) = (Arc::clone(&self.lanes.network), clock::monotonic());
                    let credit = lane.acquire_owned().into_actor(self);
                    ctx.spawn(credit.map(move |permit, actor, ctx| {
                        actor.waiting_for_credit = false;
                        let waited = clock::monotonic().duration_since(began);
                        actor.mailbox.metrics.blocked(Role::HeadLogic, waited);
                        if let Ok(permit) = permit {
                            actor.deliver(permit);
                            actor.pump(ctx);
                        }
                    }));
                }
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "bounded by the credit that the message carries")]
    fn deliver(&mut self, credit: OwnedSemaphorePermit) {
        let Some(head_logic) = &self.head_logic else { return };
        let input = if self.connected {
            let Some((row, message)) = self.rows.get(self.delivered) else { return };
            self.delivered += 1;
            Input::Network(NetworkInput {
                position: NetworkPosition(row.0),
                sender: self.party,
                message: message.clone(),
            })
        } else {
            self.connected = true;
            Input::Connectivity(Connectivity::NetworkConnected)
        };
        head_logic.do_send(Decide { input, at: clock::now(), credit });
    }
}

impl Actor for NetworkBroadcaster {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.set_mailbox_capacity(self.mailbox.capacity);
    }
}

impl Handler<Resume> for NetworkBroadcaster {
    type Result = ();

    fn handle(&mut self, resume: Resume, ctx: &mut Context<Self>) {
        self.head_logic = Some(resume.head_logic);
        self.persistence = Some(resume.persistence);
        // Rows can have come before this message that are younger than what was read from the journal.
        let known = std::mem::take(&mut self.rows);
        self.delivered = 0;
        self.last_queued = OutboxRow(resume.position.0);
        self.queue(resume.rows);
        self.queue(known);
        self.connected &= self.connected_durably;
        self.pump(ctx);
    }
}

impl Handler<OutboxReady> for NetworkBroadcaster {
    type Result = ();

    fn handle(&mut self, ready: OutboxReady, ctx: &mut Context<Self>) {
        self.mailbox.depth.leave();
        failpoint::pass(failpoint::NETWORK_HANDLE);
        self.queue(ready.rows);
        self.pump(ctx);
    }
}

impl Handler<NetworkDurable> for NetworkBroadcaster {
    type Result = ();

    fn handle(&mut self, durable: NetworkDurable, _: &mut Context<Self>) {
        self.mailbox.depth.leave();
        let row = OutboxRow(durable.position.0);
        while self.rows.front().is_some_and(|(first, _)| *first <= row) {
            self.rows.pop_front();
            self.delivered = self.delivered.saturating_sub(1);
        }
        self.connected_durably = self.connected;
        if row.0 < self.forgotten.0 + FORGET_EVERY_ROWS {
            return;
        }
        if let Some(persistence) = &self.persistence {
            let told = persistence.try_send(OutboxDone { row });
            self.mailbox.metrics.sent(Role::Persistence, &told);
            if told.is_ok() {
                self.forgotten = row;
            }
        }
    }
}

impl Handler<Ping> for NetworkBroadcaster {
    type Result = ();

    fn handle(&mut self, ping: Ping, _: &mut Context<Self>) {
        ping.answer();
    }
}
