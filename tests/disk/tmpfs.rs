//! A small file system of memory that is full, and has room again: the same as with switches, without them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rydra_test_support::node::NodeSpec;

use crate::blocked::{goes_on, runs_into};
use crate::world::{World, journal_at, refused, seen_from, settled, started, still_there, until};

/// Size of the file system. Room for the journal of this test, and for the ballast.
const SIZE: &str = "40m";
/// Left free by the ballast: the log up to its first move, or a little less.
const LEFT_BYTES: u64 = 3 * 1024 * 1024;

/// A mount namespace of its own with the small file system in it; gone with its process.
struct Small {
    holder: Child,
    at: PathBuf,
}

impl Small {
    /// `None`, and said so, without the right to mount.
    fn mount(at: &Path) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let script = format!(
            "mount -t tmpfs -o size={SIZE} none {} && echo mounted && exec cat",
            at.display()
        );
        let holder = Command::new("unshare")
            .args(["-m", "sh", "-c", &script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut said = String::new();
        let holder = holder.ok().and_then(|mut holder| {
            let mut lines = std::io::BufReader::new(holder.stdout.take()?);
            std::io::BufRead::read_line(&mut lines, &mut said).ok()?;
            Some(holder)
        });
        match holder {
            Some(holder) if said == "mounted\n" => Some(Self { holder, at: at.into() }),
            _ => {
                eprintln!(
                    "SKIPPED: no right to mount a small file system here (needs root and unshare)"
                );
                None
            }
        }
    }

    fn inside(&self) -> PathBuf {
        seen_from(self.holder.id(), &self.at)
    }

    /// The node in that namespace.
    fn of(&self, spec: &NodeSpec) -> NodeSpec {
        let mut spec = spec.clone();
        let binary = spec.binary.display().to_string();
        let pid = self.holder.id().to_string();
        let mut arguments: Vec<String> =
            ["-m", "-t", &pid, "--", &binary].map(ToOwned::to_owned).into();
        arguments.append(&mut spec.arguments);
        spec.binary = "nsenter".into();
        spec.arguments = arguments;
        spec
    }

    fn fill(&self) {
        let free = rustix::fs::statvfs(self.inside()).unwrap();
        let bytes = free.f_bavail * free.f_frsize - LEFT_BYTES;
        let mut ballast = fs::File::create(self.inside().join("ballast")).unwrap();
        let mebibyte = vec![0; 1024 * 1024];
        for _ in 0..bytes / mebibyte.len() as u64 {
            ballast.write_all(&mebibyte).unwrap();
        }
    }

    fn free(&self) {
        fs::remove_file(self.inside().join("ballast")).unwrap();
    }

    /// Takes the last byte.
    fn fill_up(&self) {
        let mut ballast = fs::File::create(self.inside().join("rest")).unwrap();
        while ballast.write_all(&[0; 4096]).is_ok() {}
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

#[test]
fn a_small_file_system_that_fills_up_is_waited_for_and_opens_again() {
    let world = World::new(12_000);
    let at = world.dir.path().join("small");
    let Some(small) = Small::mount(&at) else { return };
    let spec = small.of(&journal_at(&world.spec, &at.join("journal")));
    let (mut node, _) = started(&spec);
    small.fill();
    let mut load = world.load(&node);
    runs_into(&mut load, &node, "disk full", "the disk of this node is full");
    small.free();
    goes_on(&mut load, &mut node);
    let outputs = settled(&mut load, &node);

    // Full again, and killed: the start says so, and the directory is whole when there is room.
    small.fill();
    until(&mut load, &node, |load| match load.complaints().len() {
        0 => Err(format!("not refused after {} payments", load.sent())),
        _ => Ok(()),
    });
    small.fill_up();
    node.kill().unwrap();
    refused(&spec, "no space is left");
    small.free();
    fs::remove_file(small.inside().join("rest")).unwrap();
    let (node, _) = started(&spec);
    still_there(&outputs, &node);
}
