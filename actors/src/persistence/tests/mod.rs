//! Tests of the journal, all against real files.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod bad_input;
mod crash;
mod store;
mod thread;
mod torn;

use super::{Batch, Entry, Store, open};
use std::path::Path;

/// A step as HeadLogic would append it: some events, a cursor, an outbox row.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub first: u64,
    pub events: Vec<Vec<u8>>,
}

impl Step {
    pub fn of(first: u64, count: u64, size: usize) -> Self {
        Self { first, events: (first..first + count).map(|id| content(id, size)).collect() }
    }
}

impl Entry for Step {
    fn weight_bytes(&self) -> usize {
        self.events.iter().map(Vec::len).sum()
    }

    fn write(&self, batch: &mut Batch) {
        for (id, event) in (self.first..).zip(&self.events) {
            batch.event(id, event);
        }
        batch.cursor("network", &self.first.to_be_bytes());
    }
}

/// Bytes that depend on the id, so that a misplaced event is noticed.
pub(super) fn content(id: u64, size: usize) -> Vec<u8> {
    let seed = id.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut bytes: Vec<u8> = id.to_be_bytes().to_vec();
    bytes.extend((0..size.saturating_sub(8)).map(|i| (seed >> (i % 56)) as u8 ^ i as u8));
    bytes
}

pub(super) fn append(store: &mut Store, from: u64, count: u64, size: usize) {
    let mut batch = store.batch();
    Step::of(from, count, size).write(&mut batch);
    store.commit(batch).unwrap();
}

pub(super) fn events(store: &Store) -> Vec<(u64, Vec<u8>)> {
    let (mut all, mut from) = (Vec::new(), Some(0));
    while let Some(id) = from {
        let page = store.read_events(id, 64 * 1024).unwrap();
        all.extend(page.iter().map(|(id, bytes)| (id, bytes.to_vec())));
        from = page.next();
    }
    all
}

pub(super) fn reopen(dir: &Path) -> Store {
    open(dir).unwrap().0
}
