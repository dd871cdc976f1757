//! Withdrawals, votes, proposals, redeemers, datums and bootstrap witnesses, from their bytes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::credential::RewardAccount;
use super::governance::{
    GovAction, GovActionId, ParameterUpdate, ParameterValue, Proposal, Vote, Voter, VotingProcedure,
};
use super::hash::blake2b_256;
use super::rational::Rational;
use super::redeemer::{ExecutionUnits, Purpose, RedeemerPointer};
use super::testing::*;
use crate::unit::{Hash32, KeyHash, ScriptHash, TxId};

#[test]
fn credentials_and_accounts_sort_as_in_the_ledger() {
    assert!(script(9) < key(1), "scripts before keys");
    let accounts = [(0xe0, 1), (0xf0, 9), (0xe1, 0), (0xf1, 0)];
    let pairs = accounts.map(|(header, byte)| [account_bytes(header, byte), number(1)].concat());
    let bytes = [vec![0xa4], pairs.concat()].concat();
    let tx = decoded(&with_body(&[(5, bytes)]));
    let order: Vec<_> = tx.body().withdrawals.keys().copied().collect();
    let account = |network, credential| RewardAccount { network, credential };
    let expected =
        [account(0, script(9)), account(0, key(1)), account(1, script(0)), account(1, key(0))];
    assert_eq!(order, expected);
}

#[test]
fn votes_are_ordered_by_voter_and_action() {
    let voter = |kind: u64| joined(&[number(kind), string(&[1; 28])]);
    let vote = |vote: u64, anchor: Vec<u8>| joined(&[number(vote), anchor]);
    let cast =
        [vec![0xa2], action_id(2), vote(2, anchor_bytes()), action_id(1), vote(0, null())].concat();
    let entries: Vec<_> = (0..5).map(|kind| [voter(kind), cast.clone()].concat()).collect();
    let tx = decoded(&with_body(&[(19, [vec![0xa5], entries.concat()].concat())]));
    let voters: Vec<_> = tx.body().votes.keys().copied().collect();
    let expected = [
        Voter::Committee(script(1)),
        Voter::Committee(key(1)),
        Voter::DRep(script(1)),
        Voter::DRep(key(1)),
        Voter::Pool(KeyHash([1; 28])),
    ];
    assert_eq!(voters, expected);
    assert_eq!(Voter::Pool(KeyHash([1; 28])).credential(), key(1));
    let cast: Vec<_> = tx.body().votes.values().next().unwrap().iter().collect();
    let id = |byte| GovActionId { tx: TxId([byte; 32]), index: 3 };
    let no = VotingProcedure { vote: Vote::No, anchor: None };
    let abstain = VotingProcedure { vote: Vote::Abstain, anchor: Some(anchor()) };
    assert_eq!(cast, [(&id(1), &no), (&id(2), &abstain)]);
}

#[test]
fn malformed_votes_are_refused() {
    let cast = |votes: &[u8]| [vec![0xa1], action_id(1), votes.to_vec()].concat();
    let by = |kind: u64, cast: &[u8]| {
        [joined(&[number(kind), string(&[1; 28])]), cast.to_vec()].concat()
    };
    let votes = |entries: &[Vec<u8>]| {
        let head = vec![0xa0 | u8::try_from(entries.len()).unwrap()];
        with_body(&[(19, [head, entries.concat()].concat())])
    };
    let yes = cast(&[0x82, 0x01, 0xf6]);
    decoded(&votes(&[by(0, &yes)]));
    refused(&votes(&[by(5, &yes)]), "kind of voter: 5");
    refused(&votes(&[by(0, &yes), by(0, &yes)]), "the same voter twice");
    refused(&votes(&[by(0, &[0xa0])]), "an empty or zero field");
    refused(&votes(&[by(0, &cast(&[0x82, 0x03, 0xf6]))]), "vote: 3");
    let twice = [vec![0xa2], [action_id(1), vec![0x82, 0x01, 0xf6]].concat().repeat(2)].concat();
    refused(&votes(&[by(0, &twice)]), "the same governance action twice");
}

fn proposal(action: Vec<u8>) -> Vec<u8> {
    joined(&[number(7), account_bytes(0xe0, 1), action, anchor_bytes()])
}

#[test]
fn every_governance_action_is_read() {
    let previous = Some(GovActionId { tx: TxId([1; 32]), index: 3 });
    let account = RewardAccount { network: 0, credential: script(2) };
    let hash = || string(&[6; 28]);
    let policy = Some(ScriptHash([6; 28]));
    let numbers = [vec![0xa1], credential(0, 4), number(9)].concat();
    let paid = [vec![0xa1], account_bytes(0xf0, 2), number(5)].concat();
    let cases = [
        (
            joined(&[number(0), action_id(1), vec![0xa1, 0x00, 0x18, 44], hash()]),
            GovAction::ParameterChange {
                previous,
                update: ParameterUpdate([(0, ParameterValue::Number(44))].into()),
                policy,
            },
        ),
        (
            joined(&[number(1), null(), joined(&[number(10), number(2)])]),
            GovAction::HardForkInitiation { previous: None, major: 10, minor: 2 },
        ),
        (
            joined(&[number(2), paid, hash()]),
            GovAction::TreasuryWithdrawals { withdrawals: [(account, 5)].into(), policy },
        ),
        (joined(&[number(3), action_id(1)]), GovAction::NoConfidence { previous }),
        (
            joined(&[number(4), null(), set(&[credential(1, 3)]), numbers, ratio(2, 3)]),
            GovAction::UpdateCommittee {
                previous: None,
                removed: vec![script(3)],
                added: [(key(4), 9)].into(),
                threshold: Rational::new(2, 3).unwrap(),
            },
        ),
        (
            joined(&[number(5), action_id(1), joined(&[anchor_bytes(), null()])]),
            GovAction::NewConstitution { previous, anchor: anchor(), policy: None },
        ),
        (joined(&[number(6)]), GovAction::Info),
    ];
    for (bytes, action) in cases {
        let tx = decoded(&with_body(&[(20, set(&[proposal(bytes)]))]));
        let return_account = RewardAccount { network: 0, credential: key(1) };
        let expected = Proposal { deposit: 7, return_account, action, anchor: anchor() };
        assert_eq!(tx.body().proposals, [expected]);
    }
}

#[test]
fn proposals_keep_their_order_and_come_once() {
    let first = proposal(joined(&[number(6)]));
    let second = proposal(joined(&[number(3), null()]));
    let tx = decoded(&with_body(&[(20, set(&[first.clone(), second]))]));
    let actions: Vec<_> = tx.body().proposals.iter().map(|p| &p.action).collect();
    assert_eq!(actions, [&GovAction::Info, &GovAction::NoConfidence { previous: None }]);
    refused(&with_body(&[(20, set(&[first.clone(), first]))]), "proposals: a set with the same");
    let wrong = |action: Vec<u8>| with_body(&[(20, set(&[proposal(action)]))]);
    refused(&wrong(joined(&[number(7)])), "governance action: kind 7; needed 0 to 6");
    refused(&wrong(joined(&[number(6), null()])), "another number of items");
    let version = joined(&[number(1), null(), joined(&[number(13), number(0)])]);
    refused(&wrong(version), "major: 13");
}

#[test]
fn parameter_updates_keep_every_field_with_its_type() {
    let half = || ratio(1, 2);
    let one_half = Rational::new(1, 2).unwrap();
    let models = [vec![0xa1, 0x02], joined(&[vec![0x20], number(4)])].concat();
    let numbers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 17, 22, 23, 24, 27, 28, 29, 30, 31, 32];
    let mut fields: Vec<(u8, Vec<u8>)> = numbers.map(|key| (key, number(5))).into();
    let mut expected: Vec<_> = numbers.map(|key| (key, ParameterValue::Number(5))).into();
    for key in [9, 10, 11, 33] {
        fields.push((key, half()));
        expected.push((key, ParameterValue::Ratio(one_half)));
    }
    let others = [
        (18, models, ParameterValue::CostModels([(2, vec![-1, 4])].into())),
        (
            19,
            joined(&[half(), half()]),
            ParameterValue::Prices { memory: one_half, steps: one_half },
        ),
        (20, joined(&[number(1), number(2)]), ParameterValue::Units { memory: 1, steps: 2 }),
        (21, joined(&[number(1), number(2)]), ParameterValue::Units { memory: 1, steps: 2 }),
        (25, list(&vec![half(); 5]), ParameterValue::Thresholds(vec![one_half; 5])),
        (26, list(&vec![half(); 10]), ParameterValue::Thresholds(vec![one_half; 10])),
    ];
    for (key, bytes, value) in others {
        fields.push((key, bytes));
        expected.push((key, value));
    }
    let update = |fields: &[(u8, Vec<u8>)]| {
        let action = joined(&[number(0), null(), map(fields), null()]);
        with_body(&[(20, set(&[proposal(action)]))])
    };
    let tx = decoded(&update(&fields));
    let GovAction::ParameterChange { update: seen, .. } =
        &tx.body().proposals.first().unwrap().action
    else {
        panic!("a parameter change");
    };
    assert_eq!(seen, &ParameterUpdate(expected.into_iter().collect()));
    refused(&update(&[(12, number(1))]), "field 12: an unknown field");
    refused(&update(&[(0, number(1)), (0, number(1))]), "field 0 twice");
    refused(&update(&[(23, number(65_536))]), "field 23: 65536");
    refused(&update(&[(2, number(1 << 32))]), "field 2: 4294967296");
    refused(&update(&[(10, ratio(2, 1))]), "field 10: 2/1");
    refused(&update(&[(25, list(&vec![half(); 4]))]), "voting thresholds of 4 items");
}

#[test]
fn redeemers_are_read_from_lists_and_maps() {
    let data = [0x9f, 0x01, 0xff];
    let units = || joined(&[number(3), number(4)]);
    let listed = list(&[
        joined(&[number(5), number(1), data.to_vec(), units()]),
        joined(&[number(0), number(7), vec![0x05], units()]),
    ]);
    let mapped = [
        vec![0xa2],
        joined(&[number(5), number(1)]),
        joined(&[data.to_vec(), units()]),
        joined(&[number(0), number(7)]),
        joined(&[vec![0x05], units()]),
    ]
    .concat();
    for bytes in [listed, mapped] {
        let tx = decoded(&with_witnesses(&[(5, bytes)]));
        let seen: Vec<_> = tx.witnesses().redeemers.iter().collect();
        let pointer = |purpose, index| RedeemerPointer { purpose, index };
        assert_eq!(seen.len(), 2);
        assert_eq!(seen[0].0, &pointer(Purpose::Spend, 7));
        assert_eq!(seen[1].0, &pointer(Purpose::Propose, 1));
        assert_eq!((&*seen[0].1.data, &*seen[1].1.data), (&[0x05][..], &data[..]));
        assert_eq!(seen[1].1.units, ExecutionUnits { memory: 3, steps: 4 });
    }
    let purposes =
        [0, 1, 2, 3, 4, 5].map(|tag| joined(&[number(tag), number(0), vec![0x05], units()]));
    let tx = decoded(&with_witnesses(&[(5, list(&purposes))]));
    let seen: Vec<_> = tx.witnesses().redeemers.keys().map(|pointer| pointer.purpose).collect();
    let every = [
        Purpose::Spend,
        Purpose::Mint,
        Purpose::Certify,
        Purpose::Reward,
        Purpose::Vote,
        Purpose::Propose,
    ];
    assert_eq!(seen, every);
}

#[test]
fn of_redeemers_with_the_same_pointer_the_last_counts() {
    let one =
        |data: u8| joined(&[number(0), number(0), vec![data], joined(&[number(0), number(0)])]);
    let tx = decoded(&with_witnesses(&[(5, list(&[one(1), one(2)]))]));
    let seen: Vec<_> = tx.witnesses().redeemers.values().map(|r| r.data.to_vec()).collect();
    assert_eq!(seen, [vec![2]]);
    let beyond = joined(&[number(0), number(0), vec![1], joined(&[number(1 << 63), number(0)])]);
    refused(&with_witnesses(&[(5, list(&[beyond]))]), "memory: 9223372036854775808");
}

#[test]
fn datums_keep_their_bytes_under_their_hash() {
    let (short, long) = (vec![0x18, 42], vec![0x18, 1]);
    let tx = decoded(&with_witnesses(&[(4, set(&[short.clone(), long.clone(), short.clone()]))]));
    let expected = [short, long].map(|bytes| (Hash32(blake2b_256(&bytes)), bytes.into()));
    assert_eq!(tx.witnesses().datums, expected.into());
}

#[test]
fn bootstrap_witnesses_are_read_and_merged() {
    let witness = |key: u8| {
        joined(&[string(&[key; 32]), string(&[2; 64]), string(&[3; 32]), string(&[0xa0])])
    };
    let tx = decoded(&with_witnesses(&[(2, set(&[witness(2), witness(1), witness(2)]))]));
    let [first, second] = tx.witnesses().bootstrap.as_slice() else { panic!("two") };
    assert_eq!((first.key.0, second.key.0), ([1; 32], [2; 32]));
    assert_eq!((&*first.chain_code, &*first.attributes), (&[3; 32][..], &[0xa0][..]));
    assert_eq!(first.signature.0, [2; 64]);
}
