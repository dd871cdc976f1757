//! Seeds of the corpus of `tx_validate`: a transaction for each kind of output and each part of a body, built here.

use pallas_codec::minicbor::Encoder;
use rydra_core::cardano::build::TxBuilder;
use rydra_core::cardano::hash::blake2b_256;
use rydra_core::cardano::script::{Script, ScriptLanguage};
use rydra_core::cardano::txout::{Datum, TxOut};
use rydra_core::cardano::value::{AssetName, Value};
use rydra_core::unit::{Hash32, Slot};

use super::ledger::World;
use super::plutus::{Case, UNIT};

/// Name of the seed's file, and its bytes.
pub type Seed = (&'static str, Vec<u8>);

fn to_bob(ada: u64) -> TxOut {
    TxOut::new(&World::get().bob.address(0), Value::of_lovelace(ada * 1_000_000))
}

fn paying(index: u16, ada: u64) -> TxBuilder {
    TxBuilder::new().input(World::held(index)).output(&to_bob(ada))
}

/// Redeemers as a map of one: purpose and index, unit as data, a budget.
fn redeemer(purpose: u8) -> Vec<u8> {
    let units = [0x82, 0x1a, 0x00, 0x0f, 0x42, 0x40, 0x1a, 0x3b, 0x9a, 0xca, 0x00];
    [&[0xa1, 0x82, purpose, 0x00, 0x82][..], UNIT, &units].concat()
}

/// A set of one script, as the witness set has it.
fn one_script(script: &Script) -> Vec<u8> {
    let mut bytes = vec![0xd9, 0x01, 0x02, 0x81];
    // Writing to memory cannot fail.
    let _ = Encoder::new(&mut bytes).bytes(&script.bytes);
    bytes
}

/// Plutus spends: script supplied or by reference, datum supplied or inline.
fn plutus() -> Vec<Seed> {
    let world = World::get();
    let keys = [&world.alice];
    let supplied = |language| one_script(&World::agrees(language));
    let hash = Hash32([7; 32]);
    let spend = |index| {
        let build = paying(index, 10).collateral(World::held(0)).script_integrity_hash(hash);
        build.witness_field(5, redeemer(0))
    };
    let v1 = spend(4).datum(UNIT).witness_field(3, supplied(ScriptLanguage::PlutusV1));
    let v3 = spend(6).datum(UNIT).witness_field(7, supplied(ScriptLanguage::PlutusV3));
    let by_reference = spend(6).datum(UNIT).reference_input(World::held(7));
    let mint = paying(0, 10)
        .mint(World::agrees(ScriptLanguage::PlutusV3).hash(), AssetName(b"m"[..].into()), 1)
        .collateral(World::held(7))
        .reference_input(World::held(7))
        .witness_field(5, redeemer(1));
    [
        ("plutus-v1", v1),
        ("plutus-v2", spend(5)),
        ("plutus-v3", v3),
        ("plutus-reference", by_reference),
    ]
    .into_iter()
    .chain([("plutus-mint", mint), ("plutus-invalid", spend(5).invalid())])
    .map(|(name, build)| (name, build.signed_bytes(&keys)))
    .collect()
}

/// Everything that needs no Plutus script.
fn plain() -> Vec<Seed> {
    let world = World::get();
    let keys = [&world.alice, &world.bob];
    let vault = World::vault();
    let token = AssetName(b"token"[..].into());
    let with_datum = TxOut::with(
        &world.alice.address(0),
        Value::of_lovelace(10_000_000),
        Datum::Hash(Hash32(blake2b_256(UNIT))),
        Some(vault.clone()),
    );
    let accounts = [&[0xe0][..], &world.alice.hash().0].concat();
    let withdrawal = [&[0xa1, 0x58, 29][..], &accounts, &[0x00]].concat();
    let registration =
        [&[0x81, 0x82, 0x00, 0x82, 0x00, 0x58, 28][..], &world.alice.hash().0].concat();
    let vote = [
        &[0xa1, 0x82, 0x02, 0x58, 28][..],
        &world.alice.hash().0,
        &[0xa1, 0x82, 0x58, 32],
        &[9; 32],
        &[0x00, 0x82, 0x01, 0xf6],
    ]
    .concat();
    let proposal = [
        &[0x81, 0x84, 0x00, 0x58, 29][..],
        &accounts,
        &[0x81, 0x06, 0x82, 0x60, 0x58, 32],
        &[3; 32],
    ]
    .concat();
    let metadata = [0xa1, 0x01, 0x82, 0x61, 0x61, 0x42, 0x01, 0x02];
    let builds = [
        ("payment", paying(0, 10)),
        ("payment-all", paying(0, 10).input(World::held(1)).output(&to_bob(10))),
        ("fee", paying(0, 9).fee(1_000_000)),
        ("interval", paying(0, 10).valid_from(Slot(0)).valid_until(Slot(101))),
        (
            "burn",
            paying(1, 10)
                .mint(vault.hash(), token.clone(), -7)
                .native_script(&vault.bytes)
                .valid_from(Slot(60)),
        ),
        ("vault", paying(2, 10).native_script(&vault.bytes).valid_from(Slot(60))),
        ("vault-reference", paying(2, 10).reference_input(World::held(3)).valid_from(Slot(60))),
        (
            "datums",
            TxBuilder::new().input(World::held(0)).output(&with_datum).datums_with_hash(&[UNIT]),
        ),
        ("metadata", paying(0, 10).auxiliary_data(&metadata)),
        ("signers", paying(0, 10).required_signer(world.bob.hash()).network_id(0)),
        ("collateral", paying(0, 10).collateral(World::held(7)).collateral_return(&to_bob(49))),
        ("withdrawal", paying(0, 10).body_field(5, withdrawal)),
        ("certificate", paying(0, 10).body_field(4, registration)),
        ("vote", paying(0, 10).body_field(19, vote)),
        ("proposal", paying(0, 10).body_field(20, proposal)),
        (
            "treasury",
            paying(0, 9).body_field(21, vec![0x00]).body_field(22, vec![0x1a, 0, 0x0f, 0x42, 0x40]),
        ),
        ("absent", paying(90, 10)),
        ("unsigned", paying(0, 10)),
    ];
    let signers = |name| if name == "unsigned" { &keys[..0] } else { &keys[..] };
    builds.into_iter().map(|(name, build)| (name, build.signed_bytes(signers(name)))).collect()
}

/// Many members, out of order, of everything that is sorted: long lists are sorted in other ways than short ones.
fn many() -> Vec<Seed> {
    let world = World::get();
    let tags = || (0..60_u8).map(|n| n.wrapping_mul(37));
    let list = |items: Vec<Vec<u8>>| [vec![0x98, items.len() as u8], items.concat()].concat();
    let map = |items: Vec<Vec<u8>>| [vec![0xb8, items.len() as u8], items.concat()].concat();
    let hash28 = |n: u8| [&[0x58, 28][..], &[n; 28]].concat();
    let hash32 = |n: u8| [&[0x58, 32][..], &[n; 32]].concat();
    let account = |n: u8| [&[0x58, 29, 0xe0][..], &[n; 28]].concat();
    let credential = |n: u8| [vec![0x82, n & 1], hash28(n)].concat();
    let certificate = |n: u8| match n % 3 {
        0 => [vec![0x82, 0x00], credential(n)].concat(),
        1 => [vec![0x83, 0x07], credential(n), vec![0x00]].concat(),
        _ => [vec![0x83, 0x02], credential(n), hash28(n)].concat(),
    };
    let proposal =
        |n: u8| [vec![0x84, 0x00], account(n), vec![0x81, 0x06, 0x82, 0x60], hash32(n)].concat();
    let vote = |n: u8| {
        let action = [vec![0x82], hash32(n), vec![n & 1]].concat();
        [vec![0x82, n % 5], hash28(n), vec![0xa1], action, vec![0x82, 0x01, 0xf6]].concat()
    };
    let withdrawal = |n: u8| [account(n), vec![0x00]].concat();
    let minted = |n: u8| [hash28(n), vec![0xa1, 0x41, n, 0x18, n | 32]].concat();
    let datum = |n: u8| vec![0x82, 0x01, 0x18, n | 32];
    let field = |key, value| paying(0, 10).body_field(key, value);
    let builds = [
        ("many-certificates", field(4, list(tags().map(certificate).collect()))),
        ("many-withdrawals", field(5, map(tags().map(withdrawal).collect()))),
        ("many-minted", field(9, map(tags().map(minted).collect()))),
        ("many-signers", field(14, list(tags().map(hash28).collect()))),
        ("many-votes", field(19, map(tags().map(vote).collect()))),
        ("many-proposals", field(20, list(tags().take(40).map(proposal).collect()))),
        ("many-datums", paying(0, 10).witness_field(4, list(tags().map(datum).collect()))),
    ];
    builds.map(|(name, build)| (name, build.signed_bytes(&[&world.alice]))).into()
}

/// All seeds.
pub fn tx_validate() -> Vec<Seed> {
    plain().into_iter().chain(plutus()).chain(many()).collect()
}

/// A script of each language that agrees, spending and minting, with plain and with nested data.
pub fn plutus_glue() -> Vec<Seed> {
    let nested: &[u8] =
        &[0xd8, 0x7a, 0x9f, 0xa1, 0x01, 0x42, 0xab, 0xcd, 0x82, 0x20, 0x1a, 0, 1, 2, 3, 0xff];
    let languages = [
        (0, "v1", ScriptLanguage::PlutusV1),
        (1, "v2", ScriptLanguage::PlutusV2),
        (2, "v3", ScriptLanguage::PlutusV3),
    ];
    let mut seeds: Vec<Seed> = Vec::new();
    for (choice, name, language) in languages {
        let script = World::agrees(language).bytes;
        seeds.push((name, Case::write(choice | 0x10, &script, UNIT)));
    }
    let v3 = World::agrees(ScriptLanguage::PlutusV3).bytes;
    seeds.push(("mint", Case::write(2 | 4 | 0x10, &v3, nested)));
    seeds.push(("poor", Case::write(2, &v3, nested)));
    seeds.push(("rich", Case::write(2 | 0x18, &v3, nested)));
    seeds.push(("broken", Case::write(2 | 0x10, &[0x43, 0x01, 0x02, 0x03], UNIT)));
    seeds
}

/// Data of each form.
pub fn plutus_data() -> Vec<Seed> {
    let forms: [(&str, &[u8]); 9] = [
        ("unit", UNIT),
        ("nested", &[0xd8, 0x7a, 0x9f, 0xa1, 0x01, 0x42, 0xab, 0xcd, 0x82, 0x20, 0x0c, 0xff]),
        ("general", &[0xd8, 0x66, 0x82, 0x18, 200, 0x82, 0x01, 0x9f, 0x02, 0xff]),
        ("more", &[0xd9, 0x05, 0x00, 0x9f, 0xd9, 0x05, 0x78, 0x80, 0xff]),
        (
            "big",
            &[0x82, 0xc2, 0x49, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0xc3, 0x49, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        ),
        ("big-chunks", &[0xc2, 0x5f, 0x41, 0x01, 0x42, 0x02, 0x03, 0xff]),
        ("chunks", &[0x5f, 0x42, 0x01, 0x02, 0x40, 0x41, 0x03, 0xff]),
        ("map", &[0xbf, 0x01, 0x41, 0x02, 0x03, 0xa1, 0x41, 0x00, 0x80, 0xff]),
        ("long", &[0x58, 65, 0, 1, 2, 3]),
    ];
    forms.into_iter().map(|(name, bytes)| (name, bytes.to_vec())).collect()
}
