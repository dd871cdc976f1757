//! What a node knows (`head-logic.md` 1). Every collection is persistent or small: cloning a state is O(1)
//! in the number of outputs and transactions.

pub mod open;
pub mod pool;

use imbl::OrdMap;
use pallas_codec::minicbor::{self, Decode, Encode};

use crate::cardano::utxo::Utxo;
use crate::codec;
use crate::party::Party;
use crate::unit::{Hash32, HeadId, Slot, SnapshotNumber, Span, TxId, UtcTime};

pub use open::{OpenState, SeenSnapshot};

/// Whether the chain view is fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum SyncStatus {
    /// It is.
    #[n(0)]
    InSync,
    /// It is not: clients are refused, peer messages wait.
    #[n(1)]
    CatchingUp,
}

/// A block on layer 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct ChainPoint {
    /// Slot.
    #[n(0)]
    pub slot: Slot,
    /// Block hash.
    #[n(1)]
    pub block_hash: Hash32,
}

/// What the chain component needs to build transactions; empty offline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct ChainState {
    /// Outputs of the head on layer 1.
    #[n(0)]
    pub spendable: Utxo,
    /// Block of the last observation.
    #[n(1)]
    pub recorded_at: Option<ChainPoint>,
}

/// Slot and time of the last tick; `drift` as of the last change of the sync status (`api.md` 5.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct ChainPointTime {
    /// Slot.
    #[n(0)]
    pub current_slot: Slot,
    /// Chain time.
    #[n(1)]
    pub current_chain_time: UtcTime,
    /// Wall clock less chain time.
    #[n(2)]
    pub drift: Span,
}

/// Life of a deposit (`head-logic.md` 1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum DepositStatus {
    /// Too young.
    #[n(0)]
    Inactive,
    /// May be added to the head.
    #[n(1)]
    Active,
    /// Too close to its deadline; kept for recovery.
    #[n(2)]
    Expired,
}

/// Funds on their way into a head.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Deposit {
    /// Head it is meant for.
    #[n(0)]
    pub head_id: HeadId,
    /// What was deposited.
    #[n(1)]
    pub deposited: Utxo,
    /// Chain time of the deposit.
    #[n(2)]
    pub created: UtcTime,
    /// Chain time after which it can be recovered.
    #[n(3)]
    pub deadline: UtcTime,
    /// Status as last recorded.
    #[n(4)]
    pub status: DepositStatus,
}

impl Deposit {
    /// Status at a chain time; a pure function, all comparisons strict (`head-logic.md` 1.2).
    #[must_use]
    pub fn status_at(&self, now: UtcTime, deposit_period: Span, activation: Span) -> DepositStatus {
        if now > self.deadline.minus(deposit_period) {
            DepositStatus::Expired
        } else if now > self.created.plus(activation) {
            DepositStatus::Active
        } else {
            DepositStatus::Inactive
        }
    }
}

/// Parameters of a head as written by its init transaction.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct HeadParameters {
    /// Seconds.
    #[n(0)]
    pub contestation_period_s: u64,
    /// Deposit period.
    #[n(1)]
    pub deposit_period: Span,
    /// Parties in on-chain order: decides leaders and the order of signatures.
    #[n(2)]
    #[cbor(with = "codec::parties")]
    pub parties: Vec<Party>,
}

/// The head as this node sees it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[expect(clippy::large_enum_variant, reason = "there is one head state; a box would only cost")]
pub enum HeadState {
    /// No head.
    #[n(0)]
    Idle {
        /// Chain state.
        #[n(0)]
        chain_state: ChainState,
    },
    /// An open head.
    #[n(1)]
    Open(#[n(0)] OpenState),
}

impl HeadState {
    /// Id of the current head, if there is one.
    #[must_use]
    pub fn head_id(&self) -> Option<&HeadId> {
        match self {
            Self::Idle { .. } => None,
            Self::Open(open) => Some(&open.head_id),
        }
    }

    /// The snapshot that confirmed a transaction lately, if one did.
    #[must_use]
    pub fn confirmed_in(&self, id: &TxId) -> Option<SnapshotNumber> {
        match self {
            Self::Idle { .. } => None,
            Self::Open(open) => open.recent.get(id),
        }
    }

    /// Parameters of the current head.
    #[must_use]
    pub fn parameters(&self) -> Option<&HeadParameters> {
        match self {
            Self::Idle { .. } => None,
            Self::Open(open) => Some(&open.parameters),
        }
    }

    /// Name for logs and errors.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Idle { .. } => "Idle",
            Self::Open(_) => "Open",
        }
    }
}

/// Everything that is folded from the journal (`head-logic.md` 1.1).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct NodeState {
    /// Freshness of the chain view.
    #[n(0)]
    pub sync: SyncStatus,
    /// Head.
    #[n(1)]
    pub head: HeadState,
    /// Deposits of all heads, by deposit transaction; they survive heads.
    #[n(2)]
    #[cbor(with = "codec::ord_map")]
    pub pending_deposits: OrdMap<TxId, Deposit>,
    /// Last tick.
    #[n(3)]
    pub chain: ChainPointTime,
    /// Last observed chain point; `None` before the first observation or tick.
    #[n(4)]
    pub last_known: Option<ChainPoint>,
}

impl Default for NodeState {
    fn default() -> Self {
        Self {
            sync: SyncStatus::CatchingUp,
            head: HeadState::Idle { chain_state: ChainState::default() },
            pending_deposits: OrdMap::new(),
            chain: ChainPointTime::default(),
            last_known: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deposit_changes_only_after_the_exact_boundary() {
        let (period, activation) = (Span::seconds(100), Span::seconds(30));
        let created = UtcTime::EPOCH.plus(Span::seconds(1000));
        let deadline = created.plus(Span::seconds(500));
        let deposit = Deposit {
            head_id: HeadId::from(vec![1]),
            deposited: Utxo::new(),
            created,
            deadline,
            status: DepositStatus::Inactive,
        };
        let at = |time: UtcTime| deposit.status_at(time, period, activation);
        let (active, expired) = (created.plus(activation), deadline.minus(period));
        let instant = Span::millis(1);
        assert_eq!(at(active), DepositStatus::Inactive);
        assert_eq!(at(active.plus(instant)), DepositStatus::Active);
        assert_eq!(at(expired), DepositStatus::Active);
        assert_eq!(at(expired.plus(instant)), DepositStatus::Expired);
        let late = Deposit { deadline: created.plus(period), ..deposit.clone() };
        let status = late.status_at(active.plus(instant), period, activation);
        assert_eq!(status, DepositStatus::Expired, "too close to its deadline before it is of age");
    }
}
