//! `rydra bench run`: replays a dataset against running nodes and measures (`dataset.md`, Measures).

mod client;
mod gate;
pub(super) mod machine;
mod measure;
pub(super) mod ready;
mod report;
mod track;

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rydra_core::unit::TxIn;

use self::client::Client;
pub use self::machine::{ProbeResult, probe_sync};
pub use self::measure::Percentiles;
pub use self::report::{NodeFigures, Report};
use self::track::{ClientResult, Pace};
use super::args::check_pid;
use super::dataset::Dataset;
use super::{BenchError, outputs};
use crate::settings::{Problem, Problems};

/// Transactions in flight (sent, neither confirmed nor invalid) per client when no window is given. At
/// saturation it fills the node's batches; latency at saturation is this number over the rate.
pub const WINDOW_DEFAULT: usize = 400;

/// Longest wait for a node to report ready.
const READY_TIMEOUT: Duration = Duration::from_secs(120);

/// Longest wait for the dataset's funds to be spendable in the head.
const FUNDS_TIMEOUT: Duration = Duration::from_secs(60);

/// What `rydra bench run` does.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// Dataset file.
    pub dataset: PathBuf,
    /// `HOST:PORT` of each node's API; client i speaks to node i modulo their number.
    pub nodes: Vec<String>,
    /// Transactions in flight per client; 1 is a closed loop. `None`: [`WINDOW_DEFAULT`], or no limit with a rate.
    pub window: Option<usize>,
    /// Transactions per second over all clients; `None` sends as fast as the window allows.
    pub rate: Option<f64>,
    /// Stop submitting after this long; what is in flight is still awaited.
    pub duration: Option<Duration>,
    /// Ask for the `utxo` field in snapshots; costs the node and the network what it costs.
    pub snapshot_utxo: bool,
    /// Print the report as JSON instead of a table.
    pub json: bool,
    /// Process ids of the nodes, in their order, to read the peak memory of. Empty: by owner of the port.
    pub node_pids: Vec<u32>,
    /// Directory to probe the disk's sync latency in, before and after; on the disk of the journal.
    pub probe_dir: Option<PathBuf>,
}

impl RunOptions {
    /// Replays `dataset` against `nodes` at saturation with the default window.
    #[must_use]
    pub fn new(dataset: PathBuf, nodes: Vec<String>) -> Self {
        Self {
            dataset,
            nodes,
            window: None,
            rate: None,
            duration: None,
            snapshot_utxo: false,
            json: false,
            node_pids: Vec::new(),
            probe_dir: None,
        }
    }
}

/// Replays, prints the report on standard output, and fails unless everything came as the dataset expects: all
/// confirmed, or some refused where it says so.
///
/// # Errors
/// When the dataset or a node is unusable, or the run ended otherwise.
pub fn run(options: &RunOptions) -> Result<(), BenchError> {
    let report = measure(options)?;
    let text = if options.json { report.to_json() } else { report.to_table() };
    writeln!(io::stdout().lock(), "{text}")
        .map_err(BenchError::file("standard output".as_ref(), "write to"))?;
    match report.trouble() {
        None => Ok(()),
        Some(trouble) => Err(BenchError::Incomplete(trouble)),
    }
}

/// Replays and measures, without printing a report.
///
/// # Errors
/// When the dataset or a node is unusable. Invalid and unconfirmed transactions are in the report.
pub fn measure(options: &RunOptions) -> Result<Report, BenchError> {
    check(options)?;
    let dataset = Dataset::read(&options.dataset)?;
    let probe = |at: &Option<PathBuf>| at.as_deref().map(probe_sync).transpose();
    let before = probe(&options.probe_dir)?;
    for (at, node) in options.nodes.iter().enumerate() {
        ready::wait_ready(node, READY_TIMEOUT)?;
        let (clients, nodes) = (&dataset.client_datasets, options.nodes.len());
        // Every node of the head has all funds; asking for this node's clients' is enough.
        let needed: Vec<TxIn> = (at..clients.len())
            .step_by(nodes)
            .filter_map(|client| clients.get(client))
            .flat_map(|client| client.initial_utxo.keys().copied())
            .collect();
        ready::wait_funds(node, &needed, FUNDS_TIMEOUT)?;
    }
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|source| {
            BenchError::Node { node: "load generator".into(), why: source.to_string() }
        })?;
    let total = dataset.transactions();
    let title = dataset.title.clone();
    let expected = options.duration.is_none().then(|| dataset.expectations());
    let cpu_before = machine::thread_cpu();
    let results = runtime.block_on(replay(options, dataset, total))?;
    let cpu = machine::thread_cpu().zip(cpu_before).map(|(now, then)| now.saturating_sub(then));
    let nodes = options.nodes.iter().enumerate().map(|(at, node)| {
        let pid = options.node_pids.get(at).copied().or_else(|| machine::owner_of(node));
        let peak_rss_kib = pid.and_then(machine::peak_rss_kib);
        NodeFigures { node: node.clone(), pid, peak_rss_kib }
    });
    let nodes = nodes.collect();
    let after = probe(&options.probe_dir)?;
    let mut report = report::summarise(title, total, expected, results);
    report.nodes = nodes;
    report.client_cpu_us_per_tx = cpu
        .filter(|_| report.submitted > 0)
        .map(|cpu| cpu.as_secs_f64() * 1e6 / report.submitted as f64);
    report.sync_before = before;
    report.sync_after = after;
    Ok(report)
}

fn check(options: &RunOptions) -> Result<(), BenchError> {
    let mut problems = Problems::default();
    let mut wrong = |seen: &str, needed: &str, todo: &str| {
        problems.push(Problem::new(seen, needed, todo));
    };
    if options.nodes.is_empty() {
        wrong("no --node", "the address of at least one node's API", "add --node 127.0.0.1:4001");
    }
    if options.window == Some(0) {
        wrong("--window 0, which never sends", "at least 1", "raise it, or leave it out");
    }
    if options.rate.is_some_and(|rate| !rate.is_finite() || rate <= 0.0) {
        wrong("--rate", "a number of transactions per second above 0", "give one, or leave it out");
    }
    if options.node_pids.len() > options.nodes.len() {
        let needed = "at most one for each node, in the same order";
        wrong("more --node-pid than --node", needed, "leave out those beyond");
    }
    for (pid, node) in options.node_pids.iter().zip(&options.nodes) {
        problems.0.extend(check_pid("node-pid", *pid, node).err());
    }
    if let Some(dir) = &options.probe_dir {
        problems.0.extend(outputs::takes_probe("probe-dir", dir).err());
    }
    problems.or(()).map_err(BenchError::Usage)
}

/// Connects all clients, then lets them start at the same moment.
async fn replay(
    options: &RunOptions,
    dataset: Dataset,
    total: usize,
) -> Result<Vec<ClientResult>, BenchError> {
    let progress = progress_bar(total);
    let count = dataset.client_datasets.len();
    let pace = Pace {
        window: options.window.unwrap_or(if options.rate.is_some() {
            usize::MAX
        } else {
            WINDOW_DEFAULT
        }),
        per_second: options.rate.map(|rate| rate / count as f64),
        duration: options.duration,
    };
    let mut connected = Vec::with_capacity(count);
    let mut watched: BTreeMap<usize, ()> = BTreeMap::new();
    for (at, client) in dataset.client_datasets.into_iter().enumerate() {
        let node_at = at % options.nodes.len().max(1);
        let Some(node) = options.nodes.get(node_at) else { continue };
        // Each node's first client counts that node's snapshots; the report takes the first node's.
        let watches = watched.insert(node_at, ()).is_none() && node_at == 0;
        let client = Client::connect(
            node,
            options.snapshot_utxo,
            client.tx_sequence,
            pace,
            watches,
            progress.clone(),
        );
        connected.push(client.await?);
    }
    let start = super::now();
    let tasks: Vec<_> =
        connected.into_iter().map(|client| tokio::spawn(client.run(start))).collect();
    let mut results = Vec::with_capacity(count);
    for task in tasks {
        results.push(task.await.map_err(|e| BenchError::Node {
            node: "load generator".into(),
            why: format!("a client task died: {e}; this is a bug of the load generator"),
        })?);
    }
    progress.finish_and_clear();
    Ok(results)
}

/// Shown on a terminal only.
fn progress_bar(total: usize) -> ProgressBar {
    let target = if io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(total as u64), target);
    let template = "{wide_bar} {pos}/{len} decided, {per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
