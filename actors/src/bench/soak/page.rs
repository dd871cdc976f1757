//! The report for people: a table for the terminal, and a page with plots.

use std::fs;
use std::path::Path;

use super::report::{KindFigures, Latency, Memory, Report};
use super::sampler::Sample;
use super::svg::{Line, Plot, escaped};
use crate::bench::BenchError;
use crate::bench::outputs::{PAGE_BEGINS, is_page};

type Rows = Vec<(String, String)>;

fn number(value: Option<f64>, unit: &str) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}{unit}"))
}

fn mib(kib: Option<u64>) -> String {
    number(kib.map(|kib| kib as f64 / 1024.0), " MiB")
}

fn latency(of: Option<Latency>) -> String {
    of.map_or_else(
        || "-".to_owned(),
        |of| {
            format!(
                "p50 {:.1}  p95 {:.1}  p99 {:.1}  max {:.1} ms",
                of.p50_ms, of.p95_ms, of.p99_ms, of.max_ms
            )
        },
    )
}

fn memory(of: Memory) -> String {
    format!("median {}, largest {}", mib(of.median_kib), mib(of.max_kib))
}

fn kind(of: &KindFigures) -> String {
    let mut text = format!(
        "{} clients: {} connections, {} cut, {} not taken, {} messages, {:.1} MiB",
        of.clients,
        of.opened,
        of.ended,
        of.refused,
        of.messages,
        of.bytes as f64 / f64::from(1 << 20)
    );
    if of.histories > 0 {
        let seconds = of.history_max_ms as f64 / 1000.0;
        text.push_str(&format!(", {} histories, longest {seconds:.1} s", of.histories));
    }
    text
}

impl Report {
    fn rows(&self) -> Rows {
        let mut rows = Rows::new();
        let mut row = |name: &str, value: String| rows.push((name.to_owned(), value));
        row("time", format!("{:.0} s", self.seconds));
        row("outputs in the head", self.outputs.to_string());
        row("submitted", self.submitted.to_string());
        row("confirmed", self.confirmed.to_string());
        row("in the history", self.in_history.map_or("not read".to_owned(), |n| n.to_string()));
        row("confirmed per second", number(self.per_second, ""));
        row("snapshots", self.snapshots.to_string());
        row("late for a full window", self.late.to_string());
        if self.latency_before.is_some() {
            row("due to confirmed, baseline", latency(self.latency_before));
        }
        row("due to confirmed", latency(self.latency));
        let p99 = self.latency_before.zip(self.latency);
        if let Some((before, with)) = p99 {
            let more = (with.p99_ms / before.p99_ms - 1.0) * 100.0;
            row("p99 against baseline", format!("{more:+.1} %"));
        }
        if self.memory_before.max_kib.is_some() {
            row("RSS, baseline", memory(self.memory_before));
        }
        row("RSS", memory(self.memory));
        row("peak RSS since the node's start", mib(self.peak_kib));
        if self.memory_per_guest_kib.is_some() {
            row("RSS per other client, by medians", number(self.memory_per_guest_kib, " KiB"));
            row("RSS per other client, by peaks", number(self.peak_per_guest_kib, " KiB"));
        }
        let (from, to) = self.slope;
        let growth = number(self.growth_kib.map(|kib| kib / 1024.0), " MiB");
        row(&format!("RSS grown, {from} to {to} payments"), growth);
        row("journal", number(self.journal_bytes.map(|b| b as f64 / f64::from(1 << 20)), " MiB"));
        row("journal per payment", number(self.journal_bytes_per_payment, " bytes"));
        row("processor time per payment", number(self.cpu_us_per_payment, " µs"));
        for of in self.kinds.iter().filter(|of| of.clients > 0) {
            row(&format!("{:?}", of.kind).to_lowercase(), kind(of));
        }
        row("wrong", self.violations.to_string());
        rows
    }

    /// As a table for a terminal.
    #[must_use]
    pub fn to_table(&self) -> String {
        let rows = self.rows();
        let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let lines: Vec<String> =
            rows.iter().map(|(name, value)| format!("{name:<width$}  {value}")).collect();
        lines.join("\n")
    }

    /// Names and drawings.
    fn plots(&self) -> Vec<(&'static str, String)> {
        let of = |value: fn(&Sample) -> Option<f64>| -> Vec<(f64, f64)> {
            self.samples.iter().filter_map(|s| Some((s.at_s, value(s)?))).collect()
        };
        let rates = self.samples.windows(2).filter_map(|pair| {
            let (a, b) = (pair.first()?, pair.last()?);
            let seconds = b.at_s - a.at_s;
            (seconds > 0.0).then(|| (b.at_s, (b.confirmed - a.confirmed) as f64 / seconds))
        });
        let joined = self.samples.iter().find(|sample| sample.joined).map(|sample| sample.at_s);
        let has_baseline = self.samples.first().is_some_and(|sample| !sample.joined);
        let mark = joined.filter(|_| has_baseline).map(|at| (at, "the other clients come"));
        let x = "time since the start in s";
        let line = |name, points| Line { name, points };
        let rss = vec![line("resident", of(|s| s.rss_kib.map(|kib| kib as f64 / 1024.0)))];
        let latency = vec![
            line("p50", of(|s| s.p50_ms)),
            line("p95", of(|s| s.p95_ms)),
            line("p99", of(|s| s.p99_ms)),
        ];
        let journal = vec![line(
            "data directory",
            of(|s| s.journal_bytes.map(|b| b as f64 / f64::from(1 << 20))),
        )];
        let throughput = vec![line("confirmed", rates.collect())];
        let plot = |title, y, lines| Plot { title, x, y, lines, mark }.render();
        vec![
            ("rss", plot("Memory of the node", "memory in MiB", rss)),
            ("latency", plot("Due to confirmed", "latency in ms", latency)),
            ("throughput", plot("Throughput", "payments confirmed per s", throughput)),
            ("journal", plot("Journal", "size in MiB", journal)),
        ]
    }

    /// The page, with its plots inside.
    #[must_use]
    pub fn to_html(&self) -> String {
        let rows: String = self
            .rows()
            .iter()
            .map(|(name, value)| {
                format!("<tr><th>{}</th><td>{}</td></tr>\n", escaped(name), escaped(value))
            })
            .collect();
        let wrong: String = self
            .violation_texts
            .iter()
            .map(|text| format!("<li>{}</li>\n", escaped(text)))
            .collect();
        let plots: String = self.plots().into_iter().map(|(_, plot)| plot).collect();
        format!(
            "{PAGE_BEGINS}{node}</title>\n\
             <meta name=\"color-scheme\" content=\"light dark\"/><style>body{{font-family:sans-serif;\
             max-width:56em;margin:2em auto;padding:0 1em}}th{{text-align:left;font-weight:normal;\
             padding-right:2em;vertical-align:top}}td{{font-variant-numeric:tabular-nums}}\
             svg{{width:100%;margin:1em 0}}</style></head>\n<body><h1>Soak of {node}</h1>\n\
             <table>\n{rows}</table>\n<ul>\n{wrong}</ul>\n{plots}</body></html>\n",
            node = escaped(&self.node)
        )
    }

    /// Writes one page, or a directory of page, plots and figures.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, to: &Path) -> Result<(), BenchError> {
        if is_page(to) {
            return fs::write(to, self.to_html()).map_err(BenchError::file(to, "write the report"));
        }
        fs::create_dir_all(to).map_err(BenchError::file(to, "make the directory"))?;
        let mut files: Vec<(String, String)> =
            self.plots().into_iter().map(|(name, plot)| (format!("{name}.svg"), plot)).collect();
        files.push(("index.html".to_owned(), self.to_html()));
        files.push(("report.json".to_owned(), self.to_json()));
        for (name, text) in files {
            let path = to.join(name);
            fs::write(&path, text).map_err(BenchError::file(&path, "write the report"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
