//! Real transactions: payments that a key signs, and the ledger that judges them.

use std::sync::Arc;

use rydra_core::cardano::build::{PaymentKey, TxBuilder};
use rydra_core::cardano::parameters::ProtocolParameters;
use rydra_core::cardano::slot_time::SlotTime;
use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::txout::TxOut;
use rydra_core::cardano::utxo::Utxo;
use rydra_core::cardano::value::Value;
use rydra_core::ledger::{Ledger, Network};
use rydra_core::unit::{Signature, Slot, Span, TxId, TxIn, UtcTime};

/// The layer 2 parameters that users start with: no fees.
const PARAMETERS: &str = include_str!("../../../config/protocol-parameters.json");

pub const ADA: u64 = 1_000_000;

/// The one owner of all funds.
pub fn owner() -> PaymentKey {
    PaymentKey::from_seed(&[7; 32])
}

/// A ledger without fees, slots of one second since the epoch.
pub fn ledger() -> Arc<Ledger> {
    let parameters = ProtocolParameters::from_json(PARAMETERS).unwrap();
    let slots = SlotTime::new(UtcTime::EPOCH, Span::seconds(1)).unwrap();
    Arc::new(Ledger::new(parameters, Network::Test, slots))
}

pub fn output(lovelace: u64) -> TxOut {
    TxOut::new(&owner().address(0), Value::of_lovelace(lovelace))
}

/// `count` outputs of 10 ada each, told apart by `mark`.
pub fn funds(mark: u8, count: u16) -> Utxo {
    (0..count).map(|n| (fund(mark, n), output(10 * ADA))).collect()
}

/// The reference of one of [`funds`].
pub fn fund(mark: u8, index: u16) -> TxIn {
    TxIn { id: TxId([mark; 32]), index }
}

fn build(inputs: &[TxIn], lovelace: &[u64]) -> TxBuilder {
    let spending = inputs.iter().fold(TxBuilder::new(), |b, input| b.input(*input));
    lovelace.iter().fold(spending, |b, amount| b.output(&output(*amount)))
}

/// Spends inputs into outputs of these amounts.
pub fn pay(inputs: &[TxIn], lovelace: &[u64]) -> Tx {
    build(inputs, lovelace).sign(&[&owner()]).unwrap()
}

/// One output of 10 ada moves on.
pub fn moves(input: TxIn) -> Tx {
    pay(&[input], &[10 * ADA])
}

/// As [`moves`], other bytes: splits the output.
pub fn splits(input: TxIn) -> Tx {
    pay(&[input], &[4 * ADA, 6 * ADA])
}

/// A payment that is valid in slots `from` to `until` (exclusive).
pub fn between(input: TxIn, from: Option<u64>, until: Option<u64>) -> Tx {
    let mut builder = build(&[input], &[10 * ADA]);
    if let Some(from) = from {
        builder = builder.valid_from(Slot(from));
    }
    if let Some(until) = until {
        builder = builder.valid_until(Slot(until));
    }
    builder.sign(&[&owner()]).unwrap()
}

/// The same id with a signature that does not verify.
pub fn badly_signed(input: TxIn, salt: u8) -> Tx {
    let forged = Signature([salt; 64]);
    build(&[input], &[10 * ADA]).witness(owner().vkey(), forged).sign(&[]).unwrap()
}

/// Its output.
pub fn out(tx: &Tx, index: u16) -> TxIn {
    TxIn { id: tx.id(), index }
}
