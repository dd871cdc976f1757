//! Contexts written out by hand, in the text form of Plutus data, and compared whole.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::cardano::build::TxBuilder;
use crate::cardano::redeemer::Purpose;
use crate::cardano::tx::Tx;
use crate::cardano::txout::Datum;
use crate::cardano::utxo::Utxo;
use crate::cardano::value::{AssetName, Value};
use crate::ledger::context::Fixed;
use crate::ledger::plutus::pool::Memory;
use crate::ledger::plutus::tests::{Spend, V1, V2, V3, spender, text};
use crate::unit::{Hash32, KeyHash, ScriptHash, Slot, TxId};

fn hex(byte: u8, len: usize) -> String {
    format!("{byte:02x}").repeat(len)
}

fn key(byte: u8) -> String {
    format!("Constr 0 [B #{}]", hex(byte, 28))
}

fn script(byte: u8) -> String {
    format!("Constr 1 [B #{}]", hex(byte, 28))
}

/// A base address with a key and a script that is staked to.
fn base() -> Vec<u8> {
    [&[0x20][..], &[1; 28], &[2; 28]].concat()
}

/// A script's address that points to slot 300, transaction 1, certificate 2.
fn pointing() -> Vec<u8> {
    [&[0x50][..], &[3; 28], &[0x82, 0x2c, 1, 2]].concat()
}

fn world() -> (Utxo, Tx) {
    let policy = ScriptHash([5; 28]);
    let name = AssetName([0x6e].into());
    let mut value = Value::of_lovelace(7);
    value.assets.entry(policy).or_default().insert(name.clone(), 9);
    let hashed = Datum::Hash(Hash32([4; 32]));
    let input = TxIn { id: TxId([0xaa; 32]), index: 3 };
    let read = TxIn { id: TxId([0xbb; 32]), index: 0 };
    let mut utxo = Utxo::new();
    utxo.insert(input, TxOut::with(&base(), value, hashed, None).into());
    utxo.insert(read, TxOut::new(&pointing(), Value::of_lovelace(8)).into());
    let account = |header: u8, byte: u8| [&[0x58, 29, header][..], &[byte; 28]].concat();
    let withdrawals =
        [&[0xa2][..], &account(0xe0, 6), &[0x00], &account(0xf0, 7), &[0x01]].concat();
    let stake = |kind: u8| [&[0x82, kind, 0x58, 28][..], &[8; 28]].concat();
    let register = [&[0x83, 0x07][..], &stake(0), &[0x09]].concat();
    let delegate = [&[0x83, 0x02][..], &stake(1), &[0x58, 28], &[9; 28]].concat();
    let certificates = [&[0x82][..], &register, &delegate].concat();
    let redeemer = [0xa1, 0x82, 0x02, 0x01, 0x82, 0x18, 0x2a, 0x82, 0x01, 0x01];
    let tx = TxBuilder::new()
        .input(input)
        .reference_input(read)
        .output(&TxOut::new(&[&[0x60][..], &[1; 28]].concat(), Value::of_lovelace(6)))
        .fee(1)
        .mint(policy, name, -2)
        .body_field(4, certificates)
        .body_field(5, withdrawals)
        .valid_from(Slot(10))
        .valid_until(Slot(20))
        .required_signer(KeyHash([0x0b; 28]))
        .datum(&[0x05])
        .witness_field(5, redeemer)
        .sign(&[])
        .unwrap();
    (utxo, tx)
}

/// Keys first in V1 and V2, scripts first in V3.
fn withdrawals(language: ScriptLanguage) -> String {
    match language {
        ScriptLanguage::PlutusV1 => format!(
            "List [Constr 0 [Constr 0 [{}], I 0], Constr 0 [Constr 0 [{}], I 1]]",
            key(6),
            script(7)
        ),
        ScriptLanguage::PlutusV2 => {
            format!("Map [(Constr 0 [{}], I 0), (Constr 0 [{}], I 1)]", key(6), script(7))
        }
        ScriptLanguage::Native | ScriptLanguage::PlutusV3 => {
            format!("Map [({}, I 1), ({}, I 0)]", script(7), key(6))
        }
    }
}

/// Parts that differ between languages are written where they stand.
fn expected(language: ScriptLanguage, id: &str) -> String {
    let v1 = language == V1;
    let v3 = language == V3;
    let tx_id = |hex: &str| if v3 { format!("B #{hex}") } else { format!("Constr 0 [B #{hex}]") };
    let (nothing, ada) = ("Constr 1 []", |n: u8| format!("(B #, Map [(B #, I {n})])"));
    let token = |n: i8| format!("(B #{}, Map [(B #6e, I {n})])", hex(5, 28));
    let hash = hex(4, 32);
    let (by_hash, no_datum) = if v1 {
        (format!("Constr 0 [B #{hash}]"), nothing.to_owned())
    } else {
        (format!("Constr 1 [B #{hash}], {nothing}"), format!("Constr 0 [], {nothing}"))
    };
    let staked = format!("Constr 0 [Constr 0 [{}]]", script(2));
    let input = format!(
        "Constr 0 [Constr 0 [{}, I 3], Constr 0 [Constr 0 [{}, {staked}], Map [{}, {}], {by_hash}]]",
        tx_id(&hex(0xaa, 32)),
        key(1),
        ada(7),
        token(9)
    );
    let pointer = "Constr 0 [Constr 1 [I 300, I 1, I 2]]";
    let read = format!(
        "Constr 0 [Constr 0 [{}, I 0], Constr 0 [Constr 0 [{}, {pointer}], Map [{}], {no_datum}]]",
        tx_id(&hex(0xbb, 32)),
        script(3),
        ada(8)
    );
    let output =
        format!("Constr 0 [Constr 0 [{}, {nothing}], Map [{}], {no_datum}]", key(1), ada(6));
    let fee = if v3 { "I 1".to_owned() } else { format!("Map [{}]", ada(1)) };
    let mint = if v3 {
        format!("Map [{}]", token(-2))
    } else {
        format!("Map [{}, {}]", ada(0), token(-2))
    };
    let delegation = if v3 {
        format!("Constr 2 [{}, Constr 0 [B #{}]]", script(8), hex(9, 28))
    } else {
        format!("Constr 2 [Constr 0 [{}], B #{}]", script(8), hex(9, 28))
    };
    let certificates = if v3 {
        format!("List [Constr 0 [{}, Constr 0 [I 9]], {delegation}]", key(8))
    } else {
        format!("List [Constr 0 [Constr 0 [{}]], {delegation}]", key(8))
    };
    let withdrawals = withdrawals(language);
    let bound =
        |millis: u32, closed: u8| format!("Constr 0 [Constr 1 [I {millis}], Constr {closed} []]");
    let range = format!("Constr 0 [{}, {}]", bound(10_000, 1), bound(20_000, 0));
    let signers = format!("List [B #{}]", hex(0x0b, 28));
    let purpose = if v3 {
        format!("Constr 3 [I 1, {delegation}]")
    } else {
        format!("Constr 3 [{delegation}]")
    };
    let datum = crate::unit::hex(&crate::cardano::hash::blake2b_256(&[0x05]));
    let datums = if v1 {
        format!("List [Constr 0 [B #{datum}, I 5]]")
    } else {
        format!("Map [(B #{datum}, I 5)]")
    };
    let read = if v1 { String::new() } else { format!("List [{read}], ") };
    let redeemers = if v1 { String::new() } else { format!("Map [({purpose}, I 42)], ") };
    let rest = if v3 { format!(", Map [], List [], {nothing}, {nothing}") } else { String::new() };
    format!(
        "Constr 0 [List [{input}], {read}List [{output}], {fee}, {mint}, {certificates}, {withdrawals}, \
         {range}, {signers}, {redeemers}{datums}, {}{rest}]",
        tx_id(id)
    )
}

fn in_scene(language: ScriptLanguage, major: u64, check: impl FnOnce(&Scene<'_>, &Resolved<'_>)) {
    let ledger = Spend { major, ..Spend::of(spender(V3, "(error)")) }.ledger();
    let (utxo, tx) = world();
    let fixed = Fixed { ledger: &ledger, tx: &tx };
    let resolved = Resolved::new(fixed, Slot(0), &utxo);
    let memory = Memory::new(1 << 24);
    let scene = Scene { pool: memory.shared.pool(), language, protocol_major: major };
    check(&scene, &resolved);
}

fn same(seen: Data<'_>, expected: &str) {
    let memory = Memory::new(1 << 20);
    let expected = memory.shared.pool().decode(&text::data_of(expected)).unwrap();
    assert!(seen == expected, "seen {seen:?}\nneeded {expected:?}");
}

#[test]
fn transactions_are_seen_as_each_language_sees_them() {
    for language in [V1, V2, V3] {
        in_scene(language, 11, |scene, resolved| {
            let id = crate::unit::hex(&resolved.tx.id().0);
            same(scene.tx_info(resolved).unwrap(), &expected(language, &id));
        });
    }
}

#[test]
fn version_9_shows_no_deposit_of_a_registration() {
    in_scene(V3, 9, |scene, resolved| {
        let register = &resolved.tx.body().certificates[0];
        let seen = scene.certificate(0, register).unwrap();
        same(seen, &format!("Constr 0 [{}, Constr 1 []]", key(8)));
    });
}

#[test]
fn open_intervals_have_closed_infinite_ends() {
    in_scene(V2, 11, |scene, resolved| {
        let slots = resolved.ledger.slot_time();
        let range = |from: Option<u64>, until: Option<u64>| {
            scene.valid_range(slots, from.map(Slot), until.map(Slot))
        };
        let (least, most) =
            ("Constr 0 [Constr 0 [], Constr 1 []]", "Constr 0 [Constr 2 [], Constr 1 []]");
        same(range(None, None), &format!("Constr 0 [{least}, {most}]"));
        let five = |closed: u8| format!("Constr 0 [Constr 1 [I 5000], Constr {closed} []]");
        same(range(Some(5), None), &format!("Constr 0 [{}, {most}]", five(1)));
        same(range(None, Some(5)), &format!("Constr 0 [{least}, {}]", five(0)));
    });
}

#[test]
fn arguments_are_datum_redeemer_and_context_or_the_context_that_holds_them() {
    let pointer = RedeemerPointer { purpose: Purpose::Spend, index: 0 };
    for language in [V1, V2, V3] {
        in_scene(language, 11, |scene, resolved| {
            let info = scene.pool.int(0);
            let target = Target::of(resolved.tx.body(), pointer).unwrap();
            let with = |datum: Option<&[u8]>| {
                scene.arguments(info, pointer, &target, datum, &[0x02]).unwrap()
            };
            let (some, none) = (with(Some(&[0x01])), with(None));
            let id = hex(0xaa, 32);
            if language == V3 {
                let context = |datum: &str| {
                    let own = format!("Constr 1 [Constr 0 [B #{id}, I 3], {datum}]");
                    format!("Constr 0 [I 0, I 2, {own}]")
                };
                assert_eq!((some.len(), none.len()), (1, 1));
                same(some[0], &context("Constr 0 [I 1]"));
                same(none[0], &context("Constr 1 []"));
                return;
            }
            let context = format!("Constr 0 [I 0, Constr 1 [Constr 0 [Constr 0 [B #{id}], I 3]]]");
            assert_eq!((some.len(), none.len()), (3, 2));
            same(some[0], "I 1");
            same(some[1], "I 2");
            same(some[2], &context);
            same(none[0], "I 2");
            same(none[1], &context);
        });
    }
}

#[test]
fn addresses_show_whether_keys_or_scripts_pay_and_stake() {
    in_scene(V3, 11, |scene, _| {
        for header in [0x00_u8, 0x10, 0x20, 0x30] {
            let bytes = [&[header][..], &[1; 28], &[2; 28]].concat();
            let seen =
                scene.output(OutputSource::Output(0), &TxOut::new(&bytes, Value::of_lovelace(6)));
            let payment = if header & 0x10 == 0 { key(1) } else { script(1) };
            let stake = if header & 0x20 == 0 { key(2) } else { script(2) };
            let address = format!("Constr 0 [{payment}, Constr 0 [Constr 0 [{stake}]]]");
            let value = "Map [(B #, Map [(B #, I 6)])]";
            let none = "Constr 0 [], Constr 1 []";
            same(seen.unwrap(), &format!("Constr 0 [{address}, {value}, {none}]"));
        }
    });
}

/// Beside inputs: of policies, accounts, certificates, voters and proposals.
#[test]
fn purposes_are_seen_as_each_language_sees_them() {
    use crate::cardano::credential::Anchor;
    use crate::cardano::governance::{GovAction, Proposal, Voter};
    let pointer = |purpose| RedeemerPointer { purpose, index: 1 };
    for language in [V1, V2, V3] {
        in_scene(language, 11, |scene, resolved| {
            let body = resolved.tx.body();
            let seen =
                |target: &Target<'_>| scene.purpose(pointer(Purpose::Reward), target, Some(None));
            let account = Target::of(body, pointer(Purpose::Reward)).unwrap();
            let shown = key(6);
            let of_account = if language == V3 {
                format!("Constr 2 [{shown}]")
            } else {
                format!("Constr 2 [Constr 0 [{shown}]]")
            };
            same(seen(&account).unwrap(), &of_account);
            let policy = Target::Mint(ScriptHash([5; 28]));
            same(seen(&policy).unwrap(), &format!("Constr 0 [B #{}]", hex(5, 28)));
            let voter = Target::Vote(Voter::Pool(KeyHash([4; 28])));
            let proposal = Proposal {
                deposit: 3,
                return_account: *body.withdrawals.keys().next().unwrap(),
                action: GovAction::Info,
                anchor: Anchor { url: "".into(), hash: Hash32([0; 32]) },
            };
            let proposed = Target::Propose(7, &proposal);
            if language == V3 {
                let pool = format!("Constr 2 [B #{}]", hex(4, 28));
                same(seen(&voter).unwrap(), &format!("Constr 4 [{pool}]"));
                let shown = format!("Constr 0 [I 3, {}, Constr 6 []]", script(7));
                same(seen(&proposed).unwrap(), &format!("Constr 5 [I 7, {shown}]"));
                return;
            }
            let refused = ContextError::PlutusPurposeNotSupported(pointer(Purpose::Reward));
            assert_eq!(seen(&voter).unwrap_err(), refused);
            assert_eq!(seen(&proposed).unwrap_err(), refused);
        });
    }
}
