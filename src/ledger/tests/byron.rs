//! Byron addresses: spent and offered with bootstrap witnesses, never paid to.

use super::super::byron::{address_root, witness_root};
use super::parts::*;
use super::*;
use crate::cardano::witnesses::BootstrapWitness;

const CHAIN_CODE: [u8; 32] = [9; 32];

fn witness(key: &PaymentKey, id: TxId) -> BootstrapWitness {
    BootstrapWitness {
        key: key.vkey(),
        signature: key.sign(id),
        chain_code: CHAIN_CODE.into(),
        attributes: [0xa0].into(),
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 }
        })
    })
}

fn address(key: &PaymentKey) -> Vec<u8> {
    let root = witness_root(&witness(key, TxId([0; 32])));
    let payload = list(&[string(&root.0), vec![0xa0], number(0)]);
    let checked = [vec![0xd8, 24], string(&payload)].concat();
    list(&[checked, number(u64::from(crc32(&payload)))])
}

fn encoded(witness: &BootstrapWitness) -> Vec<u8> {
    list(&[list(&[
        string(&witness.key.0),
        string(&witness.signature.0),
        string(&witness.chain_code),
        string(&witness.attributes),
    ])])
}

fn signed(build: &TxBuilder, key: &PaymentKey, others: &[&PaymentKey]) -> Tx {
    let id = build.sign(&[]).unwrap().id();
    build.clone().witness_field(2, encoded(&witness(key, id))).sign(others).unwrap()
}

#[test]
fn addresses_keep_the_root_that_witnesses_rebuild() {
    let key = PaymentKey::from_seed(&[1; 32]);
    let root = witness_root(&witness(&key, TxId([0; 32])));
    assert_eq!(address_root(&address(&key)), Some(root));
    assert_eq!(address_root(&[0x80]), None);
}

#[test]
fn byron_inputs_are_spent_with_the_witness_of_their_root() {
    let mut world = World::new();
    let byron = world.holds(TxOut::new(&address(&world.alice), ada(10)));
    let build = TxBuilder::new().input(byron).output(&world.to_bob(ada(10)));
    world.passes(&signed(&build, &world.alice, &[]));
    let root = address_root(&address(&world.alice)).unwrap();
    let missing = Refusal::MissingVKeyWitnesses(vec![root]);
    world.alice_may_not(&build, &missing);
    world.refuses(&signed(&build, &world.bob, &[]), &missing);
}

#[test]
fn byron_inputs_are_offered_as_collateral_and_read() {
    let mut world = World::new();
    let byron = world.holds(TxOut::new(&address(&world.bob), ada(10)));
    let payment = world.payment();
    world.alice_may(&payment.clone().reference_input(byron));
    let build = payment.collateral(byron);
    world.passes(&signed(&build, &world.bob, &[&world.alice]));
    let root = address_root(&address(&world.bob)).unwrap();
    world.alice_may_not(&build, &Refusal::MissingVKeyWitnesses(vec![root]));
}

#[test]
fn invalid_witnesses_refuses_bootstrap_signatures_needed_or_not() {
    let mut world = World::new();
    let payment = world.payment();
    world.passes(&signed(&payment, &world.bob, &[&world.alice]));
    let wrong = encoded(&witness(&world.bob, TxId([0; 32])));
    let tx = world.by_alice(&payment.witness_field(2, wrong));
    world.refuses(&tx, &Refusal::InvalidWitnesses(vec![world.bob.vkey()]));
}

/// As in the ledger, native scripts look at key witnesses alone.
#[test]
fn bootstrap_witnesses_do_not_satisfy_native_scripts() {
    let mut world = World::new();
    let vault = signed_by(&world.alice);
    let input = world.holds(at_script(&vault, ada(10)));
    let build = TxBuilder::new().input(input).output(&world.to_bob(ada(10)));
    let build = build.native_script(&vault.bytes);
    let refusal = Refusal::ScriptWitnessNotValidating(vec![vault.hash()]);
    world.refuses(&signed(&build, &world.alice, &[]), &refusal);
}
