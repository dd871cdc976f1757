//! Running what `make setup-clients` installed: a script of `tests/clients/npm`, in the node that its lock file pins.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::Value;

/// Lines that a script may be ahead of the test; beyond that it waits in its pipe.
const LINES_MAX: usize = 64;

/// Directory of the packages and our scripts.
fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/clients/npm")
}

/// The node that the lock file pins, by the name of its package.
pub fn node() -> PathBuf {
    let cpu = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    directory().join(format!("node_modules/node-linux-{cpu}/bin/node"))
}

/// Whether the packages are there; says so loudly when they are not.
pub fn installed() -> bool {
    // npm writes it last, so a broken installation has none.
    let complete = directory().join("node_modules/.package-lock.json");
    let Some(missing) = [complete, node()].into_iter().find(|path| !path.exists()) else {
        return true;
    };
    eprintln!(
        "SKIPPED: {} is not there; `make setup-clients` installs it, given npm and a registry",
        missing.display()
    );
    false
}

/// A running script.
pub struct Script {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    complaints: Option<JoinHandle<String>>,
}

impl Script {
    /// Starts one with these arguments.
    pub fn start(name: &str, arguments: &[&Path]) -> Self {
        let mut child = Command::new(node())
            .arg(directory().join(name))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("node starts");
        let (said, lines) = sync_channel(LINES_MAX);
        let output = child.stdout.take().expect("piped");
        thread::spawn(move || {
            BufReader::new(output).lines().map_while(Result::ok).try_for_each(|l| said.send(l))
        });
        let mut errors = child.stderr.take().expect("piped");
        let complaints = thread::spawn(move || {
            let mut text = Vec::new();
            let _ = errors.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        let input = child.stdin.take();
        Self { child, input, lines, complaints: Some(complaints) }
    }

    /// Hands over one line.
    pub fn tell(&mut self, line: &Value) {
        let input = self.input.as_mut().expect("not ended");
        // A script that is gone is seen by who waits for its next line.
        let _ = writeln!(input, "{line}");
    }

    /// Says that no more lines come.
    pub fn end_of_input(&mut self) {
        self.input = None;
    }

    /// The next line it says; when it ends instead, or says nothing in time, what it complained of.
    pub fn next(&mut self, deadline: Duration) -> Result<Value, String> {
        match self.lines.recv_timeout(deadline) {
            Ok(line) => serde_json::from_str(&line).map_err(|e| format!("{e}: {line}")),
            Err(silence) => Err(format!("{silence}\n{}", self.end())),
        }
    }

    /// Ends it, for what it wrote to its standard error.
    fn end(&mut self) -> String {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.complaints.take().and_then(|reader| reader.join().ok()).unwrap_or_default()
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.end();
    }
}
