#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use ed25519_dalek::hazmat::ExpandedSecretKey;

use super::*;
use crate::digest::blake2b_224;
use crate::testing::reference;

const SEED: &str = "4e1eaaad4ed0ab25c802b7dd90fc8e30001c88bb19dd04a0eea592050b80f35d";

fn extended() -> Vec<u8> {
    let mut secret: Vec<u8> = (0..64).collect();
    secret[0] &= 0xf8;
    secret[31] = 0x45;
    let key = ExpandedSecretKey::from_bytes(secret.as_slice().try_into().unwrap());
    secret.extend(VerifyingKey::from(&key).to_bytes());
    secret.extend([9; 32]);
    secret
}

/// `api.md` 6.6.
#[test]
fn a_payment_key_is_a_seed_with_the_published_key_and_hash() {
    let text = KeyKind::PaymentSigning.to_text(&unhex(SEED).unwrap()).unwrap();
    let key = payment_signing_key(&text).unwrap();
    let vkey = key.verification_key();
    assert_eq!(
        vkey.to_string(),
        "eb94e8236e2099357fa499bfbc415968691573f25ec77435b7949f5fdfaa5da0"
    );
    assert_eq!(
        hex(&blake2b_224(&vkey.0)),
        "f8a68cd18e59a6ace848155a0e967af64f4d00cf8acee8adc95a6b0d"
    );
    assert!(Party::new(vkey).verifies(b"id", &key.sign(b"id")));
    assert_eq!(format!("{key:?}"), format!("PaymentSigningKey of {vkey}"));
}

#[test]
fn an_extended_key_signs_under_its_own_verification_key() {
    let text = KeyKind::PaymentExtendedSigning.to_text(&extended()).unwrap();
    let key = payment_signing_key(&text).unwrap();
    assert_eq!(key.verification_key().0, extended()[64..96]);
    assert!(Party::new(key.verification_key()).verifies(b"id", &key.sign(b"id")));
    let text = KeyKind::PaymentExtendedVerification.to_text(&extended()[64..]).unwrap();
    assert_eq!(payment_verification_key(&text).unwrap(), key.verification_key());
}

#[test]
fn an_extended_key_with_a_foreign_verification_key_is_refused() {
    let mut payload = extended();
    payload[64] ^= 1;
    let text = KeyKind::PaymentExtendedSigning.to_text(&payload).unwrap();
    let error = payment_signing_key(&text).unwrap_err().to_string();
    assert!(error.contains("not that of its secret"), "{error}");
}

#[test]
fn every_kind_survives_a_round_trip() {
    for kind in KeyKind::ALL {
        let payload = vec![7; kind.payload_bytes()];
        let text = kind.to_text(&payload).unwrap();
        assert_eq!(read(&text, &KeyKind::ALL).unwrap(), (kind, payload));
        assert!(kind.to_text(&[7; 31]).unwrap_err().to_string().contains("31 bytes; needed"));
    }
}

#[test]
fn a_role_refuses_other_kinds_and_names_its_own() {
    let text = KeyKind::PaymentVerification.to_text(&[7; 32]).unwrap();
    let refusals = [
        (hydra_signing_key(&text).map(drop), vec!["HydraSigningKey_ed25519"]),
        (hydra_verification_key(&text).map(drop), vec!["HydraVerificationKey_ed25519"]),
        (
            payment_signing_key(&text).map(drop),
            vec![
                "PaymentSigningKeyShelley_ed25519",
                "PaymentExtendedSigningKeyShelley_ed25519_bip32",
            ],
        ),
    ];
    for (result, needed) in refusals {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("type \"PaymentVerificationKeyShelley_ed25519\""), "{error}");
        assert!(needed.iter().all(|name| error.contains(name)), "{error}");
    }
    let text = KeyKind::HydraVerification.to_text(&[7; 32]).unwrap();
    assert!(payment_verification_key(&text).is_err());
}

#[test]
fn bad_files_are_refused_without_showing_their_content() {
    let secret = "5820".to_owned() + &"c5".repeat(32);
    let file = |cbor: &str| {
        format!(r#"{{"type":"HydraSigningKey_ed25519","description":"x","cborHex":"{cbor}"}}"#)
    };
    let kind = "\"type\":\"HydraSigningKey_ed25519\"";
    let cases = [
        (String::new(), "ends too early"),
        ("hydra".into(), "no JSON"),
        ("[]".into(), "needed a JSON object"),
        (format!("\"{secret}\""), "needed a JSON object"),
        (format!("{{{kind},\"cborHex\":\"{secret}\"}}"), "missing field `description`"),
        (format!("{{{kind},\"description\":\"\"}}"), "missing field `cborHex`"),
        (format!("{{\"description\":\"\",\"cborHex\":\"{secret}\"}}"), "missing field `type`"),
        (format!("{{{kind},\"description\":1,\"cborHex\":\"{secret}\"}}"), "expected fields"),
        (file(&format!("{secret}0")), "not hex"),
        (file(&format!("{secret}zz")), "not hex"),
        (file(""), "needed one of 32 bytes"),
        (file(&format!("{secret}00")), "not one CBOR byte string"),
        (file(&secret[4..]), "not one CBOR byte string"),
        (file(&secret[..60]), "not one CBOR byte string"),
        (file(&format!("7820{}", "c5".repeat(32))), "not one CBOR byte string"),
        (file(&format!("5f{secret}ff")), "not one CBOR byte string"),
        (file(&format!("5821{}", "c5".repeat(33))), "33 bytes; needed 32"),
        (file("40"), "0 bytes; needed 32"),
    ];
    for (text, needed) in cases {
        let error = hydra_signing_key(&text).unwrap_err().to_string();
        assert!(error.starts_with("key file: "), "{error}");
        assert!(error.contains(needed), "{text} gave {error}, needed {needed}");
        assert!(!error.contains("c5c5"), "{error} shows the key");
    }
    assert!(hydra_signing_key(&file(&secret)).is_ok());
}

#[test]
fn demo_keys_of_the_reference_are_read() {
    let file = |name: &str| {
        reference(&format!("keys/{name}")).map(|bytes| String::from_utf8(bytes).unwrap())
    };
    let Some(hydra) = file("hydra-alice.sk") else { return };
    let key = hydra_signing_key(&hydra).unwrap();
    let verification = file("hydra-alice.vk").unwrap();
    assert_eq!(hydra_verification_key(&verification).unwrap(), key.party());
    let payment = payment_signing_key(&file("cardano-alice.sk").unwrap()).unwrap();
    let verification = file("cardano-alice.vk").unwrap();
    assert_eq!(payment_verification_key(&verification).unwrap(), payment.verification_key());
    let seed = unhex("e4c36e5403e6a02ef4821a34bb71d504916df0ddea476f797a5639110bc1bd52").unwrap();
    assert_eq!(KeyKind::HydraSigning.to_text(&seed).unwrap(), hydra, "written as upstream does");
}
