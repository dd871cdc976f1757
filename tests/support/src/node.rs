//! A node as a process: started with its own flags, killed by its own id, started again on its own directory.

use std::io::{PipeReader, PipeWriter, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use rydra::bench::http::{self, Response};
use serde_json::Value;

use crate::output::Output;
use crate::poll::poll_until;
use crate::{HarnessError, failed, now, since};

/// Longest wait for the node to say its port.
const PORT_DEADLINE: Duration = Duration::from_secs(30);

/// Longest wait for one HTTP answer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// Variable that must be 1 before any fault can be armed.
const FAULTS_ENABLE: &str = "RYDRA_FAULTS";

/// Variable that lists armed faults, separated by commas.
const FAULTS_LIST: &str = "RYDRA_FAILPOINTS";

/// How to start a node; starting again with the same value is a restart on the same directory.
#[derive(Clone, Debug)]
pub struct NodeSpec {
    /// The binary (`env!("CARGO_BIN_EXE_rydra")`).
    pub binary: PathBuf,
    /// Its arguments, with `--api-port 0`.
    pub arguments: Vec<String>,
    /// Environment on top of ours.
    pub environment: Vec<(String, String)>,
    /// Its standard error is a pipe that is full and that nobody reads.
    pub unread_stderr: bool,
}

impl NodeSpec {
    /// A node of this binary with these arguments.
    #[must_use]
    pub fn new(binary: &str, arguments: Vec<String>) -> Self {
        Self { binary: binary.into(), arguments, environment: Vec::new(), unread_stderr: false }
    }

    /// The same node, dying as by kill -9 at the `count`-th passing of a failpoint.
    #[must_use]
    pub fn dying_at(&self, failpoint: &str, count: u64) -> Self {
        self.with_fault(&format!("{failpoint}=abort@{count}"))
    }

    /// The same node with one more armed fault, `NAME=ACTION[@COUNT]` as the node's failpoints read it.
    #[must_use]
    pub fn with_fault(&self, fault: &str) -> Self {
        let mut spec = self.clone();
        match spec.environment.iter_mut().find(|(name, _)| name == FAULTS_LIST) {
            Some((_, list)) => {
                list.push(',');
                list.push_str(fault);
            }
            None => {
                spec.environment.push((FAULTS_ENABLE.into(), "1".into()));
                spec.environment.push((FAULTS_LIST.into(), fault.into()));
            }
        }
        spec
    }

    /// The same node with one more variable in its environment.
    #[must_use]
    pub fn with_environment(&self, name: &str, value: &str) -> Self {
        let mut spec = self.clone();
        spec.environment.push((name.to_owned(), value.to_owned()));
        spec
    }

    /// The same node with more arguments.
    #[must_use]
    pub fn with_arguments(&self, more: &[&str]) -> Self {
        let mut spec = self.clone();
        spec.arguments.extend(more.iter().map(|a| (*a).to_owned()));
        spec
    }

    /// Starts the process and waits until it says its API port.
    ///
    /// # Errors
    /// When it cannot be started, or ends or stays silent before that; with the tail of its output.
    pub fn start(&self) -> Result<NodeProcess, HarnessError> {
        let mut node = self.spawn()?;
        let port = poll_until(PORT_DEADLINE, || {
            if let Some(port) = node.output.port() {
                return Ok(Ok(port));
            }
            match node.child.try_wait() {
                Ok(Some(status)) => Ok(Err(status)),
                Ok(None) => Err("the node did not say its API port".to_owned()),
                Err(e) => Err(e.to_string()),
            }
        });
        match port {
            Ok(Ok(port)) => {
                node.address = format!("127.0.0.1:{port}");
                Ok(node)
            }
            Ok(Err(status)) => Err(node.ended(status)),
            Err(e) => Err(failed(format!("{e}\n{}", node.tail()))),
        }
    }

    /// Starts the process without waiting for anything: for nodes that are expected to refuse or to die early.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn spawn(&self) -> Result<NodeProcess, HarnessError> {
        let started = now();
        let unread = self.unread_stderr.then(full_pipe).transpose()?;
        let (stderr, reader) = match unread {
            Some((reader, writer)) => (Stdio::from(writer), Some(reader)),
            None => (Stdio::piped(), None),
        };
        let mut child = Command::new(&self.binary)
            .args(&self.arguments)
            // A backtrace per injected panic would push everything else out of the tail.
            .env("RUST_BACKTRACE", "0")
            .envs(self.environment.iter().map(|(k, v)| (k, v)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .map_err(|e| failed(format!("cannot start {}: {e}", self.binary.display())))?;
        let output = Output::default();
        let readers = [
            child.stdout.take().map(|pipe| output.read(pipe)),
            child.stderr.take().map(|pipe| output.read(pipe)),
        ];
        let readers = readers.into_iter().flatten().collect();
        let address = String::new();
        Ok(NodeProcess { child, started, address, output, readers, _unread: reader })
    }
}

/// Bytes that a new pipe takes on Linux.
const PIPE_BYTES: usize = 64 * 1024;

/// A pipe that takes no more.
fn full_pipe() -> Result<(PipeReader, PipeWriter), HarnessError> {
    let pipe = || {
        let (reader, mut writer) = std::io::pipe()?;
        writer.write_all(&[b'.'; PIPE_BYTES])?;
        Ok::<_, std::io::Error>((reader, writer))
    };
    pipe().map_err(|e| failed(format!("cannot make a pipe: {e}")))
}

/// A running (or ended) node. Dropping it kills it.
#[derive(Debug)]
pub struct NodeProcess {
    child: Child,
    started: Instant,
    address: String,
    output: Output,
    readers: Vec<JoinHandle<()>>,
    /// Kept open: a pipe that has no reader any more does not block, it breaks.
    _unread: Option<PipeReader>,
}

impl NodeProcess {
    /// `HOST:PORT` of the API.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How many injected panics it reported.
    #[must_use]
    pub fn injected_panics(&self) -> u64 {
        self.output.lock().panics
    }

    /// How many deaths of actors it mended.
    #[must_use]
    pub fn deaths(&self) -> u64 {
        self.output.lock().deaths
    }

    /// Whether the process lives.
    #[must_use]
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The last lines it printed, both streams.
    #[must_use]
    pub fn tail(&self) -> String {
        let lines: Vec<String> = self.output.lock().tail.iter().cloned().collect();
        format!("--- the node's last lines ---\n{}", lines.join("\n"))
    }

    /// One HTTP request to it.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn request(
        &self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
    ) -> Result<Response, HarnessError> {
        http::request(&self.address, method, path, body, REQUEST_TIMEOUT)
            .map_err(|e| failed(format!("{method} {path}: {e}\n{}", self.tail())))
    }

    /// `GET` of a JSON resource that must be there.
    ///
    /// # Errors
    /// When the status is not 200 or the body no JSON.
    pub fn get(&self, path: &str) -> Result<Value, HarnessError> {
        let response = self.request("GET", path, None)?;
        if response.status != 200 {
            let text = response.text();
            return Err(failed(format!("GET {path}: {} {text}", response.status)));
        }
        serde_json::from_slice(&response.body).map_err(|e| failed(format!("GET {path}: {e}")))
    }

    /// Waits for `GET /ready` to answer 200; gives the time since the process was started.
    ///
    /// # Errors
    /// When it ends before, or does not in time; with its last answer and lines.
    pub fn wait_ready(&mut self, deadline: Duration) -> Result<Duration, HarnessError> {
        let ready = poll_until(deadline, || {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Ok(Err(status));
            }
            match http::request(&self.address, "GET", "/ready", None, REQUEST_TIMEOUT) {
                Ok(response) if response.status == 200 => Ok(Ok(since(self.started))),
                Ok(response) => Err(format!("GET /ready: {} {}", response.status, response.text())),
                Err(e) => Err(format!("GET /ready: {e}")),
            }
        });
        match ready {
            Ok(Ok(time)) => Ok(time),
            Ok(Err(status)) => Err(self.ended(status)),
            Err(e) => Err(failed(format!("{e}\n{}", self.tail()))),
        }
    }

    /// Waits until the head is open and its local ledger holds exactly or more than `outputs` outputs.
    ///
    /// # Errors
    /// When it does not in time.
    pub fn wait_funds(&self, outputs: usize, deadline: Duration) -> Result<(), HarnessError> {
        poll_until(deadline, || {
            let head = self.get("/head").map_err(|e| e.to_string())?;
            let utxo = head.pointer("/contents/coordinatedHeadState/localUTxO");
            match utxo.and_then(Value::as_object).map(serde_json::Map::len) {
                Some(count) if count >= outputs => Ok(()),
                seen => Err(format!("{seen:?} outputs in the head; needed {outputs}")),
            }
        })
        .map_err(|e| failed(format!("{e}\n{}", self.tail())))
    }

    /// kill -9, now; the process is reaped.
    ///
    /// # Errors
    /// When it ended before.
    pub fn kill(&mut self) -> Result<(), HarnessError> {
        if let Ok(Some(status)) = self.child.try_wait() {
            let tail = self.tail();
            return Err(failed(format!("the node ended with {status} before the kill\n{tail}")));
        }
        self.child.kill().map_err(failed)?;
        self.child.wait().map_err(failed)?;
        Ok(())
    }

    /// kill -9 from another thread after `delay`, while this one goes on driving load. The process must not
    /// be reaped before the thread is joined, so that its id stays its own.
    ///
    /// # Errors
    /// When the process id is none.
    pub fn kill_after(&self, delay: Duration) -> Result<JoinHandle<()>, HarnessError> {
        let pid = self.pid()?;
        let at = now() + delay;
        Ok(thread::spawn(move || {
            // The instant is the test's input: nothing to wait for but the clock.
            while let Some(left) = at.checked_duration_since(now()).filter(|l| !l.is_zero()) {
                thread::park_timeout(left);
            }
            // An ended but unreaped process takes the signal and ignores it.
            let _ = kill_process(pid, Signal::KILL);
        }))
    }

    /// SIGTERM: asks it to drain and stop.
    ///
    /// # Errors
    /// When there is no such process any more.
    pub fn terminate(&self) -> Result<(), HarnessError> {
        kill_process(self.pid()?, Signal::TERM).map_err(failed)
    }

    /// SIGINT: the same, as Ctrl-C sends it.
    ///
    /// # Errors
    /// When there is no such process any more.
    pub fn interrupt(&self) -> Result<(), HarnessError> {
        kill_process(self.pid()?, Signal::INT).map_err(failed)
    }

    fn pid(&self) -> Result<Pid, HarnessError> {
        i32::try_from(self.child.id())
            .ok()
            .and_then(Pid::from_raw)
            .ok_or_else(|| failed("the node has no process id"))
    }

    /// Waits for the end of the process, and of its output.
    ///
    /// # Errors
    /// When it lives on past the deadline.
    pub fn wait_exit(&mut self, deadline: Duration) -> Result<ExitStatus, HarnessError> {
        let status = poll_until(deadline, || match self.child.try_wait() {
            Ok(Some(status)) => Ok(status),
            Ok(None) => Err("the node is still running".to_owned()),
            Err(e) => Err(e.to_string()),
        });
        match status {
            Ok(status) => {
                self.read_to_the_end();
                Ok(status)
            }
            Err(e) => Err(failed(format!("{e}\n{}", self.tail()))),
        }
    }

    /// It has ended: what it said last, the reason perhaps, may not have been read yet.
    fn read_to_the_end(&mut self) {
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
    }

    /// It ended by itself, with everything that it said.
    fn ended(&mut self, status: ExitStatus) -> HarnessError {
        self.read_to_the_end();
        failed(format!("the node ended with {status}\n{}", self.tail()))
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        // Both fail only when it is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    fn shell(script: &str) -> NodeSpec {
        NodeSpec::new("/bin/sh", vec!["-c".into(), script.into()])
    }

    const SAYS_PORT: &str = r#"echo '{"message":{"tag":"APIServer","api":{"tag":"APIServerStarted","listeningPort":4711}}}'"#;

    #[test]
    fn the_port_is_taken_from_the_log() {
        let mut node = shell(&format!("echo noise; {SAYS_PORT}; exec sleep 60")).start().unwrap();
        assert_eq!(node.address(), "127.0.0.1:4711");
        node.kill().unwrap();
        assert!(node.kill().expect_err("dead").to_string().contains("ended"));
    }

    #[test]
    fn faults_add_up_in_one_variable() {
        let spec = shell("").with_fault("a=switch").dying_at("b", 3);
        let needed = [("RYDRA_FAULTS", "1"), ("RYDRA_FAILPOINTS", "a=switch,b=abort@3")];
        assert_eq!(spec.environment, needed.map(|(k, v)| (k.to_owned(), v.to_owned())));
    }

    #[test]
    fn a_node_that_ends_early_shows_its_last_lines() {
        let error = shell("echo why >&2; exit 3").start().expect_err("ended").to_string();
        assert!(error.contains('3'), "{error}");
        let mut node = shell("echo why >&2; exit 3").spawn().unwrap();
        assert_eq!(node.wait_exit(Duration::from_secs(10)).unwrap().code(), Some(3));
        assert!(node.tail().contains("why"));
    }

    #[test]
    fn a_node_can_be_killed_later_and_asked_to_stop() {
        let mut node = shell(&format!("{SAYS_PORT}; exec sleep 60")).start().unwrap();
        let killer = node.kill_after(Duration::from_millis(20)).unwrap();
        let status = node.wait_exit(Duration::from_secs(10)).unwrap();
        killer.join().unwrap();
        assert_eq!(status.code(), None, "by signal");
        let script = format!("trap 'exit 7' TERM; {SAYS_PORT}; while :; do sleep 0.01; done");
        let mut node = shell(&script).start().unwrap();
        node.terminate().unwrap();
        assert_eq!(node.wait_exit(Duration::from_secs(10)).unwrap().code(), Some(7));
    }
}
