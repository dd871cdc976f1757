//! The binary with its output in files: nothing is lost between two looks.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use rydra_test_support::client::Client;
use rydra_test_support::payments::Payments;
use rydra_test_support::poll::poll_until;
use serde_json::Value;

/// The binary under test.
pub const RYDRA: &str = env!("CARGO_BIN_EXE_rydra");
/// Longest wait for anything that a node does.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Runs the binary to its end, without any variable of ours in its environment.
pub fn run(arguments: &[&str]) -> Output {
    command(RYDRA).args(arguments).output().unwrap()
}

fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("RYDRA_")) {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A running node; dropping it kills it.
pub struct Node {
    child: Child,
    pub out: PathBuf,
    pub err: PathBuf,
    pub address: String,
    pub payments: Payments,
    _dir: tempfile::TempDir,
}

impl Node {
    /// Starts a node with these further flags and waits until it is ready.
    pub fn start(further: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::start_with(further, environment, |out| File::create(out).unwrap().into())
    }

    /// The same with a standard output that nobody ever reads: what fills the pipe stays there.
    pub fn start_unread(further: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::start_with(further, environment, |_| Stdio::piped())
    }

    fn start_with(
        further: &[&str],
        environment: &[(&str, &str)],
        stdout: impl FnOnce(&Path) -> Stdio,
    ) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let payments = Payments::make(dir.path(), 1, 20, 1).unwrap();
        let (out, err) = (dir.path().join("out"), dir.path().join("err"));
        // A port that was free a moment ago: a quiet node cannot tell which one it took.
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let child = command(RYDRA)
            .args(payments.prepared.node_arguments(free.port()))
            .args(further)
            .envs(environment.iter().copied())
            .stdout(stdout(&out))
            .stderr(File::create(&err).unwrap())
            .spawn()
            .unwrap();
        let address = free.to_string();
        let mut node = Self { child, out, err, address, payments, _dir: dir };
        node.wait_ready();
        node
    }

    fn wait_ready(&mut self) {
        poll_until(PATIENCE, || {
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("the node ended with {status}: {}", read(&self.err));
            }
            let ready = rydra::bench::http::request(&self.address, "GET", "/ready", None, PATIENCE);
            match ready {
                Ok(response) if response.status == 200 => Ok(()),
                Ok(response) => Err(response.text()),
                Err(error) => Err(error.to_string()),
            }
        })
        .unwrap();
    }

    /// Submits all payments of the first lane over one connection and waits for the last to be confirmed.
    pub fn pay(&self) -> usize {
        let mut client = Client::connect(&self.address, "history=no").unwrap();
        let lane = &self.payments.lanes[0];
        for payment in lane {
            client.queue(payment).unwrap();
        }
        client.flush().unwrap();
        let mut confirmed = 0;
        while confirmed < lane.len() {
            let output = client.until("SnapshotConfirmed", PATIENCE).unwrap();
            confirmed += output["snapshot"]["confirmed"].as_array().unwrap().len();
        }
        confirmed
    }

    /// Asks it to stop and waits for its end.
    pub fn stop(&mut self) -> ExitStatus {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
        self.wait()
    }

    fn wait(&mut self) -> ExitStatus {
        poll_until(PATIENCE, || match self.child.try_wait() {
            Ok(Some(status)) => Ok(status),
            other => Err(format!("{other:?}")),
        })
        .unwrap()
    }

    /// Everything it wrote on standard output.
    pub fn log(&self) -> String {
        read(&self.out)
    }

    /// The same, each line as JSON.
    pub fn lines(&self) -> Vec<Value> {
        let parse = |line: &str| {
            serde_json::from_str(line).unwrap_or_else(|e| panic!("no JSON ({e}): {line}"))
        };
        self.log().lines().map(parse).collect()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Both fail only when it is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn read(path: &Path) -> String {
    text(&std::fs::read(path).unwrap())
}
