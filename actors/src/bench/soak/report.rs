//! The figures of a soak, as a table, as JSON, and as a page with plots.

use serde::Serialize;

use super::fit;
use super::histogram::Histogram;
use super::options::SoakOptions;
use super::sampler::{Sample, Seen};
use super::shared::{KINDS, Kind, Shared, get};

/// Latencies of one part of a run, in milliseconds, to 1/32.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Latency {
    /// Payments.
    pub count: u64,
    /// Median.
    pub p50_ms: f64,
    /// 95 of 100.
    pub p95_ms: f64,
    /// 99 of 100.
    pub p99_ms: f64,
    /// Largest.
    pub max_ms: f64,
}

impl Latency {
    fn of(histogram: &Histogram) -> Option<Self> {
        let ms = |percent| histogram.percentile(percent).map(|us| us as f64 / 1000.0);
        Some(Self {
            count: histogram.count(),
            p50_ms: ms(50)?,
            p95_ms: ms(95)?,
            p99_ms: ms(99)?,
            max_ms: histogram.max_us() as f64 / 1000.0,
        })
    }
}

/// Memory of the node in one part of a run.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Memory {
    /// Median of the samples.
    pub median_kib: Option<u64>,
    /// Largest sample.
    pub max_kib: Option<u64>,
}

impl Memory {
    fn of<'a>(samples: impl Iterator<Item = &'a Sample> + Clone) -> Self {
        let rss = samples.filter_map(|sample| sample.rss_kib);
        Self { median_kib: fit::median(rss.clone()), max_kib: rss.max() }
    }
}

/// Counts of one kind of client.
#[derive(Clone, Debug, Serialize)]
pub struct KindFigures {
    /// Which.
    pub kind: Kind,
    /// How many there should be.
    pub clients: usize,
    /// Connections.
    pub opened: u64,
    /// Of these, ended by the node or broken.
    pub ended: u64,
    /// Connections that were refused.
    pub refused: u64,
    /// Messages read.
    pub messages: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Histories read to their end.
    pub histories: u64,
    /// Longest time that one took.
    pub history_max_ms: u64,
}

/// Everything that is told of a soak.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// `HOST:PORT`.
    pub node: String,
    /// Seconds from start to end, the last confirmation included.
    pub seconds: f64,
    /// Outputs in the head.
    pub outputs: usize,
    /// Payments per second that were asked for.
    pub rate: f64,
    /// Payments sent.
    pub submitted: u64,
    /// Payments confirmed.
    pub confirmed: u64,
    /// Payments of this run in the history that was read in the end.
    pub in_history: Option<u64>,
    /// Confirmed payments per second between the first and the last sample.
    pub per_second: Option<f64>,
    /// Snapshots.
    pub snapshots: u64,
    /// Payments that were due while the window was full.
    pub late: u64,
    /// Due to confirmed without the other clients, and with them.
    pub latency_before: Option<Latency>,
    /// With them; all, when there was no baseline.
    pub latency: Option<Latency>,
    /// Memory without the other clients, and with them.
    pub memory_before: Memory,
    /// With them; all, when there was no baseline.
    pub memory: Memory,
    /// Peak memory of the node since its start (`VmHWM`), before the last look at the history.
    pub peak_kib: Option<u64>,
    /// What memory grew per other client, by the medians; KiB.
    pub memory_per_guest_kib: Option<f64>,
    /// The same by the peaks.
    pub peak_per_guest_kib: Option<f64>,
    /// Counts of confirmed payments between which growth was fitted.
    pub slope: (u64, u64),
    /// Growth of memory between them by the least-squares line; KiB. `None` when the run did not get there.
    pub growth_kib: Option<f64>,
    /// Bytes of journal for each payment by the least-squares line.
    pub journal_bytes_per_payment: Option<f64>,
    /// Microseconds on cores for each payment by the least-squares line.
    pub cpu_us_per_payment: Option<f64>,
    /// Bytes of the data directory at the end.
    pub journal_bytes: Option<u64>,
    /// By kind of client.
    pub kinds: Vec<KindFigures>,
    /// How many things went wrong.
    pub violations: u64,
    /// The first of them.
    pub violation_texts: Vec<String>,
    /// Once a second, fewer in long runs.
    pub samples: Vec<Sample>,
}

impl Report {
    /// Puts it together.
    pub(super) fn of(
        options: &SoakOptions,
        shared: &Shared,
        seen: Seen,
        outputs: usize,
        peak_kib: Option<u64>,
    ) -> Self {
        let samples = &seen.samples;
        let part = |joined| samples.iter().filter(move |sample: &&Sample| sample.joined == joined);
        let (memory_before, memory) = (Memory::of(part(false)), Memory::of(part(true)));
        let per_guest = |before: Option<u64>, with: Option<u64>| {
            let guests = options.guests.all();
            let grown = with? as f64 - before? as f64;
            (guests > 0).then(|| grown / guests as f64)
        };
        let (violations, violation_texts) = shared.violations();
        let (first, last) = (samples.first(), samples.last());
        Self {
            node: options.node.clone(),
            seconds: shared.elapsed().as_secs_f64(),
            outputs,
            rate: options.rate,
            submitted: get(&shared.submitted),
            confirmed: get(&shared.confirmed),
            in_history: None,
            per_second: first.zip(last).and_then(|(first, last)| {
                let seconds = last.at_s - first.at_s;
                (seconds > 0.0).then(|| (last.confirmed - first.confirmed) as f64 / seconds)
            }),
            snapshots: get(&shared.snapshots),
            late: get(&shared.late),
            latency_before: Latency::of(&seen.before),
            latency: Latency::of(&seen.with),
            memory_before,
            memory,
            peak_kib,
            memory_per_guest_kib: per_guest(memory_before.median_kib, memory.median_kib),
            peak_per_guest_kib: per_guest(memory_before.max_kib, memory.max_kib),
            slope: options.slope,
            growth_kib: growth(samples, options.slope),
            journal_bytes_per_payment: per_payment(samples, |s| s.journal_bytes.map(|b| b as f64)),
            cpu_us_per_payment: per_payment(samples, |s| s.cpu_s.map(|cpu| cpu * 1e6)),
            journal_bytes: last.and_then(|sample| sample.journal_bytes),
            kinds: KINDS.iter().map(|kind| figures(*kind, options, shared)).collect(),
            violations,
            violation_texts,
            samples: seen.samples,
        }
    }

    /// What was lost or wrong; `None` when nothing was.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        let history = self.in_history.unwrap_or(self.submitted);
        let is_whole = self.confirmed == self.submitted && history == self.submitted;
        if is_whole && self.violations == 0 {
            return None;
        }
        let mut text = format!(
            "{} payments submitted, {} confirmed, {history} in the history; needed each exactly once",
            self.submitted, self.confirmed
        );
        for violation in &self.violation_texts {
            text.push_str("\n  ");
            text.push_str(violation);
        }
        let untold = self.violations.saturating_sub(self.violation_texts.len() as u64);
        if untold > 0 {
            text.push_str(&format!("\n  and {untold} more"));
        }
        Some(text)
    }

    /// As JSON, one object.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Numbers and texts cannot fail to serialise.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// Growth of memory between two counts of payments, in KiB.
fn growth(samples: &[Sample], (from, to): (u64, u64)) -> Option<f64> {
    if samples.last()?.confirmed < to {
        return None;
    }
    let within = samples.iter().filter(|s| (from..=to).contains(&s.confirmed));
    let points: Vec<(f64, f64)> =
        within.filter_map(|s| Some((s.confirmed as f64, s.rss_kib? as f64))).collect();
    Some(fit::slope(&points)? * (to - from) as f64)
}

fn per_payment(samples: &[Sample], of: impl Fn(&Sample) -> Option<f64>) -> Option<f64> {
    let points: Vec<(f64, f64)> =
        samples.iter().filter_map(|s| Some((s.confirmed as f64, of(s)?))).collect();
    fit::slope(&points)
}

fn figures(kind: Kind, options: &SoakOptions, shared: &Shared) -> KindFigures {
    let guests = options.guests;
    let clients = match kind {
        Kind::Payer => options.clients,
        Kind::Comer => guests.comers,
        Kind::Historian => guests.historians,
        Kind::Stalled => guests.stalled,
        Kind::Idle => guests.idle,
        Kind::Trickle => guests.trickle,
    };
    let counts = shared.of(kind);
    KindFigures {
        kind,
        clients,
        opened: get(&counts.opened),
        ended: get(&counts.ended),
        refused: get(&counts.refused),
        messages: get(&counts.messages),
        bytes: get(&counts.bytes),
        histories: get(&counts.histories),
        history_max_ms: get(&counts.history_max_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(confirmed: u64, rss_kib: u64) -> Sample {
        Sample { confirmed, rss_kib: Some(rss_kib), ..Sample::default() }
    }

    #[test]
    fn growth_is_fitted_between_the_two_counts_only() {
        // Warm-up of 10,000 KiB, then one KiB per 100 payments.
        let mut samples = vec![sample(0, 1000), sample(50, 9000)];
        samples.extend((1..=20).map(|n| sample(n * 100, 11_000 + n)));
        let grown = growth(&samples, (100, 1100)).unwrap_or(0.0);
        assert!((grown - 10.0).abs() < 0.01, "{grown}");
        assert_eq!(growth(&samples, (100, 9000)), None, "the run did not get there");
    }
}
