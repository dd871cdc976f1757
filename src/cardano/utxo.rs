//! UTxO sets: persistent maps shared between states, never cloned whole.

use std::sync::Arc;

use imbl::OrdMap;
use pallas_codec::minicbor::encode::{Error, Write};
use pallas_codec::minicbor::{Decode, Decoder, Encode, Encoder, decode};

use super::tx::Tx;
use super::txout::{SharedTxOut, TxOut};
use crate::unit::TxIn;

/// A UTxO set in ascending input-reference order. Cloning is O(1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Utxo(pub OrdMap<TxIn, SharedTxOut>);

impl Utxo {
    /// The empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of outputs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Looks an output up.
    #[must_use]
    pub fn get(&self, input: &TxIn) -> Option<&SharedTxOut> {
        self.0.get(input)
    }

    /// Outputs in ascending reference order.
    pub fn iter(&self) -> impl Iterator<Item = (&TxIn, &SharedTxOut)> {
        self.0.iter()
    }

    /// This set with one more output.
    pub fn insert(&mut self, input: TxIn, output: SharedTxOut) {
        self.0.insert(input, output);
    }

    /// `union(a, b)` of `head-logic.md` 8.1: by reference, left wins.
    ///
    /// Walks the smaller set and looks its references up in the larger one.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if self.len() >= other.len() {
            let mut set = self.0.clone();
            for (input, output) in &other.0 {
                if !set.contains_key(input) {
                    set.insert(*input, Arc::clone(output));
                }
            }
            return Self(set);
        }
        let mut set = other.0.clone();
        for (input, output) in &self.0 {
            set.insert(*input, Arc::clone(output));
        }
        Self(set)
    }

    /// `minus(a, b)`: this set without the references of `other`.
    ///
    /// Walks the smaller set and looks its references up in the larger one.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let mut left = self.0.clone();
        if self.len() <= other.len() {
            for input in self.0.keys().filter(|input| other.0.contains_key(*input)) {
                left.remove(input);
            }
        } else {
            for input in other.0.keys() {
                left.remove(input);
            }
        }
        Self(left)
    }

    /// `apply_to(tx, utxo)`: minus inputs, plus outputs; no checks, total.
    #[must_use]
    pub fn apply(&self, tx: &Tx) -> Self {
        let mut set = self.0.clone();
        for input in tx.spent() {
            set.remove(input);
        }
        for (input, output) in tx.produced() {
            set.insert(input, Arc::clone(output));
        }
        Self(set)
    }

    /// `outputs(tx)`: the UTxO that a transaction produces.
    #[must_use]
    pub fn produced_by(tx: &Tx) -> Self {
        Self(tx.produced().map(|(input, output)| (input, Arc::clone(output))).collect())
    }
}

impl FromIterator<(TxIn, TxOut)> for Utxo {
    fn from_iter<I: IntoIterator<Item = (TxIn, TxOut)>>(entries: I) -> Self {
        Self(entries.into_iter().map(|(input, output)| (input, Arc::new(output))).collect())
    }
}

/// A definite map, references ascending, outputs in their original bytes (`api.md` 3.3).
impl<C> Encode<C> for Utxo {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, ctx: &mut C) -> Result<(), Error<W::Error>> {
        e.map(self.len() as u64)?;
        for (input, output) in &self.0 {
            input.encode(e, ctx)?;
            output.encode(e, ctx)?;
        }
        Ok(())
    }
}

/// A definite or indefinite map in any order; a reference that comes twice is an error.
impl<'b, C> Decode<'b, C> for Utxo {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, decode::Error> {
        let mut left = d.map()?;
        let mut set = OrdMap::new();
        loop {
            match &mut left {
                Some(0) => return Ok(Self(set)),
                Some(count) => *count -= 1,
                None if d.input().get(d.position()) == Some(&super::strict::BREAK) => {
                    d.set_position(d.position() + 1);
                    return Ok(Self(set));
                }
                None => {}
            }
            let input = TxIn::decode(d, ctx)?;
            if set.insert(input, Arc::new(<TxOut as Decode<C>>::decode(d, ctx)?)).is_some() {
                return Err(decode::Error::message(format!(
                    "UTxO with input reference {input} twice; needed each once"
                )));
            }
        }
    }
}
