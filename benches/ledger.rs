//! Ledger alone on one core: plain payments over 1,000 outputs, against bare verification of their signatures.
//!
//! `cargo bench --bench ledger`. Rounds of both kinds alternate and the best of each counts, so that neither
//! a change of the processor's clock nor a neighbour on the machine decides. Target (`docs/LEDGER.md`): at least 90 % of the bare rate.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use rydra_core::cardano::build::{PaymentKey, TxBuilder};
use rydra_core::cardano::parameters::ProtocolParameters;
use rydra_core::cardano::slot_time::SlotTime;
use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::txout::TxOut;
use rydra_core::cardano::utxo::Utxo;
use rydra_core::cardano::value::Value;
use rydra_core::ed25519;
use rydra_core::ledger::{Ledger, Network};
use rydra_core::unit::{Slot, Span, TxId, TxIn, UtcTime};

mod asked;

use asked::asked_bytes;

/// Outputs in the set.
const OUTPUTS: u16 = 1_000;
/// Payments of one round.
const PAYMENTS: usize = 1_000;
/// Rounds of each kind.
const ROUNDS: u32 = 12;
/// Share of the bare rate that the ledger must reach, percent.
const TARGET_PERCENT: f64 = 90.0;

/// A set of outputs of 50 keys, and payments that spend the oldest one each.
fn workload() -> (Utxo, Vec<Vec<u8>>) {
    let keys: Vec<_> = (0..50).map(|n| PaymentKey::from_seed(&[n; 32])).collect();
    let mut unspent = VecDeque::new();
    let mut utxo = Utxo::new();
    for index in 0..OUTPUTS {
        let owner = usize::from(index) % keys.len();
        let value = Value::of_lovelace(2_000_000 + u64::from(index));
        let input = TxIn { id: TxId([index as u8; 32]), index };
        utxo.insert(input, TxOut::new(&keys[owner].address(0), value.clone()).into());
        unspent.push_back((input, owner, value));
    }
    let payments = (0..PAYMENTS).map(|n| {
        let (input, owner, value) = unspent.pop_front().unwrap();
        let next = (owner + n) % keys.len();
        let output = TxOut::new(&keys[next].address(0), value.clone());
        let tx = TxBuilder::new().input(input).output(&output).sign(&[&keys[owner]]).unwrap();
        unspent.push_back((TxIn { id: tx.id(), index: 0 }, next, value));
        tx.bytes().to_vec()
    });
    let payments = payments.collect();
    (utxo, payments)
}

fn decode(payments: &[Vec<u8>]) -> Vec<Tx> {
    payments.iter().map(|bytes| Tx::decode(bytes.as_slice()).unwrap()).collect()
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn verify_all(txs: &[Tx]) {
    for tx in txs {
        for (key, signature) in &tx.witnesses().keys {
            assert!(ed25519::verify(key, &tx.id().0, signature));
        }
    }
}

fn main() {
    let parameters = include_str!("../config/protocol-parameters.json");
    let parameters = ProtocolParameters::from_json(parameters).unwrap();
    let slot_time = SlotTime::new(UtcTime::EPOCH, Span::seconds(1)).unwrap();
    let ledger = Ledger::new(parameters, Network::Test, slot_time);
    let (utxo, payments) = workload();
    let worst = Duration::MAX;
    let (mut bare, mut full, mut decoded, mut again) = (worst, worst, worst, worst);
    for _ in 0..ROUNDS {
        let txs = decode(&payments);
        bare = bare.min(timed(|| verify_all(&txs)));
        full = full.min(timed(|| drop(ledger.apply_all(Slot(0), &utxo, &txs).unwrap())));
        again = again.min(timed(|| drop(ledger.reapply_all(Slot(0), &utxo, &txs).unwrap())));
        decoded = decoded.min(timed(|| {
            drop(ledger.apply_all(Slot(0), &utxo, &decode(&payments)).unwrap());
        }));
    }
    let before = asked_bytes();
    drop(ledger.apply_all(Slot(0), &utxo, &decode(&payments)).unwrap());
    let allocated = (asked_bytes() - before) / PAYMENTS as u64;

    let rate = |time: Duration| PAYMENTS as f64 / time.as_secs_f64();
    let percent = |time| 100.0 * rate(time) / rate(bare);
    println!("ledger alone, {OUTPUTS} outputs, one key per payment, one core");
    println!("  bare signature verification   {:>9.0} /s", rate(bare));
    println!("  apply                         {:>9.0} /s  {:.1} %", rate(full), percent(full));
    println!(
        "  decode and apply              {:>9.0} /s  {:.1} %",
        rate(decoded),
        percent(decoded)
    );
    println!("  reapply                       {:>9.0} /s", rate(again));
    println!("  allocated, decode and apply   {allocated:>9} bytes per payment");
    let met = if percent(full) >= TARGET_PERCENT { "met" } else { "NOT met" };
    println!("  target: apply at {TARGET_PERCENT} % of bare or more: {met}");
}
