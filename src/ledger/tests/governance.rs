//! Votes and proposals on the empty state of a head.

use super::parts::*;
use super::*;
use crate::cardano::credential::{Credential, RewardAccount};
use crate::cardano::governance::{GovActionId, Voter};
use {GovernanceRefusal as G, ProposalRefusal as P};

const DEPOSIT: u64 = 1_000_000;

fn world(major: u64) -> World {
    let mut world = World::with(|p| {
        p.protocol_version.major = major;
        p.protocol_version.minor = 0;
        p.stake_address_deposit = 0;
        p.gov_action_deposit = DEPOSIT;
    });
    world.ledger = world.ledger.with_epochs(Epochs { first_slot: Slot(0), number: 7, length: 500 });
    world
}

fn anchor() -> Vec<u8> {
    list(&[vec![0x61, b'x'], string(&[3; 32])])
}

fn alice() -> PaymentKey {
    PaymentKey::from_seed(&[1; 32])
}

fn info() -> Vec<u8> {
    list(&[number(6)])
}

/// Alice registers her account and proposes.
fn proposes(world: &mut World, deposit: u64, account: Vec<u8>, action: Vec<u8>) -> TxBuilder {
    let register = list(&[number(7), key(&alice()), number(0)]);
    let proposal = list(&[number(deposit), account, action, anchor()]);
    world
        .pays(10 * ADA, 10 * ADA - DEPOSIT)
        .body_field(4, list(&[register]))
        .body_field(20, list(&[proposal]))
}

fn passes(major: u64, action: Vec<u8>) {
    let mut world = world(major);
    let build = proposes(&mut world, DEPOSIT, key_account(0, &alice()), action);
    world.alice_may(&build);
}

fn refuses(major: u64, action: Vec<u8>, refusal: P) {
    let mut world = world(major);
    let build = proposes(&mut world, DEPOSIT, key_account(0, &alice()), action);
    let refusal = Refusal::Governance(G::Proposal { index: 0, refusal });
    world.alice_may_not(&build, &refusal);
}

#[test]
fn disallowed_proposal_during_bootstrap_knows_three_actions() {
    passes(9, info());
    passes(9, list(&[number(1), null(), list(&[number(10), number(0)])]));
    passes(9, list(&[number(0), null(), map(&[number(0), number(1)]), null()]));
    let no_confidence = || list(&[number(3), null()]);
    refuses(9, no_confidence(), P::DuringBootstrap);
    passes(10, no_confidence());
    let constitution = || list(&[number(5), null(), list(&[anchor(), null()])]);
    refuses(9, constitution(), P::DuringBootstrap);
    passes(11, constitution());
}

#[test]
fn proposal_cant_follow_knows_the_next_versions_only() {
    let fork = |major, minor| list(&[number(1), null(), list(&[number(major), number(minor)])]);
    for (major, minor) in [(11, 0), (10, 1)] {
        passes(10, fork(major, minor));
    }
    for stated in [(10, 0), (10, 2), (11, 1), (12, 0), (9, 0)] {
        refuses(10, fork(stated.0, stated.1), P::CantFollow { stated, current: (10, 0) });
    }
}

#[test]
fn malformed_proposal_refuses_no_change_and_some_zeros() {
    let change = |key: u64, value: u64| {
        list(&[number(0), null(), map(&[number(key), number(value)]), null()])
    };
    refuses(11, list(&[number(0), null(), map(&[]), null()]), P::Malformed);
    for key in [2, 3, 4, 6, 22, 23, 28, 29, 30, 31] {
        refuses(9, change(key, 0), P::Malformed);
        passes(9, change(key, 1));
    }
    passes(9, change(17, 0));
    refuses(10, change(17, 0), P::Malformed);
    passes(10, change(8, 0));
    refuses(11, change(8, 0), P::Malformed);
    for key in [0, 1, 5, 7, 16, 24, 27, 32] {
        passes(11, change(key, 0));
    }
}

#[test]
fn proposal_return_account_does_not_exist_is_asked_from_version_10_on() {
    let bob = PaymentKey::from_seed(&[2; 32]);
    for major in [9, 10, 11] {
        let mut world = world(major);
        let build = proposes(&mut world, DEPOSIT, key_account(0, &bob), info());
        if major == 9 {
            world.alice_may(&build);
            continue;
        }
        let credential = Credential::Key(bob.hash());
        let refusal = P::ReturnAccount(RewardAccount { network: 0, credential });
        world.alice_may_not(&build, &Refusal::Governance(G::Proposal { index: 0, refusal }));
    }
}

#[test]
fn proposal_deposit_incorrect_wants_the_deposit_of_the_parameters() {
    let mut world = world(11);
    let build = proposes(&mut world, 1, key_account(0, &alice()), info());
    let refusal = P::Deposit { stated: 1, needed: DEPOSIT };
    world.alice_may_not(&build, &Refusal::Governance(G::Proposal { index: 0, refusal }));
}

#[test]
fn proposal_procedure_network_id_mismatch_refuses_another_network() {
    let mut world = world(11);
    let build = proposes(&mut world, DEPOSIT, key_account(1, &alice()), info());
    let refusal = P::ReturnNetwork { stated: 1, needed: 0 };
    world.alice_may_not(&build, &Refusal::Governance(G::Proposal { index: 0, refusal }));
}

#[test]
fn treasury_withdrawals_name_registered_accounts_of_this_network_and_a_sum() {
    let pays =
        |account: Vec<u8>, lovelace| list(&[number(2), map(&[account, number(lovelace)]), null()]);
    let bob = PaymentKey::from_seed(&[2; 32]);
    let account = |network, key: &PaymentKey| RewardAccount {
        network,
        credential: Credential::Key(key.hash()),
    };
    passes(11, pays(key_account(0, &alice()), 1));
    refuses(11, pays(key_account(0, &alice()), 0), P::ZeroTreasury);
    let accounts = vec![account(0, &bob)];
    refuses(11, pays(key_account(0, &bob), 1), P::TreasuryAccounts(accounts));
    let accounts = vec![account(1, &alice())];
    refuses(11, pays(key_account(1, &alice()), 1), P::TreasuryNetwork { accounts, needed: 0 });
}

#[test]
fn invalid_guardrails_script_hash_refuses_every_script() {
    let guard = native(vec![0x82, 1, 0x80]);
    let policy = string(&guard.hash().0);
    let change = list(&[number(0), null(), map(&[number(0), number(1)]), policy]);
    let mut world = world(11);
    let build = proposes(&mut world, DEPOSIT, key_account(0, &alice()), change);
    let refusal =
        Refusal::Governance(G::Proposal { index: 0, refusal: P::Guardrails(guard.hash()) });
    world.alice_may_not(&build.native_script(&guard.bytes), &refusal);
}

#[test]
fn committee_updates_are_consistent_and_last() {
    let update = |removed: &[Vec<u8>], last: u64| {
        let half = [vec![0xd8, 30], list(&[number(1), number(2)])].concat();
        let added = map(&[key(&alice()), number(last)]);
        list(&[number(4), null(), list(removed), added, half])
    };
    let member = Credential::Key(alice().hash());
    passes(11, update(&[], 8));
    let members = vec![member];
    refuses(11, update(&[], 7), P::ExpirationTooSmall { members, current: 7 });
    refuses(11, update(&[key(&alice())], 8), P::ConflictingCommittee(vec![member]));
}

#[test]
fn invalid_prev_gov_action_id_refuses_every_previous_action() {
    let id = GovActionId { tx: TxId([4; 32]), index: 1 };
    let previous = list(&[string(&[4; 32]), number(1)]);
    refuses(11, list(&[number(3), previous.clone()]), P::InvalidPrevious(id));
    // A hard fork after an unknown one is refused for that, whatever its version.
    let fork = list(&[number(1), previous, list(&[number(5), number(0)])]);
    refuses(11, fork, P::InvalidPrevious(id));
}

fn votes(kind: u64) -> Vec<u8> {
    let voter = list(&[number(kind), string(&alice().hash().0)]);
    let action = list(&[string(&[4; 32]), number(1)]);
    map(&[voter, map(&[action, list(&[number(1), null()])])])
}

#[test]
fn voters_do_not_exist_refuses_who_is_not_registered() {
    let credential = Credential::Key(alice().hash());
    let cases = [
        (0, 10, G::VotersDoNotExist(vec![Voter::Committee(credential)])),
        (0, 11, G::UnelectedCommitteeVoters(vec![credential])),
        (2, 11, G::VotersDoNotExist(vec![Voter::DRep(credential)])),
        (4, 9, G::VotersDoNotExist(vec![Voter::Pool(alice().hash())])),
    ];
    for (kind, major, refusal) in cases {
        let mut world = world(major);
        let build = world.payment().body_field(19, votes(kind));
        world.alice_may_not(&build, &Refusal::Governance(refusal));
    }
}

#[test]
fn voters_do_not_exist_refuses_a_committee_before_version_11_whatever_is_valid_says() {
    let credential = Credential::Key(alice().hash());
    let refusal = Refusal::Governance(G::VotersDoNotExist(vec![Voter::Committee(credential)]));
    for (kind, major, refuses) in [(0, 9, true), (0, 10, true), (0, 11, false), (2, 10, false)] {
        let mut world = world(major);
        let build = world.payment().body_field(19, votes(kind)).invalid();
        let tx = build.sign(&[&world.alice]).unwrap();
        let all = world.ledger.check_all(NOW, &world.utxo, &tx);
        assert_eq!(
            all.contains(&refusal),
            refuses,
            "voter of kind {kind}, version {major}: {all:?}"
        );
    }
}

#[test]
fn gov_actions_do_not_exist_refuses_every_vote_of_who_is_registered() {
    let mut world = world(11);
    let deposit = world.ledger.parameters.drep_deposit;
    let register = list(&[number(16), key(&alice()), number(deposit), null()]);
    let build = world.pays(deposit + 10 * ADA, 10 * ADA);
    let build = build.body_field(4, list(&[register])).body_field(19, votes(2));
    let id = GovActionId { tx: TxId([4; 32]), index: 1 };
    world.alice_may_not(&build, &Refusal::Governance(G::ActionsDoNotExist(vec![id])));
}

#[test]
fn voters_sign() {
    let mut world = world(11);
    let bob = PaymentKey::from_seed(&[2; 32]);
    let voter = list(&[number(2), string(&bob.hash().0)]);
    let action = list(&[string(&[4; 32]), number(1)]);
    let cast = map(&[voter, map(&[action, list(&[number(1), null()])])]);
    let build = world.payment().body_field(19, cast);
    let names = |tx: &Tx| -> Vec<_> {
        let all = world.ledger.check_all(NOW, &world.utxo, tx);
        all.iter().map(Refusal::predicate).collect()
    };
    let missing = "MissingVKeyWitnessesUTXOW";
    assert_eq!(names(&build.sign(&[&world.alice]).unwrap()), ["VotersDoNotExist", missing]);
    let both = build.sign(&[&world.alice, &world.bob]).unwrap();
    assert_eq!(names(&both), ["VotersDoNotExist"]);
}
