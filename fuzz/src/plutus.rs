//! Plutus scripts and data from outside, through a transaction into the ledger: no panic, bounded, and its entry
//! points agree.

use pallas_codec::minicbor::Encoder;
use rydra_core::cardano::build::{TxBuilder, script_address};
use rydra_core::cardano::datum;
use rydra_core::cardano::hash::blake2b_256;
use rydra_core::cardano::script::{Script, ScriptLanguage};
use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::txout::{Datum, TxOut};
use rydra_core::cardano::utxo::Utxo;
use rydra_core::cardano::value::{AssetName, Value};
use rydra_core::unit::Hash32;

use super::ledger::{World, decided, signed, with_integrity};
use super::mutate::{self, Plain};
use super::random::Random;
use super::terms;

/// Plutus data: the constructor without fields. Stands in for bytes that are no data, so that they do not keep
/// a script from being run.
pub const UNIT: &[u8] = &[0xd8, 0x79, 0x80];

/// Budgets that a redeemer states: nothing, some, much, and the most that decodes; then too little for any builtin, and
/// for one of memory and steps.
const BUDGETS: [(u64, u64); 8] = [
    (0, 0),
    (20_000, 10_000_000),
    (2_000_000, 2_000_000_000),
    (i64::MAX as u64, i64::MAX as u64),
    (200_000, 60_000),
    (1_000, 2_000_000_000),
    (2_000_000, 1_000_000),
    (200_000, 200_000_000),
];

/// A script and what it is asked: choices, length of the script (two bytes, little-endian), script, data.
pub struct Case<'a> {
    language: ScriptLanguage,
    mints: bool,
    budget: (u64, u64),
    script: &'a [u8],
    data: &'a [u8],
}

impl<'a> Case<'a> {
    /// Reads the fuzzer's bytes; none when they are too short.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (choices, script, data) = Self::parts(bytes)?;
        let language = match choices & 3 {
            0 => ScriptLanguage::PlutusV1,
            1 => ScriptLanguage::PlutusV2,
            _ => ScriptLanguage::PlutusV3,
        };
        let budget = *BUDGETS.get(usize::from(choices >> 3 & 7))?;
        let data = if datum::check(data).is_ok() { data } else { UNIT };
        Some(Self { language, mints: choices & 4 != 0, budget, script, data })
    }

    fn parts(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
        let (&[choices, low, high], rest) = bytes.split_first_chunk()?;
        let length = usize::from(u16::from_le_bytes([low, high])).min(rest.len());
        let (script, data) = rest.split_at_checked(length)?;
        Some((choices, script, data))
    }

    /// The choices' byte and the length, before a script and its data.
    pub fn write(choices: u8, script: &[u8], data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(script.len()).unwrap_or(u16::MAX).to_le_bytes();
        [&[choices], &length[..], script, data].concat()
    }

    fn script(&self) -> Script {
        Script { language: self.language, bytes: self.script.into() }
    }

    /// The set, with an output that the script guards.
    fn utxo(&self) -> Utxo {
        let datum = match self.language {
            ScriptLanguage::PlutusV1 => Datum::Hash(Hash32(blake2b_256(self.data))),
            ScriptLanguage::Native | ScriptLanguage::PlutusV2 | ScriptLanguage::PlutusV3 => {
                Datum::Inline(self.data.into())
            }
        };
        let address = script_address(self.script().hash(), 0);
        let mut utxo = World::get().utxo.clone();
        let output = TxOut::with(&address, Value::of_lovelace(10_000_000), datum, None);
        utxo.insert(World::held(100), output.into());
        utxo
    }

    /// A transaction that needs the script; none when the bytes cannot stand in one.
    pub fn tx(&self) -> Option<Tx> {
        let world = World::get();
        let (script, name) = (self.script(), AssetName(b"m"[..].into()));
        let mut value = Value::of_lovelace(10_000_000);
        if self.mints {
            value.assets.entry(script.hash()).or_default().insert(name.clone(), 1);
        }
        let output = TxOut::new(&world.alice.address(0), value);
        let mut redeemers = vec![0xa1, 0x82, u8::from(self.mints), 0x00, 0x82];
        redeemers.extend_from_slice(self.data);
        let (memory, steps) = self.budget;
        Encoder::new(&mut redeemers).array(2).ok()?.u64(memory).ok()?.u64(steps).ok()?;
        let mut scripts = vec![0xd9, 0x01, 0x02, 0x81];
        Encoder::new(&mut scripts).bytes(&script.bytes).ok()?;
        let field = match self.language {
            ScriptLanguage::PlutusV1 => 3,
            ScriptLanguage::PlutusV2 => 6,
            ScriptLanguage::Native | ScriptLanguage::PlutusV3 => 7,
        };
        let build = TxBuilder::new().output(&output).collateral(World::held(7));
        let build = build.witness_field(5, redeemers).witness_field(field, scripts);
        let build = build.script_integrity_hash(Hash32([7; 32]));
        let build = if self.mints {
            build.input(World::held(0)).mint(script.hash(), name, 1)
        } else if self.language == ScriptLanguage::PlutusV1 {
            build.input(World::held(100)).datum(self.data)
        } else {
            build.input(World::held(100))
        };
        let tx = build.sign(&[&world.alice]).ok()?;
        // With the right hash nothing but the script decides, where there are no fees.
        let tx = with_integrity(&self.utxo(), &tx).unwrap_or(tx);
        signed(&tx)
    }
}

/// Any bytes as a script with its data: every rule is asked, the one that runs scripts among them.
pub fn plutus_glue(bytes: &[u8]) {
    let Some(case) = Case::read(bytes) else { return };
    let Some(tx) = case.tx() else { return };
    decided(&case.utxo(), &tx);
}

/// Flat bytes as scripts have them: in a byte string.
pub fn wrapped(flat: &[u8]) -> Vec<u8> {
    let mut script = Vec::new();
    // Writing to memory cannot fail.
    let _ = Encoder::new(&mut script).bytes(flat);
    script
}

/// `data[..size]` with another script, other data or other choices; gives the new size, at most `max`. Some changes are left
/// to libFuzzer.
pub fn mutate(data: &mut [u8], size: usize, max: usize, seed: u32, plain: Plain) -> usize {
    let mut random = Random(seed.into());
    let changed = data.get(..size).and_then(Case::parts).and_then(|parts| {
        let (choices, script, data) = parts;
        match random.below(6) {
            0 => None,
            1 => Some(Case::write(random.number() as u8, script, data)),
            2 => {
                let data = mutate::mutate(data, max, random.number() as u32, plain)?;
                Some(Case::write(choices, script, &data))
            }
            3 => {
                let mut flat = pallas_codec::minicbor::Decoder::new(script).bytes().ok()?.to_vec();
                let (size, max) = (flat.len(), 2 * flat.len() + 16);
                flat.resize(max, 0);
                let length = plain(&mut flat, size, max);
                flat.truncate(length);
                Some(Case::write(choices, &wrapped(&flat), data))
            }
            _ => {
                let flat = terms::program(arguments(choices), &mut random);
                Some(Case::write(choices, &wrapped(&flat), data))
            }
        }
    });
    match changed.filter(|changed| changed.len() <= max) {
        Some(changed) => {
            data[..changed.len()].copy_from_slice(&changed);
            changed.len()
        }
        None => plain(data, size, max),
    }
}

/// One of so many changes of a transaction is a new one, minting by a program at random.
const MINTING: u32 = 50;

/// Items in a transaction changed, as [`mutate::in_place`]; now and then another transaction, so that scripts in it are
/// more than bytes.
pub fn mutate_tx(data: &mut [u8], size: usize, max: usize, seed: u32, plain: Plain) -> usize {
    if seed.is_multiple_of(MINTING)
        && let Some(bytes) = minting(&mut Random(seed.into()))
        && bytes.len() <= max
    {
        data[..bytes.len()].copy_from_slice(&bytes);
        return bytes.len();
    }
    mutate::in_place(data, size, max, seed, plain)
}

/// A transaction that mints by a program at random.
fn minting(random: &mut Random) -> Option<Vec<u8>> {
    let choices = random.number() as u8 | 4;
    let flat = terms::program(arguments(choices), random);
    let case = Case::write(choices, &wrapped(&flat), UNIT);
    Some(Case::read(&case)?.tx()?.bytes().to_vec())
}

/// Datum, redeemer and context; a policy has no datum; V3 takes all in one.
const fn arguments(choices: u8) -> usize {
    match (choices & 3, choices & 4) {
        (0 | 1, 0) => 3,
        (0 | 1, _) => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use rydra_core::unit::Slot;

    use super::*;

    /// Whether the newest ledger lets the script of a case agree.
    fn agrees(bytes: &[u8]) -> bool {
        let Some(case) = Case::read(bytes) else { return false };
        let Some(tx) = case.tx() else { return false };
        World::get().ledgers[0].apply(Slot(100), &case.utxo(), &tx).is_ok()
    }

    #[test]
    fn every_builtin_can_be_called() {
        for number in 0.. {
            let mut failed = 0;
            loop {
                let mut random = Random(failed);
                let Some(flat) = terms::calling(number, 1, &mut random) else { return };
                let case = Case::write(2 | 0x10, &wrapped(&flat), UNIT);
                if agrees(&case) {
                    break;
                }
                failed += 1;
                assert!(failed < 300, "builtin {number} never agrees");
            }
        }
    }

    #[test]
    fn programs_at_random_decode_and_many_agree() {
        let mut agreed = 0;
        for seed in 0..300 {
            let flat = terms::program(1, &mut Random(seed));
            let case = Case::write(2 | 0x10, &wrapped(&flat), UNIT);
            agreed += usize::from(agrees(&case));
            plutus_glue(&case);
        }
        assert!((60..290).contains(&agreed), "{agreed} of 300 agree");
        // Lambda, error: what fails does not count as agreeing.
        assert!(!agrees(&Case::write(2 | 0x10, &[0x45, 0x01, 0x01, 0x00, 0x26, 0x01], UNIT)));
    }

    #[test]
    fn new_transactions_mint_in_the_world() {
        let applies = |seed| {
            let bytes = minting(&mut Random(seed))?;
            let tx = Tx::decode(bytes).expect("it was built");
            Some(World::get().ledgers[0].apply(Slot(100), &World::get().utxo, &tx).is_ok())
        };
        let agreed = (0..100).filter(|seed| applies(*seed) == Some(true)).count();
        assert!(agreed > 10, "{agreed} of 100 apply");
    }

    #[test]
    fn changes_fit_and_are_repeated() {
        let flip = |data: &mut [u8], size: usize, max: usize| {
            data.iter_mut().take(1).for_each(|first| *first ^= 0x40);
            size.min(max)
        };
        let seed = Case::write(0, &wrapped(&terms::program(3, &mut Random(1))), UNIT);
        for (number, max) in (0..500).zip([seed.len(), 10_000, 40].into_iter().cycle()) {
            let [mut data, mut again] = [vec![0; 10_000], vec![0; 10_000]];
            data[..seed.len()].copy_from_slice(&seed);
            again[..seed.len()].copy_from_slice(&seed);
            let size = mutate(&mut data, seed.len(), max, number, flip);
            assert!(size <= max, "{number}");
            assert_eq!(mutate(&mut again, seed.len(), max, number, flip), size);
            assert_eq!(again, data);
            assert!(mutate_tx(&mut data, size, max, number, flip) <= max);
        }
    }
}
