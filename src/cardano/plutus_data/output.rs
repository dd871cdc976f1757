//! Transaction outputs as Plutus V2 and V3 see them (`onchain.md` 4.1).

use super::encode::{write_bytes, write_constructor, write_end, write_map_header, write_unsigned};
use super::{Data, normalise};
use crate::cardano::txout::{Datum, TxOut};
use crate::cardano::value::Value;

const CREDENTIAL_BYTES: usize = 28;

/// Appends `serialiseData` of an output; false, with nothing appended, when it has no such form: a Byron
/// address, or bytes that the ledger itself would not accept as address or datum.
pub fn write_txout(output: &TxOut, out: &mut Vec<u8>) -> bool {
    let start = out.len();
    let written = address(&output.address, out, start).is_some() && {
        value(&output.value, out);
        datum(&output.datum, out)
    };
    if !written {
        out.truncate(start);
        return false;
    }
    match &output.reference_script {
        None => write_constructor(1, true, out),
        Some(script) => constructor(0, out, |out| write_bytes(&script.hash().0, out)),
    }
    write_end(out);
    true
}

/// The output as data; none when it has no such form, or its datum is nested too deeply for a tree.
#[must_use]
pub fn data_of_txout(output: &TxOut) -> Option<Data> {
    let mut bytes = Vec::new();
    write_txout(output, &mut bytes).then(|| Data::decode(&bytes).ok()).flatten()
}

fn constructor(index: u64, out: &mut Vec<u8>, fields: impl FnOnce(&mut Vec<u8>)) {
    write_constructor(index, false, out);
    fields(out);
    write_end(out);
}

/// Opens the output's own constructor, then writes the address.
fn address(bytes: &[u8], out: &mut Vec<u8>, start: usize) -> Option<()> {
    debug_assert_eq!(out.len(), start);
    let (header, rest) = bytes.split_first()?;
    let (payment, staking) = rest.split_at_checked(CREDENTIAL_BYTES)?;
    // Bits 4 and 5 of the header: payment and staking part are scripts.
    let (kind, payment_script, staking_script) =
        (header >> 4, header & 0x10 != 0, header & 0x20 != 0);
    write_constructor(0, false, out);
    write_constructor(0, false, out);
    credential(payment_script, payment, out);
    match kind {
        0..=3 if staking.len() == CREDENTIAL_BYTES => constructor(0, out, |out| {
            constructor(0, out, |out| credential(staking_script, staking, out));
        }),
        4 | 5 => {
            let [slot, tx, certificate] = pointer(staking)?;
            constructor(0, out, |out| {
                constructor(1, out, |out| {
                    write_unsigned(slot, out);
                    write_unsigned(tx, out);
                    write_unsigned(certificate, out);
                });
            });
        }
        6 | 7 if staking.is_empty() => write_constructor(1, true, out),
        _ => return None,
    }
    write_end(out);
    Some(())
}

fn credential(script: bool, hash: &[u8], out: &mut Vec<u8>) {
    constructor(u64::from(script), out, |out| write_bytes(hash, out));
}

/// Slot, transaction index and certificate index: base 128, most significant first, of 32, 16 and 16 bits.
fn pointer(bytes: &[u8]) -> Option<[u64; 3]> {
    const BITS: [u32; 3] = [32, 16, 16];
    let mut bytes = bytes.iter();
    let mut parts = [0u64; 3];
    for (part, bits) in parts.iter_mut().zip(BITS) {
        loop {
            let byte = *bytes.next()?;
            *part = *part << 7 | u64::from(byte & 0x7f);
            if *part >> bits != 0 {
                return None;
            }
            if byte & 0x80 == 0 {
                break;
            }
        }
    }
    bytes.next().is_none().then_some(parts)
}

/// Ada first, under the empty policy and name, then policies and names ascending bytewise.
fn value(value: &Value, out: &mut Vec<u8>) {
    write_map_header(value.assets.len() + 1, out);
    write_bytes(&[], out);
    write_map_header(1, out);
    write_bytes(&[], out);
    write_unsigned(value.lovelace, out);
    for (policy, assets) in &value.assets {
        write_bytes(&policy.0, out);
        write_map_header(assets.len(), out);
        for (name, quantity) in assets {
            write_bytes(&name.0, out);
            write_unsigned(*quantity, out);
        }
    }
}

fn datum(datum: &Datum, out: &mut Vec<u8>) -> bool {
    match datum {
        Datum::None => write_constructor(0, true, out),
        Datum::Hash(hash) => constructor(1, out, |out| write_bytes(&hash.0, out)),
        Datum::Inline(cbor) => {
            write_constructor(2, false, out);
            if normalise(cbor, out).is_err() {
                return false;
            }
            write_end(out);
        }
    }
    true
}
