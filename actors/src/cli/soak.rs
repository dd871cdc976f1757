//! Arguments of `rydra bench soak` and `rydra bench fan-out`. Values stay text here: all problems are reported at once.

use std::path::PathBuf;

use clap::Args;

/// What `rydra bench soak --help` says first.
pub(super) const SOAK_ABOUT: &str = "\
Keeps a head busy for long, and tells what that did to the node.

Payments are made, signed and forgotten as they are sent, so this runs in constant memory however long it takes. \
Beside the clients that pay there may be others: such that come and go, read the whole history, never read, only \
listen, or read slowly. In the end every payment must have been confirmed exactly once and no client may have \
missed a message. Memory of the node, latency, throughput and the journal's size are measured once a second.";

pub(super) const SOAK_EXAMPLES: &str = "\
Examples:
  A node with funds for four clients, then ten minutes of 2,000 payments a second:
    rydra bench generate --shape constant --transactions 1 --clients 4 --alive 40 --out set.json
    rydra bench prepare set.json --out node          # prints the node's command line: start it
    rydra bench soak --node 127.0.0.1:4001 --duration 10m --rate 2000 --clients 4 \\
      --history-readers 1 --persistence-dir node/state --report soak.html

  A million payments; the report tells how memory grew between 100,000 and 1,000,000:
    rydra bench soak --node 127.0.0.1:4001 --transactions 1000000 --rate 2500 --clients 4 \\
      --slope 100000..1000000 --report soak/

  What a thousand idle clients cost, compared with ten seconds without them:
    rydra bench soak --node 127.0.0.1:4001 --rate 0 --idle 1000 --baseline 10s --duration 20s

  A hundred clients that never read, after two minutes without them:
    rydra bench soak --node 127.0.0.1:4001 --rate 1000 --stalled 100 --baseline 2m --duration 10m

Funds:
  Client i owns the key that `rydra bench generate` derives from --seed and i; whatever the head holds at its
  address is used. A second run on the same head goes on where the first one ended.

Report:
  Standard output gets a table, or with --json one object with every figure and the series. --report FILE.html
  writes one page, --report DIR the page, its plots (SVG) and report.json. Ctrl-C or SIGTERM ends a run early,
  with its report. Standard error tells how it goes, and what is waited for.

Exit codes:
  0 nothing was lost, also when connections were cut or not taken meanwhile, as by a node that was started again;
  1 a payment was lost, doubled or found invalid, a client missed a message, or the node was no use for a minute;
  2 arguments that cannot be used, all problems at once, before anything is sent.";

/// `rydra bench soak`.
#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct SoakArgs {
    /// API of the node; needed
    #[arg(long, value_name = "HOST:PORT")]
    pub node: Option<String>,
    /// How long payments are sent, without the baseline: 90s, 10m, 2h; needed unless --transactions is given
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub duration: Option<String>,
    /// Payments to send, all clients together, instead of a duration
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub transactions: Option<String>,
    /// Payments per second, all clients together; 0 sends none [default: 1000]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub rate: Option<String>,
    /// Clients that pay, 1 to 4000: each owns an output of the head [default: 4]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub clients: Option<String>,
    /// Most payments of one client that are not confirmed yet, 1 to 100000 [default: 4000]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub window: Option<String>,
    /// Seed of the clients' keys, as given to `rydra bench generate` [default: 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub seed: Option<String>,
    /// Clients that stay for some seconds, leave, and come back with the last number they saw
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub comers_and_goers: Option<String>,
    /// Clients that read the whole history (history=yes), stay, and do it again
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub history_readers: Option<String>,
    /// How often they do [default: 1m]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub history_every: Option<String>,
    /// Clients that never read; they come back at once when the node has cut them
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub stalled: Option<String>,
    /// Clients that only listen
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub idle: Option<String>,
    /// Clients that read the whole history, one message a second
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub trickle: Option<String>,
    /// Clients that never read or only listen ask for the UTxO set in each snapshot: large messages
    #[arg(long)]
    pub snapshot_utxo: bool,
    /// Time before the other clients come, to compare with [default: 0s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub baseline: Option<String>,
    /// Two counts of confirmed payments between which growth is fitted [default: 100000..1000000]
    #[arg(long, value_name = "FROM..TO", allow_hyphen_values = true)]
    pub slope: Option<String>,
    /// Process id of the node: what listens at --node, or is called rydra or hydra-node; found by its port
    /// otherwise, when it is ours to see
    #[arg(long, value_name = "PID", allow_hyphen_values = true)]
    pub pid: Option<String>,
    /// Data directory of the node, with its journal, for the journal's size
    #[arg(long, value_name = "DIR")]
    pub persistence_dir: Option<PathBuf>,
    /// Page with plots, or a directory for page, plots and figures
    #[arg(long, value_name = "FILE.html|DIR")]
    pub report: Option<PathBuf>,
    /// Prints the figures as JSON on standard output
    #[arg(long)]
    pub json: bool,
}

pub(super) const FAN_OUT_ABOUT: &str = "\
Measures how many snapshots a second a node delivers to all of its subscribers.

One client submits payments in bursts, so that each snapshot holds about one burst. All subscribers listen with \
snapshot-utxo=no and take whatever comes; the next burst is sent when the slowest of them has all but a few \
snapshots. The rate is therefore what the node sustains towards all of them, and nobody may be cut.";

pub(super) const FAN_OUT_EXAMPLES: &str = "\
Example:
  rydra bench generate --shape constant --transactions 1 --clients 1 --alive 200 --out set.json
  rydra bench prepare set.json --out node          # prints the node's command line: start it
  rydra bench fan-out --node 127.0.0.1:4001 --subscribers 1000 --payments 100 --duration 30s

Exit codes:
  0 all subscribers got everything; 1 somebody was cut or missed a snapshot; 2 arguments that cannot be used.";

/// `rydra bench fan-out`.
#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct FanOutArgs {
    /// API of the node; needed
    #[arg(long, value_name = "HOST:PORT")]
    pub node: Option<String>,
    /// Clients that listen, 1 to 10000 [default: 1000]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub subscribers: Option<String>,
    /// Payments of a burst, and so of a snapshot, 1 to 1000 [default: 100]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub payments: Option<String>,
    /// How long to measure [default: 30s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub duration: Option<String>,
    /// Seed of the client's key, as given to `rydra bench generate` [default: 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub seed: Option<String>,
    /// Process id of the node: what listens at --node, or is called rydra or hydra-node; found by its port
    /// otherwise, when it is ours to see
    #[arg(long, value_name = "PID", allow_hyphen_values = true)]
    pub pid: Option<String>,
    /// Prints the figures as JSON on standard output
    #[arg(long)]
    pub json: bool,
}
