//! Clients that ask for too much, or twice: the node answers, stays small, and serves the others.

use rydra_core::unit::hex;
use rydra_test_support::client::{Client, Next};

use crate::memory::resident_kib;
use crate::site::{PATIENCE, QUERY, Site};

/// Commands that fail, sent as fast as the socket takes them.
const COMMANDS: usize = 400;
/// Growth allowed over them, KiB: two rings of 8 MiB, and what an allocator keeps.
const GROWTH_MAX_KIB: u64 = 64 * 1024;

/// How long the other client may wait: all answers before its own are rendered first, some 40 MB of text, on
/// a machine that may be compiling beside it.
const TURN: std::time::Duration = PATIENCE.saturating_mul(4);

/// Each `CommandFailed` carries the whole head state to every client: 14 bytes in, a hundred kilobytes out.
#[test]
fn failing_commands_neither_fill_memory_nor_cut_a_client_that_reads() {
    let site = Site::wide(600);
    let mut node = site.start();
    let mut bystander = Client::connect(node.address(), QUERY).unwrap();
    bystander.until("Greetings", PATIENCE).unwrap();
    let mut greedy = Client::connect(node.address(), QUERY).unwrap();
    greedy.until("Greetings", PATIENCE).unwrap();
    let before = resident_kib(node.id());
    for _ in 0..COMMANDS {
        greedy.send_text(r#"{"tag":"Init"}"#.to_owned()).unwrap();
    }
    greedy.until("CommandFailed", PATIENCE).expect("it is answered");
    bystander.queue(&site.payments.lanes[0][0]).unwrap();
    bystander.flush().unwrap();
    bystander.until("TxValid", TURN).expect("the other client is served");
    let after = resident_kib(node.id());
    eprintln!("resident before {before} KiB, after {COMMANDS} failing commands {after} KiB");
    assert!(after.saturating_sub(before) <= GROWTH_MAX_KIB, "grew from {before} to {after} KiB");
    assert!(node.is_alive());
}

#[test]
fn a_confirmed_transaction_submitted_again_is_answered_at_once() {
    let site = Site::new(1);
    let node = site.start();
    let payment = &site.payments.lanes[0][0];
    let mut client = Client::connect(node.address(), QUERY).unwrap();
    client.until("Greetings", PATIENCE).unwrap();
    client.queue(payment).unwrap();
    client.flush().unwrap();
    client.until("SnapshotConfirmed", PATIENCE).unwrap();
    client.queue(payment).unwrap();
    client.flush().unwrap();
    let answer = client.until("InvalidInput", PATIENCE).unwrap();
    let reason = answer["reason"].as_str().unwrap();
    assert!(reason.contains("confirmed already, in snapshot 2"), "{reason}");
    let body = format!(r#"{{"cborHex":"{}"}}"#, hex(&payment.cbor));
    let answer = node.request("POST", "/transaction", Some(body.as_bytes())).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.text().contains("SubmitTxConfirmed"), "{}", answer.text());
}

#[test]
fn arrays_are_no_messages() {
    let site = Site::new(1);
    let node = site.start();
    let good = hex(&site.payments.lanes[0][0].cbor);
    let mut client = Client::connect(node.address(), QUERY).unwrap();
    client.until("Greetings", PATIENCE).unwrap();
    for message in
        [r#"["Init"]"#.to_owned(), format!(r#"{{"tag":"NewTx","transaction":["{good}"]}}"#)]
    {
        client.send_text(message.clone()).unwrap();
        loop {
            match client.next(PATIENCE).unwrap() {
                Next::Text(text) if text.contains("InvalidInput") => break,
                Next::Text(text) => {
                    assert!(!text.contains("TxValid") && !text.contains("CommandFailed"), "{text}");
                }
                other @ (Next::Nothing | Next::Closed(_)) => panic!("{message}: {other:?}"),
            }
        }
    }
    let body = format!(r#"["{good}"]"#);
    let answer = node.request("POST", "/transaction", Some(body.as_bytes())).unwrap();
    assert_eq!(answer.status, 400, "{}", answer.text());
}
