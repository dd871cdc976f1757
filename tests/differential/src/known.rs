//! Every disagreement that may occur, with the argument who is right. `docs/LEDGER.md`, "Known differences",
//! has a row for each; what no row here names fails the run.

use crate::case::{Case, Expected, MAJORS};
use crate::draft::Draft;
use crate::oracles::Verdict;

/// A case with what was said of it.
pub struct Seen<'a> {
    pub case: &'a Case,
    pub ours: &'a Verdict,
    pub scalus: &'a Verdict,
}

impl Seen<'_> {
    /// Major protocol version.
    pub fn major(&self) -> u64 {
        MAJORS[self.case.version]
    }

    /// We refuse, by one of these at least.
    fn refused_by_one_of(&self, predicates: &[&str]) -> bool {
        self.ours.predicates().any(|predicate| predicates.contains(&predicate))
    }

    /// We refuse by this predicate, the other accepts.
    fn only_ours(&self, predicate: &str) -> bool {
        self.scalus.is_valid() && self.ours.names(predicate)
    }
}

/// Who decides as the ledger does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    Ours,
    /// A bound of ours, on purpose stricter than the ledger.
    OursOnPurpose,
}

/// A disagreement between our ledger and `scalus`.
pub struct Difference {
    pub name: &'static str,
    pub right: Right,
    pub applies: fn(&Seen<'_>) -> bool,
    pub why: &'static str,
}

/// Predicates of GOV; of an epoch that nobody told, in place of one of them.
const GOV: &[&str] = &[
    "UnelectedCommitteeVoters",
    "VotersDoNotExist",
    "GovActionsDoNotExist",
    "DisallowedProposalDuringBootstrap",
    "ProposalCantFollow",
    "MalformedProposal",
    "ProposalReturnAccountDoesNotExist",
    "TreasuryWithdrawalReturnAccountsDoNotExist",
    "ProposalDepositIncorrect",
    "ProposalProcedureNetworkIdMismatch",
    "TreasuryWithdrawalsNetworkIdMismatch",
    "InvalidGuardrailsScriptHash",
    "ZeroTreasuryWithdrawals",
    "ConflictingCommitteeUpdate",
    "ExpirationEpochTooSmall",
    "InvalidPrevGovActionId",
    "EpochUnknown",
];
/// Predicates of GOVCERT.
const GOVCERT: &[&str] = &[
    "ConwayDRepAlreadyRegistered",
    "ConwayDRepNotRegistered",
    "ConwayDRepIncorrectDeposit",
    "ConwayDRepIncorrectRefund",
    "ConwayCommitteeIsUnknown",
];
/// Predicates of DELEG about what is delegated to.
const DELEG: &[&str] = &["DelegateeStakePoolNotRegisteredDELEG", "DelegateeDRepNotRegisteredDELEG"];

/// All of them.
pub const DIFFERENCES: &[Difference] = &[
    Difference {
        name: "Byron outputs",
        right: Right::OursOnPurpose,
        applies: |seen| seen.only_ours("ByronOutputInHead"),
        why: "layer 1 could not fan them out",
    },
    Difference {
        name: "size of reference scripts",
        right: Right::Ours,
        applies: |seen| seen.only_ours("ConwayTxRefScriptsSizeTooBig"),
        why: "the ledger refuses more than 200 KiB of reference scripts in one transaction",
    },
    Difference {
        name: "numbers of 64 bits",
        right: Right::Ours,
        applies: |seen| seen.ours.is_valid() && seen.scalus.says("but got OverLong"),
        why: "metadata holds integers of any size, quantities go up to 2^64 - 1",
    },
    Difference {
        name: "votes and proposals",
        right: Right::Ours,
        applies: |seen| seen.scalus.is_valid() && seen.refused_by_one_of(GOV),
        why: "scalus 0.17 has no rule GOV; the ledger asks it of every vote and proposal",
    },
    Difference {
        name: "representatives and committee",
        right: Right::Ours,
        applies: |seen| seen.scalus.is_valid() && seen.refused_by_one_of(GOVCERT),
        why: "scalus 0.17 has no rule GOVCERT; the ledger asks it of every such certificate",
    },
    Difference {
        name: "delegation to nobody",
        right: Right::Ours,
        applies: |seen| seen.scalus.is_valid() && seen.refused_by_one_of(DELEG),
        why: "rule DELEG looks pools up, and representatives after the bootstrap phase",
    },
    Difference {
        name: "steps of a transaction",
        right: Right::Ours,
        applies: |seen| seen.only_ours("ExUnitsTooBigUTxO"),
        why: "memory and steps are each bounded; scalus accepts more steps when memory is below its bound",
    },
    Difference {
        name: "treasury value",
        right: Right::Ours,
        applies: |seen| seen.only_ours("ConwayTreasuryValueMismatch"),
        why: "scalus 0.17 does not compare it; the treasury of a head is empty",
    },
    Difference {
        name: "two pools of one VRF key",
        right: Right::Ours,
        applies: |seen| seen.major() > 10 && seen.only_ours("VRFKeyHashAlreadyRegistered"),
        why: "rule POOL refuses it since version 11",
    },
    Difference {
        name: "withdrawal without a representative",
        right: Right::Ours,
        applies: |seen| seen.major() > 9 && seen.only_ours("ConwayWdrlNotDelegatedToDRep"),
        why: "since version 10, also for zero; scalus 0.17 does not ask",
    },
    Difference {
        name: "deposits in V3 contexts of version 9",
        right: Right::Ours,
        applies: |seen| {
            let draft = &seen.case.draft;
            seen.major() == 9 && draft.languages.contains(&3) && !draft.certificates.is_empty()
        },
        why: "in the bootstrap phase the ledger leaves the deposit of a registration out; scalus shows it",
    },
    Difference {
        name: "bytes after a program",
        right: Right::Ours,
        applies: |seen| {
            seen.case.name.contains("malformed")
                && (seen.only_ours("MalformedReferenceScripts")
                    || seen.only_ours("MalformedScriptWitnesses"))
        },
        why: "random bytes can begin with a program of some version; the ledger's decoder wants nothing after it",
    },
    Difference {
        name: "asset of quantity zero",
        right: Right::Ours,
        applies: |seen| seen.scalus.is_valid() && seen.case.name == "asset of quantity zero",
        why: "the ledger's decoder refuses zero in values since version 9",
    },
    Difference {
        name: "duplicate input",
        right: Right::Ours,
        applies: |seen| seen.scalus.is_valid() && seen.case.name == "input twice",
        why: "the ledger's decoder refuses a tagged set with a member twice since version 9",
    },
];

/// Why `uplc` shows these scripts another context than the ledger does, so that its verdict decides nothing;
/// that of `scalus` still has to agree with ours.
pub fn uplc_differs(draft: &Draft, major: u64) -> Option<&'static str> {
    let certified = draft.languages.contains(&3) && !draft.certificates.is_empty();
    (certified && major > 9).then_some(
        "V3 contexts show the deposit of a registration since version 10, uplc never does",
    )
}

/// The row that names a disagreement.
pub fn classify(seen: &Seen<'_>) -> Option<&'static Difference> {
    DIFFERENCES.iter().find(|difference| (difference.applies)(seen))
}

/// What is wrong with our verdict by construction, when something is.
pub fn against_expectation(case: &Case, ours: &Verdict) -> Option<String> {
    match &case.expected {
        Expected::Unknown => None,
        Expected::Valid if ours.is_valid() => None,
        Expected::Valid => Some("valid by construction, and we refuse".to_owned()),
        Expected::Refused(_) if ours.is_valid() => {
            Some("invalid by construction, and we accept".to_owned())
        }
        Expected::Refused(names) => {
            let named = names.iter().any(|name| ours.names(name));
            (!named).then(|| format!("refused, but not by {names:?}"))
        }
    }
}
