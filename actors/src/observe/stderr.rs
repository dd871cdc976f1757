//! The standard error of the process, which nobody may be reading: what is said here is written by a thread of its own,
//! so that a full pipe holds up neither a dying actor nor a stop (robustness R13, R17).

use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::clock;

/// What may wait to be written, bytes: a hundred panics with their backtraces. More is dropped and counted.
const WAITING_MAX_BYTES: usize = 256 * 1024;
/// Longest wait of a thread that panics until its text is out: a process that aborts right after it takes what is
/// not written with it. Written to somebody who reads, it takes microseconds.
pub const PANIC_PATIENCE: Duration = Duration::from_millis(100);
/// Longest wait of a process that ends until its last words are out.
pub const EXIT_PATIENCE: Duration = Duration::from_secs(2);

/// Texts on their way to a writer that may block.
struct Mouth {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<String>,
    bytes: usize,
    /// Texts taken, and of them written or dropped.
    said: u64,
    done: u64,
    dropped: u64,
}

impl Mouth {
    const fn new() -> Self {
        let state = State { waiting: VecDeque::new(), bytes: 0, said: 0, done: 0, dropped: 0 };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a text, or drops it when too much waits.
    fn say(&self, text: String) {
        let mut state = self.lock();
        if state.bytes > 0 && state.bytes + text.len() > WAITING_MAX_BYTES {
            state.dropped += 1;
            return;
        }
        state.bytes += text.len();
        state.said += 1;
        state.waiting.push_back(text);
        drop(state);
        self.changed.notify_all();
    }

    /// Waits until all that was said before is written; `false` when it is not in time.
    fn flush(&self, patience: Duration) -> bool {
        let deadline = clock::monotonic() + patience;
        let mut state = self.lock();
        let target = state.said;
        while state.done < target {
            let left = deadline.saturating_duration_since(clock::monotonic());
            if left.is_zero() {
                return false;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Writes for ever.
    fn write_to(&self, mut out: impl Write) {
        loop {
            let mut state = self.lock();
            while state.waiting.is_empty() {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            let Some(text) = state.waiting.pop_front() else { continue };
            let dropped = std::mem::take(&mut state.dropped);
            drop(state);
            let _ = out.write_all(text.as_bytes());
            if dropped > 0 {
                let _ = writeln!(
                    out,
                    "rydra: {dropped} messages before this one were dropped: nobody read them"
                );
            }
            let _ = out.flush();
            let mut state = self.lock();
            state.bytes = state.bytes.saturating_sub(text.len());
            state.done += 1;
            drop(state);
            self.changed.notify_all();
        }
    }
}

static MOUTH: Mouth = Mouth::new();

/// Whether the writing thread runs; it is started with the first text.
fn is_written() -> bool {
    static STARTED: OnceLock<bool> = OnceLock::new();
    *STARTED.get_or_init(|| {
        let writer = std::thread::Builder::new().name("stderr".to_owned());
        writer.spawn(|| MOUTH.write_to(std::io::stderr())).is_ok()
    })
}

/// Says a text, and waits at most so long until it is out.
pub fn say(text: String, patience: Duration) {
    if is_written() {
        MOUTH.say(text);
        MOUTH.flush(patience);
    } else {
        // No thread left to write it: better late than never.
        let _ = std::io::stderr().write_all(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc;

    use super::*;

    /// Writes what it is allowed to, one permission a write.
    struct Reluctant {
        allowed: mpsc::Receiver<()>,
        written: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Reluctant {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.allowed.recv().map_err(|_| std::io::ErrorKind::BrokenPipe)?;
            self.written.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn mouth() -> (&'static Mouth, mpsc::SyncSender<()>, Arc<Mutex<Vec<u8>>>) {
        let mouth: &'static Mouth = Box::leak(Box::new(Mouth::new()));
        let (allow, allowed) = mpsc::sync_channel(4096);
        let written = Arc::new(Mutex::new(Vec::new()));
        let out = Reluctant { allowed, written: Arc::clone(&written) };
        std::thread::spawn(move || mouth.write_to(out));
        (mouth, allow, written)
    }

    #[test]
    fn nobody_waits_for_ever_for_a_reader_that_does_not_read() {
        let (mouth, allow, written) = mouth();
        mouth.say("first\n".to_owned());
        let began = clock::monotonic();
        assert!(!mouth.flush(Duration::from_millis(20)));
        assert!(clock::monotonic().duration_since(began) >= Duration::from_millis(20));
        allow.send(()).unwrap();
        assert!(mouth.flush(Duration::from_secs(60)));
        assert_eq!(written.lock().unwrap().as_slice(), b"first\n");
    }

    #[test]
    fn what_waits_is_bounded_and_what_is_dropped_is_counted() {
        let (mouth, allow, written) = mouth();
        for _ in 0..2 * WAITING_MAX_BYTES / 1000 {
            mouth.say("x".repeat(1000));
        }
        assert!(mouth.lock().bytes <= WAITING_MAX_BYTES);
        let dropped = mouth.lock().dropped;
        assert!(dropped as usize >= WAITING_MAX_BYTES / 1000, "{dropped}");
        for _ in 0..2 * WAITING_MAX_BYTES / 1000 {
            allow.send(()).unwrap();
        }
        assert!(mouth.flush(Duration::from_secs(60)));
        let text = String::from_utf8(written.lock().unwrap().clone()).unwrap();
        assert!(text.contains(&format!("{dropped} messages")), "the number is told");
    }

    #[test]
    fn one_text_is_taken_however_large() {
        let (mouth, allow, written) = mouth();
        mouth.say("x".repeat(2 * WAITING_MAX_BYTES));
        allow.send(()).unwrap();
        assert!(mouth.flush(Duration::from_secs(60)));
        assert_eq!(written.lock().unwrap().len(), 2 * WAITING_MAX_BYTES);
    }
}
