//! A child process is killed at counted places; what it had reported durable must be there.

use super::{super::*, Step, events, open};
use crate::failpoint;
use std::{
    env,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

const CHILD: &str = "persistence::tests::crash::child_appends_until_it_dies";
const CHILD_DIR: &str = "RYDRA_TEST_CRASH_DIR";
/// Steps that a child appends if nothing stops it.
const STEPS: u64 = 400;

/// Appends steps, prints "appended N" before and "durable N" after each becomes so, until a failpoint ends it.
#[test]
#[ignore = "run by other tests in a process of its own"]
fn child_appends_until_it_dies() {
    let Some(dir) = env::var_os(CHILD_DIR) else { return };
    failpoint::arm_from_env().unwrap();
    let (store, opened) = open(Path::new(&dir)).unwrap();
    let first = opened.last_event_id.map_or(0, |id| id + 1);
    let (told, durable) = std::sync::mpsc::channel();
    let failed = told.clone();
    let callbacks = Callbacks {
        on_durable: Box::new(move |batch| {
            // One write per line: it is out before anything later happens.
            let line = format!("\ndurable {}\n", batch.last_event_id.map_or(0, |id| id + 1));
            std::io::stderr().write_all(line.as_bytes()).unwrap();
            told.send(true).unwrap();
        }),
        on_failed: Box::new(move |_| failed.send(false).unwrap()),
    };
    let journal = JournalThread::spawn(store, Credit::default(), callbacks).unwrap();
    let handle = journal.handle();
    let mut next = first;
    for _ in 0..STEPS {
        for _ in 0..3 {
            handle.append(Step::of(next, 2, 700)).ok();
            next += 2;
        }
        if !durable.recv().unwrap() {
            break;
        }
    }
    drop(journal);
}

/// Runs a child; gives the count of events it reported durable, and whether it ended by itself.
fn run(dir: &Path, faults: &str) -> (Option<u64>, bool) {
    let out = Command::new(env::current_exe().unwrap())
        .args(["--exact", CHILD, "--ignored", "--nocapture"])
        .env(CHILD_DIR, dir)
        .env(failpoint::ENABLE, "1")
        .env(failpoint::ARM, faults)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&out.stderr);
    let reported =
        text.lines().filter_map(|l| l.strip_prefix("durable ")?.parse().ok()).next_back();
    (reported, out.status.success())
}

/// Opens after the crash and checks the whole history; gives its length.
fn check(dir: &Path, reported: Option<u64>) -> Result<u64, String> {
    let (store, opened) = open(dir).map_err(|e| e.to_string())?;
    store.full_check().map_err(|e| e.to_string())?;
    let found = opened.last_event_id.map_or(0, |id| id + 1);
    for (id, bytes) in events(&store) {
        assert_eq!(bytes, super::content(id, 700));
    }
    assert!(found.is_multiple_of(2), "steps are whole");
    if reported.unwrap_or(0) > found {
        return Err(format!("reported durable {reported:?}, found {found}"));
    }
    Ok(found)
}

#[test]
fn a_process_that_dies_at_any_place_keeps_what_it_reported() {
    let dir = tempfile::tempdir().unwrap();
    let mut length = 0;
    for count in [1, 2, 3, 7, 19, 37, 64, 101, 150, 211] {
        for point in [
            failpoint::JOURNAL_APPEND,
            failpoint::JOURNAL_BEFORE_COMMIT,
            failpoint::JOURNAL_AFTER_COMMIT,
        ] {
            let faults = format!("{}=abort@{count}", point.name());
            let (reported, ended) = run(dir.path(), &faults);
            assert!(!ended, "{faults} did not fire");
            let found =
                check(dir.path(), reported).unwrap_or_else(|loss| panic!("{faults}: {loss}"));
            assert!(found >= length, "{faults}: shrank from {length} to {found}");
            length = found;
        }
    }
    assert!(length > 1000, "{length}");
}

#[test]
fn an_injected_error_stops_the_journal_without_a_loss() {
    for point in [failpoint::JOURNAL_APPEND, failpoint::JOURNAL_BEFORE_COMMIT] {
        let dir = tempfile::tempdir().unwrap();
        let (reported, ended) = run(dir.path(), &format!("{}=error@20", point.name()));
        assert!(ended && reported.is_some());
        assert_eq!(check(dir.path(), reported), Ok(reported.unwrap()));
    }
}

#[test]
fn the_harness_finds_the_loss_when_effects_leave_before_the_sync() {
    let lost = (1..=20).any(|count| {
        let dir = tempfile::tempdir().unwrap();
        let early = failpoint::JOURNAL_RELEASE_BEFORE_SYNC.name();
        let faults = format!("{early}=switch,journal.before_commit=abort@{count}");
        let (reported, _) = run(dir.path(), &faults);
        check(dir.path(), reported).is_err()
    });
    assert!(lost, "20 runs without a loss: the harness is blind");
}

#[test]
fn arming_without_the_second_variable_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let out = Command::new(env::current_exe().unwrap())
        .args(["--exact", CHILD, "--ignored", "--nocapture"])
        .env(CHILD_DIR, dir.path())
        .env_remove(failpoint::ENABLE)
        .env(failpoint::ARM, "journal.append=abort@1")
        .output()
        .unwrap();
    assert!(!out.status.success());
    assert!(String::from_utf8_lossy(&out.stderr).contains("NotEnabled"));
    assert!(!dir.path().join(FILE_NAME).exists(), "nothing was started");
}

#[test]
fn kill_9_at_a_random_instant_keeps_what_was_reported() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..10_u64 {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", CHILD, "--ignored", "--nocapture"])
            .env(CHILD_DIR, dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Kill as soon as it has reported a number of batches that differs per round.
        let mut lines =
            std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
        let wanted = 1 + round * 17 % 120;
        let number =
            |line: String| line.strip_prefix("durable ").and_then(|n| n.parse::<u64>().ok());
        let mut last = None;
        for _ in 0..wanted {
            last = lines.by_ref().map_while(Result::ok).find_map(number).or(last);
        }
        child.kill().unwrap();
        last = lines.map_while(Result::ok).filter_map(number).last().or(last);
        child.wait().unwrap();
        check(dir.path(), last).unwrap_or_else(|loss| panic!("round {round}: {loss}"));
    }
}
