//! Replay, greeting, live: the order, and no gap and no duplicate at the seam.

use crate::harness::{Node, deposit, opened, peer, synced, until};

#[actix_rt::test]
async fn history_then_exactly_one_greeting_then_live() {
    let mut node = Node::start();
    node.publish((0..20).map(peer)).await;
    let mut client = node.connect("?history=yes").await;
    for seq in 0..20 {
        let message = client.next().await;
        assert_eq!((&message["tag"], &message["seq"]), (&"PeerConnected".into(), &seq.into()));
    }
    let greeting = client.next().await;
    assert_eq!(greeting["tag"], "Greetings");
    assert_eq!(greeting["apiVocabulary"], "deposit");
    assert_eq!(greeting["networkInfo"]["peersInfo"]["peer:19"], true);
    node.publish([peer(20)]).await;
    assert_eq!(client.next().await["seq"], 20);
}

#[actix_rt::test]
async fn without_history_only_the_greeting_comes_before_live() {
    let mut node = Node::start();
    node.publish((0..5).map(peer)).await;
    for query in ["", "?history=no", "head?history=maybe&%zz", "any/path"] {
        let mut client = node.greeted(query).await;
        node.publish([peer(77)]).await;
        assert_eq!(client.next().await["peer"]["port"], 77, "{query}");
    }
}

#[actix_rt::test]
async fn history_after_a_number_shows_only_what_is_greater() {
    let mut node = Node::start();
    node.publish((0..30).map(peer)).await;
    let mut client = node.connect("?history=24").await;
    for seq in 25..30 {
        assert_eq!(client.next().await["seq"], seq);
    }
    assert_eq!(client.next().await["tag"], "Greetings");
    for beyond in ["?history=29", "?history=4000000000"] {
        let _ = node.greeted(beyond).await;
    }
}

#[actix_rt::test]
async fn what_is_published_during_a_replay_comes_once_and_in_order() {
    let mut node = Node::start();
    node.publish((0..50).map(peer)).await;
    // The journal is held: the replay stands at its first page while the world goes on.
    let held = node.journal.reads.clone().acquire_owned().await.unwrap();
    let mut client = node.connect("?history=yes").await;
    let reading = node.journal.reading.clone();
    until("the replay has begun", || *reading.lock().unwrap() > 0).await;
    node.publish((50..400).map(peer)).await;
    drop(held);
    let mut next = 0;
    let mut greetings = 0;
    while next < 500 {
        if next == 10 {
            node.publish((400..450).map(peer)).await;
        }
        if next == 300 {
            node.publish((450..500).map(peer)).await;
        }
        let message = client.next().await;
        if message["tag"] == "Greetings" {
            greetings += 1;
        } else {
            assert_eq!(message["seq"], next);
            next += 1;
        }
    }
    node.publish([peer(500)]).await;
    while client.next().await["seq"] != 500 {
        greetings += 1;
    }
    assert_eq!(greetings, 1);
}

#[actix_rt::test]
async fn replay_uses_the_vocabulary_of_the_connection() {
    let mut node = Node::start();
    node.publish([opened(), deposit(1), synced()]).await;
    let mut legacy = node.connect("?history=yes&vocabulary=legacy").await;
    let tags = [legacy.next().await["tag"].clone(), legacy.next().await["tag"].clone()];
    assert_eq!(tags, ["HeadIsOpen", "CommitRecorded"]);
    assert_eq!(legacy.next().await["drift"], 0.031);
    let greeting = legacy.next().await;
    assert_eq!((&greeting["headStatus"], greeting.get("apiVocabulary")), (&"Open".into(), None));
    assert_eq!(greeting["snapshotUtxo"], serde_json::json!({}));
    let mut ours = node.connect("?history=yes&snapshot-utxo=no").await;
    assert_eq!(ours.next().await["tag"], "HeadIsOpen");
    let recorded = ours.next().await;
    assert_eq!(recorded["tag"], "DepositRecorded");
    assert_eq!(recorded["created"], "1970-01-01T00:00:00Z");
    ours.next().await;
    assert_eq!(ours.next().await.get("snapshotUtxo"), None);
}

#[actix_rt::test]
async fn past_the_bound_on_open_replays_a_client_is_refused_with_503() {
    let mut node = Node::with(|options| {
        options.replays_max = 1;
        options.replays_open_max = 2;
    });
    node.publish([peer(0)]).await;
    let held = node.journal.reads.clone().acquire_owned().await.unwrap();
    let mut running = node.connect("?history=yes").await;
    let reading = node.journal.reading.clone();
    until("the first replay runs", || *reading.lock().unwrap() > 0).await;
    let mut waiting = node.connect("?history=yes").await;
    let url = format!("ws://127.0.0.1:{}/?history=yes", node.server.port());
    let refused = tokio_tungstenite::connect_async(url).await.unwrap_err().to_string();
    assert!(refused.contains("503"), "{refused}");
    drop(held);
    for client in [&mut running, &mut waiting] {
        assert_eq!(client.next().await["seq"], 0);
        assert_eq!(client.next().await["tag"], "Greetings");
    }
}

#[actix_rt::test]
async fn a_client_that_does_not_read_its_history_keeps_nobody_from_theirs() {
    let mut node = Node::with(|options| {
        options.replays_max = 1;
        options.replay_window_bytes = 1;
        options.write_deadline = std::time::Duration::from_secs(3600);
    });
    // More than the buffers of a socket take: 200 kB a message.
    node.publish(std::iter::once(opened()).chain((0..100).map(|_| deposit(1000)))).await;
    let mut stalled = Vec::new();
    for _ in 0..3 {
        stalled.push(node.connect("?history=yes").await);
    }
    until("they fill their windows", || node.server.unsent_bytes() >= 3 * 100_000).await;
    let mut client = node.connect("?history=yes").await;
    let mut seen = 0;
    while !client.raw().await.to_string().contains("\"tag\":\"Greetings\"") {
        seen += 1;
    }
    assert_eq!(seen, 101);
    assert!(node.server.unsent_bytes() >= 3 * 100_000, "the others still have not read");
    drop(stalled);
}
