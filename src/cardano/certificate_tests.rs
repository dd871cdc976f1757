//! Certificates, from their bytes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::certificate::{Certificate, PoolMetadata, PoolParameters, Relay};
use super::credential::{DRep, RewardAccount};
use super::rational::Rational;
use super::testing::*;
use super::tx::Tx;
use crate::unit::{Hash32, KeyHash, ScriptHash};

fn pool_items(margin: Vec<u8>, hash: usize) -> Vec<Vec<u8>> {
    let relays = [
        joined(&[number(0), number(3001), string(&[1, 2, 3, 4]), string(&[7; 16])]),
        joined(&[number(1), null(), text("relay")]),
        joined(&[number(2), text("service")]),
    ];
    vec![
        number(3),
        string(&[1; 28]),
        string(&[2; 32]),
        number(3),
        number(4),
        margin,
        account_bytes(0xf1, 5),
        set(&[string(&[7; 28]), string(&[6; 28])]),
        joined(&relays),
        joined(&[text("https://p"), string(&vec![8; hash])]),
    ]
}

fn pool() -> PoolParameters {
    PoolParameters {
        operator: KeyHash([1; 28]),
        vrf: Hash32([2; 32]),
        pledge: 3,
        cost: 4,
        margin: Rational::new(1, 2).unwrap(),
        reward_account: RewardAccount { network: 1, credential: script(5) },
        owners: vec![KeyHash([6; 28]), KeyHash([7; 28])],
        relays: vec![
            Relay::Address { port: Some(3001), ipv4: Some([1, 2, 3, 4]), ipv6: Some([7; 16]) },
            Relay::Name { port: None, name: "relay".into() },
            Relay::Service { name: "service".into() },
        ],
        metadata: Some(PoolMetadata { url: "https://p".into(), hash: [8; 31].into() }),
    }
}

/// Every kind of certificate: its items, and what they are read as.
fn every_certificate() -> Vec<(Vec<Vec<u8>>, Certificate)> {
    let (stake, id) = (key(1), KeyHash([2; 28]));
    let head = |kind: u64| vec![number(kind), credential(0, 1)];
    let with = |kind: u64, more: &[Vec<u8>]| [head(kind), more.to_vec()].concat();
    let (pool_id, deposit) = (string(&[2; 28]), number(7));
    let drep = joined(&[number(1), string(&[3; 28])]);
    let script_drep = DRep::Script(ScriptHash([3; 28]));
    vec![
        (head(0), Certificate::RegisterLegacy { stake }),
        (head(1), Certificate::UnregisterLegacy { stake }),
        (with(2, std::slice::from_ref(&pool_id)), Certificate::DelegateStake { stake, pool: id }),
        (pool_items(ratio(2, 4), 31), Certificate::RegisterPool(Box::new(pool()))),
        (
            vec![number(4), pool_id.clone(), number(5)],
            Certificate::RetirePool { pool: id, epoch: 5 },
        ),
        (with(7, std::slice::from_ref(&deposit)), Certificate::Register { stake, deposit: 7 }),
        (with(8, std::slice::from_ref(&deposit)), Certificate::Unregister { stake, refund: 7 }),
        (
            with(9, std::slice::from_ref(&drep)),
            Certificate::DelegateVote { stake, drep: script_drep },
        ),
        (
            with(10, &[pool_id.clone(), joined(&[number(2)])]),
            Certificate::DelegateStakeAndVote { stake, pool: id, drep: DRep::Abstain },
        ),
        (
            with(11, &[pool_id.clone(), deposit.clone()]),
            Certificate::RegisterAndDelegateStake { stake, pool: id, deposit: 7 },
        ),
        (
            with(12, &[joined(&[number(3)]), deposit.clone()]),
            Certificate::RegisterAndDelegateVote { stake, drep: DRep::NoConfidence, deposit: 7 },
        ),
        (
            with(13, &[pool_id, joined(&[number(0), string(&[3; 28])]), deposit.clone()]),
            Certificate::RegisterAndDelegateStakeAndVote {
                stake,
                pool: id,
                drep: DRep::Key(KeyHash([3; 28])),
                deposit: 7,
            },
        ),
        (
            with(14, &[credential(1, 4)]),
            Certificate::AuthorizeCommittee { cold: key(1), hot: script(4) },
        ),
        (
            with(15, &[anchor_bytes()]),
            Certificate::ResignCommittee { cold: key(1), anchor: Some(anchor()) },
        ),
        (
            with(16, &[deposit.clone(), null()]),
            Certificate::RegisterDRep { drep: key(1), deposit: 7, anchor: None },
        ),
        (with(17, &[deposit]), Certificate::UnregisterDRep { drep: key(1), refund: 7 }),
        (
            with(18, &[anchor_bytes()]),
            Certificate::UpdateDRep { drep: key(1), anchor: Some(anchor()) },
        ),
    ]
}

#[test]
fn every_kind_of_certificate_is_read_in_the_order_of_the_body() {
    let (mut items, mut expected): (Vec<_>, Vec<_>) = every_certificate().into_iter().unzip();
    items.reverse();
    expected.reverse();
    let bytes: Vec<_> = items.iter().map(|items| joined(items)).collect();
    assert_eq!(decoded(&with_body(&[(4, set(&bytes))])).body().certificates, expected);
    assert_eq!(decoded(&with_body(&[(4, list(&bytes))])).body().certificates, expected);
}

#[test]
fn certificates_with_another_number_of_items_are_refused() {
    for (items, _) in every_certificate() {
        let longer = [items.clone(), vec![number(0)]].concat();
        refused(&with_body(&[(4, set(&[joined(&longer)]))]), "another number of items");
        let shorter = joined(items.split_last().unwrap().1);
        assert!(Tx::decode(with_body(&[(4, set(&[shorter]))])).is_err(), "{items:02x?}");
        let open = [vec![0x9f], items.concat(), vec![0xff]].concat();
        assert_eq!(decoded(&with_body(&[(4, set(&[open]))])).body().certificates.len(), 1);
    }
}

#[test]
fn malformed_certificates_are_refused() {
    let one = |items: &[Vec<u8>]| with_body(&[(4, set(&[joined(items)]))]);
    let pool = |at: usize, item: Vec<u8>| {
        let mut items = pool_items(ratio(1, 2), 32);
        *items.get_mut(at).unwrap() = item;
        one(&items)
    };
    let long = "a".repeat(129);
    refused(&one(&[number(6), null()]), "kind 6; needed 0 to 4, 7 to 18");
    refused(&one(&[number(19), null()]), "kind 19");
    refused(&one(&[number(0), credential(2, 1)]), "kind of credential: 2");
    refused(&one(&[number(9), credential(0, 1), joined(&[number(4)])]), "representative: kind 4");
    refused(&one(&[number(7), credential(0, 1), vec![0x20]]), "deposit: a negative integer");
    refused(&one(&[number(4), string(&[1; 27]), number(1)]), "pool: key hash of 27 bytes");
    refused(&pool(5, ratio(3, 2)), "margin: 3/2; needed 0 to 1");
    refused(&pool(5, ratio(0, 0)), "denominator 0");
    refused(&pool(5, joined(&[number(1), number(2)])), "margin: a list");
    refused(&pool(6, account_bytes(0xe2, 1)), "header 0xe2");
    refused(&pool(6, account_bytes(0x60, 1)), "header 0x60");
    refused(&pool(7, set(&[string(&[1; 28]), string(&[1; 28])])), "owners: a set with the same");
    let relay = |items: &[Vec<u8>]| pool(8, joined(&[joined(items)]));
    refused(&relay(&[number(0), number(65_536), null(), null()]), "port: 65536");
    refused(&relay(&[number(0), null(), string(&[1; 5]), null()]), "IPv4 address of 5 bytes");
    refused(&relay(&[number(2), text(&long)]), "a text of 129 bytes; needed at most 128");
    refused(&relay(&[number(3), text("x")]), "kind 3; needed 0 to 2");
    let open_text = vec![0x7f, 0x61, b'a', 0xff];
    refused(&relay(&[number(2), open_text]), "a text string in one piece");
    refused(&pool(9, joined(&[text(&long), string(&[1; 32])])), "pool metadata: address: a text");
}

/// The ledger compares certificates, not their bytes.
#[test]
fn the_same_certificate_in_two_encodings_is_refused() {
    let definite = joined(&[number(0), credential(0, 1)]);
    let open = [vec![0x9f, 0x00], credential(0, 1), vec![0xff]].concat();
    refused(&with_body(&[(4, set(&[definite, open]))]), "certificates: a set with the same member");
}
