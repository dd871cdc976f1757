//! Transactions and UTxO sets inside the reference's binary samples.
//!
//! The files are type-directed; here every place that holds one of our types is found by its first
//! bytes, from front to back, and compared byte for byte. Whole messages are compared where their own
//! encodings live.

use pallas_codec::minicbor::{self, Decoder};
use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::utxo::Utxo;
use rydra_core::unit::TxId;

use crate::reference::bytes;

/// Files with the transactions and non-empty UTxO sets that they hold.
const FILES: [(&str, usize, usize); 4] = [
    ("golden/ClientInput.cbor", 2, 1),
    ("golden/Snapshot.cbor", 5, 3),
    ("golden/TimedServerOutput.cbor", 0, 1),
    ("golden/Message/Message.cbor", 3, 0),
];

/// A byte string that begins like a transaction: an array of four, then a map with inputs.
fn transaction(rest: &[u8]) -> Option<&[u8]> {
    let content = Decoder::new(rest).bytes().ok()?;
    matches!(content, [0x84, 0xa3..=0xb7, 0x00, ..]).then_some(content)
}

/// Re-encodes each; gives the ids, and how many sets there were.
fn round_trip(name: &str, file: &[u8]) -> (Vec<TxId>, usize) {
    let (mut ids, mut sets, mut at) = (Vec::new(), 0, 0);
    while let Some(rest) = file.get(at..).filter(|rest| !rest.is_empty()) {
        let encoded = if let Some(content) = transaction(rest) {
            let tx = Tx::decode(content).unwrap_or_else(|e| panic!("{name} at {at}: {e}"));
            let hash = rydra_core::cardano::hash::blake2b_256(tx.body_bytes());
            assert_eq!(tx.id(), TxId(hash));
            ids.push(tx.id());
            minicbor::to_vec(&tx).unwrap()
        } else if matches!(rest, [0xa1..=0xb7, 0x82, 0x58, 0x20, ..]) {
            let set: Utxo =
                minicbor::decode(rest).unwrap_or_else(|e| panic!("{name} at {at}: {e}"));
            sets += 1;
            minicbor::to_vec(&set).unwrap()
        } else {
            at += 1;
            continue;
        };
        assert_eq!(Some(&*encoded), rest.get(..encoded.len()), "{name} at {at}");
        at += encoded.len();
    }
    (ids, sets)
}

#[test]
fn transactions_and_utxo_sets_re_encode_byte_for_byte() {
    for (name, transactions_min, sets_min) in FILES {
        let Some(file) = bytes(name) else { return };
        let (ids, sets) = round_trip(name, &file);
        assert!(ids.len() >= transactions_min, "{name}: {} transactions", ids.len());
        assert!(sets >= sets_min, "{name}: {sets} sets");
    }
}
