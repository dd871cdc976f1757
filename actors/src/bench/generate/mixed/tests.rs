#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use rydra_core::cardano::redeemer::Purpose;
use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::txout::{Datum, ScriptLanguage};

use super::draft::SLOT;
use super::*;
use crate::bench::dataset::Dataset;
use crate::bench::generate::{Shape, write_mixed};

fn options(transactions: u64, clients: usize, alive: usize, seed: u64) -> GenerateOptions {
    let (shape, out) = (Shape::Mixed, std::path::PathBuf::new());
    GenerateOptions { shape, transactions, clients, seed, alive, protocol_parameters: None, out }
}

fn bytes_of(options: &GenerateOptions, ledger: Ledger) -> Vec<u8> {
    let spool = Spool::of(tempfile::tempfile().unwrap(), options.clients);
    let mut bytes = Vec::new();
    write_mixed(options, ledger, spool, &mut bytes).unwrap();
    bytes
}

fn made(options: &GenerateOptions) -> Dataset {
    serde_json::from_slice(&bytes_of(options, ledger(None).unwrap())).unwrap()
}

/// Applies all clients by turns, as a node gets them, each transaction once those it comes after are valid. Gives what
/// was accepted, and the most outputs that were alive.
fn replay(dataset: &Dataset, ledger: &Ledger, backwards: bool) -> (BTreeMap<String, bool>, usize) {
    let merged = serde_json::to_string(&dataset.merged_utxo().unwrap()).unwrap();
    let mut utxo: Utxo = serde_json::from_str(&merged).unwrap();
    let (mut verdicts, mut most) = (BTreeMap::new(), utxo.len());
    let mut next = vec![0; dataset.client_datasets.len()];
    let mut moved = true;
    while moved {
        moved = false;
        let mut order: Vec<usize> = (0..next.len()).collect();
        if backwards {
            order.reverse();
        }
        for client in order {
            // A few at a time: the clients overtake each other.
            for _ in 0..=client {
                let Some(tx) = dataset.client_datasets[client].tx_sequence.get(next[client]) else {
                    break;
                };
                if !tx.after.iter().all(|id| verdicts.get(&id.to_string()) == Some(&true)) {
                    break;
                }
                let decoded = Tx::decode(tx.cbor.clone()).expect("a Conway transaction");
                assert_eq!(decoded.id(), tx.id, "id is the hash of the body");
                let applied = ledger.apply(SLOT, &utxo, &decoded);
                verdicts.insert(tx.id.to_string(), applied.is_ok());
                utxo = applied.unwrap_or(utxo);
                most = most.max(utxo.len());
                next[client] += 1;
                moved = true;
            }
        }
    }
    for (client, next) in dataset.client_datasets.iter().zip(next) {
        assert_eq!(next, client.tx_sequence.len(), "a client waits for ever");
    }
    (verdicts, most)
}

fn holds_what_it_expects(dataset: &Dataset, verdicts: &BTreeMap<String, bool>) {
    let mut winners: BTreeMap<u32, u32> = BTreeMap::new();
    for tx in dataset.client_datasets.iter().flat_map(|client| &client.tx_sequence) {
        let valid = verdicts[&tx.id.to_string()];
        match tx.expect {
            Expect::Confirmed => assert!(valid, "{} is refused", tx.id),
            Expect::Invalid => assert!(!valid, "{} is accepted", tx.id),
            Expect::OneOf(contest) => *winners.entry(contest).or_default() += u32::from(valid),
        }
    }
    assert!(winners.values().all(|count| *count == 1), "{winners:?}");
    let accepted = verdicts.values().filter(|valid| **valid).count() as u64;
    let expected = dataset.expected.expect("a mixed set says what it expects");
    assert_eq!((accepted, verdicts.len() as u64), (expected.confirmed, expected.all()));
    assert_eq!(expected, dataset.expectations());
}

#[test]
fn any_order_of_the_clients_gives_what_is_expected() {
    let dataset = made(&options(150, 3, 60, 5));
    assert_eq!(dataset.transactions(), 450);
    let ledger = ledger(None).unwrap();
    for backwards in [false, true] {
        let (verdicts, most) = replay(&dataset, &ledger, backwards);
        holds_what_it_expects(&dataset, &verdicts);
        assert!(most <= 60, "{most} outputs alive");
    }
}

#[test]
fn a_set_has_everything_that_a_head_meets() {
    let dataset = made(&options(300, 2, 60, 3));
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut saw = |what, condition: bool| *seen.entry(what).or_default() += usize::from(condition);
    for tx in dataset.client_datasets.iter().flat_map(|client| &client.tx_sequence) {
        saw("conflict", tx.expect == Expect::Invalid);
        saw("contest", matches!(tx.expect, Expect::OneOf(_)));
        saw("dependent", !tx.after.is_empty());
        let tx = Tx::decode(tx.cbor.clone()).unwrap();
        let (body, witnesses) = (tx.body(), tx.witnesses());
        let minted = || body.mint.values().flat_map(BTreeMap::values);
        saw("minted", minted().any(|quantity| *quantity > 0));
        saw("burnt", minted().any(|quantity| *quantity < 0));
        saw("reference input", !body.reference_inputs.is_empty());
        saw("spends by Plutus", witnesses.redeemers.keys().any(|at| at.purpose == Purpose::Spend));
        saw("mints by Plutus", witnesses.redeemers.keys().any(|at| at.purpose == Purpose::Mint));
        for (name, language) in [
            ("native", ScriptLanguage::Native),
            ("V1", ScriptLanguage::PlutusV1),
            ("V2", ScriptLanguage::PlutusV2),
            ("V3", ScriptLanguage::PlutusV3),
        ] {
            let mut scripts = witnesses.native_scripts.iter().chain(&witnesses.plutus_scripts);
            saw(name, scripts.any(|script| script.language == language));
        }
        for (_, output) in tx.produced() {
            saw("inline datum", matches!(output.datum, Datum::Inline(_)));
            saw("datum hash", matches!(output.datum, Datum::Hash(_)));
            saw("published script", output.reference_script.is_some());
            saw("assets", !output.value.assets.is_empty());
        }
    }
    assert!(seen.len() == 16 && seen.values().all(|count| *count >= 2), "{seen:?}");
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
    let of = |seed| bytes_of(&options(40, 2, 30, seed), ledger(None).unwrap());
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
}

#[test]
fn fees_and_budgets_follow_the_parameters() {
    let free = ledger(None).unwrap();
    assert!(!has_fees(&free));
    let text = crate::bench::prepare::PROTOCOL_PARAMETERS
        .replace("\"txFeePerByte\": 0", "\"txFeePerByte\": 44")
        .replace("\"txFeeFixed\": 0", "\"txFeeFixed\": 155381")
        .replace("\"priceMemory\": 0", "\"priceMemory\": 0.0577")
        .replace("\"priceSteps\": 0", "\"priceSteps\": 0.0000721")
        .replace("\"minFeeRefScriptCostPerByte\": 0", "\"minFeeRefScriptCostPerByte\": 15");
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    let dear = ledger(Some(file.path())).unwrap();
    assert!(has_fees(&dear));
    let bytes = bytes_of(&options(150, 2, 40, 9), dear.clone());
    let dataset: Dataset = serde_json::from_slice(&bytes).unwrap();
    let (verdicts, _) = replay(&dataset, &dear, false);
    holds_what_it_expects(&dataset, &verdicts);
    let budgets: Vec<u64> = dataset
        .client_datasets
        .iter()
        .flat_map(|client| &client.tx_sequence)
        .flat_map(|tx| {
            let tx = Tx::decode(tx.cbor.clone()).unwrap();
            assert!(tx.body().fee > 155_381, "{}", tx.body().fee);
            tx.witnesses().redeemers.values().map(|r| r.units.memory).collect::<Vec<_>>()
        })
        .collect();
    assert!(!budgets.is_empty() && budgets.iter().all(|memory| *memory < 1_000_000), "{budgets:?}");
}

#[test]
fn every_client_owns_what_the_ledger_says_after_each_turn() {
    let options = options(120, 3, 40, 11);
    let ledger = ledger(None).unwrap();
    let clients = super::super::clients(&options, false);
    let funding = super::super::funding_transaction(options.seed, &clients);
    let initial = super::super::initial_outputs(&clients, &funding);
    let starts: Vec<Start<'_>> =
        clients.iter().zip(initial).map(|(client, outputs)| Start { client, outputs }).collect();
    let mut kitchen = kitchen(&options, ledger, &starts);
    while kitchen.turn().unwrap() {
        assert!(kitchen.agrees());
    }
}
