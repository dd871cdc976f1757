//! Mutations of votes and proposals.

use crate::cbor::{NULL, bytes, int, list, map, set, tag, text, uint};
use crate::draft::{Draft, Pointer};
use crate::encode::key_hash;
use crate::mutators::Mutator;
use crate::parameters::{DREP_DEPOSIT, PROPOSAL_DEPOSIT, STAKE_DEPOSIT};
use crate::programs::Kind;
use crate::recipes::{Kitchen, Recipe};

const PAYMENT: Recipe = Recipe::Payment;
const AFTER_BOOTSTRAP: &[u64] = &[10, 11];

fn anchor() -> Vec<u8> {
    list(&[text("https://example.org/b"), bytes(&[5; 32])])
}

/// Proposes an action with a deposit and a return account.
fn propose(draft: &mut Draft, deposit: u64, account: &[u8], action: Vec<u8>) {
    let proposal = list(&[uint(deposit), bytes(account), action, anchor()]);
    draft.proposals.push((proposal, deposit));
}

/// An account that this transaction registers.
fn account(kitchen: &mut Kitchen<'_>, draft: &mut Draft) -> Vec<u8> {
    let key = kitchen.key();
    draft.signers.insert(key);
    let credential = list(&[uint(0), bytes(&key_hash(key))]);
    draft.certificates.push((list(&[uint(7), credential, uint(STAKE_DEPOSIT)]), STAKE_DEPOSIT));
    [&[0xe0][..], &key_hash(key)].concat()
}

/// Proposes an action whose rest is right.
fn act(kitchen: &mut Kitchen<'_>, draft: &mut Draft, action: Vec<u8>) {
    let account = account(kitchen, draft);
    propose(draft, PROPOSAL_DEPOSIT, &account, action);
}

fn null() -> Vec<u8> {
    vec![NULL]
}

fn quorum() -> Vec<u8> {
    tag(30, &list(&[uint(1), uint(2)]))
}

/// A vote of a representative that this transaction registers.
fn vote_registered(kitchen: &mut Kitchen<'_>, draft: &mut Draft) {
    let key = kitchen.key();
    draft.signers.insert(key);
    let credential = list(&[uint(0), bytes(&key_hash(key))]);
    let item = list(&[uint(16), credential, uint(DREP_DEPOSIT), null()]);
    draft.certificates.push((item, DREP_DEPOSIT));
    let action = (kitchen.random.hash(), 0);
    draft.votes.insert((2, key_hash(key)), vec![(action, kitchen.random.below(3))]);
}

pub const GOVERNANCE: &[Mutator] = &[
    Mutator::new("vote on nothing", PAYMENT, &["GovActionsDoNotExist"], vote_registered),
    Mutator::new("vote of nobody", PAYMENT, &["VotersDoNotExist"], |k, d| {
        let key = k.key();
        d.signers.insert(key);
        let action = (k.random.hash(), 0);
        let kind = *k.random.pick(&[2, 4]);
        d.votes.insert((kind, key_hash(key)), vec![(action, 0)]);
    }),
    Mutator::new("vote of no committee", PAYMENT, &["UnelectedCommitteeVoters"], |k, d| {
        let key = k.key();
        d.signers.insert(key);
        let action = (k.random.hash(), 0);
        d.votes.insert((0, key_hash(key)), vec![(action, 1)]);
    })
    .at(&[11]),
    Mutator::new("proposal's deposit wrong", PAYMENT, &["ProposalDepositIncorrect"], |k, d| {
        let account = account(k, d);
        propose(d, PROPOSAL_DEPOSIT - 1, &account, list(&[uint(6)]));
    }),
    Mutator::new(
        "return account elsewhere",
        PAYMENT,
        &["ProposalProcedureNetworkIdMismatch"],
        |k, d| {
            let mut account = account(k, d);
            account[0] |= 1;
            propose(d, PROPOSAL_DEPOSIT, &account, list(&[uint(6)]));
        },
    ),
    Mutator::new(
        "return account unknown",
        PAYMENT,
        &["ProposalReturnAccountDoesNotExist"],
        |k, d| {
            let account = [&[0xe0][..], &k.random.hash::<28>()].concat();
            propose(d, PROPOSAL_DEPOSIT, &account, list(&[uint(6)]));
        },
    )
    .at(AFTER_BOOTSTRAP),
    Mutator::new("proposal too early", PAYMENT, &["DisallowedProposalDuringBootstrap"], |k, d| {
        act(k, d, list(&[uint(3), null()]));
    })
    .at(&[9]),
    Mutator::new("fork that cannot follow", PAYMENT, &["ProposalCantFollow"], |k, d| {
        let version = list(&[uint(k.major), uint(0)]);
        act(k, d, list(&[uint(1), null(), version]));
    }),
    Mutator::new("update of nothing", PAYMENT, &["MalformedProposal"], |k, d| {
        act(k, d, list(&[uint(0), null(), map(&[]), null()]));
    }),
    Mutator::new("update to zero", PAYMENT, &["MalformedProposal"], |k, d| {
        let field = *k.random.pick(&[2, 3, 4, 22, 23]);
        act(k, d, list(&[uint(0), null(), map(&[(uint(field), uint(0))]), null()]));
    }),
    Mutator::new("update by a script", PAYMENT, &["InvalidGuardrailsScriptHash"], |k, d| {
        let script = bytes(&k.random.hash::<28>());
        act(k, d, list(&[uint(0), null(), map(&[(uint(0), uint(44))]), script]));
    }),
    Mutator::new(
        "treasury to nobody",
        PAYMENT,
        &["TreasuryWithdrawalReturnAccountsDoNotExist"],
        |k, d| {
            let unknown = [&[0xe0][..], &k.random.hash::<28>()].concat();
            act(k, d, list(&[uint(2), map(&[(bytes(&unknown), uint(5))]), null()]));
        },
    )
    .at(AFTER_BOOTSTRAP),
    Mutator::new(
        "treasury elsewhere",
        PAYMENT,
        &["TreasuryWithdrawalsNetworkIdMismatch"],
        |k, d| {
            let own = account(k, d);
            let elsewhere = [&[0xe1][..], &own[1..]].concat();
            let drawn = map(&[(bytes(&elsewhere), uint(5))]);
            propose(d, PROPOSAL_DEPOSIT, &own, list(&[uint(2), drawn, null()]));
        },
    )
    .at(AFTER_BOOTSTRAP),
    Mutator::new("treasury of zero", PAYMENT, &["ZeroTreasuryWithdrawals"], |k, d| {
        let own = account(k, d);
        let drawn = map(&[(bytes(&own), uint(0))]);
        propose(d, PROPOSAL_DEPOSIT, &own, list(&[uint(2), drawn, null()]));
    })
    .at(AFTER_BOOTSTRAP),
    Mutator::new("member in and out", PAYMENT, &["ConflictingCommitteeUpdate"], |k, d| {
        let member = list(&[uint(0), bytes(&k.random.hash::<28>())]);
        let added = map(&[(member.clone(), uint(400))]);
        act(k, d, list(&[uint(4), null(), set(&[member]), added, quorum()]));
    })
    .at(AFTER_BOOTSTRAP),
    Mutator::new("member of the past", PAYMENT, &["ExpirationEpochTooSmall"], |k, d| {
        let member = list(&[uint(0), bytes(&k.random.hash::<28>())]);
        act(k, d, list(&[uint(4), null(), set(&[]), map(&[(member, uint(0))]), quorum()]));
    })
    .at(AFTER_BOOTSTRAP),
    Mutator::new("member of an unknown epoch", PAYMENT, &["EpochUnknown"], |k, d| {
        d.epochs_unknown = true;
        let member = list(&[uint(0), bytes(&k.random.hash::<28>())]);
        act(k, d, list(&[uint(4), null(), set(&[]), map(&[(member, uint(9))]), quorum()]));
    })
    .at(AFTER_BOOTSTRAP),
    Mutator::new("proposal after nothing", PAYMENT, &["InvalidPrevGovActionId"], |k, d| {
        let previous = list(&[bytes(&k.random.hash::<32>()), uint(0)]);
        act(k, d, list(&[uint(3), previous]));
    })
    .at(AFTER_BOOTSTRAP),
    Mutator::new("script votes on nothing", PAYMENT, &["VotersDoNotExist"], |k, d| {
        let script = k.programs.get(Kind::Accept, 3, false);
        let voter = (3, script.hash());
        d.votes.insert(voter, vec![((k.random.hash(), 0), 1)]);
        d.scripts.push(script);
        k.redeem(d, Pointer::Vote(voter), int(42), 3);
        k.collateral(d);
    }),
    Mutator::new("script guards a proposal", PAYMENT, &["InvalidGuardrailsScriptHash"], |k, d| {
        let script = k.programs.get(Kind::Accept, 3, false);
        let policy = bytes(&script.hash());
        act(k, d, list(&[uint(0), null(), map(&[(uint(0), uint(44))]), policy]));
        d.scripts.push(script);
        k.redeem(d, Pointer::Propose(0), int(42), 3);
        k.collateral(d);
    }),
];
