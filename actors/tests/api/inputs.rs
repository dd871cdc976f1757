//! What clients send: every frame type, bad input, limits.

use rydra_core::effect::ClientMessage;
use rydra_core::input::ClientInput;
use rydra_core::unit::Span;
use std::sync::Arc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::frame::{CloseFrame, Frame};

use crate::harness::{Node, new_tx, peer, tx, until};

#[actix_rt::test]
async fn text_binary_and_fragmented_frames_are_all_taken() {
    let node = Node::start();
    let mut client = node.greeted("").await;
    let (one, two, three) = (tx(1), tx(2), tx(3));
    client.text(new_tx(&one)).await;
    client.send(Message::binary(new_tx(&two).into_bytes())).await;
    let text = new_tx(&three).into_bytes();
    let (head, tail) = text.split_at(40);
    let fragment = |payload: &[u8], kind, last| {
        Message::Frame(Frame::message(payload.to_vec(), OpCode::Data(kind), last))
    };
    client.send(fragment(head, Data::Text, false)).await;
    client.send(Message::Ping("between".into())).await;
    client.send(fragment(tail, Data::Continue, true)).await;
    assert_eq!(client.raw().await, Message::Pong("between".into()));
    until("three inputs", || node.taken.count() == 3).await;
    let seen = node.taken.inputs.lock().unwrap().clone();
    let sent = [one, two, three].map(|transaction| ClientInput::NewTx { transaction });
    assert_eq!(seen, sent);
    let ClientInput::NewTx { transaction } = &seen[0] else { panic!() };
    assert!(transaction.signatures_passed(), "verified before HeadLogic saw it");
}

#[actix_rt::test]
async fn an_input_sent_with_the_handshake_waits_for_the_greeting() {
    let mut node = Node::start();
    node.publish([peer(0)]).await;
    let held = node.journal.reads.clone().acquire_owned().await.unwrap();
    let mut client = node.connect("?history=yes").await;
    client.text("{\"tag\":\"Init\"}").await;
    client.text("{\"tag\":\"Close\"}").await;
    assert_eq!(node.taken.count(), 0);
    drop(held);
    assert_eq!(client.next().await["seq"], 0);
    assert_eq!(client.next().await["tag"], "Greetings");
    until("both inputs", || node.taken.count() == 2).await;
    assert_eq!(*node.taken.inputs.lock().unwrap(), [ClientInput::Init, ClientInput::Close]);
}

#[actix_rt::test]
async fn bad_input_is_answered_to_its_sender_and_the_connection_lives() {
    let mut node = Node::start();
    let mut client = node.greeted("").await;
    let mut other = node.greeted("").await;
    let mut legacy = node.greeted("?vocabulary=legacy").await;
    let deep = format!("{{\"tag\":\"Init\",\"x\":{}{}}}", "[".repeat(100), "]".repeat(100));
    let id = "00".repeat(32);
    let stated = new_tx(&tx(1)).replace("}}", &format!(",\"txId\":\"{id}\"}}}}"));
    let cases = [
        ("", "not a client message"),
        ("{", "not a client message"),
        ("[1,2]", "not a client message"),
        ("{\"tag\":7}", "not a client message"),
        ("{\"tagg\":\"Init\"}", "missing field `tag`"),
        ("{\"tag\":\"Unheard\"}", "unknown tag \"Unheard\""),
        (&deep, "levels deep"),
        ("{\"tag\":\"NewTx\"}", "missing field `transaction`"),
        ("{\"tag\":\"NewTx\",\"transaction\":\"84\"}", "NewTx does not decode"),
        ("{\"tag\":\"NewTx\",\"transaction\":{\"cborHex\":\"8\"}}", "not hex"),
        ("{\"tag\":\"NewTx\",\"transaction\":{\"cborHex\":\"zz\"}}", "not hex"),
        ("{\"tag\":\"NewTx\",\"transaction\":{\"cborHex\":\"84\"}}", "Conway transaction"),
        (&stated, "txId not matching"),
        ("{\"tag\":\"Recover\",\"recoverTxId\":\"00\"}", "64 hex digits"),
        ("{\"tag\":\"PartialFanout\",\"utxoToFanout\":[]}", "PartialFanout does not decode"),
        ("{\"tag\":\"SideLoadSnapshot\",\"snapshot\":{}}", "SideLoadSnapshot does not decode"),
    ];
    for (text, reason) in cases {
        client.text(text).await;
        let answer = client.next().await;
        assert_eq!(answer["tag"], "InvalidInput", "{text}");
        assert_eq!(answer["input"], *text);
        let seen = answer["reason"].as_str().unwrap();
        assert!(seen.contains(reason), "{text}: {seen}");
    }
    legacy.text("{}").await;
    assert_eq!(legacy.next().await.get("tag"), None, "upstream sends none");
    client.send(Message::binary(vec![0xff, 0xfe])).await;
    assert_eq!(client.next().await["input"], "\u{fffd}\u{fffd}");
    assert_eq!(node.taken.count(), 0);
    node.publish([peer(1)]).await;
    for client in [&mut client, &mut other, &mut legacy] {
        assert_eq!(client.next().await["seq"], 0);
    }
}

#[actix_rt::test]
async fn a_message_beyond_the_cap_ends_the_connection_with_1009() {
    let node = Node::with(|options| options.message_bytes_max = 1000);
    let mut whole = node.greeted("").await;
    whole.text(" ".repeat(1001)).await;
    assert_eq!(whole.closed().await.0, 1009);
    let mut pieces = node.greeted("").await;
    for (kind, last) in [(Data::Text, false), (Data::Continue, false), (Data::Continue, true)] {
        let frame = Frame::message(vec![b' '; 400], OpCode::Data(kind), last);
        pieces.send(Message::Frame(frame)).await;
    }
    assert_eq!(pieces.closed().await.0, 1009);
}

#[actix_rt::test]
async fn a_transaction_beyond_its_cap_is_refused_and_the_connection_lives() {
    let node = Node::start();
    let mut client = node.greeted("").await;
    let text = format!(
        "{{\"tag\":\"NewTx\",\"transaction\":{{\"cborHex\":\"{}\"}}}}",
        "00".repeat(256 * 1024 + 1)
    );
    client.text(text).await;
    assert!(client.next().await["reason"].as_str().unwrap().contains("at most 262144"));
}

#[actix_rt::test]
async fn a_session_stops_reading_at_its_in_flight_limit() {
    let node = Node::with(|options| options.in_flight_max = 4);
    let mut client = node.greeted("").await;
    for number in 0..10 {
        client.text(new_tx(&tx(number))).await;
    }
    until("the limit", || node.taken.count() == 4).await;
    // A ping behind the unread inputs is not answered, an input of another client is taken meanwhile.
    node.greeted("").await.text("{\"tag\":\"Init\"}").await;
    until("the other client", || node.taken.count() == 5).await;
    assert_eq!(node.taken.inputs.lock().unwrap()[4], ClientInput::Init);
    node.taken.settle(4);
    until("the next four", || node.taken.count() == 9).await;
    node.taken.settle(5);
    until("the rest", || node.taken.count() == 11).await;
}

#[actix_rt::test]
async fn a_session_waits_for_credit_of_the_clients_lane() {
    let node = Node::with_lane(2, true, |_| {});
    let mut client = node.greeted("").await;
    for number in 0..5 {
        client.text(new_tx(&tx(number))).await;
    }
    until("both credits", || node.taken.count() == 2).await;
    node.taken.settle(1);
    until("one more", || node.taken.count() == 3).await;
    node.taken.settle(3 - 1);
    until("the rest", || node.taken.count() == 5).await;
}

#[actix_rt::test]
async fn client_messages_go_to_everybody_in_everybodys_vocabulary() {
    let mut node = Node::start();
    let mut ours = node.greeted("").await;
    let mut legacy = node.greeted("?vocabulary=legacy").await;
    let client_input =
        ClientInput::RecoverDeposit { deposit_tx_id: rydra_core::unit::TxId([0; 32]) };
    let state = Arc::new(node.state.head.clone());
    node.tell(ClientMessage::CommandFailed { client_input: client_input.clone(), state }).await;
    let drift = Span::seconds(10);
    node.tell(ClientMessage::RejectedInputBecauseUnsynced { client_input, drift }).await;
    let id = "00".repeat(32);
    let failed = ours.next().await;
    assert_eq!(
        failed["clientInput"],
        serde_json::json!({"tag": "RecoverDeposit", "depositTxId": id})
    );
    let idle = serde_json::json!({"tag": "Idle",
        "contents": {"chainState": {"spendableUTxO": {}, "recordedAt": null}}});
    assert_eq!(failed["state"], idle);
    assert_eq!(failed.get("seq"), None);
    let failed = legacy.next().await;
    assert_eq!(failed["clientInput"], serde_json::json!({"tag": "Recover", "recoverTxId": id}));
    assert_eq!(ours.next().await["drift"], 10);
    assert_eq!(legacy.next().await["tag"], "RejectedInputBecauseUnsynced");
}

#[actix_rt::test]
async fn a_client_that_says_goodbye_is_answered_and_forgotten() {
    let node = Node::start();
    let mut client = node.greeted("").await;
    let goodbye = CloseFrame { code: CloseCode::Normal, reason: "done".into() };
    client.send(Message::Close(Some(goodbye))).await;
    assert_eq!(client.closed().await.0, 1000);
    let metrics = node.server.metrics();
    until("no session", || metrics.websockets.load(std::sync::atomic::Ordering::Relaxed) == 0)
        .await;
}
