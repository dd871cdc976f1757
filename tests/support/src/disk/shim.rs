//! The layer below a node: compiled once per test process, then given to nodes by `LD_PRELOAD`.

use std::fs::{self, File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use super::trace::{Call, parse};
use crate::node::NodeSpec;
use crate::{HarnessError, failed};

const SOURCE: &str = include_str!("shim.c");

/// Bytes of the control file: one page.
const CONTROL_BYTES: u64 = 4096;

/// Words of the control file, as `shim.c` numbers them.
const CALLS: u64 = 0;
const ERRNO: u64 = 1;
const FIRST: u64 = 2;
const COUNT: u64 = 3;
const SYNC_US: u64 = 4;
const ONCE_US: u64 = 5;
const FAILED: u64 = 6;
const MODE: u64 = 7;

/// Errors of a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskError {
    /// EIO.
    Io,
    /// ENOSPC.
    Full,
    /// EROFS.
    ReadOnly,
}

impl DiskError {
    const fn number(self) -> u64 {
        match self {
            Self::Io => 5,
            Self::Full => 28,
            Self::ReadOnly => 30,
        }
    }
}

/// One directory whose changes are recorded, and the switches of its disk.
#[derive(Debug)]
pub struct Shim {
    root: PathBuf,
    trace: PathBuf,
    control_path: PathBuf,
    control: File,
}

/// The library beside the test's own binary, made by the first who asks.
fn library() -> Result<&'static Path, HarnessError> {
    static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let made = MADE.get_or_init(|| compile().map_err(|e| e.to_string()));
    made.as_deref().map_err(failed)
}

fn compile() -> Result<PathBuf, HarnessError> {
    let test = std::env::current_exe().map_err(failed)?;
    let place = test.parent().unwrap_or(Path::new("."));
    let mut name = DefaultHasher::new();
    SOURCE.hash(&mut name);
    let library = place.join(format!("librydra-disk-shim-{:016x}.so", name.finish()));
    if library.exists() {
        return Ok(library);
    }
    // Other test processes may be at it too: whole files are moved into place.
    let dir = tempfile::tempdir_in(place).map_err(failed)?;
    let (source, made_at) = (dir.path().join("shim.c"), dir.path().join("shim.so"));
    fs::write(&source, SOURCE).map_err(failed)?;
    let made = Command::new("cc")
        .args(["-std=c99", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-pthread", "-o"])
        .args([&made_at, &source])
        .output()
        .map_err(|e| {
            failed(format!("cc: {e}; needed the C compiler that `make setup` installs"))
        })?;
    if !made.status.success() {
        return Err(failed(format!("cc: {}", String::from_utf8_lossy(&made.stderr))));
    }
    fs::rename(&made_at, &library).map_err(failed)?;
    Ok(library)
}

impl Shim {
    /// Over the directory `root`, which is made; trace and switches lie in `beside`, outside of it.
    ///
    /// # Errors
    /// When files cannot be made.
    pub fn over(root: &Path, beside: &Path) -> Result<Self, HarnessError> {
        fs::create_dir_all(root).map_err(failed)?;
        let control_path = beside.join("disk-control");
        let control = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&control_path)
            .map_err(failed)?;
        control.set_len(CONTROL_BYTES).map_err(failed)?;
        Ok(Self { root: root.into(), trace: beside.join("disk-trace"), control_path, control })
    }

    /// The directory.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A node on this disk. With `recorded`, its calls go to the trace.
    ///
    /// # Errors
    /// When the library cannot be compiled.
    pub fn below(&self, node: &NodeSpec, recorded: bool) -> Result<NodeSpec, HarnessError> {
        let text = |path: &Path| path.display().to_string();
        let node = node
            .with_environment("LD_PRELOAD", &text(library()?))
            .with_environment("DISK_SHIM_ROOT", &text(&self.root))
            .with_environment("DISK_SHIM_CONTROL", &text(&self.control_path));
        Ok(match recorded {
            true => node.with_environment("DISK_SHIM_TRACE", &text(&self.trace)),
            false => node,
        })
    }

    /// Forgets what was recorded: a new life begins.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget(&self) -> Result<(), HarnessError> {
        fs::write(&self.trace, []).map_err(failed)
    }

    /// What was recorded since.
    ///
    /// # Errors
    /// When the trace cannot be read.
    pub fn calls(&self) -> Result<Vec<Call>, HarnessError> {
        parse(&fs::read(&self.trace).map_err(failed)?)
    }

    /// The trace's file, for evidence.
    #[must_use]
    pub fn trace(&self) -> &Path {
        &self.trace
    }

    fn set(&self, word: u64, value: u64) -> Result<(), HarnessError> {
        self.control.write_all_at(&value.to_le_bytes(), word * 8).map_err(failed)
    }

    fn get(&self, word: u64) -> Result<u64, HarnessError> {
        let mut bytes = [0; 8];
        self.control.read_exact_at(&mut bytes, word * 8).map_err(failed)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// Calls that changed something, or would have, since the switches were made.
    ///
    /// # Errors
    /// When the switches cannot be read.
    pub fn changes(&self) -> Result<u64, HarnessError> {
        self.get(CALLS)
    }

    /// Calls that were made to fail.
    ///
    /// # Errors
    /// When the switches cannot be read.
    pub fn failed(&self) -> Result<u64, HarnessError> {
        self.get(FAILED)
    }

    /// From now on the disk fails as `error` says, where that error can hit a real disk.
    ///
    /// # Errors
    /// When the switches cannot be set.
    pub fn fail(&self, error: DiskError) -> Result<(), HarnessError> {
        self.arm(error, 1, u64::MAX, 1)
    }

    /// The changes numbered `first` to `first + count - 1` from the making of the switches fail, whatever they are.
    ///
    /// # Errors
    /// When the switches cannot be set.
    pub fn fail_at(&self, error: DiskError, first: u64, count: u64) -> Result<(), HarnessError> {
        self.arm(error, first, count, 0)
    }

    /// The next sync of a file fails with EIO.
    ///
    /// # Errors
    /// When the switches cannot be set.
    pub fn fail_next_sync(&self) -> Result<(), HarnessError> {
        self.arm(DiskError::Io, 1, 1, 2)
    }

    fn arm(&self, error: DiskError, first: u64, count: u64, mode: u64) -> Result<(), HarnessError> {
        self.heal()?;
        self.set(MODE, mode)?;
        self.set(FIRST, first)?;
        self.set(COUNT, count)?;
        self.set(ERRNO, error.number())
    }

    /// The disk is well again.
    ///
    /// # Errors
    /// When the switches cannot be set.
    pub fn heal(&self) -> Result<(), HarnessError> {
        self.set(ERRNO, 0)?;
        self.set(COUNT, 0)
    }

    /// Each sync takes this long from now on.
    ///
    /// # Errors
    /// When the switches cannot be set.
    pub fn slow(&self, each: Duration) -> Result<(), HarnessError> {
        self.set(SYNC_US, u64::try_from(each.as_micros()).unwrap_or(u64::MAX))
    }

    /// The next sync takes this long.
    ///
    /// # Errors
    /// When the switches cannot be set.
    pub fn slow_once(&self, time: Duration) -> Result<(), HarnessError> {
        self.set(ONCE_US, u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
    }
}
