//! Nothing is made or lost: lovelace and each asset balance.

use std::collections::BTreeMap;

use super::super::context::Resolved;
use super::super::refusal::{Imbalance, Refusal};
use super::deposits::Deposits;
use crate::cardano::value::{AssetName, Assets};
use crate::unit::ScriptHash;

type Asset<'a> = (&'a ScriptHash, &'a AssetName);

/// Consumed and produced quantities of every asset in sight.
#[derive(Default)]
struct Balance<'a>(BTreeMap<Asset<'a>, (i128, i128)>);

impl<'a> Balance<'a> {
    fn consume(&mut self, assets: &'a Assets<u64>) {
        for (asset, quantity) in each(assets) {
            self.0.entry(asset).or_default().0 += i128::from(*quantity);
        }
    }

    fn produce(&mut self, assets: &'a Assets<u64>) {
        for (asset, quantity) in each(assets) {
            self.0.entry(asset).or_default().1 += i128::from(*quantity);
        }
    }

    fn mint(&mut self, assets: &'a Assets<i64>) {
        for (asset, quantity) in each(assets) {
            let entry = self.0.entry(asset).or_default();
            if *quantity > 0 {
                entry.0 += i128::from(*quantity);
            } else {
                entry.1 -= i128::from(*quantity);
            }
        }
    }
}

fn each<Q>(assets: &Assets<Q>) -> impl Iterator<Item = (Asset<'_>, &Q)> {
    assets.iter().flat_map(|(policy, names)| {
        names.iter().map(move |(name, quantity)| ((policy, name), quantity))
    })
}

/// `ValueNotConservedUTxO`: spent, withdrawn, refunded and minted equals outputs, fee, deposits, donation and
/// burnt, for lovelace and each asset.
///
/// Sums of 64-bit quantities over less than 2^62 places cannot overflow 128 bits.
pub(super) fn value_not_conserved(resolved: &Resolved<'_>) -> Result<(), Refusal> {
    let body = resolved.tx.body();
    let deposits = Deposits::of(resolved);
    let spent: i128 = resolved.spent.iter().map(|output| i128::from(output.value.lovelace)).sum();
    let withdrawn: i128 = body.withdrawals.values().copied().map(i128::from).sum();
    let consumed = spent + withdrawn + deposits.refunded;
    let paid: i128 = body.outputs.iter().map(|output| i128::from(output.value.lovelace)).sum();
    let donation = i128::from(body.donation.unwrap_or_default());
    let produced = paid + i128::from(body.fee) + deposits.taken + donation;

    let mut balance = Balance::default();
    balance.mint(&body.mint);
    for output in &resolved.spent {
        balance.consume(&output.value.assets);
    }
    for output in &body.outputs {
        balance.produce(&output.value.assets);
    }

    let lovelace = Imbalance { asset: None, consumed, produced };
    let assets = balance.0.into_iter().map(|((policy, name), (consumed, produced))| Imbalance {
        asset: Some((*policy, name.clone())),
        consumed,
        produced,
    });
    let uneven = |entry: &Imbalance| entry.consumed != entry.produced;
    let wrong: Vec<_> = std::iter::once(lovelace).chain(assets).filter(uneven).collect();
    if wrong.is_empty() { Ok(()) } else { Err(Refusal::ValueNotConserved(wrong)) }
}
