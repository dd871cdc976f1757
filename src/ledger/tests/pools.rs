//! Certificates about pools.

use super::certificate_parts::*;
use super::parts::list;
use super::*;
use CertificateRefusal as C;

#[test]
fn register_pool_accepts_the_least_cost_and_hashes_of_up_to_32_bytes() {
    for hash in [0, 31, 32] {
        passes(11, &[pool_of(&alice(), 1, 100, 0, hash)], POOL);
    }
}

#[test]
fn register_pool_refuses_a_cost_of_one_lovelace_less() {
    let refusal = C::PoolCost { stated: 99, needed: 100 };
    refuses(11, &[pool_of(&alice(), 1, 99, 0, 32)], POOL, 0, refusal);
}

#[test]
fn register_pool_refuses_the_account_of_another_network() {
    let refusal = C::PoolNetwork { stated: 1, needed: 0 };
    refuses(11, &[pool_of(&alice(), 1, 100, 1, 32)], POOL, 0, refusal);
}

#[test]
fn register_pool_refuses_a_metadata_hash_of_33_bytes() {
    let refusal = C::PoolMetadataHash { bytes: 33 };
    refuses(11, &[pool_of(&alice(), 1, 100, 0, 33)], POOL, 0, refusal);
}

/// The own pool with other VRF keys.
fn own(vrf: u8, cost: u64) -> Vec<u8> {
    pool_of(&alice(), vrf, cost, 0, 32)
}

#[test]
fn register_pool_accepts_the_vrf_key_of_another_before_version_11() {
    for major in [9, 10] {
        passes(major, &[own(1, 100), pool_of(&bob(), 1, 100, 0, 32)], 2 * POOL);
    }
}

#[test]
fn register_pool_accepts_the_own_vrf_key_and_one_that_a_change_freed() {
    passes(11, &[own(1, 100), own(1, 101)], POOL);
    // The key of a change is kept by a change that states it again.
    passes(11, &[own(1, 100), own(2, 100), own(1, 101)], POOL);
    let bobs = pool_of(&bob(), 2, 100, 0, 32);
    passes(11, &[own(1, 100), own(2, 100), own(3, 100), bobs], 2 * POOL);
}

#[test]
fn register_pool_refuses_the_vrf_key_of_another_from_version_11_on() {
    let bobs = |vrf| pool_of(&bob(), vrf, 100, 0, 32);
    let taken = |vrf| C::PoolVrf(Hash32([vrf; 32]));
    refuses(11, &[own(1, 100), bobs(1)], 2 * POOL, 1, taken(1));
    refuses(11, &[own(1, 100), own(2, 100), bobs(2)], 2 * POOL, 2, taken(2));
    // A pool that only changed keeps the key of its registration too.
    refuses(11, &[own(1, 100), own(2, 100), bobs(1)], 2 * POOL, 2, taken(1));
    // The key of its last change is taken, also when it states it twice.
    let twice = [own(1, 100), own(2, 100), own(1, 101), own(2, 101), bobs(2)];
    refuses(11, &twice, 2 * POOL, 4, taken(2));
}

#[test]
fn pool_owners_and_operators_sign() {
    let mut world = world(11);
    let certificate = pool_of(&bob(), 1, 100, 0, 32);
    let build = world.pays(HELD, HELD - POOL).body_field(4, list(&[certificate]));
    world.alice_may_not(&build, &Refusal::MissingVKeyWitnesses(vec![bob().hash()]));
    world.passes(&build.sign(&[&world.alice, &world.bob]).unwrap());
}

/// Slot 100 lies in epoch 5 + 2; pools retire at most 18 epochs later.
#[test]
fn retire_pool_accepts_the_next_epoch_to_the_last() {
    for epoch in [8, 25] {
        passes(11, &[pool(), retire(epoch)], POOL);
    }
}

#[test]
fn retire_pool_refuses_this_epoch_and_one_beyond_the_last() {
    for stated in [7, 26] {
        let refusal = C::PoolRetirement { stated, current: 7, last: 25 };
        refuses(11, &[pool(), retire(stated)], POOL, 1, refusal);
    }
}

#[test]
fn retire_pool_refuses_a_pool_that_no_certificate_before_registered() {
    let refusal = || C::PoolNotRegistered(alice().hash());
    refuses(11, &[retire(8)], 0, 0, refusal());
    refuses(11, &[retire(8), pool()], POOL, 0, refusal());
}

#[test]
fn retire_pool_refuses_where_no_epoch_is_known() {
    let mut world = world(11);
    world.ledger.epochs = None;
    let tx = with(&mut world, &[pool(), retire(8)], POOL);
    world.refuses(&tx, &Refusal::EpochUnknown);
}
