//! Decoded programs by script hash, bounded.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::bits::Flaw;
use super::program::Program;
use crate::cardano::script::Script;
use crate::unit::ScriptHash;

/// Bytes of all programs together. The largest script of layer 1 (16 KB) takes about 0.6 MB here, so that at
/// least fifty of them stay; a head uses a handful.
const CACHE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Programs. Bounds the map itself when all are tiny.
const CACHE_PROGRAMS_MAX: usize = 4_096;
/// Bytes of an entry beside its program.
const ENTRY_BYTES: usize = 128;

/// A program, or why the bytes are none.
type Verdict = Result<Arc<Program>, Flaw>;

#[derive(Debug, Default)]
struct Inner {
    /// With the turn of its last use.
    programs: BTreeMap<ScriptHash, (Verdict, u64)>,
    bytes: usize,
    turn: u64,
}

/// Pure results, so that sharing them between threads changes no answer, only its price.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<Inner>);

impl Cache {
    /// The program of a script whose hash is known, decoded once. Decoding happens outside the lock.
    pub(super) fn program(&self, hash: ScriptHash, script: &Script, protocol: u64) -> Verdict {
        if let Some(known) = self.lookup(hash) {
            return known;
        }
        let decoded = Program::decode(&script.bytes, script.language, protocol).map(Arc::new);
        self.keep(hash, decoded.clone());
        decoded
    }

    fn lookup(&self, hash: ScriptHash) -> Option<Verdict> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.turn += 1;
        let turn = inner.turn;
        inner.programs.get_mut(&hash).map(|(verdict, used)| {
            *used = turn;
            verdict.clone()
        })
    }

    fn keep(&self, hash: ScriptHash, verdict: Verdict) {
        let weight = weight(&verdict);
        if weight > CACHE_BYTES_MAX {
            return;
        }
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let inner = &mut *inner;
        while inner.programs.len() >= CACHE_PROGRAMS_MAX || inner.bytes + weight > CACHE_BYTES_MAX {
            // Linear, and rare: heads use a handful of scripts.
            let oldest = inner.programs.iter().min_by_key(|(_, (_, used))| *used);
            let Some(oldest) = oldest.map(|(hash, _)| *hash) else { break };
            if let Some((gone, _)) = inner.programs.remove(&oldest) {
                inner.bytes -= self::weight(&gone);
            }
        }
        if let Some((old, _)) = inner.programs.insert(hash, (verdict, inner.turn)) {
            inner.bytes -= self::weight(&old);
        }
        inner.bytes += weight;
    }
}

/// Bytes that an entry takes, its share of the map included.
fn weight(verdict: &Verdict) -> usize {
    ENTRY_BYTES + verdict.as_ref().map_or(0, |program| program.weight())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cardano::txout::ScriptLanguage;
    use crate::ledger::plutus::constant::Constant;

    /// A program of one byte string of this many bytes, unused.
    fn script(n: u32, len: usize) -> Script {
        let mut flat = vec![0x01, 0x00, 0x00, 0x48, 0x81];
        let content = [&n.to_be_bytes()[..], &vec![0; len]].concat();
        for chunk in content.chunks(255) {
            flat.push(u8::try_from(chunk.len()).unwrap());
            flat.extend_from_slice(chunk);
        }
        flat.extend([0, 0x01]);
        let mut bytes = Vec::new();
        pallas_codec::minicbor::Encoder::new(&mut bytes).bytes(&flat).unwrap();
        Script { language: ScriptLanguage::PlutusV2, bytes: bytes.into() }
    }

    fn stats(cache: &Cache) -> (usize, usize) {
        let inner = cache.0.lock().unwrap();
        (inner.programs.len(), inner.bytes)
    }

    #[test]
    fn a_program_is_decoded_once_and_shared() {
        let (cache, script) = (Cache::default(), script(1, 10));
        let first = cache.program(script.hash(), &script, 11).unwrap();
        let second = cache.program(script.hash(), &script, 11).unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        let bad = Script { language: ScriptLanguage::PlutusV2, bytes: [1, 2].into() };
        assert!(cache.program(bad.hash(), &bad, 11).is_err());
        assert_eq!(stats(&cache).0, 2, "that bytes are no program is kept as well");
    }

    #[test]
    fn the_least_used_programs_make_room() {
        let cache = Cache::default();
        let favourite = script(0, 1_000_000);
        let kept = cache.program(favourite.hash(), &favourite, 11).unwrap();
        for n in 1..60 {
            let other = script(n, 1_000_000);
            cache.program(other.hash(), &other, 11).unwrap();
            let again = cache.program(favourite.hash(), &favourite, 11).unwrap();
            assert!(Arc::ptr_eq(&kept, &again), "used every time, kept every time");
        }
        let (programs, bytes) = stats(&cache);
        assert!(bytes <= CACHE_BYTES_MAX && (25..=33).contains(&programs), "{programs} {bytes}");
    }

    #[test]
    fn their_number_is_bounded_too() {
        let cache = Cache::default();
        for n in 0..5_000 {
            let tiny = script(n, 0);
            cache.program(tiny.hash(), &tiny, 11).unwrap();
        }
        assert_eq!(stats(&cache).0, CACHE_PROGRAMS_MAX);
    }

    /// Keeps a program of this many bytes.
    fn keep(cache: &Cache, byte: u8, bytes: usize) {
        let nothing = Program::decode_flat(&[1, 0, 0, 0x61], ScriptLanguage::PlutusV3, 11);
        let (mut program, empty) = (nothing.unwrap(), Constant::Bytes([].into()));
        let rest = bytes - ENTRY_BYTES - program.weight() - empty.weight();
        program.constants.push(Constant::Bytes(vec![0; rest].into()));
        let entry = Ok(Arc::new(program));
        assert_eq!(weight(&entry), bytes);
        cache.keep(ScriptHash([byte; 28]), entry);
    }

    fn kept(cache: &Cache) -> Vec<u8> {
        cache.0.lock().unwrap().programs.keys().map(|hash| hash.0[0]).collect()
    }

    fn used(cache: &Cache, byte: u8) {
        assert!(cache.lookup(ScriptHash([byte; 28])).is_some());
    }

    #[test]
    fn its_bytes_are_counted_to_the_last_one() {
        assert_eq!(CACHE_BYTES_MAX, 33_554_432);
        let (cache, half) = (Cache::default(), CACHE_BYTES_MAX / 2);
        keep(&cache, 1, half);
        used(&cache, 1);
        keep(&cache, 2, half);
        assert_eq!((kept(&cache), stats(&cache).1), (vec![1, 2], CACHE_BYTES_MAX), "they fit");
        used(&cache, 2);
        used(&cache, 1);
        keep(&cache, 3, 1_000);
        assert_eq!(
            (kept(&cache), stats(&cache).1),
            (vec![1, 3], half + 1_000),
            "the older one went"
        );
        keep(&cache, 3, 2_000);
        assert_eq!(stats(&cache), (2, half + 2_000), "decoded twice at once, counted once");
        keep(&cache, 4, CACHE_BYTES_MAX + 1);
        assert_eq!(kept(&cache), vec![1, 3], "what is too large comes not in");
        keep(&cache, 5, CACHE_BYTES_MAX);
        assert_eq!((kept(&cache), stats(&cache).1), (vec![5], CACHE_BYTES_MAX));
    }
}
