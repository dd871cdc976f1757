//! Scripts run through whole transactions; programs are written in the evaluator's text form.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod budgets;
mod hostile;
mod limits;
mod refusals;
mod semantics;
pub(in crate::ledger::plutus) mod text;
mod weights;
mod well_formed;
mod worst;

use std::collections::BTreeMap;

use super::*;
use crate::cardano::build::{TxBuilder, script_address};
use crate::cardano::parameters::ExecutionUnits;
use crate::cardano::slot_time::SlotTime;
use crate::cardano::tx::Tx;
use crate::cardano::txout::TxOut;
use crate::cardano::utxo::Utxo;
use crate::cardano::value::Value;
use crate::ledger::{Ledger, Network, Refusal};
use crate::unit::{Slot, Span, TxId, TxIn, UtcTime};

pub(in crate::ledger::plutus) const V1: ScriptLanguage = ScriptLanguage::PlutusV1;
pub(in crate::ledger::plutus) const V2: ScriptLanguage = ScriptLanguage::PlutusV2;
pub(in crate::ledger::plutus) const V3: ScriptLanguage = ScriptLanguage::PlutusV3;

/// Plenty, without a stack of its own.
pub(in crate::ledger::plutus) const UNITS: ExecutionUnits =
    ExecutionUnits { memory: 300_000, steps: 1_000_000_000 };

pub(in crate::ledger::plutus) fn cbor_bytes(content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    pallas_codec::minicbor::Encoder::new(&mut bytes).bytes(content).unwrap();
    bytes
}

/// Flat bytes of a program in text form.
pub(in crate::ledger::plutus) fn flat_of(text: &str) -> Vec<u8> {
    let number = |name: &str| {
        let of = |function: &_| format!("{function:?}").eq_ignore_ascii_case(name);
        builtins::BY_NUMBER.iter().find(|function| of(function)).map(|function| *function as u8)
    };
    text::flat_of(text, number)
}

pub(in crate::ledger::plutus) fn script(language: ScriptLanguage, text: &str) -> Script {
    Script { language, bytes: cbor_bytes(&flat_of(text)).into() }
}

/// A body under as many lambdas as the language has arguments for a spend with a datum.
pub(in crate::ledger::plutus) fn spender(language: ScriptLanguage, body: &str) -> Script {
    match language {
        ScriptLanguage::PlutusV3 => script(language, &format!("(program 1.1.0 (lam c {body}))")),
        ScriptLanguage::Native | ScriptLanguage::PlutusV1 | ScriptLanguage::PlutusV2 => {
            script(language, &format!("(program 1.0.0 (lam d (lam r (lam c {body}))))"))
        }
    }
}

/// A set with one output at the script, and a transaction that spends it.
pub(in crate::ledger::plutus) struct Spend {
    pub major: u64,
    pub script: Script,
    pub datum: Datum,
    pub redeemer: Vec<u8>,
    pub units: ExecutionUnits,
    pub is_valid: bool,
    pub costs: Option<Vec<i64>>,
    pub change: fn(TxBuilder) -> TxBuilder,
}

impl Spend {
    pub(in crate::ledger::plutus) fn of(script: Script) -> Self {
        Self {
            major: 11,
            script,
            datum: Datum::Inline([0x01].into()),
            redeemer: vec![0x02],
            units: UNITS,
            is_valid: true,
            costs: None,
            change: |builder| builder,
        }
    }

    pub(in crate::ledger::plutus) fn input() -> TxIn {
        TxIn { id: TxId([0xaa; 32]), index: 3 }
    }

    pub(in crate::ledger::plutus) fn ledger(&self) -> Ledger {
        let parameters = include_str!("../../../../config/protocol-parameters.json");
        let mut parameters = ProtocolParameters::from_json(parameters).unwrap();
        parameters.protocol_version.major = self.major;
        // Budgets are tested here, not the limit on them.
        let most = i64::MAX as u64;
        parameters.max_tx_execution_units = ExecutionUnits { memory: most, steps: most };
        if let Some(costs) = &self.costs {
            parameters.cost_models.0 = BTreeMap::from([(self.script.language, costs.clone())]);
        }
        // The limit of a transaction is phase 1's; budgets here are as large as they can be stated.
        parameters.max_tx_execution_units = ExecutionUnits { memory: u64::MAX, steps: u64::MAX };
        let slot_time = SlotTime::new(UtcTime::EPOCH, Span::seconds(1)).unwrap();
        Ledger::new(parameters, Network::Test, slot_time)
    }

    pub(in crate::ledger::plutus) fn tx(&self) -> (Utxo, Tx) {
        let address = script_address(self.script.hash(), 0);
        let value = Value::of_lovelace(5_000_000);
        // V1 knows no inline datums.
        let v1_inline = self.script.language == V1 && matches!(self.datum, Datum::Inline(_));
        let datum = if v1_inline { Datum::None } else { self.datum.clone() };
        let mut utxo = Utxo::new();
        utxo.insert(Self::input(), TxOut::with(&address, value.clone(), datum, None).into());
        let units = [self.units.memory, self.units.steps];
        let mut redeemers = vec![0xa1, 0x82, 0x00, 0x00, 0x82];
        redeemers.extend_from_slice(&self.redeemer);
        let mut e = pallas_codec::minicbor::Encoder::new(&mut redeemers);
        e.array(2).unwrap().u64(units[0]).unwrap().u64(units[1]).unwrap();
        let scripts = [&[0x81][..], &cbor_bytes(&self.script.bytes)].concat();
        let field = match self.script.language {
            ScriptLanguage::PlutusV1 => 3,
            ScriptLanguage::PlutusV2 => 6,
            ScriptLanguage::Native | ScriptLanguage::PlutusV3 => 7,
        };
        let builder = TxBuilder::new()
            .input(Self::input())
            .output(&TxOut::new(&address, value))
            .witness_field(field, scripts)
            .witness_field(5, redeemers);
        let builder = if self.is_valid { builder } else { builder.invalid() };
        (utxo, (self.change)(builder).sign(&[]).unwrap())
    }

    pub(in crate::ledger::plutus) fn verdict(
        &self,
    ) -> Result<Result<ExecutionUnits, ScriptFailure>, Refusal> {
        let (utxo, tx) = self.tx();
        let mut verdicts = self.ledger().evaluate(Slot(0), &utxo, &tx)?;
        assert_eq!(verdicts.len(), 1);
        Ok(verdicts.remove(0).spent)
    }

    pub(in crate::ledger::plutus) fn spent(&self) -> Result<ExecutionUnits, ScriptFailure> {
        self.verdict().unwrap()
    }

    /// The rule alone, after the layers it stands on.
    pub(in crate::ledger::plutus) fn rule(&self) -> Result<(), Refusal> {
        let ((utxo, tx), ledger) = (self.tx(), self.ledger());
        let fixed = crate::ledger::context::Fixed { ledger: &ledger, tx: &tx };
        let resolved = crate::ledger::context::Resolved::new(fixed, Slot(0), &utxo);
        crate::ledger::rules::validation_tag_mismatch(&Witnessed::new(&resolved))
    }
}
