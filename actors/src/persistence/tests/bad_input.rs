//! One line per way in which a data directory can be wrong: what was seen, needed, and to be done.

use super::{super::*, Step, append, reopen};
use rusqlite::Connection;
use std::{
    fs,
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, Stdio},
};

/// Name of the test that a child process runs, and the variable with its directory.
const CHILD: &str = "persistence::tests::bad_input::child_opens_and_appends";
const CHILD_DIR: &str = "RYDRA_TEST_JOURNAL_DIR";

fn sqlite_file(path: &Path, application_id: u32, user_version: u32) {
    let conn = Connection::open(path).unwrap();
    conn.pragma_update(None, "application_id", application_id).unwrap();
    conn.pragma_update(None, "user_version", user_version).unwrap();
    conn.execute_batch("CREATE TABLE events(id INTEGER PRIMARY KEY, entry BLOB)").unwrap();
}

fn with_sql(dir: &Path, sql: &str) {
    let mut store = reopen(dir);
    for round in 0..30 {
        append(&mut store, round * 10, 10, 1000);
    }
    let mut batch = store.batch();
    batch.guard(b"head", b"3");
    batch.waiting_put(1, b"w");
    batch.outbox(1, b"o");
    batch.checkpoint(299, 1, b"c".to_vec());
    store.commit(batch).unwrap();
    store.close().unwrap();
    Connection::open(dir.join(FILE_NAME)).unwrap().execute_batch(sql).unwrap();
}

/// Directory as it was: names and bytes.
fn image(dir: &Path) -> Vec<(std::ffi::OsString, Option<Vec<u8>>)> {
    let entries = fs::read_dir(dir).unwrap().map(|e| e.unwrap());
    let mut all: Vec<_> = entries.map(|e| (e.file_name(), fs::read(e.path()).ok())).collect();
    all.retain(|(name, _)| name != LOCK_NAME);
    all.sort();
    all
}

/// What it is, how to make it, words of the text.
type Case = (&'static str, fn(&Path), &'static [&'static str]);
const WRONG: [Case; 11] = [
    (
        "hydra-node's log",
        |dir| sqlite_file(&dir.join("hydra.db"), 0, 2),
        &["hydra.db", "event log of hydra-node", "--persistence-dir", "close that head"],
    ),
    (
        "hydra-node's log beside ours",
        |dir| {
            reopen(dir).close().unwrap();
            sqlite_file(&dir.join("hydra.db"), 0, 2);
        },
        &["hydra.db", "never sign for one party"],
    ),
    (
        "hydra-node's older log",
        |dir| fs::write(dir.join("state"), b"{}\n").unwrap(),
        &["state", "event log of hydra-node"],
    ),
    (
        "a foreign database",
        |dir| sqlite_file(&dir.join(FILE_NAME), 0x1234, 1),
        &["rydra.db", "another program", "0x00001234", "move it away"],
    ),
    (
        "bytes",
        |dir| fs::write(dir.join(FILE_NAME), [7; 5000]).unwrap(),
        &["rydra.db", "5000 bytes that are no SQLite database", "backup"],
    ),
    (
        "an empty file",
        |dir| fs::write(dir.join(FILE_NAME), []).unwrap(),
        &["rydra.db", "an empty file", "forgets what was signed"],
    ),
    (
        "a directory",
        |dir| fs::create_dir(dir.join(FILE_NAME)).unwrap(),
        &["rydra.db", "not a file"],
    ),
    (
        "a newer version",
        |dir| with_sql(dir, "PRAGMA user_version=2"),
        &["format 2", "needed at most 1", "newer version"],
    ),
    (
        "a missing table",
        |dir| with_sql(dir, "DROP TABLE segments"),
        &["rydra.db", "is damaged", "segments"],
    ),
    (
        "a cut file",
        |dir| {
            with_sql(dir, "");
            let bytes = fs::read(dir.join(FILE_NAME)).unwrap();
            fs::write(dir.join(FILE_NAME), &bytes[..bytes.len() / 2]).unwrap();
        },
        &["rydra.db", "is damaged", "malformed"],
    ),
    (
        "a damaged root page",
        |dir| {
            with_sql(dir, "");
            let mut bytes = fs::read(dir.join(FILE_NAME)).unwrap();
            bytes[8192..16384].fill(0xA5);
            fs::write(dir.join(FILE_NAME), bytes).unwrap();
        },
        &["rydra.db", "is damaged"],
    ),
];

#[test]
fn each_wrong_directory_is_refused_with_its_own_text_and_left_as_it_was() {
    for (name, prepare, parts) in WRONG {
        let dir = tempfile::tempdir().unwrap();
        prepare(dir.path());
        let before = image(dir.path());
        let text = open(dir.path()).unwrap_err().to_string();
        for part in parts.iter().chain(&["; needed "]) {
            assert!(text.contains(part), "{name}: \"{part}\" not in: {text}");
        }
        // SQLite may leave an empty log beside a damaged database, nothing else.
        let mut after = image(dir.path());
        after.retain(|(file, bytes)| file != "rydra.db-wal" || bytes.as_deref() != Some(&[]));
        assert!(before == after, "{name}: files changed");
    }
}

#[test]
fn a_path_that_is_a_file_or_below_one_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, b"x").unwrap();
    for path in [file.clone(), file.join("below")] {
        let error = open(&path).unwrap_err();
        assert_eq!(error, OpenError::NotADirectory { path });
        assert!(error.to_string().contains("needed a directory"), "{error}");
    }
    assert!(open(&dir.path().join("a/b/c")).unwrap().1.created, "missing ones are made");
}

#[test]
fn damage_in_the_newest_rows_is_found_at_open_and_older_damage_when_read() {
    // (statement, found at open, words of the text)
    let cases = [
        ("UPDATE segments SET checksum=checksum-1 WHERE first_id=290", true, "row of event 290"),
        ("UPDATE segments SET checksum=0 WHERE first_id=100", false, "row of event 100"),
        ("UPDATE segments SET bytes=zeroblob(9) WHERE first_id=280", true, "row of event 280"),
        ("UPDATE segments SET bytes=zeroblob(9) WHERE first_id=20", false, "row of event 20"),
        ("UPDATE segments SET last_id=310 WHERE first_id=290", true, "row of event 290"),
        ("DELETE FROM segments WHERE first_id=280", true, "sequence behind event 279"),
        ("DELETE FROM segments WHERE first_id=50", false, "sequence behind event 49"),
        ("DELETE FROM segments WHERE first_id=0", true, "sequence at event 0"),
        ("UPDATE segments SET first_id=295 WHERE first_id=290", true, "row of event 295"),
        ("UPDATE guard SET bytes=x'34'", false, "guard \"head\""),
        ("UPDATE waiting SET bytes=x'34'", false, "waiting input 1"),
        ("UPDATE cursors SET value=x'34'", false, "cursor \"network\""),
        ("UPDATE outbox SET checksum=1", true, "row of outbox row 1"),
        ("UPDATE checkpoints SET format=9", false, "checkpoint at event 299"),
        ("UPDATE checkpoints SET event_id=400", false, "checkpoint at event 400"),
    ];
    for (sql, at_open, words) in cases {
        let dir = tempfile::tempdir().unwrap();
        with_sql(dir.path(), sql);
        let text = match (open(dir.path()), at_open) {
            (Err(error), true) => error.to_string(),
            (Ok((store, _)), false) => store.full_check().unwrap_err().to_string(),
            (other, _) => panic!("{sql}: {other:?}"),
        };
        for part in [words, "rydra.db", "is damaged", "needed an unbroken history", "backup"] {
            assert!(text.contains(part), "{sql}: {text}");
        }
    }
}

#[test]
fn a_second_opener_learns_who_holds_the_journal() {
    let dir = tempfile::tempdir().unwrap();
    let store = reopen(dir.path());
    let text = open(dir.path()).unwrap_err().to_string();
    for part in ["rydra.lock", &format!("process {}", std::process::id()), "stop that process"] {
        assert!(text.contains(part), "{text}");
    }
    let out = child(dir.path(), None);
    assert!(out.contains(&format!("held by process {}", std::process::id())), "{out}");
    store.close().unwrap();
    // Another program has the database itself open.
    let conn = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    conn.pragma_update(None, "locking_mode", "EXCLUSIVE").unwrap();
    conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    let text = open(dir.path()).unwrap_err().to_string();
    assert!(text.contains("held by another process"), "{text}");
    drop(conn);
    reopen(dir.path());
}

#[test]
fn a_freed_journal_opens_at_once_while_other_processes_are_being_started() {
    let dir = tempfile::tempdir().unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                Command::new("true").status().unwrap();
            }
        });
        let opened: Vec<_> = (0..50).map(|_| open(dir.path()).map(drop)).collect();
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(opened.iter().all(Result::is_ok), "{opened:?}");
    });
}

/// Runs [`child_opens_and_appends`] in its own process, after `setup` in a private mount namespace (needs root).
fn child(dir: &Path, setup: Option<&str>) -> String {
    let exe = std::env::current_exe().unwrap();
    let mut command = match setup {
        Some(script) => {
            let mut c = Command::new("unshare");
            c.args(["-m", "sh", "-c", &format!("{script} && exec \"$@\""), "sh"]).arg(&exe);
            c
        }
        None => Command::new(&exe),
    };
    command.args(["--exact", CHILD, "--ignored", "--nocapture"]).env(CHILD_DIR, dir);
    let out = command.stdin(Stdio::null()).output().unwrap();
    String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr)
}

#[test]
#[ignore = "run by other tests in a process of its own"]
#[allow(clippy::print_stdout)]
fn child_opens_and_appends() {
    let Some(dir) = std::env::var_os(CHILD_DIR) else { return };
    match open(Path::new(&dir)) {
        Err(error) => println!("open: {error}"),
        Ok((mut store, _)) => {
            for round in 0..2000 {
                let mut batch = store.batch();
                Step::of(round, 1, 1000).write(&mut batch);
                if let Err(error) = store.commit(batch) {
                    println!("durable {}", store.last_event_id().map_or(0, |id| id + 1));
                    println!("append: {error}");
                    println!("afterwards: {}", store.commit(store.batch()).unwrap_err());
                    drop(store);
                    let (store, _) = open_anyway(Path::new(&dir));
                    println!("found {}", store.last_event_id().map_or(0, |id| id + 1));
                    return;
                }
            }
            println!("never full");
        }
    }
}

/// After a full disk: make room as an operator would, then open.
fn open_anyway(dir: &Path) -> (Store, Opened) {
    let _ = fs::remove_file(dir.join("ballast"));
    open(dir).unwrap()
}

#[test]
fn a_read_only_or_full_file_system_is_refused_and_filling_up_loses_nothing_durable() {
    let may_mount = Command::new("unshare")
        .args(["-m", "sh", "-c", "mount -t tmpfs none /mnt"])
        .output()
        .is_ok_and(|out| out.status.success());
    if !may_mount {
        skipped("SKIPPED: no right to mount a small file system here (needs root and unshare)");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().display();
    let read_only = format!("mount -t tmpfs -o ro none {at}");
    let full = format!("mount -t tmpfs -o size=16k none {at}");
    let fills = format!(
        "mount -t tmpfs -o size=1500k none {at} && head -c 400000 /dev/zero > {at}/ballast"
    );
    let cases = [
        (read_only, vec!["open: ", "is read-only; needed", "remount it"]),
        (full, vec!["open: ", "no space is left on the disk", "free some"]),
        (
            fills,
            vec!["append: ", "no space is left on the disk", "afterwards: journal failed earlier"],
        ),
    ];
    for (setup, parts) in cases {
        let out = child(dir.path(), Some(&setup));
        for part in parts {
            assert!(out.contains(part), "{setup}: {out}");
        }
        if let Some(durable) = number_after(&out, "durable ") {
            let found = number_after(&out, "found ").unwrap();
            assert!(durable > 0 && found == durable, "{out}");
        }
    }
}

fn number_after(text: &str, word: &str) -> Option<u64> {
    let rest = text.split(word).nth(1)?;
    rest.split_whitespace().next()?.parse().ok()
}

#[test]
fn a_directory_of_another_user_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    if fs::write("/proc/self/oom_score_adj", "0").is_err() || !is_root() {
        skipped("SKIPPED: only root can become another user");
        return;
    }
    let exe = dir.path().join("exe");
    fs::copy(std::env::current_exe().unwrap(), &exe).unwrap();
    let data = dir.path().join("data");
    reopen(&data).close().unwrap();
    let open_to_all = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(dir.path(), open_to_all).unwrap();
    let out = Command::new(&exe)
        .args(["--exact", CHILD, "--ignored", "--nocapture"])
        .env(CHILD_DIR, &data)
        .uid(65_534)
        .gid(65_534)
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&out.stdout);
    for part in ["rydra.lock", "Permission denied", "needed the right to read and write", "owner"] {
        assert!(out.contains(part), "{out}");
    }
}

#[allow(clippy::print_stderr)]
fn skipped(why: &str) {
    eprintln!("{why}");
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
