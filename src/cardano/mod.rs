//! Cardano values as the head needs them: transactions, outputs, UTxO sets, addresses, parameters.

pub mod address;
mod auxiliary;
mod body;
pub mod build;
pub mod certificate;
pub mod credential;
pub mod datum;
pub mod datum_json;
pub mod decimal;
pub mod envelope;
pub mod governance;
pub mod hash;
mod json;
mod parameter_update;
pub mod parameters;
mod parameters_json;
pub mod plutus_data;
pub mod rational;
mod reader;
pub mod redeemer;
pub mod script;
pub mod slot_time;
pub mod strict;
pub mod tx;
pub mod txout;
mod txout_json;
pub mod utxo;
mod utxo_json;
pub mod value;
pub mod witnesses;

#[cfg(test)]
mod bad_input_tests;
#[cfg(test)]
mod bad_json_tests;
#[cfg(test)]
mod certificate_tests;
#[cfg(test)]
mod conway_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod testing;

use std::fmt;

/// Why outside bytes or text were refused: what was seen, where, and what was needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError(pub String);

impl DecodeError {
    /// What was seen and what was needed.
    pub(crate) fn new(seen: impl fmt::Display, needed: impl fmt::Display) -> Self {
        Self(format!("{seen}; needed {needed}"))
    }

    /// This error, inside of a place: builds the path from the innermost place outwards.
    #[must_use]
    pub(crate) fn at(self, place: impl fmt::Display) -> Self {
        Self(format!("{place}: {}", self.0))
    }
}

/// Adds the place to the error of a result.
pub(crate) trait At<T> {
    /// The result, with its error inside of `place`.
    fn at(self, place: impl fmt::Display) -> Result<T, DecodeError>;
}

impl<T> At<T> for Result<T, DecodeError> {
    fn at(self, place: impl fmt::Display) -> Self {
        self.map_err(|error| error.at(place))
    }
}

impl From<crate::unit::ScalarError> for DecodeError {
    fn from(error: crate::unit::ScalarError) -> Self {
        Self(error.0)
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DecodeError {}
