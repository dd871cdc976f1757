//! What the operating system knows: the disk's sync latency, peak memory, who listens on a port.

use std::fs::{self, File};
use std::io::Write;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use crate::bench::{BenchError, now};

/// Bytes written before each sync of the probe: one journal page.
const PROBE_BYTES: usize = 4096;

/// Syncs of the probe.
const PROBE_SYNCS: usize = 200;

/// Sync latency of a disk at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ProbeResult {
    /// Median of 200 syncs of 4 KiB appended, in microseconds.
    pub p50_us: u32,
    /// 99th percentile.
    pub p99_us: u32,
}

/// Appends and syncs 4 KiB 200 times in a file of `dir`, which is removed afterwards.
///
/// # Errors
/// Those of the file system.
pub fn probe_sync(dir: &Path) -> Result<ProbeResult, BenchError> {
    let path = dir.join(format!(".rydra-sync-probe-{}", std::process::id()));
    let samples = write_and_sync(&path);
    let removed = fs::remove_file(&path);
    let mut samples = samples.map_err(BenchError::file(&path, "probe the disk with"))?;
    removed.map_err(BenchError::file(&path, "remove"))?;
    samples.sort_unstable();
    let rank = |percent: usize| {
        let at = (samples.len() * percent).div_ceil(100).max(1) - 1;
        samples.get(at).copied().unwrap_or(0)
    };
    Ok(ProbeResult { p50_us: rank(50), p99_us: rank(99) })
}

fn write_and_sync(path: &Path) -> std::io::Result<Vec<u32>> {
    let mut file = File::create(path)?;
    let page = [0x5a_u8; PROBE_BYTES];
    (0..PROBE_SYNCS)
        .map(|_| {
            let start = now();
            file.write_all(&page)?;
            file.sync_data()?;
            let taken = now().saturating_duration_since(start).as_micros();
            Ok(u32::try_from(taken).unwrap_or(u32::MAX))
        })
        .collect()
}

/// Peak resident memory of a process in KiB (`VmHWM`).
pub(in crate::bench) fn peak_rss_kib(pid: u32) -> Option<u64> {
    status_kib(pid, "VmHWM:")
}

/// Resident memory of a process in KiB (`VmRSS`).
pub(in crate::bench) fn rss_kib(pid: u32) -> Option<u64> {
    status_kib(pid, "VmRSS:")
}

fn status_kib(pid: u32, field: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Ticks per second of `/proc/PID/stat`: what Linux shows on every platform that we run on.
const TICKS_PER_SECOND: f64 = 100.0;

/// Time that all threads of a process have spent on cores, in seconds.
pub(in crate::bench) fn cpu_seconds(pid: u32) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in parentheses, may hold anything; user and system time are 12th and 13th after it.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some((ticks()? + ticks()?) as f64 / TICKS_PER_SECOND)
}

/// Time this thread has spent on a core.
pub(super) fn thread_cpu() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// Name of a process's program; `None` when there is no such process. The file it was started from, or the name that it
/// gave itself when that is not ours to see.
pub(in crate::bench) fn program(pid: u32) -> Option<String> {
    let of = PathBuf::from(format!("/proc/{pid}"));
    if let Ok(file) = fs::read_link(of.join("exe"))
        && let Some(name) = file.file_name()
    {
        let name = name.to_string_lossy();
        return Some(name.trim_end_matches(" (deleted)").to_owned());
    }
    fs::read_to_string(of.join("comm")).ok().map(|name| name.trim().to_owned())
}

/// The process that listens on a local node's port, when we may see it.
pub(in crate::bench) fn owner_of(node: &str) -> Option<u32> {
    let address = node.to_socket_addrs().ok()?.find(|a| a.ip().is_loopback())?;
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"].iter().find_map(|table| {
        let table = fs::read_to_string(table).ok()?;
        listening_inode(&table, address)
    })?;
    let wanted = format!("socket:[{inode}]");
    let processes = fs::read_dir("/proc").ok()?;
    processes.flatten().find_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let mut files = fs::read_dir(entry.path().join("fd")).ok()?.flatten();
        files
            .any(|fd| fs::read_link(fd.path()).is_ok_and(|to| to.as_os_str() == wanted.as_str()))
            .then_some(pid)
    })
}

/// Inode of the socket that listens on a port in a table of `/proc/net`.
fn listening_inode(table: &str, address: SocketAddr) -> Option<u64> {
    /// State LISTEN in these tables.
    const LISTEN: &str = "0A";
    let port = format!(":{:04X}", address.port());
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let listens = fields.get(1)?.ends_with(&port) && *fields.get(3)? == LISTEN;
        listens.then(|| fields.get(9)?.parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_owner_of_a_listening_port_is_found() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let node = listener.local_addr().unwrap().to_string();
        assert_eq!(owner_of(&node), Some(std::process::id()));
        drop(listener);
        assert_eq!(owner_of(&node), None);
    }

    #[test]
    fn own_peak_memory_and_processor_time_are_known() {
        assert!(peak_rss_kib(std::process::id()).unwrap() > 100);
        // Reading it takes time on a core, so that this ends; a young thread's account may still be zero.
        while thread_cpu().unwrap() == Duration::ZERO {}
        assert_eq!(peak_rss_kib(u32::MAX), None);
        let own = std::process::id();
        assert!(rss_kib(own).unwrap() <= peak_rss_kib(own).unwrap());
        assert!(cpu_seconds(own).unwrap() < 1e6);
        assert_eq!(cpu_seconds(u32::MAX), None);
    }

    #[test]
    fn the_probe_leaves_nothing_behind_and_names_a_missing_directory() {
        let dir = tempfile::tempdir().unwrap();
        let probed = probe_sync(dir.path()).unwrap();
        assert!(probed.p50_us <= probed.p99_us);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        let error = probe_sync(&dir.path().join("absent")).unwrap_err().to_string();
        assert!(error.contains("absent"), "{error}");
    }
}
