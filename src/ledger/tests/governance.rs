//! Votes on the empty state of a head.

use super::certificate_parts::pool_of;
use super::governance_parts::*;
use super::parts::*;
use super::*;
use crate::cardano::governance::Voter;
use GovernanceRefusal as G;

fn votes_of(major: u64, kind: u64) -> (World, TxBuilder) {
    let mut world = world(major);
    let build = world.payment().body_field(19, votes(kind));
    (world, build)
}

fn refuses_votes(major: u64, kind: u64, refusal: GovernanceRefusal) {
    let (world, build) = votes_of(major, kind);
    world.alice_may_not(&build, &Refusal::Governance(refusal));
}

#[test]
fn governance_accepts_proposals_and_nothing_at_all() {
    passes(11, info());
    let mut world = world(11);
    let payment = world.payment();
    world.alice_may(&payment);
}

#[test]
fn governance_accepts_proposals_without_certificates() {
    let mut world = world(9);
    let proposal = |account| list(&[number(DEPOSIT), key_account(0, account), info(), anchor()]);
    let build = world.pays(10 * ADA, 10 * ADA - 2 * DEPOSIT);
    world.alice_may(
        &build.body_field(
            20,
            list(&[proposal(&alice()), proposal(&PaymentKey::from_seed(&[2; 32]))]),
        ),
    );
}

#[test]
fn governance_refuses_by_the_place_of_the_proposal() {
    let mut world = world(9);
    let account = || key_account(0, &alice());
    let proposal = |action| list(&[number(DEPOSIT), account(), action, anchor()]);
    let build = world.pays(10 * ADA, 10 * ADA - 2 * DEPOSIT);
    let build = build.body_field(20, list(&[proposal(info()), proposal(no_confidence())]));
    let refusal = G::Proposal { index: 1, refusal: ProposalRefusal::DuringBootstrap };
    world.alice_may_not(&build, &Refusal::Governance(refusal));
}

#[test]
fn governance_accepts_what_is_flagged_invalid_but_votes_of_a_committee_before_version_11() {
    for (kind, major) in [(0, 11), (2, 9), (2, 10), (4, 10), (2, 11)] {
        let (world, build) = votes_of(major, kind);
        world.alice_may_not(&build.invalid(), &Refusal::ValidationTagMismatch);
    }
    let mut world = world(11);
    let build = proposes(&mut world, DEPOSIT, key_account(1, &alice()), info());
    world.alice_may_not(&build.invalid(), &Refusal::ValidationTagMismatch);
}

#[test]
fn governance_refuses_votes_of_a_committee_flagged_invalid_before_version_11() {
    for major in [9, 10] {
        let (world, build) = votes_of(major, 0);
        let refusal = G::VotersDoNotExist(vec![Voter::Committee(credential())]);
        world.alice_may_not(&build.invalid(), &Refusal::Governance(refusal));
    }
}

/// A certificate that does not apply is refused by its own rule, and votes are not asked then.
#[test]
fn governance_accepts_whatever_stands_beside_a_certificate_that_does_not_apply() {
    let (world, build) = votes_of(11, 2);
    let unregister = list(&[number(8), key(&alice()), number(0)]);
    let refusal = CertificateRefusal::StakeNotRegistered(credential());
    let build = build.body_field(4, list(&[unregister]));
    world.alice_may_not(&build, &Refusal::Certificate { index: 0, refusal });
}

#[test]
fn unelected_committee_voters_accepts_other_voters_and_all_before_version_11() {
    // What refuses these votes is that nobody of the name exists.
    refuses_votes(11, 2, G::VotersDoNotExist(vec![Voter::DRep(credential())]));
    refuses_votes(10, 0, G::VotersDoNotExist(vec![Voter::Committee(credential())]));
}

#[test]
fn unelected_committee_voters_refuses_a_committee_from_version_11_on() {
    refuses_votes(11, 0, G::UnelectedCommitteeVoters(vec![credential()]));
}

/// Alice registers as a representative or her pool, and votes as such.
fn registered(kind: u64) -> (World, TxBuilder) {
    let mut world = world(11);
    let drep = world.ledger.parameters.drep_deposit;
    let pool = world.ledger.parameters.stake_pool_deposit;
    world.ledger.parameters.min_pool_cost = 0;
    let (certificate, taken) = if kind == 2 {
        (list(&[number(16), key(&alice()), number(drep), null()]), drep)
    } else {
        (pool_of(&alice(), 1, 0, 0, 32), pool)
    };
    let build = world.pays(taken + 10 * ADA, 10 * ADA);
    (world, build.body_field(4, list(&[certificate])).body_field(19, votes(kind)))
}

#[test]
fn voters_do_not_exist_accepts_who_is_registered() {
    for kind in [2, 4] {
        let (world, build) = registered(kind);
        // What refuses the vote is that there is nothing to vote on.
        world.alice_may_not(&build, &Refusal::Governance(G::ActionsDoNotExist(vec![ACTION])));
    }
}

#[test]
fn voters_do_not_exist_refuses_who_is_not_registered() {
    for major in [9, 10] {
        refuses_votes(major, 0, G::VotersDoNotExist(vec![Voter::Committee(credential())]));
    }
    refuses_votes(11, 2, G::VotersDoNotExist(vec![Voter::DRep(credential())]));
    refuses_votes(9, 4, G::VotersDoNotExist(vec![Voter::Pool(alice().hash())]));
}

#[test]
fn actions_do_not_exist_accepts_proposals_without_votes() {
    passes(11, info());
}

#[test]
fn actions_do_not_exist_refuses_every_vote_of_who_is_registered() {
    let (world, build) = registered(2);
    world.alice_may_not(&build, &Refusal::Governance(G::ActionsDoNotExist(vec![ACTION])));
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
