//! Many clients that only listen, on one thread with one buffer.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, Semaphore};
use tokio::task::LocalSet;

use super::skim::{Skimmed, Skimmer};

/// Bytes read at once; one buffer for all, as only one of them reads at a time.
const BUFFER_BYTES: usize = 512 * 1024;

/// Clients that connect at once.
const CONNECT_AT_ONCE: usize = 64;

/// Longest answer to a handshake, in bytes.
const ANSWER_BYTES_MAX: usize = 8 * 1024;

/// An unasked pong without contents; clients mask, here with zeros.
const PONG: [u8; 6] = [0x8a, 0x80, 0, 0, 0, 0];

/// What the subscribers have.
#[derive(Debug)]
pub(super) struct Seen {
    /// Snapshots of each.
    pub snapshots: Vec<AtomicU64>,
    /// Messages of all, snapshots among them.
    pub messages: AtomicU64,
    /// Bytes of all.
    pub bytes: AtomicU64,
    /// Subscribers that were greeted.
    pub greeted: AtomicU64,
    /// Subscribers that failed, and how the first one did.
    pub failed: AtomicU64,
    /// Text of the first failure.
    pub failure: std::sync::Mutex<Option<String>>,
    over: AtomicBool,
    end: Notify,
}

impl Seen {
    pub fn new(subscribers: usize) -> Self {
        Self {
            snapshots: (0..subscribers).map(|_| AtomicU64::new(0)).collect(),
            messages: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            greeted: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            failure: std::sync::Mutex::default(),
            over: AtomicBool::new(false),
            end: Notify::new(),
        }
    }

    /// Snapshots that every subscriber has.
    pub fn least(&self) -> u64 {
        self.snapshots.iter().map(|count| count.load(Ordering::Relaxed)).min().unwrap_or(0)
    }

    /// Lets them go.
    pub fn finish(&self) {
        self.over.store(true, Ordering::Release);
        self.end.notify_waiters();
    }

    fn fail(&self, why: &str) {
        if self.over.load(Ordering::Acquire) {
            return;
        }
        self.failed.fetch_add(1, Ordering::Relaxed);
        let mut failure = self.failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        failure.get_or_insert_with(|| why.to_owned());
    }
}

/// Runs all of them, until [`Seen::finish`].
pub(super) fn listen(node: &str, seen: &Arc<Seen>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) = runtime else { return seen.fail("no runtime for the subscribers") };
    let buffer = Rc::new(RefCell::new(vec![0; BUFFER_BYTES]));
    let places = Rc::new(Semaphore::new(CONNECT_AT_ONCE));
    LocalSet::new().block_on(&runtime, async {
        let tasks: Vec<_> = (0..seen.snapshots.len())
            .map(|at| {
                let (seen, buffer) = (Arc::clone(seen), Rc::clone(&buffer));
                let (node, places) = (node.to_owned(), Rc::clone(&places));
                tokio::task::spawn_local(async move {
                    let ended = tokio::select! {
                        ended = subscribe(&node, at, &seen, &buffer, &places) => ended,
                        () = over(&seen) => Ok(()),
                    };
                    if let Err(why) = ended {
                        seen.fail(&why);
                    }
                })
            })
            .collect();
        for task in tasks {
            // One that panicked never gets further snapshots, which the run will notice.
            let _ = task.await;
        }
    });
}

async fn over(seen: &Seen) {
    loop {
        let notified = seen.end.notified();
        if seen.over.load(Ordering::Acquire) {
            return;
        }
        notified.await;
    }
}

async fn subscribe(
    node: &str,
    at: usize,
    seen: &Seen,
    buffer: &RefCell<Vec<u8>>,
    places: &Semaphore,
) -> Result<(), String> {
    let place = places.acquire().await.map_err(|why| why.to_string())?;
    let mut stream = TcpStream::connect(node).await.map_err(|why| why.to_string())?;
    let mut skimmer = Skimmer::default();
    let (pings, close) = (Cell::new(0), Cell::new(None));
    let rest = handshake(node, &mut stream).await?;
    drop(place);
    let mut saw = |frame| match frame {
        Skimmed::Snapshot => {
            if let Some(count) = seen.snapshots.get(at) {
                count.fetch_add(1, Ordering::Relaxed);
            }
            seen.messages.fetch_add(1, Ordering::Relaxed);
        }
        Skimmed::Greetings => {
            seen.greeted.fetch_add(1, Ordering::Relaxed);
        }
        Skimmed::Message => {
            seen.messages.fetch_add(1, Ordering::Relaxed);
        }
        Skimmed::Ping => pings.set(pings.get() + 1),
        Skimmed::Close(code) => close.set(Some(code)),
        Skimmed::Other => {}
    };
    skimmer.take(&rest, &mut saw);
    let mut answered = 0;
    loop {
        stream.readable().await.map_err(|why| why.to_string())?;
        {
            let mut buffer = buffer.borrow_mut();
            match stream.try_read(&mut buffer) {
                Ok(0) => return Err("the node ended a connection".to_owned()),
                Ok(count) => {
                    seen.bytes.fetch_add(count as u64, Ordering::Relaxed);
                    skimmer.take(buffer.get(..count).unwrap_or_default(), &mut saw);
                }
                Err(why) if why.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(why) => return Err(why.to_string()),
            }
        }
        if let Some(code) = close.get() {
            return Err(format!("the node closed a connection with code {code}"));
        }
        while answered < pings.get() {
            answered += 1;
            stream.write_all(&PONG).await.map_err(|why| why.to_string())?;
        }
    }
}

/// Asks for an upgrade; gives what came behind the answer.
async fn handshake(node: &str, stream: &mut TcpStream) -> Result<Vec<u8>, String> {
    let ask = format!(
        "GET /?history=no&snapshot-utxo=no HTTP/1.1\r\nHost: {node}\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(ask.as_bytes()).await.map_err(|why| why.to_string())?;
    let mut answer = Vec::new();
    loop {
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            if !answer.starts_with(b"HTTP/1.1 101") {
                return Err(format!("no WebSocket: {}", String::from_utf8_lossy(&answer)));
            }
            return Ok(answer.split_off(end + 4));
        }
        let read = stream.read_buf(&mut answer).await.map_err(|why| why.to_string())?;
        if read == 0 || answer.len() > ANSWER_BYTES_MAX {
            return Err("no answer to a handshake".to_owned());
        }
    }
}
