//! What a HeadLogic is delivered around rebuilds: every row after its durable position, in order, without a
//! hole. A message ahead of its turn would move the cursor past the others, and they would be lost.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use actix::prelude::*;
use rydra_core::input::Input;
use rydra_core::party::Party;
use rydra_core::unit::{NetworkPosition, OutboxRow, Signature, SnapshotNumber, VerificationKey};
use rydra_core::wire::Message as Wire;

use super::actor::NetworkBroadcaster;
use super::messages::{OutboxReady, Resume};
use crate::head_logic::messages::{Decide, NetworkDurable};
use crate::mailbox::{Depth, Lanes, Mailbox};
use crate::observe::metrics::Metrics;
use crate::persistence::messages::OutboxDone;
use crate::settings::InFlight;
use crate::supervision::{Died, Obituary, Ping, Role};

/// Stands for HeadLogic, for the journal and for the root.
#[derive(Default)]
struct Neighbour {
    delivered: Vec<u64>,
    connected: usize,
    held: Vec<Decide>,
    stuck: bool,
}

impl Actor for Neighbour {
    type Context = Context<Self>;
}

impl Handler<Decide> for Neighbour {
    type Result = ();
    fn handle(&mut self, decide: Decide, _: &mut Context<Self>) {
        match &decide.input {
            Input::Network(input) => self.delivered.push(input.position.0),
            Input::Connectivity(_) => self.connected += 1,
            Input::Chain(_) | Input::Client(_) | Input::Committed { .. } | Input::Timer => {}
        }
        if self.stuck {
            self.held.push(decide); // its credit stays out
        }
    }
}

impl Handler<OutboxDone> for Neighbour {
    type Result = ();
    fn handle(&mut self, _: OutboxDone, _: &mut Context<Self>) {}
}

impl Handler<Died> for Neighbour {
    type Result = ();
    fn handle(&mut self, _: Died, _: &mut Context<Self>) {}
}

#[derive(Message)]
#[rtype(result = "(Vec<u64>, usize)")]
struct Seen;

impl Handler<Seen> for Neighbour {
    type Result = MessageResult<Seen>;
    fn handle(&mut self, _: Seen, _: &mut Context<Self>) -> Self::Result {
        MessageResult((self.delivered.clone(), self.connected))
    }
}

fn rows(numbers: std::ops::RangeInclusive<u64>) -> Vec<(OutboxRow, Wire)> {
    let message = |number| Wire::AckSn {
        signed: Signature([0; 64]),
        snapshot_number: SnapshotNumber(number),
    };
    numbers.map(|number| (OutboxRow(number), message(number))).collect()
}

fn broadcaster(root: &Addr<Neighbour>) -> Addr<NetworkBroadcaster> {
    let limits =
        InFlight { chain: 1, network: 4, clients: 1, session: 1, queries: 1, projection: 1 };
    let mailbox =
        Mailbox { capacity: 64, depth: Depth::default(), metrics: Arc::new(Metrics::new()) };
    let obituary = Obituary::new(root.clone().recipient(), Role::NetworkBroadcaster, 1);
    let party = Party::new(VerificationKey([7; 32]));
    NetworkBroadcaster::new(party, Lanes::new(limits), mailbox, obituary).start()
}

fn resume(to: &Addr<Neighbour>, position: u64, rows: Vec<(OutboxRow, Wire)>) -> Resume {
    Resume {
        head_logic: to.clone().recipient(),
        position: NetworkPosition(position),
        persistence: to.clone().recipient(),
        rows,
    }
}

/// What was delivered, once the broadcaster has nothing left to do.
async fn settled(
    broadcaster: &Addr<NetworkBroadcaster>,
    to: &Addr<Neighbour>,
) -> (Vec<u64>, usize) {
    let mut before = (Vec::new(), usize::MAX);
    loop {
        let mut pulse = crate::supervision::Pulse::default();
        let ping: Ping = pulse.due().unwrap();
        broadcaster.send(ping).await.unwrap();
        for _ in 0..20 {
            actix_rt::task::yield_now().await;
        }
        let now = to.send(Seen).await.unwrap();
        if now == before {
            return now;
        }
        before = now;
    }
}

#[actix::test]
async fn rows_of_a_new_head_logic_that_come_before_the_resume_are_not_lost() {
    let (first, second) = (Neighbour::default().start(), Neighbour::default().start());
    let broadcaster = broadcaster(&first);
    broadcaster.send(resume(&first, 0, rows(1..=3))).await.unwrap();
    assert_eq!(settled(&broadcaster, &first).await, (vec![1, 2, 3], 1));
    // The first one dies with its cursor durable at 1. The second releases row 4 before the word of the root.
    broadcaster.send(OutboxReady { rows: rows(4..=4) }).await.unwrap();
    broadcaster.send(resume(&second, 1, rows(2..=3))).await.unwrap();
    assert_eq!(settled(&broadcaster, &second).await.0, [2, 3, 4]);
}

#[actix::test]
async fn a_late_second_reading_of_the_journal_forgets_nothing() {
    let head = Neighbour { stuck: true, ..Neighbour::default() }.start();
    let broadcaster = broadcaster(&head);
    broadcaster.send(resume(&head, 0, rows(1..=2))).await.unwrap();
    broadcaster.send(OutboxReady { rows: rows(3..=9) }).await.unwrap();
    assert_eq!(
        settled(&broadcaster, &head).await.0,
        [1, 2, 3],
        "four credits, one for the network"
    );
    let healthy = Neighbour::default().start();
    broadcaster.send(resume(&healthy, 0, rows(1..=2))).await.unwrap();
    assert_eq!(settled(&broadcaster, &healthy).await.0, Vec::<u64>::new(), "no credit is free");
    head.send(Free).await.unwrap();
    assert_eq!(settled(&broadcaster, &healthy).await.0, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[derive(Message)]
#[rtype(result = "()")]
struct Free;

impl Handler<Free> for Neighbour {
    type Result = ();
    fn handle(&mut self, _: Free, _: &mut Context<Self>) {
        self.held.clear();
    }
}

#[actix::test]
async fn what_is_durable_is_forgotten_and_not_delivered_again() {
    let (first, second) = (Neighbour::default().start(), Neighbour::default().start());
    let broadcaster = broadcaster(&first);
    broadcaster.send(resume(&first, 0, rows(1..=4))).await.unwrap();
    settled(&broadcaster, &first).await;
    broadcaster.send(NetworkDurable { position: NetworkPosition(3) }).await.unwrap();
    broadcaster.send(resume(&second, 3, rows(4..=4))).await.unwrap();
    assert_eq!(settled(&broadcaster, &second).await, (vec![4], 0), "the network is known to be up");
}

#[actix::test]
async fn the_network_is_told_again_to_a_head_logic_that_may_not_know_it() {
    let (first, second) = (Neighbour::default().start(), Neighbour::default().start());
    let broadcaster = broadcaster(&first);
    broadcaster.send(resume(&first, 0, Vec::new())).await.unwrap();
    assert_eq!(settled(&broadcaster, &first).await.1, 1);
    broadcaster.send(resume(&second, 0, Vec::new())).await.unwrap();
    assert_eq!(settled(&broadcaster, &second).await.1, 1);
}
