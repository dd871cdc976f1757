//! Immutable configuration of one node (`head-logic.md` 1.5).

use crate::party::{Party, SigningKey};
use crate::unit::{OnChainId, Span};

/// Who we are, whom we share a head with, and the periods that all must agree on.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Own party; derived from `signing_key`.
    pub party: Party,
    /// Hydra signing key. Never serialised, never logged.
    pub signing_key: SigningKey,
    /// The other parties, in configured order.
    pub other_parties: Vec<Party>,
    /// On-chain ids, own first; empty offline.
    pub participants: Vec<OnChainId>,
    /// Contestation period, whole seconds.
    pub contestation_period_s: u64,
    /// Deposit period; an on-chain head parameter.
    pub deposit_period: Span,
    /// Time after which a deposit becomes active; local.
    pub deposit_activation: Span,
    /// Age of the chain view beyond which the node counts as catching up.
    pub unsynced_period: Span,
    /// Configured peers as text, shown to clients.
    pub configured_peers: String,
}

impl Environment {
    /// Contestation period of offline heads and default elsewhere, seconds.
    pub const CONTESTATION_PERIOD_DEFAULT_S: u64 = 43_200;
    /// Deposit period of offline heads and default elsewhere.
    pub const DEPOSIT_PERIOD_DEFAULT: Span = Span::seconds(3600);
    /// Deposit activation default.
    pub const DEPOSIT_ACTIVATION_DEFAULT: Span = Span::seconds(3600);
    /// Unsynced period of offline nodes: one that synced once stays in sync (`api.md` 6.4).
    pub const UNSYNCED_PERIOD_OFFLINE: Span = Span::seconds(i64::MAX);

    /// The environment of an offline node: default periods, no participants.
    #[must_use]
    pub fn offline(signing_key: SigningKey, other_parties: Vec<Party>) -> Self {
        Self {
            party: signing_key.party(),
            signing_key,
            other_parties,
            participants: Vec::new(),
            contestation_period_s: Self::CONTESTATION_PERIOD_DEFAULT_S,
            deposit_period: Self::DEPOSIT_PERIOD_DEFAULT,
            deposit_activation: Self::DEPOSIT_ACTIVATION_DEFAULT,
            unsynced_period: Self::UNSYNCED_PERIOD_OFFLINE,
            configured_peers: String::new(),
        }
    }

    /// All parties sorted by key hash, the order of offline heads.
    #[must_use]
    pub fn parties_sorted(&self) -> Vec<Party> {
        let mut parties = self.other_parties.clone();
        parties.push(self.party);
        parties.sort();
        parties.dedup();
        parties
    }
}
