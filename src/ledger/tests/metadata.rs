//! Auxiliary data and its hash.

use super::*;

#[test]
fn missing_tx_body_metadata_hash_accepts_data_with_its_hash_and_none() {
    let mut world = World::new();
    let payment = world.payment();
    world.alice_may(&payment);
    world.alice_may(&payment.auxiliary_data(&[0xa1, 1, 0x61, b'x']));
}

#[test]
fn missing_tx_body_metadata_hash_refuses_data_alone() {
    let mut world = World::new();
    let build = world.payment().auxiliary_data_only(&[0xa0]);
    let actual = datum_hash(&[0xa0]);
    world.alice_may_not(&build, &Refusal::MissingTxBodyMetadataHash { actual });
}

#[test]
fn missing_tx_metadata_accepts_a_hash_with_its_data_and_none() {
    let mut world = World::new();
    let payment = world.payment();
    world.alice_may(&payment);
    world.alice_may(&payment.auxiliary_data_only(&[0xa0]).auxiliary_hash(datum_hash(&[0xa0])));
}

#[test]
fn missing_tx_metadata_refuses_a_hash_alone() {
    let mut world = World::new();
    let stated = datum_hash(&[0xa0]);
    let build = world.payment().auxiliary_hash(stated);
    world.alice_may_not(&build, &Refusal::MissingTxMetadata { stated });
}

#[test]
fn conflicting_metadata_hash_accepts_the_hash_of_every_form() {
    let mut world = World::new();
    let payment = world.payment();
    for data in
        [&[0xa1, 1, 0x61, b'x'][..], &[0xbf, 0xff], &[0x82, 0xa0, 0x80], &[0xd9, 1, 3, 0xa0]]
    {
        world.alice_may(&payment.clone().auxiliary_data(data));
    }
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
