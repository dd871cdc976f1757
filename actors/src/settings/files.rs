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
/// A problem when the file is missing, unreadable, a directory, a pipe or device, empty, too large or no UTF-8 text.
pub fn read_text(path: &Path, what: &str, option: &str) -> Result<String, Problem> {
    // A node that starts alone would wait for a pipe without end.
    let regular = |path: &Path| {
        let kind = std::fs::metadata(path)?;
        if kind.is_file() || kind.is_dir() {
            return File::open(path);
        }
        Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a pipe, socket or device"))
    };
    text_of(regular(path).and_then(bytes_of), path, what, option)
}

/// Reads a text whole from a file, or from standard input when the path is `-`; pipes and `/dev/fd/63` of a shell are
/// files too.
///
/// # Errors
/// As [`read_text`], but for pipes and devices.
pub fn read_text_or_pipe(path: &Path, what: &str, option: &str) -> Result<String, Problem> {
    if path == Path::new(STANDARD_INPUT) {
        return text_of(bytes_of(io::stdin().lock()), shown(path), what, option);
    }
    text_of(File::open(path).and_then(bytes_of), path, what, option)
}

/// The path of standard input, where it may be read.
pub const STANDARD_INPUT: &str = "-";

/// A path as texts name it.
fn shown(path: &Path) -> &Path {
    if path == Path::new(STANDARD_INPUT) { Path::new("on standard input") } else { path }
}

fn text_of(
    bytes: io::Result<Vec<u8>>,
    path: &Path,
    what: &str,
    option: &str,
) -> Result<String, Problem> {
    let bytes = bytes.map_err(|error| io_problem(&error, path, what, option))?;
    let place = || format!("{what} {} ({option})", path.display());
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(Problem::new(
            format!("{} is larger than {FILE_BYTES_MAX} bytes", place()),
            a(what),
            format!("check that {option} names the right file"),
        ));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Problem::new(
            format!("{} is not text: byte {at} is not UTF-8", place()),
            format!("{} in UTF-8", a(what)),
            format!("check that {option} names the right file"),
        )
    })?;
    if text.trim().is_empty() {
        return Err(Problem::new(
            format!("{} is empty", place()),
            a(what),
            "write it again; an interrupted copy or a full disk leaves empty files",
        ));
    }
    Ok(text)
}

fn bytes_of(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One byte more than allowed tells "too large" from "just fits", and bounds what has no end.
    from.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The problem of a failed open or read.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest needs no advice of its own")]
fn io_problem(error: &io::Error, path: &Path, what: &str, option: &str) -> Problem {
    let place = format!("{what} {} ({option})", path.display());
    match error.kind() {
        io::ErrorKind::NotFound => Problem::new(
            format!("{place} does not exist"),
            a(what),
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
            format!("a file that can be read: the {what}"),
            "check the path and the disk",
        ),
    }
}

/// A role with its article.
fn a(what: &str) -> String {
    // "a UTxO": spoken as its letters.
    let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {what}")
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
    decode_json(&text, path, role, decode)
}

/// As [`read_json`], from where [`read_text_or_pipe`] reads.
///
/// # Errors
/// As [`read_json`].
pub fn read_json_or_pipe<T, E: std::fmt::Display>(
    path: &Path,
    role: &Role,
    decode: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, Problem> {
    let text = read_text_or_pipe(path, role.what, role.option)?;
    decode_json(&text, shown(path), role, decode)
}

fn decode_json<T, E: std::fmt::Display>(
    text: &str,
    path: &Path,
    role: &Role,
    decode: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, Problem> {
    let place = format!("{} {} ({})", role.what, path.display(), role.option);
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        return Err(Problem::new(
            format!("{place} is not JSON: {error}"),
            role.needed,
            "correct the file at that place, or write it again",
        ));
    }
    decode(text).map_err(|error| Problem::new(format!("{place}: {error}"), role.needed, role.todo))
}

/// What a file is for.
#[derive(Clone, Copy, Debug)]
pub struct Role {
    /// Name of the file by its role, in the singular.
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
    fn what_is_needed_has_the_article_of_its_role() {
        for (what, needed) in [
            ("file of protocol parameters", "a file of protocol parameters"),
            ("initial UTxO", "an initial UTxO"),
            ("UTxO", "a UTxO"),
        ] {
            let problem = io_problem(&io::ErrorKind::NotFound.into(), Path::new("p"), what, "--o");
            assert_eq!(problem.seen, format!("{what} p (--o) does not exist"));
            assert_eq!(problem.needed, needed);
        }
    }

    #[test]
    fn an_endless_device_is_read_to_the_limit_where_pipes_are_taken() {
        let problem =
            read_text_or_pipe(Path::new("/dev/zero"), "key", "--key").expect_err("endless");
        assert!(problem.seen.contains("is larger than 67108864 bytes"), "{problem}");
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
