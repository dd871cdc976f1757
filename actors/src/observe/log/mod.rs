//! Log lines: the contract's JSON envelope (`api.md` 7.2) or a form for people, over a ring that never blocks.
//!
//! Lines of the contract's tags are written through the typed functions of [`lines`]; any other `tracing`
//! event is wrapped as `{"tag":"Message",..}`. Below level `trace` payloads are ids and counts.

mod layer;
pub mod limiter;
pub mod lines;
mod ring;
#[cfg(test)]
mod tests;

use std::io::{IsTerminal, Write};
use std::str::FromStr;
use std::time::Duration;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;

use crate::settings::{LogBuffer, LogFormat, Settings};

pub use layer::EnvelopeLayer;
pub use ring::{Drained, Ring};

/// Longest wait for standard output to take the last lines at shutdown.
pub const DRAIN_DEADLINE: Duration = Duration::from_secs(5);

/// Handle of the running log; drain it before the process ends.
#[derive(Clone, Debug, Default)]
pub struct Log(Option<Ring>);

impl Log {
    /// Lines dropped so far because the reader was too slow.
    #[must_use]
    pub fn dropped_total(&self) -> u64 {
        self.0.as_ref().map_or(0, Ring::dropped_total)
    }

    /// Waits until everything is written, at most [`DRAIN_DEADLINE`].
    #[must_use]
    pub fn drain(&self) -> Drained {
        self.0.as_ref().map_or_else(Drained::default, |ring| ring.drain(DRAIN_DEADLINE))
    }
}

/// Starts the process's log as the settings say; `quiet` starts none.
///
/// # Errors
/// A text when a log runs already in this process or its thread cannot be started.
pub fn start(settings: &Settings) -> Result<Log, String> {
    if settings.quiet {
        return Ok(Log::default());
    }
    let terminal = std::io::stdout().is_terminal();
    let (subscriber, ring) = build(settings, terminal, Box::new(std::io::stdout()))?;
    tracing::subscriber::set_global_default(subscriber)
        .map_err(|_| "a log is running already; start it once per process".to_owned())?;
    Ok(Log(Some(ring)))
}

/// A subscriber over any writer, and its ring.
///
/// # Errors
/// A text when the writer's thread cannot be started.
pub fn build(
    settings: &Settings,
    terminal: bool,
    out: Box<dyn Write + Send>,
) -> Result<(impl tracing::Subscriber + Send + Sync + use<>, Ring), String> {
    let LogBuffer { lines_max, bytes_max } = settings.log_buffer;
    let human = match settings.log_format {
        LogFormat::Auto => terminal,
        LogFormat::Human => true,
        LogFormat::Json => false,
    };
    let form = layer::Form::new(&settings.node_id, human);
    let reported = form.clone();
    let ring = Ring::start(lines_max, bytes_max, out, move |dropped| reported.dropped(dropped))
        .map_err(|error| {
            format!(
                "the log thread did not start ({error}); raise the limit of threads or set quiet"
            )
        })?;
    let levels = levels(&settings.log_level)?;
    let layer = EnvelopeLayer::new(form, ring.clone());
    Ok((tracing_subscriber::registry().with(levels).with(layer), ring))
}

/// Chatter of libraries: their `info` is our `debug`. A directive of the operator for the same target wins.
const LIBRARIES: [&str; 5] = ["actix", "actix_server", "actix_rt", "actix_web", "actix_http"];

/// Levels by target. Lines of libraries at `info` show only where everything shows at `debug`.
fn levels(text: &str) -> Result<Targets, String> {
    let asked =
        Targets::from_str(text).map_err(|error| format!("log level \"{text}\": {error}"))?;
    let quiet = asked.default_level().is_some_and(|level| level == LevelFilter::INFO);
    let unnamed = |library: &&str| !asked.iter().any(|(target, _)| target == *library);
    let quieted: Vec<&str> = LIBRARIES.into_iter().filter(|l| quiet && unnamed(l)).collect();
    Ok(quieted
        .into_iter()
        .fold(asked.clone(), |levels, l| levels.with_target(l, LevelFilter::WARN)))
}
