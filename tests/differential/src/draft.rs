//! A transaction before it is encoded: every part can be changed, then hashes, fee, change and signatures
//! follow, so that a mutation breaks one rule and not all of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::encode;
use crate::parameters::Parameters;
use crate::random::Random;

/// Lovelace of one ada.
pub const ADA: u64 = 1_000_000;

/// Reference to an output: transaction id and index.
pub type Reference = ([u8; 32], u16);
/// Quantities by policy and asset name.
pub type Assets<Q> = BTreeMap<[u8; 28], BTreeMap<Vec<u8>, Q>>;

/// A script: language (0 native, 1 to 3 Plutus) and the bytes that its hash covers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Script {
    pub language: u8,
    pub bytes: Vec<u8>,
}

impl Script {
    /// Hash by which addresses and policies name the script.
    pub fn hash(&self) -> [u8; 28] {
        rydra_core::cardano::hash::blake2b_224(&[self.language], &self.bytes)
    }
}

/// Datum of an output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Datum {
    #[default]
    None,
    Hash([u8; 32]),
    Inline(Vec<u8>),
}

/// An output.
#[derive(Clone, Debug, Default)]
pub struct Output {
    pub address: Vec<u8>,
    pub lovelace: u64,
    pub assets: Assets<u64>,
    pub datum: Datum,
    pub script: Option<Script>,
    /// Written as a list, the form before Babbage.
    pub legacy: bool,
}

impl Output {
    /// Lovelace alone.
    pub fn to(address: Vec<u8>, lovelace: u64) -> Self {
        Self { address, lovelace, ..Self::default() }
    }
}

/// What a redeemer is for; becomes purpose and index when the transaction is encoded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pointer {
    Spend(Reference),
    Mint([u8; 28]),
    Certify(usize),
    Reward(Vec<u8>),
    Vote(Voter),
    Propose(usize),
    /// Purpose and index as they are.
    Raw(u8, u64),
}

/// Kind (0 to 4) and hash.
pub type Voter = (u8, [u8; 28]);

/// Data and budget.
#[derive(Clone, Debug)]
pub struct Redeemer {
    pub data: Vec<u8>,
    pub memory: u64,
    pub steps: u64,
}

/// How a hash in the body is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stated {
    #[default]
    Right,
    Absent,
    Wrong,
}

/// What mutations ask of the encoder.
#[derive(Clone, Debug, Default)]
pub struct Tweaks {
    /// Added to the least fee.
    pub fee: i64,
    /// Added to the change after balancing: the value is not conserved.
    pub change: i64,
    pub integrity: Stated,
    pub auxiliary_hash: Stated,
    /// States an integrity hash although nothing asks for one.
    pub integrity_unasked: bool,
    /// Which signature gets a bit flipped.
    pub flip_signature: Option<usize>,
    /// Fields of the body and the witness set, as they are.
    pub body: BTreeMap<u64, Vec<u8>>,
    pub witness: BTreeMap<u64, Vec<u8>>,
    /// Redeemers as a list, the form before Conway.
    pub redeemer_list: bool,
    /// Languages of the integrity hash instead of the right ones.
    pub languages: Option<BTreeSet<u8>>,
    /// Sets without their tag 258.
    pub untagged: bool,
}

/// A transaction and the set it is applied to.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub utxo: BTreeMap<Reference, Output>,
    pub slot: u64,
    pub inputs: BTreeSet<Reference>,
    pub referenced: BTreeSet<Reference>,
    pub collateral: BTreeSet<Reference>,
    /// The last one takes the change.
    pub outputs: Vec<Output>,
    pub collateral_return: Option<Output>,
    pub total_collateral: Option<u64>,
    pub valid_from: Option<u64>,
    pub valid_until: Option<u64>,
    pub mint: Assets<i64>,
    pub required: BTreeSet<[u8; 28]>,
    pub network: Option<u8>,
    /// Encoded certificates with the deposit that each takes.
    pub certificates: Vec<(Vec<u8>, u64)>,
    pub withdrawals: BTreeMap<Vec<u8>, u64>,
    pub votes: BTreeMap<Voter, Vec<(Reference, u64)>>,
    pub proposals: Vec<(Vec<u8>, u64)>,
    pub treasury: Option<u64>,
    pub donation: Option<u64>,
    pub auxiliary: Option<Vec<u8>>,
    /// Numbers of the keys that sign.
    pub signers: BTreeSet<u8>,
    pub bootstrap: BTreeSet<u8>,
    pub scripts: Vec<Script>,
    pub datums: Vec<Vec<u8>>,
    pub redeemers: BTreeMap<Pointer, Redeemer>,
    /// Plutus languages of the scripts that are needed, wherever these come from.
    pub languages: BTreeSet<u8>,
    pub is_invalid: bool,
    /// The ledger is not told where epochs begin.
    pub epochs_unknown: bool,
    pub tweaks: Tweaks,
}

impl Draft {
    /// A fresh reference that holds this output.
    pub fn holds(&mut self, random: &mut Random, output: Output) -> Reference {
        let reference = (random.hash(), random.below(300) as u16);
        self.utxo.insert(reference, output);
        reference
    }

    /// The output that a reference names.
    fn at(&self, reference: &Reference) -> Option<&Output> {
        self.utxo.get(reference)
    }

    /// Bytes of reference scripts on spent and reference inputs.
    fn reference_script_bytes(&self) -> u64 {
        let inputs = self.inputs.union(&self.referenced);
        let scripts = inputs.filter_map(|input| self.at(input)?.script.as_ref());
        scripts.map(|script| script.bytes.len() as u64).sum()
    }

    /// Lovelace that the change must hold for the transaction to balance; assets are the caller's matter.
    fn change(&self, fee: u64) -> i128 {
        let of = |output: &Output| i128::from(output.lovelace);
        let consumed: i128 = self.inputs.iter().filter_map(|input| self.at(input)).map(of).sum();
        let withdrawn: i128 = self.withdrawals.values().map(|drawn| i128::from(*drawn)).sum();
        let others: i128 = self.outputs.iter().rev().skip(1).map(of).sum();
        let deposits = self.certificates.iter().chain(&self.proposals).map(|(_, d)| *d as i64);
        let deposits: i128 = deposits.map(i128::from).sum();
        consumed + withdrawn
            - others
            - i128::from(fee)
            - deposits
            - i128::from(self.donation.unwrap_or_default())
    }

    /// The encoded transaction: balanced, hashed and signed, then tweaked.
    pub fn finish(&self, parameters: &Parameters) -> Vec<u8> {
        let mut draft = self.clone();
        // The fee is written in five bytes and the change in nine, so one round settles both.
        if let Some(output) = draft.outputs.last_mut() {
            output.lovelace = u64::MAX;
        }
        let measured = encode::transaction(&draft, 1 << 20, parameters);
        let size = measured.len() as u64 - 1;
        let least = parameters.least_fee(size, self.units(), self.reference_script_bytes());
        let fee = least.saturating_add_signed(self.tweaks.fee);
        let change = self.change(fee) + i128::from(self.tweaks.change);
        if let Some(output) = draft.outputs.last_mut() {
            output.lovelace = u64::try_from(change.max(0)).unwrap_or(u64::MAX);
        }
        encode::transaction(&draft, fee, parameters)
    }

    /// Memory and steps of all redeemers.
    pub fn units(&self) -> (u64, u64) {
        let units = self.redeemers.values();
        units.fold((0, 0), |(memory, steps), redeemer| {
            (memory.saturating_add(redeemer.memory), steps.saturating_add(redeemer.steps))
        })
    }

    /// Adds to the quantity of an asset that is minted, or burnt when negative.
    pub fn mints(&mut self, policy: [u8; 28], name: &[u8], quantity: i64) {
        self.mint.entry(policy).or_default().insert(name.to_vec(), quantity);
    }
}

/// Adds to the quantity of an asset.
pub fn add(assets: &mut Assets<u64>, policy: [u8; 28], name: &[u8], quantity: u64) {
    *assets.entry(policy).or_default().entry(name.to_vec()).or_default() += quantity;
}
