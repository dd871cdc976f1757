//! `rydra bench`: prepares a node for a dataset, replays the dataset, generates new ones (`dataset.md`).
//!
//! The load runs in its own process, so that what it costs is not the node's. One task per client of the
//! dataset, all on one thread: the node may need the other core.

mod args;
pub mod dataset;
mod dispatch;
pub mod expect;
pub mod fan_out;
pub mod frame;
pub mod generate;
pub mod http;
mod outputs;
pub mod prepare;
pub mod run;
pub mod soak;
pub mod socket;
mod waiting;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

pub use dispatch::dispatch;
pub use generate::{GenerateOptions, Shape, generate};
pub use prepare::{PrepareOptions, prepare};
pub use run::{RunOptions, run};

use crate::settings::{Problem, Problems};

/// Why a benchmark command failed: what was seen, what was needed, what to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum BenchError {
    /// A file could not be read or written.
    File {
        /// Which.
        path: PathBuf,
        /// What was tried, as in "cannot read the file".
        doing: &'static str,
        /// The operating system's answer.
        source: io::Error,
    },
    /// A file is not a dataset, or not one that can be replayed.
    Dataset {
        /// Which.
        path: PathBuf,
        /// What was seen and needed.
        why: String,
    },
    /// Arguments that cannot be used: all problems at once.
    Usage(Problems),
    /// A node did not answer as needed.
    Node {
        /// `HOST:PORT` as given.
        node: String,
        /// What was seen and needed.
        why: String,
    },
    /// The run ended, but not every transaction was confirmed.
    Incomplete(String),
}

impl fmt::Display for BenchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, doing, source } => {
                write!(f, "cannot {doing} {}: {source}", path.display())
            }
            Self::Dataset { path, why } => write!(
                f,
                "{} is not a usable dataset: {why}; `rydra bench generate` makes one",
                path.display()
            ),
            Self::Usage(problems) => problems.fmt(f),
            Self::Node { node, why } => write!(f, "node {node}: {why}"),
            Self::Incomplete(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for BenchError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { source, .. } => Some(source),
            Self::Dataset { .. } | Self::Usage(_) | Self::Node { .. } | Self::Incomplete(_) => None,
        }
    }
}

impl BenchError {
    /// One argument that cannot be used.
    pub(crate) fn usage(
        seen: impl Into<String>,
        needed: impl Into<String>,
        todo: impl Into<String>,
    ) -> Self {
        Self::Usage(Problems(vec![Problem::new(seen, needed, todo)]))
    }

    /// Wraps an error of the file system with what was tried.
    pub(crate) fn file(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::File { path, doing, source }
    }
}

/// The monotonic clock of the load generator, read in this one place.
#[allow(clippy::disallowed_methods, reason = "the load generator's own clock; no node logic here")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
