//! Makes datasets: real signed Conway payments of a chosen shape, the same bytes for the same options anywhere.

mod payment;
mod shape;

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::str::FromStr;

use serde_json::value::RawValue;

pub use self::payment::{Output, Wallet};
pub use self::shape::{Shape, ShapedSequence};
use super::BenchError;
use super::dataset::{DatasetHead, DatasetWriter, KeyEnvelope, RawUtxo, SequencedTx};
use rydra_core::cardano::address::to_text;
use rydra_core::unit::{TxId, TxIn};

/// Outputs that may be alive at once over all clients: an accumulator holds 4,095, the rest is for deposits.
pub const ALIVE_MAX: usize = 4_000;

/// Transactions of one client; beyond that a file is hundreds of gigabytes.
pub const TRANSACTIONS_MAX: u64 = 100_000_000;

/// Lovelace that a client starts with for each output it will have: an output never gets below a tenth of
/// this through splitting, 10 ada, and the protocol's minimum for such an output is below 1 ada.
const LOVELACE_PER_OUTPUT: u64 = 100_000_000;

/// What `rydra bench generate` makes.
#[derive(Clone, Debug)]
pub struct GenerateOptions {
    /// How the UTxO set develops.
    pub shape: Shape,
    /// Transactions of each client.
    pub transactions: u64,
    /// Clients.
    pub clients: usize,
    /// All keys, and with them all ids and bytes, derive from it.
    pub seed: u64,
    /// Outputs alive over all clients: from the start (constant) or in the end (growing, plateau).
    pub alive: usize,
    /// File to write.
    pub out: PathBuf,
}

impl FromStr for Shape {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "constant" => Ok(Self::Constant),
            "growing" => Ok(Self::Growing),
            "plateau" => Ok(Self::Plateau),
            _ => Err(format!("unknown shape \"{text}\"; needed constant, growing or plateau")),
        }
    }
}

/// Writes a dataset file; nothing but the outputs alive is kept in memory.
///
/// # Errors
/// When options lie outside their range or the file cannot be written.
pub fn generate(options: &GenerateOptions) -> Result<(), BenchError> {
    check(options)?;
    let file =
        File::create(&options.out).map_err(BenchError::file(&options.out, "write the dataset"))?;
    write(options, file).map_err(BenchError::file(&options.out, "write the dataset"))
}

fn check(options: &GenerateOptions) -> Result<(), BenchError> {
    let refuse = |why: String| Err(BenchError::Options(why));
    if options.clients == 0 || options.transactions == 0 {
        return refuse(format!(
            "{} clients with {} transactions each; needed at least one of both",
            options.clients, options.transactions
        ));
    }
    if options.transactions > TRANSACTIONS_MAX {
        return refuse(format!(
            "{} transactions per client; at most {TRANSACTIONS_MAX}",
            options.transactions
        ));
    }
    if options.alive < options.clients || options.alive > ALIVE_MAX {
        return refuse(format!(
            "{} outputs alive for {} clients; needed at least one per client and at most {ALIVE_MAX}: \
             a head cannot hold more than 4095",
            options.alive, options.clients
        ));
    }
    Ok(())
}

/// Where a client's outputs begin in the funding transaction, and how many it may have alive.
struct Client {
    wallet: Wallet,
    /// Outputs it starts with.
    starts_with: usize,
    /// Outputs it may have alive.
    share: usize,
}

fn clients(options: &GenerateOptions) -> Vec<Client> {
    let (each, rest) = (options.alive / options.clients, options.alive % options.clients);
    (0..options.clients)
        .map(|at| {
            let share = each + usize::from(at < rest);
            let starts_with = if options.shape == Shape::Constant { share } else { 1 };
            Client { wallet: Wallet::derive(options.seed, "client", at), starts_with, share }
        })
        .collect()
}

fn write(options: &GenerateOptions, to: impl io::Write) -> io::Result<()> {
    let clients = clients(options);
    let funding = funding_transaction(options.seed, &clients);
    let node_keys: Vec<KeyEnvelope> = (0..options.clients)
        .map(|at| Wallet::derive(options.seed, "node", at).envelope("hydraNodeKey"))
        .collect();
    let title = format!(
        "{:?}, {} clients with {} transactions, {} outputs, seed {}",
        options.shape, options.clients, options.transactions, options.alive, options.seed
    );
    let head = DatasetHead {
        title: Some(&title),
        description: Some(
            "Made by `rydra bench generate`; the funding transaction spends an output \
                           that no chain has, so this set is for offline heads.",
        ),
        funding_transaction: &funding,
        hydra_node_keys: &node_keys,
    };
    let mut writer = DatasetWriter::start(to, &head)?;
    let mut next_index = 0_u16;
    for client in &clients {
        let mut initial = Vec::with_capacity(client.starts_with);
        for lovelace in client.endowment() {
            initial.push(Output { input: TxIn { id: funding.id, index: next_index }, lovelace });
            next_index = next_index.saturating_add(1);
        }
        let utxo = initial_utxo(&client.wallet, &initial)?;
        let sequence = ShapedSequence::new(options.shape, &client.wallet, initial, client.share);
        let count = usize::try_from(options.transactions).unwrap_or(usize::MAX);
        writer.client(&client.wallet.envelope("paymentKey"), &utxo, sequence.take(count))?;
    }
    writer.finish()
}

impl Client {
    /// Lovelace of each output it starts with.
    fn endowment(&self) -> impl Iterator<Item = u64> {
        let outputs_each = self.share.div_ceil(self.starts_with.max(1));
        let lovelace = u64::try_from(outputs_each).unwrap_or(1).saturating_mul(LOVELACE_PER_OUTPUT);
        std::iter::repeat_n(lovelace, self.starts_with)
    }
}

/// Pays every client from one made-up output of a made-up faucet.
fn funding_transaction(seed: u64, clients: &[Client]) -> SequencedTx {
    let faucet = Wallet::derive(seed, "faucet", 0);
    let spends = TxIn { id: TxId(faucet.verification_key()), index: 0 };
    let pays: Vec<([u8; 29], u64)> = clients
        .iter()
        .flat_map(|client| {
            let address = client.wallet.address();
            client.endowment().map(move |lovelace| (address, lovelace))
        })
        .collect();
    faucet.pay(&[spends], &pays)
}

fn initial_utxo(owner: &Wallet, outputs: &[Output]) -> io::Result<RawUtxo> {
    let address = to_text(&owner.address()).map_err(io::Error::other)?;
    outputs
        .iter()
        .map(|output| {
            let text = format!(
                "{{\"address\":\"{address}\",\"datum\":null,\"datumhash\":null,\"inlineDatum\":null,\
                 \"referenceScript\":null,\"value\":{{\"lovelace\":{}}}}}",
                output.lovelace
            );
            Ok((output.input, RawValue::from_string(text)?))
        })
        .collect()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
