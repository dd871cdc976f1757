#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{data_of_txout, normalise, write_txout};
use crate::cardano::txout::{Datum, Script, ScriptLanguage, TxOut};
use crate::testing::{enterprise, output_a, output_b};
use crate::unit::{Hash32, hex, unhex};

fn plutus(output: &TxOut) -> Option<String> {
    let mut out = vec![0xee];
    let written = write_txout(output, &mut out);
    assert_eq!(written, out.len() > 1, "a refusal appends nothing");
    written.then(|| hex(&out[1..]))
}

#[test]
fn worked_outputs_come_out() {
    let a = format!(
        "d8799fd8799fd8799f581c{}ffd87a80ffa140a1401a001e8480d87980d87a80ff",
        "11".repeat(28)
    );
    assert_eq!(plutus(&output_a()), Some(a));
    let b = format!(
        "d8799fd8799fd8799f581c{}ffd87a80ffa240a1401a003567e0581c{}a145746f6b656e05d87b9f182affd87a80ff",
        "22".repeat(28),
        "aa".repeat(28)
    );
    assert_eq!(plutus(&output_b()), Some(b));
    let data = data_of_txout(&output_b()).unwrap();
    assert_eq!(Some(hex(&data.to_vec())), plutus(&output_b()));
}

#[test]
fn every_shelley_payment_address_has_its_form() {
    let (key, script) = ("11".repeat(28), "22".repeat(28));
    let base = |payment: &str, staking: &str| format!("{payment}d8799fd8799f{staking}ffff");
    let (pay_key, pay_script) = (format!("d8799f581c{key}ff"), format!("d87a9f581c{key}ff"));
    let (stake_key, stake_script) =
        (format!("d8799f581c{script}ff"), format!("d87a9f581c{script}ff"));
    let pointer = "d8799fd87a9f1a0025b4a50503ffff";
    let pointer_bytes = "8196e925".to_owned() + "05" + "03";
    let cases = [
        (0x01, script.clone(), base(&pay_key, &stake_key)),
        (0x10, script.clone(), base(&pay_script, &stake_key)),
        (0x21, script.clone(), base(&pay_key, &stake_script)),
        (0x31, script.clone(), base(&pay_script, &stake_script)),
        (0x41, pointer_bytes.clone(), format!("{pay_key}{pointer}")),
        (0x50, pointer_bytes, format!("{pay_script}{pointer}")),
        (0x60, String::new(), format!("{pay_key}d87a80")),
        (0x71, String::new(), format!("{pay_script}d87a80")),
    ];
    for (header, staking, expected) in cases {
        let mut output = enterprise(0x11, 0);
        output.address = unhex(&format!("{header:02x}{key}{staking}")).unwrap().into();
        let rest = "a140a14000d87980d87a80ff";
        assert_eq!(plutus(&output), Some(format!("d8799fd8799f{expected}ff{rest}")), "{header:x}");
    }
}

#[test]
fn addresses_without_plutus_form_are_refused() {
    let hash = "11".repeat(28);
    let cases = [
        ("Byron", format!("82d818{hash}")),
        ("reward", format!("e0{hash}")),
        ("empty", String::new()),
        ("header only", "60".into()),
        ("short payment part", "60".to_owned() + &"11".repeat(27)),
        ("long enterprise", format!("60{hash}00")),
        ("short staking part", format!("00{hash}{}", "22".repeat(27))),
        ("long staking part", format!("00{hash}{}", "22".repeat(29))),
        ("pointer cut off", format!("40{hash}8105")),
        ("pointer with more", format!("40{hash}01020304")),
        ("pointer slot over 32 bits", format!("40{hash}90808080000101")),
        ("pointer index over 16 bits", format!("40{hash}0184808001")),
    ];
    for (name, address) in cases {
        let mut output = output_a();
        output.address = unhex(&address).unwrap().into();
        assert_eq!(plutus(&output), None, "{name}");
    }
}

#[test]
fn datum_hash_is_written_and_a_datum_that_is_no_data_refused() {
    let mut output = output_a();
    output.datum = Datum::Hash(Hash32([9; 32]));
    assert!(plutus(&output).unwrap().contains(&format!("d87a9f5820{}ff", "09".repeat(32))));
    output.datum = Datum::Inline([0x61, b'a'].into());
    assert_eq!(plutus(&output), None);
}

#[test]
fn the_hash_of_a_reference_script_is_written() {
    let mut output = output_a();
    let script = Script { language: ScriptLanguage::PlutusV3, bytes: [1, 2, 3].into() };
    let tail = format!("d87980d8799f581c{}ffff", script.hash());
    output.reference_script = Some(script);
    assert!(plutus(&output).unwrap().ends_with(&tail));
}

#[test]
fn every_golden_output_but_byron_ones_has_a_plutus_form() {
    let Some(bytes) = crate::testing::reference("golden/Snapshot.cbor") else { return };
    let mut d = pallas_codec::minicbor::Decoder::new(&bytes);
    let snapshots: Vec<crate::snapshot::Snapshot> =
        crate::wire::cbor::list(&mut d, |d| d.decode()).unwrap();
    let transactions = snapshots.iter().flat_map(|snapshot| &snapshot.confirmed);
    let produced = transactions.flat_map(|tx| tx.body().outputs.clone());
    let held = snapshots.iter().flat_map(|s| s.utxo.iter().map(|(_, output)| output.clone()));
    let outputs: Vec<_> = produced.chain(held).collect();
    assert!(outputs.len() > 20, "{} outputs", outputs.len());
    for output in outputs {
        let form = plutus(&output);
        assert_eq!(form.is_none(), output.is_byron(), "{}", hex(&output.raw));
        if let Some(form) = form {
            let mut again = Vec::new();
            normalise(&unhex(&form).unwrap(), &mut again).unwrap();
            assert_eq!(hex(&again), form, "what is written is normal");
        }
    }
}
