//! Head states as clients see them (`api.md` 5.5, 5.6, 5.10).

use serde::{Serialize, Serializer};

use super::snapshot::{ConfirmedJson, SeenJson};
use crate::cardano::tx::Tx;
use crate::cardano::utxo::Utxo;
use crate::party::Party;
use crate::state::pool::TxPool;
use crate::state::{ChainPoint, ChainState, HeadParameters, HeadState, OpenState};
use crate::unit::{Hash32, HeadId, HeadSeed, Slot, SnapshotVersion, Span, TxId};

/// A head state, whole: the body of `GET /head` and the `state` of `CommandFailed`.
#[derive(Clone, Copy, Debug)]
pub struct HeadStateJson<'a>(pub &'a HeadState);

#[derive(Serialize)]
#[serde(tag = "tag", content = "contents", rename_all_fields = "camelCase")]
enum Wire<'a> {
    Idle {
        chain_state: ChainStateJson<'a>,
    },
    Open {
        parameters: ParametersJson<'a>,
        coordinated_head_state: Coordinated<'a>,
        chain_state: ChainStateJson<'a>,
        head_id: &'a HeadId,
        head_seed: &'a HeadSeed,
    },
}

impl Serialize for HeadStateJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            HeadState::Idle { chain_state } => {
                Wire::Idle { chain_state: ChainStateJson(chain_state) }
            }
            HeadState::Open(open) => Wire::Open {
                parameters: ParametersJson(&open.parameters),
                coordinated_head_state: Coordinated::of(open),
                chain_state: ChainStateJson(&open.chain_state),
                head_id: &open.head_id,
                head_seed: &open.head_seed,
            },
        }
        .serialize(serializer)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Coordinated<'a> {
    #[serde(rename = "localUTxO")]
    local_utxo: &'a Utxo,
    local_txs: LocalTxs<'a>,
    all_txs: AllTxs<'a>,
    confirmed_snapshot: ConfirmedJson<'a>,
    seen_snapshot: SeenJson<'a>,
    current_deposit_tx_id: Option<TxId>,
    decommit_tx: Option<&'a Tx>,
    version: SnapshotVersion,
}

impl<'a> Coordinated<'a> {
    fn of(open: &'a OpenState) -> Self {
        Self {
            local_utxo: &open.local_utxo,
            local_txs: LocalTxs(&open.local_txs),
            all_txs: AllTxs(&open.all_txs),
            confirmed_snapshot: ConfirmedJson(&open.confirmed),
            seen_snapshot: SeenJson(&open.seen),
            current_deposit_tx_id: open.current_deposit,
            decommit_tx: open.decommit_tx.as_ref(),
            version: open.version,
        }
    }
}

struct LocalTxs<'a>(&'a imbl::Vector<Tx>);

impl Serialize for LocalTxs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter())
    }
}

struct AllTxs<'a>(&'a TxPool);

impl Serialize for AllTxs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter())
    }
}

/// Parameters of a head.
#[derive(Clone, Copy, Debug)]
pub struct ParametersJson<'a>(pub &'a HeadParameters);

impl Serialize for ParametersJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Fields<'a> {
            contestation_period: u64,
            deposit_period: Span,
            parties: &'a [Party],
        }
        Fields {
            contestation_period: self.0.contestation_period_s,
            deposit_period: self.0.deposit_period,
            parties: &self.0.parties,
        }
        .serialize(serializer)
    }
}

struct ChainStateJson<'a>(&'a ChainState);

impl Serialize for ChainStateJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Fields<'a> {
            #[serde(rename = "spendableUTxO")]
            spendable: &'a Utxo,
            recorded_at: Option<Point>,
        }
        #[derive(Serialize)]
        #[serde(tag = "tag", rename_all_fields = "camelCase")]
        enum Point {
            ChainPoint { slot: Slot, block_hash: Hash32 },
        }
        let point = |at: ChainPoint| Point::ChainPoint { slot: at.slot, block_hash: at.block_hash };
        Fields { spendable: &self.0.spendable, recorded_at: self.0.recorded_at.map(point) }
            .serialize(serializer)
    }
}
