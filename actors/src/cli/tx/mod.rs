//! `rydra tx`: the ledger of a head without a head (`docs/TX-VALIDATE.md`).

mod check;
mod inputs;
mod lines;
mod report;
mod run;
mod source;
mod units;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

pub use run::{Exit, run};

/// `rydra tx`.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct TxArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: TxCommand,
}

/// Commands of `rydra tx`.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum TxCommand {
    /// Decides on transactions as the ledger of a head does, and says every rule that refuses
    #[command(long_about = LONG_ABOUT, after_long_help = EXAMPLES, after_help = AFTER, override_usage = USAGE)]
    Validate(ValidateArgs),
}

const USAGE: &str = "rydra tx validate --utxo FILE --protocol-parameters FILE [OPTIONS] TX";

const AFTER: &str = "Examples, exit codes and the form of --json: rydra tx validate --help";

const LONG_ABOUT: &str = "\
Decides on transactions as the ledger of a head does, and says every rule that refuses.

The rules are those of Conway with the head's parameters, over the UTxO of a file; no node is needed. \
Standard output gets the resulting UTxO, standard error the report: fee, size, execution units, and \
refusals that start with the ledger's own name of the rule.";

const EXAMPLES: &str = "\
Examples:
  One transaction, as cardano-cli wrote it, against the UTxO of a running head:
    curl -s http://127.0.0.1:4001/snapshot/utxo |
      rydra tx validate --utxo - --protocol-parameters parameters.json tx.signed

  The same as hex on the command line, at a slot, with the verdict as JSON:
    rydra tx validate --utxo utxo.json --protocol-parameters parameters.json \\
      --slot 4200 --json 84a4...

  A chain of transactions, one a line (hex or JSON), each against what those before left:
    rydra tx validate --utxo utxo.json --protocol-parameters parameters.json - < txs > after.json

  Time locks, and Plutus scripts that read the time: slots of 0.1 s since the network's start, now:
    rydra tx validate --utxo utxo.json --protocol-parameters parameters.json \\
      --system-start 2022-07-07T09:33:35Z --slot-length 0.1 --slot now tx.signed

Transactions:
  TX is a file (text envelope of cardano-cli, hex, or raw CBOR), else hex, else - for one
  transaction a line on standard input. With -, a transaction that is refused is not applied and
  the next is checked (--stop ends there).

Result:
  Standard output: the UTxO after all transactions that passed, in the form that --utxo reads;
  nothing when the only transaction is refused. With --json instead one object per transaction:
    {\"line\":1,\"id\":\"..\",\"valid\":true,
     \"refusals\":[{\"predicate\":\"FeeTooSmallUTxO\",\"text\":\"..\"}],
     \"fee\":0,\"minimumFee\":0,\"size\":235,
     \"executionUnits\":{\"redeemers\":[{\"purpose\":\"spend\",\"index\":0,\"memory\":1,
       \"steps\":2,\"budget\":{\"memory\":3,\"steps\":4},\"error\":null}],
       \"total\":{\"memory\":1,\"steps\":2}},
     \"outputs\":{\"<id>#0\":{..}}}

Exit codes:
  0 all transactions pass; 1 at least one is refused; 2 arguments, files or lines that cannot be
  used (all problems at once), or output that cannot be written.";

/// `rydra tx validate`. Values stay text here: all problems are reported at once, like those of settings.
#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct ValidateArgs {
    /// UTxO to start from: JSON of `cardano-cli query utxo`, `GET /snapshot/utxo` or an earlier run; - for
    /// standard input; needed
    #[arg(long, value_name = "FILE")]
    pub utxo: Option<PathBuf>,
    /// Protocol parameters of the head: JSON of `cardano-cli query protocol-parameters`; needed
    #[arg(long, value_name = "FILE")]
    pub protocol_parameters: Option<PathBuf>,
    /// Slot at which the transactions are checked; `now` needs a start of time [default: 0]
    #[arg(long, value_name = "N|now", allow_negative_numbers = true)]
    pub slot: Option<String>,
    /// Network id of addresses: 0 for every test network, 1 for mainnet [default: 0]
    #[arg(long, value_name = "ID", allow_negative_numbers = true)]
    pub network: Option<String>,
    /// Begin of slot 0 (UTC), for `--slot now` and the times that scripts read [default: 1970-01-01T00:00:00Z]
    #[arg(long, value_name = "TIME")]
    pub system_start: Option<String>,
    /// Length of a slot in seconds [default: 1]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub slot_length: Option<String>,
    /// Shelley genesis: start, slot length and network from the file that the node has
    #[arg(long, value_name = "FILE")]
    pub ledger_genesis: Option<PathBuf>,
    /// Writes the resulting UTxO to this file instead of standard output; may be the file of --utxo
    #[arg(long, value_name = "FILE")]
    pub utxo_out: Option<PathBuf>,
    /// One JSON object per transaction on standard output
    #[arg(long)]
    pub json: bool,
    /// Ends at the first transaction that is refused
    #[arg(long)]
    pub stop: bool,
    /// Transaction: a file, hex, or - for one a line on standard input; needed
    #[arg(value_name = "TX")]
    pub tx: Option<OsString>,
}
