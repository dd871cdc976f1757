//! What a node prints, read while it runs.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use serde_json::Value;

/// Lines of output kept for messages.
const TAIL_LINES: usize = 60;

/// How the message of an injected panic begins, on a line of its own.
const INJECTED: &str = "panic injected at ";

/// What the line of an actor's death says.
const DEATH: &str = "an actor died; rebuilding it";

/// What a node printed: its port and its last lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Output(Arc<Mutex<Printed>>);

#[derive(Debug, Default)]
pub(crate) struct Printed {
    port: Option<u16>,
    pub(crate) panics: u64,
    pub(crate) deaths: u64,
    pub(crate) tail: VecDeque<String>,
}

impl Output {
    pub(crate) fn lock(&self) -> std::sync::MutexGuard<'_, Printed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn port(&self) -> Option<u16> {
        self.lock().port
    }

    /// Reads a pipe to its end on a thread, so that the node never waits for us.
    pub(crate) fn read(&self, pipe: impl Read + Send + 'static) -> JoinHandle<()> {
        let output = self.clone();
        thread::spawn(move || {
            for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                let port = port_in(&line);
                let mut printed = output.lock();
                printed.port = printed.port.or(port);
                printed.panics += u64::from(line.starts_with(INJECTED));
                printed.deaths += u64::from(line.contains(DEATH));
                printed.tail.push_back(line);
                if printed.tail.len() > TAIL_LINES {
                    printed.tail.pop_front();
                }
            }
        })
    }
}

/// The port in the log line that says the API listens.
fn port_in(line: &str) -> Option<u16> {
    if !line.contains("APIServerStarted") {
        return None;
    }
    let line: Value = serde_json::from_str(line).ok()?;
    let port = line.pointer("/message/api/listeningPort")?.as_u64()?;
    u16::try_from(port).ok()
}
