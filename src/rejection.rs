//! Why an input was refused: what was seen, what was needed, what to do next (`head-logic.md` 2.0).

use std::fmt;

use crate::party::Party;
use crate::unit::{HeadId, SnapshotNumber, SnapshotVersion, TxId};

/// The sender is wrong, or the input does not fit the state. Nothing changes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// `UnhandledInput`: no rule for this input in this state.
    Unhandled {
        /// Input.
        input: &'static str,
        /// State.
        state: &'static str,
    },
    /// `NotOurHead`.
    NotOurHead {
        /// Ours.
        ours: HeadId,
        /// Theirs.
        other: HeadId,
    },
    /// `ReqSnNumberInvalid`.
    RequestNumber {
        /// Requested.
        requested: SnapshotNumber,
        /// Seen.
        seen: SnapshotNumber,
    },
    /// `ReqSnNotLeader`.
    NotLeader {
        /// Requested.
        requested: SnapshotNumber,
        /// Who asked.
        by: Party,
    },
    /// `SnapshotDoesNotApply`.
    DoesNotApply {
        /// Requested.
        requested: SnapshotNumber,
        /// First transaction that does not apply.
        tx_id: TxId,
        /// The ledger's words.
        reason: String,
    },
    /// `RequestedDepositExpired`.
    DepositExpired {
        /// Deposit.
        deposit_tx_id: TxId,
    },
    /// `RequestedDepositNotFoundLocally`, of a deposit that is known to be in the head already.
    DepositSettled {
        /// Deposit.
        deposit_tx_id: TxId,
    },
    /// `ReqSnCommitNotSettled`, also when an unsettled commit is missing from the request (D-06).
    CommitNotSettled {
        /// Requested.
        requested: SnapshotNumber,
    },
    /// This version neither records nor requests decommits.
    DecommitNotSupported {
        /// Requested.
        requested: SnapshotNumber,
    },
    /// `ReqSnUTxOSetTooLarge`.
    TooManyOutputs {
        /// Seen.
        outputs: usize,
    },
    /// The signing guard refused.
    GuardRefused {
        /// Requested.
        requested: SnapshotNumber,
        /// Version requested.
        version: SnapshotVersion,
    },
    /// `AckSnNumberInvalid`.
    AckNumber {
        /// Acknowledged.
        got: SnapshotNumber,
        /// Seen.
        seen: SnapshotNumber,
    },
    /// `SnapshotAlreadySigned`.
    SignedTwice {
        /// Who.
        by: Party,
        /// Number.
        number: SnapshotNumber,
    },
    /// `InvalidMultisignature`.
    BadSignature {
        /// Who.
        by: Party,
        /// Number.
        number: SnapshotNumber,
    },
    /// The sender is no party of this head.
    NotAParty {
        /// Who.
        by: Party,
    },
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unhandled { input, state } => write!(
                f,
                "UnhandledInput: {input} while {state}: the sender is ahead or behind; act only if it repeats"
            ),
            Self::NotOurHead { ours, other } => write!(
                f,
                "NotOurHead: observed head {other}, ours is {ours}: nothing to do, another head uses the same keys"
            ),
            Self::RequestNumber { requested, seen } => write!(
                f,
                "ReqSnNumberInvalid: snapshot {requested} requested, seen is {seen}, needed {}: \
                 a peer replays or this node missed a snapshot; side-load if it repeats",
                seen.next()
            ),
            Self::NotLeader { requested, by } => write!(
                f,
                "ReqSnNotLeader: {by} requested snapshot {requested} that another party leads: \
                 check that all nodes list the same parties"
            ),
            Self::DoesNotApply { requested, tx_id, reason } => write!(
                f,
                "SnapshotDoesNotApply: transaction {tx_id} of snapshot {requested}: {reason}"
            ),
            Self::DepositExpired { deposit_tx_id } => write!(
                f,
                "RequestedDepositExpired: {deposit_tx_id}: recover it after its deadline and deposit again"
            ),
            Self::DepositSettled { deposit_tx_id } => write!(
                f,
                "RequestedDepositNotFoundLocally: {deposit_tx_id} is in the head already; act only if it repeats"
            ),
            Self::CommitNotSettled { requested } => write!(
                f,
                "ReqSnCommitNotSettled: snapshot {requested} must carry the deposit of the confirmed snapshot \
                 until its increment is observed"
            ),
            Self::DecommitNotSupported { requested } => write!(
                f,
                "ReqSnDecommitNotSettled: snapshot {requested} carries a decommit, which this version does not support"
            ),
            Self::TooManyOutputs { outputs } => write!(
                f,
                "ReqSnUTxOSetTooLarge: {outputs} outputs, at most {} fit into a snapshot: merge outputs",
                crate::snapshot::accumulator::CAPACITY_OUTPUTS
            ),
            Self::GuardRefused { requested, version } => write!(
                f,
                "snapshot {requested} (version {version}) was signed before with other contents: this node never \
                 signs one number twice; was an old backup restored?"
            ),
            Self::AckNumber { got, seen } => write!(
                f,
                "AckSnNumberInvalid: snapshot {got} acknowledged, seen is {seen}; act only if it repeats"
            ),
            Self::SignedTwice { by, number } => write!(
                f,
                "SnapshotAlreadySigned: {by} signed snapshot {number} twice: does a second node run with its key?"
            ),
            Self::BadSignature { by, number } => write!(
                f,
                "InvalidMultisignature: the signature of {by} on snapshot {number} is wrong: compare parameters and keys"
            ),
            Self::NotAParty { by } => write!(
                f,
                "{by} is no party of this head: check --hydra-verification-key on all nodes"
            ),
        }
    }
}

impl std::error::Error for Rejection {}
