//! From a draft to bytes: body, witness set, hashes and signatures.

use std::collections::BTreeMap;

use ed25519_dalek::{Signer, SigningKey};
use rydra_core::cardano::hash::{blake2b_224, blake2b_256};

use crate::cbor::{NULL, bytes, int, list, map, nested, open_list, set, tag, uint};
use crate::draft::{Assets, Datum, Draft, Output, Pointer, Reference, Script, Stated, Voter};
use crate::parameters::Parameters;

type Fields = BTreeMap<u64, Vec<u8>>;

/// The key of a number.
pub fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

/// Hash of the key of a number.
pub fn key_hash(number: u8) -> [u8; 28] {
    blake2b_224(&[], key(number).verifying_key().as_bytes())
}

/// An input.
pub fn input((id, index): &Reference) -> Vec<u8> {
    list(&[bytes(id), uint(u64::from(*index))])
}

fn assets<Q: Copy>(assets: &Assets<Q>, quantity: impl Fn(Q) -> Vec<u8>) -> Vec<u8> {
    let policies = assets.iter().map(|(policy, names)| {
        let names = names.iter().map(|(name, held)| (bytes(name), quantity(*held)));
        (bytes(policy), map(&names.collect::<Vec<_>>()))
    });
    map(&policies.collect::<Vec<_>>())
}

/// A value.
pub fn value(output: &Output) -> Vec<u8> {
    if output.assets.is_empty() {
        return uint(output.lovelace);
    }
    list(&[uint(output.lovelace), assets(&output.assets, uint)])
}

/// A script with its kind, as outputs carry it.
fn kind_and_script(script: &Script) -> Vec<u8> {
    let content = match script.language {
        0 => script.bytes.clone(),
        _ => bytes(&script.bytes),
    };
    list(&[uint(u64::from(script.language)), content])
}

/// An output.
pub fn output(output: &Output) -> Vec<u8> {
    if output.legacy && output.script.is_none() {
        let mut items = vec![bytes(&output.address), value(output)];
        if let Datum::Hash(hash) = &output.datum {
            items.push(bytes(hash));
        }
        return list(&items);
    }
    let mut fields = vec![(uint(0), bytes(&output.address)), (uint(1), value(output))];
    match &output.datum {
        Datum::None => {}
        Datum::Hash(hash) => fields.push((uint(2), list(&[uint(0), bytes(hash)]))),
        Datum::Inline(datum) => fields.push((uint(2), list(&[uint(1), nested(datum)]))),
    }
    if let Some(script) = &output.script {
        fields.push((uint(3), nested(&kind_and_script(script))));
    }
    map(&fields)
}

/// A map of all outputs of a draft's set.
pub fn utxo(draft: &Draft) -> Vec<u8> {
    let entries = draft.utxo.iter().map(|(reference, held)| (input(reference), output(held)));
    map(&entries.collect::<Vec<_>>())
}

/// A set with or without its tag.
fn set_of(draft: &Draft, items: &[Vec<u8>]) -> Vec<u8> {
    if draft.tweaks.untagged { list(items) } else { set(items) }
}

/// Reward accounts in the ledger's order: by network, then scripts before keys.
fn account_order(account: &[u8]) -> (u8, bool, &[u8]) {
    let header = account.first().copied().unwrap_or_default();
    (header & 1, header & 0x10 == 0, account.get(1..).unwrap_or_default())
}

/// Voters in the ledger's order: committee, representatives, pools; scripts before keys.
fn voter_order(voter: &Voter) -> (u8, bool, [u8; 28]) {
    match voter.0 {
        kind @ 0..4 => (kind / 2, kind % 2 == 0, voter.1),
        kind => (kind, false, voter.1),
    }
}

/// Purpose and index of a pointer.
fn resolve(draft: &Draft, pointer: &Pointer) -> (u8, u64) {
    let at = |found: Option<usize>| found.unwrap_or(900) as u64;
    match pointer {
        Pointer::Spend(reference) => (0, at(draft.inputs.iter().position(|i| i == reference))),
        Pointer::Mint(policy) => (1, at(draft.mint.keys().position(|p| p == policy))),
        Pointer::Certify(index) => (2, *index as u64),
        Pointer::Reward(account) => {
            let mut accounts: Vec<_> = draft.withdrawals.keys().collect();
            accounts.sort_by_key(|account| account_order(account));
            (3, at(accounts.iter().position(|a| *a == account)))
        }
        Pointer::Vote(voter) => {
            let mut voters: Vec<_> = draft.votes.keys().collect();
            voters.sort_by_key(|voter| voter_order(voter));
            (4, at(voters.iter().position(|v| *v == voter)))
        }
        Pointer::Propose(index) => (5, *index as u64),
        Pointer::Raw(purpose, index) => (*purpose, *index),
    }
}

/// Pointers by purpose and index.
pub fn resolved(draft: &Draft) -> BTreeMap<(u8, u64), Pointer> {
    draft.redeemers.keys().map(|pointer| (resolve(draft, pointer), pointer.clone())).collect()
}

fn redeemers(draft: &Draft) -> Vec<u8> {
    let entries: BTreeMap<_, _> = draft
        .redeemers
        .iter()
        .map(|(pointer, redeemer)| (resolve(draft, pointer), redeemer))
        .collect();
    if draft.tweaks.redeemer_list {
        let items = entries.iter().map(|((purpose, index), redeemer)| {
            let units = list(&[uint(redeemer.memory), uint(redeemer.steps)]);
            list(&[uint(u64::from(*purpose)), uint(*index), redeemer.data.clone(), units])
        });
        return list(&items.collect::<Vec<_>>());
    }
    let pairs = entries.iter().map(|((purpose, index), redeemer)| {
        let units = list(&[uint(redeemer.memory), uint(redeemer.steps)]);
        let pointer = list(&[uint(u64::from(*purpose)), uint(*index)]);
        (pointer, list(&[redeemer.data.clone(), units]))
    });
    map(&pairs.collect::<Vec<_>>())
}

/// Cost models of the languages, as the integrity hash covers them: V1 last, encoded twice.
fn language_views(draft: &Draft, parameters: &Parameters) -> Vec<u8> {
    let languages = draft.tweaks.languages.as_ref().unwrap_or(&draft.languages);
    let mut views = Vec::new();
    for language in [2_u8, 3, 1].into_iter().filter(|language| languages.contains(language)) {
        let costs = &parameters.costs[usize::from(language) - 1];
        let costs: Vec<_> = costs.iter().map(|cost| int(*cost)).collect();
        views.push(match language {
            1 => (bytes(&[0]), bytes(&open_list(&costs))),
            _ => (uint(u64::from(language) - 1), list(&costs)),
        });
    }
    map(&views)
}

fn integrity_hash(draft: &Draft, witness: &Fields, parameters: &Parameters) -> Option<Vec<u8>> {
    let redeemers = witness.get(&5).cloned();
    let datums = witness.get(&4).cloned();
    let asked = redeemers.is_some() || datums.is_some() || !draft.languages.is_empty();
    if (!asked && !draft.tweaks.integrity_unasked) || draft.tweaks.integrity == Stated::Absent {
        return None;
    }
    let covered = [
        redeemers.unwrap_or_else(|| map(&[])),
        datums.unwrap_or_default(),
        language_views(draft, parameters),
    ];
    let mut hash = blake2b_256(&covered.concat());
    hash[0] ^= u8::from(draft.tweaks.integrity == Stated::Wrong);
    Some(bytes(&hash))
}

/// The witness set without signatures.
fn unsigned_witness(draft: &Draft) -> Fields {
    let mut fields = Fields::new();
    for (field, language) in [(1, 0), (3, 1), (6, 2), (7, 3)] {
        let of_language = draft.scripts.iter().filter(|script| script.language == language);
        let scripts: Vec<_> = of_language
            .map(|s| if language == 0 { s.bytes.clone() } else { bytes(&s.bytes) })
            .collect();
        if !scripts.is_empty() {
            fields.insert(field, set_of(draft, &scripts));
        }
    }
    if !draft.datums.is_empty() {
        fields.insert(4, set_of(draft, &draft.datums));
    }
    if !draft.redeemers.is_empty() {
        fields.insert(5, redeemers(draft));
    }
    fields.extend(draft.tweaks.witness.clone());
    fields
}

fn votes(draft: &Draft) -> Vec<u8> {
    let voters = draft.votes.iter().map(|((kind, hash), actions)| {
        let actions =
            actions.iter().map(|(action, vote)| (input(action), list(&[uint(*vote), vec![NULL]])));
        let voter = list(&[uint(u64::from(*kind)), bytes(hash)]);
        (voter, map(&actions.collect::<Vec<_>>()))
    });
    map(&voters.collect::<Vec<_>>())
}

fn body_sets(draft: &Draft, fields: &mut Fields) {
    for (field, inputs) in [(13, &draft.collateral), (18, &draft.referenced)] {
        if !inputs.is_empty() {
            let inputs: Vec<_> = inputs.iter().map(input).collect();
            fields.insert(field, set_of(draft, &inputs));
        }
    }
    if !draft.required.is_empty() {
        let keys: Vec<_> = draft.required.iter().map(|key| bytes(key)).collect();
        fields.insert(14, set_of(draft, &keys));
    }
    for (field, items) in [(4, &draft.certificates), (20, &draft.proposals)] {
        if !items.is_empty() {
            let items: Vec<_> = items.iter().map(|(item, _)| item.clone()).collect();
            fields.insert(field, set_of(draft, &items));
        }
    }
    if !draft.withdrawals.is_empty() {
        let drawn = draft.withdrawals.iter().map(|(account, n)| (bytes(account), uint(*n)));
        fields.insert(5, map(&drawn.collect::<Vec<_>>()));
    }
    if !draft.votes.is_empty() {
        fields.insert(19, votes(draft));
    }
}

fn body(draft: &Draft, fee: u64, witness: &Fields, parameters: &Parameters) -> Vec<u8> {
    let mut fields = Fields::new();
    let inputs: Vec<_> = draft.inputs.iter().map(input).collect();
    fields.insert(0, set_of(draft, &inputs));
    fields.insert(1, list(&draft.outputs.iter().map(output).collect::<Vec<_>>()));
    fields.insert(2, uint(fee));
    let numbers = [
        (3, draft.valid_until),
        (8, draft.valid_from),
        (15, draft.network.map(u64::from)),
        (17, draft.total_collateral),
        (21, draft.treasury),
        (22, draft.donation),
    ];
    fields.extend(numbers.iter().filter_map(|(field, number)| Some((*field, uint((*number)?)))));
    body_sets(draft, &mut fields);
    if let Some(auxiliary) = &draft.auxiliary
        && draft.tweaks.auxiliary_hash != Stated::Absent
    {
        let mut hash = blake2b_256(auxiliary);
        hash[0] ^= u8::from(draft.tweaks.auxiliary_hash == Stated::Wrong);
        fields.insert(7, bytes(&hash));
    }
    if !draft.mint.is_empty() {
        fields.insert(9, assets(&draft.mint, int));
    }
    if let Some(hash) = integrity_hash(draft, witness, parameters) {
        fields.insert(11, hash);
    }
    if let Some(change) = &draft.collateral_return {
        fields.insert(16, output(change));
    }
    fields.extend(draft.tweaks.body.clone());
    fields_map(&fields)
}

fn fields_map(fields: &Fields) -> Vec<u8> {
    let pairs: Vec<_> = fields.iter().map(|(key, value)| (uint(*key), value.clone())).collect();
    map(&pairs)
}

/// Chain code and attributes of the bootstrap addresses of this run.
const CHAIN_CODE: [u8; 32] = [9; 32];

/// Signs the id, and adds the witnesses to their fields.
fn signatures(draft: &Draft, id: &[u8; 32], witness: &mut Fields) {
    let mut flipped = draft.tweaks.flip_signature;
    let mut sign = |number: &u8| {
        let mut signature = key(*number).sign(id).to_bytes();
        if flipped == Some(0) {
            signature[40] ^= 4;
        }
        flipped = flipped.and_then(|left| left.checked_sub(1));
        (bytes(key(*number).verifying_key().as_bytes()), bytes(&signature))
    };
    let mut pair = |number| {
        let (key, signature) = sign(number);
        list(&[key, signature])
    };
    let keys: Vec<_> = draft.signers.iter().map(&mut pair).collect();
    let boots: Vec<_> = draft
        .bootstrap
        .iter()
        .map(|number| {
            let (key, signature) = sign(number);
            list(&[key, signature, bytes(&CHAIN_CODE), bytes(&[0xa0])])
        })
        .collect();
    for (field, items) in [(0, keys), (2, boots)] {
        if !items.is_empty() && !draft.tweaks.witness.contains_key(&field) {
            witness.insert(field, set_of(draft, &items));
        }
    }
}

/// The transaction with this fee and the outputs as they are.
pub fn transaction(draft: &Draft, fee: u64, parameters: &Parameters) -> Vec<u8> {
    let mut witness = unsigned_witness(draft);
    let body = body(draft, fee, &witness, parameters);
    signatures(draft, &blake2b_256(&body), &mut witness);
    let auxiliary = draft.auxiliary.clone().unwrap_or_else(|| vec![NULL]);
    let flag = if draft.is_invalid { 0xf4 } else { 0xf5 };
    [vec![0x84], body, fields_map(&witness), vec![flag], auxiliary].concat()
}

/// Auxiliary data of the Alonzo form: metadata and scripts under tag 259.
pub fn auxiliary(metadata: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let entries: Vec<_> =
        metadata.iter().map(|(label, item)| (uint(*label), item.clone())).collect();
    tag(259, &map(&[(uint(0), map(&entries))]))
}
