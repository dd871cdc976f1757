//! Parts of transactions as CBOR, for the fields that the builder takes as they are.

use super::*;

pub(super) fn number(value: u64) -> Vec<u8> {
    pallas_codec::minicbor::to_vec(value).unwrap()
}

pub(super) fn string(bytes: &[u8]) -> Vec<u8> {
    let mut head = number(bytes.len() as u64);
    head[0] |= 0x40;
    [head, bytes.to_vec()].concat()
}

pub(super) fn list(items: &[Vec<u8>]) -> Vec<u8> {
    let mut head = number(items.len() as u64);
    head[0] |= 0x80;
    [head, items.concat()].concat()
}

/// Keys and values in turn.
pub(super) fn map(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut head = number(entries.len() as u64 / 2);
    head[0] |= 0xa0;
    [head, entries.concat()].concat()
}

pub(super) fn null() -> Vec<u8> {
    vec![0xf6]
}

pub(super) fn key(key: &PaymentKey) -> Vec<u8> {
    list(&[number(0), string(&key.hash().0)])
}

pub(super) fn script(hash: ScriptHash) -> Vec<u8> {
    list(&[number(1), string(&hash.0)])
}

pub(super) fn key_account(network: u8, key: &PaymentKey) -> Vec<u8> {
    string(&[&[0xe0 | network][..], &key.hash().0].concat())
}

pub(super) fn script_account(network: u8, hash: ScriptHash) -> Vec<u8> {
    string(&[&[0xf0 | network][..], &hash.0].concat())
}

pub(super) fn redeemer(tag: u64, index: u64, memory: u64, steps: u64) -> Vec<u8> {
    list(&[number(tag), number(index), number(0), list(&[number(memory), number(steps)])])
}

impl World {
    /// Alice spends 10 ada and pays the rest of what certificates and proposals take to Bob.
    pub(super) fn pays(&mut self, held: u64, rest: u64) -> TxBuilder {
        let input = self.holds(self.to_alice(Value::of_lovelace(held)));
        TxBuilder::new().input(input).output(&self.to_bob(Value::of_lovelace(rest)))
    }
}
