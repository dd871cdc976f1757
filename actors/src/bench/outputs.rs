//! Where files go, looked at before any work is done: a run of hours must not end with a path that was never any good.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::settings::Problem;

/// What each page of ours begins with.
pub(super) const PAGE_BEGINS: &str =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><title>Soak of ";

/// What each dataset of ours begins with.
const DATASET_BEGINS: &str = "{\"title\":";

/// Whether a report can be written there: a page `FILE.html`, or a directory.
///
/// # Errors
/// What is there, what was needed and what to do.
pub(super) fn report(to: &Path) -> Result<(), Problem> {
    if is_page(to) {
        file("report", to, PAGE_BEGINS, "a report of an earlier soak")
    } else {
        directory("report", to)
    }
}

/// Whether a report goes into one page.
pub(super) fn is_page(to: &Path) -> bool {
    to.extension().is_some_and(|ending| ending == "html")
}

/// Whether a dataset can be written there.
///
/// # Errors
/// What is there, what was needed and what to do.
pub(super) fn dataset(to: &Path) -> Result<(), Problem> {
    file("out", to, DATASET_BEGINS, "a dataset of this command")
}

/// A file that can be made, or one of ours that may be replaced. Pipes and devices take anything.
fn file(flag: &str, to: &Path, begins: &str, ours: &str) -> Result<(), Problem> {
    let seen = |what: &dyn std::fmt::Display| format!("--{flag} {}: {what}", to.display());
    match fs::metadata(to) {
        Ok(found) if found.is_dir() => {
            Err(Problem::new(seen(&"it is a directory"), "a file", "give the name of a file in it"))
        }
        Ok(found) if found.is_file() => {
            let needed = format!("a new file, or {ours} that may be replaced");
            let begin = begin_of(to, begins.len())
                .and_then(|begin| OpenOptions::new().write(true).open(to).map(|_| begin));
            match begin {
                Ok(begin) if begin.is_empty() || begin == begins.as_bytes() => Ok(()),
                Ok(_) => {
                    Err(Problem::new(seen(&"it holds something else"), needed, "give another name"))
                }
                Err(why) => Err(Problem::new(seen(&why), needed, "give another name")),
            }
        }
        Ok(_) => Ok(()),
        Err(why) if why.kind() == io::ErrorKind::NotFound => {
            takes_files(&above(to)).map_err(|why| {
                let needed = "a file in a directory that exists and can be written to";
                Problem::new(seen(&why), needed, "make its directory, or give another place")
            })
        }
        Err(why) => Err(Problem::new(seen(&why), "a file that can be made", "give another name")),
    }
}

/// A directory that can be written to, or can be made.
///
/// # Errors
/// What is there, what was needed and what to do.
pub(super) fn directory(flag: &str, to: &Path) -> Result<(), Problem> {
    let needed = if flag == "report" {
        "FILE.html, or a directory that can be written to or made"
    } else {
        "a directory that can be written to or made"
    };
    let mut nearest = to.to_path_buf();
    while !nearest.exists() {
        nearest = above(&nearest);
    }
    takes_files(&nearest).map_err(|why| {
        let seen = format!("--{flag} {}: {}: {why}", to.display(), nearest.display());
        Problem::new(seen, needed, "give another place")
    })
}

/// A directory that is there and takes files: the disk to be probed.
///
/// # Errors
/// What is there, what was needed and what to do.
pub(super) fn takes_probe(flag: &str, dir: &Path) -> Result<(), Problem> {
    takes_files(dir).map_err(|why| {
        let seen = format!("--{flag} {}: {why}", dir.display());
        let needed = "a directory that can be written to, on the disk of the journal";
        Problem::new(seen, needed, "give one, or leave it out")
    })
}

fn above(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_path_buf(),
        None => PathBuf::from("/"),
    }
}

/// Makes a file there and removes it: rights, read-only disks and `/proc` show in no other way.
fn takes_files(dir: &Path) -> io::Result<()> {
    let probe = dir.join(format!(".rydra-write-probe-{}", std::process::id()));
    File::create_new(&probe)?;
    fs::remove_file(&probe)
}

fn begin_of(path: &Path, len: usize) -> io::Result<Vec<u8>> {
    let mut begin = Vec::new();
    File::open(path)?.take(len as u64).read_to_end(&mut begin)?;
    Ok(begin)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn told(checked: Result<(), Problem>) -> String {
        checked.err().map(|problem| problem.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_place_that_cannot_be_written_to_is_told_with_its_reason() {
        let dir = tempfile::tempdir().unwrap();
        let foreign = dir.path().join("notes.html");
        fs::write(&foreign, "<html>my notes</html>").unwrap();
        for (seen, said) in [
            (told(report("/nonexist/x/y.html".as_ref())), "No such file"),
            (told(report("/proc/y.html".as_ref())), "--report /proc/y.html"),
            (told(report("/etc/passwd".as_ref())), "needed: FILE.html, or a directory"),
            (told(report("/etc/passwd/x".as_ref())), "/etc/passwd: Not a directory"),
            (told(report(&foreign)), "it holds something else"),
            (told(dataset(&foreign)), "needed: a new file, or a dataset"),
            (told(dataset(dir.path())), "it is a directory"),
            (told(dataset("/nonexist/set.json".as_ref())), "make its directory"),
            (told(takes_probe("probe-dir", &dir.path().join("x"))), "No such file"),
            (told(directory("out", "/proc/new".as_ref())), "--out /proc/new: /proc"),
        ] {
            assert!(seen.contains(said) && seen.contains("; do: "), "{said} in {seen:?}");
        }
        assert_eq!(fs::read(&foreign).unwrap(), b"<html>my notes</html>");
    }

    #[test]
    fn a_good_place_is_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let page = dir.path().join("page.html");
        assert_eq!(told(report(&page)), "");
        assert_eq!(told(report(&dir.path().join("a/b"))), "");
        assert_eq!(told(report(dir.path())), "");
        assert_eq!(told(dataset("set.json".as_ref())), "");
        assert_eq!(told(dataset("/dev/null".as_ref())), "");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        fs::write(&page, format!("{PAGE_BEGINS}127.0.0.1:4001")).unwrap();
        assert_eq!(told(report(&page)), "", "an earlier report is replaced");
    }
}
