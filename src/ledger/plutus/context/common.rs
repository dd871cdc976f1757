//! What contexts of all languages are made of: references, addresses, values, outputs, time.

use super::{ContextError, OutputSource, Scene};
use crate::cardano::credential::Credential;
use crate::cardano::slot_time::SlotTime;
use crate::cardano::txout::{Datum, ScriptLanguage, TxOut};
use crate::cardano::value::{Assets, Value};
use crate::ledger::plutus::pool::{Data, Pool};
use crate::unit::{Slot, TxId, TxIn};

/// Bytes of a credential hash.
const HASH_BYTES: usize = 28;

impl<'a> Scene<'a> {
    pub(super) fn tx_id(&self, id: TxId) -> Data<'a> {
        let bytes = self.pool.bytes(&id.0);
        if self.language == ScriptLanguage::PlutusV3 {
            bytes
        } else {
            self.pool.constr(0, &[bytes])
        }
    }

    pub(super) fn reference(&self, input: TxIn) -> Data<'a> {
        self.pool.constr(0, &[self.tx_id(input.id), self.pool.int(input.index)])
    }

    pub(super) fn credential(&self, credential: Credential) -> Data<'a> {
        match credential {
            Credential::Key(hash) => self.pool.constr(0, &[self.pool.bytes(&hash.0)]),
            Credential::Script(hash) => self.pool.constr(1, &[self.pool.bytes(&hash.0)]),
        }
    }

    /// A stake credential as V1 and V2 know it: a hash, not a pointer.
    pub(super) fn staking_hash(&self, credential: Credential) -> Data<'a> {
        self.pool.constr(0, &[self.credential(credential)])
    }

    /// An output as this language sees it.
    pub(super) fn output(
        &self,
        source: OutputSource,
        output: &TxOut,
    ) -> Result<Data<'a>, ContextError> {
        let pool = self.pool;
        let v1 = self.language == ScriptLanguage::PlutusV1;
        if v1 && matches!(output.datum, Datum::Inline(_)) {
            return Err(ContextError::InlineDatumsNotSupported(source));
        }
        let address =
            address(pool, &output.address).ok_or(ContextError::ByronTxOutInContext(source))?;
        let value = value(pool, &output.value);
        if v1 {
            let hash = match &output.datum {
                Datum::Hash(hash) => Some(pool.bytes(&hash.0)),
                Datum::None | Datum::Inline(_) => None,
            };
            return Ok(pool.constr(0, &[address, value, pool.maybe(hash)]));
        }
        let datum = match &output.datum {
            Datum::None => pool.constr(0, &[]),
            Datum::Hash(hash) => pool.constr(1, &[pool.bytes(&hash.0)]),
            Datum::Inline(cbor) => pool.constr(2, &[super::decoded(pool, cbor)?]),
        };
        let script = output.reference_script.as_ref().map(|script| pool.bytes(&script.hash().0));
        Ok(pool.constr(0, &[address, value, datum, pool.maybe(script)]))
    }

    /// The validity interval in milliseconds since 1970: begin inclusive, end exclusive.
    pub(super) fn valid_range(
        &self,
        slot_time: &SlotTime,
        from: Option<Slot>,
        until: Option<Slot>,
    ) -> Data<'a> {
        let pool = self.pool;
        let bound = |slot: Option<Slot>, infinity: u64, closed: bool| match slot {
            Some(slot) => {
                let finite = pool.constr(1, &[pool.int(millis(slot_time, slot))]);
                pool.constr(0, &[finite, pool.bool(closed)])
            }
            None => pool.constr(0, &[pool.constr(infinity, &[]), pool.bool(true)]),
        };
        pool.constr(0, &[bound(from, 0, true), bound(until, 2, false)])
    }
}

/// Begin of a slot in whole milliseconds since 1970, rounded down.
fn millis(slot_time: &SlotTime, slot: Slot) -> i128 {
    const PICOS_PER_MILLI: i128 = 1_000_000_000;
    slot_time.start_of(slot).picos.div_euclid(PICOS_PER_MILLI)
}

/// A payment address; none for Byron addresses.
fn address<'a>(pool: Pool<'a>, bytes: &[u8]) -> Option<Data<'a>> {
    const BYRON_BIT: u8 = 0b1000_0000;
    const PAYMENT_SCRIPT_BIT: u8 = 0b0001_0000;
    const STAKE_SCRIPT_BIT: u8 = 0b0010_0000;
    let (&header, rest) = bytes.split_first()?;
    if header & BYRON_BIT != 0 {
        return None;
    }
    let (payment, stake) = rest.split_at_checked(HASH_BYTES)?;
    let credential =
        |script: bool, hash: &[u8]| pool.constr(u64::from(script), &[pool.bytes(hash)]);
    let payment = credential(header & PAYMENT_SCRIPT_BIT != 0, payment);
    let stake = match header >> 4 {
        0..=3 => {
            let inner = credential(header & STAKE_SCRIPT_BIT != 0, stake);
            Some(pool.constr(0, &[inner]))
        }
        4 | 5 => Some(pointer(pool, stake)?),
        _ => None,
    };
    Some(pool.constr(0, &[payment, pool.maybe(stake)]))
}

/// Slot, transaction index and certificate index, in groups of seven bits.
fn pointer<'a>(pool: Pool<'a>, bytes: &[u8]) -> Option<Data<'a>> {
    let mut parts = [0_u64; 3];
    let mut bytes = bytes.iter();
    for part in &mut parts {
        loop {
            let byte = *bytes.next()?;
            *part = *part << 7 | u64::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                break;
            }
        }
    }
    Some(pool.constr(1, &parts.map(|part| pool.int(part))))
}

/// Lovelace first, under the empty policy, then assets by policy and name.
pub(super) fn value<'a>(pool: Pool<'a>, value: &Value) -> Data<'a> {
    let assets = assets(pool, &value.assets, |quantity| pool.int(*quantity));
    pool.map_of(std::iter::once(lovelace(pool, value.lovelace)).chain(assets))
}

/// A value of nothing but lovelace.
pub(super) fn lovelace_value(pool: Pool<'_>, amount: u64) -> Data<'_> {
    pool.map(&[lovelace(pool, amount)])
}

/// What is minted. V1 and V2 see an entry of no lovelace before it, V3 does not.
pub(super) fn mint<'a>(pool: Pool<'a>, language: ScriptLanguage, minted: &Assets<i64>) -> Data<'a> {
    let none = (language != ScriptLanguage::PlutusV3).then(|| lovelace(pool, 0));
    pool.map_of(none.into_iter().chain(assets(pool, minted, |quantity| pool.int(*quantity))))
}

fn lovelace(pool: Pool<'_>, amount: u64) -> (Data<'_>, Data<'_>) {
    (pool.bytes(&[]), pool.map(&[(pool.bytes(&[]), pool.int(amount))]))
}

fn assets<'a, Q>(
    pool: Pool<'a>,
    assets: &Assets<Q>,
    quantity: impl Fn(&Q) -> Data<'a>,
) -> impl Iterator<Item = (Data<'a>, Data<'a>)> {
    assets.iter().map(move |(policy, named)| {
        let named = named.iter().map(|(name, held)| (pool.bytes(&name.0), quantity(held)));
        (pool.bytes(&policy.0), pool.map_of(named))
    })
}
