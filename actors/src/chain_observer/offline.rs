//! The offline chain: no layer 1, a synthetic opening, slots from a genesis (`onchain.md` 8, `api.md` 6.4).

use rydra_core::cardano::slot_time::SlotTime;
use rydra_core::cardano::utxo::Utxo;
use rydra_core::environment::Environment;
use rydra_core::input::{ChainInput, Observation};
use rydra_core::party::Party;
use rydra_core::state::{ChainPoint, ChainState, HeadParameters, HeadState, NodeState};
use rydra_core::unit::{Hash32, HeadId, HeadSeed, Slot, TxId, UtcTime};

/// Block hash of every offline chain point: 32 ASCII bytes, as the reference writes them.
const BLOCK_HASH: [u8; 32] = *b"offline-blockhash-00000000000000";
/// Prefix of offline head ids.
const HEAD_ID_PREFIX: &[u8] = b"offline-";
/// Transaction id of the synthetic deposit.
pub const DEPOSIT_TX_ID: TxId = TxId([0; 32]);

/// Whether the head is still to be opened. Nothing but the state tells: other events may come first, that the
/// network is up for example, when the observer dies before it opened the head.
#[must_use]
pub fn is_fresh(state: &NodeState) -> bool {
    matches!(state.head, HeadState::Idle { .. })
}

/// Everything the offline chain is made of.
#[derive(Clone, Debug)]
pub struct OfflineChain {
    /// Head seed.
    pub seed: HeadSeed,
    /// Parties sorted by key hash.
    pub parties: Vec<Party>,
    /// Funds of the synthetic deposit; read on the first start only.
    pub initial_utxo: Utxo,
    /// Slot arithmetic.
    pub slots: SlotTime,
}

impl OfflineChain {
    /// Head id of an offline seed: ASCII `offline-` and the seed's bytes, so not 28 bytes.
    #[must_use]
    pub fn head_id(&self) -> HeadId {
        let mut id = HEAD_ID_PREFIX.to_vec();
        id.extend_from_slice(self.seed.as_ref());
        HeadId::from(id)
    }

    /// The synthetic init and deposit of the first start: both or neither become durable.
    #[must_use]
    pub fn opening(&self, now: UtcTime) -> Vec<ChainInput> {
        let twice = Environment::DEPOSIT_PERIOD_DEFAULT.times(2);
        let init = Observation::Init {
            head_id: self.head_id(),
            head_seed: self.seed.clone(),
            parameters: HeadParameters {
                contestation_period_s: Environment::CONTESTATION_PERIOD_DEFAULT_S,
                deposit_period: Environment::DEPOSIT_PERIOD_DEFAULT,
                parties: self.parties.clone(),
            },
            participants: Vec::new(),
        };
        let deposit = Observation::Deposit {
            head_id: self.head_id(),
            deposit_tx_id: DEPOSIT_TX_ID,
            deposited: self.initial_utxo.clone(),
            created: now.minus(twice),
            deadline: now.plus(twice),
        };
        [init, deposit]
            .map(|observation| ChainInput::Observed {
                observation,
                chain_state: ChainState::default(),
            })
            .into()
    }

    /// Slot of a moment; 0 before the chain's start.
    #[must_use]
    pub fn slot_at(&self, now: UtcTime) -> u64 {
        self.slots.slot_at(now).0
    }

    /// First moment of a slot.
    #[must_use]
    pub fn start_of(&self, slot: u64) -> UtcTime {
        self.slots.start_of(Slot(slot))
    }

    /// The tick of a slot.
    #[must_use]
    pub fn tick(&self, slot: u64) -> ChainInput {
        ChainInput::Tick {
            chain_time: self.start_of(slot),
            point: ChainPoint { slot: Slot(slot), block_hash: Hash32(BLOCK_HASH) },
        }
    }
}
