//! What a soak is asked to do, read from texts with all problems at once.

use std::path::PathBuf;
use std::time::Duration;

use crate::bench::args::Reader;
use crate::bench::generate::ALIVE_MAX;
use crate::bench::outputs;
use crate::cli::soak::SoakArgs;
use crate::settings::Problems;

/// Clients that pay, at most: each owns an output, and a head holds no more of them.
const CLIENTS_MAX: u64 = ALIVE_MAX as u64;

/// Other clients of one kind, at most: file descriptors of this process.
const OTHERS_MAX: u64 = 10_000;

/// Payments per second, at most: what one core can sign.
const RATE_MAX: f64 = 100_000.0;

/// When a soak ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Until {
    /// After this long.
    Time(Duration),
    /// After this many payments, all clients together.
    Payments(u64),
}

/// What `rydra bench soak` does.
#[derive(Clone, Debug, PartialEq)]
pub struct SoakOptions {
    /// `HOST:PORT`.
    pub node: String,
    /// When it ends.
    pub until: Until,
    /// Payments per second, all clients together.
    pub rate: f64,
    /// Clients that pay.
    pub clients: usize,
    /// Payments in flight per client.
    pub window: usize,
    /// Seed of their keys.
    pub seed: u64,
    /// Other clients.
    pub guests: Guests,
    /// Those that never read or only listen ask for the set in each snapshot.
    pub snapshot_utxo: bool,
    /// How often histories are read.
    pub history_every: Duration,
    /// Time before the other clients come.
    pub baseline: Duration,
    /// Counts of confirmed payments between which growth is fitted.
    pub slope: (u64, u64),
    /// Process of the node.
    pub pid: Option<u32>,
    /// Its data directory.
    pub persistence_dir: Option<PathBuf>,
    /// Where the page goes.
    pub report: Option<PathBuf>,
    /// JSON instead of a table.
    pub json: bool,
}

/// Numbers of other clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guests {
    /// Come and go.
    pub comers: usize,
    /// Read whole histories.
    pub historians: usize,
    /// Never read.
    pub stalled: usize,
    /// Listen.
    pub idle: usize,
    /// Read histories slowly.
    pub trickle: usize,
}

impl Guests {
    /// All together.
    #[must_use]
    pub const fn all(self) -> usize {
        self.comers + self.historians + self.stalled + self.idle + self.trickle
    }
}

fn slope(text: &str) -> Option<(u64, u64)> {
    let (from, to) = text.split_once("..")?;
    let number = |text: &str| text.replace('_', "").parse::<u64>().ok();
    number(from).zip(number(to)).filter(|(from, to)| from < to)
}

/// Default of `--slope`.
const SLOPE: (u64, u64) = (100_000, 1_000_000);

impl SoakOptions {
    /// Reads the arguments.
    ///
    /// # Errors
    /// With every argument that is missing or cannot be used.
    pub fn read(args: &SoakArgs) -> Result<Self, Problems> {
        let mut reader = Reader::default();
        let r = &mut reader;
        let text = |text: &Option<String>| text.as_deref().map(str::to_owned);
        let others = 0..=OTHERS_MAX;
        let mut guests =
            |flag, of: &Option<String>| r.count(flag, text(of).as_deref(), others.clone(), 0);
        let guests = Guests {
            comers: guests("comers-and-goers", &args.comers_and_goers),
            historians: guests("history-readers", &args.history_readers),
            stalled: guests("stalled", &args.stalled),
            idle: guests("idle", &args.idle),
            trickle: guests("trickle", &args.trickle),
        };
        let second = Duration::from_secs(1);
        let node = r.node(args.node.as_deref());
        let options = Self {
            pid: r.pid("pid", args.pid.as_deref(), &node),
            node,
            until: until(r, args),
            rate: rate(r, args.rate.as_deref()),
            clients: r.count("clients", args.clients.as_deref(), 1..=CLIENTS_MAX, 4),
            window: r.count("window", args.window.as_deref(), 1..=100_000, 4000),
            seed: r.number("seed", args.seed.as_deref(), 0..=u64::MAX, 1),
            guests,
            snapshot_utxo: args.snapshot_utxo,
            history_every: r.time(
                "history-every",
                args.history_every.as_deref(),
                60 * second,
                second,
            ),
            baseline: r.time("baseline", args.baseline.as_deref(), Duration::ZERO, Duration::ZERO),
            slope: fitted(r, args.slope.as_deref()),
            persistence_dir: args.persistence_dir.clone(),
            report: args.report.clone(),
            json: args.json,
        };
        r.room(options.clients + options.guests.all());
        if let Some(dir) = &args.persistence_dir {
            r.holds_journal("persistence-dir", dir);
        }
        if let Some(report) = &args.report {
            r.found(outputs::report(report));
        }
        if options.rate == 0.0 && matches!(options.until, Until::Payments(_)) {
            let needed = "a rate above 0, or --duration".to_owned();
            let seen = "--transactions with --rate 0, which never ends".to_owned();
            r.wrong(seen, needed, "give one of them");
        }
        reader.0.or(options)
    }
}

fn until(r: &mut Reader, args: &SoakArgs) -> Until {
    let second = Duration::from_secs(1);
    match (args.duration.as_deref(), args.transactions.as_deref()) {
        (Some(time), None) => Until::Time(r.time("duration", Some(time), second, second)),
        (None, Some(count)) => {
            Until::Payments(r.number("transactions", Some(count), 1..=100_000_000_000, 1))
        }
        (seen, _) => {
            let told = if seen.is_some() { "both of" } else { "neither of" };
            let needed = "one of them: when to end".to_owned();
            let seen = format!("{told} --duration and --transactions");
            r.wrong(seen, needed, "give --duration 10m, or --transactions 1000000");
            Until::Time(second)
        }
    }
}

fn rate(r: &mut Reader, text: Option<&str>) -> f64 {
    const DEFAULT: f64 = 1000.0;
    let Some(text) = text else { return DEFAULT };
    let read = text.parse::<f64>().ok().filter(|rate| (0.0..=RATE_MAX).contains(rate));
    read.unwrap_or_else(|| {
        let needed = format!("payments per second, from 0 to {RATE_MAX}");
        r.wrong(format!("--rate {text}"), needed, "give such a number; 0 sends none");
        DEFAULT
    })
}

fn fitted(r: &mut Reader, text: Option<&str>) -> (u64, u64) {
    let Some(text) = text else { return SLOPE };
    slope(text).unwrap_or_else(|| {
        let needed = "FROM..TO, two counts of payments, the first one smaller".to_owned();
        r.wrong(format!("--slope {text}"), needed, "give --slope 100000..1000000, or leave it out");
        SLOPE
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn least_arguments_get_defaults() {
        let args =
            SoakArgs { node: text("127.0.0.1:4001"), duration: text("10m"), ..SoakArgs::default() };
        let options = SoakOptions::read(&args).unwrap();
        assert_eq!(options.until, Until::Time(Duration::from_secs(600)));
        assert_eq!((options.rate, options.clients, options.seed), (1000.0, 4, 1));
        assert_eq!((options.guests, options.slope), (Guests::default(), SLOPE));
    }

    #[test]
    fn all_problems_are_told_at_once_with_seen_needed_and_what_to_do() {
        let args = SoakArgs {
            rate: text("-3"),
            clients: text("0"),
            stalled: text("many"),
            baseline: text("soon"),
            slope: text("9..3"),
            pid: text("0"),
            persistence_dir: Some("/absent/dir".into()),
            ..SoakArgs::default()
        };
        let problems = SoakOptions::read(&args).unwrap_err().0;
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        for needed in [
            "no --node",
            "neither of --duration",
            "--rate -3",
            "--clients 0",
            "--stalled many",
            "--baseline soon",
            "--slope 9..3",
            "--pid 0",
            "/absent/dir",
        ] {
            let found = told.iter().find(|line| line.contains(needed));
            assert!(
                found.is_some_and(|l| l.contains("; needed: ") && l.contains("; do: ")),
                "{needed} in {told:?}"
            );
        }
        assert_eq!(told.len(), 9, "{told:?}");
        let endless = SoakArgs {
            node: text("h:1"),
            transactions: text("1_000"),
            rate: text("0"),
            ..SoakArgs::default()
        };
        assert!(SoakOptions::read(&endless).unwrap_err().to_string().contains("never ends"));
    }
}
