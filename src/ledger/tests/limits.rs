//! Rules over the transaction and the parameters.

use super::*;

#[test]
fn validation_tag_mismatch_refuses_false_and_passes_true() {
    let mut world = World::new();
    let payment = world.payment();
    world.alice_may(&payment);
    world.alice_may_not(&payment.invalid(), &Refusal::ValidationTagMismatch);
}

#[test]
fn validation_tag_mismatch_never_takes_the_collateral() {
    let mut world = World::new();
    let collateral = world.holds(world.to_alice(ada(5)));
    let payment = world.payment().collateral(collateral);
    world.alice_may_not(&payment.invalid(), &Refusal::ValidationTagMismatch);
}

#[test]
fn input_set_empty_refuses() {
    let world = World::new();
    let tx = TxBuilder::new().sign(&[&world.alice]).unwrap();
    world.refuses(&tx, &Refusal::InputSetEmpty);
}

#[test]
fn non_disjoint_reference_inputs_refuses_before_version_11() {
    for major in [9, 10] {
        let mut world = World::with(|p| p.protocol_version.major = major);
        let other = world.holds(world.to_bob(ada(2)));
        let payment = world.payment();
        world.alice_may(&payment.clone().reference_input(other));
        let spent = world.by_alice(&payment).body().inputs[0];
        let build = payment.reference_input(other).reference_input(spent);
        world.alice_may_not(&build, &Refusal::NonDisjointReferenceInputs(vec![spent]));
    }
}

#[test]
fn non_disjoint_reference_inputs_passes_from_version_11_on() {
    let mut world = World::new();
    let payment = world.payment();
    let spent = world.by_alice(&payment).body().inputs[0];
    world.alice_may(&payment.reference_input(spent));
}

#[test]
fn max_tx_size_counts_all_bytes_but_the_validity_flag() {
    let mut world = World::new();
    let build = world.payment().auxiliary_data(&[0xa1, 0, 0x41, 0]);
    let tx = world.by_alice(&build);
    let size = tx.bytes().len() as u64 - 1;
    world.ledger.parameters.max_tx_size = size;
    world.passes(&tx);
    world.ledger.parameters.max_tx_size = size - 1;
    world.refuses(&tx, &Refusal::MaxTxSize { size, limit: size - 1 });
}

#[test]
fn max_tx_size_does_not_count_how_the_outer_list_is_written() {
    let mut world = World::new();
    let build = world.payment();
    let plain = build.signed_bytes(&[&world.alice]);
    world.ledger.parameters.max_tx_size = plain.len() as u64 - 1;
    let open = [&[0x9f], &plain[1..], &[0xff]].concat();
    world.passes(&Tx::decode(open).unwrap());
    let long_head = [&[0x9b, 0, 0, 0, 0, 0, 0, 0, 4], &plain[1..]].concat();
    world.passes(&Tx::decode(long_head).unwrap());
}

#[test]
fn too_many_collateral_inputs_refuses_also_without_scripts() {
    let mut world = World::new();
    let mut build = world.payment();
    for _ in 0..3 {
        let input = world.holds(world.to_alice(ada(2)));
        build = build.collateral(input);
    }
    world.alice_may(&build);
    let fourth = world.holds(world.to_alice(ada(2)));
    let refusal = Refusal::TooManyCollateralInputs { count: 4, limit: 3 };
    world.alice_may_not(&build.collateral(fourth), &refusal);
}

#[test]
fn collateral_totals_are_ignored_without_scripts() {
    let mut world = World::new();
    let collateral = world.holds(world.to_alice(ada(5)));
    let build = world.payment().collateral(collateral).body_field(17, [0x07]);
    let build = build.collateral_return(&world.to_alice(ada(4)));
    let after = world.alice_may(&build);
    assert!(after.get(&collateral).is_some(), "collateral stays");
    assert_eq!(after.len(), 2, "the collateral return does not come into being");
}

#[test]
fn wrong_network_in_tx_body_refuses() {
    let mut world = World::new();
    let payment = world.payment();
    world.alice_may(&payment.clone().network_id(0));
    let refusal = Refusal::WrongNetworkInTxBody { stated: 1, needed: 0 };
    world.alice_may_not(&payment.network_id(1), &refusal);
}

#[test]
fn wrong_network_refuses_outputs_and_the_collateral_return() {
    let mut world = World::new();
    let elsewhere = TxOut::new(&world.bob.address(1), ada(2));
    let input = world.holds(world.to_alice(ada(4)));
    let build = TxBuilder::new().input(input).output(&world.to_bob(ada(2))).output(&elsewhere);
    let build = build.collateral_return(&elsewhere);
    let outputs = vec![OutputPlace::Output(1), OutputPlace::CollateralReturn];
    world.alice_may_not(&build, &Refusal::WrongNetwork { outputs, needed: 0 });
}

#[test]
fn wrong_network_passes_outputs_of_the_main_network_there() {
    let mut world = World::new();
    world.ledger.network = Network::Main;
    let input = world.holds(TxOut::new(&world.alice.address(1), ada(4)));
    let output = TxOut::new(&world.bob.address(1), ada(4));
    world.alice_may(&TxBuilder::new().input(input).output(&output).network_id(1));
}

#[test]
fn treasury_value_mismatch_passes_zero_and_refuses_the_rest() {
    let mut world = World::new();
    let payment = world.payment();
    world.alice_may(&payment.clone().body_field(21, [0]));
    world
        .alice_may_not(&payment.body_field(21, [1]), &Refusal::TreasuryValueMismatch { stated: 1 });
}

/// Base58-decoded Byron address of the main network.
fn byron_address() -> Vec<u8> {
    let text = "Ae2tdPwUPEZFRbyhz3cpfC2CumGzNkFBN2L42rcUc2yjQpEkxDbkPodpMAi";
    crate::cardano::address::from_text(text).unwrap().into()
}

#[test]
fn byron_outputs_never_enter_a_head() {
    let mut world = World::new();
    let byron = TxOut::new(&byron_address(), ada(3));
    let input = world.holds(world.to_alice(ada(6)));
    let build = TxBuilder::new().input(input).output(&world.to_bob(ada(3))).output(&byron);
    let outputs = vec![OutputPlace::Output(1)];
    world.alice_may_not(&build, &Refusal::ByronOutput { outputs });
}

#[test]
fn output_too_small_refuses_one_lovelace_below_the_minimum() {
    let mut world = World::new();
    let size = world.to_bob(Value::of_lovelace(1_000_000)).raw.len() as u128;
    let needed = (160 + size) * 4_310;
    let least = u64::try_from(needed).unwrap();
    for (lovelace, passes) in [(least, true), (least - 1, false)] {
        let input = world.holds(world.to_alice(Value::of_lovelace(lovelace)));
        let output = world.to_bob(Value::of_lovelace(lovelace));
        let build = TxBuilder::new().input(input).output(&output);
        if passes {
            world.alice_may(&build);
        } else {
            let output = OutputPlace::Output(0);
            world.alice_may_not(&build, &Refusal::OutputTooSmall { output, lovelace, needed });
        }
    }
}

#[test]
fn output_too_small_holds_for_the_collateral_return() {
    let mut world = World::new();
    let small = world.to_bob(Value::of_lovelace(1));
    let needed = (160 + small.raw.len() as u128) * 4_310;
    let output = OutputPlace::CollateralReturn;
    let build = world.payment().collateral_return(&small);
    world.alice_may_not(&build, &Refusal::OutputTooSmall { output, lovelace: 1, needed });
}

#[test]
fn output_too_small_measures_the_bytes_as_they_arrived() {
    let mut world = World::with(|p| p.utxo_cost_per_byte = 1);
    let input = world.holds(world.to_alice(Value::of_lovelace(225)));
    // Lovelace in nine bytes where two would do: 7 bytes more than the shortest form.
    let output = [&[0x82, 0x58, 29][..], &world.bob.address(0), &[0x1b, 0, 0, 0, 0, 0, 0, 0, 225]];
    let output = output.concat();
    assert_eq!(output.len(), 41);
    let build = TxBuilder::new().input(input).body_field(1, [&[0x81], &output[..]].concat());
    world.alice_may(&build);
    world.ledger.parameters.utxo_cost_per_byte = 2;
    let (output, needed) = (OutputPlace::Output(0), 2 * (160 + 41));
    world.alice_may_not(&build, &Refusal::OutputTooSmall { output, lovelace: 225, needed });
}

#[test]
fn output_too_big_refuses_one_byte_above_the_limit() {
    let mut world = World::new();
    let policy = ScriptHash([7; 28]);
    let value = (0..60).fold(ada(50), |value, n| with_token(value, policy, &[n], 1));
    // List head, lovelace, map head, policy, both ends of the inner map, 60 entries.
    let size = 1 + 5 + 1 + 30 + 2 + 60 * 3;
    let input = world.holds(world.to_alice(value.clone()));
    let build = TxBuilder::new().input(input).output(&world.to_bob(value));
    world.ledger.parameters.max_value_size = size;
    world.alice_may(&build);
    world.ledger.parameters.max_value_size = size - 1;
    let output = OutputPlace::Output(0);
    world.alice_may_not(&build, &Refusal::OutputTooBig { output, size, limit: size - 1 });
}

#[test]
fn metadata_rules_pass_data_with_its_hash() {
    let mut world = World::new();
    let payment = world.payment();
    world.alice_may(&payment.clone().auxiliary_data(&[0xa1, 1, 0x61, b'x']));
    world.alice_may(&payment.clone().auxiliary_data(&[0x82, 0xa0, 0x80]));
    world.alice_may(&payment.auxiliary_data(&[0xd9, 1, 3, 0xa0]));
}

#[test]
fn missing_tx_body_metadata_hash_refuses() {
    let mut world = World::new();
    let build = world.payment().auxiliary_data_only(&[0xa0]);
    let actual = datum_hash(&[0xa0]);
    world.alice_may_not(&build, &Refusal::MissingTxBodyMetadataHash { actual });
}

#[test]
fn missing_tx_metadata_refuses() {
    let mut world = World::new();
    let stated = datum_hash(&[0xa0]);
    let build = world.payment().auxiliary_hash(stated);
    world.alice_may_not(&build, &Refusal::MissingTxMetadata { stated });
}

#[test]
fn conflicting_metadata_hash_refuses_even_another_encoding() {
    let mut world = World::new();
    let (actual, stated) = (datum_hash(&[0xbf, 0xff]), datum_hash(&[0xa0]));
    let build = world.payment().auxiliary_data_only(&[0xbf, 0xff]).auxiliary_hash(stated);
    world.alice_may_not(&build, &Refusal::ConflictingMetadataHash { stated, actual });
}

#[test]
fn metadata_beyond_64_bytes_does_not_decode() {
    let mut world = World::new();
    let payment = world.payment();
    let long = |len: u8| [&[0xa1, 0, 0x58, len][..], &vec![0; len.into()]].concat();
    world.alice_may(&payment.clone().auxiliary_data(&long(64)));
    let refused = payment.auxiliary_data(&long(65)).sign(&[&world.alice]).unwrap_err();
    assert!(refused.0.contains("65 bytes"), "{refused}");
}
