//! Plutus `Data` bytes exactly as `serialiseData` makes them (`onchain.md` 2.1, 4.1).
//!
//! Scripts see the abstract data, not its bytes, so what is hashed or signed must be re-encoded: [`normalise()`]
//! turns any CBOR form that the ledger accepts into the one form of the builtin. It works on a stream of
//! [`token`](Token)s with its own stack, so that no nesting, however deep, can exhaust the thread's.

mod encode;
mod normalise;
mod output;
#[cfg(test)]
mod output_tests;
mod read;
#[cfg(test)]
mod tests;

use std::fmt;

pub use encode::{
    write_bytes, write_constructor, write_end, write_int, write_map_header, write_unsigned,
};
pub use normalise::normalise;
pub use output::{data_of_txout, write_txout};
pub use read::{Reader, Token};

use super::DecodeError;

/// Nesting that [`Data::decode`] follows, in levels: its value is a tree, dropped and encoded recursively.
/// The head's own datums have at most six; a level costs a few hundred bytes of stack.
pub const TREE_DEPTH_MAX: usize = 128;

/// An integer of any size, in lowest terms.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Integer {
    /// -2^64 to 2^64 - 1: what CBOR encodes without a tag.
    Small(i128),
    /// Anything else: `magnitude` is n, or -1 - n when negative; big-endian, no leading zero, over 8 bytes.
    Big {
        /// Whether it is below zero.
        negative: bool,
        /// See the variant.
        magnitude: Box<[u8]>,
    },
}

impl Integer {
    /// From CBOR's pair of a sign and bytes: n, or -1 - n when negative; leading zeros allowed.
    #[must_use]
    pub fn from_magnitude(negative: bool, bytes: &[u8]) -> Self {
        const SMALL_BYTES_MAX: usize = 8;
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let magnitude = bytes.get(zeros..).unwrap_or_default();
        if magnitude.len() > SMALL_BYTES_MAX {
            return Self::Big { negative, magnitude: magnitude.into() };
        }
        let n = magnitude.iter().fold(0i128, |n, byte| n << 8 | i128::from(*byte));
        Self::Small(if negative { -1 - n } else { n })
    }
}

impl From<u64> for Integer {
    fn from(n: u64) -> Self {
        Self::Small(n.into())
    }
}

impl fmt::Debug for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Small(n) => n.fmt(f),
            Self::Big { negative, magnitude } => {
                write!(f, "{}0x{}", if *negative { "-1-" } else { "" }, crate::unit::hex(magnitude))
            }
        }
    }
}

/// Plutus data as scripts see it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Data {
    /// Constructor index and fields.
    Constr(u64, Vec<Data>),
    /// Pairs in their own order; keys may repeat.
    Map(Vec<(Data, Data)>),
    /// List.
    List(Vec<Data>),
    /// Integer.
    Integer(Integer),
    /// Bytes.
    Bytes(Box<[u8]>),
}

impl Data {
    /// A small integer.
    #[must_use]
    pub fn int(n: u64) -> Self {
        Self::Integer(n.into())
    }

    /// Bytes.
    #[must_use]
    pub fn bytes(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.into())
    }

    /// Appends the bytes of `serialiseData`.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Constr(index, fields) => {
                write_constructor(*index, fields.is_empty(), out);
                fields.iter().for_each(|field| field.write(out));
                if !fields.is_empty() {
                    write_end(out);
                }
            }
            Self::List(items) if items.is_empty() => out.push(encode::EMPTY_LIST),
            Self::List(items) => {
                out.push(encode::LIST_START);
                items.iter().for_each(|item| item.write(out));
                write_end(out);
            }
            Self::Map(pairs) => {
                write_map_header(pairs.len(), out);
                for (key, value) in pairs {
                    key.write(out);
                    value.write(out);
                }
            }
            Self::Integer(n) => write_int(n, out),
            Self::Bytes(bytes) => write_bytes(bytes, out),
        }
    }

    /// The bytes of `serialiseData`.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    /// Decodes data in any CBOR form that the ledger accepts; all bytes must be consumed.
    ///
    /// # Errors
    /// When the bytes are no Plutus data, or nested deeper than [`TREE_DEPTH_MAX`].
    pub fn decode(cbor: &[u8]) -> Result<Self, DecodeError> {
        read::tree(cbor)
    }
}
