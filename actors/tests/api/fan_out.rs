//! Fan-out: shared frames, filters, slow and stuck clients, many clients.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rydra_core::cardano::build::PaymentKey;
use rydra_core::event::Event;

use crate::harness::{Client, Node, deposit, head_id, opened, peer, until};

#[actix_rt::test]
async fn each_form_is_encoded_once_whoever_many_listen() {
    let mut node = Node::start();
    node.publish([opened()]).await;
    let mut clients = Vec::new();
    for query in ["", "?vocabulary=legacy", "?snapshot-utxo=no", ""] {
        clients.push(node.greeted(query).await);
    }
    let encoded = || node.server.metrics().frames_encoded.load(Ordering::Relaxed);
    assert_eq!(encoded(), 0, "nobody listened");
    let published = node.append([peer(1), deposit(2)]);
    node.server.hub().unwrap().send(published).await.unwrap();
    let mut tags = Vec::new();
    for client in &mut clients {
        assert_eq!(client.next().await["tag"], "PeerConnected");
        tags.push(client.next().await["tag"].clone());
    }
    assert_eq!(tags, ["DepositRecorded", "CommitRecorded", "DepositRecorded", "DepositRecorded"]);
    let encoded = node.server.metrics().frames_encoded.load(Ordering::Relaxed);
    assert_eq!(encoded, 3, "one peer, two names of the deposit");
}

#[actix_rt::test]
async fn a_client_that_does_not_read_is_cut_and_holds_no_more_than_its_ring() {
    const RING: usize = 1024 * 1024;
    let mut node = Node::with(|options| options.ring_bytes_max = RING);
    node.publish([opened()]).await;
    let mut slow = node.greeted("").await;
    let mut quick = node.greeted("").await;
    let metrics = node.server.metrics();
    let mut quick_seen = 0;
    let mut rounds = 0;
    while metrics.cut_ring_full.load(Ordering::Relaxed) == 0 {
        rounds += 1;
        assert!(rounds < 2000, "never cut");
        node.publish([deposit(1000)]).await;
        while quick_seen < rounds {
            assert_eq!(quick.next().await["tag"], "DepositRecorded");
            quick_seen += 1;
        }
        assert!(node.server.unsent_bytes() <= RING + 256 * 1024, "{}", node.server.unsent_bytes());
    }
    let (code, reason, before) = slow.closed().await;
    assert_eq!(code, 1013);
    assert!(before < rounds);
    assert!(reason.contains("reconnect with history="), "{reason}");
    // With the number it was told (or knows) it comes back without a gap.
    let after: u64 = reason.rsplit('=').next().unwrap().parse().unwrap();
    let mut again = node.connect(&format!("?history={after}")).await;
    assert_eq!(again.next().await["seq"], after + 1);
}

#[actix_rt::test]
async fn a_client_that_takes_nothing_for_the_write_deadline_is_cut() {
    // Far above what filling the buffers takes on a busy machine.
    let mut node = Node::with(|options| options.write_deadline = Duration::from_secs(600));
    node.publish([opened()]).await;
    let mut stuck = node.greeted("").await;
    // Enough to fill both socket buffers, less than the ring.
    let mut rounds = 0;
    while node.server.unsent_bytes() < 2 * 1024 * 1024 {
        rounds += 1;
        assert!(rounds < 2000, "the client's buffers have no end");
        node.publish([deposit(1000)]).await;
    }
    node.server.sweep_as_if(Duration::from_secs(400));
    assert!(node.server.unsent_bytes() > 0, "not before the deadline");
    node.server.sweep_as_if(Duration::from_secs(601));
    let metrics = node.server.metrics();
    assert_eq!(metrics.cut_write_deadline.load(Ordering::Relaxed), 1);
    assert_eq!(node.server.unsent_bytes(), 0);
    until("the session is gone", || metrics.websockets.load(Ordering::Relaxed) == 0).await;
    drain(&mut stuck).await;
}

/// Reads until the socket ends in whatever way.
async fn drain(client: &mut Client) {
    use futures_util::StreamExt;
    while let Ok(Some(Ok(_))) =
        tokio::time::timeout(crate::harness::PATIENCE, client.socket.next()).await
    {}
}

#[actix_rt::test]
async fn pings_are_sent_at_their_interval() {
    let node = Node::start();
    let mut client = node.greeted("").await;
    node.server.sweep_as_if(Duration::from_secs(31));
    assert_eq!(client.raw().await, tokio_tungstenite::tungstenite::Message::Ping("".into()));
}

#[actix_rt::test]
async fn the_address_filter_holds_back_only_snapshots() {
    let mut node = Node::start();
    let key = PaymentKey::from_seed(&[9; 32]);
    let address = rydra_core::cardano::address::to_text(&key.address(0)).unwrap();
    let mut filtered = node.greeted(&format!("?address=&address={address}")).await;
    node.publish([
        opened(),
        Event::TransactionApplied {
            head_id: head_id(),
            tx_id: rydra_core::unit::TxId([1; 32]),
            variant: None,
        },
    ])
    .await;
    assert_eq!(filtered.next().await["tag"], "HeadIsOpen");
    assert_eq!(filtered.next().await["tag"], "TxValid");
}

/// R6: memory per idle subscriber at most 64 KiB. Prints what it measured, both ends included.
#[actix_rt::test]
async fn a_thousand_idle_subscribers_cost_little() {
    const CLIENTS: usize = 1000;
    let mut node = Node::start();
    node.publish([opened()]).await;
    let before = resident_kib();
    let mut clients = Vec::with_capacity(CLIENTS);
    for _ in 0..CLIENTS {
        clients.push(node.greeted("?snapshot-utxo=no").await);
    }
    let idle = resident_kib();
    node.publish([peer(1)]).await;
    for client in &mut clients {
        assert_eq!(client.next().await["tag"], "PeerConnected");
    }
    let after = resident_kib();
    eprintln!(
        "{CLIENTS} subscribers and their clients in one process: {before} KiB before, {idle} KiB idle \
         ({} KiB each), {after} KiB after a broadcast",
        idle.saturating_sub(before) / CLIENTS
    );
    assert!((idle.saturating_sub(before)) / CLIENTS <= 128, "64 KiB for each end");
    assert_eq!(node.server.metrics().frames_encoded.load(Ordering::Relaxed), 1);
    let _ = Arc::new(clients);
}

fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
