//! Transactions against the ledger: no panic, and its entry points agree.

use std::sync::OnceLock;

use pallas_codec::minicbor::{Decoder, Encoder};
use rydra_core::cardano::build::{PaymentKey, script_address};
use rydra_core::cardano::hash::blake2b_256;
use rydra_core::cardano::parameters::ProtocolParameters;
use rydra_core::cardano::rational::Rational;
use rydra_core::cardano::script::{Script, ScriptLanguage};
use rydra_core::cardano::slot_time::SlotTime;
use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::txout::{Datum, TxOut};
use rydra_core::cardano::utxo::Utxo;
use rydra_core::cardano::value::{AssetName, Value};
use rydra_core::ledger::{Ledger, Network, Refusal};
use rydra_core::unit::{Hash32, Slot, Span, TxId, TxIn, UtcTime};

const ADA: u64 = 1_000_000;

/// Slots around the bounds that seeds state.
const SLOTS: [Slot; 2] = [Slot(0), Slot(100)];

/// Costs of every builtin there is, and a few that nothing reads. What has none can never be called.
const COSTS: usize = 400;

/// What every run is decided against.
pub struct World {
    /// Version 11 without fees, as a head is by default, but for costs of all builtins; version 9 with fees and small
    /// limits.
    pub ledgers: [Ledger; 2],
    /// One output of each kind.
    pub utxo: Utxo,
    /// Owners of outputs.
    pub alice: PaymentKey,
    /// Owner of one output.
    pub bob: PaymentKey,
}

impl World {
    /// The one of this process.
    pub fn get() -> &'static Self {
        static WORLD: OnceLock<World> = OnceLock::new();
        WORLD.get_or_init(Self::make)
    }

    /// Reference of the output of this index.
    pub const fn held(index: u16) -> TxIn {
        TxIn { id: TxId([0xee; 32]), index }
    }

    /// A native script: Alice signs, from slot 50 on.
    pub fn vault() -> Script {
        let alice = PaymentKey::from_seed(&[1; 32]).hash();
        let bytes =
            [&[0x82, 0x01, 0x82, 0x82, 0x00, 0x58, 28][..], &alice.0, &[0x82, 0x04, 0x18, 50]];
        Script { language: ScriptLanguage::Native, bytes: bytes.concat().into() }
    }

    /// A Plutus script that agrees to everything: it takes its arguments and gives unit back.
    pub fn agrees(language: ScriptLanguage) -> Script {
        // Flat: version 1.0.0 with two or three lambdas around unit, 1.1.0 with one.
        let flat: &[u8] = match language {
            ScriptLanguage::PlutusV3 => &[0x45, 0x01, 0x01, 0x00, 0x24, 0x99],
            ScriptLanguage::Native | ScriptLanguage::PlutusV1 | ScriptLanguage::PlutusV2 => {
                &[0x46, 0x01, 0x00, 0x00, 0x22, 0x24, 0x99]
            }
        };
        Script { language, bytes: flat.into() }
    }

    fn make() -> Self {
        let json = include_str!("../../config/protocol-parameters.json");
        let mut parameters = ProtocolParameters::from_json(json).expect("our own parameters");
        let mut strict = parameters.clone();
        for costs in parameters.cost_models.0.values_mut() {
            costs.resize(costs.len().max(COSTS), 1);
        }
        strict.protocol_version.major = 9;
        (strict.tx_fee_per_byte, strict.tx_fee_fixed) = (44, 1000);
        (strict.max_tx_size, strict.max_value_size) = (2000, 200);
        strict.min_fee_ref_script_cost_per_byte = Rational::new(15, 1).expect("a ratio");
        let slots = SlotTime::new(UtcTime::EPOCH, Span::seconds(1)).expect("a length");
        let ledgers = [parameters, strict].map(|p| Ledger::new(p, Network::Test, slots));
        let [alice, bob] = [1, 2].map(|seed| PaymentKey::from_seed(&[seed; 32]));
        let utxo = Self::outputs(&alice, &bob);
        Self { ledgers, utxo, alice, bob }
    }

    fn outputs(alice: &PaymentKey, bob: &PaymentKey) -> Utxo {
        let ada = |ada: u64| Value::of_lovelace(ada * ADA);
        let mut tokens = ada(10);
        let name = AssetName(b"token"[..].into());
        tokens.assets.entry(Self::vault().hash()).or_default().insert(name, 7);
        let unit: &[u8] = &[0xd8, 0x79, 0x80];
        let hash = Datum::Hash(Hash32(blake2b_256(unit)));
        let locked = |script: &Script| script_address(script.hash(), 0);
        let [v1, v2, v3] =
            [ScriptLanguage::PlutusV1, ScriptLanguage::PlutusV2, ScriptLanguage::PlutusV3]
                .map(Self::agrees);
        let inline = || Datum::Inline(unit.into());
        let outputs = [
            TxOut::new(&alice.address(0), ada(10)),
            TxOut::new(&bob.address(0), tokens),
            TxOut::new(&locked(&Self::vault()), ada(10)),
            TxOut::with(&alice.address(0), ada(10), inline(), Some(Self::vault())),
            TxOut::with(&locked(&v1), ada(10), hash.clone(), None),
            TxOut::with(&locked(&v2), ada(10), inline(), Some(v2)),
            TxOut::with(&locked(&v3), ada(10), hash, None),
            TxOut::with(&alice.address(0), ada(50), Datum::None, Some(v3)),
        ];
        (0..).map(Self::held).zip(outputs).collect()
    }
}

/// Any bytes as a transaction; what decodes is decided as it is, and again with the integrity hash that it needs and the
/// signatures of all owners, so that rules behind them are reached.
pub fn tx_validate(data: &[u8]) {
    let Ok(tx) = Tx::decode(data) else { return };
    let utxo = &World::get().utxo;
    decided(utxo, &tx);
    match signed(&with_integrity(utxo, &tx).unwrap_or_else(|| tx.clone())) {
        Some(signed) if signed.bytes() != tx.bytes() => decided(utxo, &signed),
        _ => {}
    }
}

/// The entry points agree on one transaction over a set, for each of the ledgers at each of the slots; at one of these,
/// by the transaction's id, a second time as well, and its scripts run even when something else refuses it.
pub fn decided(utxo: &Utxo, tx: &Tx) {
    let again_at = usize::from(tx.id().0[0]) % SLOTS.len();
    for ledger in &World::get().ledgers {
        for (number, slot) in SLOTS.into_iter().enumerate() {
            let refusals = ledger.check_all(slot, utxo, tx);
            for refusal in &refusals {
                let text = refusal.to_string();
                assert!(text.starts_with(refusal.predicate()), "{text}");
            }
            let verdict = ledger.apply(slot, utxo, tx);
            match &verdict {
                Ok(applied) => {
                    assert_eq!(refusals, [], "applies, so no rule refuses");
                    assert_eq!(*applied, utxo.apply(tx), "what is applied is what it says");
                    let again = ledger.reapply(slot, utxo, tx);
                    assert_eq!(again.as_ref(), Ok(applied), "what applied re-applies");
                }
                Err(first) => {
                    assert!(refusals.contains(first), "{first}: not among {refusals:?}");
                }
            }
            if number == again_at {
                assert_eq!(ledger.apply(slot, utxo, tx), verdict, "a verdict is repeated");
                let examined = ledger.examine(slot, utxo, tx);
                assert_eq!(examined.refusals, refusals, "so are the refusals");
            }
        }
    }
}

/// The transaction with the integrity hash that the ledger asks for in place of the one that it states; none when
/// that one is right, or missing.
pub fn with_integrity(utxo: &Utxo, tx: &Tx) -> Option<Tx> {
    let stated = tx.body().script_data_hash?;
    let refusals = World::get().ledgers[0].check_all(SLOTS[1], utxo, tx);
    let needed = refusals.iter().find_map(|refusal| {
        let Refusal::ScriptIntegrityHashMismatch { needed, .. } = refusal else { return None };
        *needed
    })?;
    let mut bytes = tx.bytes().to_vec();
    let at = bytes.windows(32).position(|window| window == stated.0)?;
    bytes.get_mut(at..at + 32)?.copy_from_slice(&needed.0);
    Tx::decode(bytes).ok()
}

/// The same body with the owners' signatures in place of the key witnesses; every other witness as it is.
pub fn signed(tx: &Tx) -> Option<Tx> {
    let world = World::get();
    let mut others = Vec::new();
    let mut reader = Decoder::new(tx.witness_bytes());
    let mut left = reader.map().ok()?.unwrap_or(u64::MAX);
    while left > 0 && reader.position() < tx.witness_bytes().len() {
        let Ok(key) = reader.u64() else { break };
        let start = reader.position();
        reader.skip().ok()?;
        if key != 0 {
            others.push((key, tx.witness_bytes().get(start..reader.position())?));
        }
        left -= 1;
    }
    let mut witnesses = Vec::new();
    let mut e = Encoder::new(&mut witnesses);
    e.map(others.len() as u64 + 1).ok()?.u8(0).ok()?.array(2).ok()?;
    for key in [&world.alice, &world.bob] {
        let signature = key.sign(tx.id());
        e.array(2).ok()?.bytes(&key.vkey().0).ok()?.bytes(&signature.0).ok()?;
    }
    for (key, value) in others {
        e.u64(key).ok()?;
        e.writer_mut().extend_from_slice(value);
    }
    let is_valid = if tx.is_valid() { 0xf5 } else { 0xf4 };
    let auxiliary = tx.auxiliary_data().unwrap_or(&[0xf6]);
    let bytes = [&[0x84], tx.body_bytes(), &witnesses, &[is_valid], auxiliary].concat();
    Tx::decode(bytes).ok()
}
