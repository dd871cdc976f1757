//! Mutations of inputs, outputs, values, sizes, networks, metadata and signatures.

use crate::cbor::{bytes, list, map, set, tag, uint};
use crate::draft::{ADA, Draft, Output, Script, Stated, add};
use crate::encode::{self, auxiliary};
use crate::mutators::Mutator;
use crate::parameters::COST_PER_BYTE;
use crate::random::Random;
use crate::recipes::{Kitchen, Recipe, address, script_address};

const PAYMENT: Recipe = Recipe::Payment;

/// A Byron address of a test network.
const BYRON: &str = "37btjrVyb4KDXBNC4haBVPCrro8AQPHwvCMp3RFhhSVWwfFmZ6wwzSK6JK1hY6wHNmtrpTf1kdbva8TCneM2YsiXT7mrzT21EacHnPpz5YyUdj64na";

/// Bytes of reference scripts beyond which no transaction goes, with what one output here holds.
const REFERENCE_SCRIPTS: (usize, usize) = (200 * 1024, 52_000);

pub const VALUES: &[Mutator] = &[
    Mutator::new("no input", PAYMENT, &["InputSetEmptyUTxO"], |_, d| {
        d.inputs.clear();
    }),
    Mutator::new("absent input", PAYMENT, &["BadInputsUTxO"], |k, d| {
        d.inputs.insert((k.random.hash(), 0));
    }),
    Mutator::new("absent reference input", PAYMENT, &["BadInputsUTxO"], |k, d| {
        d.referenced.insert((k.random.hash(), 1));
    }),
    Mutator::new("absent collateral", PAYMENT, &["BadInputsUTxO"], |k, d| {
        d.collateral.insert((k.random.hash(), 2));
    }),
    Mutator::new("spent and referenced", PAYMENT, &["BabbageNonDisjointRefInputs"], |_, d| {
        d.referenced.extend(d.inputs.first().copied());
    })
    .at(&[9, 10]),
    Mutator::new("fee less 1", PAYMENT, &["FeeTooSmallUTxO"], |_, d| d.tweaks.fee = -1),
    Mutator::new("fee less 1, scripts", Recipe::Plutus(2), &["FeeTooSmallUTxO"], |_, d| {
        d.tweaks.fee = -1;
    }),
    Mutator::new("fee of a referenced script", Recipe::Native, &["FeeTooSmallUTxO"], |k, d| {
        let mut output = Output::to(script_address(&plutus_like(9)), 40 * ADA);
        output.script = Some(Script { language: 2, bytes: k.random.bytes(500) });
        let reference = d.holds(&mut k.random, output);
        d.referenced.insert(reference);
        d.tweaks.fee = -1;
    }),
    Mutator::new("value more 1", PAYMENT, &["ValueNotConservedUTxO"], |_, d| d.tweaks.change = 1),
    Mutator::new("value less 1", PAYMENT, &["ValueNotConservedUTxO"], |_, d| d.tweaks.change = -1),
    Mutator::new("asset from nothing", PAYMENT, &["ValueNotConservedUTxO"], |k, d| {
        let policy = k.random.hash();
        let last = d.outputs.len() - 1;
        d.outputs[last].legacy = false;
        add(&mut d.outputs[last].assets, policy, b"none", 1);
    }),
    Mutator::new("asset lost", PAYMENT, &["ValueNotConservedUTxO"], |k, d| {
        let policy = k.random.hash();
        let first = *d.inputs.first().expect("an input");
        add(&mut d.utxo.get_mut(&first).expect("held").assets, policy, b"lost", 1);
    }),
    Mutator::new("donation unfunded", Recipe::Donation, &["ValueNotConservedUTxO"], |_, d| {
        d.tweaks.body.insert(22, uint(d.donation.unwrap_or_default() + 1));
    }),
    Mutator::new("output below minimum", PAYMENT, &["BabbageOutputTooSmallUTxO"], |k, d| {
        let key = k.key();
        let mut output = Output::to(address(&mut k.random, key), ADA);
        // Lovelace of one ada takes five bytes, as the minimum does.
        let needed = (160 + encode::output(&output).len() as u64) * COST_PER_BYTE;
        output.lovelace = needed - 1;
        d.outputs.insert(0, output);
    }),
    Mutator::new("output too big", PAYMENT, &["OutputTooBigUTxO"], |k, d| {
        let mut output = Output::to(script_address(&plutus_like(1)), 40 * ADA);
        let mut held = Output::to(script_address(&plutus_like(1)), 40 * ADA);
        for _ in 0..80 {
            let (policy, name) = (k.random.hash(), k.random.bytes(32));
            for assets in [&mut output.assets, &mut held.assets] {
                add(assets, policy, &name, 9);
            }
        }
        let key = k.key();
        held.address = address(&mut k.random, key);
        d.signers.insert(key);
        let reference = d.holds(&mut k.random, held);
        d.inputs.insert(reference);
        d.outputs.insert(0, output);
    }),
    Mutator::new("output on another network", PAYMENT, &["WrongNetwork"], |_, d| {
        let last = d.outputs.len() - 1;
        d.outputs[last].address[0] |= 1;
    }),
    Mutator::new("body of another network", PAYMENT, &["WrongNetworkInTxBody"], |_, d| {
        d.network = Some(1);
    }),
    Mutator::new("Byron output", PAYMENT, &["ByronOutputInHead"], |_, d| {
        let byron = rydra_core::cardano::address::from_text(BYRON).expect("an address");
        d.outputs.insert(0, Output::to(byron.into_vec(), 3 * ADA));
    }),
    Mutator::new("treasury value", Recipe::Donation, &["ConwayTreasuryValueMismatch"], |k, d| {
        d.treasury = Some(k.random.between(1, 1 << 40));
    }),
    Mutator::new("too large", PAYMENT, &["MaxTxSizeUTxO"], |k, d| {
        let pieces: Vec<_> = (0..270).map(|n| (n, bytes(&k.random.bytes(60)))).collect();
        d.auxiliary = Some(auxiliary(&pieces));
    }),
    Mutator::new("four collaterals", PAYMENT, &["TooManyCollateralInputs"], |k, d| {
        for _ in 0..4 {
            let key = k.key();
            let reference =
                d.holds(&mut k.random, Output::to(address(&mut Random::new(3), key), ADA));
            d.collateral.insert(reference);
            d.signers.insert(key);
        }
    }),
    Mutator::new("ttl is the slot", PAYMENT, &["OutsideValidityIntervalUTxO"], |_, d| {
        d.valid_until = Some(d.slot);
    }),
    Mutator::new("too early by one", PAYMENT, &["OutsideValidityIntervalUTxO"], |_, d| {
        (d.valid_from, d.valid_until) = (Some(d.slot + 1), None);
    }),
    Mutator::new(
        "metadata without hash",
        Recipe::Metadata,
        &["MissingTxBodyMetadataHash"],
        |_, d| {
            d.tweaks.auxiliary_hash = Stated::Absent;
        },
    ),
    Mutator::new("metadata hash alone", PAYMENT, &["MissingTxMetadata"], |k, d| {
        d.auxiliary = None;
        d.tweaks.body.insert(7, bytes(&k.random.hash::<32>()));
    }),
    Mutator::new("metadata hash wrong", Recipe::Metadata, &["ConflictingMetadataHash"], |_, d| {
        d.tweaks.auxiliary_hash = Stated::Wrong;
    }),
    Mutator::new("signature missing", PAYMENT, &["MissingVKeyWitnessesUTXOW"], |_, d| {
        d.signers.pop_first();
    }),
    Mutator::new("required signer missing", PAYMENT, &["MissingVKeyWitnessesUTXOW"], |k, d| {
        d.required.insert(k.random.hash());
    }),
    Mutator::new("signature of one bit", PAYMENT, &["InvalidWitnessesUTXOW"], |k, d| {
        d.tweaks.flip_signature = Some(k.random.index(d.signers.len()));
    }),
    Mutator::new("unneeded signature wrong", PAYMENT, &["InvalidWitnessesUTXOW"], |_, d| {
        d.signers.insert(200);
        d.tweaks.flip_signature = Some(d.signers.len() - 1);
    }),
    Mutator::new(
        "reference scripts too big",
        PAYMENT,
        &["ConwayTxRefScriptsSizeTooBig"],
        |k, d| {
            reference_scripts(k, d);
        },
    ),
    Mutator::new("script malformed in metadata", PAYMENT, &["InvalidMetadata"], |k, d| {
        let language = k.random.between(2, 4);
        let scripts = list(&[bytes(&bytes(&k.random.bytes(9)))]);
        d.auxiliary = Some(tag(259, &map(&[(uint(language), scripts)])));
    }),
    Mutator::new("asset of quantity zero", PAYMENT, &["Decode"], |k, d| {
        let policy = k.random.hash();
        let last = d.outputs.len() - 1;
        d.outputs[last].assets.entry(policy).or_default().insert(b"zero".to_vec(), 0);
    }),
    Mutator::new("mint of zero", PAYMENT, &["Decode"], |k, d| {
        let policy: [u8; 28] = k.random.hash();
        d.tweaks.body.insert(9, map(&[(bytes(&policy), map(&[(bytes(b"z"), uint(0))]))]));
    }),
    Mutator::new("input twice", PAYMENT, &["Decode"], |_, d| {
        let mut inputs: Vec<_> = d.inputs.iter().map(encode::input).collect();
        inputs.extend(inputs.first().cloned());
        d.tweaks.body.insert(0, set(&inputs));
    }),
    Mutator::new("donation of zero", Recipe::Donation, &["Decode"], |_, d| {
        d.donation = None;
        d.tweaks.body.insert(22, uint(0));
    }),
    Mutator::new("unknown field", PAYMENT, &["Decode"], |k, d| {
        d.tweaks.body.insert(23 + k.random.below(3), uint(0));
    }),
    Mutator::new("empty collateral", PAYMENT, &["Decode"], |_, d| {
        d.tweaks.body.insert(13, set(&[]));
    }),
];

/// Bytes that only their hash is used of.
fn plutus_like(byte: u8) -> Script {
    Script { language: 2, bytes: vec![byte; 9] }
}

fn reference_scripts(kitchen: &mut Kitchen<'_>, draft: &mut Draft) {
    let (limit, each) = REFERENCE_SCRIPTS;
    for _ in 0..=limit / each {
        let mut output = Output::to(address(&mut Random::new(1), 2), 400 * ADA);
        let bytes = kitchen.random.bytes(each);
        output.script = Some(Script { language: 3, bytes });
        let reference = draft.holds(&mut kitchen.random, output);
        draft.referenced.insert(reference);
    }
}
