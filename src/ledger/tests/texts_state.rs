//! Texts of refusals about certificates, withdrawals, votes and proposals, word for word.

use super::texts::{HASH, KEY, SCRIPT, reads};
use super::*;
use crate::cardano::credential::{Credential, RewardAccount};
use crate::cardano::governance::{GovActionId, Voter};
use crate::ledger::refusal::{CertificateRefusal, GovernanceRefusal};
use crate::ledger::refusal::{ProposalRefusal, WithdrawalRefusal};

const ACTION: GovActionId = GovActionId { tx: TxId([0x66; 32]), index: 8 };
const ACCOUNT: RewardAccount = RewardAccount { network: 1, credential: Credential::Key(KEY) };

const DEPOSIT_TEXT: &str = "deposit of 1 lovelace; needed 2, the parameters'";
const REFUND_TEXT: &str = "refund of 1 lovelace; needed 2, what was deposited";
const ALREADY_TEXT: &str = "is registered already; needed one that is not";
const MISSING_TEXT: &str = "is not registered; needed its registration earlier in the transaction";

#[track_caller]
fn certificate(refusal: CertificateRefusal, name: &str, text: &str) {
    let refusal = Refusal::Certificate { index: 5, refusal };
    reads(&refusal, &format!("{name}: {text}: certificate 5"));
}

#[test]
fn of_certificates_of_accounts_and_representatives() {
    use CertificateRefusal as C;
    let (stated, needed) = (1, 2);
    let (key, script) = (Credential::Key(KEY), Credential::Script(SCRIPT));
    for (protocol_major, deposit, refund) in [
        (10, "IncorrectDepositDELEG", "IncorrectDepositDELEG"),
        (11, "DepositIncorrectDELEG", "RefundIncorrectDELEG"),
    ] {
        certificate(C::StakeDeposit { stated, needed, protocol_major }, deposit, DEPOSIT_TEXT);
        certificate(C::StakeRefund { stated, needed, protocol_major }, refund, REFUND_TEXT);
    }
    certificate(C::DRepDeposit { stated, needed }, "ConwayDRepIncorrectDeposit", DEPOSIT_TEXT);
    certificate(C::DRepRefund { stated, needed }, "ConwayDRepIncorrectRefund", REFUND_TEXT);
    for (refusal, name, whose, state) in [
        (C::StakeRegistered(key), "StakeKeyRegisteredDELEG", "the account of key $KEY", true),
        (
            C::StakeNotRegistered(script),
            "StakeKeyNotRegisteredDELEG",
            "the account of script $SCRIPT",
            false,
        ),
        (C::PoolNotKnown(KEY), "DelegateeStakePoolNotRegisteredDELEG", "pool $KEY", false),
        (C::PoolNotRegistered(KEY), "StakePoolNotRegisteredOnKeyPOOL", "pool $KEY", false),
        (
            C::DRepNotKnown(key),
            "DelegateeDRepNotRegisteredDELEG",
            "the representative of key $KEY",
            false,
        ),
        (
            C::DRepNotRegistered(key),
            "ConwayDRepNotRegistered",
            "the representative of key $KEY",
            false,
        ),
        (
            C::DRepRegistered(key),
            "ConwayDRepAlreadyRegistered",
            "the representative of key $KEY",
            true,
        ),
    ] {
        let state = if state { ALREADY_TEXT } else { MISSING_TEXT };
        certificate(refusal, name, &format!("{whose} {state}"));
    }
    certificate(
        C::CommitteeUnknown(key),
        "ConwayCommitteeIsUnknown",
        "committee member of key $KEY; needed none, as a head has no committee",
    );
}

#[test]
fn of_certificates_of_pools() {
    use CertificateRefusal as C;
    certificate(
        C::PoolNetwork { stated: 1, needed: 0 },
        "WrongNetworkPOOL",
        "reward account on network 1; needed network id 0",
    );
    certificate(
        C::PoolMetadataHash { bytes: 33 },
        "PoolMedataHashTooBig",
        "metadata hash of 33 bytes; needed at most 32",
    );
    certificate(
        C::PoolCost { stated: 1, needed: 2 },
        "StakePoolCostTooLowPOOL",
        "cost of 1 lovelace; needed at least 2",
    );
    certificate(
        C::PoolVrf(HASH),
        "VRFKeyHashAlreadyRegistered",
        "VRF key $HASH of another pool; needed one that no pool uses",
    );
    certificate(
        C::PoolRetirement { stated: 1, current: 2, last: 3 },
        "StakePoolRetirementWrongEpochPOOL",
        "retirement in epoch 1; needed after 2 and until 3",
    );
    reads(
        &Refusal::EpochUnknown,
        "EpochUnknown: the transaction depends on an epoch; needed a ledger that knows where epochs \
         begin",
    );
}

#[test]
fn of_withdrawals() {
    let cases = [
        (
            WithdrawalRefusal::NotDelegated(vec![KEY]),
            "ConwayWdrlNotDelegatedToDRep: accounts of keys without a representative, which nobody \
             has in a head; needed accounts of scripts: $KEY",
        ),
        (
            WithdrawalRefusal::NotInRewards { accounts: vec![ACCOUNT], protocol_major: 10 },
            "WithdrawalsNotInRewardsCERTS: more than 0 withdrawn; needed 0, as accounts in a head \
             are empty: account of key $KEY on network 1",
        ),
        (
            WithdrawalRefusal::NotInRewards { accounts: vec![ACCOUNT], protocol_major: 11 },
            "ConwayWithdrawalsMissingAccounts: more than 0 withdrawn; needed 0, as accounts in a \
             head are empty: account of key $KEY on network 1",
        ),
        (
            WithdrawalRefusal::WrongNetwork { accounts: vec![ACCOUNT], needed: 0 },
            "WrongNetworkWithdrawal: accounts of another network; needed network id 0: account of \
             key $KEY on network 1",
        ),
    ];
    for (refusal, text) in cases {
        reads(&Refusal::Withdrawals(refusal), text);
    }
}

#[test]
fn of_votes() {
    let cases = [
        (
            GovernanceRefusal::UnelectedCommitteeVoters(vec![Credential::Key(KEY)]),
            "UnelectedCommitteeVoters: votes of a committee; needed none, as a head has no \
             committee: key $KEY",
        ),
        (
            GovernanceRefusal::VotersDoNotExist(vec![
                Voter::Committee(Credential::Script(SCRIPT)),
                Voter::DRep(Credential::Key(KEY)),
                Voter::Pool(KEY),
            ]),
            "VotersDoNotExist: voters that are not registered; needed their registration in the \
             transaction: committee member of script $SCRIPT, representative of key $KEY, pool $KEY",
        ),
        (
            GovernanceRefusal::ActionsDoNotExist(vec![ACTION]),
            "GovActionsDoNotExist: votes on actions that nobody proposed in this head; needed none: \
             $ACTION",
        ),
    ];
    for (refusal, text) in cases {
        reads(&Refusal::Governance(refusal), text);
    }
}

#[test]
fn of_proposals() {
    use ProposalRefusal as P;
    let cases = [
        (
            P::DuringBootstrap,
            "DisallowedProposalDuringBootstrap: an action that protocol version 9 does not know; \
             needed a change of parameters, a hard fork or information",
        ),
        (
            P::CantFollow { stated: (12, 1), current: (11, 0) },
            "ProposalCantFollow: protocol version 12.1; needed the next one after 11.0",
        ),
        (
            P::Malformed,
            "MalformedProposal: a change of parameters without any, or to zero where it is not \
             allowed; needed another value",
        ),
        (
            P::ReturnAccount(ACCOUNT),
            "ProposalReturnAccountDoesNotExist: deposit goes back to account of key $KEY on network \
             1, not registered; needed its registration",
        ),
        (
            P::TreasuryAccounts(vec![ACCOUNT]),
            "TreasuryWithdrawalReturnAccountsDoNotExist: payments to accounts that are not \
             registered; needed their registration: account of key $KEY on network 1",
        ),
        (
            P::Deposit { stated: 1, needed: 2 },
            "ProposalDepositIncorrect: deposit of 1 lovelace; needed 2, the parameters'",
        ),
        (
            P::ReturnNetwork { stated: 1, needed: 0 },
            "ProposalProcedureNetworkIdMismatch: return account on network 1; needed network id 0",
        ),
        (
            P::TreasuryNetwork { accounts: vec![ACCOUNT], needed: 0 },
            "TreasuryWithdrawalsNetworkIdMismatch: payments to accounts of another network; needed \
             network id 0: account of key $KEY on network 1",
        ),
        (
            P::Guardrails(SCRIPT),
            "InvalidGuardrailsScriptHash: guardrails script $SCRIPT; needed none, as the \
             constitution of a head names none",
        ),
        (P::ZeroTreasury, "ZeroTreasuryWithdrawals: payments of 0 lovelace together; needed more"),
        (
            P::ConflictingCommittee(vec![Credential::Key(KEY)]),
            "ConflictingCommitteeUpdate: members that leave and join; needed one of the two: key \
             $KEY",
        ),
        (
            P::ExpirationTooSmall { members: vec![Credential::Key(KEY)], current: 4 },
            "ExpirationEpochTooSmall: members whose last epoch is over; needed an epoch after 4: key \
             $KEY",
        ),
        (
            P::InvalidPrevious(ACTION),
            "InvalidPrevGovActionId: previous action $ACTION; needed none, as a head never enacted \
             any",
        ),
    ];
    for (refusal, text) in cases {
        let refusal = GovernanceRefusal::Proposal { index: 6, refusal };
        reads(&Refusal::Governance(refusal), &format!("{text}: proposal 6"));
    }
}
