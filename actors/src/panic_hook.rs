//! The process's panic hook: silent about panics that the ledger catches and tells as a refusal's reason, and never
//! held up by a standard error that nobody reads.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::PanicHookInfo;

use rydra_core::ledger::panics_are_contained;

use crate::observe::stderr;

/// Takes the place of the one that stands.
pub fn install() {
    std::panic::set_hook(Box::new(|panic| {
        if !panics_are_contained() {
            stderr::say(text(panic, &Backtrace::capture()), stderr::PANIC_PATIENCE);
        }
    }));
}

/// As the standard library's own hook tells it.
fn text(panic: &PanicHookInfo<'_>, backtrace: &Backtrace) -> String {
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("<unnamed>");
    let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let message = panic.payload_as_str().unwrap_or("no message");
    let trace = if backtrace.status() == BacktraceStatus::Captured {
        format!("stack backtrace:\n{backtrace}")
    } else {
        "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n".to_owned()
    };
    format!("\nthread '{name}' panicked at {place}:\n{message}\n{trace}")
}
