use std::time::Duration;

use super::*;

#[test]
fn names_types_and_buckets_are_the_contracts() {
    let metrics = Metrics::new();
    metrics.inc(Counter::Inputs);
    metrics.add(Counter::ConfirmedTx, 41);
    metrics.raise(Counter::LogLinesDropped, 9);
    metrics.raise(Counter::LogLinesDropped, 3);
    metrics.set(Gauge::ChainDrift, -2);
    metrics.shift(Gauge::PeersConnected, 1);
    for millis in [5, 6, 2_000] {
        metrics.observe(Histogram::TxConfirmation, Duration::from_millis(millis));
    }
    let text = metrics.render();
    for line in [
        "# TYPE hydra_head_inputs counter",
        "hydra_head_inputs 1",
        "hydra_head_requested_tx 0",
        "hydra_head_confirmed_tx 41",
        "# TYPE hydra_head_peers_connected gauge",
        "hydra_head_peers_connected 1",
        "rydra_log_lines_dropped_total 9",
        "hydra_chain_drift_seconds -2",
        "hydra_chain_last_block_timestamp_seconds 0",
        "# TYPE hydra_head_tx_confirmation_time_ms histogram",
        "hydra_head_tx_confirmation_time_ms_bucket{le=\"5\"} 1",
        "hydra_head_tx_confirmation_time_ms_bucket{le=\"10\"} 2",
        "hydra_head_tx_confirmation_time_ms_bucket{le=\"1000\"} 2",
        "hydra_head_tx_confirmation_time_ms_bucket{le=\"+Inf\"} 3",
        "hydra_head_tx_confirmation_time_ms_sum 2011",
        "hydra_head_tx_confirmation_time_ms_count 3",
        "hydra_head_snapshot_confirmation_time_ms_bucket{le=\"30000\"} 0",
    ] {
        assert!(text.lines().any(|l| l == line), "missing: {line}\n{text}");
    }
}

#[test]
fn a_bound_counts_in_its_own_bucket_and_just_above_in_the_next() {
    let metrics = Metrics::new();
    metrics.observe(Histogram::TxConfirmation, Duration::from_millis(50));
    metrics.observe(Histogram::TxConfirmation, Duration::from_nanos(50_000_001));
    let text = metrics.render();
    assert!(text.contains("hydra_head_tx_confirmation_time_ms_bucket{le=\"50\"} 1\n"));
    assert!(text.contains("hydra_head_tx_confirmation_time_ms_bucket{le=\"100\"} 2\n"));
}

#[test]
fn mailboxes_lanes_and_restarts_are_shown_per_actor() {
    let metrics = Metrics::new();
    metrics.mailbox(Role::HeadLogic, 7, 64);
    metrics.refused(Role::HeadLogic, Refusal::Full);
    metrics.blocked(Role::Persistence, Duration::from_millis(250));
    metrics.restarted(Role::ChainObserver);
    metrics.lane(Lane::Clients, 3, 1024);
    let text = metrics.render();
    for line in [
        "rydra_mailbox_depth{actor=\"head_logic\"} 7",
        "rydra_mailbox_capacity{actor=\"head_logic\"} 64",
        "rydra_mailbox_refused_total{actor=\"head_logic\",reason=\"full\"} 1",
        "rydra_mailbox_blocked_seconds_total{actor=\"persistence\"} 0.25",
        "rydra_actor_restarts_total{actor=\"chain_observer\"} 1",
        "rydra_lane_in_flight{lane=\"clients\"} 3",
        "rydra_lane_limit{lane=\"clients\"} 1024",
    ] {
        assert!(text.lines().any(|l| l == line), "missing: {line}\n{text}");
    }
}

#[test]
fn every_sample_has_its_help_and_type_and_every_name_its_unit_once() {
    let text = Metrics::new().render();
    let mut typed = std::collections::BTreeSet::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let name = rest.split(' ').next().unwrap_or_default();
            assert!(typed.insert(name.to_owned()), "{name} twice");
        } else if !line.starts_with('#') {
            let name = line.split(['{', ' ']).next().unwrap_or_default();
            let base = ["_bucket", "_sum", "_count"]
                .iter()
                .filter_map(|suffix| name.strip_suffix(suffix))
                .find(|base| typed.contains(*base))
                .unwrap_or(name);
            assert!(typed.contains(base), "no type before {line}");
        }
    }
    for histogram in Histogram::ALL {
        let bounds = histogram.bounds();
        assert!(bounds.len() <= BUCKETS_MAX && bounds.is_sorted(), "{histogram:?}");
    }
}
