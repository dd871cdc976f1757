//! One signature per party (`head-logic.md` 4.5).

use std::collections::BTreeMap;

use pallas_codec::minicbor::encode::{self, Write};
use pallas_codec::minicbor::{Decode, Decoder, Encode, Encoder, decode};
use serde::{Deserialize, Serialize};

use crate::party::Party;
use crate::unit::Signature;
use crate::wire::cbor;

/// One signature per party, in the order of the head's party list. JSON: `{"multiSignature": [hex]}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MultiSignature(#[serde(with = "json")] pub Vec<Signature>);

impl MultiSignature {
    /// The collected signatures in the order of `parties`. Whoever did not sign is left out, so that the result
    /// verifies only when everybody did.
    #[must_use]
    pub fn aggregate(parties: &[Party], collected: &BTreeMap<Party, Signature>) -> Self {
        Self(parties.iter().filter_map(|party| collected.get(party).copied()).collect())
    }

    /// Verifies one signature per party over the same bytes.
    ///
    /// # Errors
    /// With the parties whose signature fails; with all of them when the numbers differ.
    pub fn verify(&self, parties: &[Party], message: &[u8]) -> Result<(), Vec<Party>> {
        if self.0.len() != parties.len() {
            return Err(parties.to_vec());
        }
        let pairs = parties.iter().zip(&self.0);
        let failing: Vec<_> = pairs
            .filter(|(party, signature)| !party.verifies(message, signature))
            .map(|(party, _)| *party)
            .collect();
        if failing.is_empty() { Ok(()) } else { Err(failing) }
    }
}

/// CBOR `"HydraMultiSignature"`, then the list of signatures (`api.md` 3.3).
impl<C> Encode<C> for MultiSignature {
    fn encode<W: Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        cbor::write_list(e.str(NAME)?, &self.0, cbor::write_signature)
    }
}

impl<'b, C> Decode<'b, C> for MultiSignature {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        cbor::constructor(d, NAME)?;
        cbor::list(d, cbor::signature).map(Self)
    }
}

const NAME: &str = "HydraMultiSignature";

mod json {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::unit::Signature;

    #[derive(Serialize, Deserialize)]
    struct Form<T> {
        #[serde(rename = "multiSignature")]
        signatures: T,
    }

    pub fn serialize<S: Serializer>(signatures: &[Signature], s: S) -> Result<S::Ok, S::Error> {
        Form { signatures }.serialize(s)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Signature>, D::Error> {
        Form::deserialize(d).map(|form| form.signatures)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use std::collections::BTreeMap;

    use pallas_codec::minicbor;

    use super::MultiSignature;
    use crate::party::{Party, SigningKey};
    use crate::unit::Signature;

    const MESSAGE: &[u8] = b"snapshot";

    fn keys() -> Vec<SigningKey> {
        (1..=3).map(|seed| SigningKey::from_seed(&[seed; 32])).collect()
    }

    fn parties() -> Vec<Party> {
        keys().iter().map(SigningKey::party).collect()
    }

    fn collected() -> BTreeMap<Party, Signature> {
        keys().iter().map(|key| (key.party(), key.sign(MESSAGE))).collect()
    }

    #[test]
    fn all_signatures_in_party_order_verify() {
        let combined = MultiSignature::aggregate(&parties(), &collected());
        assert_eq!(combined.verify(&parties(), MESSAGE), Ok(()));
        let mut reversed = parties();
        reversed.reverse();
        let combined = MultiSignature::aggregate(&reversed, &collected());
        assert_eq!(combined.verify(&reversed, MESSAGE), Ok(()));
        assert_eq!(combined.0[0], collected()[&reversed[0]]);
    }

    #[test]
    fn failing_keys_are_reported_by_party() {
        let mut combined = MultiSignature::aggregate(&parties(), &collected());
        combined.0[1].0[0] ^= 1;
        assert_eq!(combined.verify(&parties(), MESSAGE), Err(vec![parties()[1]]));
        combined.0.swap(0, 2);
        assert_eq!(combined.verify(&parties(), MESSAGE), Err(parties()));
        let combined = MultiSignature::aggregate(&parties(), &collected());
        assert_eq!(combined.verify(&parties(), b"other"), Err(parties()));
    }

    #[test]
    fn another_number_of_signatures_reports_every_key() {
        let mut collected = collected();
        collected.remove(&parties()[1]);
        let missing = MultiSignature::aggregate(&parties(), &collected);
        assert_eq!(missing.0.len(), 2);
        assert_eq!(missing.verify(&parties(), MESSAGE), Err(parties()));
        let mut more = MultiSignature::aggregate(&parties(), &self::collected());
        more.0.push(more.0[0]);
        assert_eq!(more.verify(&parties(), MESSAGE), Err(parties()));
        assert_eq!(MultiSignature::default().verify(&parties(), MESSAGE), Err(parties()));
    }

    #[test]
    fn json_wraps_the_list() {
        let one = MultiSignature(vec![Signature([0xab; 64])]);
        let json = format!("{{\"multiSignature\":[\"{}\"]}}", "ab".repeat(64));
        assert_eq!(serde_json::to_string(&one).unwrap(), json);
        assert_eq!(serde_json::from_str::<MultiSignature>(&json).unwrap(), one);
        for bad in ["{}", "[]", "{\"multiSignature\":[\"ab\"]}", "{\"multiSignature\":null}"] {
            assert!(serde_json::from_str::<MultiSignature>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn cbor_is_a_tagged_indefinite_list_of_tagged_signatures() {
        let two = MultiSignature(vec![Signature([1; 64]), Signature([2; 64])]);
        let bytes = minicbor::to_vec(&two).unwrap();
        assert_eq!(&bytes[..21], b"\x73HydraMultiSignature\x9f");
        assert_eq!(bytes.len(), 21 + 2 * (15 + 66) + 1);
        assert_eq!(minicbor::decode::<MultiSignature>(&bytes).unwrap(), two);
        for cut in 0..bytes.len() {
            assert!(minicbor::decode::<MultiSignature>(&bytes[..cut]).is_err(), "cut at {cut}");
        }
    }
}
