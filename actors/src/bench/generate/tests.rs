#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use ed25519_dalek::{Signature, VerifyingKey};

use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::utxo::Utxo;

use super::*;
use crate::bench::dataset::Dataset;

fn options(shape: Shape, transactions: u64, clients: usize, alive: usize) -> GenerateOptions {
    let (seed, protocol_parameters, out) = (7, None, PathBuf::new());
    GenerateOptions { shape, transactions, clients, seed, alive, protocol_parameters, out }
}

fn made(options: &GenerateOptions) -> Dataset {
    let mut bytes = Vec::new();
    write(options, &mut bytes).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// Inputs and lovelace of a transaction, read by the node's own decoder; its signature is checked.
fn read_body(tx: &SequencedTx) -> (Vec<TxIn>, Vec<u64>) {
    let decoded = Tx::decode(tx.cbor.clone()).expect("a Conway transaction");
    assert_eq!(decoded.id(), tx.id, "id is the hash of the body");
    assert_eq!(decoded.body().fee, 0, "zero fee");
    let [(key, signature)] = &decoded.witnesses().keys[..] else { panic!("one signature") };
    let key = VerifyingKey::from_bytes(&key.0).unwrap();
    key.verify_strict(&tx.id.0, &Signature::from_bytes(&signature.0)).expect("signed");
    let outputs = decoded.produced().map(|(_, output)| output.value.lovelace).collect();
    (decoded.spent().to_vec(), outputs)
}

/// Applies a whole dataset; gives the number of outputs after each transaction.
fn apply(dataset: &Dataset) -> Vec<usize> {
    let mut alive: BTreeMap<TxIn, u64> = BTreeMap::new();
    let merged = serde_json::to_string(&dataset.merged_utxo().unwrap()).unwrap();
    let merged: Utxo = serde_json::from_str(&merged).expect("a UTxO set");
    for (input, output) in merged.iter() {
        alive.insert(*input, output.value.lovelace);
    }
    let (_, funded) = read_body(&dataset.funding_transaction);
    assert_eq!(funded.len(), alive.len(), "the funding transaction pays every initial output");
    assert_eq!(funded.iter().sum::<u64>(), alive.values().sum::<u64>());
    let mut sizes = Vec::new();
    for tx in dataset.client_datasets.iter().flat_map(|c| &c.tx_sequence) {
        let (inputs, outputs) = read_body(tx);
        let spent: u64 =
            inputs.iter().map(|i| alive.remove(i).expect("spends what is alive")).sum();
        assert_eq!(spent, outputs.iter().sum::<u64>(), "value is conserved");
        for (index, lovelace) in (0_u16..).zip(outputs) {
            // 160 and 65 bytes at 4,310 lovelace each: what the largest such output needs.
            assert!(lovelace >= 969_750, "{lovelace} lovelace is below the minimum of an output");
            alive.insert(TxIn { id: tx.id, index }, lovelace);
        }
        sizes.push(alive.len());
    }
    sizes
}

#[test]
fn a_constant_set_keeps_its_size() {
    let sizes = apply(&made(&options(Shape::Constant, 50, 3, 10)));
    assert_eq!(sizes.len(), 150);
    assert!(sizes.iter().all(|size| *size == 10), "{sizes:?}");
}

#[test]
fn a_growing_set_gains_one_output_per_transaction_up_to_its_limit() {
    let sizes = apply(&made(&options(Shape::Growing, 100, 1, 64)));
    assert_eq!(sizes[..63], (2..=64).collect::<Vec<_>>());
    assert!(sizes[63..].iter().all(|size| *size == 64));
}

#[test]
fn a_plateau_is_reached_by_tens_and_held() {
    let sizes = apply(&made(&options(Shape::Plateau, 600, 1, 1000)));
    assert_eq!(sizes[..111], (1..=111).map(|n| 1 + 9 * n).collect::<Vec<_>>());
    assert!(sizes[111..].iter().all(|size| *size == 1000));
    let largest = apply(&made(&options(Shape::Plateau, 900, 2, ALIVE_MAX)));
    assert_eq!(largest.last(), Some(&ALIVE_MAX));
}

#[test]
fn the_same_options_give_the_same_bytes_and_another_seed_gives_others() {
    let bytes = |seed| {
        let mut out = Vec::new();
        write(&GenerateOptions { seed, ..options(Shape::Growing, 20, 2, 8) }, &mut out).unwrap();
        out
    };
    assert_eq!(bytes(1), bytes(1));
    assert_ne!(bytes(1), bytes(2));
    // Pinned: a set generated on one machine must mean the same on every other, now and later.
    let dataset: Dataset = serde_json::from_slice(&bytes(1)).unwrap();
    let last = dataset.client_datasets[1].tx_sequence[19].id.to_string();
    assert_eq!(last, PINNED_ID);
}

const PINNED_ID: &str = "5da045ecfeec7f4a557fc47ad5d35d9b694f2f9abb2b4e538bc1d6dc24871c6b";

#[test]
fn options_outside_their_range_are_refused_with_the_range() {
    for (options, needed) in [
        (options(Shape::Constant, 0, 1, 1), "at least one"),
        (options(Shape::Constant, 1, 0, 1), "at least one"),
        (options(Shape::Constant, 1, 2, 1), "one for each"),
        (options(Shape::Plateau, 1, 1, ALIVE_MAX + 1), "at most 4000"),
        (options(Shape::Constant, TRANSACTIONS_MAX + 1, 1, 1), "at most"),
    ] {
        let error = generate(&options).expect_err("refused").to_string();
        assert!(error.contains(needed), "{error}");
    }
    assert!("merging".parse::<Shape>().expect_err("unknown").contains("plateau"));
}
