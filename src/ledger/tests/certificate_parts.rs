//! Certificates on the empty state of a head: their parts, and worlds to try them in.

use super::parts::*;
use super::*;
use crate::cardano::credential::Credential;
use CertificateRefusal as C;

pub(super) const STAKE: u64 = 2_000_000;
pub(super) const POOL: u64 = 500_000_000;
pub(super) const DREP: u64 = 500_000_000;
pub(super) const HELD: u64 = 2_000_000_000;

pub(super) fn world(major: u64) -> World {
    let mut world = World::with(|p| {
        p.protocol_version.major = major;
        p.stake_address_deposit = STAKE;
        p.stake_pool_deposit = POOL;
        p.drep_deposit = DREP;
        p.min_pool_cost = 100;
        p.pool_retire_max_epoch = 18;
    });
    world.ledger = world.ledger.with_epochs(Epochs { first_slot: Slot(0), number: 5, length: 50 });
    world
}

/// A transaction of these certificates that takes `taken` more than it gives back, signed by all.
pub(super) fn with(world: &mut World, certificates: &[Vec<u8>], taken: u64) -> Tx {
    let build = world.pays(HELD, HELD - taken).body_field(4, list(certificates));
    build.sign(&[&world.alice, &world.bob, &carol()]).unwrap()
}

pub(super) fn passes(major: u64, certificates: &[Vec<u8>], taken: u64) {
    let mut world = world(major);
    let tx = with(&mut world, certificates, taken);
    world.passes(&tx);
}

pub(super) fn refuses(major: u64, certificates: &[Vec<u8>], taken: u64, index: usize, refusal: C) {
    let mut world = world(major);
    let tx = with(&mut world, certificates, taken);
    world.refuses(&tx, &Refusal::Certificate { index, refusal });
}

pub(super) fn alice() -> PaymentKey {
    PaymentKey::from_seed(&[1; 32])
}

pub(super) fn bob() -> PaymentKey {
    PaymentKey::from_seed(&[2; 32])
}

pub(super) fn carol() -> PaymentKey {
    PaymentKey::from_seed(&[3; 32])
}

pub(super) fn credential(key: &PaymentKey) -> Credential {
    Credential::Key(key.hash())
}

pub(super) fn register(deposit: u64) -> Vec<u8> {
    list(&[number(7), key(&alice()), number(deposit)])
}

pub(super) fn unregister(refund: u64) -> Vec<u8> {
    list(&[number(8), key(&alice()), number(refund)])
}

pub(super) fn pool_of(
    operator: &PaymentKey,
    vrf: u8,
    cost: u64,
    network: u8,
    hash: usize,
) -> Vec<u8> {
    pool_owned(operator, operator, vrf, cost, network, hash)
}

pub(super) fn pool_owned(
    operator: &PaymentKey,
    owner: &PaymentKey,
    vrf: u8,
    cost: u64,
    network: u8,
    hash: usize,
) -> Vec<u8> {
    list(&[
        number(3),
        string(&operator.hash().0),
        string(&[vrf; 32]),
        number(0),
        number(cost),
        [vec![0xd8, 30], list(&[number(0), number(1)])].concat(),
        key_account(network, operator),
        list(&[string(&owner.hash().0)]),
        list(&[]),
        list(&[vec![0x61, b'x'], string(&vec![0; hash])]),
    ])
}

pub(super) fn retire(epoch: u64) -> Vec<u8> {
    list(&[number(4), string(&alice().hash().0), number(epoch)])
}

pub(super) fn register_drep(deposit: u64) -> Vec<u8> {
    list(&[number(16), key(&alice()), number(deposit), null()])
}

pub(super) fn unregister_drep(refund: u64) -> Vec<u8> {
    list(&[number(17), key(&alice()), number(refund)])
}

pub(super) fn update_drep() -> Vec<u8> {
    list(&[number(18), key(&alice()), null()])
}

/// Alice's pool with nothing wrong about it.
pub(super) fn pool() -> Vec<u8> {
    pool_of(&alice(), 1, 100, 0, 32)
}

pub(super) fn drep(key: &PaymentKey) -> Vec<u8> {
    list(&[number(0), string(&key.hash().0)])
}
