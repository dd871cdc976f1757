//! The `Signed` envelope around a message, and the value of a `msg-` key (`network.md` 5.3, 5.4, 6).

use pallas_codec::minicbor::data::Type;
use pallas_codec::minicbor::encode::{self, Write};
use pallas_codec::minicbor::{Decoder, Encode, Encoder, decode};

use super::{Message, cbor};
use crate::cardano::DecodeError;
use crate::party::{Party, SigningKey};
use crate::unit::Signature;

const SIGNED: &str = "Signed";
const LIST_START: u8 = 0x9f;
const LIST_END: u8 = 0xff;

/// A message with its sender's signature over the message's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Message.
    pub message: Message,
    /// Over the CBOR of the message alone.
    pub signature: Signature,
    /// Who claims to have signed.
    pub party: Party,
}

/// An envelope as it arrived, with the very bytes that its signature must cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received<'b> {
    /// Content.
    pub signed: Signed,
    /// Bytes of the message as received.
    pub message_bytes: &'b [u8],
    /// Bytes of the whole envelope as received.
    pub bytes: &'b [u8],
}

impl Signed {
    /// The envelope's bytes.
    #[must_use]
    pub fn to_cbor(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }
}

impl<C> Encode<C> for Signed {
    fn encode<W: Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        Encode::encode(&self.message, e.str(SIGNED)?, ctx)?;
        cbor::write_signature(e, &self.signature)?;
        self.party.encode(e, ctx)
    }
}

impl<'b> Received<'b> {
    /// Decodes one envelope; all bytes must be consumed.
    ///
    /// # Errors
    /// When the bytes are no envelope, or go on after it.
    pub fn decode(bytes: &'b [u8]) -> Result<Self, DecodeError> {
        let mut d = Decoder::new(bytes);
        let envelope = read(&mut d).map_err(|error| cbor::refused("envelope", &d, &error))?;
        cbor::end(&d, "envelope")?;
        Ok(envelope)
    }

    /// Whether the named party signed these bytes. Whether it is one of the head's parties is another question.
    #[must_use]
    pub fn verifies(&self) -> bool {
        self.signed.party.verifies(self.message_bytes, &self.signed.signature)
    }
}

fn read<'b>(d: &mut Decoder<'b>) -> Result<Received<'b>, decode::Error> {
    let bytes: &'b [u8] = d.input();
    let start = d.position();
    cbor::constructor(d, SIGNED)?;
    let from = d.position();
    let message = d.decode()?;
    let to = d.position();
    let signature = cbor::signature(d)?;
    let party = d.decode()?;
    Ok(Received {
        signed: Signed { message, signature, party },
        message_bytes: bytes.get(from..to).unwrap_or_default(),
        bytes: bytes.get(start..d.position()).unwrap_or_default(),
    })
}

/// Signs a message and returns the envelope's bytes. The message is encoded once: what is sent is what was signed.
#[must_use]
pub fn seal(message: &Message, key: &SigningKey) -> Vec<u8> {
    let signed = message.to_cbor();
    let mut envelope = Encoder::new(Vec::with_capacity(signed.len() + ENVELOPE_OVERHEAD_BYTES));
    let written = envelope.str(SIGNED).is_ok();
    envelope.writer_mut().extend_from_slice(&signed);
    let written = written
        && cbor::write_signature(&mut envelope, &key.sign(&signed)).is_ok()
        && envelope.encode(key.party()).is_ok();
    debug_assert!(written, "writing to memory cannot fail");
    envelope.into_writer()
}

/// Bytes of an envelope besides its message.
pub const ENVELOPE_OVERHEAD_BYTES: usize = 128;

/// The value of a `msg-` key that holds these envelopes, in broadcast order.
#[must_use]
pub fn value_of<E: AsRef<[u8]>>(envelopes: impl IntoIterator<Item = E>) -> Vec<u8> {
    let mut value = vec![LIST_START];
    for envelope in envelopes {
        value.extend_from_slice(envelope.as_ref());
    }
    value.push(LIST_END);
    value
}

/// The envelopes in the value of a `msg-` key: a list, or one bare envelope as protocol version 1 wrote it.
///
/// # Errors
/// When the value is neither, or goes on after it. Nothing of such a value is to be delivered.
pub fn decode_value(value: &[u8]) -> Result<Vec<Received<'_>>, DecodeError> {
    let mut d = Decoder::new(value);
    match d.datatype() {
        Ok(Type::String) => Ok(vec![Received::decode(value)?]),
        Ok(Type::Array | Type::ArrayIndef) => {
            let envelopes = cbor::list(&mut d, read)
                .map_err(|error| cbor::refused("list of envelopes", &d, &error))?;
            cbor::end(&d, "list of envelopes")?;
            Ok(envelopes)
        }
        Ok(other) => Err(DecodeError(format!(
            "value begins with {other}; needed a list of envelopes or one envelope"
        ))),
        Err(error) => Err(cbor::refused("value", &d, &error)),
    }
}
