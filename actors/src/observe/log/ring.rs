//! The bounded buffer between the node and a writer that may be slow, stuck or gone.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Bytes handed to the writer at a time, as the reference's block buffer.
const BLOCK_BYTES: usize = 64 * 1024;

/// A ring of lines with its own writer thread. Pushing never waits for the writer; a full ring drops the
/// new line and counts it. Cloning shares it.
#[derive(Clone)]
pub struct Ring(Arc<Shared>);

struct Shared {
    lines_max: usize,
    bytes_max: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    lines: VecDeque<String>,
    /// Bytes of `lines` and of what the writer holds: the bound covers both.
    bytes: usize,
    /// Lines the writer has taken and not finished.
    writing: usize,
    dropped_total: u64,
    dropped_reported: u64,
    /// The writer failed for good (its reader is gone) or the ring was closed: nothing is kept any more.
    broken: bool,
}

/// How a drain ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drained {
    /// Lines that were not written by the deadline.
    pub left: usize,
    /// Lines dropped over the life of the ring.
    pub dropped_total: u64,
}

impl std::fmt::Debug for Ring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ring").field("dropped_total", &self.dropped_total()).finish_non_exhaustive()
    }
}

impl Ring {
    /// Starts the writer thread; `report` makes the line that tells how many lines were dropped.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn start(
        lines_max: usize,
        bytes_max: usize,
        out: Box<dyn Write + Send>,
        report: impl Fn(u64) -> String + Send + 'static,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            lines_max,
            bytes_max,
            state: Mutex::new(State::default()),
            changed: Condvar::new(),
        });
        let ring = Self(Arc::clone(&shared));
        // Detached on purpose: a writer stuck in its file descriptor must not hold the process back.
        std::thread::Builder::new()
            .name("log-writer".to_owned())
            .spawn(move || shared.write_for_ever(out, &report))?;
        Ok(ring)
    }

    /// Queues a line (without its line end), or counts it as dropped.
    pub fn push(&self, line: String) {
        let mut state = self.0.lock();
        if state.broken {
            return;
        }
        let bytes = state.bytes.saturating_add(line.len());
        let lines = state.lines.len() + state.writing;
        if lines >= self.0.lines_max || bytes > self.0.bytes_max {
            state.dropped_total += 1;
            return;
        }
        state.bytes = bytes;
        state.lines.push_back(line);
        drop(state);
        self.0.changed.notify_all();
    }

    /// Lines dropped so far.
    #[must_use]
    pub fn dropped_total(&self) -> u64 {
        self.0.lock().dropped_total
    }

    /// Ends the writer thread after what it holds now; later lines are ignored.
    pub fn close(&self) {
        self.0.lock().broken = true;
        self.0.changed.notify_all();
    }

    /// Waits until everything queued is written, at most this long.
    #[must_use]
    pub fn drain(&self, deadline: Duration) -> Drained {
        let unfinished = |state: &mut State| {
            !state.broken && (state.lines.len() + state.writing > 0 || state.unreported() > 0)
        };
        let state = self.0.lock();
        let (state, _) = self
            .0
            .changed
            .wait_timeout_while(state, deadline, unfinished)
            .unwrap_or_else(PoisonError::into_inner);
        Drained { left: state.lines.len() + state.writing, dropped_total: state.dropped_total }
    }
}

impl State {
    const fn unreported(&self) -> u64 {
        self.dropped_total - self.dropped_reported
    }
}

impl Shared {
    /// A panic elsewhere while holding the lock leaves only counters behind: they stay usable.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_for_ever(&self, mut out: Box<dyn Write + Send>, report: &dyn Fn(u64) -> String) {
        let mut block = Vec::with_capacity(BLOCK_BYTES);
        loop {
            let bytes = self.take(&mut block, report);
            let written = out.write_all(&block).and_then(|()| out.flush());
            let mut state = self.lock();
            state.bytes = state.bytes.saturating_sub(bytes);
            state.writing = 0;
            if written.is_err() {
                state.broken = true;
                state.lines = VecDeque::new();
                state.bytes = 0;
            }
            let broken = state.broken;
            drop(state);
            self.changed.notify_all();
            if broken {
                return;
            }
            block.clear();
            // One huge line must not keep its memory for ever.
            block.shrink_to(BLOCK_BYTES);
        }
    }

    /// Waits for lines and takes up to a block of them; answers with their bytes as counted.
    fn take(&self, block: &mut Vec<u8>, report: &dyn Fn(u64) -> String) -> usize {
        let idle =
            |state: &mut State| state.lines.is_empty() && state.unreported() == 0 && !state.broken;
        let mut state =
            self.changed.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        let mut bytes = 0;
        while let Some(line) = state.lines.pop_front() {
            bytes += line.len();
            state.writing += 1;
            block.extend_from_slice(line.as_bytes());
            block.push(b'\n');
            if block.len() >= BLOCK_BYTES {
                break;
            }
        }
        // After the lines that found room: the report stands where the gap is.
        let dropped = state.unreported();
        if dropped > 0 && state.lines.is_empty() {
            state.dropped_reported = state.dropped_total;
            state.writing += 1;
            drop(state);
            block.extend_from_slice(report(dropped).as_bytes());
            block.push(b'\n');
        }
        bytes
    }
}
