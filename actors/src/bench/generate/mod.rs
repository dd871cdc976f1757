//! Makes datasets: real signed Conway payments of a chosen shape, the same bytes for the same options anywhere.

pub mod mixed;
mod payment;
mod shape;

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::str::FromStr;

use serde_json::value::RawValue;

pub use self::payment::{Output, Wallet};
pub use self::shape::{Shape, ShapedSequence};
use super::dataset::{DatasetHead, DatasetWriter, KeyEnvelope, RawUtxo, SequencedTx};
use super::{BenchError, outputs};
use crate::settings::{Problem, Problems};
use rydra_core::cardano::address::to_text;
use rydra_core::ledger::Ledger;
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
    /// Parameters of the head that a mixed set is for; `None`: those that `rydra bench prepare` writes.
    pub protocol_parameters: Option<PathBuf>,
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
            "mixed" => Ok(Self::Mixed),
            _ => {
                Err(format!("unknown shape \"{text}\"; needed constant, growing, plateau or mixed"))
            }
        }
    }
}

/// Writes a dataset file; nothing but the outputs alive is kept in memory, and of a mixed set twenty bytes for each
/// transaction.
///
/// # Errors
/// When options lie outside their range, parameters cannot be used, or the file cannot be written.
pub fn generate(options: &GenerateOptions) -> Result<(), BenchError> {
    check(options)?;
    if options.shape == Shape::Mixed {
        return generate_mixed(options);
    }
    let file =
        File::create(&options.out).map_err(BenchError::file(&options.out, "write the dataset"))?;
    write(options, file).map_err(BenchError::file(&options.out, "write the dataset"))
}

fn generate_mixed(options: &GenerateOptions) -> Result<(), BenchError> {
    let ledger = mixed::ledger(options.protocol_parameters.as_deref())?;
    let failed = |e| BenchError::file(&options.out, "write the dataset")(e);
    let spool = mixed::spool(options).map_err(failed)?;
    let file = File::create(&options.out).map_err(failed)?;
    write_mixed(options, ledger, spool, file).map_err(failed)
}

fn check(options: &GenerateOptions) -> Result<(), BenchError> {
    let mut problems = Problems::default();
    let mut wrong = |seen: String, needed: String, todo: &str| {
        problems.push(Problem::new(seen, needed, todo));
    };
    let (clients, alive) = (options.clients, options.alive);
    if clients == 0 || options.transactions == 0 {
        let seen = format!("{clients} clients with {} transactions each", options.transactions);
        wrong(seen, "at least one of both".to_owned(), "raise --clients and --transactions");
    }
    if options.transactions > TRANSACTIONS_MAX {
        let seen = format!("--transactions {}", options.transactions);
        let needed = format!("at most {TRANSACTIONS_MAX} for each client");
        wrong(seen, needed, "generate several sets with different seeds");
    }
    if alive > ALIVE_MAX || clients > ALIVE_MAX {
        let needed = format!(
            "at most {ALIVE_MAX} of both: a head holds 4095 outputs, and each client needs one"
        );
        let seen = format!("{alive} outputs alive for {clients} clients");
        wrong(seen, needed, "lower --alive and --clients");
    } else if alive < clients {
        let seen = format!("{alive} outputs alive for {clients} clients");
        wrong(seen, "at least one for each".to_owned(), "raise --alive or take fewer --clients");
    }
    check_mixed(options, &mut wrong);
    if let (Shape::Mixed, Some(file)) = (options.shape, &options.protocol_parameters)
        && let Err(BenchError::Usage(unusable)) = mixed::ledger(Some(file))
    {
        problems.0.extend(unusable.0);
    }
    problems.0.extend(outputs::dataset(&options.out).err());
    problems.or(()).map_err(BenchError::Usage)
}

fn check_mixed(options: &GenerateOptions, wrong: &mut impl FnMut(String, String, &str)) {
    if options.shape != Shape::Mixed {
        if options.protocol_parameters.is_some() {
            let seen = "--protocol-parameters with a shape of plain payments".to_owned();
            let needed = "--shape mixed: the others state no fee and no budget".to_owned();
            wrong(seen, needed, "leave it out");
        }
        return;
    }
    let (clients, alive) = (options.clients, options.alive);
    let total = options.transactions.saturating_mul(clients as u64);
    if total > mixed::MIXED_TRANSACTIONS_MAX {
        let needed = format!("at most {} in a mixed set", mixed::MIXED_TRANSACTIONS_MAX);
        let seen = format!("{total} transactions of all clients");
        wrong(seen, needed, "generate several sets with different seeds");
    }
    let each = mixed::ALIVE_PER_CLIENT_MIN;
    if clients > 0 && alive >= clients && alive / clients < each {
        let seen = format!("{alive} outputs alive for {clients} clients of a mixed set");
        let needed = format!("at least {each} for each");
        wrong(seen, needed, "raise --alive or take fewer --clients");
    }
}

/// Where a client's outputs begin in the funding transaction, and how many it may have alive.
struct Client {
    wallet: Wallet,
    /// Outputs it starts with.
    starts_with: usize,
    /// Outputs it may have alive.
    share: usize,
    /// Lovelace of each output it starts with.
    lovelace: u64,
}

fn clients(options: &GenerateOptions, fees: bool) -> Vec<Client> {
    let (each, rest) = (options.alive / options.clients, options.alive % options.clients);
    (0..options.clients)
        .map(|at| {
            let share = each + usize::from(at < rest);
            let starts_with = match options.shape {
                Shape::Constant => share,
                Shape::Growing | Shape::Plateau => 1,
                Shape::Mixed => mixed::STARTS_WITH,
            };
            let lovelace = if options.shape == Shape::Mixed {
                mixed::endowment(share, options.transactions, fees) / starts_with as u64
            } else {
                (share.div_ceil(starts_with.max(1)) as u64).saturating_mul(LOVELACE_PER_OUTPUT)
            };
            let wallet = Wallet::derive(options.seed, "client", at);
            Client { wallet, starts_with, share, lovelace }
        })
        .collect()
}

fn write(options: &GenerateOptions, to: impl io::Write) -> io::Result<()> {
    let clients = clients(options, false);
    let funding = funding_transaction(options.seed, &clients);
    let (title, node_keys) = (title(options), node_keys(options));
    let mut writer = DatasetWriter::start(to, &dataset_head(&title, &funding, &node_keys))?;
    for (client, initial) in clients.iter().zip(initial_outputs(&clients, &funding)) {
        let utxo = initial_utxo(&client.wallet, &initial)?;
        let sequence = ShapedSequence::new(options.shape, &client.wallet, initial, client.share);
        let count = usize::try_from(options.transactions).unwrap_or(usize::MAX);
        let sequence = sequence.take(count).map(Ok);
        writer.client(&client.wallet.envelope("paymentKey"), &utxo, sequence)?;
    }
    writer.finish(None)
}

fn write_mixed(
    options: &GenerateOptions,
    ledger: Ledger,
    spool: mixed::Spool,
    to: impl io::Write,
) -> io::Result<()> {
    let clients = clients(options, mixed::has_fees(&ledger));
    let funding = funding_transaction(options.seed, &clients);
    let (title, node_keys) = (title(options), node_keys(options));
    let initial = initial_outputs(&clients, &funding);
    let starts: Vec<mixed::Start<'_>> = clients
        .iter()
        .zip(initial)
        .map(|(client, outputs)| mixed::Start { client, outputs })
        .collect();
    mixed::write(options, ledger, &starts, &dataset_head(&title, &funding, &node_keys), to, spool)
}

fn title(options: &GenerateOptions) -> String {
    format!(
        "{:?}, {} clients with {} transactions, {} outputs, seed {}",
        options.shape, options.clients, options.transactions, options.alive, options.seed
    )
}

fn node_keys(options: &GenerateOptions) -> Vec<KeyEnvelope> {
    (0..options.clients)
        .map(|at| Wallet::derive(options.seed, "node", at).envelope("hydraNodeKey"))
        .collect()
}

fn dataset_head<'a>(
    title: &'a str,
    funding: &'a SequencedTx,
    node_keys: &'a [KeyEnvelope],
) -> DatasetHead<'a> {
    DatasetHead {
        title: Some(title),
        description: Some(
            "Made by `rydra bench generate`; the funding transaction spends an output \
                           that no chain has, so this set is for offline heads.",
        ),
        funding_transaction: funding,
        hydra_node_keys: node_keys,
    }
}

/// What each client starts with: outputs of the funding transaction, one client after the other.
fn initial_outputs(clients: &[Client], funding: &SequencedTx) -> Vec<Vec<Output>> {
    let mut indices = 0_u16..;
    let mut next = |lovelace| Output {
        input: TxIn { id: funding.id, index: indices.next().unwrap_or(u16::MAX) },
        lovelace,
    };
    clients.iter().map(|client| client.endowment().map(&mut next).collect()).collect()
}

impl Client {
    /// Lovelace of each output it starts with.
    fn endowment(&self) -> impl Iterator<Item = u64> {
        std::iter::repeat_n(self.lovelace, self.starts_with)
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
