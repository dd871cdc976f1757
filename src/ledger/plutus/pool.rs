//! Plutus data in the evaluator's own form, built in an arena.

use amaru_uplc::arena::Arena;
use amaru_uplc::bumpalo::Bump;
use amaru_uplc::constant::Integer;
use amaru_uplc::data::PlutusData;

use crate::cardano::plutus_data::{self, Reader, Token};

/// Data of one evaluation.
pub(super) type Data<'a> = &'a PlutusData<'a>;

/// Memory of one transaction.
pub(super) struct Memory {
    /// Contexts and programs: what all its scripts share.
    pub(super) shared: Region,
    /// One run, given back before the next.
    pub(super) run: Region,
}

impl Memory {
    /// Each region with a bound of its own.
    pub(super) fn new(limit: usize) -> Self {
        Self { shared: Region::new(limit), run: Region::new(limit) }
    }

    /// Forgets everything, keeps the largest pieces for the next transaction.
    pub(super) fn reset(&mut self) {
        self.shared.reset();
        self.run.reset();
    }

    /// What is held from the system.
    pub(super) fn bytes(&self) -> usize {
        self.shared.bytes() + self.run.bytes()
    }
}

/// Memory that is given back as a whole.
pub(super) struct Region {
    arena: Arena,
    slices: Bump,
}

impl Region {
    /// At most `limit` bytes in each of two parts; what asks for more panics, and is contained.
    pub(super) fn new(limit: usize) -> Self {
        let (values, slices) = (Bump::new(), Bump::new());
        values.set_allocation_limit(Some(limit));
        slices.set_allocation_limit(Some(limit));
        Self { arena: Arena::from_bump(values), slices }
    }

    pub(super) const fn pool(&self) -> Pool<'_> {
        Pool { arena: &self.arena, slices: &self.slices }
    }

    pub(super) fn reset(&mut self) {
        self.arena.reset();
        self.slices.reset();
    }

    /// What is held from the system.
    pub(super) fn bytes(&self) -> usize {
        self.arena.allocated_bytes() + self.slices.allocated_bytes()
    }
}

/// Where data and terms are allocated.
#[derive(Clone, Copy)]
pub(super) struct Pool<'a> {
    pub(super) arena: &'a Arena,
    slices: &'a Bump,
}

impl<'a> Pool<'a> {
    pub(super) fn slice<T: Copy>(self, items: &[T]) -> &'a [T] {
        self.slices.alloc_slice_copy(items)
    }

    pub(super) fn bytes(self, bytes: &[u8]) -> Data<'a> {
        PlutusData::byte_string(self.arena, self.slice(bytes))
    }

    pub(super) fn int(self, n: impl Into<Integer>) -> Data<'a> {
        PlutusData::integer(self.arena, self.arena.alloc_integer(n.into()))
    }

    pub(super) fn constr(self, tag: u64, fields: &[Data<'a>]) -> Data<'a> {
        PlutusData::constr(self.arena, tag, self.slice(fields).into())
    }

    pub(super) fn list(self, items: &[Data<'a>]) -> Data<'a> {
        PlutusData::list(self.arena, self.slice(items).into())
    }

    pub(super) fn map(self, pairs: &[(Data<'a>, Data<'a>)]) -> Data<'a> {
        PlutusData::map(self.arena, self.slice(pairs).into())
    }

    pub(super) fn list_of(self, items: impl IntoIterator<Item = Data<'a>>) -> Data<'a> {
        let items: Vec<_> = items.into_iter().collect();
        self.list(&items)
    }

    pub(super) fn map_of(self, pairs: impl IntoIterator<Item = (Data<'a>, Data<'a>)>) -> Data<'a> {
        let pairs: Vec<_> = pairs.into_iter().collect();
        self.map(&pairs)
    }

    /// `Just` or `Nothing`.
    pub(super) fn maybe(self, value: Option<Data<'a>>) -> Data<'a> {
        match value {
            Some(value) => self.constr(0, &[value]),
            None => self.constr(1, &[]),
        }
    }

    pub(super) fn bool(self, value: bool) -> Data<'a> {
        self.constr(u64::from(value), &[])
    }

    /// Data from CBOR in any form that the ledger accepts, without recursion; none when the bytes are no data.
    pub(super) fn decode(self, cbor: &[u8]) -> Option<Data<'a>> {
        let mut reader = Reader::new(cbor);
        // Items of the open containers, and where each container's items begin.
        let mut items: Vec<Data<'a>> = Vec::new();
        let mut open: Vec<(Token, usize)> = Vec::new();
        while let Some(token) = reader.token().ok()? {
            let item = match token {
                Token::Constr(_) | Token::List | Token::Map => {
                    open.push((token, items.len()));
                    continue;
                }
                Token::Integer(n) => self.int(integer(&n)),
                Token::Bytes(bytes) => self.bytes(&bytes),
                Token::End => {
                    let (kind, start) = open.pop()?;
                    let inner = items.get(start..)?;
                    let whole = match kind {
                        Token::Constr(tag) => self.constr(tag, inner),
                        Token::Map => self.map_of(inner.chunks_exact(2).filter_map(|pair| {
                            let [key, value] = pair else { return None };
                            Some((*key, *value))
                        })),
                        Token::List | Token::End | Token::Integer(_) | Token::Bytes(_) => {
                            self.list(inner)
                        }
                    };
                    items.truncate(start);
                    whole
                }
            };
            items.push(item);
        }
        match items.as_slice() {
            [whole] => Some(whole),
            _ => None,
        }
    }
}

fn integer(n: &plutus_data::Integer) -> Integer {
    match n {
        plutus_data::Integer::Small(n) => Integer::from(*n),
        plutus_data::Integer::Big { negative, magnitude } => {
            // A leading zero keeps the sign bit free; -1 - n is the complement of n.
            let mut signed = vec![0_u8];
            signed.extend_from_slice(magnitude);
            if *negative {
                signed.iter_mut().for_each(|byte| *byte = !*byte);
            }
            Integer::from_signed_bytes_be(&signed)
        }
    }
}
