#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{is_canonical, verify};
use crate::party::SigningKey;
use crate::unit::{Signature, VerificationKey};

/// Order of the group, little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

fn signed() -> (VerificationKey, &'static [u8], Signature) {
    let key = SigningKey::from_seed(&[1; 32]);
    let message: &[u8] = b"pay alice";
    (key.party().vkey, message, key.sign(message))
}

/// `y` of the field element `p + n`, for n below 19.
fn not_reduced(n: u8) -> [u8; 32] {
    let mut y = [0xff; 32];
    y[0] = 0xed + n;
    y[31] = 0x7f;
    y
}

#[test]
fn an_honest_signature_verifies() {
    let (key, message, signature) = signed();
    assert!(verify(&key, message, &signature));
}

#[test]
fn rfc_8032_test_2_verifies() {
    let key: VerificationKey =
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c".parse().unwrap();
    let signature: Signature = concat!(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da",
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    .parse()
    .unwrap();
    assert!(verify(&key, &[0x72], &signature));
    assert!(!verify(&key, &[0x73], &signature));
}

#[test]
fn any_flipped_bit_of_the_signature_is_refused() {
    let (key, message, signature) = signed();
    for bit in 0..512 {
        let mut bad = signature;
        bad.0[bit / 8] ^= 1 << (bit % 8);
        assert!(!verify(&key, message, &bad), "bit {bit}");
    }
}

#[test]
fn the_same_scalar_plus_the_group_order_is_refused() {
    let (key, message, signature) = signed();
    let mut bad = signature;
    let mut carry = 0u16;
    for (byte, order) in bad.0[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    assert!(!verify(&key, message, &bad));
}

/// With a small-order key and `R` the equation holds for many messages; the classes of libsodium's list.
#[test]
fn keys_and_nonces_of_small_order_are_refused() {
    let zero = [0u8; 32];
    let mut one = [0u8; 32];
    one[0] = 1;
    let mut minus_one = not_reduced(0);
    minus_one[0] = 0xec;
    let order_8: [[u8; 32]; 2] = [
        crate::unit::unhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        crate::unit::unhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    ]
    .map(|point| point.unwrap().try_into().unwrap());
    let weak = [zero, one, minus_one, order_8[0], order_8[1], not_reduced(0), not_reduced(1)];
    for key in weak {
        for r in weak {
            for sign in [0, 0x80] {
                let mut key = key;
                key[31] |= sign;
                let mut signature = [0; 64];
                signature[..32].copy_from_slice(&r);
                for message in [&b"a"[..], b"b", b"c", b"d", b"e", b"f", b"g", b"h"] {
                    assert!(!verify(&VerificationKey(key), message, &Signature(signature)));
                }
            }
        }
    }
}

#[test]
fn a_key_whose_coordinate_is_not_reduced_is_refused_whatever_its_sign_bit() {
    for n in 0..19 {
        let mut y = not_reduced(n);
        assert!(!is_canonical(&y), "p + {n}");
        y[31] |= 0x80;
        assert!(!is_canonical(&y), "p + {n}, negative");
    }
    let mut below = not_reduced(0);
    below[0] = 0xec;
    assert!(is_canonical(&below), "p - 1");
    let mut other = not_reduced(3);
    other[17] = 0xfe;
    assert!(is_canonical(&other));
}

#[test]
fn bytes_that_are_no_point_are_refused() {
    let (_, message, signature) = signed();
    let mut none = 0;
    for y in 2..40 {
        let mut key = [0; 32];
        key[0] = y;
        none += usize::from(ed25519_dalek::VerifyingKey::from_bytes(&key).is_err());
        assert!(!verify(&VerificationKey(key), message, &signature), "y = {y}");
    }
    assert!(none > 0, "some of these coordinates are on no curve point");
}

/// Class, key, signature, message and whether libsodium 1.0.18 accepts.
fn vector(line: &str) -> (&str, VerificationKey, Signature, Vec<u8>, bool) {
    let parts: Vec<_> = line.split(' ').collect();
    let [class, key, signature, message, verdict] = parts[..] else { panic!("vector: {line}") };
    let message = if message == "-" { Vec::new() } else { crate::unit::unhex(message).unwrap() };
    let accepted = match verdict {
        "accept" => true,
        "refuse" => false,
        other => panic!("verdict {other}: {line}"),
    };
    (class, key.parse().unwrap(), signature.parse().unwrap(), message, accepted)
}

/// Holds every vector of a file against [`verify`]; gives how many are accepted and how many refused.
fn held(file: &str) -> (usize, usize) {
    let vectors = file.lines().filter(|line| !line.starts_with('#')).map(vector);
    let (mut accepted, mut refused, mut differ) = (0, 0, Vec::new());
    for (class, key, signature, message, accepts) in vectors {
        *(if accepts { &mut accepted } else { &mut refused }) += 1;
        if verify(&key, &message, &signature) != accepts {
            differ.push(format!("{class}: libsodium {accepts}, key {key}, {signature}"));
        }
    }
    assert!(differ.is_empty(), "{} verdicts differ:\n{}", differ.len(), differ.join("\n"));
    (accepted, refused)
}

#[test]
fn published_edge_vectors_get_libsodiums_verdict() {
    assert_eq!(held(include_str!("ed25519_vectors/published.txt")), (86, 62));
}

/// Small order, mixed order, scalars beyond the order, coordinates that are not reduced: see
/// `scripts/ed25519-vectors.py`, which asked libsodium.
#[test]
fn generated_hostile_vectors_get_libsodiums_verdict() {
    assert_eq!(held(include_str!("ed25519_vectors/generated.txt")), (83, 849));
}

/// For comparisons larger than what is committed: `scripts/ed25519-vectors.py --scale 30 --out FILE`.
#[test]
fn vectors_of_the_environment_get_libsodiums_verdict() {
    let Some(file) = std::env::var_os("RYDRA_ED25519_VECTORS") else { return };
    let (accepted, refused) = held(&std::fs::read_to_string(&file).unwrap());
    assert!(accepted > 0 && refused > 0);
    println!("{accepted} accepted, {refused} refused alike");
}
