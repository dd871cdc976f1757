//! Rules over each output.

use super::*;

/// Base58-decoded Byron address of the main network.
fn byron_address() -> Vec<u8> {
    let text = "Ae2tdPwUPEZFRbyhz3cpfC2CumGzNkFBN2L42rcUc2yjQpEkxDbkPodpMAi";
    crate::cardano::address::from_text(text).unwrap().into()
}

#[test]
fn byron_output_refuses_outputs_and_the_collateral_return() {
    let mut world = World::new();
    let byron = TxOut::new(&byron_address(), ada(3));
    let input = world.holds(world.to_alice(ada(6)));
    let build = TxBuilder::new().input(input).output(&world.to_bob(ada(3))).output(&byron);
    let build = build.collateral_return(&byron);
    let outputs = vec![OutputPlace::Output(1), OutputPlace::CollateralReturn];
    world.alice_may_not(&build, &Refusal::ByronOutput { outputs });
}

#[test]
fn byron_output_accepts_every_form_of_a_shelley_address() {
    let mut world = World::new();
    let (hash, stake) = (world.bob.hash().0, [5; 28]);
    for address in [
        [&[0x00][..], &hash, &stake].concat(),
        [&[0x40][..], &hash, &[1, 2, 3]].concat(),
        [&[0x60][..], &hash].concat(),
        [&[0x70][..], &hash].concat(),
    ] {
        let input = world.holds(world.to_alice(ada(3)));
        world.alice_may(&TxBuilder::new().input(input).output(&TxOut::new(&address, ada(3))));
    }
}

/// An output that holds as much as it needs, or `less` lovelace less.
fn least(less: u64) -> (World, TxBuilder, u64, u128) {
    let mut world = World::new();
    let size = world.to_bob(Value::of_lovelace(1_000_000)).raw.len() as u128;
    let needed = (160 + size) * 4_310;
    let lovelace = u64::try_from(needed).unwrap() - less;
    let build = world.pays(lovelace, lovelace);
    (world, build, lovelace, needed)
}

#[test]
fn output_too_small_accepts_the_minimum() {
    let (world, build, ..) = least(0);
    world.alice_may(&build);
}

#[test]
fn output_too_small_refuses_one_lovelace_less() {
    let (world, build, lovelace, needed) = least(1);
    let output = OutputPlace::Output(0);
    world.alice_may_not(&build, &Refusal::OutputTooSmall { output, lovelace, needed });
}

#[test]
fn output_too_small_refuses_the_collateral_return() {
    let mut world = World::new();
    let small = world.to_bob(Value::of_lovelace(1));
    let needed = (160 + small.raw.len() as u128) * 4_310;
    let output = OutputPlace::CollateralReturn;
    let build = world.payment().collateral_return(&small);
    world.alice_may_not(&build, &Refusal::OutputTooSmall { output, lovelace: 1, needed });
}

#[test]
fn output_too_small_refuses_by_the_bytes_as_they_arrived() {
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

/// A value of 60 assets in an output and in the collateral return, and its size.
fn large(limit: impl Fn(u64) -> u64) -> (World, TxBuilder, u64) {
    let policy = ScriptHash([7; 28]);
    let value = (0..60).fold(ada(50), |value, n| with_token(value, policy, &[n], 1));
    // List head, lovelace, map head, policy, both ends of the inner map, 60 entries.
    let size = 1 + 5 + 1 + 30 + 2 + 60 * 3;
    let mut world = World::with(|p| p.max_value_size = limit(size));
    let input = world.holds(world.to_alice(value.clone()));
    let build = TxBuilder::new().input(input).output(&world.to_bob(value));
    (world, build, size)
}

#[test]
fn output_too_big_accepts_the_limit() {
    let (world, build, _) = large(|size| size);
    world.alice_may(&build);
}

#[test]
fn output_too_big_refuses_one_byte_more() {
    let (world, build, size) = large(|size| size - 1);
    let output = OutputPlace::Output(0);
    world.alice_may_not(&build, &Refusal::OutputTooBig { output, size, limit: size - 1 });
}

#[test]
fn output_too_big_refuses_the_collateral_return() {
    let mut world = World::with(|p| p.max_value_size = 39);
    let rich = world.to_bob(with_token(ada(50), ScriptHash([7; 28]), b"t", 1));
    let output = OutputPlace::CollateralReturn;
    let build = world.payment().collateral_return(&rich);
    world.alice_may_not(&build, &Refusal::OutputTooBig { output, size: 41, limit: 39 });
    world.ledger.parameters.max_value_size = 41;
    world.alice_may(&build);
}
