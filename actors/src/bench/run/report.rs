//! From what the clients saw to the measures of `dataset.md`, as a table or as JSON.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use super::machine::ProbeResult;
use super::measure::Percentiles;
use super::track::{ClientResult, SnapshotSeen};
use crate::bench::expect::{Expect, Expected, undecided};

/// Snapshots below which a sustained rate says nothing.
const SUSTAINED_SNAPSHOTS_MIN: usize = 10;

/// Figures of one node.
#[derive(Clone, Debug, Serialize)]
pub struct NodeFigures {
    /// `HOST:PORT`.
    pub node: String,
    /// Its process, when known.
    pub pid: Option<u32>,
    /// Peak resident memory (`VmHWM`) in KiB, when readable.
    pub peak_rss_kib: Option<u64>,
}

/// All measures of a run.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Title of the dataset.
    pub title: Option<String>,
    /// Clients.
    pub clients: usize,
    /// Transactions in the dataset.
    pub transactions: usize,
    /// Transactions that had to be confirmed: all that the dataset does not want refused; of a run cut short by
    /// its duration, among those sent.
    pub needed: u64,
    /// Transactions that had to be refused.
    pub needed_invalid: u64,
    /// Sent.
    pub submitted: u64,
    /// Seen in a snapshot by their own client.
    pub confirmed: u64,
    /// Refused for good.
    pub invalid: u64,
    /// Confirmed over the time from first submission to last confirmation.
    pub tps: Option<f64>,
    /// Rate between the snapshots that first reach 10 and 90 % of all; with at least 10 snapshots.
    pub sustained_tps: Option<f64>,
    /// Submission to `TxValid`.
    pub submit_to_valid: Option<Percentiles>,
    /// Submission to the snapshot.
    pub submit_to_confirmed: Option<Percentiles>,
    /// Last submission to last confirmation, milliseconds.
    pub drain_ms: Option<f64>,
    /// Snapshots with transactions.
    pub snapshots: usize,
    /// Snapshots per second from first submission to last confirmation.
    pub snapshots_per_second: Option<f64>,
    /// Transactions per snapshot, mean.
    pub transactions_per_snapshot: Option<f64>,
    /// Microseconds of processor time that the load generator spent per transaction.
    pub client_cpu_us_per_tx: Option<f64>,
    /// One per node.
    pub nodes: Vec<NodeFigures>,
    /// Sync latency before the run.
    pub sync_before: Option<ProbeResult>,
    /// Sync latency after the run.
    pub sync_after: Option<ProbeResult>,
    /// What went wrong, per client.
    pub troubles: Vec<String>,
}

/// Puts the clients' results together. Without `expected` the run was cut short and owes what it sent.
pub(super) fn summarise(
    title: Option<String>,
    transactions: usize,
    expected: Option<Expected>,
    results: Vec<ClientResult>,
) -> Report {
    let mut report = Report { title, clients: results.len(), transactions, ..Report::default() };
    let (mut to_valid, mut to_confirmed) = (Vec::new(), Vec::new());
    let (mut first, mut last_submit, mut last_confirm) = (None, None, None);
    let mut snapshots = Vec::new();
    let mut contenders = Vec::new();
    let mut sent = Expected::default();
    for result in results {
        sent.confirmed += result.owed_confirmed();
        sent.invalid += result.owed_invalid;
        contenders.extend_from_slice(&result.contenders);
        report.submitted += result.submitted;
        report.confirmed += result.confirmed;
        report.invalid += result.invalid;
        report.troubles.extend(result.trouble);
        to_valid.extend(result.to_valid_us);
        to_confirmed.extend(result.to_confirmed_us);
        first = [first, result.first_submit].into_iter().flatten().min();
        last_submit = last_submit.max(result.last_submit);
        last_confirm = last_confirm.max(result.last_confirm);
        snapshots.extend(result.snapshots.unwrap_or_default());
    }
    let contests = Expected::of(contenders.iter().map(|c| Expect::OneOf(c.contest)));
    let owed = expected.unwrap_or(Expected {
        confirmed: sent.confirmed + contests.confirmed,
        invalid: sent.invalid + contests.invalid,
    });
    report.needed = owed.confirmed;
    report.needed_invalid = owed.invalid;
    report.troubles.extend(undecided(&contenders));
    snapshots.retain(|s| s.transactions > 0);
    report.submit_to_valid = Percentiles::of_micros(to_valid);
    report.submit_to_confirmed = Percentiles::of_micros(to_confirmed);
    report.snapshots = snapshots.len();
    if let (Some(first), Some(last)) = (first, last_confirm) {
        let seconds = last.saturating_sub(first).as_secs_f64();
        let per_second = |count: f64| (seconds > 0.0).then(|| count / seconds);
        report.tps = per_second(report.confirmed as f64);
        report.snapshots_per_second = per_second(snapshots.len() as f64);
    }
    report.drain_ms = last_confirm
        .zip(last_submit)
        .map(|(confirm, submit)| confirm.saturating_sub(submit).as_secs_f64() * 1000.0);
    let in_snapshots: u64 = snapshots.iter().map(|s| s.transactions).sum();
    report.transactions_per_snapshot =
        (!snapshots.is_empty()).then(|| in_snapshots as f64 / snapshots.len() as f64);
    report.sustained_tps = sustained(&snapshots, report.needed);
    report
}

/// Rate between the snapshots that first reach 10 and 90 % of all transactions.
fn sustained(snapshots: &[SnapshotSeen], total: u64) -> Option<f64> {
    if snapshots.len() < SUSTAINED_SNAPSHOTS_MIN {
        return None;
    }
    let reaches = |percent: u64| -> Option<(Duration, u64)> {
        let mut sum = 0_u64;
        snapshots.iter().find_map(|snapshot| {
            sum += snapshot.transactions;
            (sum * 100 >= total * percent).then_some((snapshot.at, sum))
        })
    };
    let ((from, from_sum), (to, to_sum)) = (reaches(10)?, reaches(90)?);
    let seconds = to.saturating_sub(from).as_secs_f64();
    (seconds > 0.0).then(|| (to_sum - from_sum) as f64 / seconds)
}

impl Report {
    /// What was not as it should be; `None` when every transaction was confirmed, or refused where that was needed.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        let all = self.needed;
        let as_needed = self.confirmed == all && self.invalid == self.needed_invalid;
        if as_needed && self.troubles.is_empty() {
            return None;
        }
        let needed = match self.needed_invalid {
            0 => "all confirmed".to_owned(),
            refused => format!("{all} confirmed and {refused} refused"),
        };
        let mut text = format!(
            "{} of {all} transactions confirmed, {} invalid, {} never sent; needed {needed}",
            self.confirmed,
            self.invalid,
            (all + self.needed_invalid).saturating_sub(self.submitted)
        );
        for trouble in &self.troubles {
            let _ = write!(text, "\n  {trouble}");
        }
        Some(text)
    }

    /// As JSON, one object.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Plain numbers and texts cannot fail to serialise.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// As a table for people.
    #[must_use]
    pub fn to_table(&self) -> String {
        let mut rows: Vec<(String, String)> = Vec::new();
        let mut row = |name: &str, value: String| rows.push((name.to_owned(), value));
        if let Some(title) = &self.title {
            row("dataset", title.clone());
        }
        row("clients", self.clients.to_string());
        row("transactions", self.transactions.to_string());
        row("submitted", self.submitted.to_string());
        row("confirmed", self.confirmed.to_string());
        row(
            "invalid",
            match self.needed_invalid {
                0 => self.invalid.to_string(),
                needed => format!("{} of {needed} that had to be", self.invalid),
            },
        );
        row("TPS", number(self.tps, ""));
        row("sustained TPS", number(self.sustained_tps, ""));
        row("submit to valid", percentiles(self.submit_to_valid));
        row("submit to confirmed", percentiles(self.submit_to_confirmed));
        row("drain", number(self.drain_ms, " ms"));
        row("snapshots", self.snapshots.to_string());
        row("snapshots per second", number(self.snapshots_per_second, ""));
        row("transactions per snapshot", number(self.transactions_per_snapshot, ""));
        row("load generator", number(self.client_cpu_us_per_tx, " µs CPU per transaction"));
        for node in &self.nodes {
            let peak = node.peak_rss_kib.map(|kib| kib as f64 / 1024.0);
            row(&format!("peak RSS of {}", node.node), number(peak, " MiB"));
        }
        row("disk sync before", probe(self.sync_before));
        row("disk sync after", probe(self.sync_after));
        let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let lines: Vec<String> =
            rows.iter().map(|(name, value)| format!("{name:<width$}  {value}")).collect();
        lines.join("\n")
    }
}

fn number(value: Option<f64>, unit: &str) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}{unit}"))
}

fn percentiles(value: Option<Percentiles>) -> String {
    value.map_or_else(
        || "-".to_owned(),
        |p| {
            format!(
                "p50 {:.1}  p95 {:.1}  p99 {:.1}  max {:.1} ms",
                p.p50_ms, p.p95_ms, p.p99_ms, p.max_ms
            )
        },
    )
}

fn probe(value: Option<ProbeResult>) -> String {
    value.map_or_else(
        || "not probed (--probe-dir)".to_owned(),
        |p| format!("p50 {} µs  p99 {} µs", p.p50_us, p.p99_us),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(confirmed: u64) -> Option<Expected> {
        Some(Expected { confirmed, invalid: 0 })
    }

    fn at(millis: u64, transactions: u64) -> SnapshotSeen {
        SnapshotSeen { at: Duration::from_millis(millis), transactions }
    }

    #[test]
    fn the_sustained_rate_lies_between_10_and_90_percent_and_needs_ten_snapshots() {
        // 100 transactions in ten snapshots; warm-up and tail are slow and must not count.
        let mut snapshots = vec![at(5000, 10)];
        snapshots.extend((1..9).map(|n| at(5000 + 100 * n, 10)));
        snapshots.push(at(60_000, 10));
        assert_eq!(sustained(&snapshots, 100), Some(80.0 / 0.8));
        assert_eq!(sustained(&snapshots[..9], 90), None);
    }

    #[test]
    fn measures_span_all_clients() {
        let ms = Duration::from_millis;
        let client = |first, last, confirm, snapshots| ClientResult {
            submitted: 2,
            confirmed: 2,
            to_valid_us: vec![1000, 1000],
            to_confirmed_us: vec![2000, 4000],
            first_submit: Some(ms(first)),
            last_submit: Some(ms(last)),
            last_confirm: Some(ms(confirm)),
            snapshots,
            ..ClientResult::default()
        };
        let seen = vec![at(10, 0), at(500, 3), at(1100, 1)];
        let results = vec![client(100, 800, 900, Some(seen)), client(150, 1000, 1100, None)];
        let report = summarise(None, 4, all(4), results);
        assert_eq!(report.trouble(), None);
        assert_eq!(report.tps, Some(4.0), "four in one second");
        assert_eq!(report.drain_ms, Some(100.0));
        assert_eq!((report.snapshots, report.transactions_per_snapshot), (2, Some(2.0)));
        let table = report.to_table();
        assert!(table.contains("TPS") && table.contains("p95 4.0"), "{table}");
    }

    #[test]
    fn anything_unconfirmed_is_trouble() {
        let lost = ClientResult {
            submitted: 3,
            confirmed: 2,
            trouble: Some("node x: lost the connection".into()),
            ..ClientResult::default()
        };
        let text = summarise(None, 4, all(4), vec![lost]).trouble().unwrap_or_default();
        assert!(text.contains("2 of 4") && text.contains("1 never sent"), "{text}");
        assert!(text.contains("lost the connection"), "{text}");
    }

    #[test]
    fn a_run_cut_short_needs_only_what_it_sent() {
        let sent = |confirmed| {
            let result = ClientResult { submitted: 3, confirmed, ..ClientResult::default() };
            summarise(None, 1000, None, vec![result]).trouble()
        };
        assert_eq!(sent(3), None);
        assert!(sent(2).unwrap_or_default().contains("2 of 3"));
    }

    #[test]
    fn refusals_and_contests_are_owed_like_confirmations() {
        use rydra_core::unit::TxId;

        use crate::bench::expect::Contender;

        let client = |confirmed, invalid, wins: &[bool]| ClientResult {
            submitted: 4,
            confirmed,
            invalid,
            owed_invalid: 1,
            contenders: wins
                .iter()
                .zip(1..)
                .map(|(wins, contest)| Contender {
                    contest,
                    id: TxId([u8::from(*wins); 32]),
                    confirmed: *wins,
                })
                .collect(),
            ..ClientResult::default()
        };
        // Two clients, each with one to be confirmed, one to be refused, and both in two contests.
        let expected = Some(Expected { confirmed: 4, invalid: 4 });
        for expected in [expected, None] {
            let fair = vec![client(2, 2, &[true, false]), client(2, 2, &[false, true])];
            let report = summarise(None, 8, expected, fair);
            assert_eq!(report.trouble(), None);
            assert!(report.to_table().contains("4 of 4 that had to be"));
            let both = vec![client(2, 2, &[true, false]), client(2, 2, &[true, false])];
            let told = summarise(None, 8, expected, both).trouble().unwrap_or_default();
            assert!(told.contains("contest 1: 2") && told.contains("contest 2: 0"), "{told}");
        }
        let refused_too_much = vec![client(1, 3, &[true, false]), client(2, 2, &[false, true])];
        let told = summarise(None, 8, None, refused_too_much).trouble().unwrap_or_default();
        assert!(told.contains("needed 4 confirmed and 4 refused"), "{told}");
    }
}
