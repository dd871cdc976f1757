//! Transactions by id: those received and not yet in a requested snapshot (`all_txs`), and those judged
//! invalid here that an honest leader may still name (`head-logic.md` 2.3.1 STRICT, EC-11).
//!
//! An id covers neither witnesses nor `isValid`, so several variants of one id can arrive. An id resolves
//! to the variant that passed validation; before one passed, all of them are candidates.

use imbl::{OrdMap, Vector};
use pallas_codec::minicbor::{self, Decode, Encode};

use crate::cardano::tx::Tx;
use crate::codec;
use crate::unit::{Hash32, SnapshotNumber, TxId};

/// Invalid transactions that stay resolvable. The contract asks for at least 10 minutes or 10,000.
pub const RESOLVABLE_TXS_MAX: usize = 10_000;
/// Bytes of invalid transactions that stay resolvable: 10,000 of 1.6 kB, so the bound by number is the one that
/// counts unless somebody floods the head with giants. They are part of every checkpoint and of memory.
pub const RESOLVABLE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Variants of one id kept while none has passed: one more would let a peer fill memory under one id.
pub const VARIANTS_PER_ID_MAX: usize = 8;

/// One id's variants.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct Known {
    /// Whether the first variant is the one that passed.
    #[n(0)]
    passed: bool,
    /// Variants; when `passed`, only that one.
    #[n(1)]
    variants: Vec<Tx>,
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct TxPool {
    #[n(0)]
    #[cbor(with = "codec::ord_map")]
    known: OrdMap<TxId, Known>,
    /// Invalid but resolvable, oldest first.
    #[n(1)]
    #[cbor(with = "codec::vector")]
    invalid_order: Vector<TxId>,
    /// Their variants, oldest first.
    #[n(2)]
    #[cbor(with = "codec::ord_map")]
    invalid: OrdMap<TxId, Vec<Tx>>,
    /// Their bytes.
    #[n(3)]
    #[cbor(default)]
    invalid_bytes: usize,
}

impl TxPool {
    /// Whether exactly these bytes are known and waiting or applied.
    #[must_use]
    pub fn contains_variant(&self, id: &TxId, variant: &Hash32) -> bool {
        self.known.get(id).is_some_and(|k| k.variants.iter().any(|tx| tx.variant() == *variant))
    }

    /// Whether a variant of this id passed and is not yet in a requested snapshot.
    #[must_use]
    pub fn is_applied(&self, id: &TxId) -> bool {
        self.known.get(id).is_some_and(|k| k.passed)
    }

    /// Records a received transaction.
    pub fn receive(&mut self, tx: &Tx) {
        let entry = self
            .known
            .entry(tx.id())
            .or_insert_with(|| Known { passed: false, variants: Vec::with_capacity(1) });
        let new = entry.variants.iter().all(|known| known != tx);
        if !entry.passed && new {
            if entry.variants.len() >= VARIANTS_PER_ID_MAX {
                entry.variants.remove(0);
            }
            entry.variants.push(tx.clone());
        }
    }

    /// Records that this variant passed: the id resolves to it from now on.
    pub fn applied(&mut self, tx: &Tx) {
        self.known.insert(tx.id(), Known { passed: true, variants: vec![tx.clone()] });
    }

    /// Takes a variant that was judged invalid out; it stays resolvable unless another variant remains.
    pub fn invalidate(&mut self, tx: &Tx) {
        if let Some(mut entry) = self.known.get(&tx.id()).cloned() {
            entry.variants.retain(|known| known != tx);
            if entry.variants.is_empty() {
                self.known.remove(&tx.id());
            } else {
                self.known.insert(tx.id(), entry);
            }
        }
        if !self.invalid.contains_key(&tx.id()) {
            self.invalid_order.push_back(tx.id());
        }
        let variants = self.invalid.entry(tx.id()).or_default();
        if variants.iter().all(|known| known != tx) {
            if variants.len() >= VARIANTS_PER_ID_MAX {
                let oldest = variants.remove(0);
                self.invalid_bytes = self.invalid_bytes.saturating_sub(oldest.bytes().len());
            }
            variants.push(tx.clone());
            self.invalid_bytes += tx.bytes().len();
        }
        while self.invalid_order.len() > RESOLVABLE_TXS_MAX
            || self.invalid_bytes > RESOLVABLE_BYTES_MAX
        {
            let Some(oldest) = self.invalid_order.pop_front() else { return };
            self.forget_invalid(&oldest);
        }
    }

    /// Forgets ids that became part of a requested snapshot.
    pub fn remove(&mut self, id: &TxId) {
        self.known.remove(id);
        if self.forget_invalid(id) {
            self.invalid_order.retain(|known| known != id);
        }
    }

    fn forget_invalid(&mut self, id: &TxId) -> bool {
        let Some(variants) = self.invalid.remove(id) else { return false };
        let bytes: usize = variants.iter().map(|tx| tx.bytes().len()).sum();
        self.invalid_bytes = self.invalid_bytes.saturating_sub(bytes);
        true
    }

    /// What an id may mean: the variant that passed and no other; before one passed, those received and
    /// then those judged invalid here, oldest first. A request is followed with the first that applies, so
    /// that bytes with a bad signature, sent ahead, cannot hide the good ones.
    pub fn candidates(&self, id: &TxId) -> impl Iterator<Item = &Tx> {
        let known = self.known.get(id);
        let passed = known.is_some_and(|k| k.passed);
        let invalid = self.invalid.get(id).filter(|_| !passed);
        known.into_iter().flat_map(|k| &k.variants).chain(invalid.into_iter().flatten())
    }

    /// The candidate whose hash is in `chosen`, else the first one.
    #[must_use]
    pub fn resolve(&self, id: &TxId, chosen: &[Hash32]) -> Option<&Tx> {
        let among = |tx: &&Tx| chosen.contains(&tx.variant());
        let exact = if chosen.is_empty() { None } else { self.candidates(id).find(among) };
        exact.or_else(|| self.candidates(id).next())
    }

    /// A received variant of an id: the one of this hash, or the last received.
    #[must_use]
    pub fn variant(&self, id: &TxId, variant: Option<&Hash32>) -> Option<&Tx> {
        let known = self.known.get(id)?;
        match variant {
            Some(hash) => known.variants.iter().find(|tx| tx.variant() == *hash),
            None => known.variants.last(),
        }
    }

    /// Whether several variants of this id were received and none has passed.
    #[must_use]
    pub fn is_ambiguous(&self, id: &TxId) -> bool {
        self.known.get(id).is_some_and(|k| k.variants.len() > 1)
    }

    /// All received ones by id, for `GET /head`.
    pub fn iter(&self) -> impl Iterator<Item = (&TxId, &Tx)> {
        self.known.iter().filter_map(|(id, k)| k.variants.first().map(|tx| (id, tx)))
    }

    /// Number of ids received and not yet requested.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// Ids of transactions confirmed lately: re-submitting one of them is a no-op, also when a session sends
/// an input again whose step had become durable just before HeadLogic was rebuilt.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct RecentTxs {
    #[n(0)]
    #[cbor(with = "codec::vector")]
    order: Vector<TxId>,
    /// The same ids, for look-up.
    #[n(1)]
    #[cbor(with = "codec::ord_map")]
    known: OrdMap<TxId, SnapshotNumber>,
}

/// Confirmed ids remembered: above what all sessions can have in flight (lane and per-session limits).
pub const RECENT_TXS_MAX: usize = 8192;

impl RecentTxs {
    /// Whether this id was confirmed lately.
    #[must_use]
    pub fn contains(&self, id: &TxId) -> bool {
        self.known.contains_key(id)
    }

    /// The snapshot that confirmed this id lately.
    #[must_use]
    pub fn get(&self, id: &TxId) -> Option<SnapshotNumber> {
        self.known.get(id).copied()
    }

    /// Remembers the ids of a snapshot and forgets the oldest beyond the bound.
    pub fn extend(&mut self, number: SnapshotNumber, ids: impl Iterator<Item = TxId>) {
        for id in ids {
            if self.known.insert(id, number).is_none() {
                self.order.push_back(id);
            }
        }
        while self.order.len() > RECENT_TXS_MAX {
            if let Some(oldest) = self.order.pop_front() {
                self.known.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A transaction of its own id with a script of so many bytes.
    fn giant(number: u8, bytes: usize) -> Tx {
        let mut e = minicbor::Encoder::new(Vec::new());
        let address = [&[0x60][..], &[7; 28]].concat();
        e.array(4).unwrap().map(3).unwrap();
        e.u8(0).unwrap().array(1).unwrap().array(2).unwrap();
        e.bytes(&[number; 32]).unwrap().u8(0).unwrap();
        e.u8(1).unwrap().array(1).unwrap().map(2).unwrap();
        e.u8(0).unwrap().bytes(&address).unwrap().u8(1).unwrap().u32(2_000_000).unwrap();
        e.u8(2).unwrap().u8(0).unwrap();
        e.map(1).unwrap().u8(6).unwrap().array(1).unwrap().bytes(&vec![number; bytes]).unwrap();
        e.bool(true).unwrap().null().unwrap();
        Tx::decode(e.into_writer()).unwrap()
    }

    #[test]
    fn giants_that_are_invalid_are_forgotten_by_bytes_oldest_first() {
        let mut pool = TxPool::default();
        let txs: Vec<Tx> = (0..40).map(|number| giant(number, 1024 * 1024)).collect();
        for tx in &txs {
            pool.invalidate(tx);
            assert!(pool.invalid_bytes <= RESOLVABLE_BYTES_MAX);
        }
        let is_known = |tx: &Tx| pool.candidates(&tx.id()).next().is_some();
        assert!(!is_known(&txs[0]) && is_known(&txs[39]));
        assert_eq!(pool.invalid.len(), pool.invalid_order.len());
        let mut left = pool.clone();
        for tx in &txs {
            left.remove(&tx.id());
        }
        assert_eq!(left, TxPool::default(), "nothing is left, nor counted");
    }
}
