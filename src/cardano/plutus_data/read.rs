//! Reading Plutus data of any accepted CBOR form as a stream of tokens, without recursion.

use pallas_codec::minicbor::Decoder;
use pallas_codec::minicbor::data::Type;
use pallas_codec::minicbor::decode::Error;

use super::encode::CHUNK_BYTES;
use super::{Data, Integer, TREE_DEPTH_MAX};
use crate::cardano::DecodeError;

/// One step of a walk through data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A constructor of this index begins.
    Constr(u64),
    /// A list begins.
    List,
    /// A map begins; keys and values follow in turn.
    Map,
    /// The innermost open constructor, list or map ends.
    End,
    /// An integer.
    Integer(Integer),
    /// Bytes.
    Bytes(Box<[u8]>),
}

/// An open container.
struct Open {
    map: bool,
    /// Items still to come of a definite one (two per pair), none for an indefinite one.
    left: Option<u64>,
    /// Items seen: an indefinite map must not end between key and value.
    seen: u64,
    /// Constructor in the general form of tag 102 whose own array of two is indefinite: one more break follows.
    wrapped: bool,
}

/// Walks through the data at the front of some bytes.
pub struct Reader<'b> {
    decoder: Decoder<'b>,
    open: Vec<Open>,
    started: bool,
    /// Whether more may follow the value.
    prefix: bool,
}

impl<'b> Reader<'b> {
    /// At the start of `cbor`, which holds one value and nothing else.
    #[must_use]
    pub fn new(cbor: &'b [u8]) -> Self {
        Self { decoder: Decoder::new(cbor), open: Vec::new(), started: false, prefix: false }
    }

    /// At the start of `cbor`, which may go on after the value.
    #[must_use]
    pub fn prefix(cbor: &'b [u8]) -> Self {
        Self { prefix: true, ..Self::new(cbor) }
    }

    /// Bytes read so far.
    #[must_use]
    pub fn position(&self) -> usize {
        self.decoder.position()
    }

    /// Containers that are open.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// The next token; none when the value is complete.
    ///
    /// # Errors
    /// When the bytes are no Plutus data, are truncated, or go on after the value.
    pub fn token(&mut self) -> Result<Option<Token>, DecodeError> {
        self.step().map_err(|error| {
            DecodeError(format!(
                "Plutus data: {error} (byte {}); needed constructor, map, list, integer or bytes",
                self.decoder.position()
            ))
        })
    }

    fn step(&mut self) -> Result<Option<Token>, Error> {
        if self.open.is_empty() && self.started {
            let seen = self.decoder.input().len() - self.decoder.position();
            return match seen {
                0 => Ok(None),
                _ if self.prefix => Ok(None),
                _ => Err(Error::message(format!("{seen} bytes after the value"))),
            };
        }
        self.started = true;
        if self.at_end()? {
            return Ok(Some(Token::End));
        }
        if let Some(top) = self.open.last_mut() {
            top.seen += 1;
            top.left = top.left.map(|left| left.saturating_sub(1));
        }
        self.item().map(Some)
    }

    /// Closes the innermost container when its last item was read.
    fn at_end(&mut self) -> Result<bool, Error> {
        let Some(top) = self.open.last() else { return Ok(false) };
        let ended = match top.left {
            Some(left) => left == 0,
            None => self.decoder.datatype()? == Type::Break,
        };
        if !ended {
            return Ok(false);
        }
        if top.left.is_none() {
            if top.map && top.seen % 2 == 1 {
                return Err(Error::message("a map that ends after a key"));
            }
            self.decoder.skip()?;
        }
        if top.wrapped {
            if self.decoder.datatype()? != Type::Break {
                return Err(Error::message("a constructor with more than an index and fields"));
            }
            self.decoder.skip()?;
        }
        self.open.pop();
        Ok(true)
    }

    fn item(&mut self) -> Result<Token, Error> {
        match self.decoder.datatype()? {
            Type::U8
            | Type::U16
            | Type::U32
            | Type::U64
            | Type::I8
            | Type::I16
            | Type::I32
            | Type::I64
            | Type::Int => Ok(Token::Integer(Integer::Small(self.decoder.int()?.into()))),
            Type::Bytes | Type::BytesIndef => self.bytes().map(|bytes| Token::Bytes(bytes.into())),
            Type::Array | Type::ArrayIndef => {
                let left = self.decoder.array()?;
                self.open.push(Open { map: false, left, seen: 0, wrapped: false });
                Ok(Token::List)
            }
            Type::Map | Type::MapIndef => {
                let left = match self.decoder.map()? {
                    Some(pairs) => Some(pairs.checked_mul(2).ok_or_else(Error::end_of_input)?),
                    None => None,
                };
                self.open.push(Open { map: true, left, seen: 0, wrapped: false });
                Ok(Token::Map)
            }
            Type::Tag => self.tagged(),
            other @ (Type::Bool
            | Type::Null
            | Type::Undefined
            | Type::F16
            | Type::F32
            | Type::F64
            | Type::Simple
            | Type::String
            | Type::StringIndef
            | Type::Break
            | Type::Unknown(_)) => Err(Error::type_mismatch(other)),
        }
    }

    fn tagged(&mut self) -> Result<Token, Error> {
        let head = self.decoder.input().get(self.decoder.position()).copied();
        match self.decoder.tag()?.as_u64() {
            // The ledger knows a big integer by the first byte, and takes longer heads for other tags.
            tag @ (2 | 3) if matches!(head, Some(0xc2 | 0xc3)) => {
                let magnitude = self.bytes()?;
                Ok(Token::Integer(Integer::from_magnitude(tag == 3, &magnitude)))
            }
            tag @ 121..=127 => self.constructor(tag - 121, false),
            tag @ 1280..=1400 => self.constructor(tag - 1280 + 7, false),
            102 => {
                let wrapped = match self.decoder.array()? {
                    Some(2) => false,
                    None => true,
                    Some(n) => {
                        return Err(Error::message(format!("constructor of {n} items, needed 2")));
                    }
                };
                let index = self.decoder.u64()?;
                self.constructor(index, wrapped)
            }
            tag => Err(Error::message(format!("tag {tag}, which is no constructor"))),
        }
    }

    fn constructor(&mut self, index: u64, wrapped: bool) -> Result<Token, Error> {
        let left = self.decoder.array()?;
        self.open.push(Open { map: false, left, seen: 0, wrapped });
        Ok(Token::Constr(index))
    }

    /// Bytes, whole or in chunks; the ledger refuses more than 64 in one piece.
    fn bytes(&mut self) -> Result<Vec<u8>, Error> {
        let mut all = Vec::new();
        for chunk in self.decoder.bytes_iter()? {
            let chunk = chunk?;
            if chunk.len() > CHUNK_BYTES {
                return Err(Error::message(format!(
                    "{} bytes in one piece, at most {CHUNK_BYTES} are allowed",
                    chunk.len()
                )));
            }
            all.extend_from_slice(chunk);
        }
        Ok(all)
    }
}

/// A container being built.
enum Partial {
    Constr(u64, Vec<Data>),
    List(Vec<Data>),
    Map(Vec<(Data, Data)>, Option<Data>),
}

impl Partial {
    fn push(&mut self, item: Data) {
        match self {
            Self::Constr(_, items) | Self::List(items) => items.push(item),
            Self::Map(pairs, key) => match key.take() {
                None => *key = Some(item),
                Some(key) => pairs.push((key, item)),
            },
        }
    }

    fn whole(self) -> Data {
        match self {
            Self::Constr(index, fields) => Data::Constr(index, fields),
            Self::List(items) => Data::List(items),
            Self::Map(pairs, _) => Data::Map(pairs),
        }
    }
}

/// Builds the tree of one value.
pub(super) fn tree(cbor: &[u8]) -> Result<Data, DecodeError> {
    let mut reader = Reader::new(cbor);
    let mut open: Vec<Partial> = Vec::new();
    let mut done = None;
    while let Some(token) = reader.token()? {
        if reader.depth() > TREE_DEPTH_MAX {
            return Err(DecodeError(format!(
                "Plutus data nested deeper than {TREE_DEPTH_MAX} levels; needed a flatter value"
            )));
        }
        let item = match token {
            Token::Constr(index) => {
                open.push(Partial::Constr(index, Vec::new()));
                continue;
            }
            Token::List => {
                open.push(Partial::List(Vec::new()));
                continue;
            }
            Token::Map => {
                open.push(Partial::Map(Vec::new(), None));
                continue;
            }
            Token::End => match open.pop() {
                Some(partial) => partial.whole(),
                None => continue,
            },
            Token::Integer(n) => Data::Integer(n),
            Token::Bytes(bytes) => Data::Bytes(bytes),
        };
        match open.last_mut() {
            Some(parent) => parent.push(item),
            None => done = Some(item),
        }
    }
    done.ok_or_else(|| DecodeError("Plutus data: no bytes; needed one value".into()))
}
