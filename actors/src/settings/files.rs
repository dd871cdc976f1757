//! Reading of the files that settings name; every failure class has its own text.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::problem::Problem;

/// Largest file that is read: 4095 outputs with full values stay far below it, and a wrong path
/// (a disk image, a log) must not fill the memory.
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Reads a text file whole.
///
/// `what` names the file's role, `option` the setting that points to it.
///
/// # Errors
/// A problem when the file is missing, unreadable, a directory, empty, too large or no UTF-8 text.
pub fn read_text(path: &Path, what: &str, option: &str) -> Result<String, Problem> {
    let bytes = read_bytes(path).map_err(|error| io_problem(&error, path, what, option))?;
    let place = || format!("{what} {} ({option})", path.display());
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(Problem::new(
            format!("{} is larger than {FILE_BYTES_MAX} bytes", place()),
            format!("a {what}"),
            format!("check that {option} names the right file"),
        ));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Problem::new(
            format!("{} is not text: byte {at} is not UTF-8", place()),
            format!("a {what} in UTF-8"),
            format!("check that {option} names the right file"),
        )
    })?;
    if text.trim().is_empty() {
        return Err(Problem::new(
            format!("{} is empty", place()),
            format!("a {what}"),
            "write it again; an interrupted copy or a full disk leaves empty files",
        ));
    }
    Ok(text)
}

fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    // A pipe would be waited for, a device read without end.
    let kind = std::fs::metadata(path)?;
    if !kind.is_file() && !kind.is_dir() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a pipe, socket or device"));
    }
    let file = File::open(path)?;
    let mut bytes = Vec::new();
    // One byte more than allowed tells "too large" from "just fits", and bounds endless special files.
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The problem of a failed open or read.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest needs no advice of its own")]
fn io_problem(error: &io::Error, path: &Path, what: &str, option: &str) -> Problem {
    let place = format!("{what} {} ({option})", path.display());
    match error.kind() {
        io::ErrorKind::NotFound => Problem::new(
            format!("{place} does not exist"),
            format!("a {what}"),
            format!("create it or correct {option}"),
        ),
        io::ErrorKind::PermissionDenied => Problem::new(
            format!("{place} is not readable: permission denied"),
            "read permission for the user that runs rydra",
            "change owner or mode of the file and its directories; key files should be 0600",
        ),
        io::ErrorKind::IsADirectory => Problem::new(
            format!("{place} is a directory"),
            format!("a file: the {what}"),
            format!("give {option} the file inside it"),
        ),
        _ => Problem::new(
            format!("{place} cannot be read: {error}"),
            format!("a readable {what}"),
            "check the path and the disk",
        ),
    }
}

/// Reads a JSON file and decodes it.
///
/// # Errors
/// A problem when the file cannot be read, is no JSON, or `decode` refuses it.
pub fn read_json<T, E: std::fmt::Display>(
    path: &Path,
    role: &Role,
    decode: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, Problem> {
    let text = read_text(path, role.what, role.option)?;
    let place = format!("{} {} ({})", role.what, path.display(), role.option);
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&text) {
        return Err(Problem::new(
            format!("{place} is not JSON: {error}"),
            role.needed,
            "correct the file at that place, or write it again",
        ));
    }
    decode(&text).map_err(|error| Problem::new(format!("{place}: {error}"), role.needed, role.todo))
}

/// What a file is for.
#[derive(Clone, Copy, Debug)]
pub struct Role {
    /// Name of the role.
    pub what: &'static str,
    /// Flag that points to the file.
    pub option: &'static str,
    /// What the file must hold.
    pub needed: &'static str,
    /// What to do when it holds something else.
    pub todo: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As root every file is readable, so the classes are made from the system's answers.
    #[test]
    fn each_answer_of_the_system_has_its_own_advice() {
        for (kind, seen, todo) in [
            (io::ErrorKind::NotFound, "does not exist", "create it"),
            (io::ErrorKind::PermissionDenied, "permission denied", "owner or mode"),
            (io::ErrorKind::IsADirectory, "is a directory", "the file inside it"),
            (io::ErrorKind::TimedOut, "cannot be read", "the disk"),
        ] {
            let problem = io_problem(&kind.into(), Path::new("a/b"), "key", "--key");
            assert!(problem.seen.contains(seen) && problem.todo.contains(todo), "{problem}");
            assert!(problem.seen.contains("key a/b (--key)"), "{problem}");
        }
    }

    #[test]
    fn an_endless_device_is_refused_unread() {
        let problem = read_text(Path::new("/dev/zero"), "key", "--key").expect_err("endless");
        assert!(problem.seen.contains("it is a pipe, socket or device"), "{problem}");
    }

    #[test]
    fn a_file_beyond_the_limit_is_refused() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        file.as_file().set_len(FILE_BYTES_MAX + 1).expect("sparse");
        let problem = read_text(file.path(), "key", "--key").expect_err("too large");
        assert!(problem.seen.contains("is larger than 67108864 bytes"), "{problem}");
    }
}
