//! Why a transaction does not apply: one variant per predicate failure of the ledger.

use super::plutus::{CollectError, ScriptVerdict};
pub use super::refusal_collateral::CollateralRefusal;
pub use super::refusal_governance::{GovernanceRefusal, ProposalRefusal};
pub use super::refusal_state::{CertificateRefusal, WithdrawalRefusal};
use crate::cardano::redeemer::{ExecutionUnits, RedeemerPointer};
use crate::cardano::value::AssetName;
use crate::unit::{Hash32, KeyHash, ScriptHash, Slot, TxIn, VerificationKey};

/// An output of a transaction by its place: outputs first, the collateral return after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutputPlace {
    /// The output of this index.
    Output(usize),
    /// The collateral return.
    CollateralReturn,
}

/// What does not balance: an asset, or lovelace when `asset` is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imbalance {
    /// Policy and name; `None` for lovelace.
    pub asset: Option<(ScriptHash, AssetName)>,
    /// Spent, withdrawn, refunded and minted.
    pub consumed: i128,
    /// Paid to outputs, fee, deposits and donation, and burnt.
    pub produced: i128,
}

/// Why a transaction does not apply, by the ledger's own predicate name ([`Refusal::predicate`]).
///
/// Lists are never empty and hold everything that offends against the rule, in ascending order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// `isValid` is false although no script of the transaction fails.
    ValidationTagMismatch,
    /// `isValid` is true although these scripts fail; or it is false, and the evaluator gave up on these.
    PlutusFailed(Vec<ScriptVerdict>),
    /// Scripts cannot be run.
    CollectErrors(Vec<CollectError>),
    /// No input is spent.
    InputSetEmpty,
    /// Inputs that are not in the set: spent, collateral and reference inputs.
    BadInputs(Vec<TxIn>),
    /// Inputs that are both spent and only read (protocol versions 9 and 10).
    NonDisjointReferenceInputs(Vec<TxIn>),
    /// The slot lies outside the stated interval.
    OutsideValidityInterval {
        /// Stated first slot.
        valid_from: Option<Slot>,
        /// Stated first slot that is too late.
        valid_until: Option<Slot>,
        /// Slot of the ledger.
        slot: Slot,
    },
    /// The fee is below the minimum.
    FeeTooSmall {
        /// Stated fee, lovelace.
        fee: u64,
        /// Least fee, lovelace.
        needed: u128,
    },
    /// What is consumed differs from what is produced.
    ValueNotConserved(Vec<Imbalance>),
    /// Outputs to addresses of another network.
    WrongNetwork {
        /// The outputs.
        outputs: Vec<OutputPlace>,
        /// Network id of this ledger.
        needed: u8,
    },
    /// The body states another network.
    WrongNetworkInTxBody {
        /// Stated network id.
        stated: u8,
        /// Network id of this ledger.
        needed: u8,
    },
    /// An output holds less than its minimum.
    OutputTooSmall {
        /// The output.
        output: OutputPlace,
        /// What it holds, lovelace.
        lovelace: u64,
        /// Its minimum, lovelace.
        needed: u128,
    },
    /// The serialised value of an output is too large.
    OutputTooBig {
        /// The output.
        output: OutputPlace,
        /// Size of its value, bytes.
        size: u64,
        /// Most bytes of a value.
        limit: u64,
    },
    /// An output to a Byron address, which layer 1 could never fan out.
    ByronOutput {
        /// The outputs.
        outputs: Vec<OutputPlace>,
    },
    /// The transaction is too large.
    MaxTxSize {
        /// Its size without the `isValid` flag, bytes.
        size: u64,
        /// Most bytes.
        limit: u64,
    },
    /// Too many collateral inputs.
    TooManyCollateralInputs {
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: u64,
    },
    /// Keys that must sign and did not.
    MissingVKeyWitnesses(Vec<KeyHash>),
    /// Keys whose signature is not one over this transaction.
    InvalidWitnesses(Vec<VerificationKey>),
    /// Native scripts that do not agree.
    ScriptWitnessNotValidating(Vec<ScriptHash>),
    /// Scripts that are needed and neither supplied nor on an input.
    MissingScriptWitnesses(Vec<ScriptHash>),
    /// Scripts that are supplied and not needed, or on an input already.
    ExtraneousScriptWitnesses(Vec<ScriptHash>),
    /// Auxiliary data whose hash the body does not state.
    MissingTxBodyMetadataHash {
        /// Hash of the auxiliary data.
        actual: Hash32,
    },
    /// A stated hash without auxiliary data.
    MissingTxMetadata {
        /// Stated hash.
        stated: Hash32,
    },
    /// Auxiliary data of another hash than the stated one.
    ConflictingMetadataHash {
        /// Stated hash.
        stated: Hash32,
        /// Hash of the auxiliary data.
        actual: Hash32,
    },
    /// Redeemers that no Plutus script asks for.
    ExtraRedeemers(Vec<RedeemerPointer>),
    /// Plutus scripts that are needed without a redeemer.
    MissingRedeemers(Vec<RedeemerPointer>),
    /// Inputs that a Plutus script of version 1 or 2 guards, without a datum.
    UnspendableNoDatumHash(Vec<TxIn>),
    /// Datums of spent inputs that are not supplied.
    MissingRequiredDatums(Vec<Hash32>),
    /// Supplied scripts that are no programs.
    MalformedScriptWitnesses(Vec<ScriptHash>),
    /// Scripts on outputs that are no programs.
    MalformedReferenceScripts(Vec<ScriptHash>),
    /// Scripts in the auxiliary data that are no programs.
    InvalidMetadata(Vec<ScriptHash>),
    /// The budgets of all scripts are too large together.
    ExUnitsTooBig {
        /// Their sum: memory and steps.
        units: (u128, u128),
        /// Most that is allowed.
        limit: ExecutionUnits,
    },
    /// Collateral does not do.
    Collateral(CollateralRefusal),
    /// A certificate does not apply.
    Certificate {
        /// Its place.
        index: usize,
        /// Why.
        refusal: CertificateRefusal,
    },
    /// Withdrawals do not apply.
    Withdrawals(WithdrawalRefusal),
    /// Votes or proposals do not apply.
    Governance(GovernanceRefusal),
    /// An epoch decides, and this ledger was not told where epochs begin.
    EpochUnknown,
    /// Supplied datums that no output names.
    NotAllowedSupplementalDatums(Vec<Hash32>),
    /// The script integrity hash differs from that of datums, redeemers and cost models.
    ScriptIntegrityHashMismatch {
        /// Stated hash.
        stated: Option<Hash32>,
        /// Hash of what the witness set holds; `None` when it holds nothing of the kind.
        needed: Option<Hash32>,
        /// Major protocol version, which decides the predicate's name.
        protocol_major: u64,
    },
    /// A treasury value other than that of a head, which has none.
    TreasuryValueMismatch {
        /// Stated value, lovelace.
        stated: u64,
    },
    /// Reference scripts of all inputs are too large together.
    ReferenceScriptsTooBig {
        /// Their size, bytes.
        size: u64,
        /// Most bytes.
        limit: u64,
    },
}

impl Refusal {
    /// Name of the predicate failure in the ledger; also the first word of the text.
    #[must_use]
    pub const fn predicate(&self) -> &'static str {
        match self {
            Self::ValidationTagMismatch | Self::PlutusFailed(_) => "ValidationTagMismatch",
            Self::CollectErrors(_) => "CollectErrors",
            Self::InputSetEmpty => "InputSetEmptyUTxO",
            Self::BadInputs(_) => "BadInputsUTxO",
            Self::NonDisjointReferenceInputs(_) => "BabbageNonDisjointRefInputs",
            Self::OutsideValidityInterval { .. } => "OutsideValidityIntervalUTxO",
            Self::FeeTooSmall { .. } => "FeeTooSmallUTxO",
            Self::ValueNotConserved(_) => "ValueNotConservedUTxO",
            Self::WrongNetwork { .. } => "WrongNetwork",
            Self::WrongNetworkInTxBody { .. } => "WrongNetworkInTxBody",
            Self::OutputTooSmall { .. } => "BabbageOutputTooSmallUTxO",
            Self::OutputTooBig { .. } => "OutputTooBigUTxO",
            Self::ByronOutput { .. } => "ByronOutputInHead",
            Self::MaxTxSize { .. } => "MaxTxSizeUTxO",
            Self::TooManyCollateralInputs { .. } => "TooManyCollateralInputs",
            Self::MissingVKeyWitnesses(_) => "MissingVKeyWitnessesUTXOW",
            Self::InvalidWitnesses(_) => "InvalidWitnessesUTXOW",
            Self::ScriptWitnessNotValidating(_) => "ScriptWitnessNotValidatingUTXOW",
            Self::MissingScriptWitnesses(_) => "MissingScriptWitnessesUTXOW",
            Self::ExtraneousScriptWitnesses(_) => "ExtraneousScriptWitnessesUTXOW",
            Self::MissingTxBodyMetadataHash { .. } => "MissingTxBodyMetadataHash",
            Self::MissingTxMetadata { .. } => "MissingTxMetadata",
            Self::ConflictingMetadataHash { .. } => "ConflictingMetadataHash",
            Self::ExtraRedeemers(_) => "ExtraRedeemers",
            Self::MissingRedeemers(_) => "MissingRedeemers",
            Self::UnspendableNoDatumHash(_) => "UnspendableUTxONoDatumHash",
            Self::MissingRequiredDatums(_) => "MissingRequiredDatums",
            Self::MalformedScriptWitnesses(_) => "MalformedScriptWitnesses",
            Self::MalformedReferenceScripts(_) => "MalformedReferenceScripts",
            Self::InvalidMetadata(_) => "InvalidMetadata",
            Self::ExUnitsTooBig { .. } => "ExUnitsTooBigUTxO",
            Self::Collateral(refusal) => refusal.predicate(),
            Self::Certificate { refusal, .. } => refusal.predicate(),
            Self::Withdrawals(refusal) => refusal.predicate(),
            Self::Governance(refusal) => refusal.predicate(),
            Self::EpochUnknown => "EpochUnknown",
            Self::NotAllowedSupplementalDatums(_) => "NotAllowedSupplementalDatums",
            Self::ScriptIntegrityHashMismatch { protocol_major, .. } if *protocol_major < 11 => {
                "PPViewHashesDontMatch"
            }
            Self::ScriptIntegrityHashMismatch { .. } => "ScriptIntegrityHashMismatch",
            Self::TreasuryValueMismatch { .. } => "ConwayTreasuryValueMismatch",
            Self::ReferenceScriptsTooBig { .. } => "ConwayTxRefScriptsSizeTooBig",
        }
    }

    /// The absent inputs (spent, collateral or reference, ascending) when their absence is the reason: what
    /// a waiting transaction waits for. Rules that look at the inputs themselves were not reached then.
    #[must_use]
    pub fn missing_inputs(&self) -> Option<&[TxIn]> {
        if let Self::BadInputs(missing) = self { Some(missing) } else { None }
    }

    /// The slot from which the transaction will be valid, when being too early is the only reason.
    ///
    /// Too early is the last rule that [`Ledger::apply`](super::Ledger::apply) looks at: everything else
    /// passed. `None` when the interval is empty or over, which no time cures.
    #[must_use]
    pub fn valid_from(&self) -> Option<Slot> {
        let Self::OutsideValidityInterval { valid_from, valid_until, slot } = *self else {
            return None;
        };
        let ends_before = |from| valid_until.is_some_and(|until| until <= from);
        valid_from.filter(|from| slot < *from && !ends_before(*from))
    }
}

impl std::error::Error for Refusal {}
