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

use super::ledger::{World, decided};

/// Plutus data: the constructor without fields. Stands in for bytes that are no data, so that they do not keep
/// a script from being run.
pub const UNIT: &[u8] = &[0xd8, 0x79, 0x80];

/// Budgets that a redeemer states: nothing, some, and the most that decodes.
const BUDGETS: [(u64, u64); 4] =
    [(0, 0), (20_000, 10_000_000), (1_000_000, 500_000_000), (i64::MAX as u64, i64::MAX as u64)];

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
        let (&[choices, low, high], rest) = bytes.split_first_chunk()?;
        let length = usize::from(u16::from_le_bytes([low, high])).min(rest.len());
        let (script, data) = rest.split_at_checked(length)?;
        let language = match choices & 3 {
            0 => ScriptLanguage::PlutusV1,
            1 => ScriptLanguage::PlutusV2,
            _ => ScriptLanguage::PlutusV3,
        };
        let budget = *BUDGETS.get(usize::from(choices >> 3 & 3))?;
        let data = if datum::check(data).is_ok() { data } else { UNIT };
        Some(Self { language, mints: choices & 4 != 0, budget, script, data })
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
        let output = TxOut::new(&world.alice.address(0), Value::of_lovelace(10_000_000));
        let script = self.script();
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
            let name = AssetName(b"m"[..].into());
            build.input(World::held(0)).mint(script.hash(), name, 1)
        } else if self.language == ScriptLanguage::PlutusV1 {
            build.input(World::held(100)).datum(self.data)
        } else {
            build.input(World::held(100))
        };
        build.sign(&[&world.alice]).ok()
    }
}

/// Any bytes as a script with its data: every rule is asked, the one that runs scripts among them.
pub fn plutus_glue(bytes: &[u8]) {
    let Some(case) = Case::read(bytes) else { return };
    let Some(tx) = case.tx() else { return };
    decided(&case.utxo(), &tx);
}
