use crate::{
    arena::Arena, binder::Eval, data::PlutusData, ledger_value::LedgerValue, machine::MachineError,
    seq::Seq, typ::Type,
};

#[derive(Debug, PartialEq)]
pub enum Constant<'a> {
    Integer(&'a Integer),
    ByteString(&'a [u8]),
    String(&'a str),
    Boolean(bool),
    Data(&'a PlutusData<'a>),
    /// Of anything but data and pairs of data, which have forms of their own: they turn into data and back as they are.
    ProtoList(&'a Type<'a>, Seq<'a, &'a Constant<'a>>),
    DataList(Seq<'a, &'a PlutusData<'a>>),
    DataPairs(Seq<'a, DataPair<'a>>),
    ProtoArray(&'a Type<'a>, &'a [&'a Constant<'a>]),
    ProtoPair(&'a Type<'a>, &'a Type<'a>, &'a Constant<'a>, &'a Constant<'a>),
    Unit,
    Bls12_381G1Element(&'a blst::blst_p1),
    Bls12_381G2Element(&'a blst::blst_p2),
    Bls12_381MlResult(&'a blst::blst_fp12),
    Value(&'a LedgerValue<'a>),
}

pub type Integer = num_bigint::BigInt;
pub type DataPair<'a> = (&'a PlutusData<'a>, &'a PlutusData<'a>);

/// A list, whatever it is of.
#[derive(Clone, Copy, Debug)]
pub enum List<'a> {
    Of(&'a Type<'a>, Seq<'a, &'a Constant<'a>>),
    Data(Seq<'a, &'a PlutusData<'a>>),
    Pairs(Seq<'a, DataPair<'a>>),
}

impl<'a> List<'a> {
    pub fn is_empty(&self) -> bool {
        match self {
            List::Of(_, items) => items.is_empty(),
            List::Data(items) => items.is_empty(),
            List::Pairs(items) => items.is_empty(),
        }
    }

    pub fn len(&self) -> usize {
        match self {
            List::Of(_, items) => items.len(),
            List::Data(items) => items.len(),
            List::Pairs(items) => items.len(),
        }
    }

    /// None when the item is of another type.
    pub fn cons(self, arena: &'a Arena, item: &'a Constant<'a>) -> Option<Self> {
        match (self, item) {
            (List::Of(of, items), _) => {
                item.is_of(of).then(|| List::Of(of, items.cons(arena, item)))
            }
            (List::Data(items), Constant::Data(data)) => Some(List::Data(items.cons(arena, data))),
            (List::Pairs(items), Constant::ProtoPair(_, _, first, second)) => {
                let (Constant::Data(first), Constant::Data(second)) = (first, second) else {
                    return None;
                };
                Some(List::Pairs(items.cons(arena, (first, second))))
            }
            (List::Data(_) | List::Pairs(_), _) => None,
        }
    }

    pub fn uncons(self, arena: &'a Arena) -> Option<(&'a Constant<'a>, Self)> {
        Some(match self {
            List::Of(of, items) => {
                let (item, rest) = items.uncons()?;
                (item, List::Of(of, rest))
            }
            List::Data(items) => {
                let (data, rest) = items.uncons()?;
                (Constant::data(arena, data), List::Data(rest))
            }
            List::Pairs(items) => {
                let ((first, second), rest) = items.uncons()?;
                (Constant::data_pair(arena, first, second), List::Pairs(rest))
            }
        })
    }

    pub fn skip(self, count: usize) -> Self {
        match self {
            List::Of(of, items) => List::Of(of, items.skip(count)),
            List::Data(items) => List::Data(items.skip(count)),
            List::Pairs(items) => List::Pairs(items.skip(count)),
        }
    }

    /// The type of its items.
    pub fn of(self) -> &'a Type<'a> {
        match self {
            List::Of(of, _) => of,
            List::Data(_) => &Type::Data,
            List::Pairs(_) => &Type::Pair(&Type::Data, &Type::Data),
        }
    }

    /// Every item as a constant, in one slice.
    pub fn items(self, arena: &'a Arena) -> &'a [&'a Constant<'a>] {
        let mut list = self;
        let mut items = bumpalo::collections::Vec::with_capacity_in(self.len(), arena.as_bump());
        while let Some((item, rest)) = list.uncons(arena) {
            items.push(item);
            list = rest;
        }
        items.into_bump_slice()
    }

    pub fn constant(self, arena: &'a Arena) -> &'a Constant<'a> {
        arena.alloc(match self {
            List::Of(of, items) => Constant::ProtoList(of, items),
            List::Data(items) => Constant::DataList(items),
            List::Pairs(items) => Constant::DataPairs(items),
        })
    }
}

pub fn integer(arena: &Arena) -> &Integer {
    arena.alloc_integer(Integer::default())
}

pub fn integer_from(arena: &Arena, i: i128) -> &Integer {
    arena.alloc_integer(Integer::from(i))
}

impl<'a> Constant<'a> {
    pub fn integer(arena: &'a Arena, i: &'a Integer) -> &'a Constant<'a> {
        arena.alloc(Constant::Integer(i))
    }

    pub fn integer_from(arena: &'a Arena, i: i128) -> &'a Constant<'a> {
        arena.alloc(Constant::Integer(integer_from(arena, i)))
    }

    pub fn byte_string(arena: &'a Arena, bytes: &'a [u8]) -> &'a Constant<'a> {
        arena.alloc(Constant::ByteString(bytes))
    }

    pub fn string(arena: &'a Arena, s: &'a str) -> &'a Constant<'a> {
        arena.alloc(Constant::String(s))
    }

    pub fn bool(arena: &'a Arena, v: bool) -> &'a Constant<'a> {
        arena.alloc(Constant::Boolean(v))
    }

    pub fn data(arena: &'a Arena, d: &'a PlutusData<'a>) -> &'a Constant<'a> {
        arena.alloc(Constant::Data(d))
    }

    pub fn unit(arena: &'a Arena) -> &'a Constant<'a> {
        arena.alloc(Constant::Unit)
    }

    pub fn proto_list(
        arena: &'a Arena,
        inner: &'a Type<'a>,
        values: &'a [&'a Constant<'a>],
    ) -> &'a Constant<'a> {
        match inner {
            Type::Data => {
                let data = values.iter().filter_map(|value| value.as_data());
                Constant::data_list(arena, (&*arena.alloc_all(data)).into())
            }
            Type::Pair(Type::Data, Type::Data) => {
                let pairs = values.iter().filter_map(|value| match value {
                    Constant::ProtoPair(_, _, first, second) => {
                        Some((first.as_data()?, second.as_data()?))
                    }
                    _ => None,
                });
                Constant::data_pairs(arena, (&*arena.alloc_all(pairs)).into())
            }
            _ => arena.alloc(Constant::ProtoList(inner, values.into())),
        }
    }

    pub fn data_list(arena: &'a Arena, items: Seq<'a, &'a PlutusData<'a>>) -> &'a Constant<'a> {
        arena.alloc(Constant::DataList(items))
    }

    pub fn data_pairs(arena: &'a Arena, items: Seq<'a, DataPair<'a>>) -> &'a Constant<'a> {
        arena.alloc(Constant::DataPairs(items))
    }

    pub fn data_pair(
        arena: &'a Arena,
        first: &'a PlutusData<'a>,
        second: &'a PlutusData<'a>,
    ) -> &'a Constant<'a> {
        let (first, second) = (Constant::data(arena, first), Constant::data(arena, second));
        Constant::proto_pair(arena, &Type::Data, &Type::Data, first, second)
    }

    pub fn as_list(&self) -> Option<List<'a>> {
        match self {
            Constant::ProtoList(of, items) => Some(List::Of(of, *items)),
            Constant::DataList(items) => Some(List::Data(*items)),
            Constant::DataPairs(items) => Some(List::Pairs(*items)),
            _ => None,
        }
    }

    fn as_data(&self) -> Option<&'a PlutusData<'a>> {
        match self {
            Constant::Data(data) => Some(data),
            _ => None,
        }
    }

    pub fn proto_array(
        arena: &'a Arena,
        inner: &'a Type<'a>,
        values: &'a [&'a Constant<'a>],
    ) -> &'a Constant<'a> {
        arena.alloc(Constant::ProtoArray(inner, values))
    }

    pub fn proto_pair(
        arena: &'a Arena,
        first_type: &'a Type<'a>,
        second_type: &'a Type<'a>,
        first_value: &'a Constant<'a>,
        second_value: &'a Constant<'a>,
    ) -> &'a Constant<'a> {
        arena.alloc(Constant::ProtoPair(first_type, second_type, first_value, second_value))
    }

    pub fn g1(arena: &'a Arena, g1: &'a blst::blst_p1) -> &'a Constant<'a> {
        arena.alloc(Constant::Bls12_381G1Element(g1))
    }

    pub fn g2(arena: &'a Arena, g2: &'a blst::blst_p2) -> &'a Constant<'a> {
        arena.alloc(Constant::Bls12_381G2Element(g2))
    }

    pub fn ml_result(arena: &'a Arena, ml_res: &'a blst::blst_fp12) -> &'a Constant<'a> {
        arena.alloc(Constant::Bls12_381MlResult(ml_res))
    }

    pub fn ledger_value(arena: &'a Arena, v: LedgerValue<'a>) -> &'a Constant<'a> {
        arena.alloc(Constant::Value(arena.alloc(v)))
    }

    pub fn unwrap_data<V>(&'a self) -> Result<&'a PlutusData<'a>, MachineError<'a, V>>
    where
        V: Eval<'a>,
    {
        match self {
            Constant::Data(data) => Ok(data),
            _ => Err(MachineError::not_data(self)),
        }
    }

    /// Whether this is a constant of a type.
    pub fn is_of(&self, of: &Type<'a>) -> bool {
        match (self, of) {
            (Constant::Integer(_), Type::Integer)
            | (Constant::ByteString(_), Type::ByteString)
            | (Constant::String(_), Type::String)
            | (Constant::Boolean(_), Type::Bool)
            | (Constant::Data(_), Type::Data)
            | (Constant::Unit, Type::Unit)
            | (Constant::Bls12_381G1Element(_), Type::Bls12_381G1Element)
            | (Constant::Bls12_381G2Element(_), Type::Bls12_381G2Element)
            | (Constant::Bls12_381MlResult(_), Type::Bls12_381MlResult)
            | (Constant::Value(_), Type::Value)
            | (Constant::DataList(_), Type::List(Type::Data))
            | (Constant::DataPairs(_), Type::List(Type::Pair(Type::Data, Type::Data))) => true,
            (Constant::ProtoList(inner, _), Type::List(of))
            | (Constant::ProtoArray(inner, _), Type::Array(of)) => inner.same(of),
            (Constant::ProtoPair(first, second, _, _), Type::Pair(of_first, of_second)) => {
                first.same(of_first) && second.same(of_second)
            }
            _ => false,
        }
    }
}
