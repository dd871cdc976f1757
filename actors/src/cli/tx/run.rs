//! Runs `rydra tx validate`: transactions in, verdicts and the resulting set out.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget};

use super::ValidateArgs;
use super::check::{Checker, Verdict};
use super::inputs::{Inputs, Source};
use super::lines::{Line, Lines};
use super::report::{Count, Counts, Report};
use super::source::{TEXT_BYTES_MAX, parse_text};
use crate::observe::clock;
use crate::settings::{Problem, Problems};

/// Time after which a run that shows nothing shows its progress.
const QUIET_MAX: Duration = Duration::from_secs(2);

/// How the command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Every transaction passes.
    Valid,
    /// At least one is refused.
    Refused,
    /// Something could not be used: an argument, a file, a line, an output.
    Unusable,
}

impl Exit {
    /// Exit code of the process.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Refused => 1,
            Self::Unusable => Problems::EXIT_CODE,
        }
    }
}

/// Runs the command on this process's standard streams.
///
/// # Errors
/// What cannot be used: all problems of the arguments at once, or the first of reading and writing. A reader
/// of the output that went away is [`Exit::Unusable`] without a text.
pub fn run(args: &ValidateArgs) -> Result<Exit, Problems> {
    let inputs = Inputs::load(args)?;
    let Inputs { ledger, slot, utxo, source, utxo_out } = inputs;
    let mut job = Job {
        checker: Checker { ledger, slot, utxo },
        args,
        progress: Progress::new(args.json),
        counts: Counts::default(),
    };
    let ended = match source {
        Source::One(parsed) => {
            let verdict = job.checker.check(None, &parsed);
            job.counted(&verdict, false).and_then(|()| job.finish(utxo_out.as_deref(), true))
        }
        Source::StandardInput => job.lines().and_then(|()| job.finish(utxo_out.as_deref(), false)),
    };
    match ended {
        Ok(exit) => Ok(exit),
        Err(Stop::ReaderGone) => Ok(Exit::Unusable),
        Err(Stop::Problem(problem)) => Err(Problems(vec![problem])),
    }
}

/// Why a run ends early.
enum Stop {
    /// Nobody reads any more.
    ReaderGone,
    Problem(Problem),
}

impl Stop {
    fn output(error: &io::Error, place: &str) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::ReaderGone;
        }
        let seen = format!("{place} cannot be written: {error}");
        Self::Problem(Problem::new(
            seen,
            "room and permission to write",
            "check the disk and the path",
        ))
    }
}

struct Job<'a> {
    checker: Checker,
    args: &'a ValidateArgs,
    progress: Progress,
    counts: Counts,
}

impl Job<'_> {
    /// Checks all lines of standard input.
    fn lines(&mut self) -> Result<(), Stop> {
        let mut lines = Lines::new(io::stdin().lock(), TEXT_BYTES_MAX);
        while let Some((number, line)) = lines.next().map_err(|error| unreadable(&error))? {
            let text = match line {
                Line::Text(text) if text.iter().all(u8::is_ascii_whitespace) => continue,
                Line::Text(text) => parse_text(text),
                Line::TooLong => Err(format!(
                    "longer than {TEXT_BYTES_MAX} bytes; needed one transaction a line, which is shorter"
                )),
            };
            let (verdict, unusable) = match text {
                Ok(parsed) => (self.checker.check(Some(number), &parsed), false),
                Err(why) => (Verdict::unusable(number, &why), true),
            };
            self.counted(&verdict, unusable)?;
            if self.args.stop && !verdict.valid {
                break;
            }
        }
        if self.counts.all() == 0 {
            return Err(Stop::Problem(Problem::new(
                "no transaction on standard input",
                "one transaction a line, hex or a JSON object with it under \"cborHex\"",
                "feed a file: rydra tx validate … - < FILE",
            )));
        }
        Ok(())
    }

    /// Counts and shows a verdict.
    fn counted(&mut self, verdict: &Verdict, unusable: bool) -> Result<(), Stop> {
        let count = match (unusable, verdict.valid) {
            (true, _) => &mut self.counts.unusable,
            (false, true) => &mut self.counts.valid,
            (false, false) => &mut self.counts.refused,
        };
        *count = count.saturating_add(1);
        self.progress.at(self.counts.all());
        if self.args.json {
            return to_stdout(|out| {
                serde_json::to_writer(&mut *out, verdict)?;
                out.write_all(b"\n")
            });
        }
        let max_tx_size = self.checker.ledger.parameters().max_tx_size;
        say(&Report { verdict, max_tx_size }.to_string())
    }

    /// Writes the resulting set where it is wanted.
    fn finish(self, utxo_out: Option<&Path>, one: bool) -> Result<Exit, Stop> {
        let Self { checker, args, progress, counts } = self;
        progress.clear();
        if !one && !args.json {
            let outputs = Count(checker.utxo.len() as u64, "output");
            let them = if counts.all() == 1 { "it" } else { "them" };
            say(&format!("{counts}; {outputs} after {them}\n"))?;
        }
        // A single transaction that is refused has no result.
        let has_result = !one || counts.valid > 0;
        match utxo_out {
            Some(file) if has_result => replace(file, |out| {
                serde_json::to_writer_pretty(&mut *out, &checker.utxo)?;
                out.write_all(b"\n")
            })
            .map_err(|error| Stop::output(&error, &format!("--utxo-out {}", file.display())))?,
            None if has_result && !args.json => to_stdout(|out| {
                serde_json::to_writer_pretty(&mut *out, &checker.utxo)?;
                out.write_all(b"\n")
            })?,
            Some(_) | None => {}
        }
        Ok(match counts {
            Counts { unusable: 1.., .. } => Exit::Unusable,
            Counts { refused: 1.., .. } => Exit::Refused,
            Counts { .. } => Exit::Valid,
        })
    }
}

fn unreadable(error: &io::Error) -> Stop {
    Stop::Problem(Problem::new(
        format!("standard input cannot be read: {error}"),
        "one transaction a line",
        "feed a file or a pipe: rydra tx validate … - < FILE",
    ))
}

fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Stop> {
    let mut out = BufWriter::new(io::stdout().lock());
    write(&mut out)
        .and_then(|()| out.flush())
        .map_err(|error| Stop::output(&error, "standard output"))
}

/// In one piece, so that lines of several processes do not mix.
fn say(text: &str) -> Result<(), Stop> {
    let written = io::stderr().lock().write_all(text.as_bytes());
    written.map_err(|error| Stop::output(&error, "standard error"))
}

/// Writes a file beside the old one and then takes its place: it may be the file that was read.
fn replace(file: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // A device or a pipe has no place to take.
    if file.exists() && !file.is_file() {
        let mut out = BufWriter::new(File::options().write(true).open(file)?);
        write(&mut out)?;
        return out.flush();
    }
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{}.partial", std::process::id()));
    let partial = Path::new(&name);
    let written = File::create_new(partial).and_then(|created| {
        let mut out = BufWriter::new(created);
        write(&mut out)?;
        out.flush()?;
        std::fs::rename(partial, file)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(partial);
    }
    written
}

/// Shown on a terminal only, when nothing else is shown there and a run takes longer than [`QUIET_MAX`].
struct Progress {
    wanted: bool,
    since: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    fn new(json: bool) -> Self {
        let wanted = json && io::stderr().is_terminal() && !io::stdout().is_terminal();
        Self { wanted, since: clock::monotonic(), bar: None }
    }

    fn at(&mut self, count: u64) {
        if !self.wanted || clock::monotonic().duration_since(self.since) < QUIET_MAX {
            return;
        }
        let new = || ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let bar = self.bar.get_or_insert_with(new);
        bar.set_position(count);
        bar.set_message("transactions");
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
