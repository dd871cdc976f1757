//! Does a stored head belong to the configuration of this start (`head-logic.md` 1.5)? Going on with another
//! key, other parties or another time would sign for a head that was never agreed upon.

use std::fmt;

use crate::cardano::slot_time::SlotTime;
use crate::environment::Environment;
use crate::ledger::{Network, network_of};
use crate::party::Party;
use crate::state::{HeadState, NodeState};
use crate::unit::{HeadSeed, Slot, Span, UtcTime, hex};

/// How far behind the last stored slot a clock may be at a start: time servers step clocks by seconds. The
/// chain then waits for the clock. Beyond it the clock, or the genesis, is another one.
pub const CLOCK_TOLERANCE: Span = Span::seconds(60);

/// What the offline chain is configured with.
#[derive(Clone, Copy, Debug)]
pub struct OfflineSettings<'a> {
    /// Head seed.
    pub seed: &'a HeadSeed,
    /// Slot arithmetic.
    pub slots: &'a SlotTime,
    /// Wall clock of the start.
    pub now: UtcTime,
    /// Network of the addresses.
    pub network: Network,
}

/// One way in which the journal and the configuration of this start disagree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// Contestation periods, seconds.
    ContestationPeriodMismatch {
        /// Of the stored head.
        stored_s: u64,
        /// Of this start.
        configured_s: u64,
    },
    /// Deposit periods.
    DepositPeriodMismatch {
        /// Of the stored head.
        stored: Span,
        /// Of this start.
        configured: Span,
    },
    /// Sets of parties, each sorted by key hash.
    PartiesMismatch {
        /// Of the stored head.
        stored: Vec<Party>,
        /// Of this start.
        configured: Vec<Party>,
    },
    /// Seeds, and with them ids, of heads.
    HeadSeedMismatch {
        /// Of the stored head.
        stored: HeadSeed,
        /// Of this start.
        configured: HeadSeed,
    },
    /// The funds of the stored head lie at addresses of another network: every payment would be refused.
    NetworkMismatch {
        /// Network id of the stored head's addresses.
        stored: u8,
        /// Network id of this start.
        configured: u8,
    },
    /// Slots would go back STRICT: other genesis, or the clock was set back.
    SlotsWouldGoBack {
        /// Last stored slot.
        stored: Slot,
        /// The slot of now.
        now: Slot,
    },
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ContestationPeriodMismatch { stored_s, configured_s } => write!(
                f,
                "ContestationPeriodMismatch: a contestation period of {configured_s} s; needed: the {stored_s} s \
                 of the stored head; do: start with that period"
            ),
            Self::DepositPeriodMismatch { stored, configured } => write!(
                f,
                "DepositPeriodMismatch: a deposit period of {configured} s; needed: the {stored} s of the stored \
                 head; do: start with that period"
            ),
            Self::PartiesMismatch { stored, configured } => write!(
                f,
                "PartiesMismatch: keys of the parties {}; needed: those of the stored head, {}; do: give the \
                 keys that the head was opened with, or another --persistence-dir for another head",
                listed(configured),
                listed(stored)
            ),
            Self::HeadSeedMismatch { stored, configured } => write!(
                f,
                "HeadSeedMismatch: head seed {}; needed: that of the stored head, {}; do: give \
                 --offline-head-seed {1}, or another --persistence-dir for another head",
                hex(configured.as_ref()),
                hex(stored.as_ref())
            ),
            Self::NetworkMismatch { stored, configured } => write!(
                f,
                "NetworkMismatch: network id {configured}; needed: {stored}, that of the addresses in the \
                 stored head; do: give the --ledger-genesis that the head was opened with (its networkId is \
                 Mainnet for id 1, Testnet for id 0; without a genesis it is 0)"
            ),
            Self::SlotsWouldGoBack { stored, now } => write!(
                f,
                "SlotsWouldGoBack: the clock and the genesis give slot {now}; needed: at least {stored}, the \
                 last stored one; do: give the --ledger-genesis that the head was opened with, and check the \
                 clock"
            ),
        }
    }
}

fn listed(parties: &[Party]) -> String {
    let texts: Vec<String> = parties.iter().map(Party::to_string).collect();
    texts.join(", ")
}

/// All mismatches between the folded state and this start; none when nothing is stored. Participants are not
/// compared.
#[must_use]
pub fn mismatches(
    state: &NodeState,
    env: &Environment,
    offline: OfflineSettings<'_>,
) -> Vec<Mismatch> {
    let mut found = Vec::new();
    if let HeadState::Open(open) = &state.head {
        let parameters = &open.parameters;
        if parameters.contestation_period_s != env.contestation_period_s {
            found.push(Mismatch::ContestationPeriodMismatch {
                stored_s: parameters.contestation_period_s,
                configured_s: env.contestation_period_s,
            });
        }
        if parameters.deposit_period != env.deposit_period {
            found.push(Mismatch::DepositPeriodMismatch {
                stored: parameters.deposit_period,
                configured: env.deposit_period,
            });
        }
        let mut stored = parameters.parties.clone();
        stored.sort();
        let configured = env.parties_sorted();
        if stored != configured {
            found.push(Mismatch::PartiesMismatch { stored, configured });
        }
        if open.head_seed != *offline.seed {
            found.push(Mismatch::HeadSeedMismatch {
                stored: open.head_seed.clone(),
                configured: offline.seed.clone(),
            });
        }
        // Outputs enter a head only at addresses of its network: the first one speaks for all.
        let held = open.local_utxo.iter().find_map(|(_, output)| network_of(&output.address));
        let configured = offline.network.id();
        if let Some(stored) = held.filter(|stored| *stored != configured) {
            found.push(Mismatch::NetworkMismatch { stored, configured });
        }
    }
    if let Some(last) = &state.last_known
        && offline.slots.start_of(last.slot) > offline.now.plus(CLOCK_TOLERANCE)
    {
        found.push(Mismatch::SlotsWouldGoBack {
            stored: last.slot,
            now: offline.slots.slot_at(offline.now),
        });
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::apply::apply_event;
    use crate::event::Event;
    use crate::party::SigningKey;
    use crate::state::{ChainPoint, ChainState, HeadParameters};
    use crate::unit::{Hash32, HeadId};

    const START: &str = "2026-01-01T00:00:00Z";

    fn env(own: u8, others: &[u8]) -> Environment {
        let key = |seed: &u8| SigningKey::from_seed(&[*seed; 32]);
        Environment::offline(key(&own), others.iter().map(|seed| key(seed).party()).collect())
    }

    fn seed(byte: u8) -> HeadSeed {
        HeadSeed::from(vec![byte])
    }

    /// A head of parties 1 and 2, an hour old.
    fn stored() -> NodeState {
        let env = env(1, &[2]);
        let mut parties = env.parties_sorted();
        parties.reverse(); // the order on chain is another matter
        let mut state = NodeState::default();
        apply_event(
            &mut state,
            &Event::HeadOpened {
                head_id: HeadId::from(b"head".to_vec()),
                head_seed: seed(1),
                parameters: HeadParameters {
                    contestation_period_s: env.contestation_period_s,
                    deposit_period: env.deposit_period,
                    parties,
                },
                chain_state: ChainState::default(),
            },
        );
        state.last_known = Some(ChainPoint { slot: Slot(3600), block_hash: Hash32([0; 32]) });
        state
    }

    fn found(env: &Environment, seed: &HeadSeed, start: &str, now: &str) -> Vec<Mismatch> {
        let slots = SlotTime::new(start.parse().unwrap(), Span::seconds(1)).unwrap();
        let now = now.parse().unwrap();
        let offline = OfflineSettings { seed, slots: &slots, now, network: Network::Test };
        mismatches(&stored(), env, offline)
    }

    const AN_HOUR_LATER: &str = "2026-01-01T01:00:00Z";

    #[test]
    fn the_same_configuration_has_no_mismatch() {
        assert_eq!(found(&env(1, &[2]), &seed(1), START, AN_HOUR_LATER), vec![]);
        assert_eq!(found(&env(2, &[1]), &seed(1), START, AN_HOUR_LATER), vec![], "a set");
    }

    #[test]
    fn an_empty_journal_fits_any_configuration() {
        let slots = SlotTime::new(AN_HOUR_LATER.parse().unwrap(), Span::seconds(1)).unwrap();
        let seed = seed(9);
        let now = START.parse().unwrap();
        let offline = OfflineSettings { seed: &seed, slots: &slots, now, network: Network::Main };
        assert_eq!(mismatches(&NodeState::default(), &env(7, &[]), offline), vec![]);
    }

    #[test]
    fn each_mismatch_is_found_and_all_are_listed() {
        let mut other = env(1, &[3]);
        other.contestation_period_s = 1;
        other.deposit_period = Span::seconds(2);
        let all = found(&other, &seed(2), AN_HOUR_LATER, AN_HOUR_LATER);
        let texts: Vec<String> = all.iter().map(Mismatch::to_string).collect();
        let names: Vec<&str> =
            texts.iter().filter_map(|t| t.split_once(':')).map(|t| t.0).collect();
        assert_eq!(
            names,
            [
                "ContestationPeriodMismatch",
                "DepositPeriodMismatch",
                "PartiesMismatch",
                "HeadSeedMismatch",
                "SlotsWouldGoBack"
            ]
        );
        for text in texts {
            assert!(text.contains("; needed: ") && text.contains("; do: "), "{text}");
        }
    }

    #[test]
    fn a_clock_that_was_stepped_back_by_seconds_is_no_mismatch() {
        let at = |now| found(&env(1, &[2]), &seed(1), START, now);
        assert_eq!(at("2026-01-01T00:59:00Z"), vec![]);
        assert_eq!(
            at("2026-01-01T00:58:59.5Z"),
            vec![Mismatch::SlotsWouldGoBack { stored: Slot(3600), now: Slot(3539) }]
        );
    }
}
