//! Transactions and outputs for the tests of this folder, made field by field.

use pallas_codec::minicbor::data::Tag;
use pallas_codec::minicbor::{Encoder, encode};

use super::credential::{Anchor, Credential};
use super::tx::Tx;
use crate::unit::{Hash32, KeyHash, ScriptHash};

pub(super) type Written = Result<(), encode::Error<std::convert::Infallible>>;
pub(super) type Writer<'a> = Encoder<&'a mut Vec<u8>>;

pub(super) fn written(write: impl FnOnce(&mut Writer<'_>) -> Written) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut Encoder::new(&mut bytes)).unwrap();
    bytes
}

/// Raw address of an enterprise key on the test network.
pub(super) fn address() -> Vec<u8> {
    [vec![0x60], vec![5; 28]].concat()
}

pub(super) fn input(byte: u8) -> Vec<u8> {
    written(|e| e.array(2)?.bytes(&[byte; 32])?.u8(0)?.ok())
}

pub(super) fn set(members: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = written(|e| e.tag(Tag::new(258))?.array(members.len() as u64)?.ok());
    bytes.extend(members.concat());
    bytes
}

pub(super) fn list(members: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = written(|e| e.array(members.len() as u64)?.ok());
    bytes.extend(members.concat());
    bytes
}

/// A map with small numbers as keys, in the given order.
pub(super) fn map(fields: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = written(|e| e.map(fields.len() as u64)?.ok());
    for (key, value) in fields {
        bytes.extend(written(|e| e.u8(*key)?.ok()));
        bytes.extend(value);
    }
    bytes
}

pub(super) fn number(value: u64) -> Vec<u8> {
    written(|e| e.u64(value)?.ok())
}

pub(super) fn string(value: &[u8]) -> Vec<u8> {
    written(|e| e.bytes(value)?.ok())
}

pub(super) fn output(value: Vec<u8>) -> Vec<u8> {
    map(&[(0, string(&address())), (1, value)])
}

/// Body fields of a payment, with some replaced or added.
pub(super) fn body(changes: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut fields = vec![
        (0, set(&[input(1), input(2)])),
        (1, list(&[output(number(2_000_000))])),
        (2, number(0)),
    ];
    for (key, value) in changes {
        match fields.iter_mut().find(|(known, _)| known == key) {
            Some(field) => field.1.clone_from(value),
            None => fields.push((*key, value.clone())),
        }
    }
    map(&fields)
}

pub(super) fn whole(body: &[u8], witnesses: &[u8], auxiliary: &[u8]) -> Vec<u8> {
    [&[0x84], body, witnesses, &[0xf5], auxiliary].concat()
}

/// A payment with changed body fields and no witnesses.
pub(super) fn with_body(changes: &[(u8, Vec<u8>)]) -> Vec<u8> {
    whole(&body(changes), &[0xa0], &[0xf6])
}

pub(super) fn with_witnesses(fields: &[(u8, Vec<u8>)]) -> Vec<u8> {
    whole(&body(&[]), &map(fields), &[0xf6])
}

pub(super) fn with_auxiliary(auxiliary: &[u8]) -> Vec<u8> {
    whole(&body(&[]), &[0xa0], auxiliary)
}

pub(super) fn decoded(bytes: &[u8]) -> Tx {
    Tx::decode(bytes).unwrap_or_else(|e| panic!("{e}: {}", crate::unit::hex(bytes)))
}

/// One policy of one asset.
pub(super) fn assets(policy: &[u8], name: &[u8], quantity: Vec<u8>) -> Vec<u8> {
    let mut bytes = written(|e| e.map(1)?.bytes(policy)?.map(1)?.bytes(name)?.ok());
    bytes.extend(quantity);
    bytes
}

pub(super) fn joined(items: &[Vec<u8>]) -> Vec<u8> {
    list(items)
}

pub(super) fn text(text: &str) -> Vec<u8> {
    written(|e| e.str(text)?.ok())
}

pub(super) fn null() -> Vec<u8> {
    vec![0xf6]
}

pub(super) fn ratio(above: u64, below: u64) -> Vec<u8> {
    [vec![0xd8, 30], joined(&[number(above), number(below)])].concat()
}

pub(super) fn credential(kind: u64, byte: u8) -> Vec<u8> {
    joined(&[number(kind), string(&[byte; 28])])
}

pub(super) fn key(byte: u8) -> Credential {
    Credential::Key(KeyHash([byte; 28]))
}

pub(super) fn script(byte: u8) -> Credential {
    Credential::Script(ScriptHash([byte; 28]))
}

pub(super) fn account_bytes(header: u8, byte: u8) -> Vec<u8> {
    string(&[vec![header], vec![byte; 28]].concat())
}

pub(super) fn anchor_bytes() -> Vec<u8> {
    joined(&[text("https://a"), string(&[9; 32])])
}

pub(super) fn anchor() -> Anchor {
    Anchor { url: "https://a".into(), hash: Hash32([9; 32]) }
}

pub(super) fn action_id(byte: u8) -> Vec<u8> {
    joined(&[string(&[byte; 32]), number(3)])
}

pub(super) fn refused(bytes: &[u8], part: &str) {
    let seen = Tx::decode(bytes).expect_err(part).0;
    assert!(seen.contains(part), "no \"{part}\" in: {seen}");
}
