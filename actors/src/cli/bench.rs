//! Arguments of `rydra bench`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::soak::{self, FanOutArgs, SoakArgs};

/// `rydra bench`.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct BenchArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: BenchCommand,
}

/// Commands of `rydra bench`.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum BenchCommand {
    /// Writes UTxO and key files of a dataset and prints the node's command line
    Prepare(PrepareArgs),
    /// Submits a dataset to running nodes, open loop, and prints the table of results
    Run(RunArgs),
    /// Generates a dataset from a seed
    Generate(GenerateArgs),
    /// Keeps a head busy for long and reports memory, latency, throughput and what was lost
    #[command(long_about = soak::SOAK_ABOUT, after_long_help = soak::SOAK_EXAMPLES)]
    Soak(Box<SoakArgs>),
    /// Measures how many snapshots a second reach all of many subscribers
    #[command(long_about = soak::FAN_OUT_ABOUT, after_long_help = soak::FAN_OUT_EXAMPLES)]
    FanOut(FanOutArgs),
}

/// `rydra bench prepare`.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct PrepareArgs {
    /// Dataset file
    #[arg(value_name = "DATASET")]
    pub dataset: PathBuf,
    /// Directory for the files; created when it is missing
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// `rydra bench run`.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct RunArgs {
    /// Dataset file
    #[arg(value_name = "DATASET")]
    pub dataset: PathBuf,
    /// API of a node; repeat for several, client i uses node i modulo their number
    #[arg(long = "node", value_name = "HOST:PORT", required = true, num_args = 1.., value_parser = node_address)]
    pub nodes: Vec<String>,
    /// Most transactions of one client that are not confirmed yet; 1 is a closed loop [default: the
    /// benchmark's own at saturation, no limit with --rate]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = count)]
    pub window: Option<u32>,
    /// Submission rate of all clients together, in transactions per second; without it as fast as the window allows
    #[arg(long, value_name = "TXS", allow_hyphen_values = true, value_parser = rate)]
    pub rate: Option<f64>,
    /// Stops submitting after this long; what is in flight is still awaited, in seconds
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true, value_parser = seconds)]
    pub duration: Option<u64>,
    /// Process id of a node, in the order of --node, to read its peak memory; found by its port otherwise
    #[arg(long = "node-pid", value_name = "PID", allow_hyphen_values = true, value_parser = count)]
    pub node_pids: Vec<u32>,
    /// Directory on the disk of the journal, to probe the latency of a sync before and after
    #[arg(long, value_name = "DIR")]
    pub probe_dir: Option<PathBuf>,
    /// Prints the results as JSON on standard output
    #[arg(long)]
    pub json: bool,
    /// Asks for the UTxO set in each snapshot (the default is ?snapshot-utxo=no)
    #[arg(long)]
    pub snapshot_utxo: bool,
}

/// How the UTxO set develops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shape {
    /// Each payment spends one output and makes one
    Constant,
    /// Each payment makes one output more, up to --alive
    Growing,
    /// Grows to --alive outputs, then holds that number
    Plateau,
    /// Scripts, assets, datums, dependent and conflicting transactions (docs/BENCH.md)
    Mixed,
}

/// Most outputs alive in a generated dataset: a head cannot hold more than 4095.
pub const ALIVE_MAX: u32 = 4_000;

/// `rydra bench generate`.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct GenerateArgs {
    /// How the UTxO set develops
    #[arg(long, value_enum)]
    pub shape: Shape,
    /// Transactions of each client
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = count)]
    pub transactions: u32,
    /// Clients, each with its own key and at least one output: at most 4000, which a head holds
    #[arg(long, value_name = "N", default_value_t = 1, allow_hyphen_values = true, value_parser = outputs)]
    pub clients: u32,
    /// Seed; the same seed gives the same file
    #[arg(long, value_name = "N", default_value_t = 1, allow_hyphen_values = true, value_parser = seed)]
    pub seed: u64,
    /// Most outputs alive at a time, all clients together; at most 4000, a head holds no more than 4095
    #[arg(long, value_name = "N", default_value_t = 10, allow_hyphen_values = true, value_parser = outputs)]
    pub alive: u32,
    /// Protocol parameters of the head, for the fees and budgets of --shape mixed [default: those that
    /// `rydra bench prepare` writes]
    #[arg(long, value_name = "FILE")]
    pub protocol_parameters: Option<PathBuf>,
    /// Dataset file to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

pub(crate) fn node_address(text: &str) -> Result<String, String> {
    let address: crate::settings::HostPort = text
        .parse()
        .map_err(|needed| format!("needed {needed}: the address of a node's API, no ws://"))?;
    if address.port == 0 {
        return Err("port 0 is no address to connect to; needed the node's --api-port".to_owned());
    }
    Ok(address.to_string())
}

fn rate(text: &str) -> Result<f64, String> {
    text.parse::<f64>().ok().filter(|rate| rate.is_finite() && *rate > 0.0).ok_or_else(|| {
        "needed a number of transactions per second above 0; do: give one, or leave it out"
            .to_owned()
    })
}

/// A whole number of a range; `todo` when it is none.
fn whole(text: &str, range: std::ops::RangeInclusive<u64>, todo: &str) -> Result<u64, String> {
    text.parse::<u64>().ok().filter(|number| range.contains(number)).ok_or_else(|| {
        format!("needed a whole number from {} to {}; do: {todo}", range.start(), range.end())
    })
}

fn count(text: &str) -> Result<u32, String> {
    let number = whole(text, 1..=u64::from(u32::MAX), "give such a number")?;
    Ok(u32::try_from(number).unwrap_or(u32::MAX))
}

fn seconds(text: &str) -> Result<u64, String> {
    whole(text, 1..=u64::MAX, "give seconds without a unit, or leave it out")
}

fn seed(text: &str) -> Result<u64, String> {
    whole(text, 0..=u64::MAX, "give such a number, or leave it out")
}

fn outputs(text: &str) -> Result<u32, String> {
    let todo = "give such a number: a head holds 4095 outputs, and each client needs one";
    let number = whole(text, 1..=u64::from(ALIVE_MAX), todo)?;
    Ok(u32::try_from(number).unwrap_or(ALIVE_MAX))
}
