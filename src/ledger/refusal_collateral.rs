//! Why collateral does not do, by the ledger's predicate names.

use std::fmt::{self, Display, Formatter};

use super::refusal_text::List;
use crate::unit::{ScriptHash, TxIn};

/// What is wrong with the collateral of a transaction that has redeemers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CollateralRefusal {
    /// Collateral that a script guards.
    ScriptsNotPaid(Vec<TxIn>),
    /// Policies of assets that the collateral holds and its return does not give back, or the reverse.
    ContainsNonAda(Vec<ScriptHash>),
    /// Too little.
    Insufficient {
        /// Collateral less its return, lovelace; below zero when the return is larger.
        balance: i128,
        /// Least balance, lovelace.
        needed: u128,
    },
    /// The body states another total.
    IncorrectTotal {
        /// Collateral less its return, lovelace.
        balance: i128,
        /// Stated total, lovelace.
        stated: u64,
    },
    /// None at all.
    NoInputs,
}

impl CollateralRefusal {
    pub(super) const fn predicate(&self) -> &'static str {
        match self {
            Self::ScriptsNotPaid(_) => "ScriptsNotPaidUTxO",
            Self::ContainsNonAda(_) => "CollateralContainsNonADA",
            Self::Insufficient { .. } => "InsufficientCollateral",
            Self::IncorrectTotal { .. } => "IncorrectTotalCollateralField",
            Self::NoInputs => "NoCollateralInputs",
        }
    }
}

impl Display for CollateralRefusal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::ScriptsNotPaid(inputs) => write!(
                f,
                "collateral that scripts guard; needed outputs that keys guard: {}",
                List(inputs)
            ),
            Self::ContainsNonAda(policies) => write!(
                f,
                "collateral with other assets than ada; needed a collateral return that gives back \
                 all assets of {}",
                List(policies)
            ),
            Self::Insufficient { balance, needed } => write!(
                f,
                "collateral of {balance} lovelace; needed at least {needed}, a share of the fee"
            ),
            Self::IncorrectTotal { balance, stated } => write!(
                f,
                "total collateral of {stated} lovelace in the body; needed {balance}, the collateral \
                 less its return"
            ),
            Self::NoInputs => {
                f.write_str("redeemers without collateral; needed at least one input")
            }
        }
    }
}
