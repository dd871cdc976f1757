//! What callers rely on: memo of signatures, sequences, texts, the reference's dataset.

use super::*;
use crate::testing::reference;

#[test]
fn a_bad_signature_first_does_not_poison_the_same_body() {
    let mut world = World::new();
    let payment = world.payment();
    let good = world.by_alice(&payment);
    let bad = payment.witness(world.alice.vkey(), Signature([7; 64])).sign(&[]).unwrap();
    assert_eq!((good.id(), good == bad), (bad.id(), false));
    let refusal = Refusal::InvalidWitnesses(vec![world.alice.vkey()]);
    for _ in 0..2 {
        assert_eq!(world.ledger.check_signatures(&bad), Err(refusal.clone()));
        assert!(!bad.signatures_passed(), "a refusal is never kept");
    }
    assert!(!good.signatures_passed());
    assert_eq!(world.ledger.check_signatures(&good), Ok(()));
    assert!(good.signatures_passed() && good.clone().signatures_passed());
    world.refuses(&bad, &refusal);
    world.passes(&good);
}

#[test]
fn a_passed_verdict_holds_for_these_bytes_only() {
    let mut world = World::new();
    let tx = world.paid();
    world.passes(&tx);
    let again = Tx::decode(tx.bytes()).unwrap();
    assert!(!again.signatures_passed(), "another decode starts without a verdict");
}

#[test]
fn reapply_repeats_neither_signatures_nor_scripts() {
    let mut world = World::new();
    let vault = signed_by(&world.bob);
    let input = world.holds(at_script(&vault, ada(10)));
    let build = TxBuilder::new().input(input).output(&world.to_alice(ada(10)));
    let tx = build.witness(world.alice.vkey(), Signature([7; 64])).sign(&[]).unwrap();
    assert_eq!(world.ledger.reapply(NOW, &world.utxo, &tx), Ok(world.utxo.apply(&tx)));
    assert!(!tx.signatures_passed());
}

#[test]
fn reapply_repeats_limits_fee_and_value() {
    let mut world = World::new();
    let tx = world.paid();
    world.passes(&tx);
    let changed = |change: fn(&mut ProtocolParameters)| {
        let mut ledger = world.ledger.clone();
        change(&mut ledger.parameters);
        ledger.reapply(NOW, &world.utxo, &tx).unwrap_err().predicate()
    };
    assert_eq!(changed(|p| p.max_tx_size = 10), "MaxTxSizeUTxO");
    assert_eq!(changed(|p| p.utxo_cost_per_byte = 1 << 40), "BabbageOutputTooSmallUTxO");
    assert_eq!(changed(|p| p.tx_fee_fixed = 1), "FeeTooSmallUTxO");
    let unbalanced = world.payment().fee(1).sign(&[&world.alice]).unwrap();
    let refusal = world.ledger.reapply(NOW, &world.utxo, &unbalanced).unwrap_err();
    assert_eq!(refusal.predicate(), "ValueNotConservedUTxO");
}

#[test]
fn apply_all_feeds_each_transaction_the_set_of_the_one_before() {
    let mut world = World::new();
    let first = world.paid();
    let made = TxIn { id: first.id(), index: 0 };
    let second = TxBuilder::new().input(made).output(&world.to_alice(ada(10)));
    let second = second.sign(&[&world.bob]).unwrap();
    let chain = [first.clone(), second.clone()];
    let expected = world.utxo.apply(&first).apply(&second);
    assert_eq!(world.ledger.apply_all(NOW, &world.utxo, &chain), Ok(expected.clone()));
    assert_eq!(world.ledger.reapply_all(NOW, &world.utxo, &chain), Ok(expected));
    let refused = Err((second.id(), Refusal::BadInputs(vec![made])));
    let swapped = [second, first];
    assert_eq!(world.ledger.apply_all(NOW, &world.utxo, &swapped), refused);
    assert_eq!(world.ledger.reapply_all(NOW, &world.utxo, &swapped), refused);
}

#[test]
fn check_all_shows_every_rule_that_refuses_in_order() {
    let mut world = World::with(|p| p.tx_fee_fixed = 7);
    let build = world.payment().network_id(1).auxiliary_data_only(&[0xa0]).valid_from(Slot(200));
    let build = build.witness(world.bob.vkey(), Signature([7; 64]));
    let names = |tx: &Tx| -> Vec<_> {
        let all = world.ledger.check_all(NOW, &world.utxo, tx);
        all.iter().map(Refusal::predicate).collect()
    };
    let tx = build.sign(&[]).unwrap();
    assert_eq!(
        names(&tx),
        [
            "WrongNetworkInTxBody",
            "MissingTxBodyMetadataHash",
            "FeeTooSmallUTxO",
            "MissingVKeyWitnessesUTXOW",
            "InvalidWitnessesUTXOW",
            "OutsideValidityIntervalUTxO",
        ]
    );
    let absent = build.reference_input(TxIn { id: TxId([0; 32]), index: 0 }).sign(&[]).unwrap();
    assert!(names(&absent).contains(&"BadInputsUTxO"));
    assert!(!names(&absent).contains(&"MissingVKeyWitnessesUTXOW"), "not asked without inputs");
}

#[test]
fn texts_name_the_predicate_what_was_seen_and_needed_and_which() {
    let input = TxIn { id: TxId([1; 32]), index: 3 };
    let output = OutputPlace::Output(2);
    let asset = Some((ScriptHash([5; 28]), token(b"t")));
    let many: Vec<_> = (0..7).map(|index| TxIn { index, ..input }).collect();
    let cases: [(Refusal, &[&str]); 7] = [
        (Refusal::BadInputs(vec![input]), &["BadInputsUTxO: ", "0101#3"]),
        (Refusal::BadInputs(many), &["0101#4 and 2 more"]),
        (Refusal::FeeTooSmall { fee: 1, needed: 2 }, &["FeeTooSmallUTxO: ", "fee of 1", "2"]),
        (
            Refusal::ValueNotConserved(vec![Imbalance { asset, consumed: 4, produced: 5 }]),
            &["ValueNotConservedUTxO: ", "0505.74", "consumed 4, produced 5"],
        ),
        (
            Refusal::OutputTooSmall { output, lovelace: 1, needed: 9 },
            &["BabbageOutputTooSmallUTxO: ", "1 lovelace", "at least 9", "output 2"],
        ),
        (
            Refusal::OutsideValidityInterval {
                valid_from: None,
                valid_until: Some(NOW),
                slot: NOW,
            },
            &["OutsideValidityIntervalUTxO: ", "slot 100", "from unbounded", "to 100 (exclusive)"],
        ),
        (
            Refusal::WrongNetwork { outputs: vec![OutputPlace::CollateralReturn], needed: 1 },
            &["WrongNetwork: ", "network id 1", "the collateral return"],
        ),
    ];
    for (refusal, parts) in cases {
        let text = refusal.to_string();
        for part in parts {
            assert!(text.contains(part), "{part:?} in {text:?}");
        }
    }
}

#[test]
fn networks_have_the_ids_of_the_ledger() {
    assert_eq!((Network::Test.id(), Network::Main.id()), (0, 1));
}

#[test]
fn no_changed_bit_of_a_transaction_passes() {
    let mut world = World::new();
    let vault = signed_by(&world.alice);
    let input = world.holds(at_script(&vault, ada(10)));
    let datum: &[u8] = &[0x18, 42];
    let hash = Datum::Hash(datum_hash(datum));
    let value = with_token(ada(10), vault.hash(), b"t", 3);
    let build = TxBuilder::new()
        .input(input)
        .output(&TxOut::with(&world.bob.address(0), value, hash, None))
        .mint(vault.hash(), token(b"t"), 3)
        .native_script(&vault.bytes)
        .datums_with_hash(&[datum])
        .auxiliary_data(&[0xa1, 1, 0x61, b'x'])
        .valid_from(Slot(50));
    world.alice_may(&build);
    let bytes = build.signed_bytes(&[&world.alice]);
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        if let Ok(tx) = Tx::decode(changed) {
            let applied = world.ledger.apply(NOW, &world.utxo, &tx);
            assert!(applied.is_err(), "bit {} of byte {}", bit % 8, bit / 8);
        }
    }
}

#[test]
fn the_reference_dataset_applies_in_sequence() {
    let Some(file) = reference("datasets/1-node.json") else {
        return;
    };
    let dataset: serde_json::Value = serde_json::from_slice(&file).unwrap();
    let client = &dataset["clientDatasets"][0];
    let mut world = World::new();
    world.utxo = serde_json::from_value(client["initialUTxO"].clone()).unwrap();
    let txs: Vec<Tx> = client["txSequence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tx| Tx::decode(crate::unit::unhex(tx["cborHex"].as_str().unwrap()).unwrap()).unwrap())
        .collect();
    assert_eq!(txs.len(), 300);
    let end = world.ledger.apply_all(Slot(0), &world.utxo, &txs).unwrap();
    assert_eq!(end.len(), 1);
    assert_eq!(world.ledger.reapply_all(Slot(0), &world.utxo, &txs), Ok(end));
}
