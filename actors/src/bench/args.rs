//! Texts of the command line, read with all problems at once.

use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::run::machine;
use crate::cli::bench::node_address;
use crate::persistence::{FILE_NAME, REFERENCE_FILE_NAME, REFERENCE_LEGACY_NAME};
use crate::settings::{Problem, Problems};

/// Longest duration: a month.
const DURATION_MAX: Duration = Duration::from_secs(31 * 24 * 3600);

/// Files that are open beside connections: the runtimes', samples, reports.
const OWN_FILES: u64 = 64;

/// Reads texts and gathers what is wrong with them.
#[derive(Debug, Default)]
pub(super) struct Reader(pub Problems);

impl Reader {
    pub fn wrong(&mut self, seen: String, needed: String, todo: &str) {
        self.0.push(Problem::new(seen, needed, todo));
    }

    pub fn node(&mut self, text: Option<&str>) -> String {
        let Some(text) = text else {
            let needed = "the address of the node's API, HOST:PORT".to_owned();
            self.wrong("no --node".to_owned(), needed, "add --node 127.0.0.1:4001");
            return String::new();
        };
        node_address(text).unwrap_or_else(|why| {
            self.wrong(
                format!("--node {text}: {why}"),
                "HOST:PORT".to_owned(),
                "as the node's --api-port says",
            );
            String::new()
        })
    }

    pub fn number(
        &mut self,
        flag: &str,
        text: Option<&str>,
        range: RangeInclusive<u64>,
        default: u64,
    ) -> u64 {
        let Some(text) = text else { return default };
        let read =
            text.replace('_', "").parse::<u64>().ok().filter(|number| range.contains(number));
        read.unwrap_or_else(|| {
            let needed = format!("a whole number from {} to {}", range.start(), range.end());
            self.wrong(format!("--{flag} {text}"), needed, "give such a number, or leave it out");
            default
        })
    }

    pub fn count(
        &mut self,
        flag: &str,
        text: Option<&str>,
        range: RangeInclusive<u64>,
        default: u64,
    ) -> usize {
        usize::try_from(self.number(flag, text, range, default)).unwrap_or(usize::MAX)
    }

    pub fn time(
        &mut self,
        flag: &str,
        text: Option<&str>,
        default: Duration,
        least: Duration,
    ) -> Duration {
        let Some(text) = text else { return default };
        let read = duration(text).filter(|time| (least..=DURATION_MAX).contains(time));
        read.unwrap_or_else(|| {
            let needed = format!(
                "a time from {} s to 31 days, as 90s, 10m or 2h; a number alone is seconds",
                least.as_secs()
            );
            self.wrong(format!("--{flag} {text}"), needed, "give such a time, or leave it out");
            default
        })
    }

    /// Takes over what a check has found.
    pub fn found(&mut self, checked: Result<(), Problem>) {
        if let Err(problem) = checked {
            self.0.push(problem);
        }
    }

    /// Room for so many connections: as many open files as this process may have are taken.
    pub fn room(&mut self, connections: usize) {
        let needed = (connections as u64).saturating_add(OWN_FILES);
        let limit = getrlimit(Resource::Nofile);
        let most = limit.maximum.unwrap_or(u64::MAX);
        if limit.current.is_none_or(|now| now >= needed) {
            return;
        }
        let raised = Rlimit { current: Some(needed), maximum: limit.maximum };
        if needed > most || setrlimit(Resource::Nofile, raised).is_err() {
            let seen = format!("{connections} clients where {most} files may be open");
            let needed = format!("{needed}: one for each client, and {OWN_FILES} beside them");
            self.wrong(seen, needed, "raise the limit (ulimit -n), or take fewer clients");
        }
    }

    /// The process of a node: it listens where the node does, or has the name of one.
    pub fn pid(&mut self, flag: &str, text: Option<&str>, node: &str) -> Option<u32> {
        let before = self.0.0.len();
        let pid = self.number(flag, Some(text?), 1..=u64::from(u32::MAX), 1);
        let pid = u32::try_from(pid).unwrap_or(u32::MAX);
        if self.0.0.len() == before {
            self.found(check_pid(flag, pid, node));
        }
        Some(pid)
    }

    /// The data directory of a node.
    pub fn holds_journal(&mut self, flag: &str, dir: &Path) {
        if JOURNALS.iter().any(|name| dir.join(name).is_file()) {
            return;
        }
        let what = if dir.is_dir() { "a directory without a journal" } else { "no directory" };
        let needed = format!(
            "the data directory of a node that has run, with {FILE_NAME}, or {} of a hydra-node",
            &JOURNALS[1..].join(" or ")
        );
        let seen = format!("--{flag} {}: {what}", dir.display());
        self.wrong(seen, needed, "give the node's --persistence-dir, or leave it out");
    }
}

/// Files by which a data directory is known: ours, and hydra-node's.
const JOURNALS: [&str; 3] = [FILE_NAME, REFERENCE_FILE_NAME, REFERENCE_LEGACY_NAME];

/// Names of programs that are nodes, or parts of them: packages wrap and rename binaries.
const NODES: [&str; 2] = ["rydra", "hydra-node"];

/// Whether a process is a node: one that listens at the node's address, whatever its name, or one with such a name.
///
/// # Errors
/// When there is none, or it is something else.
pub(super) fn check_pid(flag: &str, pid: u32, node: &str) -> Result<(), Problem> {
    let todo = "give the node's process id, or leave it out: the owner of a local port is found";
    let needed = format!("the process that listens at {node}, or one called rydra or hydra-node");
    match machine::program(pid) {
        None => {
            let seen = format!("--{flag} {pid}: there is no such process");
            Err(Problem::new(seen, needed, todo))
        }
        Some(name) if NODES.iter().any(|known| name.contains(known)) => Ok(()),
        Some(_) if machine::owner_of(node) == Some(pid) => Ok(()),
        Some(name) => {
            let seen =
                format!("--{flag} {pid}: that process is {}", rydra_core::unit::excerpt(&name));
            Err(Problem::new(seen, needed, todo))
        }
    }
}

/// `90s`, `1.5h`, `10m`, `250ms`, or seconds.
fn duration(text: &str) -> Option<Duration> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(split)?;
    let factor = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(number.parse::<f64>().ok()? * factor).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn times_are_read_with_their_units() {
        for (written, millis) in
            [("90", 90_000), ("90s", 90_000), ("1.5h", 5_400_000), ("250ms", 250), ("2m", 120_000)]
        {
            assert_eq!(duration(written), Some(Duration::from_millis(millis)), "{written}");
        }
        for wrong in ["", "m", "-1s", "1w", "1e9999", "ten"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_process_is_a_node_by_its_name_or_by_its_port() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let (node, own) = (listener.local_addr().unwrap().to_string(), std::process::id());
        assert_eq!(check_pid("pid", own, &node), Ok(()), "it listens there");
        let mut other = std::process::Command::new("sleep").arg("600").spawn().unwrap();
        let seen = check_pid("pid", other.id(), &node).unwrap_err().to_string();
        other.kill().unwrap();
        other.wait().unwrap();
        assert!(seen.contains("that process is sleep") && seen.contains(&node), "{seen}");
        let gone = check_pid("node-pid", other.id(), &node).unwrap_err().to_string();
        assert!(gone.contains("--node-pid") && gone.contains("no such process"), "{gone}");
    }

    #[test]
    fn more_clients_than_files_may_be_open_are_refused() {
        let mut reader = Reader::default();
        reader.room(10);
        assert_eq!(reader.0, Problems::default());
        if getrlimit(Resource::Nofile).maximum.is_some() {
            reader.room(usize::MAX);
            let told = reader.0.to_string();
            assert!(told.contains("files may be open") && told.contains("ulimit -n"), "{told}");
        }
    }

    #[test]
    fn a_data_directory_holds_a_journal() {
        let dir = tempfile::tempdir().unwrap();
        let told = |dir: &Path| {
            let mut reader = Reader::default();
            reader.holds_journal("persistence-dir", dir);
            reader.0.0.iter().map(ToString::to_string).collect::<String>()
        };
        assert!(told(dir.path()).contains("a directory without a journal; needed: the data"));
        assert!(told(&dir.path().join("absent")).contains("no directory"));
        std::fs::write(dir.path().join(FILE_NAME), "").unwrap();
        assert_eq!(told(dir.path()), "");
    }
}
