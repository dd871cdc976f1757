//! Text envelopes of key files (`api.md` 6.6).
//!
//! No error ever shows the content of a file: it may be a secret.

use std::fmt;

use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign};
use ed25519_dalek::{Signer, VerifyingKey};
use pallas_codec::minicbor::Decoder;
use pallas_codec::minicbor::data::Type;
use serde::Deserialize;
use sha2::Sha512;

use super::DecodeError;
use crate::party::{Party, SigningKey};
use crate::unit::{Signature, VerificationKey, excerpt, hex, unhex};

/// The kinds of key file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// Hydra signing key: an RFC 8032 seed.
    HydraSigning,
    /// Hydra verification key.
    HydraVerification,
    /// Cardano payment signing key: an RFC 8032 seed.
    PaymentSigning,
    /// Cardano payment verification key.
    PaymentVerification,
    /// Extended payment signing key: 64 bytes of secret, verification key, chain code.
    PaymentExtendedSigning,
    /// Extended payment verification key: the key, then its chain code.
    PaymentExtendedVerification,
}

impl KeyKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::HydraSigning,
        Self::HydraVerification,
        Self::PaymentSigning,
        Self::PaymentVerification,
        Self::PaymentExtendedSigning,
        Self::PaymentExtendedVerification,
    ];

    /// Text of the field `type`.
    #[must_use]
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::HydraSigning => "HydraSigningKey_ed25519",
            Self::HydraVerification => "HydraVerificationKey_ed25519",
            Self::PaymentSigning => "PaymentSigningKeyShelley_ed25519",
            Self::PaymentVerification => "PaymentVerificationKeyShelley_ed25519",
            Self::PaymentExtendedSigning => "PaymentExtendedSigningKeyShelley_ed25519_bip32",
            Self::PaymentExtendedVerification => {
                "PaymentExtendedVerificationKeyShelley_ed25519_bip32"
            }
        }
    }

    /// Bytes of the key itself.
    #[must_use]
    pub const fn payload_bytes(self) -> usize {
        match self {
            Self::HydraSigning
            | Self::HydraVerification
            | Self::PaymentSigning
            | Self::PaymentVerification => 32,
            Self::PaymentExtendedVerification => 64,
            Self::PaymentExtendedSigning => 128,
        }
    }

    /// The file of a key, with an empty description, as the reference's tools lay it out.
    ///
    /// # Errors
    /// When the payload has another length than [`KeyKind::payload_bytes`].
    pub fn to_text(self, payload: &[u8]) -> Result<String, DecodeError> {
        self.check_length(payload.len())?;
        // Definite byte string of 32, 64 or 128 bytes: one length byte.
        let head = [0x58, u8::try_from(payload.len()).unwrap_or(u8::MAX)];
        Ok(format!(
            "{{\n    \"type\": \"{}\",\n    \"description\": \"\",\n    \"cborHex\": \"{}{}\"\n}}\n",
            self.type_name(),
            hex(&head),
            hex(payload)
        ))
    }

    fn check_length(self, seen: usize) -> Result<(), DecodeError> {
        let needed = self.payload_bytes();
        if seen == needed {
            return Ok(());
        }
        Err(refused(&format!(
            "{} with a key of {seen} bytes; needed {needed}: generate the file again",
            self.type_name()
        )))
    }
}

fn refused(what: &str) -> DecodeError {
    DecodeError(format!("key file: {what}"))
}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "description")]
    _description: String,
    #[serde(rename = "cborHex")]
    cbor_hex: String,
}

/// Reads an envelope of one of the kinds accepted for a role and returns the key's bytes.
///
/// # Errors
/// When the text is no envelope, is of another kind, or has a key of a wrong length.
pub fn read(text: &str, accepted: &[KeyKind]) -> Result<(KeyKind, Vec<u8>), DecodeError> {
    let file: File = serde_json::from_str(text).map_err(|error| {
        refused(&format!(
            "{} at line {} column {}; needed a JSON object with the texts \"type\", \
             \"description\" and \"cborHex\": is this the right file?",
            reason(&error),
            error.line(),
            error.column()
        ))
    })?;
    let Some(kind) = accepted.iter().find(|kind| kind.type_name() == file.kind) else {
        let names: Vec<_> = accepted.iter().map(|kind| kind.type_name()).collect();
        return Err(refused(&format!(
            "type \"{}\"; needed {}: pass the file of the right key",
            excerpt(&file.kind),
            names.join(" or ")
        )));
    };
    let cbor = unhex(&file.cbor_hex).map_err(|_| {
        refused(&format!(
            "\"cborHex\" of {} characters is not hex; needed an even number of hex digits: \
             generate the file again",
            file.cbor_hex.len()
        ))
    })?;
    let payload = byte_string(&cbor).ok_or_else(|| {
        refused(&format!(
            "\"cborHex\" of {} bytes is not one CBOR byte string; needed one of {} bytes: \
             generate the file again",
            cbor.len(),
            kind.payload_bytes()
        ))
    })?;
    kind.check_length(payload.len())?;
    Ok((*kind, payload))
}

/// What is wrong, without quoting the file.
fn reason(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    match error.classify() {
        Category::Data => {
            let text = error.to_string();
            let known =
                ["missing field `type`", "missing field `description`", "missing field `cborHex`"];
            let missing = known.into_iter().find(|known| text.starts_with(known));
            missing.unwrap_or("not the expected fields").to_owned()
        }
        Category::Eof => "the text ends too early".to_owned(),
        Category::Syntax | Category::Io => "no JSON".to_owned(),
    }
}

fn byte_string(cbor: &[u8]) -> Option<Vec<u8>> {
    let mut d = Decoder::new(cbor);
    if !matches!(d.datatype(), Ok(Type::Bytes)) {
        return None;
    }
    let payload = d.bytes().ok()?.to_vec();
    (d.position() == cbor.len()).then_some(payload)
}

fn part<const N: usize>(payload: &[u8], from: usize) -> Result<[u8; N], DecodeError> {
    let bytes = payload.get(from..from.saturating_add(N));
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| {
        refused(&format!("key of {} bytes; needed at least {}", payload.len(), from + N))
    })
}

/// Reads a Hydra signing key.
///
/// # Errors
/// As [`read`].
pub fn hydra_signing_key(text: &str) -> Result<SigningKey, DecodeError> {
    let (_, payload) = read(text, &[KeyKind::HydraSigning])?;
    Ok(SigningKey::from_seed(&part(&payload, 0)?))
}

/// Reads a Hydra verification key: a party.
///
/// # Errors
/// As [`read`].
pub fn hydra_verification_key(text: &str) -> Result<Party, DecodeError> {
    let (_, payload) = read(text, &[KeyKind::HydraVerification])?;
    Ok(Party::new(VerificationKey(part(&payload, 0)?)))
}

/// Reads a Cardano payment verification key, plain or extended.
///
/// # Errors
/// As [`read`].
pub fn payment_verification_key(text: &str) -> Result<VerificationKey, DecodeError> {
    let accepted = [KeyKind::PaymentVerification, KeyKind::PaymentExtendedVerification];
    let (_, payload) = read(text, &accepted)?;
    Ok(VerificationKey(part(&payload, 0)?))
}

/// Reads a Cardano payment signing key, plain or extended.
///
/// # Errors
/// As [`read`], and when the verification key inside an extended one is not its own.
pub fn payment_signing_key(text: &str) -> Result<PaymentSigningKey, DecodeError> {
    let accepted = [KeyKind::PaymentSigning, KeyKind::PaymentExtendedSigning];
    let (kind, payload) = read(text, &accepted)?;
    if kind == KeyKind::PaymentSigning {
        let seed = part(&payload, 0)?;
        return Ok(PaymentSigningKey(Secret::Seed(ed25519_dalek::SigningKey::from_bytes(&seed))));
    }
    let secret = ExpandedSecretKey::from_bytes(&part(&payload, 0)?);
    let vkey = VerifyingKey::from(&secret);
    // Signing under a foreign verification key would give the secret away.
    if vkey.to_bytes() != part::<32>(&payload, 64)? {
        return Err(refused(
            "the verification key inside an extended signing key is not that of its secret; \
             needed both of one key: export the file again",
        ));
    }
    Ok(PaymentSigningKey(Secret::Extended { secret: Box::new(secret), vkey }))
}

/// A Cardano payment signing key, plain or extended. Never serialised, never logged.
pub struct PaymentSigningKey(Secret);

enum Secret {
    Seed(ed25519_dalek::SigningKey),
    Extended { secret: Box<ExpandedSecretKey>, vkey: VerifyingKey },
}

impl PaymentSigningKey {
    /// Its verification key.
    #[must_use]
    pub fn verification_key(&self) -> VerificationKey {
        VerificationKey(match &self.0 {
            Secret::Seed(key) => key.verifying_key().to_bytes(),
            Secret::Extended { vkey, .. } => vkey.to_bytes(),
        })
    }

    /// Signs, for example a transaction id; deterministic.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(match &self.0 {
            Secret::Seed(key) => key.sign(message).to_bytes(),
            Secret::Extended { secret, vkey } => {
                raw_sign::<Sha512>(secret, message, vkey).to_bytes()
            }
        })
    }
}

impl fmt::Debug for PaymentSigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PaymentSigningKey of {}", self.verification_key())
    }
}

#[cfg(test)]
#[path = "envelope_tests.rs"]
mod tests;
