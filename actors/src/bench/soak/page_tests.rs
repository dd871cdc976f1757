#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use super::super::options::{Guests, SoakOptions, Until};
use super::super::sampler::Seen;
use super::super::shared::Shared;
use super::super::svg::is_balanced;
use super::*;

fn options() -> SoakOptions {
    SoakOptions {
        node: "127.0.0.1:4001".to_owned(),
        until: Until::Payments(100),
        rate: 10.0,
        clients: 2,
        window: 10,
        seed: 1,
        guests: Guests { idle: 10, ..Guests::default() },
        snapshot_utxo: false,
        history_every: std::time::Duration::from_secs(60),
        baseline: std::time::Duration::from_secs(5),
        slope: (100, 1000),
        pid: None,
        persistence_dir: None,
        report: None,
        json: false,
    }
}

fn report() -> Report {
    let shared = Arc::new(Shared::new("127.0.0.1:4001", &[], 0));
    let mut seen = Seen::default();
    for n in 0..40_u64 {
        let joined = n >= 20;
        let us = if joined { 2200 } else { 2000 };
        if joined { &mut seen.with } else { &mut seen.before }.add(us);
        seen.samples.push(Sample {
            at_s: n as f64,
            confirmed: n * 50,
            rss_kib: Some(10_000 + if joined { 240 } else { 0 }),
            cpu_s: Some(n as f64 * 0.01),
            journal_bytes: Some(n * 50 * 700),
            p50_ms: Some(2.0),
            p95_ms: Some(3.0),
            p99_ms: Some(4.0),
            joined,
        });
    }
    shared.violation("client <1> & \"others\" lost 3 payments".to_owned());
    Report::of(&options(), &shared, seen, 40, Some(12_000))
}

#[test]
fn a_report_compares_with_its_baseline_and_fits_slopes() {
    let report = report();
    assert_eq!(report.memory_per_guest_kib, Some(24.0));
    assert!((report.journal_bytes_per_payment.unwrap() - 700.0).abs() < 0.1);
    assert!((report.cpu_us_per_payment.unwrap() - 200.0).abs() < 0.1);
    assert_eq!(report.per_second, Some(50.0));
    assert!(report.growth_kib.is_some());
    let table = report.to_table();
    for part in ["p99 against baseline", "+10.0 %", "24.0 KiB", "11.7 MiB", "700.0 bytes"] {
        assert!(table.contains(part), "{part} in {table}");
    }
    assert!(report.trouble().unwrap().contains("lost 3 payments"));
}

#[test]
fn a_page_is_well_formed_and_has_a_plot_of_each() {
    let html = report().to_html();
    assert!(is_balanced(&html), "{html}");
    assert_eq!(html.matches("<svg").count(), 4);
    assert!(html.contains("client &lt;1&gt; &amp; &quot;others&quot;"));
}

#[test]
fn a_directory_gets_page_plots_and_figures() {
    let dir = tempfile::tempdir().unwrap();
    report().write(&dir.path().join("out")).unwrap();
    let mut names: Vec<_> = fs::read_dir(dir.path().join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    let wanted =
        ["index.html", "journal.svg", "latency.svg", "report.json", "rss.svg", "throughput.svg"];
    assert_eq!(names, wanted);
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(dir.path().join("out/report.json")).unwrap()).unwrap();
    assert_eq!(json["samples"].as_array().unwrap().len(), 40);
    report().write(&dir.path().join("page.html")).unwrap();
    assert!(dir.path().join("page.html").is_file());
    let error = report().write(Path::new("/dev/null/x.html")).unwrap_err().to_string();
    assert!(error.contains("/dev/null/x.html"), "{error}");
}
