#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::lines::{self, Describe, Outcome};
use super::*;
use crate::settings::Sources;

/// A writer whose bytes the test reads.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn settings(flags: &[(&str, &str)]) -> Settings {
    let flags = flags.iter().chain(&[("offline-head-seed", "00")]);
    let flags =
        flags.map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()])).collect();
    Settings::load(&Sources { flags, ..Sources::default() }).unwrap().settings
}

/// What `act` logs with these flags, line by line.
fn logged(flags: &[(&str, &str)], act: impl FnOnce()) -> Vec<String> {
    let memory = Memory::default();
    let (subscriber, ring) = build(&settings(flags), false, Box::new(memory.clone())).unwrap();
    tracing::subscriber::with_default(subscriber, act);
    assert_eq!(ring.drain(Duration::from_secs(5)), Drained::default());
    let bytes = memory.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
}

fn parsed(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

struct Payment;

impl Describe for Payment {
    fn brief(&self) -> Value {
        json!({ "tag": "NewTx", "txId": "ab" })
    }

    fn whole(&self) -> Value {
        json!({ "tag": "NewTx", "transaction": { "cborHex": "84a3" } })
    }
}

#[test]
fn a_line_is_the_contracts_envelope() {
    let lines = logged(&[("node-id", "a\"b")], || lines::api_server_started(4001));
    let line = parsed(&lines[0]);
    assert_eq!(line["namespace"], "HydraNode-\"a\"b\"");
    assert_eq!(
        line["message"],
        json!({ "tag": "APIServer", "api": { "tag": "APIServerStarted", "listeningPort": 4001 } })
    );
    assert!(line["threadId"].is_u64());
    let time = line["timestamp"].as_str().unwrap();
    assert_eq!(time.len(), "2026-08-21T11:28:42.622965Z".len(), "{time}");
    let keys: Vec<&String> = line.as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 4);
}

#[test]
fn payloads_are_brief_at_debug_and_whole_at_trace() {
    let act = || lines::api_input_received(Payment);
    let brief = parsed(&logged(&[("log-level", "debug")], act)[0]);
    assert_eq!(brief["message"]["api"]["receivedInput"], Payment.brief());
    let whole = parsed(&logged(&[("log-level", "trace")], act)[0]);
    assert_eq!(whole["message"]["api"]["receivedInput"], Payment.whole());
    assert!(logged(&[], act).is_empty(), "nothing per input at the default level");
}

#[test]
fn a_level_may_be_given_by_target() {
    let lines = logged(&[("log-level", "warn,rydra::api=debug")], || {
        lines::milestone(lines::Milestone::NodeHydrated);
        lines::new_api_connection();
    });
    assert_eq!(lines.len(), 1);
    assert!(lines[0].contains("NewAPIConnection"));
}

#[test]
fn milestones_and_outcomes_carry_the_tags_operators_search_for() {
    let seed = [7; 32];
    let by = rydra_core::party::SigningKey::from_seed(&seed).party();
    let changes = [json!({ "tag": "SnapshotConfirmed", "number": 3 })];
    let lines = logged(&[("log-level", "debug")], || {
        lines::milestone(lines::Milestone::EnteringMainloop);
        lines::begin_input(&by, 5, Payment);
        lines::logic_outcome(
            &by,
            Outcome::Continue { changes: &changes, effects: &[], milestone: false },
        );
        lines::logic_outcome(&by, Outcome::Error { error: &json!({ "tag": "RequireFailed" }) });
        lines::end_input(&by, 5);
    });
    assert_eq!(parsed(&lines[0])["message"], json!({ "tag": "EnteringMainloop" }));
    let node = |at: usize| parsed(&lines[at])["message"]["node"].clone();
    assert_eq!(node(1)["tag"], "BeginInput");
    assert_eq!(node(1)["inputId"], 5);
    assert_eq!(node(1)["by"]["vkey"].as_str().unwrap().len(), 64);
    assert_eq!(node(2)["outcome"]["stateChanges"][0]["tag"], "SnapshotConfirmed");
    assert_eq!(node(3)["outcome"]["error"]["tag"], "RequireFailed");
    assert_eq!(node(4)["tag"], "EndInput");
    assert!(!lines.concat().contains(&rydra_core::unit::hex(&seed)), "a signing key was logged");
}

#[test]
fn other_events_are_wrapped_with_their_fields() {
    let lines = logged(&[], || {
        tracing::warn!(target: "rydra::journal", sync_ms = 12, "slow \"sync\"\nnext");
    });
    let message = &parsed(&lines[0])["message"];
    assert_eq!(message["tag"], "Message");
    assert_eq!(message["level"], "warn");
    assert_eq!(message["text"], "slow \"sync\"\nnext");
    assert_eq!(message["fields"]["sync_ms"], 12);
}

#[test]
fn people_get_one_readable_line_without_control_characters() {
    let lines = logged(&[("log-format", "human")], || {
        lines::network(&json!({ "tag": "NetworkConnected", "peers": 0 }));
        tracing::info!(target: "rydra::x", "a\u{1b}[2Jb\nc");
    });
    assert!(
        lines[0].ends_with(" INFO rydra::network Network NetworkConnected peers=0"),
        "{}",
        lines[0]
    );
    assert_eq!(lines.len(), 2, "no line break from outside text");
    assert!(!lines[1].contains('\u{1b}'));
}

#[test]
fn an_overlong_line_keeps_its_tag_and_tells_its_size() {
    let lines =
        logged(&[], || lines::network(&json!({ "tag": "Etcd", "text": "x".repeat(10_000) })));
    let message = &parsed(&lines[0])["message"];
    assert_eq!(message["tag"], "Network");
    assert!(message["omittedBytes"].as_u64().unwrap() > 10_000);
}

#[test]
fn quiet_logs_nothing() {
    let mut quiet = settings(&[]);
    quiet.quiet = true;
    let log = start(&quiet).unwrap();
    assert_eq!(log.drain(), Drained::default());
}

/// Nobody reads the pipe: pushes return at once, the bound holds, what was lost is counted, and the
/// report stands in the log once the reader is back.
#[test]
fn a_pipe_nobody_reads_neither_blocks_nor_grows_and_the_loss_is_reported() {
    const LINES_MAX: usize = 64;
    const LINE_BYTES: usize = 4096;
    let (reader, writer) = io::pipe().unwrap();
    let report = |dropped| format!("dropped {dropped}");
    let ring = Ring::start(LINES_MAX, 1 << 20, Box::new(writer), report).unwrap();
    // Far beyond any pipe's buffer: this loop would never end if pushing could block.
    let pushed = 4096;
    for at in 0..pushed {
        ring.push(format!("{at:0LINE_BYTES$}"));
    }
    let dropped = ring.dropped_total();
    assert!(dropped > 0);
    assert_eq!(
        ring.drain(Duration::from_millis(1)).dropped_total,
        dropped,
        "drain ends at its deadline"
    );

    let read = std::thread::spawn(move || {
        io::BufRead::lines(io::BufReader::new(reader)).map(|line| line.unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(ring.drain(Duration::from_secs(30)), Drained { left: 0, dropped_total: dropped });
    ring.close();
    let lines = read.join().unwrap();
    let reported: u64 = lines
        .iter()
        .filter_map(|l| l.strip_prefix("dropped "))
        .map(|n| n.parse::<u64>().unwrap())
        .sum();
    let written = lines.iter().filter(|line| !line.starts_with("dropped")).count();
    assert_eq!(reported, dropped);
    assert_eq!(written as u64 + dropped, pushed, "each line was written or counted");
}

#[test]
fn the_ring_is_bounded_in_bytes_too() {
    let (_reader, writer) = io::pipe().unwrap();
    let ring = Ring::start(1 << 20, 10_000, Box::new(writer), |_| String::new()).unwrap();
    ring.push("x".repeat(10_001));
    assert_eq!(ring.dropped_total(), 1);
}

#[test]
fn a_reader_that_went_away_ends_the_log_and_not_the_node() {
    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let ring = Ring::start(8, 1 << 20, Box::new(Gone), |_| String::new()).unwrap();
    ring.push("a".to_owned());
    assert_eq!(ring.drain(Duration::from_secs(30)).left, 0);
    for _ in 0..100 {
        ring.push("b".to_owned());
    }
}
