//! Seeds of what clients, peers, key files and the journal hold, built here.

use pallas_codec::minicbor;
use rydra_core::api::{Vocabulary, client_input};
use rydra_core::apply::apply;
use rydra_core::cardano::envelope::KeyKind;
use rydra_core::cardano::tx::Tx;
use rydra_core::event::{Event, Host, StateEvent};
use rydra_core::input::{ClientInput, NetworkInput};
use rydra_core::party::{Party, SigningKey};
use rydra_core::snapshot::guard::Guard;
use rydra_core::snapshot::{ConfirmedSnapshot, MultiSignature, Snapshot};
use rydra_core::state::{ChainPoint, ChainState, HeadParameters, NodeState};
use rydra_core::unit::{
    EventId, Hash32, HeadId, HeadSeed, NetworkPosition, OnChainId, Signature, Slot, SnapshotNumber,
    SnapshotVersion, Span, TxId, UtcTime,
};
use rydra_core::waiting::Parked;
use rydra_core::wire::{Message, seal, value_of};

use super::ledger::World;
use super::seeds::{self, Seed};

fn key() -> SigningKey {
    SigningKey::from_seed(&[3; 32])
}

fn head_id() -> HeadId {
    HeadId::from(vec![0x11; 28])
}

/// The payment among the seeds.
fn payment() -> Tx {
    let seeds = seeds::tx_validate();
    let mut payments = seeds.into_iter().filter(|(name, _)| *name == "payment");
    let bytes = payments.next().map(|(_, bytes)| bytes).unwrap_or_default();
    Tx::decode(bytes).expect("our own seed")
}

fn snapshot() -> Snapshot {
    let (tx, utxo) = (payment(), World::get().utxo.clone());
    let (version, number) = (SnapshotVersion(0), SnapshotNumber(1));
    Snapshot::new(head_id(), version, number, vec![tx], utxo.clone(), Some(utxo), None)
        .expect("few outputs")
}

fn messages() -> [(&'static str, Message); 5] {
    let request = |decommit_tx, deposit_tx_id| Message::ReqSn {
        snapshot_version: SnapshotVersion(0),
        snapshot_number: SnapshotNumber(1),
        transaction_ids: vec![payment().id(), TxId([2; 32])],
        decommit_tx,
        deposit_tx_id,
    };
    [
        ("req-tx", Message::ReqTx { transaction: payment() }),
        ("req-sn", request(None, None)),
        ("req-sn-both", request(Some(payment()), Some(TxId([4; 32])))),
        (
            "ack-sn",
            Message::AckSn { signed: Signature([5; 64]), snapshot_number: SnapshotNumber(1) },
        ),
        ("req-dec", Message::ReqDec { transaction: payment() }),
    ]
}

/// Messages bare, one in an envelope, and all in a value.
pub fn wire_message() -> Vec<Seed> {
    let sealed: Vec<_> = messages().iter().map(|(_, message)| seal(message, &key())).collect();
    let bare = messages().into_iter().map(|(name, message)| (name, message.to_cbor()));
    let one = sealed.first().cloned().unwrap_or_default();
    bare.chain([("envelope", one), ("value", value_of(sealed))]).collect()
}

/// Inputs in both vocabularies; some outputs, and what the endpoints take.
pub fn client_json() -> Vec<Seed> {
    let (utxo, id) = (World::get().utxo.clone(), TxId([6; 32]));
    let signatures = MultiSignature(vec![Signature([7; 64])]);
    let confirmed = ConfirmedSnapshot::Confirmed { snapshot: snapshot().into(), signatures };
    let inputs = [
        ("init", ClientInput::Init),
        ("new-tx", ClientInput::NewTx { transaction: payment() }),
        ("recover", ClientInput::RecoverDeposit { deposit_tx_id: id }),
        ("decommit", ClientInput::Decommit { decommit_tx: payment() }),
        ("close", ClientInput::Close),
        ("safe-close", ClientInput::SafeClose),
        ("contest", ClientInput::Contest),
        ("fanout", ClientInput::Fanout),
        ("partial-fanout", ClientInput::PartialFanout { utxo_to_fanout: utxo }),
        ("side-load", ClientInput::SideLoadSnapshot { snapshot: confirmed }),
        (
            "side-load-initial",
            ClientInput::SideLoadSnapshot {
                snapshot: ConfirmedSnapshot::Initial { head_id: head_id() },
            },
        ),
    ];
    let rendered = inputs.into_iter().map(|(name, input)| {
        let vocabulary = if name == "recover" { Vocabulary::Legacy } else { Vocabulary::Deposit };
        (name, client_input::render(&input, vocabulary).expect("inputs are JSON"))
    });
    let tx = serde_json::to_vec(&payment()).expect("serialisable");
    let outputs = [
        ("tx", tx),
        ("peer", br#"{"tag":"PeerConnected","peer":"a:1","seq":3,"timestamp":"2026-01-01T00:00:00Z"}"#.to_vec()),
        ("tx-valid", br#"{"tag":"TxValid","headId":"11","transactionId":"0606060606060606060606060606060606060606060606060606060606060606"}"#.to_vec()),
        ("failed", br#"{"tag":"CommandFailed","clientInput":{"tag":"Close"},"state":{"tag":"Idle"}}"#.to_vec()),
        ("invalid", br#"{"tag":"InvalidInput","reason":"r","input":"i"}"#.to_vec()),
    ];
    rendered.chain(outputs).collect()
}

/// A file of each kind of key.
pub fn envelope() -> Vec<Seed> {
    let names = ["hydra-sk", "hydra-vk", "payment-sk", "payment-vk", "extended-sk", "extended-vk"];
    let text = |kind: KeyKind| kind.to_text(&vec![8; kind.payload_bytes()]).expect("its length");
    let texts = KeyKind::ALL.into_iter().map(|kind| text(kind).into_bytes());
    names.into_iter().zip(texts).collect()
}

/// Events of a head in their order.
fn history() -> Vec<Event> {
    let (head_id, tx, utxo) = (head_id(), payment(), World::get().utxo.clone());
    let party = key().party();
    let point = ChainPoint { slot: Slot(9), block_hash: Hash32([9; 32]) };
    let chain_state = ChainState { spendable: utxo.clone(), recorded_at: Some(point) };
    let (time, drift) = (UtcTime::from_unix_millis(1_000), Span::seconds(1));
    let parameters = HeadParameters {
        contestation_period_s: 60,
        deposit_period: Span::seconds(3_600),
        parties: vec![party],
    };
    let deposit_tx_id = TxId([6; 32]);
    let mut events = vec![
        Event::NetworkConnected,
        Event::PeerConnected { peer: Host { hostname: "peer".into(), port: 5001 } },
        Event::NodeSynced { slot: Slot(8), chain_time: time, drift },
        Event::TickObserved { point, chain_time: time },
        Event::IgnoredHeadInitializing {
            head_id: HeadId::from(vec![0x22; 28]),
            parameters: parameters.clone(),
            participants: vec![OnChainId::from(vec![0x33; 28])],
        },
        Event::HeadOpened {
            parameters,
            chain_state: chain_state.clone(),
            head_id: head_id.clone(),
            head_seed: HeadSeed::from(vec![0x44; 36]),
        },
        Event::DepositRecorded {
            chain_state: chain_state.clone(),
            head_id: head_id.clone(),
            deposit_tx_id,
            deposited: utxo,
            created: time,
            deadline: UtcTime::from_unix_millis(9_000_000),
        },
        Event::DepositActivated {
            head_id: head_id.clone(),
            deposit_tx_id,
            chain_time: time,
            deadline: UtcTime::from_unix_millis(9_000_000),
        },
    ];
    events.extend(round(&head_id, 1, Some(deposit_tx_id), None, party));
    events.extend([
        Event::DepositApproved { head_id: head_id.clone(), deposit_tx_id },
        Event::DepositFinalized {
            chain_state,
            head_id: head_id.clone(),
            new_version: SnapshotVersion(1),
            deposit_tx_id,
        },
        Event::TransactionReceived { tx: tx.clone() },
        Event::TransactionApplied {
            head_id: head_id.clone(),
            tx_id: tx.id(),
            variant: Some(Hash32([1; 32])),
        },
    ]);
    events.extend(round(&head_id, 2, None, Some(tx.clone()), party));
    events.extend(ending(head_id, tx, deposit_tx_id));
    events
}

/// What is taken back, refused, late and lost.
fn ending(head_id: HeadId, tx: Tx, deposit_tx_id: TxId) -> [Event; 7] {
    let (time, drift) = (UtcTime::from_unix_millis(1_000), Span::seconds(1));
    [
        Event::SnapshotRequestDecided { number: SnapshotNumber(3) },
        Event::SnapshotRequestAbandoned { number: SnapshotNumber(3), reason: "why".into() },
        Event::TxInvalid { head_id: head_id.clone(), tx, reason: "why".into() },
        Event::DepositExpired { head_id, deposit_tx_id, chain_time: time, deadline: time },
        Event::NodeUnsynced { slot: Slot(10), chain_time: time, drift },
        Event::PeerDisconnected { peer: Host { hostname: "peer".into(), port: 5001 } },
        Event::NetworkDisconnected,
    ]
}

/// A snapshot from its request to its confirmation.
fn round(
    head_id: &HeadId,
    number: u64,
    deposit: Option<TxId>,
    decommit: Option<Tx>,
    party: Party,
) -> [Event; 4] {
    let number = SnapshotNumber(number);
    let tx_ids: Vec<_> = decommit.iter().map(Tx::id).collect();
    [
        Event::SnapshotRequestDecided { number },
        Event::SnapshotRequested {
            head_id: head_id.clone(),
            version: SnapshotVersion(number.0 - 1),
            number,
            pruned: tx_ids.clone(),
            variants: Some(vec![Hash32([1; 32]); tx_ids.len()]),
            tx_ids,
            decommit,
            deposit,
            accumulator: Hash32([2; 32]),
        },
        Event::PartySignedSnapshot { number, party, signature: Signature([3; 64]) },
        Event::SnapshotConfirmed {
            head_id: head_id.clone(),
            number,
            signatures: MultiSignature(vec![Signature([3; 64])]),
        },
    ]
}

/// The whole history, the state after each third of it with what follows, an event each, a wait and a guard.
pub fn state_event() -> Vec<Seed> {
    let time = UtcTime::from_unix_millis(2_000);
    let stored = |(id, event)| StateEvent { id: EventId(id), time, event };
    let events: Vec<_> = (0..).zip(history()).map(stored).collect();
    let encoded: Vec<_> =
        events.iter().map(|event| minicbor::to_vec(event).expect("memory")).collect();
    let mut state = NodeState::default();
    let mut states = Vec::new();
    for event in &events {
        states.push(minicbor::to_vec(&state).expect("memory"));
        apply(&mut state, event);
    }
    let from = |at: usize| {
        let rest = encoded.iter().skip(at).take(6).flatten().copied().collect();
        [states.get(at).cloned().unwrap_or_default(), rest].concat()
    };
    let message = messages().into_iter().next().map(|(_, message)| message);
    let input = message.map(|message| NetworkInput {
        position: NetworkPosition(4),
        sender: key().party(),
        message,
    });
    let parked = input.map(|input| Parked { input, deadline: Some(time) });
    let guard = Guard {
        head_id: head_id(),
        number: SnapshotNumber(1),
        version: SnapshotVersion(0),
        content: Hash32([5; 32]),
    };
    vec![
        ("history", encoded.concat()),
        ("idle", from(0)),
        ("open", from(6)),
        ("deposited", from(8)),
        ("requested", from(10)),
        ("confirmed", from(12)),
        ("second", from(16)),
        ("late", from(20)),
        (
            "wait",
            parked.map(|parked| minicbor::to_vec(&parked).expect("memory")).unwrap_or_default(),
        ),
        ("guard", minicbor::to_vec(&guard).expect("memory")),
    ]
}
