//! Votes and proposals on the empty state of a head: their parts, and worlds to try them in.

use super::parts::*;
use super::*;
use crate::cardano::credential::Credential;
use crate::cardano::governance::GovActionId;
use {GovernanceRefusal as G, ProposalRefusal as P};

pub(super) const DEPOSIT: u64 = 1_000_000;

pub(super) fn world(major: u64) -> World {
    let mut world = World::with(|p| {
        p.protocol_version.major = major;
        p.protocol_version.minor = 0;
        p.stake_address_deposit = 0;
        p.gov_action_deposit = DEPOSIT;
    });
    world.ledger = world.ledger.with_epochs(Epochs { first_slot: Slot(0), number: 7, length: 500 });
    world
}

pub(super) fn anchor() -> Vec<u8> {
    list(&[vec![0x61, b'x'], string(&[3; 32])])
}

pub(super) fn alice() -> PaymentKey {
    PaymentKey::from_seed(&[1; 32])
}

pub(super) fn info() -> Vec<u8> {
    list(&[number(6)])
}

/// Alice registers her account and proposes.
pub(super) fn proposes(
    world: &mut World,
    deposit: u64,
    account: Vec<u8>,
    action: Vec<u8>,
) -> TxBuilder {
    let register = list(&[number(7), key(&alice()), number(0)]);
    let proposal = list(&[number(deposit), account, action, anchor()]);
    world
        .pays(10 * ADA, 10 * ADA - DEPOSIT)
        .body_field(4, list(&[register]))
        .body_field(20, list(&[proposal]))
}

pub(super) fn passes(major: u64, action: Vec<u8>) {
    let mut world = world(major);
    let build = proposes(&mut world, DEPOSIT, key_account(0, &alice()), action);
    world.alice_may(&build);
}

pub(super) fn refuses(major: u64, action: Vec<u8>, refusal: P) {
    let mut world = world(major);
    let build = proposes(&mut world, DEPOSIT, key_account(0, &alice()), action);
    let refusal = Refusal::Governance(G::Proposal { index: 0, refusal });
    world.alice_may_not(&build, &refusal);
}

/// What the votes of this module are about.
pub(super) const ACTION: GovActionId = GovActionId { tx: TxId([4; 32]), index: 1 };

pub(super) fn no_confidence() -> Vec<u8> {
    list(&[number(3), null()])
}

/// A proposal that only its own field of the refusal makes wrong.
pub(super) fn refuses_proposal(world: &World, build: &TxBuilder, refusal: P) {
    world.alice_may_not(build, &Refusal::Governance(G::Proposal { index: 0, refusal }));
}

pub(super) fn credential() -> Credential {
    Credential::Key(alice().hash())
}

/// A vote of Alice as a voter of this kind.
pub(super) fn votes(kind: u64) -> Vec<u8> {
    let voter = list(&[number(kind), string(&alice().hash().0)]);
    let action = list(&[string(&[4; 32]), number(1)]);
    map(&[voter, map(&[action, list(&[number(1), null()])])])
}
