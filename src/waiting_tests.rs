#![allow(clippy::unwrap_used)]

use super::*;
use crate::cardano::build::{PaymentKey, TxBuilder};
use crate::cardano::tx::Tx;
use crate::cardano::txout::TxOut;
use crate::cardano::value::Value;
use crate::unit::{Signature, SnapshotNumber};

/// A transaction of so many outputs; its bytes decide its weight.
fn tx(outputs: usize) -> Tx {
    let key = PaymentKey::from_seed(&[7; 32]);
    let output = TxOut::new(&key.address(0), Value::of_lovelace(2_000_000));
    let spending = TxBuilder::new().input(TxIn { id: TxId([1; 32]), index: 0 });
    (0..outputs).fold(spending, |builder, _| builder.output(&output)).sign(&[&key]).unwrap()
}

fn from(sender: u8, message: Message) -> NetworkInput {
    let sender = Party::new(VerificationKey([sender; 32]));
    NetworkInput { position: NetworkPosition(1), sender, message }
}

fn payment(tx: &Tx) -> NetworkInput {
    from(1, Message::ReqTx { transaction: tx.clone() })
}

fn signature() -> NetworkInput {
    let (signed, snapshot_number) = (Signature([0; 64]), SnapshotNumber(2));
    from(1, Message::AckSn { signed, snapshot_number })
}

fn wants(waiting: &mut Waiting, input: NetworkInput, until: Condition) -> Admission {
    waiting.admit(input, until, Budget::Transaction, UtcTime::EPOCH)
}

/// Fills up with `input` until there is no room; how many waited then. A freed place is given away again,
/// once, and the other kind as well as what waits for sync still find room.
fn fills(input: &NetworkInput, other: &NetworkInput) -> usize {
    let mut waiting = Waiting::default();
    let mut last = None;
    while let Admission::Waits(id) = wants(&mut waiting, input.clone(), Condition::Deadline) {
        last = Some(id);
    }
    let full = waiting.len();
    assert_eq!(waiting.violation(), None);
    assert!(waiting.take(last.unwrap()).is_some());
    let mut again = || wants(&mut waiting, input.clone(), Condition::Deadline);
    assert!(matches!(again(), Admission::Waits(_)), "room was released");
    assert_eq!(again(), Admission::Full, "one place only");
    let others = wants(&mut waiting, other.clone(), Condition::Deadline);
    assert!(matches!(others, Admission::Waits(_)), "kinds take no room from each other");
    let held = wants(&mut waiting, input.clone(), Condition::Sync);
    assert!(matches!(held, Admission::Waits(_)), "what waits for sync is bounded elsewhere");
    full
}

#[test]
fn ten_thousand_transactions_wait_and_no_more() {
    assert_eq!(fills(&payment(&tx(1)), &signature()), 10_000);
}

#[test]
fn sixteen_mebibytes_of_transactions_wait_and_no_more() {
    let large = tx(500);
    let fitting = 16 * 1024 * 1024 / large.bytes().len();
    assert!(fitting < WAITING_TXS_MAX, "the bytes are what runs out");
    assert_eq!(fills(&payment(&large), &signature()), fitting);
}

#[test]
fn a_thousand_snapshot_messages_wait_and_no_more() {
    assert_eq!(fills(&signature(), &payment(&tx(1))), 1_000);
}
