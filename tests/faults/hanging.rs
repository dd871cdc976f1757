//! What hangs beside the node, or inside it: a standard error that nobody reads, a root that does nothing, sessions
//! that are held up, a stop in the middle of a submission.

use std::thread;

use rydra::bench::http;
use rydra_test_support::client::{Client, history};
use rydra_test_support::invariant::confirmed_in;
use rydra_test_support::node::NodeProcess;
use rydra_test_support::poll::poll_until;
use serde_json::json;

use crate::site::{FAILURE, PATIENCE, QUERY, Site, pay, started};

/// Longer than any test waits, milliseconds.
const LONG_MS: u32 = 600_000;

fn until_ready(node: &NodeProcess, status: u16) -> String {
    poll_until(PATIENCE, || {
        let answer = node.request("GET", "/ready", None).map_err(|e| e.to_string())?;
        if answer.status == status { Ok(answer.text()) } else { Err(answer.text()) }
    })
    .unwrap_or_else(|e| panic!("waiting for {status}: {e}\n{}", node.tail()))
}

#[test]
fn a_standard_error_that_nobody_reads_holds_up_neither_a_rebuild_nor_a_stop() {
    let site = Site::new(2);
    let mut spec = site.spec.for_faults();
    spec.unread_stderr = true;
    let mut node = started(&spec);
    for role in ["HeadLogic", "ApiHub", "Persistence"] {
        node.faults("POST", &format!("/actors/{role}/panic")).unwrap();
        until_ready(&node, 200);
    }
    assert_eq!(pay(&node, &site, 2).iter().flat_map(confirmed_in).count(), 2);
    node.terminate().unwrap();
    let status = node.wait_exit(PATIENCE).unwrap();
    assert!(status.success(), "{status}: {}", node.tail());
}

#[test]
fn a_node_that_gives_up_ends_although_nobody_reads_why() {
    let site = Site::new(1);
    let mut spec = site.spec.with_arguments(&["--enable-fault-injection"]);
    spec.unread_stderr = true;
    let mut node = started(&spec);
    node.faults("POST", "/journal/fail").unwrap();
    let mut client = Client::connect(node.address(), QUERY).unwrap();
    client.queue(&site.payments.lanes[0][0]).unwrap();
    client.flush().unwrap();
    let status = node.wait_exit(PATIENCE).unwrap();
    assert_eq!(status.code(), Some(FAILURE), "{}", node.tail());
}

#[test]
fn a_root_that_hangs_shows_in_ready_and_does_not_keep_the_node_from_its_stop() {
    let site = Site::new(1);
    let spec = site.spec.for_faults().with_environment("RYDRA_SUPERVISION_SHUTDOWN_MS", "6000");
    let mut node = started(&spec);
    node.faults("POST", &format!("/failpoints/root.watch?action=stall&ms={LONG_MS}&every=1"))
        .unwrap();
    let body = until_ready(&node, 503);
    assert!(body.contains("no word from the root"), "{body}");
    node.terminate().unwrap();
    let status = node.wait_exit(PATIENCE).unwrap();
    assert_eq!(status.code(), Some(FAILURE), "{}", node.tail());
    assert!(node.tail().contains("the node did not stop within 6000 ms"), "{}", node.tail());
}

/// More sessions than the API has threads: the others, `/health` and the way to end it go on.
#[test]
fn sessions_that_are_stalled_hold_up_nobody_else_and_are_let_go() {
    const SESSIONS: usize = 8;
    let site = Site::new(SESSIONS as u64);
    let node = started(&site.spec.for_faults());
    let mut clients: Vec<Client> = (0..SESSIONS)
        .map(|_| {
            let mut client = Client::connect(node.address(), QUERY).unwrap();
            client.until("Greetings", PATIENCE).unwrap();
            client
        })
        .collect();
    let place = format!("/failpoints/session.handle?action=stall&ms={LONG_MS}&every=1");
    node.faults("POST", &place).unwrap();
    for (client, payment) in clients.iter_mut().zip(&site.payments.lanes[0]) {
        client.queue(payment).unwrap();
        client.flush().unwrap();
    }
    poll_until(PATIENCE, || {
        let report = node.faults("GET", "").unwrap();
        let rows = report["failpoints"].as_array().unwrap();
        let row = rows.iter().find(|row| row["name"] == "session.handle").unwrap();
        if row["stalling"] == SESSIONS { Ok(()) } else { Err(row.to_string()) }
    })
    .unwrap();
    assert_eq!(node.request("GET", "/health", None).unwrap().status, 200);
    node.faults("DELETE", "").unwrap();
    // Each payment spends the one before, and sessions are let go in any order.
    poll_until(PATIENCE, || {
        let seen = history(node.address(), QUERY, PATIENCE).unwrap();
        let told: Vec<&serde_json::Value> = seen
            .iter()
            .filter(|output| ["TxValid", "TxInvalid"].contains(&output["tag"].as_str().unwrap()))
            .collect();
        if told.len() == SESSIONS { Ok(()) } else { Err(format!("{} are told", told.len())) }
    })
    .unwrap();
}

#[test]
fn a_submission_that_a_stop_overtakes_is_answered() {
    let site = Site::new(1);
    let spec = site.spec.for_faults().with_arguments(&["--log-level", "debug"]);
    let spec = spec.with_environment("RYDRA_SUPERVISION_SHUTDOWN_MS", "6000");
    let mut node = started(&spec);
    node.faults("POST", &format!("/actors/HeadLogic/stall?ms={LONG_MS}")).unwrap();
    let cbor: String = site.payments.lanes[0][0].cbor.iter().map(|b| format!("{b:02x}")).collect();
    let body = json!({ "type": "Tx ConwayEra", "description": "", "cborHex": cbor }).to_string();
    let address = node.address().to_owned();
    let answer = thread::spawn(move || {
        http::request(&address, "POST", "/transaction", Some(body.as_bytes()), PATIENCE).unwrap()
    });
    poll_until(PATIENCE, || {
        let tail = node.tail();
        if tail.contains("APITransactionSubmitted") { Ok(()) } else { Err(tail) }
    })
    .unwrap();
    node.terminate().unwrap();
    let answer = answer.join().unwrap();
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert!(answer.text().contains("\"stopping\""), "{}", answer.text());
    assert_eq!(node.wait_exit(PATIENCE).unwrap().code(), Some(FAILURE), "{}", node.tail());
}

/// Synced into files that have no name any more, nothing is durable, so nobody is told that it is.
#[test]
fn a_journal_that_was_removed_ends_the_node_with_the_reason_and_no_promise_more() {
    let site = Site::new(2);
    let mut node = site.start();
    assert_eq!(pay(&node, &site, 1).iter().flat_map(confirmed_in).count(), 1);
    std::fs::remove_dir_all(&site.state).unwrap();
    let mut client = Client::connect(node.address(), QUERY).unwrap();
    client.until("Greetings", PATIENCE).unwrap();
    client.queue(&site.payments.lanes[0][1]).unwrap();
    client.flush().unwrap();
    let status = node.wait_exit(PATIENCE).unwrap();
    assert_eq!(status.code(), Some(FAILURE), "{}", node.tail());
    assert!(node.tail().contains("was removed, moved or replaced"), "{}", node.tail());
    assert!(client.until("TxValid", PATIENCE).is_err(), "a promise that nothing stands behind");
    assert!(!site.state.exists(), "a new journal would forget what was signed");
}

/// An older copy that is put in its place forgets what was signed since: it is not gone on with.
#[test]
fn a_journal_that_was_replaced_by_an_older_copy_ends_the_node_too() {
    let site = Site::new(2);
    assert_eq!(site.lived(1).iter().flat_map(confirmed_in).count(), 1);
    let older = site.dir.path().join("older.db");
    std::fs::copy(site.state.join("rydra.db"), &older).unwrap();
    let mut node = site.start();
    std::fs::rename(&older, site.state.join("rydra.db")).unwrap();
    let mut client = Client::connect(node.address(), QUERY).unwrap();
    client.until("Greetings", PATIENCE).unwrap();
    client.queue(&site.payments.lanes[0][1]).unwrap();
    client.flush().unwrap();
    let status = node.wait_exit(PATIENCE).unwrap();
    assert_eq!(status.code(), Some(FAILURE), "{}", node.tail());
    assert!(node.tail().contains("was removed, moved or replaced"), "{}", node.tail());
    assert!(client.until("TxValid", PATIENCE).is_err(), "a promise that nothing stands behind");
}
