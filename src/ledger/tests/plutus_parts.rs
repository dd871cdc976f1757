//! Transactions with Plutus scripts: the parts that phase 1 asks for, and two scripts to run.

use super::parts::*;
use super::*;
use crate::cardano::redeemer::{Purpose, RedeemerPointer};

/// What the passing script of version 3 needs less of.
pub(super) const UNITS: (u64, u64) = (600, 80_000);

/// Version 3 of `(program 1.0.0 (lam context (con unit ())))`: 500 units of memory, 64,100 steps.
pub(super) fn passing() -> Script {
    Script { language: ScriptLanguage::PlutusV3, bytes: [0x45, 1, 0, 0, 0x24, 0x99].into() }
}

/// Version 3 of `(program 1.0.0 (lam context (error)))`.
pub(super) fn failing() -> Script {
    Script { language: ScriptLanguage::PlutusV3, bytes: [0x45, 1, 0, 0, 0x26, 0x01].into() }
}

/// Well-formed in every language; phase 1 alone is the subject of who uses it.
pub(super) fn of(language: ScriptLanguage) -> Script {
    Script { language, bytes: [0x44, 1, 0, 0, 0x61].into() }
}

/// The field of the witness set that holds scripts of this language.
pub(super) const fn field(language: ScriptLanguage) -> u64 {
    match language {
        ScriptLanguage::Native => 1,
        ScriptLanguage::PlutusV1 => 3,
        ScriptLanguage::PlutusV2 => 6,
        ScriptLanguage::PlutusV3 => 7,
    }
}

pub(super) const fn at(purpose: Purpose, index: u32) -> RedeemerPointer {
    RedeemerPointer { purpose, index }
}

/// The hash over redeemers, datums and the cost model of version 3 as it stands in the parameters.
pub(super) fn integrity(world: &World, redeemers: &[u8], datums: &[u8]) -> Hash32 {
    let costs = &world.ledger.parameters.cost_models.0[&ScriptLanguage::PlutusV3];
    let costs = pallas_codec::minicbor::to_vec(costs).unwrap();
    Hash32(blake2b_256(&[redeemers, datums, &[0xa1, 0x02], &costs].concat()))
}

/// Alice spends what the passing script guards, with everything that the ledger asks for.
pub(super) fn spends(world: &mut World) -> TxBuilder {
    spends_at(world, &passing(), Datum::None, UNITS)
}

/// As [`spends`], with a script of version 3.
pub(super) fn spends_at(
    world: &mut World,
    script: &Script,
    datum: Datum,
    units: (u64, u64),
) -> TxBuilder {
    let address = script_address(script.hash(), 0);
    let input = world.holds(TxOut::with(&address, ada(10), datum, None));
    let collateral = world.holds(world.to_alice(ada(5)));
    let redeemers = list(&[redeemer(0, 0, units.0, units.1)]);
    let hash = integrity(world, &redeemers, &[]);
    TxBuilder::new()
        .input(input)
        .collateral(collateral)
        .output(&world.to_bob(ada(10)))
        .witness_field(7, list(&[string(&script.bytes)]))
        .witness_field(5, redeemers)
        .script_integrity_hash(hash)
}

impl World {
    /// Whether a refusal is among all that refuse, with none of them twice.
    pub(super) fn lists(&self, tx: &Tx, refusal: &Refusal) -> bool {
        self.ledger.check_all(NOW, &self.utxo, tx).contains(refusal)
    }
}
