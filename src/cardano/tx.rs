//! Transactions: original bytes, id, and what the ledger and the head read of them, decoded once.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use pallas_codec::minicbor::encode::{Error, Write};
use pallas_codec::minicbor::{Decode, Decoder, Encode, Encoder, decode};

pub use super::body::Body;
use super::reader::Reader;
use super::txout::SharedTxOut;
pub use super::witnesses::Witnesses;
use super::{At, DecodeError, auxiliary, hash, strict};
use crate::unit::{Hash32, TxId, TxIn};

/// A Conway transaction. Cloning shares it; two are equal when all their bytes are.
#[derive(Clone, Debug)]
pub struct Tx(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bytes: Box<[u8]>,
    id: TxId,
    body: Body,
    witnesses: Witnesses,
    ranges: Ranges,
    is_valid: bool,
    variant: OnceLock<Hash32>,
    /// Set when every signature of this variant verified; a refusal is never kept.
    signatures_passed: OnceLock<()>,
}

/// Where the parts lie in the bytes.
#[derive(Debug)]
struct Ranges {
    body: Range<usize>,
    witnesses: Range<usize>,
    auxiliary: Option<Range<usize>>,
}

impl Tx {
    /// Decodes a transaction; all bytes must be consumed, original bytes are kept.
    ///
    /// # Errors
    /// When the bytes are no Conway transaction: malformed, truncated, too deeply nested, with duplicate
    /// map keys or set members, zero quantities, keys or hashes of a wrong length.
    pub fn decode(bytes: impl Into<Box<[u8]>>) -> Result<Self, DecodeError> {
        let bytes = bytes.into();
        let inner = Inner::decode(bytes).at("transaction")?;
        Ok(Self(Arc::new(inner)))
    }

    /// Blake2b-256 of the original body bytes.
    #[must_use]
    pub fn id(&self) -> TxId {
        self.0.id
    }

    /// Original bytes of the whole transaction.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// Blake2b-256 of all bytes. The id covers neither witnesses nor `isValid`; this does.
    #[must_use]
    pub fn variant(&self) -> Hash32 {
        *self.0.variant.get_or_init(|| Hash32(hash::blake2b_256(&self.0.bytes)))
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Body {
        &self.0.body
    }

    /// The witness set.
    #[must_use]
    pub fn witnesses(&self) -> &Witnesses {
        &self.0.witnesses
    }

    /// The `isValid` flag.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.0.is_valid
    }

    /// Original bytes of the auxiliary data.
    #[must_use]
    pub fn auxiliary_data(&self) -> Option<&[u8]> {
        self.0.ranges.auxiliary.clone().and_then(|range| self.0.bytes.get(range))
    }

    /// Original bytes of the body.
    #[must_use]
    pub fn body_bytes(&self) -> &[u8] {
        self.0.bytes.get(self.0.ranges.body.clone()).unwrap_or_default()
    }

    /// Original bytes of the witness set: scripts, datums and redeemers for script contexts.
    #[must_use]
    pub fn witness_bytes(&self) -> &[u8] {
        self.0.bytes.get(self.0.ranges.witnesses.clone()).unwrap_or_default()
    }

    /// The inputs that leave the UTxO set: `inputs`, or the collateral when `isValid` is false.
    #[must_use]
    pub fn spent(&self) -> &[TxIn] {
        if self.0.is_valid { &self.0.body.inputs } else { &self.0.body.collateral }
    }

    /// The outputs that enter it, ascending: `outputs`, or the collateral return when `isValid` is false.
    pub fn produced(&self) -> impl Iterator<Item = (TxIn, &SharedTxOut)> {
        let body = &self.0.body;
        let (outputs, first) = if self.0.is_valid {
            (body.outputs.as_slice(), 0)
        } else {
            (body.collateral_return.as_slice(), body.outputs.len())
        };
        let id = self.0.id;
        outputs.iter().enumerate().map(move |(at, output)| {
            (TxIn { id, index: u16::try_from(first + at).unwrap_or(u16::MAX) }, output)
        })
    }

    /// Whether all key witnesses verified once; memoised with these bytes.
    #[must_use]
    pub fn signatures_passed(&self) -> bool {
        self.0.signatures_passed.get().is_some()
    }

    /// Records that all key witnesses of these bytes verified.
    pub(crate) fn mark_signatures_passed(&self) {
        let _ = self.0.signatures_passed.set(());
    }
}

impl Inner {
    fn decode(bytes: Box<[u8]>) -> Result<Self, DecodeError> {
        strict::check(&bytes)?;
        let mut r = Reader::new(&bytes);
        let (body, witnesses, is_valid, ranges) = r.record(4, "a transaction", |r| {
            let body_at = r.position();
            let body = Body::read(r).at("body")?;
            let witnesses_at = r.position();
            let witnesses = Witnesses::read(r).at("witness set")?;
            let witnesses_end = r.position();
            let is_valid = r.bool().at("validity flag")?;
            let auxiliary_at = r.position();
            let auxiliary = if r.null() {
                None
            } else {
                auxiliary::check(r).at("auxiliary data")?;
                Some(auxiliary_at..r.position())
            };
            let ranges = Ranges {
                body: body_at..witnesses_at,
                witnesses: witnesses_at..witnesses_end,
                auxiliary,
            };
            Ok((body, witnesses, is_valid, ranges))
        })?;
        let id = hash::blake2b_256(bytes.get(ranges.body.clone()).unwrap_or_default());
        Ok(Self {
            bytes,
            id: TxId(id),
            body,
            witnesses,
            ranges,
            is_valid,
            variant: OnceLock::new(),
            signatures_passed: OnceLock::new(),
        })
    }
}

impl PartialEq for Tx {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.bytes == other.0.bytes
    }
}

impl Eq for Tx {}

/// One byte string that holds the complete encoding, without tag 24 (`api.md` 3.3).
impl<C> Encode<C> for Tx {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), Error<W::Error>> {
        e.bytes(&self.0.bytes)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Tx {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        Self::decode(d.bytes()?).map_err(|e| decode::Error::message(e.0))
    }
}
