//! Texts of refusals: predicate name, then what was seen and needed, then which one, then what to do.

use std::fmt::{self, Display, Formatter};

use super::refusal::{Imbalance, OutputPlace, Refusal};
use crate::unit::{Hash32, Slot};

/// Most members of a list that a text shows; the refusal itself holds all.
const SHOWN_MAX: usize = 5;

/// A list, cut at [`SHOWN_MAX`].
pub(super) struct List<'a, T>(pub &'a [T]);

impl<T: Display> Display for List<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (at, item) in self.0.iter().take(SHOWN_MAX).enumerate() {
            write!(f, "{}{item}", if at == 0 { "" } else { ", " })?;
        }
        match self.0.len().saturating_sub(SHOWN_MAX) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

impl Display for OutputPlace {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Output(index) => write!(f, "output {index}"),
            Self::CollateralReturn => f.write_str("the collateral return"),
        }
    }
}

impl Display for Imbalance {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.asset {
            None => f.write_str("lovelace")?,
            Some((policy, name)) => write!(f, "{policy}.{name:?}")?,
        }
        write!(f, ": consumed {}, produced {}", self.consumed, self.produced)
    }
}

fn bound(slot: Option<Slot>) -> String {
    slot.map_or_else(|| "unbounded".into(), |slot| slot.to_string())
}

fn hash(hash: Option<Hash32>) -> String {
    hash.map_or_else(|| "none".into(), |hash| hash.to_string())
}

impl Display for Refusal {
    #[expect(
        clippy::too_many_lines,
        reason = "a table: one arm per refusal, none can be forgotten"
    )]
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.predicate())?;
        match self {
            Self::FeeTooSmall { fee, needed } => {
                write!(f, "fee of {fee} lovelace; needed at least {needed}")
            }
            Self::ValueNotConserved(parts) => {
                write!(f, "what is consumed must equal what is produced; {}", List(parts))
            }
            Self::WrongNetwork { outputs, needed } => write!(
                f,
                "address of another network; needed network id {needed}: {}",
                List(outputs)
            ),
            Self::WrongNetworkInTxBody { stated, needed } => {
                write!(f, "network id {stated} in the body; needed {needed}")
            }
            Self::OutputTooSmall { output, lovelace, needed } => write!(
                f,
                "{lovelace} lovelace; needed at least {needed}, which grows with the size of the \
                 output: {output}"
            ),
            Self::OutputTooBig { output, size, limit } => write!(
                f,
                "value of {size} bytes; needed at most {limit}: spread the assets of {output} over \
                 several outputs"
            ),
            Self::ByronOutput { outputs } => write!(
                f,
                "Byron address; needed a Shelley address, because a head with Byron outputs cannot be \
                 fanned out: {}",
                List(outputs)
            ),
            Self::MaxTxSize { size, limit } => {
                write!(f, "transaction of {size} bytes; needed at most {limit}: split it")
            }
            Self::MissingTxBodyMetadataHash { actual } => write!(
                f,
                "auxiliary data without its hash in the body; needed auxiliary data hash {actual}"
            ),
            Self::MissingTxMetadata { stated } => {
                write!(f, "no auxiliary data; needed that of hash {stated}, which the body states")
            }
            Self::ConflictingMetadataHash { stated, actual } => write!(
                f,
                "auxiliary data hash {stated} in the body; needed {actual}, the hash of the auxiliary \
                 data"
            ),
            Self::ExtraRedeemers(pointers) => write!(
                f,
                "redeemers that no Plutus script asks for; remove {}",
                List(pointers)
            ),
            Self::MissingRedeemers(pointers) => {
                write!(f, "Plutus scripts without redeemers; needed one each: {}", List(pointers))
            }
            Self::UnspendableNoDatumHash(inputs) => write!(
                f,
                "outputs of Plutus scripts without a datum, which versions 1 and 2 need: {}",
                List(inputs)
            ),
            Self::MissingRequiredDatums(datums) => {
                write!(f, "datums of spent inputs not supplied; needed those of {}", List(datums))
            }
            Self::MalformedScriptWitnesses(scripts)
            | Self::MalformedReferenceScripts(scripts)
            | Self::InvalidMetadata(scripts) => write!(
                f,
                "scripts that do not decode in this protocol version; needed programs of their \
                 language: {}",
                List(scripts)
            ),
            Self::ExUnitsTooBig { units: (memory, steps), limit } => write!(
                f,
                "execution units of {memory} memory and {steps} steps; needed at most {} and {}",
                limit.memory, limit.steps
            ),
            Self::Collateral(refusal) => refusal.fmt(f),
            Self::Certificate { index, refusal } => write!(f, "{refusal}: certificate {index}"),
            Self::Withdrawals(refusal) => refusal.fmt(f),
            Self::Governance(refusal) => refusal.fmt(f),
            Self::EpochUnknown => f.write_str(
                "the transaction depends on an epoch; needed a ledger that knows where epochs begin",
            ),
            Self::NotAllowedSupplementalDatums(datums) => write!(
                f,
                "datums supplied that neither an output nor a reference input names by hash; remove \
                 {}",
                List(datums)
            ),
            Self::ScriptIntegrityHashMismatch { stated, needed, .. } => write!(
                f,
                "script integrity hash {}; needed {}, from redeemers, datums and cost models",
                hash(*stated),
                hash(*needed)
            ),
            Self::ValidationTagMismatch => {
                f.write_str("isValid is false although no script fails; needed isValid true")
            }
            Self::PlutusFailed(failures) => write!(
                f,
                "Plutus validation failed: {}; needed scripts that pass, or isValid false and collateral",
                List(failures)
            ),
            Self::CollectErrors(errors) => {
                write!(f, "scripts cannot be run: {}; needed nothing of this", List(errors))
            }
            Self::InputSetEmpty => f.write_str("no inputs; needed at least one"),
            Self::BadInputs(inputs) => write!(
                f,
                "inputs that are not in the UTxO set, spent before or never made: {}",
                List(inputs)
            ),
            Self::NonDisjointReferenceInputs(inputs) => {
                write!(
                    f,
                    "inputs both spent and referenced; needed one of the two: {}",
                    List(inputs)
                )
            }
            Self::OutsideValidityInterval { valid_from, valid_until, slot } => write!(
                f,
                "slot {slot}; needed a slot from {} (inclusive) to {} (exclusive)",
                bound(*valid_from),
                bound(*valid_until)
            ),
            Self::TooManyCollateralInputs { count, limit } => {
                write!(f, "{count} collateral inputs; needed at most {limit}")
            }
            Self::TreasuryValueMismatch { stated } => write!(
                f,
                "current treasury value of {stated} lovelace in the body; needed 0 or none, as a head \
                 has no treasury"
            ),
            Self::MissingVKeyWitnesses(keys) => {
                write!(f, "no signature of these keys; needed one of each key hash: {}", List(keys))
            }
            Self::InvalidWitnesses(keys) => write!(
                f,
                "signatures that do not verify over the transaction id; needed valid ones of these \
                 keys: {}",
                List(keys)
            ),
            Self::ScriptWitnessNotValidating(scripts) => write!(
                f,
                "native scripts that do not agree; needed their signatures and a stated validity \
                 interval within their time locks: {}",
                List(scripts)
            ),
            Self::MissingScriptWitnesses(scripts) => write!(
                f,
                "scripts neither supplied nor on an input or reference input; needed: {}",
                List(scripts)
            ),
            Self::ExtraneousScriptWitnesses(scripts) => write!(
                f,
                "scripts supplied that are not needed, or that an input or reference input holds \
                 already; remove {}",
                List(scripts)
            ),
            Self::ReferenceScriptsTooBig { size, limit } => write!(
                f,
                "reference scripts of {size} bytes on inputs and reference inputs; needed at most \
                 {limit}"
            ),
        }
    }
}
