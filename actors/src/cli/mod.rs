//! Command line: hydra-node's flags under their own names, from the table of settings.
//!
//! Values of run options stay text here; [`crate::settings`] reads them together with environment and file,
//! so that all problems are reported at once whatever their source.

pub mod bench;
mod command;
pub mod soak;
#[cfg(test)]
mod tests;
pub mod tx;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgMatches, FromArgMatches};
use clap_complete::Shell;

use crate::keygen;
use crate::settings::{Sources, keys, scope};
use bench::BenchArgs;
use tx::TxArgs;

pub use command::{HYDRA_COMPATIBILITY, LEGACY_VERSION, VERSION, command};

/// What the command line asks for.
#[derive(Clone, Debug)]
pub enum Invocation {
    /// Run a node with these sources of settings.
    Run(Sources),
    /// Write a key pair to `BASE.sk` and `BASE.vk`.
    GenHydraKey {
        /// Path without extension.
        base: PathBuf,
    },
    /// Benchmark.
    Bench(BenchArgs),
    /// The ledger as a tool.
    Tx(TxArgs),
    /// Print completions of a shell.
    Completions(Shell),
}

/// An invocation and notices for standard error.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// What to do.
    pub invocation: Invocation,
    /// Notices.
    pub notices: Vec<String>,
}

/// Parses a command line, program name first; the environment joins the sources of a run.
///
/// # Errors
/// `clap`'s error for anything that is no valid use, and for `--help` and `--version`: its `exit()`
/// prints to the right stream and ends with code 2 (usage) or 0 (help).
pub fn parse<I, T>(arguments: I, environment: Vec<(String, String)>) -> Result<Parsed, clap::Error>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let matches = command().try_get_matches_from(arguments)?;
    let sources = sources(&matches, environment);
    let Some((name, inner)) = matches.subcommand() else {
        return Ok(Parsed { invocation: Invocation::Run(sources), notices: Vec::new() });
    };
    let notices = ignored_by(name, &sources);
    let invocation = match name {
        "bench" => Invocation::Bench(BenchArgs::from_arg_matches(inner)?),
        "tx" => Invocation::Tx(TxArgs::from_arg_matches(inner)?),
        "completions" => match inner.get_one::<Shell>("shell") {
            Some(shell) => Invocation::Completions(*shell),
            None => return Err(refused("no SHELL; needed bash, elvish, fish, powershell or zsh")),
        },
        "publish-scripts" => return Err(refused(PUBLISH_SCRIPTS)),
        _ => Invocation::GenHydraKey {
            base: inner
                .get_one::<PathBuf>("output-file")
                .cloned()
                .unwrap_or_else(|| PathBuf::from(keygen::DEFAULT_BASE)),
        },
    };
    Ok(Parsed { invocation, notices })
}

/// The variables of this process; such that are not Unicode cannot be ours.
#[must_use]
pub fn process_environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The completion script of a shell.
#[must_use]
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "rydra", &mut script);
    script
}

const PUBLISH_SCRIPTS: &str = "publish-scripts is a command of hydra-node; needed a start without it: \
    this version of rydra lacks a Cardano layer 1; offline heads use no scripts, publish them with hydra-node 2.3";

fn refused(text: &str) -> clap::Error {
    command().error(clap::error::ErrorKind::InvalidSubcommand, text)
}

/// Run options have no meaning beside a sub-command: said, as hydra-node does for `--config`.
fn ignored_by(name: &str, sources: &Sources) -> Vec<String> {
    let file = sources.file.iter().map(|_| "config");
    let flags = sources.flags.iter().map(|(flag, _)| flag.as_str());
    file.chain(flags).map(|flag| format!("--{flag} has no effect beside `rydra {name}`")).collect()
}

fn sources(matches: &ArgMatches, environment: Vec<(String, String)>) -> Sources {
    let mut flags = Vec::new();
    let ours = keys::all().filter_map(|key| key.flag);
    let theirs = scope::LACKING.iter().map(|lacking| lacking.flag).filter(|flag| !flag.is_empty());
    for flag in ours.chain(theirs) {
        if matches.value_source(flag) != Some(clap::parser::ValueSource::CommandLine) {
            continue;
        }
        let values = match matches.try_get_many::<String>(flag) {
            Ok(Some(values)) => values.cloned().collect(),
            // A switch holds a boolean, no text.
            Ok(None) | Err(_) => Vec::new(),
        };
        flags.push((flag.to_owned(), values));
    }
    Sources { flags, environment, file: matches.get_one::<PathBuf>("config").cloned() }
}
