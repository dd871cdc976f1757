//! Bodies of the HTTP routes (`api.md` 4).

use serde::{Deserialize, Serialize};

use crate::unit::{SnapshotNumber, Span};

/// Outcomes of `POST /transaction` (`api.md` 4.7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tag", rename_all_fields = "camelCase")]
pub enum SubmitTxResponse {
    /// Applied locally: 202. With a text: still waiting when the time was over, also 202.
    SubmitTxSubmitted {
        /// Why nothing more is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout: Option<String>,
    },
    /// In a confirmed snapshot: 200.
    SubmitTxConfirmed {
        /// Its number.
        snapshot_number: SnapshotNumber,
    },
    /// Does not apply: 400.
    SubmitTxInvalid {
        /// The ledger's words.
        validation_error: String,
    },
    /// Not taken: 503.
    SubmitTxRejected {
        /// Why.
        reason: String,
    },
}

impl SubmitTxResponse {
    /// Seen valid by this node.
    #[must_use]
    pub const fn submitted() -> Self {
        Self::SubmitTxSubmitted { timeout: None }
    }

    /// Nothing was heard for so long. The doubled unit is upstream's.
    #[must_use]
    pub fn timed_out(after: Span) -> Self {
        let text = format!("Transaction submission timed out after {after}s seconds");
        Self::SubmitTxSubmitted { timeout: Some(text) }
    }

    /// The node is behind the chain.
    #[must_use]
    pub fn unsynced(drift: Span) -> Self {
        Self::SubmitTxRejected {
            reason: format!("Node is out of sync with chain, drift: {drift}s"),
        }
    }

    /// HTTP status that goes with it.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::SubmitTxSubmitted { .. } => 202,
            Self::SubmitTxConfirmed { .. } => 200,
            Self::SubmitTxInvalid { .. } => 400,
            Self::SubmitTxRejected { .. } => 503,
        }
    }
}

/// The node sheds load: 503 with `Retry-After` (`robustness.md` R3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "tag", rename = "Overloaded", rename_all = "camelCase")]
pub struct Overloaded {
    /// Machine-readable: what is exhausted.
    pub reason: &'static str,
    /// For a reader: what to do.
    pub detail: &'static str,
}

/// Body of `GET /health`: the process is alive.
pub const HEALTH_BODY: &str = "{\"status\":\"ok\"}";

/// Body of `GET /ready` while the node is not (503), or once it is (200).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadyBody {
    /// Name of the start-up phase, or `ready`.
    pub phase: String,
    /// Progress of the phase, 0 to 100.
    pub percent: u8,
    /// What is waited for; empty when ready.
    pub reason: String,
}
