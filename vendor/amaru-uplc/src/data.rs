use crate::{
    arena::Arena,
    binder::Eval,
    constant::{Constant, DataPair, Integer, integer_from},
    machine::MachineError,
    seq::Seq,
};

#[derive(Debug)]
pub enum PlutusData<'a> {
    Constr {
        tag: u64,
        fields: Seq<'a, &'a PlutusData<'a>>,
    },
    /// A constructor whose tag is negative or beyond 64 bits: scripts could make them before protocol version 11.
    ConstrOf {
        tag: &'a Integer,
        fields: Seq<'a, &'a PlutusData<'a>>,
    },
    Map(Seq<'a, DataPair<'a>>),
    Integer(&'a Integer),
    ByteString(&'a [u8]),
    List(Seq<'a, &'a PlutusData<'a>>),
}

impl<'a> PlutusData<'a> {
    pub fn constr(
        arena: &'a Arena,
        tag: u64,
        fields: Seq<'a, &'a PlutusData<'a>>,
    ) -> &'a PlutusData<'a> {
        arena.alloc(PlutusData::Constr { tag, fields })
    }

    pub fn list(arena: &'a Arena, items: Seq<'a, &'a PlutusData<'a>>) -> &'a PlutusData<'a> {
        arena.alloc(PlutusData::List(items))
    }

    pub fn map(arena: &'a Arena, items: Seq<'a, DataPair<'a>>) -> &'a PlutusData<'a> {
        arena.alloc(PlutusData::Map(items))
    }

    pub fn integer(arena: &'a Arena, i: &'a Integer) -> &'a PlutusData<'a> {
        arena.alloc(PlutusData::Integer(i))
    }

    pub fn integer_from(arena: &'a Arena, i: i128) -> &'a PlutusData<'a> {
        arena.alloc(PlutusData::Integer(integer_from(arena, i)))
    }

    pub fn byte_string(arena: &'a Arena, bytes: &'a [u8]) -> &'a PlutusData<'a> {
        arena.alloc(PlutusData::ByteString(bytes))
    }

    /// The tag and the fields.
    pub fn unwrap_constr<V>(
        &'a self,
        arena: &'a Arena,
    ) -> Result<(&'a Integer, Seq<'a, &'a PlutusData<'a>>), MachineError<'a, V>>
    where
        V: Eval<'a>,
    {
        match self {
            PlutusData::Constr { tag, fields } => Ok((arena.alloc_integer((*tag).into()), *fields)),
            PlutusData::ConstrOf { tag, fields } => Ok((tag, *fields)),
            _ => Err(MachineError::malformed_data(self)),
        }
    }

    /// A constructor with any tag.
    pub fn constr_of(
        arena: &'a Arena,
        tag: &'a Integer,
        fields: Seq<'a, &'a PlutusData<'a>>,
    ) -> &'a PlutusData<'a> {
        match u64::try_from(tag) {
            Ok(tag) => Self::constr(arena, tag, fields),
            Err(_) => arena.alloc(PlutusData::ConstrOf { tag, fields }),
        }
    }

    pub fn unwrap_map<V>(&'a self) -> Result<Seq<'a, DataPair<'a>>, MachineError<'a, V>>
    where
        V: Eval<'a>,
    {
        match self {
            PlutusData::Map(fields) => Ok(*fields),
            _ => Err(MachineError::malformed_data(self)),
        }
    }

    pub fn unwrap_integer<V>(&'a self) -> Result<&'a Integer, MachineError<'a, V>>
    where
        V: Eval<'a>,
    {
        match self {
            PlutusData::Integer(i) => Ok(i),
            _ => Err(MachineError::malformed_data(self)),
        }
    }

    pub fn unwrap_byte_string<V>(&'a self) -> Result<&'a [u8], MachineError<'a, V>>
    where
        V: Eval<'a>,
    {
        match self {
            PlutusData::ByteString(bytes) => Ok(bytes),
            _ => Err(MachineError::malformed_data(self)),
        }
    }

    pub fn unwrap_list<V>(&'a self) -> Result<Seq<'a, &'a PlutusData<'a>>, MachineError<'a, V>>
    where
        V: Eval<'a>,
    {
        match self {
            PlutusData::List(items) => Ok(*items),
            _ => Err(MachineError::malformed_data(self)),
        }
    }

    pub fn constant(&'a self, arena: &'a Arena) -> &'a Constant<'a> {
        Constant::data(arena, self)
    }

    pub fn to_bytes(&self, arena: &'a Arena) -> &'a [u8] {
        arena.alloc_bytes(&crate::walk::encode(self))
    }
}

impl PartialEq for PlutusData<'_> {
    fn eq(&self, other: &Self) -> bool {
        crate::walk::equal(self, other)
    }
}
