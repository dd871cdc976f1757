//! The mixed shape: native scripts, Plutus of all versions, assets minted, moved and burnt, datums, published scripts,
//! transactions that depend on others' and such that conflict, of which exactly one may be confirmed.
//!
//! Everything is made in one order over all clients and applied to the ledger of a head as it is made. A run may mix
//! the clients in any way: what one client spends of another's it sends after the other's (`after`).

mod draft;
mod kitchen;
mod programs;
mod purse;
mod random;
mod recipes;
mod recipes_scripts;
mod spool;

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use rydra_core::cardano::parameters::ProtocolParameters;
use rydra_core::cardano::slot_time::SlotTime;
use rydra_core::cardano::txout::TxOut;
use rydra_core::cardano::utxo::Utxo;
use rydra_core::cardano::value::Value;
use rydra_core::ledger::{Ledger, Network};
use rydra_core::unit::{Span, UtcTime};

use self::kitchen::Kitchen;
use self::purse::{ADA, Gift, Held, Lock, Purse};
use self::random::Random;
pub(super) use self::spool::Spool;
use super::payment::Output;
use super::{Client, GenerateOptions};
use crate::bench::BenchError;
use crate::bench::dataset::{DatasetHead, DatasetWriter, KeyEnvelope};
use crate::bench::expect::{Expect, Expected};

/// Least outputs alive per client: change, something guarded, something minted, something published, and room.
pub const ALIVE_PER_CLIENT_MIN: usize = 10;

/// Plain outputs that a client starts with.
pub(super) const STARTS_WITH: usize = 4;

/// Transactions of all clients; the spool's index takes some hundred megabytes there.
pub const MIXED_TRANSACTIONS_MAX: u64 = 20_000_000;

/// Ada that fees may take of a client for each of its transactions, when there are fees.
const FEE_RESERVE: u64 = 2 * ADA;

/// What a client of a mixed set starts with in all, in lovelace.
pub(super) fn endowment(share: usize, transactions: u64, fees: bool) -> u64 {
    let outputs = (share as u64).saturating_mul(super::LOVELACE_PER_OUTPUT);
    let reserve = if fees { transactions.saturating_mul(FEE_RESERVE) } else { 0 };
    outputs.saturating_add(reserve)
}

/// The ledger that a dataset is made for.
///
/// # Errors
/// When the file of parameters cannot be read or used.
pub(super) fn ledger(parameters: Option<&Path>) -> Result<Ledger, BenchError> {
    const NEEDED: &str = "protocol parameters in the form of cardano-cli";
    const TODO: &str = "take config/protocol-parameters.json, or those of the head";
    let file = parameters.unwrap_or("config/protocol-parameters.json".as_ref());
    let unusable = |why: &dyn std::fmt::Display| {
        let seen = format!("--protocol-parameters {}: {why}", file.display());
        BenchError::usage(seen, NEEDED, TODO)
    };
    let text = match parameters {
        None => crate::bench::prepare::PROTOCOL_PARAMETERS.to_owned(),
        Some(path) => fs::read_to_string(path).map_err(|why| unusable(&why))?,
    };
    let parameters = ProtocolParameters::for_ledger(&text).map_err(|why| unusable(&why))?;
    let slot_time =
        SlotTime::new(UtcTime::EPOCH, Span::seconds(1)).map_err(|why| unusable(&why.0))?;
    Ok(Ledger::new(parameters, Network::Test, slot_time))
}

/// Whether these parameters ask for fees.
pub(super) fn has_fees(ledger: &Ledger) -> bool {
    let parameters = ledger.parameters();
    let prices = &parameters.execution_unit_prices;
    let free = |rational: &rydra_core::cardano::parameters::Rational| rational.is_zero();
    parameters.tx_fee_fixed > 0
        || parameters.tx_fee_per_byte > 0
        || !free(&prices.memory)
        || !free(&prices.steps)
        || !free(&parameters.min_fee_ref_script_cost_per_byte)
}

/// A client with what it starts with.
pub(super) struct Start<'a> {
    pub client: &'a Client,
    pub outputs: Vec<Output>,
}

/// Makes the transactions and writes the dataset.
pub(super) fn write(
    options: &GenerateOptions,
    ledger: Ledger,
    starts: &[Start<'_>],
    head: &DatasetHead<'_>,
    to: impl io::Write,
    mut spool: Spool,
) -> io::Result<()> {
    let mut kitchen = kitchen(options, ledger, starts);
    let mut expectations: Vec<Expect> = Vec::new();
    while kitchen.turn().map_err(io::Error::other)? {
        for (who, tx) in kitchen.done.drain(..) {
            expectations.push(tx.expect);
            spool.add(who, &tx)?;
        }
    }
    let mut writer = DatasetWriter::start(to, head)?;
    for (at, start) in starts.iter().enumerate() {
        let utxo = super::initial_utxo(&start.client.wallet, &start.outputs)?;
        let key: KeyEnvelope = start.client.wallet.envelope("paymentKey");
        writer.client(&key, &utxo, spool.of_client(at)?)?;
    }
    writer.finish(Some(Expected::of(expectations)))
}

fn kitchen(options: &GenerateOptions, ledger: Ledger, starts: &[Start<'_>]) -> Kitchen {
    let mut utxo = Utxo::new();
    let purses = starts.iter().map(|start| purse(options, start, &mut utxo)).collect();
    Kitchen {
        random: Random::new(options.seed),
        ledger,
        utxo,
        purses,
        contests: 0,
        done: Vec::new(),
    }
}

fn purse(options: &GenerateOptions, start: &Start<'_>, utxo: &mut Utxo) -> Purse {
    let key = start.client.wallet.payment_key();
    let address = key.address(0);
    let held = start.outputs.iter().map(|held| {
        let output = Arc::new(TxOut::new(&address, Value::of_lovelace(held.lovelace)));
        utxo.insert(held.input, output.clone());
        Held { input: held.input, output, lock: Lock::Key, datum: None, from: None }
    });
    let held = held.collect();
    Purse {
        key,
        address,
        held,
        spent_on: 0,
        share: start.client.share,
        left: options.transactions,
        library: Vec::new(),
        contests_left: start.client.share / 5,
        gifts: vec![
            Gift::Never;
            if options.clients > 1 { (start.client.share / 10).max(1) } else { 0 }
        ],
    }
}

/// Where transactions wait until all are made.
pub(super) fn spool(options: &GenerateOptions) -> io::Result<Spool> {
    Spool::beside(&options.out, options.clients)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
