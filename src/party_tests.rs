#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use pallas_codec::minicbor;

use super::{Party, PartyKey, SigningKey};
use crate::digest::sha2_256;
use crate::unit::{Signature, VerificationKey, hex};

fn named(name: &str) -> SigningKey {
    SigningKey::from_seed(&sha2_256(name.as_bytes()))
}

/// `onchain.md` 4.2.
#[test]
fn test_keys_have_their_published_hash_and_order() {
    let (alice, bob) = (named("alice").party(), named("bob").party());
    assert_eq!(
        alice.vkey.to_string(),
        "d5bf4a3fcce717b0388bcc2749ebc148ad9969b23f45ee1b605fd58778576ac4"
    );
    assert_eq!(
        alice.hash().to_string(),
        "7587ac4148c246f4318609c0000bc157a4e3f9b4252fabd82e3cfb2f84bd81a6"
    );
    assert_eq!(
        bob.hash().to_string(),
        "7d51a2939c30ceb67adf129fb84c19508248bfa09e59ce74a7f44f4bb45fc5a3"
    );
    assert!(alice < bob, "parties are ordered by the hash of their key");
}

/// `api.md` 6.6.
#[test]
fn a_signing_key_is_an_rfc_8032_seed() {
    let seed = "e4c36e5403e6a02ef4821a34bb71d504916df0ddea476f797a5639110bc1bd52";
    let seed: [u8; 32] = crate::unit::unhex(seed).unwrap().try_into().unwrap();
    assert_eq!(
        SigningKey::from_seed(&seed).party().to_string(),
        "b37aabd81024c043f53a069c91e51a5b52e4ea399ae17ee1fe3cb9c44db707eb"
    );
}

#[test]
fn a_party_verifies_only_its_own_signatures() {
    let (alice, bob) = (named("alice"), named("bob"));
    let signature = alice.sign(b"snapshot");
    assert!(alice.party().verifies(b"snapshot", &signature));
    assert!(!bob.party().verifies(b"snapshot", &signature));
    assert!(!alice.party().verifies(b"Snapshot", &signature));
    assert!(!alice.party().verifies(b"snapshot", &Signature([0; 64])));
}

#[test]
fn debug_of_a_signing_key_never_shows_the_seed() {
    let key = SigningKey::from_seed(&[7; 32]);
    assert_eq!(format!("{key:?}"), format!("SigningKey of {}", key.party()));
}

#[test]
fn json_is_an_object_with_the_key_and_bare_hex_as_an_object_key() {
    let party = Party::new(VerificationKey([0xab; 32]));
    let json = format!("{{\"vkey\":\"{}\"}}", "ab".repeat(32));
    assert_eq!(serde_json::to_string(&party).unwrap(), json);
    assert_eq!(serde_json::from_str::<Party>(&json).unwrap(), party);
    let map: std::collections::BTreeMap<_, _> = [(PartyKey(party), 1)].into();
    let json = format!("{{\"{}\":1}}", "ab".repeat(32));
    assert_eq!(serde_json::to_string(&map).unwrap(), json);
    assert_eq!(
        serde_json::from_str::<std::collections::BTreeMap<PartyKey, u8>>(&json).unwrap(),
        map
    );
}

#[test]
fn bad_json_is_refused() {
    for bad in ["{}", "\"ab\"", "{\"vkey\":\"ab\"}", "{\"vkey\":1}", "null"] {
        assert!(serde_json::from_str::<Party>(bad).is_err(), "{bad}");
    }
}

#[test]
fn cbor_is_the_constructor_name_then_the_key() {
    let party = Party::new(VerificationKey([0xab; 32]));
    let bytes = minicbor::to_vec(party).unwrap();
    assert_eq!(hex(&bytes), format!("6550617274795820{}", "ab".repeat(32)));
    assert_eq!(minicbor::decode::<Party>(&bytes).unwrap(), party);
    for cut in 0..bytes.len() {
        assert!(minicbor::decode::<Party>(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    let mut renamed = bytes.clone();
    renamed[5] = b'i';
    assert!(minicbor::decode::<Party>(&renamed).is_err());
}

#[test]
fn golden_parties_survive_a_round_trip() {
    let Some(text) = crate::testing::reference("golden/Party.json") else { return };
    let golden: serde_json::Value = serde_json::from_slice(&text).unwrap();
    for sample in golden["samples"].as_array().unwrap() {
        let party: Party = serde_json::from_value(sample.clone()).unwrap();
        assert_eq!(serde_json::to_value(party).unwrap(), *sample);
    }
}
