//! Each function of `rules` has tests `FUNCTION_refuses_*` and `FUNCTION_accepts_*` (`tests/architecture` asks),
//! in the file of the same name; the thefts and panics of other ledgers have tests of their own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod byron;
mod certificate_parts;
mod certificates;
mod collateral;
mod data;
mod fee;
mod governance;
mod governance_parts;
mod inputs;
mod integrity;
mod interface;
mod known_thefts;
mod metadata;
mod network;
mod outputs;
mod parts;
mod phase2;
mod plutus_parts;
mod pools;
mod proposals;
mod scripts;
mod signatures;
mod size;
mod texts;
mod texts_state;
mod validity;
mod value;
mod well_formed;
mod withdrawals;

use super::*;
use crate::cardano::build::{PaymentKey, TxBuilder, script_address};
use crate::cardano::hash::blake2b_256;
use crate::cardano::parameters::Rational;
use crate::cardano::txout::{Datum, Script, ScriptLanguage, TxOut};
use crate::cardano::value::{AssetName, Value};
use crate::unit::{Hash32, ScriptHash, Signature, Span, TxIn, UtcTime};

const ADA: u64 = 1_000_000;
/// Slot at which tests apply transactions unless they say otherwise.
const NOW: Slot = Slot(100);

/// A ledger, a set, and two people.
struct World {
    ledger: Ledger,
    utxo: Utxo,
    alice: PaymentKey,
    bob: PaymentKey,
}

/// The parameters that a head starts with by default: no fees, version 11, and layer 1's bounds on outputs.
fn sample_parameters() -> ProtocolParameters {
    let parameters = include_str!("../../../config/protocol-parameters.json");
    ProtocolParameters::from_json(parameters).unwrap()
}

impl World {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut ProtocolParameters)) -> Self {
        let mut parameters = sample_parameters();
        change(&mut parameters);
        let slot_time = SlotTime::new(UtcTime::EPOCH, Span::seconds(1)).unwrap();
        Self {
            ledger: Ledger::new(parameters, Network::Test, slot_time),
            utxo: Utxo::new(),
            alice: PaymentKey::from_seed(&[1; 32]),
            bob: PaymentKey::from_seed(&[2; 32]),
        }
    }

    /// Puts an output into the set.
    fn holds(&mut self, output: TxOut) -> TxIn {
        let index = u16::try_from(self.utxo.len()).unwrap();
        let input = TxIn { id: TxId([0xee; 32]), index };
        self.utxo.insert(input, output.into());
        input
    }

    fn to_alice(&self, value: Value) -> TxOut {
        TxOut::new(&self.alice.address(0), value)
    }

    fn to_bob(&self, value: Value) -> TxOut {
        TxOut::new(&self.bob.address(0), value)
    }

    /// Alice pays all of a new output of 10 ada to Bob.
    fn payment(&mut self) -> TxBuilder {
        let input = self.holds(self.to_alice(ada(10)));
        TxBuilder::new().input(input).output(&self.to_bob(ada(10)))
    }

    /// [`World::payment`], signed.
    fn paid(&mut self) -> Tx {
        let build = self.payment();
        self.by_alice(&build)
    }

    /// A transaction signed by Alice.
    fn by_alice(&self, build: &TxBuilder) -> Tx {
        build.sign(&[&self.alice]).unwrap()
    }

    fn passes(&self, tx: &Tx) -> Utxo {
        self.passes_at(NOW, tx)
    }

    fn passes_at(&self, slot: Slot, tx: &Tx) -> Utxo {
        assert_eq!(self.ledger.check_all(slot, &self.utxo, tx), [], "no rule refuses");
        assert_eq!(self.ledger.examine(slot, &self.utxo, tx).refusals, []);
        let applied = self.ledger.apply(slot, &self.utxo, tx).unwrap();
        assert_eq!(self.ledger.reapply(slot, &self.utxo, tx).unwrap(), applied);
        assert_eq!(applied, self.utxo.apply(tx));
        applied
    }

    /// Signed by Alice, passes.
    fn alice_may(&self, build: &TxBuilder) -> Utxo {
        self.passes(&self.by_alice(build))
    }

    fn refuses(&self, tx: &Tx, expected: &Refusal) {
        self.refuses_at(NOW, tx, expected);
    }

    /// Refused by exactly this rule and no other, with its name in front.
    fn refuses_at(&self, slot: Slot, tx: &Tx, expected: &Refusal) {
        assert_eq!(self.ledger.apply(slot, &self.utxo, tx).as_ref(), Err(expected));
        assert_eq!(&self.ledger.check_all(slot, &self.utxo, tx), std::slice::from_ref(expected));
        let examined = self.ledger.examine(slot, &self.utxo, tx).refusals;
        assert_eq!(examined, std::slice::from_ref(expected));
        let text = expected.to_string();
        assert!(text.starts_with(&format!("{}: ", expected.predicate())), "{text}");
        assert!(text.len() > expected.predicate().len() + 10, "{text}");
    }

    /// Signed by Alice, refused by exactly this rule.
    fn alice_may_not(&self, build: &TxBuilder, expected: &Refusal) {
        self.refuses(&self.by_alice(build), expected);
    }
}

fn ada(ada: u64) -> Value {
    Value::of_lovelace(ada * ADA)
}

fn token(name: &[u8]) -> AssetName {
    AssetName(name.into())
}

fn with_token(mut value: Value, policy: ScriptHash, name: &[u8], quantity: u64) -> Value {
    value.assets.entry(policy).or_default().insert(token(name), quantity);
    value
}

/// Native script: a signature of this key.
fn signed_by(key: &PaymentKey) -> Script {
    native([&[0x82, 0x00, 0x58, 28][..], &key.hash().0].concat())
}

fn native(bytes: Vec<u8>) -> Script {
    Script { language: ScriptLanguage::Native, bytes: bytes.into() }
}

fn plutus() -> Script {
    Script { language: ScriptLanguage::PlutusV2, bytes: [0x46, 1, 0, 0, 0x22, 0, 0x11].into() }
}

fn at_script(script: &Script, value: Value) -> TxOut {
    TxOut::new(&script_address(script.hash(), 0), value)
}

fn datum_hash(cbor: &[u8]) -> Hash32 {
    Hash32(blake2b_256(cbor))
}
