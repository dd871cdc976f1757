//! Malformed client input against the real node, over WebSocket and HTTP.

use rydra_core::unit::hex;
use rydra_test_support::client::{Client, Next, history};
use rydra_test_support::invariant::confirmed_in;

use crate::site::{PATIENCE, QUERY, Site};

/// Beyond any message: twice the largest frame that is taken.
const HUGE_BYTES: usize = 2 * 1024 * 1024;
/// Close code for a frame that is too large.
const TOO_LARGE: u16 = 1009;

/// What is wrong, hex of the transaction, words of the reason.
fn transactions(good: &str) -> Vec<(&'static str, String, &'static str)> {
    let lovelace = "1a05f5e100"; // 100,000,000, as every payment of these files has it
    let asset = |quantity: &str| format!("82{lovelace}a1581c{}a14101{quantity}", "ab".repeat(28));
    let index = good.find("825820").unwrap() + 6 + 64;
    let witness = good.rfind("825820").unwrap();
    let swapped =
        |from: usize, len: usize, to: &str| format!("{}{to}{}", &good[..from], &good[from + len..]);
    vec![
        ("no hex", "zz".into(), "hex"),
        ("half a digit", good[..good.len() - 1].into(), "hex"),
        ("cut off", good[..good.len() / 2 / 2 * 2].into(), "nothing was cut off"),
        ("more behind it", format!("{good}00"), "1 bytes follow"),
        ("another kind of CBOR", "83010203".into(), "3 items; needed 4"),
        ("nested 100,000 levels", "81".repeat(100_000), "at most 256"),
        ("a 31-byte key", swapped(witness, 8, "82581f"), "32"),
        ("no asset of a kind", good.replace(lovelace, &asset("00")), "quantity 0; needed 1"),
        ("a negative quantity", good.replace(lovelace, &asset("20")), "negative integer"),
        (
            "more than 64 bits",
            good.replace(lovelace, "c249010000000000000000"),
            "18446744073709551615",
        ),
        ("index 65536", swapped(index, 2, "1a00010000"), "65536"),
        (
            "a key twice",
            good.replacen("84a300", "84a400", 1).replace("0200a100", "02000200a100"),
            "",
        ),
    ]
}

fn messages(good: &str) -> Vec<(&'static str, String, &'static str)> {
    let mut all: Vec<_> = transactions(good)
        .into_iter()
        .map(|(what, tx, seen)| {
            (what, format!(r#"{{"tag":"NewTx","transaction":{{"cborHex":"{tx}"}}}}"#), seen)
        })
        .collect();
    all.extend([
        ("nothing", String::new(), "one JSON object"),
        ("no JSON", "{\"tag\": \"NewT".into(), "one JSON object"),
        ("no object", "[1]".into(), "one JSON object"),
        ("no tag", "{}".into(), "tag"),
        ("an unknown tag", r#"{"tag":"Explode"}"#.into(), "NewTx"),
        ("a tag of another type", r#"{"tag":1}"#.into(), "tag"),
        ("no transaction", r#"{"tag":"NewTx"}"#.into(), "transaction"),
        ("objects nested 100,000 levels", "{\"a\":".repeat(100_000), "64 levels"),
        (
            "another id",
            format!(
                r#"{{"tag":"NewTx","transaction":{{"cborHex":"{good}","txId":"{}"}}}}"#,
                "00".repeat(32)
            ),
            "",
        ),
    ]);
    all
}

#[test]
fn malformed_input_is_answered_and_the_connection_stays() {
    let site = Site::new(2);
    let mut node = site.start();
    let good = hex(&site.payments.lanes[0][0].cbor);
    let mut client = Client::connect(node.address(), QUERY).unwrap();
    client.until("Greetings", PATIENCE).unwrap();
    for (what, message, seen) in messages(&good) {
        client.send_text(message).unwrap();
        let answer =
            client.until("InvalidInput", PATIENCE).unwrap_or_else(|e| panic!("{what}: {e}"));
        let reason = answer["reason"].as_str().unwrap();
        assert!(reason.contains(seen), "{what}: {reason}");
        let advice = ["needed", "no message needs", "leave txId out"];
        assert!(advice.iter().any(|words| reason.contains(words)), "{what}: {reason}");
    }
    for (what, tx, seen) in transactions(&good) {
        let body = format!(r#"{{"cborHex":"{tx}"}}"#);
        let answer = node.request("POST", "/transaction", Some(body.as_bytes())).unwrap();
        assert_eq!(answer.status, 400, "{what}: {}", answer.text());
        assert!(answer.text().contains(seen), "{what}: {}", answer.text());
    }
    let outputs = history(node.address(), QUERY, PATIENCE).unwrap();
    assert_eq!(outputs.iter().flat_map(confirmed_in).count(), 0, "nothing of it was confirmed");
    client.queue(&site.payments.lanes[0][0]).unwrap();
    client.flush().unwrap();
    client.until("TxValid", PATIENCE).expect("the connection is as good as before");
    assert!(node.is_alive());
    assert!(!node.tail().contains("panicked"), "{}", node.tail());
}

#[test]
fn a_huge_frame_closes_its_connection_with_a_code_and_no_other() {
    let site = Site::new(1);
    let mut node = site.start();
    let mut bystander = Client::connect(node.address(), QUERY).unwrap();
    bystander.until("Greetings", PATIENCE).unwrap();
    let mut client = Client::connect(node.address(), QUERY).unwrap();
    client.until("Greetings", PATIENCE).unwrap();
    // The node may close before all of it is written.
    let _ = client.send_text(" ".repeat(HUGE_BYTES));
    let close = loop {
        match client.next(PATIENCE).unwrap() {
            Next::Closed(frame) => break frame.expect("a close with a code"),
            Next::Text(_) => {}
            Next::Nothing => panic!("no close"),
        }
    };
    assert_eq!(u16::from(close.code), TOO_LARGE, "{close:?}");
    assert!(close.reason.contains("at most"), "{close:?}");
    let answer = node.request("POST", "/transaction", Some(&vec![b' '; HUGE_BYTES])).unwrap();
    assert_eq!(answer.status, 413, "{}", answer.text());
    assert!(answer.text().contains("at most"), "{}", answer.text());
    bystander.queue(&site.payments.lanes[0][0]).unwrap();
    bystander.flush().unwrap();
    bystander.until("TxValid", PATIENCE).expect("another connection is undisturbed");
    assert!(node.is_alive());
}
