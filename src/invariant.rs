//! Named invariants of the head core, as functions over states and traces: tests call all of them after each
//! input, the machine asserts the cheap ones in debug builds. Source: `head-logic.md` 1.4 (I1 to I5), 6.4.
//!
//! | name | says |
//! |---|---|
//! | HS-1 | the seen number is the confirmed one or the next (I1) |
//! | HS-2 | folding the local transactions over the last signed set gives the local set (I2) |
//! | HS-3 | every local transaction can be resolved by its id (I3) |
//! | HS-4 | a commit under way and a decommit exclude each other (I4) |
//! | HS-5 | the version is the confirmed snapshot's or one above (I5) |
//! | HS-6 | the signing guard covers what was signed and never moves back (6.4) |
//! | HS-7 | no step makes or loses value: sets differ by fees and mints only |
//! | HS-8 | folding the journal's events gives the state in memory (6.5) |
//! | HS-9 | confirmed snapshot numbers are consecutive from 1 (4.2) |
//! | HS-10 | one number has one content, over all parties and for ever (6.4) |
//! | HS-11 | waiting inputs stay within their bounds and indexed (5.4) |
//! | HS-12 | a commit under way has its deposit: current, pending, equal in content |
//! | HS-13 | no snapshot outgrows one accumulator, now or with the commit under way (EC-55) |
//! | HS-14 | event ids and outbox rows are dense (6.3 P4) |

use std::collections::BTreeMap;
use std::fmt;

use crate::apply::apply;
use crate::cardano::tx::Tx;
use crate::cardano::utxo::Utxo;
use crate::cardano::value::AssetName;
use crate::event::{Event, StateEvent};
use crate::machine::Turn;
use crate::snapshot::accumulator::CAPACITY_OUTPUTS;
use crate::snapshot::guard::Guard;
use crate::snapshot::{Snapshot, signable};
use crate::state::open::effective_utxo;
use crate::state::{HeadState, NodeState, OpenState, SeenSnapshot, SyncStatus};
use crate::unit::{EventId, OutboxRow, ScriptHash, SnapshotNumber};

/// A broken invariant: its name and what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// `HS-1` and so on.
    pub name: &'static str,
    /// What was seen.
    pub seen: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.seen)
    }
}

fn unless(holds: bool, name: &'static str, seen: impl FnOnce() -> String) -> Option<Violation> {
    (!holds).then(|| Violation { name, seen: seen() })
}

/// All invariants of one state, O(local transactions * log n).
#[must_use]
pub fn of_state(state: &NodeState) -> Vec<Violation> {
    let HeadState::Open(open) = &state.head else { return Vec::new() };
    let mut found = cheap(state);
    found.extend(
        [version(open), local_set(open), resolvable(open), local_value(open), capacity(open)]
            .into_iter()
            .flatten(),
    );
    found
}

/// The invariants of one state that cost O(1): asserted by debug builds after every input.
#[must_use]
pub fn cheap(state: &NodeState) -> Vec<Violation> {
    let HeadState::Open(open) = &state.head else { return Vec::new() };
    // HS-5 depends on what others do on layer 1: an alarm, no bug of this node.
    let all = [seen_number(open), exclusive(open), deposit_under_way(state, open)];
    all.into_iter().flatten().collect()
}

/// HS-1.
fn seen_number(open: &OpenState) -> Option<Violation> {
    let (seen, confirmed) = (open.seen.number(), open.confirmed_number());
    unless(seen == confirmed || seen == confirmed.next(), "HS-1", || {
        format!("seen number {seen}, confirmed {confirmed}")
    })
}

/// The set that the local transactions were applied to: of the snapshot that collects signatures, else of
/// the confirmed one, at the current version.
fn signed_set(open: &OpenState) -> Utxo {
    match &open.seen {
        SeenSnapshot::Seen { snapshot, .. } => effective_utxo(snapshot, open.version),
        SeenSnapshot::None | SeenSnapshot::Last { .. } | SeenSnapshot::Requested { .. } => {
            open.confirmed_utxo()
        }
    }
}

/// HS-2.
fn local_set(open: &OpenState) -> Option<Violation> {
    let folded = open.local_txs.iter().fold(signed_set(open), |set, tx| set.apply(tx));
    unless(folded == open.local_utxo, "HS-2", || {
        format!(
            "{} local transactions fold to {} outputs, the local set holds {} others",
            open.local_txs.len(),
            folded.len(),
            open.local_utxo.len()
        )
    })
}

/// HS-3.
fn resolvable(open: &OpenState) -> Option<Violation> {
    let lost = open.local_txs.iter().find(|tx| open.all_txs.resolve(&tx.id(), &[]) != Some(tx));
    lost.map(|tx| Violation { name: "HS-3", seen: format!("{} is local and unknown", tx.id()) })
}

/// HS-4.
fn exclusive(open: &OpenState) -> Option<Violation> {
    let both = open.decommit_tx.is_some() && open.commit_under_way().is_some();
    unless(!both, "HS-4", || "a commit is under way beside a decommit".to_owned())
}

/// HS-5.
fn version(open: &OpenState) -> Option<Violation> {
    let (now, confirmed) = (open.version, open.confirmed_version());
    unless(now == confirmed || now == confirmed.next(), "HS-5", || {
        format!("version {now}, the confirmed snapshot has {confirmed}")
    })
}

/// HS-12.
fn deposit_under_way(state: &NodeState, open: &OpenState) -> Option<Violation> {
    let commit = open.commit_under_way()?;
    let deposit = open.current_deposit.and_then(|id| state.pending_deposits.get(&id));
    let fits = deposit.is_some_and(|d| d.deposited.len() == commit.len());
    unless(fits, "HS-12", || {
        format!("a commit of {} outputs, current deposit {:?}", commit.len(), open.current_deposit)
    })
}

/// HS-13.
fn capacity(open: &OpenState) -> Option<Violation> {
    let commit = open.commit_under_way().map_or(0, Utxo::len);
    let mut set = signed_set(open).len();
    let mut largest = set;
    for tx in &open.local_txs {
        set = (set + tx.produced().count()).saturating_sub(tx.spent().len());
        largest = largest.max(set);
    }
    unless(largest + commit <= CAPACITY_OUTPUTS, "HS-13", || {
        format!("{largest} outputs and {commit} to commit, at most {CAPACITY_OUTPUTS} fit")
    })
}

/// Quantities by asset; `None` is lovelace.
pub type Quantities = BTreeMap<Option<(ScriptHash, AssetName)>, i128>;

/// What a set holds.
#[must_use]
pub fn value_of(utxo: &Utxo) -> Quantities {
    let mut sum = Quantities::new();
    for (_, output) in utxo.iter() {
        *sum.entry(None).or_default() += i128::from(output.value.lovelace);
        for (policy, names) in &output.value.assets {
            for (name, quantity) in names {
                *sum.entry(Some((*policy, name.clone()))).or_default() += i128::from(*quantity);
            }
        }
    }
    sum
}

/// What transactions change of a sum: minted or burnt quantities, less fees.
#[must_use]
pub fn change_of<'a>(txs: impl IntoIterator<Item = &'a Tx>) -> Quantities {
    let mut sum = Quantities::new();
    for tx in txs {
        *sum.entry(None).or_default() -= i128::from(tx.body().fee);
        for (policy, names) in &tx.body().mint {
            for (name, quantity) in names {
                *sum.entry(Some((*policy, name.clone()))).or_default() += i128::from(*quantity);
            }
        }
    }
    sum
}

fn plus(mut left: Quantities, right: Quantities) -> Quantities {
    for (asset, quantity) in right {
        *left.entry(asset).or_default() += quantity;
    }
    left.retain(|_, quantity| *quantity != 0);
    left
}

/// HS-7 within a state: the local set against the signed one.
fn local_value(open: &OpenState) -> Option<Violation> {
    let expected = plus(value_of(&signed_set(open)), change_of(&open.local_txs));
    let held = plus(value_of(&open.local_utxo), Quantities::new());
    unless(expected == held, "HS-7", || {
        format!(
            "the local set holds {held:?}, the signed set and local transactions give {expected:?}"
        )
    })
}

/// HS-6: `after` follows `before`, and covers what `state` says was signed.
#[must_use]
pub fn of_guard(
    state: &NodeState,
    before: Option<&Guard>,
    after: Option<&Guard>,
) -> Vec<Violation> {
    let mut found = Vec::new();
    if let Some(before) = before {
        let forward = after.is_some_and(|after| {
            after.head_id != before.head_id || after.number > before.number || after == before
        });
        found.extend(unless(forward, "HS-6", || format!("guard {after:?} follows {before:?}")));
    }
    if let HeadState::Open(open) = &state.head
        && let SeenSnapshot::Seen { snapshot, .. } = &open.seen
    {
        let covered = after
            .is_some_and(|guard| guard.head_id == open.head_id && guard.number >= snapshot.number);
        found.extend(unless(covered, "HS-6", || {
            format!("snapshot {} is signed, the guard is {after:?}", snapshot.number)
        }));
    }
    found
}

/// HS-8: events from the beginning fold to `state`. The sync status may differ one way: a start forces
/// `CatchingUp`.
#[must_use]
pub fn of_fold<'a>(
    events: impl IntoIterator<Item = &'a StateEvent>,
    state: &NodeState,
) -> Option<Violation> {
    let mut folded = NodeState::default();
    for event in events {
        apply(&mut folded, event);
    }
    if state.sync == SyncStatus::CatchingUp {
        folded.sync = SyncStatus::CatchingUp;
    }
    unless(folded == *state, "HS-8", || {
        format!("the journal folds to\n{folded:#?}\nmemory holds\n{state:#?}")
    })
}

/// HS-14: `turn` goes on where `events` events and `row` left off.
#[must_use]
pub fn of_turn(turn: &Turn, events: u64, row: OutboxRow) -> Vec<Violation> {
    let mut found = Vec::new();
    for (needed, event) in (events..).zip(&turn.events) {
        found.extend(unless(event.id == EventId(needed), "HS-14", || {
            format!("event {} where {needed} had to come", event.id)
        }));
    }
    for (needed, (number, _)) in (row.0 + 1..).zip(&turn.outbox) {
        found.extend(unless(number.0 == needed, "HS-14", || {
            format!("outbox row {number} where {needed} had to come")
        }));
    }
    found
}

/// Snapshots by number, over all parties and restarts: HS-10. Compared whole: the signed bytes alone cover
/// outputs but not their references (4.3).
#[derive(Clone, Debug, Default)]
pub struct Contents(BTreeMap<SnapshotNumber, Snapshot>);

impl Contents {
    /// Notes what a party signed or holds confirmed.
    pub fn note(&mut self, snapshot: &Snapshot) -> Option<Violation> {
        let known = self.0.entry(snapshot.number).or_insert_with(|| snapshot.clone());
        let same_ids = known.confirmed.iter().map(Tx::id).eq(snapshot.confirmed.iter().map(Tx::id));
        let same = same_ids
            && known.utxo == snapshot.utxo
            && signable::bytes_of(known) == signable::bytes_of(snapshot);
        unless(same, "HS-10", || format!("snapshot {} has two contents", snapshot.number))
    }

    /// Highest number noted.
    #[must_use]
    pub fn highest(&self) -> SnapshotNumber {
        self.0.keys().next_back().copied().unwrap_or_default()
    }
}

/// HS-9 over a journal.
#[must_use]
pub fn of_numbers<'a>(events: impl IntoIterator<Item = &'a StateEvent>) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut last = SnapshotNumber(0);
    for event in events {
        if let Event::SnapshotConfirmed { number, .. } = &event.event {
            found.extend(unless(*number == last.next(), "HS-9", || {
                format!("snapshot {number} is confirmed after {last}")
            }));
            last = *number;
        }
    }
    found
}

/// HS-7 over two confirmed snapshots: `next` follows `before`, whose commit counts if `next` was signed at a
/// later version.
#[must_use]
pub fn of_snapshots(before: Option<&Snapshot>, next: &Snapshot) -> Option<Violation> {
    let base = before.map_or_else(Utxo::new, |s| effective_utxo(s, next.version));
    let expected = plus(value_of(&base), change_of(&next.confirmed));
    let held = plus(value_of(&next.utxo), Quantities::new());
    unless(expected == held, "HS-7", || {
        format!("snapshot {} holds {held:?}, needed {expected:?}", next.number)
    })
}
