//! Codecs against what every payment costs anyway: decoding, rendering and journaling one payment, as a share of
//! verifying its one signature in the same run. Run: `cargo bench -p rydra-core --bench codec`.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pallas_codec::minicbor;
use rydra_core::api::server_output::render;
use rydra_core::api::{ShowUtxo, Vocabulary, client_input};
use rydra_core::cardano::build::{PaymentKey, TxBuilder};
use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::txout::TxOut;
use rydra_core::cardano::utxo::Utxo;
use rydra_core::cardano::value::Value;
use rydra_core::ed25519;
use rydra_core::event::{Event, StateEvent};
use rydra_core::input::ClientInput;
use rydra_core::output::{ServerOutput, TimedOutput};
use rydra_core::snapshot::{MultiSignature, Snapshot};
use rydra_core::unit::{
    EventId, HeadId, Signature, SnapshotNumber, SnapshotVersion, TxId, TxIn, UtcTime,
};
use rydra_core::wire::Message;

/// Payments per round, and per rendered snapshot.
const PAYMENTS: usize = 100;
/// Outputs of the set that a snapshot shows.
const OUTPUTS: u16 = 1000;
/// The best of this many rounds counts.
const ROUNDS: usize = 40;

fn payments() -> Vec<Tx> {
    let key = PaymentKey::from_seed(&[7; 32]);
    let output = TxOut::new(&key.address(0), Value::of_lovelace(5_000_000));
    let at = |index| TxIn { id: TxId([1; 32]), index };
    (0..PAYMENTS)
        .map(|n| {
            let builder = TxBuilder::new().input(at(u16::try_from(n).unwrap()));
            builder.output(&output).output(&output).sign(&[&key]).unwrap()
        })
        .collect()
}

fn utxo() -> Utxo {
    let key = PaymentKey::from_seed(&[7; 32]);
    let output = |n| TxOut::new(&key.address(0), Value::of_lovelace(2_000_000 + u64::from(n)));
    (0..OUTPUTS).map(|n| (TxIn { id: TxId([2; 32]), index: n }, output(n))).collect()
}

/// Best time of one round, per payment.
fn best(mut round: impl FnMut()) -> Duration {
    let timed = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        round();
        start.elapsed()
    });
    timed.min().unwrap_or_default() / u32::try_from(PAYMENTS).unwrap()
}

fn confirmed(txs: &[Tx]) -> TimedOutput {
    let snapshot = Snapshot::new(
        HeadId::from(vec![1; 28]),
        SnapshotVersion(1),
        SnapshotNumber(2),
        txs.to_vec(),
        utxo(),
        None,
        None,
    )
    .unwrap();
    TimedOutput {
        seq: EventId(1),
        time: UtcTime::EPOCH,
        output: ServerOutput::SnapshotConfirmed {
            head_id: snapshot.head_id.clone(),
            snapshot: Arc::new(snapshot),
            signatures: MultiSignature(vec![Signature([0; 64])]),
        },
    }
}

fn events(txs: &[Tx]) -> Vec<StateEvent> {
    txs.iter()
        .map(|tx| StateEvent {
            id: EventId(1),
            time: UtcTime::EPOCH,
            event: Event::TransactionReceived { tx: tx.clone() },
        })
        .collect()
}

fn main() {
    let txs = payments();
    let bytes: Vec<Vec<u8>> = txs.iter().map(|tx| tx.bytes().to_vec()).collect();
    let frames: Vec<Vec<u8>> = txs
        .iter()
        .map(|tx| {
            let input = ClientInput::NewTx { transaction: tx.clone() };
            client_input::render(&input, Vocabulary::Deposit).unwrap()
        })
        .collect();
    let events = events(&txs);
    let stored: Vec<Vec<u8>> = events.iter().map(|e| minicbor::to_vec(e).unwrap()).collect();
    let confirmed = confirmed(&txs);

    let verify = best(|| {
        for tx in &txs {
            for (key, signature) in &tx.witnesses().keys {
                assert!(ed25519::verify(key, &tx.id().0, signature));
            }
        }
    });
    println!("per payment; {PAYMENTS} payments a snapshot, {OUTPUTS} outputs in its set");
    let show = |what: &str, time: Duration| {
        let share = 100.0 * time.as_secs_f64() / verify.as_secs_f64();
        println!("  {what:<44} {:>9.2} µs  {share:>6.1} %", time.as_secs_f64() * 1e6);
    };
    show("limit: verify one signature", verify);
    show(
        "decode transaction bytes, with its id",
        best(|| {
            for bytes in &bytes {
                black_box(Tx::decode(bytes.as_slice()).unwrap());
            }
        }),
    );
    show(
        "decode a NewTx frame",
        best(|| {
            for frame in &frames {
                black_box(client_input::decode(frame).unwrap());
            }
        }),
    );
    show(
        "encode a ReqTx",
        best(|| {
            for tx in &txs {
                black_box(Message::ReqTx { transaction: tx.clone() }.to_cbor());
            }
        }),
    );
    show(
        "encode its event for the journal",
        best(|| {
            for event in &events {
                black_box(minicbor::to_vec(event).unwrap());
            }
        }),
    );
    show(
        "decode its event from the journal",
        best(|| {
            for bytes in &stored {
                black_box(minicbor::decode::<StateEvent>(bytes).unwrap());
            }
        }),
    );
    render_all(&confirmed, show);
}

fn render_all(confirmed: &TimedOutput, show: impl Fn(&str, Duration)) {
    for (what, shown) in [("without", ShowUtxo::No), ("with", ShowUtxo::Yes)] {
        let time = best(|| {
            black_box(render(confirmed, Vocabulary::Deposit, shown).unwrap());
        });
        show(&format!("render its share of SnapshotConfirmed {what} utxo"), time);
    }
}
