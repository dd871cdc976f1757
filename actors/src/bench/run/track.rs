//! What a client is asked to do, what it keeps per transaction, and what it measured.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::time::Duration;

use rydra_core::unit::TxId;

use crate::bench::dataset::SequencedTx;
use crate::bench::expect::{Contender, Expect};

/// How fast a client sends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Most transactions in flight.
    pub window: usize,
    /// Open loop: this client's transactions per second.
    pub per_second: Option<f64>,
    /// Stop submitting after this long.
    pub duration: Option<Duration>,
}

/// A snapshot as the watching client saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SnapshotSeen {
    /// Since the start of the run.
    pub at: Duration,
    /// Transactions in it.
    pub transactions: u64,
}

/// What a client measured.
#[derive(Debug, Default)]
pub(super) struct ClientResult {
    /// Transactions sent.
    pub submitted: u64,
    /// Own transactions seen in a snapshot.
    pub confirmed: u64,
    /// Own transactions refused for good.
    pub invalid: u64,
    /// Sent ones that had to be refused.
    pub owed_invalid: u64,
    /// Sent ones that stand in contests.
    pub contenders: Vec<Contender>,
    /// Microseconds from submission to `TxValid`.
    pub to_valid_us: Vec<u32>,
    /// Microseconds from submission to the snapshot.
    pub to_confirmed_us: Vec<u32>,
    /// First submission, since the start of the run.
    pub first_submit: Option<Duration>,
    /// Last submission.
    pub last_submit: Option<Duration>,
    /// Last confirmation.
    pub last_confirm: Option<Duration>,
    /// Snapshots, when this client watched them.
    pub snapshots: Option<Vec<SnapshotSeen>>,
    /// Why it ended before its sequence did.
    pub trouble: Option<String>,
}

impl ClientResult {
    /// Notes what was owed to the transactions that were sent, and what was granted though not owed.
    pub fn judge(&mut self, sequence: &[SequencedTx], fates: &[Fate]) {
        for (tx, fate) in sequence.iter().zip(fates).filter(|(_, fate)| **fate != Fate::Unsent) {
            let confirmed = *fate == Fate::Confirmed;
            match tx.expect {
                Expect::Confirmed => {}
                Expect::Invalid => {
                    self.owed_invalid += 1;
                    if confirmed && self.trouble.is_none() {
                        self.trouble = Some(format!(
                            "transaction {} was confirmed; needed a refusal, as another one spends the \
                             same output",
                            tx.id
                        ));
                    }
                }
                Expect::OneOf(contest) => {
                    self.contenders.push(Contender { contest, id: tx.id, confirmed });
                }
            }
        }
    }

    /// What the transactions that were sent were owed; contests are counted by their members here.
    pub fn owed_confirmed(&self) -> u64 {
        self.submitted.saturating_sub(self.owed_invalid + self.contenders.len() as u64)
    }
}

/// Fate of a transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Unsent,
    Sent,
    Valid,
    Confirmed,
    Invalid,
}

/// Ids are uniform hashes already: their first bytes are hash enough.
#[derive(Default)]
pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(Ok(first)) = bytes.get(..8).map(<[u8; 8]>::try_from) {
            self.0 = u64::from_le_bytes(first);
        }
    }

    fn write_usize(&mut self, _: usize) {
        // The length prefix of a byte array says nothing about an id.
    }
}

/// Position of each id in the sequence.
pub(super) type Index = HashMap<TxId, usize, BuildHasherDefault<IdHasher>>;
