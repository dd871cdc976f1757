//! `rydra`: parses, starts the tree, waits for a signal.

use std::io::Write;
use std::process::ExitCode;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use rydra::cli::tx::TxCommand;
use rydra::cli::{self, Invocation};
use rydra::node::Node;
use rydra::observe::{log, stderr};
use rydra::root::{Exit, end_within};
use rydra::settings::{Problems, Settings, Sources};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

use rydra::{bench, failpoint, keygen, panic_hook};

fn main() -> ExitCode {
    panic_hook::install();
    let parsed = match cli::parse(std::env::args_os(), cli::process_environment()) {
        Ok(parsed) => parsed,
        Err(error) => error.exit(),
    };
    say_all(&parsed.notices);
    match parsed.invocation {
        Invocation::Run(sources) => run(&sources),
        Invocation::GenHydraKey { base } => match keygen::generate(&base) {
            Ok(written) => out(&written.to_string()),
            Err(error) => failed(&[error.to_string()], ExitCode::FAILURE),
        },
        Invocation::Bench(args) => match bench::dispatch(&args) {
            Ok(()) => ExitCode::SUCCESS,
            Err(bench::BenchError::Usage(problems)) => unusable(&problems),
            Err(error) => failed(&[error.to_string()], ExitCode::FAILURE),
        },
        Invocation::Tx(args) => {
            let TxCommand::Validate(args) = args.command;
            match cli::tx::run(&args) {
                Ok(exit) => ExitCode::from(exit.code()),
                Err(problems) => unusable(&problems),
            }
        }
        Invocation::Completions(shell) => out(&String::from_utf8_lossy(&cli::completions(shell))),
    }
}

fn run(sources: &Sources) -> ExitCode {
    let loaded = match Settings::load(sources) {
        Ok(loaded) => loaded,
        Err(problems) => return unusable(&problems),
    };
    say_all(&loaded.notices);
    if let Err(error) = failpoint::arm_from_env() {
        return failed(&[error.to_string()], ExitCode::from(Problems::EXIT_CODE));
    }
    let log = match log::start(&loaded.settings) {
        Ok(log) => log,
        Err(text) => return failed(&[text], ExitCode::FAILURE),
    };
    log::lines::node_options(&loaded.settings.to_run_options_json());
    let system = actix::System::new();
    let node = match system.block_on(async { Node::start(&loaded.settings, &log) }) {
        Ok(node) => node,
        Err(failures) => {
            let _ = log.drain();
            let code = if failures.is_input { Problems::EXIT_CODE } else { 1 };
            return failed(&failures.problems, ExitCode::from(code));
        }
    };
    let exit = node.exit();
    let asked = Arc::new(Notify::new());
    if let Err(error) = watch_signals(Arc::clone(&asked), loaded.settings.supervision.shutdown) {
        return failed(&[format!("signals cannot be waited for: {error}")], ExitCode::FAILURE);
    }
    system.block_on(async {
        actix::spawn(async move {
            asked.notified().await;
            node.stop().await;
        });
    });
    let ended = system.run_with_code();
    let _ = log.drain();
    let exit = exit.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match (ended, exit) {
        (Ok(0), Exit::Asked) => ExitCode::SUCCESS,
        (_, Exit::Failed(reason)) => {
            let reasons: Vec<String> = reason.lines().map(str::to_owned).collect();
            failed(&reasons, ExitCode::FAILURE)
        }
        (Ok(code), Exit::Asked) => failed(&[format!("ended with code {code}")], ExitCode::FAILURE),
        (Err(error), Exit::Asked) => failed(&[error.to_string()], ExitCode::FAILURE),
    }
}

/// Waits for a signal on a thread of its own, so that the deadline runs whatever hangs, also the thread of the root.
fn watch_signals(asked: Arc<Notify>, deadline: Duration) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let (mut interrupt, mut terminate) = {
        let _inside = runtime.enter();
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    let wait = move || {
        runtime.block_on(async {
            tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        });
        tracing::info!("asked to stop: closing sessions, finishing the running round");
        end_within(deadline);
        asked.notify_one();
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(wait)?;
    Ok(())
}

fn out(text: &str) -> ExitCode {
    match std::io::stdout().write_all(format!("{}\n", text.trim_end()).as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn say_all(notices: &[String]) {
    for notice in notices {
        stderr::say(format!("rydra: {notice}\n"), stderr::EXIT_PATIENCE);
    }
}

fn unusable(problems: &Problems) -> ExitCode {
    let texts: Vec<String> = problems.0.iter().map(ToString::to_string).collect();
    failed(&texts, ExitCode::from(Problems::EXIT_CODE))
}

fn failed(problems: &[String], code: ExitCode) -> ExitCode {
    let text: String = problems.iter().map(|problem| format!("rydra: {problem}\n")).collect();
    stderr::say(text, stderr::EXIT_PATIENCE);
    code
}
