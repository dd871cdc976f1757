//! What a request to `/faults` does to a whole node, and when there is no such request.

use std::thread;
use std::time::Duration;

use rydra::bench::frame;
use rydra::supervision::TREE;
use rydra_test_support::client::{Client, history};
use rydra_test_support::invariant::confirmed_in;
use rydra_test_support::node::NodeProcess;
use rydra_test_support::poll::poll_until;

use crate::site::{PATIENCE, QUERY, Site, USAGE, refused, started, with_text};

const FLAG: &str = "--enable-fault-injection";
/// Longer than any test waits, milliseconds.
const LONG_MS: u32 = 600_000;

/// A client that has sent the payments of a site up to one.
struct Payer<'a> {
    site: &'a Site,
    client: Client,
    sent: usize,
}

impl<'a> Payer<'a> {
    fn new(site: &'a Site, node: &NodeProcess) -> Self {
        let mut client = Client::connect(node.address(), QUERY).unwrap();
        client.until("Greetings", PATIENCE).unwrap();
        Self { site, client, sent: 0 }
    }

    /// Sends the next one.
    fn send(&mut self) {
        self.client.queue(&self.site.payments.lanes[0][self.sent]).unwrap();
        self.client.flush().unwrap();
        self.sent += 1;
    }

    /// Sends the next one until the node refuses it with this reason. What was refused of those before is to be
    /// sent again, like this one.
    fn refused(&mut self, reason: &str) {
        let payment = &self.site.payments.lanes[0][self.sent];
        let text = String::from_utf8(frame::new_tx(payment)).unwrap();
        self.client.send_text(text.clone()).unwrap();
        loop {
            let refusal = self.client.until("InvalidInput", PATIENCE).unwrap();
            assert!(refusal["reason"].as_str().unwrap().contains(reason), "{refusal}");
            if refusal["input"] == *text {
                return;
            }
            self.sent -= 1;
        }
    }

    /// Waits until the last one is confirmed.
    fn confirmed(&mut self) {
        let last = self.site.payments.lanes[0][self.sent - 1].id.to_string();
        loop {
            let snapshot = self.client.until("SnapshotConfirmed", PATIENCE).unwrap();
            if confirmed_in(&snapshot).any(|id| id == last) {
                return;
            }
        }
    }
}

fn until_ready(node: &NodeProcess, status: u16) {
    poll_until(PATIENCE, || {
        let answer = node.request("GET", "/ready", None).map_err(|e| e.to_string())?;
        if answer.status == status { Ok(()) } else { Err(answer.text()) }
    })
    .unwrap_or_else(|e| panic!("waiting for {status}: {e}\n{}", node.tail()));
}

/// Everything sent is in the history, once.
fn nothing_is_lost(node: &NodeProcess, payer: &Payer<'_>) {
    let outputs = history(node.address(), QUERY, PATIENCE).unwrap();
    assert_eq!(outputs.iter().flat_map(confirmed_in).count(), payer.sent);
}

#[test]
fn fault_injection_away_from_loopback_is_refused_whatever_asks_for_it() {
    let site = Site::new(1);
    let parts =
        ["enable-fault-injection with api-host 0.0.0.0", "loopback", "--api-host 127.0.0.1"];
    let open = with_text(&site.spec, "--api-host", "0.0.0.0");
    refused("flag", &open.with_arguments(&[FLAG]), USAGE, &parts);
    let variable = open.with_environment("RYDRA_ENABLE_FAULT_INJECTION", "true");
    refused("variable", &variable, USAGE, &parts);
    let file = site.file("node.yaml", "enable-fault-injection: true\n");
    refused("file", &with_text(&open, "--config", file.to_str().unwrap()), USAGE, &parts);
    let named = with_text(&site.spec, "--api-host", "localhost");
    refused("a name", &named.with_arguments(&[FLAG]), USAGE, &["localhost", "no host name"]);
}

#[test]
fn without_the_flag_the_paths_are_unknown_ones() {
    let site = Site::new(1);
    let node = site.start();
    for (method, path) in [
        ("GET", "/faults"),
        ("DELETE", "/faults"),
        ("POST", "/faults/actors/HeadLogic/kill"),
        ("POST", "/faults/journal/full"),
        ("POST", "/faults/failpoints/head.handle"),
    ] {
        let answer = node.request(method, path, None).unwrap();
        let unknown = node.request(method, "/nowhere", None).unwrap();
        assert_eq!((answer.status, answer.text()), (unknown.status, unknown.text()), "{path}");
        assert_eq!(answer.text(), "\"Resource not found\"");
    }
}

/// So many writes of the journal, and of opening it again, have failed on request.
fn until_failed(node: &NodeProcess, writes: u64) {
    poll_until(PATIENCE, || match node.faults("GET", "").unwrap()["journal"]["acted"].as_u64() {
        Some(acted) if acted >= writes => Ok(()),
        acted => Err(format!("{acted:?} writes failed; needed {writes}")),
    })
    .unwrap_or_else(|e| panic!("{e}\n{}", node.tail()));
}

#[test]
fn a_full_disk_refuses_work_is_waited_for_beyond_the_budget_and_loses_nothing() {
    const FULL: &str = "the disk of this node is full";
    let site = Site::new(3);
    let spec = site.spec.for_faults().with_environment("RYDRA_SUPERVISION_RESTARTS_AT_MOST", "1");
    let node = started(&spec);
    let mut payer = Payer::new(&site, &node);
    payer.send();
    payer.confirmed();
    node.faults("POST", "/journal/full").unwrap();
    // Taken, unless a tick met the disk before it.
    payer.send();
    poll_until(PATIENCE, || match node.request("GET", "/ready", None).unwrap() {
        ready if ready.status == 503 && ready.text().contains("\"disk full\"") => Ok(()),
        ready => Err(format!("{} {}", ready.status, ready.text())),
    })
    .unwrap_or_else(|e| panic!("{e}\n{}", node.tail()));
    payer.refused(FULL);
    let answer = node.request("POST", "/transaction", Some(br#"{"cborHex":"80"}"#)).unwrap();
    let text = answer.text();
    assert_eq!(answer.status, 503, "{text}");
    assert!(text.contains("\"reason\":\"journal\"") && text.contains(FULL), "{text}");
    // Each look at the disk is a try that a budget of one would not allow.
    until_failed(&node, 5);
    assert!(node.tail().contains("no space is left"), "{}", node.tail());
    node.faults("DELETE", "/journal").unwrap();
    until_ready(&node, 200);
    while payer.sent < 3 {
        payer.send();
    }
    payer.confirmed();
    nothing_is_lost(&node, &payer);
}

#[test]
fn a_failing_disk_takes_nothing_and_loses_nothing() {
    let site = Site::new(2);
    let node = started(&site.spec.for_faults());
    let mut payer = Payer::new(&site, &node);
    payer.send();
    payer.confirmed();
    node.faults("POST", "/journal/fail").unwrap();
    payer.send();
    until_ready(&node, 503);
    until_failed(&node, 3);
    assert!(node.tail().contains("disk I/O error"), "{}", node.tail());
    node.faults("DELETE", "/journal").unwrap();
    payer.confirmed();
    until_ready(&node, 200);
    nothing_is_lost(&node, &payer);
}

/// Nothing tells such a disk from one that will work again.
#[test]
fn a_disk_that_goes_on_failing_ends_the_node_past_the_budget_and_loses_nothing() {
    let site = Site::new(1);
    let spec = site.spec.for_faults().with_environment("RYDRA_SUPERVISION_RESTARTS_AT_MOST", "2");
    let mut node = started(&spec);
    let mut payer = Payer::new(&site, &node);
    payer.send();
    payer.confirmed();
    node.faults("POST", "/journal/fail").unwrap();
    assert_eq!(node.wait_exit(PATIENCE).unwrap().code(), Some(1), "{}", node.tail());
    for said in ["disk I/O error", "fault injected at journal.disk"] {
        assert!(node.tail().contains(said), "{said}: {}", node.tail());
    }
    nothing_is_lost(&started(&site.spec), &payer);
}

#[test]
fn a_disk_that_fails_a_few_times_heals_by_itself() {
    let site = Site::new(1);
    let node = started(&site.spec.for_faults());
    let mut payer = Payer::new(&site, &node);
    node.faults("POST", "/journal/fail?every=1&times=3").unwrap();
    payer.send();
    payer.confirmed();
    let journal = &node.faults("GET", "").unwrap()["journal"];
    assert_eq!(journal["acted"], 3, "{journal}");
    assert!(journal["armed"].is_null(), "{journal}");
    nothing_is_lost(&node, &payer);
}

#[test]
fn a_slow_disk_shows_until_it_is_let_go() {
    let site = Site::new(1);
    let node = started(&site.spec.for_faults());
    let mut payer = Payer::new(&site, &node);
    node.faults("POST", &format!("/journal/slow?ms={LONG_MS}")).unwrap();
    payer.send();
    until_ready(&node, 503);
    let stalled = node.faults("GET", "").unwrap();
    assert_eq!(stalled["journal"]["stalling"], 1, "{}", stalled["journal"]);
    node.faults("DELETE", "").unwrap();
    payer.confirmed();
    until_ready(&node, 200);
    assert_eq!(node.deaths(), 0);
}

#[test]
fn a_place_acts_at_its_count_and_is_then_spent() {
    let site = Site::new(3);
    let mut node = started(&site.spec.for_faults());
    let mut payer = Payer::new(&site, &node);
    node.faults("POST", "/failpoints/head.handle?count=3").unwrap();
    payer.send();
    payer.confirmed();
    let report = node.faults("GET", "").unwrap();
    let rows = report["failpoints"].as_array().unwrap();
    let row = rows.iter().find(|row| row["name"] == "head.handle").unwrap();
    assert_eq!((&row["passed"], &row["acted"]), (&3.into(), &1.into()), "{row}");
    assert!(row["armed"].is_null(), "{row}");
    poll_until(PATIENCE, || match node.injected_panics() {
        1 => Ok(()),
        panics => Err(format!("{panics} panics")),
    })
    .unwrap();

    node.faults("POST", "/failpoints/journal.before_commit?action=abort").unwrap();
    payer.send();
    let status = node.wait_exit(PATIENCE).unwrap();
    assert!(!status.success(), "{status}");
    let again = started(&site.spec);
    let outputs = history(again.address(), QUERY, PATIENCE).unwrap();
    assert!(outputs.iter().flat_map(confirmed_in).count() >= 1, "what was confirmed stays");
}

/// What the environment arms is seen and disarmed over HTTP.
#[test]
fn environment_and_requests_share_one_table() {
    let site = Site::new(1);
    let node = started(&site.spec.for_faults().with_fault("hub.handle=stall(5)@1000000+"));
    let row = |report: &serde_json::Value| {
        let rows = report["failpoints"].as_array().unwrap();
        rows.iter().find(|row| row["name"] == "hub.handle").unwrap()["armed"].clone()
    };
    let armed = row(&node.faults("GET", "").unwrap());
    assert_eq!(armed, serde_json::json!({ "action": "stall", "ms": 5, "every": 1_000_000 }));
    assert!(row(&node.faults("DELETE", "").unwrap()).is_null());
}

/// Everything at once, from many sides: whatever is refused is refused with a text, and the node heals.
#[test]
fn faults_of_all_actors_at_the_same_time_are_mended() {
    let site = Site::new(2);
    let node = started(&site.spec.for_faults());
    thread::scope(|scope| {
        for (role, _) in TREE {
            for word in ["kill", "panic", "stall?ms=50"] {
                let node = &node;
                scope.spawn(move || {
                    let client = Client::connect(node.address(), QUERY);
                    for _ in 0..5 {
                        // A role that is being rebuilt, and a session that has just ended, are no mistake here.
                        let path = format!("/faults/actors/{}/{word}", role.name());
                        let answer = node.request("POST", &path, None).unwrap();
                        let known = [200, 400, 503].contains(&answer.status);
                        assert!(known, "{path}: {} {}", answer.status, answer.text());
                    }
                    drop(client);
                });
            }
        }
    });
    until_ready(&node, 200);
    let mut payer = Payer::new(&site, &node);
    payer.send();
    payer.confirmed();
    nothing_is_lost(&node, &payer);
}

/// A stop is asked for while an actor hangs: it ends at its deadline with the reason, as with a hanging disk.
#[test]
fn a_stop_beside_a_stalled_actor_ends_at_its_deadline() {
    let site = Site::new(1);
    let spec = site.spec.for_faults().with_environment("RYDRA_SUPERVISION_SHUTDOWN_MS", "6000");
    let mut node = started(&spec);
    node.faults("POST", &format!("/actors/HeadLogic/stall?ms={LONG_MS}")).unwrap();
    node.terminate().unwrap();
    let status = node.wait_exit(PATIENCE).unwrap();
    assert_eq!(status.code(), Some(1), "{}", node.tail());
    assert!(node.tail().contains("the node did not stop within 6000 ms"), "{}", node.tail());
    let mut again = started(&site.spec);
    again.terminate().unwrap();
    assert!(again.wait_exit(Duration::from_secs(20)).unwrap().success(), "{}", again.tail());
}
