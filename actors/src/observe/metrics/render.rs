//! Prometheus text exposition format.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use super::table::{AlarmKind, Counter, Cut, Door, Gauge, Histogram, Lane, Refusal, Role};
use super::{Buckets, Metrics};

impl Metrics {
    /// All metrics as text; serve it with [`super::CONTENT_TYPE`].
    #[must_use]
    pub fn render(&self) -> String {
        let mut out = String::with_capacity(RENDERED_BYTES);
        for counter in Counter::ALL {
            head(&mut out, counter.name(), "counter", counter.help());
            let _ = writeln!(out, "{} {}", counter.name(), self.counter(*counter));
        }
        for gauge in Gauge::ALL {
            head(&mut out, gauge.name(), "gauge", gauge.help());
            let _ = writeln!(out, "{} {}", gauge.name(), self.gauge(*gauge));
        }
        for (histogram, buckets) in Histogram::ALL.iter().zip(&self.histograms) {
            head(&mut out, histogram.name(), "histogram", histogram.help());
            histogram_lines(&mut out, *histogram, buckets);
        }
        self.mailbox_lines(&mut out);
        self.lane_lines(&mut out);
        self.reason_lines(&mut out);
        out
    }

    fn reason_lines(&self, out: &mut String) {
        let alarms = AlarmKind::ALL.iter().map(|kind| kind.label()).zip(&self.alarms);
        let text = "Things an operator should look at.";
        reasons(out, "rydra_head_alarms_total", "kind", text, alarms);
        let doors = Door::ALL.iter().map(|door| door.label()).zip(&self.doors);
        let text = "Requests answered with 503 because a bound was reached.";
        reasons(out, "rydra_api_refused_total", "reason", text, doors);
        let cuts = Cut::ALL.iter().map(|cut| cut.label()).zip(&self.cuts);
        let text = "Slow WebSocket clients that were closed.";
        reasons(out, "rydra_api_cut_total", "reason", text, cuts);
    }

    fn mailbox_lines(&self, out: &mut String) {
        let rows = || Role::ALL.iter().zip(&self.mailboxes);
        head(out, "rydra_mailbox_depth", "gauge", "Messages that wait before an actor.");
        for (role, mailbox) in rows() {
            let depth = mailbox.depth.load(Ordering::Relaxed);
            labelled(out, "rydra_mailbox_depth", role.label(), depth);
        }
        head(out, "rydra_mailbox_capacity", "gauge", "Messages that may wait before an actor.");
        for (role, mailbox) in rows() {
            let capacity = mailbox.capacity.load(Ordering::Relaxed);
            labelled(out, "rydra_mailbox_capacity", role.label(), capacity);
        }
        let blocked = "rydra_mailbox_blocked_seconds_total";
        head(out, blocked, "counter", "Seconds that senders waited for room.");
        for (role, mailbox) in rows() {
            let seconds = mailbox.blocked_nanos.load(Ordering::Relaxed) as f64 / 1e9;
            let _ = writeln!(out, "{blocked}{{actor=\"{}\"}} {seconds}", role.label());
        }
        let refused = "rydra_mailbox_refused_total";
        head(out, refused, "counter", "Messages that a mailbox did not take.");
        for (role, mailbox) in rows() {
            for (reason, count) in Refusal::ALL.iter().zip(&mailbox.refused) {
                let (actor, reason) = (role.label(), reason.label());
                let count = count.load(Ordering::Relaxed);
                let _ = writeln!(out, "{refused}{{actor=\"{actor}\",reason=\"{reason}\"}} {count}");
            }
        }
        head(out, "rydra_actor_restarts_total", "counter", "Rebuilds of an actor.");
        for (role, mailbox) in rows() {
            let restarts = mailbox.restarts.load(Ordering::Relaxed);
            labelled(out, "rydra_actor_restarts_total", role.label(), restarts);
        }
    }

    fn lane_lines(&self, out: &mut String) {
        let rows = || Lane::ALL.iter().zip(&self.lanes);
        head(
            out,
            "rydra_lane_in_flight",
            "gauge",
            "Inputs of a lane that are before HeadLogic or under way.",
        );
        for (lane, credit) in rows() {
            let in_flight = credit.in_flight.load(Ordering::Relaxed);
            let _ = writeln!(out, "rydra_lane_in_flight{{lane=\"{}\"}} {in_flight}", lane.label());
        }
        head(out, "rydra_lane_limit", "gauge", "Inputs of a lane that may be in flight.");
        for (lane, credit) in rows() {
            let limit = credit.limit.load(Ordering::Relaxed);
            let _ = writeln!(out, "rydra_lane_limit{{lane=\"{}\"}} {limit}", lane.label());
        }
    }
}

/// First size of the text; a little above what the table needs.
const RENDERED_BYTES: usize = 24 * 1024;

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn reasons<'a>(
    out: &mut String,
    name: &str,
    label: &str,
    help: &str,
    rows: impl Iterator<Item = (&'static str, &'a AtomicU64)>,
) {
    head(out, name, "counter", help);
    for (value, count) in rows {
        let _ = writeln!(out, "{name}{{{label}=\"{value}\"}} {}", count.load(Ordering::Relaxed));
    }
}

fn labelled(out: &mut String, name: &str, actor: &str, value: impl std::fmt::Display) {
    let _ = writeln!(out, "{name}{{actor=\"{actor}\"}} {value}");
}

fn histogram_lines(out: &mut String, histogram: Histogram, buckets: &Buckets) {
    let name = histogram.name();
    let bounds = histogram.bounds();
    let mut seen = 0u64;
    for (count, bound) in buckets.counts.iter().zip(bounds) {
        seen += count.load(Ordering::Relaxed);
        let _ = writeln!(out, "{name}_bucket{{le=\"{bound}\"}} {seen}");
    }
    let beyond = buckets.counts.get(bounds.len());
    // Made from the buckets and not from a counter of its own: `+Inf` and `_count` always agree.
    let total = seen + beyond.map_or(0, |count| count.load(Ordering::Relaxed));
    let sum = buckets.sum_nanos.load(Ordering::Relaxed) as f64 / histogram.unit_nanos() as f64;
    let _ = writeln!(
        out,
        "{name}_bucket{{le=\"+Inf\"}} {total}\n{name}_sum {sum}\n{name}_count {total}"
    );
}
