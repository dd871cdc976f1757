//! Mutations of withdrawals, certificates, votes and proposals.

use crate::cbor::{NULL, bytes, list, set, tag, text, uint};
use crate::draft::Draft;
use crate::encode::key_hash;
use crate::mutators::Mutator;
use crate::parameters::{DREP_DEPOSIT, POOL_DEPOSIT, STAKE_DEPOSIT};
use crate::recipes::{Kitchen, Recipe};

const PAYMENT: Recipe = Recipe::Payment;
const AFTER_BOOTSTRAP: &[u64] = &[10, 11];

/// Adds a certificate of a key that signs.
fn certify(
    kitchen: &mut Kitchen<'_>,
    draft: &mut Draft,
    deposit: u64,
    certificate: impl FnOnce(Vec<u8>, [u8; 28]) -> Vec<u8>,
) {
    let key = kitchen.key();
    draft.signers.insert(key);
    let hash = key_hash(key);
    let credential = list(&[uint(0), bytes(&hash)]);
    draft.certificates.push((certificate(credential, hash), deposit));
}

/// A pool of these cost, network of its account, and metadata hash.
fn pool(hash: &[u8; 28], cost: u64, header: u8, metadata: Vec<u8>) -> Vec<u8> {
    list(&[
        uint(3),
        bytes(hash),
        bytes(&[6; 32]),
        uint(5),
        uint(cost),
        tag(30, &list(&[uint(1), uint(20)])),
        bytes(&[&[header][..], hash].concat()),
        set(&[bytes(hash)]),
        list(&[]),
        metadata,
    ])
}

pub const STATE: &[Mutator] = &[
    Mutator::new(
        "withdrawal of more than nothing",
        PAYMENT,
        &["WithdrawalsNotInRewardsCERTS"],
        |k, d| {
            let key = k.key();
            d.signers.insert(key);
            let drawn = k.random.between(1, 1_000_000);
            d.withdrawals.insert([&[0xe0][..], &key_hash(key)].concat(), drawn);
        },
    )
    .at(&[9, 10]),
    Mutator::new(
        "withdrawal of more than nothing, version 11",
        PAYMENT,
        &["ConwayWithdrawalsMissingAccounts"],
        |k, d| {
            let key = k.key();
            d.signers.insert(key);
            let drawn = k.random.between(1, 1_000_000);
            d.withdrawals.insert([&[0xe0][..], &key_hash(key)].concat(), drawn);
        },
    )
    .at(&[11]),
    Mutator::new("withdrawal on another network", PAYMENT, &["WrongNetworkWithdrawal"], |k, d| {
        let key = k.key();
        d.signers.insert(key);
        d.withdrawals.insert([&[0xe1][..], &key_hash(key)].concat(), 0);
    }),
    Mutator::new("withdrawal unsigned", PAYMENT, &["MissingVKeyWitnessesUTXOW"], |k, d| {
        d.withdrawals.insert([&[0xe0][..], &k.random.hash::<28>()].concat(), 0);
    }),
    Mutator::new("stake deposit wrong", PAYMENT, &["IncorrectDepositDELEG"], |k, d| {
        let deposit = STAKE_DEPOSIT + 1;
        certify(k, d, deposit, |credential, _| list(&[uint(7), credential, uint(deposit)]));
    })
    .at(&[9, 10]),
    Mutator::new("stake deposit wrong, version 11", PAYMENT, &["DepositIncorrectDELEG"], |k, d| {
        let deposit = STAKE_DEPOSIT + 1;
        certify(k, d, deposit, |credential, _| list(&[uint(7), credential, uint(deposit)]));
    })
    .at(&[11]),
    Mutator::new("stake registered twice", PAYMENT, &["StakeKeyRegisteredDELEG"], |k, d| {
        let key = k.key();
        d.signers.insert(key);
        let credential = list(&[uint(0), bytes(&key_hash(key))]);
        let first = list(&[uint(0), credential.clone()]);
        let second = list(&[uint(7), credential, uint(STAKE_DEPOSIT)]);
        d.certificates.extend([(first, STAKE_DEPOSIT), (second, STAKE_DEPOSIT)]);
    }),
    Mutator::new("stake never registered", PAYMENT, &["StakeKeyNotRegisteredDELEG"], |k, d| {
        certify(k, d, 0, |credential, _| list(&[uint(1), credential]));
    }),
    Mutator::new(
        "delegation to nobody's pool",
        PAYMENT,
        &["StakeKeyNotRegisteredDELEG", "DelegateeStakePoolNotRegisteredDELEG"],
        |k, d| {
            certify(k, d, 0, |credential, hash| list(&[uint(2), credential, bytes(&hash)]));
        },
    ),
    Mutator::new(
        "pool unknown to a new delegator",
        PAYMENT,
        &["DelegateeStakePoolNotRegisteredDELEG"],
        |k, d| {
            certify(k, d, STAKE_DEPOSIT, |credential, hash| {
                list(&[uint(11), credential, bytes(&hash), uint(STAKE_DEPOSIT)])
            });
        },
    ),
    Mutator::new(
        "representative unknown",
        PAYMENT,
        &["DelegateeDRepNotRegisteredDELEG"],
        |k, d| {
            certify(k, d, STAKE_DEPOSIT, |credential, hash| {
                let drep = list(&[uint(0), bytes(&hash)]);
                list(&[uint(12), credential, drep, uint(STAKE_DEPOSIT)])
            });
        },
    )
    .at(AFTER_BOOTSTRAP),
    Mutator::new(
        "representative's deposit wrong",
        PAYMENT,
        &["ConwayDRepIncorrectDeposit"],
        |k, d| {
            let deposit = DREP_DEPOSIT - 1;
            certify(k, d, deposit, |credential, _| {
                list(&[uint(16), credential, uint(deposit), vec![NULL]])
            });
        },
    ),
    Mutator::new("representative not registered", PAYMENT, &["ConwayDRepNotRegistered"], |k, d| {
        certify(k, d, 0, |credential, _| list(&[uint(18), credential, vec![NULL]]));
    }),
    Mutator::new("committee unknown", PAYMENT, &["ConwayCommitteeIsUnknown"], |k, d| {
        let hot = list(&[uint(0), bytes(&k.random.hash::<28>())]);
        certify(k, d, 0, |credential, _| list(&[uint(14), credential, hot]));
    }),
    Mutator::new("pool too cheap", PAYMENT, &["StakePoolCostTooLowPOOL"], |k, d| {
        certify(k, d, POOL_DEPOSIT, |_, hash| pool(&hash, 169_999_999, 0xe0, vec![NULL]));
    }),
    Mutator::new("pool's account elsewhere", PAYMENT, &["WrongNetworkPOOL"], |k, d| {
        certify(k, d, POOL_DEPOSIT, |_, hash| pool(&hash, 340_000_000, 0xe1, vec![NULL]));
    }),
    Mutator::new(
        "pool retires unregistered",
        PAYMENT,
        &["StakePoolNotRegisteredOnKeyPOOL"],
        |k, d| {
            certify(k, d, 0, |_, hash| list(&[uint(4), bytes(&hash), uint(3)]));
        },
    ),
    Mutator::new("refund of another deposit", PAYMENT, &["IncorrectDepositDELEG"], |k, d| {
        let key = k.key();
        d.signers.insert(key);
        let credential = list(&[uint(0), bytes(&key_hash(key))]);
        let first = list(&[uint(7), credential.clone(), uint(STAKE_DEPOSIT)]);
        let second = list(&[uint(8), credential, uint(STAKE_DEPOSIT - 1)]);
        d.certificates.extend([(first, STAKE_DEPOSIT), (second, 0)]);
    })
    .at(&[9, 10]),
    Mutator::new(
        "refund of another deposit, version 11",
        PAYMENT,
        &["RefundIncorrectDELEG"],
        |k, d| {
            let key = k.key();
            d.signers.insert(key);
            let credential = list(&[uint(0), bytes(&key_hash(key))]);
            let first = list(&[uint(7), credential.clone(), uint(STAKE_DEPOSIT)]);
            let second = list(&[uint(8), credential, uint(STAKE_DEPOSIT - 1)]);
            d.certificates.extend([(first, STAKE_DEPOSIT), (second, 0)]);
        },
    )
    .at(&[11]),
    Mutator::new(
        "representative registered twice",
        PAYMENT,
        &["ConwayDRepAlreadyRegistered"],
        |k, d| {
            let key = k.key();
            d.signers.insert(key);
            let credential = list(&[uint(0), bytes(&key_hash(key))]);
            let first = list(&[uint(16), credential.clone(), uint(DREP_DEPOSIT), vec![NULL]]);
            let anchor = list(&[text("https://example.org/c"), bytes(&[7; 32])]);
            let second = list(&[uint(16), credential, uint(DREP_DEPOSIT), anchor]);
            d.certificates.extend([(first, DREP_DEPOSIT), (second, DREP_DEPOSIT)]);
        },
    ),
    Mutator::new(
        "representative's refund wrong",
        PAYMENT,
        &["ConwayDRepIncorrectRefund"],
        |k, d| {
            let key = k.key();
            d.signers.insert(key);
            let credential = list(&[uint(0), bytes(&key_hash(key))]);
            let first = list(&[uint(16), credential.clone(), uint(DREP_DEPOSIT), vec![NULL]]);
            let second = list(&[uint(17), credential, uint(DREP_DEPOSIT + 1)]);
            d.certificates.extend([(first, DREP_DEPOSIT), (second, 0)]);
        },
    ),
    Mutator::new("pool's metadata hash too long", PAYMENT, &["PoolMedataHashTooBig"], |k, d| {
        let metadata = list(&[text("https://example.org/p"), bytes(&k.random.bytes(33))]);
        certify(k, d, POOL_DEPOSIT, |_, hash| pool(&hash, 340_000_000, 0xe0, metadata));
    }),
    Mutator::new("two pools of one VRF key", PAYMENT, &["VRFKeyHashAlreadyRegistered"], |k, d| {
        for key in [1, 2 + k.random.below(30) as u8] {
            d.signers.insert(key);
            let item = pool(&key_hash(key), 340_000_000, 0xe0, vec![NULL]);
            d.certificates.push((item, POOL_DEPOSIT));
        }
    })
    .at(&[11]),
    Mutator::new(
        "pool retires too late",
        PAYMENT,
        &["StakePoolRetirementWrongEpochPOOL"],
        |k, d| {
            let epoch = *k.random.pick(&[0, 400]);
            certify(k, d, POOL_DEPOSIT, |_, hash| pool(&hash, 340_000_000, 0xe0, vec![NULL]));
            let key = *d.signers.last().expect("signers");
            let known = d
                .signers
                .iter()
                .find(|key| d.certificates[0].0.windows(28).any(|part| part == key_hash(**key)));
            let hash = key_hash(*known.unwrap_or(&key));
            d.certificates.push((list(&[uint(4), bytes(&hash), uint(epoch)]), 0));
        },
    ),
    Mutator::new(
        "key without a representative",
        PAYMENT,
        &["ConwayWdrlNotDelegatedToDRep"],
        |k, d| {
            let key = k.key();
            d.signers.insert(key);
            d.withdrawals.insert([&[0xe0][..], &key_hash(key)].concat(), 0);
        },
    )
    .at(AFTER_BOOTSTRAP),
];
