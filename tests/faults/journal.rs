//! Directories that hold no journal of ours, or a damaged one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rusqlite::Connection;
use rydra_test_support::client::history;

use crate::site::{FAILURE, PATIENCE, QUERY, Site, is_root, pay, refused};

const DB: &str = "rydra.db";
const LOG: &str = "rydra.db-wal";

/// Everything in a directory but the lock.
fn image(dir: &Path) -> Vec<(std::ffi::OsString, Vec<u8>)> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let mut all: Vec<_> = entries
        .filter(|entry| entry.file_name() != "rydra.lock")
        .map(|entry| (entry.file_name(), fs::read(entry.path()).unwrap_or_default()))
        .collect();
    all.sort();
    all
}

#[test]
fn a_directory_that_is_a_file_is_refused() {
    let site = Site::new(1);
    fs::write(&site.state, "mine").unwrap();
    refused("a file", &site.spec, FAILURE, &[site.state.to_str().unwrap(), "--persistence-dir"]);
    assert_eq!(fs::read(&site.state).unwrap(), b"mine");
}

#[test]
fn a_directory_that_cannot_be_written_is_refused() {
    if is_root() {
        eprintln!("SKIPPED: a read-only directory: root writes everywhere");
        return;
    }
    let site = Site::new(1);
    fs::create_dir(&site.state).unwrap();
    fs::set_permissions(&site.state, PermissionsExt::from_mode(0o555)).unwrap();
    let parts = [site.state.to_str().unwrap(), "needed the right to read and write", "owner"];
    refused("read-only", &site.spec, FAILURE, &parts);
}

#[test]
fn the_log_of_hydra_node_is_left_alone() {
    let site = Site::new(1);
    fs::create_dir(&site.state).unwrap();
    fs::write(site.state.join("hydra.db"), "theirs").unwrap();
    let parts = ["hydra.db", "event log of hydra-node", "--persistence-dir"];
    refused("hydra-node's", &site.spec, FAILURE, &parts);
    assert_eq!(image(&site.state), [("hydra.db".into(), b"theirs".to_vec())]);
}

#[test]
fn a_journal_that_is_in_use_is_refused_and_its_node_undisturbed() {
    let site = Site::new(20);
    let node = site.start();
    let holder = format!("process {}", node.id());
    refused("in use", &site.spec, FAILURE, &["rydra.lock", &holder, "stop that process"]);
    pay(&node, &site, 20);
}

#[test]
fn a_journal_of_a_newer_version_is_refused_and_left_as_it_was() {
    let site = Site::new(20);
    site.lived(20);
    let db = Connection::open(site.state.join(DB)).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let before = image(&site.state);
    refused("newer", &site.spec, FAILURE, &["has format 99; needed at most 1", "newer version"]);
    assert_eq!(image(&site.state), before);
}

#[test]
fn a_torn_end_is_dropped_and_nothing_that_was_told_is_lost() {
    let site = Site::new(40);
    let mut node = site.start();
    let before = pay(&node, &site, 40);
    node.kill().unwrap();
    let log = site.state.join(LOG);
    let mut bytes = fs::read(&log).unwrap();
    assert!(!bytes.is_empty(), "a killed node leaves its log");
    // A transaction that was being written when the machine died.
    bytes.extend_from_slice(&[0x5a; 4_000]);
    fs::write(&log, bytes).unwrap();
    let node = site.start();
    assert_eq!(history(node.address(), QUERY, PATIENCE).unwrap()[..before.len()], before);
}

#[test]
fn damage_in_the_middle_is_refused_with_its_place() {
    let site = Site::new(40);
    site.lived(40);
    let path = site.state.join(DB);
    let mut bytes = fs::read(&path).unwrap();
    let id = site.payments.lanes[0][0].id.0;
    // Everywhere it stands: a file also holds bytes that no row owns any more (outbox rows that were
    // deleted, cells that a page split moved), and damage there is none.
    let places: Vec<usize> = (0..bytes.len().saturating_sub(id.len()))
        .filter(|at| bytes[*at..].starts_with(&id))
        .collect();
    assert!(!places.is_empty(), "the first payment is stored");
    for at in places {
        bytes[at] ^= 1;
    }
    fs::write(&path, bytes).unwrap();
    let parts = [DB, "is damaged", "needed an unbroken history", "restore", "backup"];
    refused("damaged", &site.spec, FAILURE, &parts);
}
