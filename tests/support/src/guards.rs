//! What was signed, death by death, against what is confirmed in the end: no number stands for two contents.
//!
//! Clients cannot see it: a number that was signed, not shown, and signed again with another content looks
//! like any other to them. The guard that each death leaves on the disk tells what was signed last
//! (`head-logic.md` 6.4), and the journal at the end what was confirmed under each number.

use std::collections::BTreeMap;
use std::path::Path;

use pallas_codec::minicbor;
use rydra::persistence::hydrate::hydrate;
use rydra::persistence::{FILE_NAME, READ_PAGE_MAX_BYTES, Store, open};
use rydra_core::apply::apply;
use rydra_core::event::StateEvent;
use rydra_core::snapshot::guard::{Guard, Permission, permission};
use rydra_core::snapshot::signable;
use rydra_core::state::{HeadState, NodeState};
use rydra_core::unit::{SnapshotNumber, SnapshotVersion};

use crate::invariant::Violation;
use crate::{HarnessError, failed};

/// Files of a journal.
const FILES: [&str; 2] = ["", "-wal"];

/// The guards that deaths left.
#[derive(Debug, Default)]
pub struct Guards(Vec<Guard>);

impl Guards {
    /// Remembers the guard of a journal that nobody has open; there may be none yet. One that does not open is passed
    /// over: the node that is started on it next says what is wrong.
    ///
    /// # Errors
    /// When the journal cannot be copied.
    pub fn left_in(&mut self, dir: &Path) -> Result<(), HarnessError> {
        if !dir.join(FILE_NAME).exists() {
            return Ok(());
        }
        let files = copied(dir)?;
        if let Ok((store, opened)) = open(files.path())
            && let Ok(hydrated) = hydrate(&store, &opened, &|_| {})
        {
            self.0.extend(hydrated.restored.guard);
        }
        Ok(())
    }

    /// How many were left.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.0.len()
    }

    /// Compares all with each other and with what is confirmed in the journal.
    ///
    /// # Errors
    /// With every number that stands for two contents; or when the journal cannot be read.
    pub fn check(&self, dir: &Path) -> Result<Vec<Violation>, HarnessError> {
        let files = copied(dir)?;
        let (store, _) = open(files.path()).map_err(failed)?;
        let confirmed = confirmed_in(&store)?;
        Ok(self.against(&confirmed))
    }

    fn against(&self, confirmed: &BTreeMap<SnapshotNumber, Signed>) -> Vec<Violation> {
        let mut twice = Vec::new();
        for (at, guard) in self.0.iter().enumerate() {
            let other = |earlier: &&Guard| {
                earlier.number == guard.number && earlier.content != guard.content
            };
            let before = self.0.iter().take(at).find(other).is_some();
            let lower = self.0.iter().take(at).any(|earlier| earlier.number > guard.number);
            let in_the_end = confirmed.get(&guard.number).is_some_and(|(version, bytes)| {
                permission(Some(guard), &guard.head_id, guard.number, *version, bytes)
                    != Permission::Again
            });
            if before || in_the_end {
                twice.push(Violation::SignedTwice(guard.number.0));
            }
            if lower {
                twice.push(Violation::GuardWentBack(guard.number.0));
            }
        }
        twice
    }
}

/// The files of a journal elsewhere, so that reading them changes nothing.
fn copied(dir: &Path) -> Result<tempfile::TempDir, HarnessError> {
    let copy = tempfile::tempdir().map_err(failed)?;
    for suffix in FILES {
        let name = format!("{FILE_NAME}{suffix}");
        if dir.join(&name).exists() {
            std::fs::copy(dir.join(&name), copy.path().join(&name)).map_err(failed)?;
        }
    }
    Ok(copy)
}

/// Version and signable bytes of a snapshot.
type Signed = (SnapshotVersion, Vec<u8>);

/// Confirmed snapshots by their number, from the first event on.
fn confirmed_in(store: &Store) -> Result<BTreeMap<SnapshotNumber, Signed>, HarnessError> {
    let (mut state, mut confirmed) = (NodeState::default(), BTreeMap::new());
    let mut from = Some(0);
    while let Some(first) = from {
        let page = store.read_events(first, READ_PAGE_MAX_BYTES).map_err(failed)?;
        for (_, bytes) in page.iter() {
            let event: StateEvent = minicbor::decode(bytes).map_err(failed)?;
            apply(&mut state, &event);
            if let HeadState::Open(open) = &state.head
                && let Some(snapshot) = open.confirmed_content()
                && !confirmed.contains_key(&snapshot.number)
            {
                let signed = (snapshot.version, signable::bytes_of(snapshot));
                confirmed.insert(snapshot.number, signed);
            }
        }
        from = page.next();
    }
    Ok(confirmed)
}

#[cfg(test)]
#[path = "guards_tests.rs"]
mod tests;
