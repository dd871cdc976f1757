//! Cursor over CBOR that [`super::strict`] passed, in the ledger's notions: numbers, definite byte
//! strings, lists and maps of either form. Reads borrow; nothing is allocated by announced length.

use super::rational::Rational;
use super::strict::{self, BREAK, Head};
use super::{At, DecodeError};
use crate::unit::{Hash32, KeyHash, ScalarError, TxId, TxIn};

/// Position in checked bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// A list or map being read: items (pairs) left, or until the break.
#[derive(Debug)]
pub(super) struct Items {
    left: Option<u64>,
}

/// Tag of a mathematical set; the ledger accepts sets with and without it.
const SET_TAG: u64 = 258;

/// Tag of CBOR inside a byte string.
const ENCODED_TAG: u64 = 24;

/// Tag of a ratio.
const RATIO_TAG: u64 = 30;

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The bytes from an earlier position up to here.
    pub(super) fn since(&self, start: usize) -> &'a [u8] {
        self.bytes.get(start..self.at).unwrap_or_default()
    }

    pub(super) fn head(&self) -> Result<Head, DecodeError> {
        strict::head(self.bytes, self.at)
    }

    /// First byte of the next item.
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn unlike(&self, needed: &str) -> DecodeError {
        let seen = match self.peek() {
            None => "the end of the bytes",
            Some(byte) => match byte >> 5 {
                0 => "an unsigned integer",
                1 => "a negative integer",
                2 => "a byte string",
                3 => "a text string",
                4 => "a list",
                5 => "a map",
                6 => "a tag",
                _ => "a simple value",
            },
        };
        DecodeError::new(format_args!("{seen} at byte {}", self.at), needed)
    }

    #[inline]
    fn take(&mut self, major: u8, needed: &str) -> Result<Head, DecodeError> {
        let head = self.head()?;
        if head.major != major {
            return Err(self.unlike(needed));
        }
        self.at = head.end;
        Ok(head)
    }

    /// Refuses what follows the last item.
    pub(super) fn end(&self) -> Result<(), DecodeError> {
        if self.at == self.bytes.len() {
            return Ok(());
        }
        Err(DecodeError::new(
            format_args!("{} more bytes", self.bytes.len() - self.at),
            "the end of the bytes",
        ))
    }

    pub(super) fn u64(&mut self) -> Result<u64, DecodeError> {
        Ok(self.take(0, "an integer from 0 to 18446744073709551615")?.argument)
    }

    /// An unsigned integer of at most `max`.
    pub(super) fn at_most(&mut self, max: u64) -> Result<u64, DecodeError> {
        let seen = self.u64()?;
        if seen > max {
            return Err(DecodeError::new(seen, format_args!("an integer from 0 to {max}")));
        }
        Ok(seen)
    }

    pub(super) fn u32(&mut self) -> Result<u32, DecodeError> {
        let seen = self.at_most(u64::from(u32::MAX))?;
        Ok(u32::try_from(seen).unwrap_or(u32::MAX))
    }

    pub(super) fn u16(&mut self) -> Result<u16, DecodeError> {
        let seen = self.at_most(u64::from(u16::MAX))?;
        Ok(u16::try_from(seen).unwrap_or(u16::MAX))
    }

    pub(super) fn u8(&mut self) -> Result<u8, DecodeError> {
        let seen = self.at_most(u64::from(u8::MAX))?;
        Ok(u8::try_from(seen).unwrap_or(u8::MAX))
    }

    /// A ratio of two 64-bit integers, the lower one positive.
    pub(super) fn ratio(&mut self) -> Result<Rational, DecodeError> {
        self.tag(RATIO_TAG)?;
        self.record(2, "a ratio", |r| Rational::new(r.u64()?, r.u64()?))
    }

    /// A ratio from 0 to 1.
    pub(super) fn unit_interval(&mut self) -> Result<Rational, DecodeError> {
        let ratio = self.ratio()?;
        if ratio.numerator() <= ratio.denominator() {
            return Ok(ratio);
        }
        Err(DecodeError::new(
            format_args!("{}/{}", ratio.numerator(), ratio.denominator()),
            "0 to 1",
        ))
    }

    /// Null, or a value.
    pub(super) fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Option<T>, DecodeError> {
        if self.null() { Ok(None) } else { read(self).map(Some) }
    }

    /// A text string in one piece, of at most `max` bytes.
    pub(super) fn text(&mut self, max: usize) -> Result<Box<str>, DecodeError> {
        let head = self.head()?;
        if head.major != 3 || head.is_indefinite() {
            return Err(self.unlike("a text string in one piece"));
        }
        let (content, end) = strict::chunk(self.bytes, self.at, head)?;
        if content.len() > max {
            return Err(DecodeError::new(
                format_args!("a text of {} bytes", content.len()),
                format_args!("at most {max}"),
            ));
        }
        let text = std::str::from_utf8(content).map_err(|e| DecodeError::new(e, "UTF-8"))?;
        self.at = end;
        Ok(text.into())
    }

    /// A byte string of exactly `N` bytes.
    pub(super) fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N], DecodeError> {
        let seen = self.bytes().at(what)?;
        seen.try_into().map_err(|_| {
            DecodeError::new(format_args!("{what} of {} bytes", seen.len()), format_args!("{N}"))
        })
    }

    /// An integer of either sign, without bignums.
    pub(super) fn int(&mut self) -> Result<i128, DecodeError> {
        let head = self.head()?;
        let argument = i128::from(head.argument);
        let value = match head.major {
            0 => argument,
            1 => -1 - argument,
            _ => return Err(self.unlike("an integer")),
        };
        self.at = head.end;
        Ok(value)
    }

    pub(super) fn bool(&mut self) -> Result<bool, DecodeError> {
        let value = match self.peek() {
            Some(0xf4) => false,
            Some(0xf5) => true,
            _ => return Err(self.unlike("true or false")),
        };
        self.at += 1;
        Ok(value)
    }

    /// Consumes a null when there is one.
    pub(super) fn null(&mut self) -> bool {
        let null = self.peek() == Some(0xf6);
        self.at += usize::from(null);
        null
    }

    /// A byte string in one piece; the ledger takes no other for hashes, keys, names and addresses.
    pub(super) fn bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        let head = self.head()?;
        if head.major != 2 || head.is_indefinite() {
            return Err(self.unlike("a byte string in one piece"));
        }
        let (content, end) = strict::chunk(self.bytes, self.at, head)?;
        self.at = end;
        Ok(content)
    }

    /// The pieces of a byte or text string (major type 2 or 3), one for a definite string.
    pub(super) fn pieces(
        &mut self,
        major: u8,
        mut each: impl FnMut(&'a [u8]) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let head = self.take(major, if major == 2 { "a byte string" } else { "a text string" })?;
        if !head.is_indefinite() {
            let (content, end) = strict::chunk(self.bytes, self.at, head)?;
            self.at = end;
            return each(content);
        }
        while self.peek() != Some(BREAK) {
            let piece = self.take(major, "a chunk of the string")?;
            let (content, end) = strict::chunk(self.bytes, self.at, piece)?;
            self.at = end;
            each(content)?;
        }
        self.at += 1;
        Ok(())
    }

    pub(super) fn hash28(&mut self, what: &str) -> Result<[u8; 28], DecodeError> {
        Ok(KeyHash::from_slice(self.bytes()?).map_err(|e| named(e, what))?.0)
    }

    pub(super) fn hash32(&mut self, what: &str) -> Result<[u8; 32], DecodeError> {
        Ok(Hash32::from_slice(self.bytes()?).map_err(|e| named(e, what))?.0)
    }

    pub(super) fn input(&mut self) -> Result<TxIn, DecodeError> {
        self.record(2, "an input reference", |r| {
            let id = TxId::from_slice(r.bytes()?)?;
            let index = r.at_most(u64::from(u16::MAX)).at("output index")?;
            Ok(TxIn { id, index: u16::try_from(index).unwrap_or(u16::MAX) })
        })
    }

    /// Opens a list of either form.
    #[inline]
    pub(super) fn list(&mut self) -> Result<Items, DecodeError> {
        let head = self.take(4, "a list")?;
        Ok(Items { left: (!head.is_indefinite()).then_some(head.argument) })
    }

    /// Opens a map of either form; [`Reader::more`] counts its pairs.
    #[inline]
    pub(super) fn map(&mut self) -> Result<Items, DecodeError> {
        let head = self.take(5, "a map")?;
        Ok(Items { left: (!head.is_indefinite()).then_some(head.argument) })
    }

    /// Opens a set: a list, with or without the set tag.
    #[inline]
    pub(super) fn set(&mut self) -> Result<Items, DecodeError> {
        if self.peek().is_some_and(|byte| byte >> 5 == 6) {
            self.tag(SET_TAG)?;
        }
        self.list()
    }

    /// Whether another item (pair) follows; consumes the break after the last one.
    #[inline]
    pub(super) fn more(&mut self, items: &mut Items) -> Result<bool, DecodeError> {
        match &mut items.left {
            Some(0) => Ok(false),
            Some(left) => {
                *left -= 1;
                Ok(true)
            }
            None if self.peek() == Some(BREAK) => {
                self.at += 1;
                items.left = Some(0);
                Ok(false)
            }
            None => Ok(true),
        }
    }

    /// Consumes a tag of exactly this number.
    pub(super) fn tag(&mut self, needed: u64) -> Result<(), DecodeError> {
        let before = *self;
        let head = self.take(6, "a tag")?;
        if head.argument == needed {
            return Ok(());
        }
        *self = before;
        Err(DecodeError::new(
            format_args!("tag {} at byte {}", head.argument, self.at),
            format_args!("tag {needed}"),
        ))
    }

    /// The content of a byte string with tag 24: CBOR that keeps its own bytes; checked like the rest.
    pub(super) fn encoded(&mut self) -> Result<&'a [u8], DecodeError> {
        self.tag(ENCODED_TAG)?;
        let content = self.bytes()?;
        strict::check_as(content, "CBOR in a byte string")?;
        Ok(content)
    }

    /// A list of exactly `length` items, definite or not.
    #[inline]
    pub(super) fn record<T>(
        &mut self,
        length: u64,
        what: &str,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let mut items = self.list()?;
        if let Some(left) = items.left.filter(|left| *left != length) {
            return Err(DecodeError::new(
                format_args!("{what} of {left} items"),
                format_args!("{length}"),
            ));
        }
        let value = read(self)?;
        if items.left.is_none() && self.more(&mut items)? {
            return Err(DecodeError::new(
                format_args!("{what} of more than {length} items"),
                format_args!("{length}"),
            ));
        }
        Ok(value)
    }

    /// A list that starts with a kind: gives kind and announced length (none when indefinite).
    pub(super) fn sum<T>(
        &mut self,
        read: impl FnOnce(&mut Self, u64) -> Result<(u64, T), DecodeError>,
    ) -> Result<T, DecodeError> {
        let mut items = self.list()?;
        let kind = self.u64().at("kind")?;
        let (length, value) = read(self, kind)?;
        let whole = match items.left {
            Some(left) => left == length,
            None => !self.more(&mut items)?,
        };
        if whole {
            return Ok(value);
        }
        Err(DecodeError::new(
            format_args!("kind {kind} with another number of items"),
            format_args!("{length}"),
        ))
    }
}

fn named(error: ScalarError, what: &str) -> DecodeError {
    DecodeError(error.0).at(what)
}

/// Field numbers seen in a map with small keys; refuses the second of a kind, as the ledger does.
#[derive(Debug, Default)]
pub(super) struct Fields(u64);

impl Fields {
    pub(super) fn once(&mut self, key: u64) -> Result<(), DecodeError> {
        let bit = u32::try_from(key).ok().and_then(|key| 1_u64.checked_shl(key)).unwrap_or(0);
        if self.0 & bit != 0 {
            return Err(DecodeError::new(format_args!("field {key} twice"), "each field once"));
        }
        self.0 |= bit;
        Ok(())
    }

    pub(super) fn has(&self, key: u32) -> bool {
        self.0 & (1 << key) != 0
    }
}
