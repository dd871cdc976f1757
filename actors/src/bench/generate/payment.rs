//! Signed payments: the smallest Conway transactions, zero fee, as the reference's datasets have them.

use std::fmt;

use ed25519_dalek::{Signer, SigningKey};

use crate::bench::dataset::{KeyEnvelope, SequencedTx};
use rydra_core::cardano::build::PaymentKey;
use rydra_core::cardano::hash::{blake2b_224, blake2b_256};
use rydra_core::unit::{TxId, TxIn, hex};

/// An unspent output of a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Output {
    /// Where it is.
    pub input: TxIn,
    /// What it holds.
    pub lovelace: u64,
}

/// A payment key and its enterprise address on a test network.
pub struct Wallet {
    key: SigningKey,
    address: [u8; 29],
}

impl fmt::Debug for Wallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wallet of {}", hex(&self.address))
    }
}

/// Header of an enterprise address (payment key hash, no stake part), test network.
const ENTERPRISE_TESTNET: u8 = 0x60;

impl Wallet {
    /// The key of one owner of a dataset: Blake2b-256 over a domain, the seed, the role and the position.
    ///
    /// Anyone can derive it: it must never own funds on a chain.
    #[must_use]
    pub fn derive(seed: u64, role: &str, at: usize) -> Self {
        let origin: [&[u8]; 5] = [
            b"rydra bench wallet 1\0",
            &seed.to_be_bytes(),
            role.as_bytes(),
            b"\0",
            &(at as u64).to_be_bytes(),
        ];
        let secret = blake2b_256(&origin.concat());
        let key = SigningKey::from_bytes(&secret);
        let hash = blake2b_224(&[], &key.verifying_key().to_bytes());
        let mut address = [ENTERPRISE_TESTNET; 29];
        address[1..].copy_from_slice(&hash);
        Self { key, address }
    }

    /// The key for the core's builder of transactions.
    #[must_use]
    pub fn payment_key(&self) -> PaymentKey {
        PaymentKey::from_seed(self.key.as_bytes())
    }

    /// Raw address bytes.
    #[must_use]
    pub fn address(&self) -> [u8; 29] {
        self.address
    }

    /// Verification key bytes.
    #[must_use]
    pub fn verification_key(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// The signing key as a text envelope.
    #[must_use]
    pub fn envelope(&self, description: &str) -> KeyEnvelope {
        KeyEnvelope {
            kind: "PaymentSigningKeyShelley_ed25519".to_owned(),
            description: description.to_owned(),
            cbor_hex: format!("5820{}", hex(self.key.as_bytes())),
        }
    }

    /// A signed transaction of zero fee that spends `inputs` (ascending) and pays `outputs` (address, lovelace).
    #[must_use]
    pub fn pay(&self, inputs: &[TxIn], outputs: &[([u8; 29], u64)]) -> SequencedTx {
        let body = body(inputs, outputs);
        let id = blake2b_256(&body);
        let signature = self.key.sign(&id).to_bytes();

        let mut cbor = vec![0x84];
        cbor.extend_from_slice(&body);
        cbor.extend_from_slice(&[0xa1, 0x00]);
        set(&mut cbor, 1);
        head(&mut cbor, ARRAY, 2);
        bytes(&mut cbor, &self.verification_key());
        bytes(&mut cbor, &signature);
        cbor.extend_from_slice(&[0xf5, 0xf6]);
        SequencedTx::new(TxId(id), cbor)
    }
}

fn body(inputs: &[TxIn], outputs: &[([u8; 29], u64)]) -> Vec<u8> {
    let mut body = vec![0xa3, 0x00];
    set(&mut body, inputs.len());
    for input in inputs {
        head(&mut body, ARRAY, 2);
        bytes(&mut body, &input.id.0);
        head(&mut body, UNSIGNED, u64::from(input.index));
    }
    body.push(0x01);
    head(&mut body, ARRAY, outputs.len() as u64);
    for (address, lovelace) in outputs {
        head(&mut body, ARRAY, 2);
        bytes(&mut body, address);
        head(&mut body, UNSIGNED, *lovelace);
    }
    body.extend_from_slice(&[0x02, 0x00]);
    body
}

const UNSIGNED: u8 = 0;
const BYTES: u8 = 2;
const ARRAY: u8 = 4;
const TAG: u8 = 6;

/// Tag of a set in the Conway era.
const SET_TAG: u64 = 258;

/// Initial byte and argument of a CBOR item in its shortest form.
fn head(to: &mut Vec<u8>, major: u8, argument: u64) {
    let major = major << 5;
    let be = argument.to_be_bytes();
    match argument {
        0..=23 => to.push(major | be[7]),
        24..=0xff => to.extend_from_slice(&[major | 24, be[7]]),
        0x100..=0xffff => to.extend_from_slice(&[major | 25, be[6], be[7]]),
        0x1_0000..=0xffff_ffff => {
            to.push(major | 26);
            to.extend_from_slice(&be[4..]);
        }
        _ => {
            to.push(major | 27);
            to.extend_from_slice(&be);
        }
    }
}

fn bytes(to: &mut Vec<u8>, content: &[u8]) {
    head(to, BYTES, content.len() as u64);
    to.extend_from_slice(content);
}

fn set(to: &mut Vec<u8>, len: usize) {
    head(to, TAG, SET_TAG);
    head(to, ARRAY, len as u64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_take_their_shortest_form() {
        for (value, needed) in [
            (0, "00"),
            (23, "17"),
            (24, "1818"),
            (255, "18ff"),
            (256, "190100"),
            (65_536, "1a00010000"),
            (1 << 32, "1b0000000100000000"),
        ] {
            let mut out = Vec::new();
            head(&mut out, UNSIGNED, value);
            assert_eq!(hex(&out), needed);
        }
    }
}
