#![allow(clippy::unwrap_used, clippy::expect_used)]

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::*;

/// Transactions with ids 0, 1, 2 …
fn sequence(count: u8) -> Vec<SequencedTx> {
    (0..count).map(|n| SequencedTx::new(TxId([n; 32]), vec![0x84, n])).collect()
}

const UNPACED: Pace = Pace { window: 2, per_second: None, duration: None };

/// Runs a client against a node that answers each input with the frames of `answer`, until it returns `None`.
async fn against(
    pace: Pace,
    count: u8,
    answer: impl FnMut(usize, TxId) -> Option<Vec<String>> + Send + 'static,
) -> ClientResult {
    replay(pace, sequence(count), answer).await
}

async fn replay(
    pace: Pace,
    sequence: Vec<SequencedTx>,
    mut answer: impl FnMut(usize, TxId) -> Option<Vec<String>> + Send + 'static,
) -> ClientResult {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let node = listener.local_addr().unwrap().to_string();
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
        let mut seen = 0;
        while let Some(Ok(Message::Text(text))) = socket.next().await {
            let input: serde_json::Value = serde_json::from_str(text.as_str()).unwrap();
            let id = input["transaction"]["txId"].as_str().unwrap().parse().unwrap();
            let Some(frames) = answer(seen, id) else {
                let frame = CloseFrame { code: 1012.into(), reason: "service restart".into() };
                socket.send(Message::Close(Some(frame))).await.unwrap();
                break;
            };
            seen += 1;
            for frame in frames {
                socket.send(Message::text(frame)).await.unwrap();
            }
        }
    });
    let bar = ProgressBar::hidden();
    let client = Client::connect(&node, false, sequence, pace, true, bar).await.unwrap();
    let result = client.run(now()).await;
    server.await.unwrap();
    result
}

fn valid(id: &TxId) -> String {
    format!(r#"{{"tag":"TxValid","headId":"00","transactionId":"{id}","seq":1}}"#)
}

fn snapshot(ids: &[TxId]) -> String {
    let confirmed: Vec<String> = ids.iter().map(|id| format!(r#"{{"txId":"{id}"}}"#)).collect();
    format!(
        r#"{{"tag":"SnapshotConfirmed","snapshot":{{"number":1,"confirmed":[{}]}}}}"#,
        confirmed.join(",")
    )
}

#[tokio::test]
async fn a_sequence_is_sent_in_order_within_the_window_and_confirmed() {
    let result = against(UNPACED, 100, |seen, id| {
        assert_eq!(id, TxId([u8::try_from(seen).unwrap(); 32]), "in order");
        Some(vec![valid(&id), snapshot(&[id]), snapshot(&[id])])
    })
    .await;
    assert_eq!(result.trouble, None);
    assert_eq!((result.submitted, result.confirmed, result.invalid), (100, 100, 0));
    assert_eq!((result.to_valid_us.len(), result.to_confirmed_us.len()), (100, 100));
    assert_eq!(result.snapshots.map(|s| s.len()), Some(200));
}

#[tokio::test]
async fn an_open_loop_sends_at_its_rate() {
    let pace = Pace { window: usize::MAX, per_second: Some(1000.0), duration: None };
    let result = against(pace, 100, |_, id| Some(vec![snapshot(&[id])])).await;
    assert_eq!(result.trouble, None);
    assert_eq!(result.last_submit, Some(Duration::from_millis(99)), "due, not written");
    assert!(result.last_confirm >= result.last_submit);
}

#[tokio::test]
async fn an_invalid_transaction_ends_sending_and_is_reported() {
    let result = against(UNPACED, 100, |seen, id| {
        if seen < 10 {
            return Some(vec![snapshot(&[id])]);
        }
        Some(vec![format!(
            r#"{{"tag":"TxInvalid","utxo":{{}},"transaction":{{"txId":"{id}"}},"validationError":{{"reason":"bad inputs"}}}}"#
        )])
    })
    .await;
    assert_eq!(result.confirmed, 10);
    assert!(result.invalid >= 1 && result.submitted < 100, "{result:?}");
    assert!(result.trouble.unwrap().contains("bad inputs"));
}

#[tokio::test]
async fn refusals_and_lost_connections_say_what_to_do() {
    for (frame, needed) in [
        (r#"{"tag":"CommandFailed","clientInput":{"tag":"NewTx"},"state":{}}"#, "not open"),
        (
            r#"{"tag":"RejectedInputBecauseUnsynced","clientInput":{"tag":"NewTx"},"drift":3}"#,
            "catching up",
        ),
        (r#"{"reason":"txId not matching","input":"x"}"#, "txId not matching"),
    ] {
        let result = against(UNPACED, 5, move |_, _| Some(vec![frame.to_owned()])).await;
        let trouble = result.trouble.expect(frame);
        assert!(trouble.contains(needed), "{trouble}");
        assert_eq!(result.confirmed, 0);
    }
    let result = against(UNPACED, 5, |seen, id| (seen < 1).then(|| vec![snapshot(&[id])])).await;
    let trouble = result.trouble.unwrap();
    assert!(trouble.contains("1012") && trouble.contains("in flight"), "{trouble}");
}

#[tokio::test]
async fn a_refusal_of_another_clients_transaction_is_not_ours() {
    let other = "ff".repeat(32);
    let result = against(UNPACED, 5, move |_, id| {
        let refusal = format!(
            r#"{{"tag":"CommandFailed","clientInput":{{"tag":"NewTx","transaction":{{"txId":"{other}"}}}},"state":{{}}}}"#
        );
        Some(vec![refusal, snapshot(&[id])])
    })
    .await;
    assert_eq!((result.trouble, result.confirmed), (None, 5));
}

fn refused(id: &TxId) -> String {
    format!(
        r#"{{"tag":"TxInvalid","utxo":{{}},"transaction":{{"txId":"{id}"}},"validationError":{{"reason":"spent"}}}}"#
    )
}

#[tokio::test]
async fn refusals_that_the_dataset_wants_are_no_failures_and_others_are() {
    let mut txs = sequence(4);
    txs[1].expect = Expect::Invalid;
    txs[2].expect = Expect::OneOf(1);
    let result = replay(UNPACED, txs.clone(), |seen, id| {
        Some(vec![if seen == 0 || seen == 3 { snapshot(&[id]) } else { refused(&id) }])
    })
    .await;
    assert_eq!(result.trouble, None);
    assert_eq!((result.submitted, result.confirmed, result.invalid), (4, 2, 2));
    assert_eq!((result.owed_confirmed(), result.owed_invalid), (2, 1));
    assert_eq!(result.contenders.len(), 1);
    assert!(!result.contenders[0].confirmed);

    let result = replay(UNPACED, txs, |_, id| Some(vec![snapshot(&[id])])).await;
    assert!(result.trouble.unwrap().contains("needed a refusal"));
}

#[tokio::test]
async fn a_transaction_is_sent_after_that_of_another_client() {
    let other = TxId([0xee; 32]);
    let mut txs = sequence(2);
    txs[1].after = vec![other].into();
    let wide = Pace { window: 10, ..UNPACED };
    for (frame, sent) in [(valid(&other), 2), (snapshot(&[other]), 2), (refused(&other), 1)] {
        let mut answered = 0;
        let result = replay(wide, txs.clone(), move |_, id| {
            answered += 1;
            // The second input comes only when the other one's fate is known.
            Some(if answered == 1 {
                vec![snapshot(&[id]), frame.clone()]
            } else {
                vec![snapshot(&[id])]
            })
        })
        .await;
        assert_eq!((result.submitted, result.confirmed), (sent, sent));
        let told = result.trouble.unwrap_or_default();
        assert_eq!(told.contains("of another client is invalid"), sent == 1, "{told}");
    }
}
