//! Clients that come back: one that loads a node at a set rate, and one that only listens.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rydra::bench::dataset::SequencedTx;
use rydra::bench::frame::{self, Incoming};
use rydra_core::unit::TxId;
use serde_json::Value;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::client::{Client, Next};
use crate::invariant::seq_of;
use crate::poll::poll_until;
use crate::{HarnessError, failed, now, since};

/// Pause of the sender: what becomes due in the meantime is sent in one write.
const SEND_EVERY: Duration = Duration::from_millis(2);

/// Most payments in flight; a node slower than the load must not be buried under it.
const WINDOW: usize = 400;

/// Longest wait for a node that has just cut a client to take it back.
const COME_BACK_WITHIN: Duration = Duration::from_secs(30);

/// What came next to a follower.
#[derive(Debug)]
pub enum Heard {
    /// A message, greetings included.
    Text(Utf8Bytes),
    /// Nothing within the time given.
    Nothing,
    /// The connection was cut with this code (`None`: without a close); it is connected again.
    Cut(Option<u16>),
}

/// A client that connects again with `history=<last seq>` whenever it is cut, and keeps all it heard.
#[derive(Debug)]
pub struct Follower {
    address: String,
    query: String,
    client: Client,
    heard: Vec<Utf8Bytes>,
    cuts: Vec<Option<u16>>,
    greeted: bool,
    come_back_within: Duration,
}

impl Follower {
    /// Connects; `query` is a filter without `history`.
    ///
    /// # Errors
    /// When the node does not take the connection.
    pub fn connect(address: &str, query: &str) -> Result<Self, HarnessError> {
        let client = Client::connect(address, query)?;
        let (address, query) = (address.to_owned(), query.to_owned());
        Ok(Self {
            address,
            query,
            client,
            heard: Vec::new(),
            cuts: Vec::new(),
            greeted: false,
            come_back_within: COME_BACK_WITHIN,
        })
    }

    /// Whether the connection has got its greeting: only then may its client send.
    #[must_use]
    pub const fn is_greeted(&self) -> bool {
        self.greeted
    }

    /// Its address, as the node sees it now.
    ///
    /// # Errors
    /// When its socket has none any more.
    pub fn local_address(&self) -> Result<String, HarnessError> {
        self.client.local_address()
    }

    /// Close codes of all cuts so far.
    #[must_use]
    pub fn cuts(&self) -> &[Option<u16>] {
        &self.cuts
    }

    /// Everything heard with a `seq`, in the order of arrival over all connections.
    ///
    /// # Errors
    /// When a message is no JSON.
    pub fn outputs(&self) -> Result<Vec<Value>, HarnessError> {
        self.heard.iter().map(|text| serde_json::from_str(text.as_str()).map_err(failed)).collect()
    }

    /// Waits for the next message or cut; comes back by itself.
    ///
    /// # Errors
    /// When the node does not take it back in time.
    pub fn next(&mut self, timeout: Duration) -> Result<Heard, HarnessError> {
        let code = match self.client.next(timeout) {
            Ok(Next::Text(text)) => {
                if text.starts_with("{\"tag\":\"Greetings\"") {
                    self.greeted = true;
                } else {
                    self.heard.push(text.clone());
                }
                return Ok(Heard::Text(text));
            }
            Ok(Next::Nothing) => return Ok(Heard::Nothing),
            Ok(Next::Closed(frame)) => frame.map(|frame| frame.code.into()),
            Err(_) => None,
        };
        self.cuts.push(code);
        self.greeted = false;
        self.come_back()?;
        Ok(Heard::Cut(code))
    }

    /// The number of the newest output heard.
    #[must_use]
    pub fn last_seq(&self) -> Option<u64> {
        let newest = self.heard.iter().rev();
        newest.filter_map(|text| serde_json::from_str(text.as_str()).ok()).find_map(|v| seq_of(&v))
    }

    fn come_back(&mut self) -> Result<(), HarnessError> {
        let history = self.last_seq().map_or("yes".to_owned(), |seq| seq.to_string());
        let query = format!("history={history}&{}", self.query);
        self.client = poll_until(self.come_back_within, || {
            Client::connect(&self.address, &query).map_err(|e| e.to_string())
        })?;
        Ok(())
    }
}

/// One client that sends a chain of payments at a set rate, whatever the node does (open loop), and sends
/// again what was not answered when it was cut.
#[derive(Debug)]
pub struct Load<'a> {
    follower: Follower,
    lane: &'a [SequencedTx],
    per_second: f64,
    began: Instant,
    sent: usize,
    valid: BTreeSet<TxId>,
    confirmed: BTreeSet<TxId>,
    complaints: Vec<String>,
}

impl<'a> Load<'a> {
    /// Connects a sender of this chain.
    ///
    /// # Errors
    /// When the node does not take the connection.
    pub fn begin(
        address: &str,
        query: &str,
        lane: &'a [SequencedTx],
        per_second: f64,
    ) -> Result<Self, HarnessError> {
        Ok(Self {
            follower: Follower::connect(address, query)?,
            lane,
            per_second,
            began: now(),
            sent: 0,
            valid: BTreeSet::new(),
            confirmed: BTreeSet::new(),
            complaints: Vec::new(),
        })
    }

    /// Sends what is due and hears what has come, for about `SEND_EVERY`.
    ///
    /// # Errors
    /// When the node does not take a cut sender back.
    pub fn turn(&mut self) -> Result<(), HarnessError> {
        if self.follower.is_greeted() {
            let due = (since(self.began).as_secs_f64() * self.per_second) as usize;
            let until = due.min(self.valid.len() + WINDOW).min(self.lane.len());
            for payment in self.lane.iter().take(until).skip(self.sent) {
                // A broken connection shows at the next read.
                let _ = self.follower.client.queue(payment);
            }
            let _ = self.follower.client.flush();
            self.sent = self.sent.max(until);
        }
        self.hear(SEND_EVERY)
    }

    fn hear(&mut self, timeout: Duration) -> Result<(), HarnessError> {
        let was_greeted = self.follower.is_greeted();
        if let Heard::Text(text) = self.follower.next(timeout)? {
            self.take(text.as_str());
        }
        if !was_greeted && self.follower.is_greeted() {
            // What the replay before the greeting did not answer may never have arrived.
            self.sent = self.valid.len();
        }
        Ok(())
    }

    fn take(&mut self, text: &str) {
        match frame::read(text) {
            Incoming::TxValid(id) => {
                if !self.valid.insert(id) {
                    self.complaints.push(format!("TxValid twice for {id}"));
                }
            }
            Incoming::SnapshotConfirmed { .. } => self.confirmed.extend(frame::confirmed_ids(text)),
            // Sent again after a cut while its confirmation was on the way: it counts once, and that is what this says.
            Incoming::Refused { .. }
                if !self.follower.cuts().is_empty() && text.contains("is confirmed already") => {}
            Incoming::TxInvalid { .. } | Incoming::Refused { .. } => {
                self.complaints.push(text.to_owned());
            }
            Incoming::Other(_) => {}
        }
    }

    /// Hears what has come and sends nothing, for about `SEND_EVERY`.
    ///
    /// # Errors
    /// When the node does not take a cut sender back.
    pub fn listen(&mut self) -> Result<(), HarnessError> {
        self.hear(SEND_EVERY)
    }

    /// What was refused is sent again from now on, and no complaint any more. All that was sent must have been
    /// answered.
    pub fn take_back(&mut self) {
        self.complaints.clear();
        self.sent = self.valid.len();
    }

    /// From now on a cut is the end: the node is expected to go.
    pub const fn expect_the_end(&mut self) {
        self.follower.come_back_within = Duration::ZERO;
    }

    /// Ids of the payments that were called valid.
    #[must_use]
    pub const fn valid_ids(&self) -> &BTreeSet<TxId> {
        &self.valid
    }

    /// Stops sending and waits until everything sent is confirmed.
    ///
    /// # Errors
    /// When it is not in time.
    pub fn settle(&mut self, deadline: Duration) -> Result<(), HarnessError> {
        let start = now();
        let target = self.sent;
        loop {
            let open = target.saturating_sub(self.confirmed.len());
            if open == 0 {
                return Ok(());
            }
            if since(start) > deadline {
                return Err(failed(format!(
                    "{open} of {target} payments sent are not confirmed after {} ms; {} were valid; cuts {:?}",
                    deadline.as_millis(),
                    self.valid.len(),
                    self.follower.cuts()
                )));
            }
            if self.follower.is_greeted() {
                for payment in self.lane.iter().take(target).skip(self.sent) {
                    let _ = self.follower.client.queue(payment);
                }
                let _ = self.follower.client.flush();
                self.sent = target;
            }
            self.hear(SEND_EVERY)?;
        }
    }

    /// Payments that were sent.
    #[must_use]
    pub const fn sent(&self) -> usize {
        self.sent
    }

    /// Payments that were called valid.
    #[must_use]
    pub fn valid(&self) -> usize {
        self.valid.len()
    }

    /// Payments that were confirmed.
    #[must_use]
    pub fn confirmed(&self) -> usize {
        self.confirmed.len()
    }

    /// Valid payments per second since the begin.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.valid.len() as f64 / since(self.began).as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// Answers that a valid payment must never get.
    #[must_use]
    pub fn complaints(&self) -> &[String] {
        &self.complaints
    }

    /// Its connection.
    #[must_use]
    pub const fn follower(&self) -> &Follower {
        &self.follower
    }
}

/// A [`Follower`] on a thread of its own.
#[derive(Debug)]
pub struct Listener {
    until: Arc<AtomicU64>,
    thread: JoinHandle<Result<Follower, HarnessError>>,
}

impl Listener {
    /// Connects and listens until [`Listener::finish`].
    ///
    /// # Errors
    /// When the node does not take the connection.
    pub fn begin(address: &str, query: &str) -> Result<Self, HarnessError> {
        let mut follower = Follower::connect(address, query)?;
        let until = Arc::new(AtomicU64::new(u64::MAX));
        let goal = Arc::clone(&until);
        let thread = thread::spawn(move || {
            let mut patience = None;
            loop {
                let heard = follower.next(Duration::from_millis(20))?;
                let goal = goal.load(Ordering::Acquire);
                if goal == u64::MAX || !matches!(heard, Heard::Nothing) {
                    continue;
                }
                let asked = *patience.get_or_insert_with(now);
                if follower.last_seq() >= Some(goal) || since(asked) > COME_BACK_WITHIN {
                    return Ok(follower);
                }
            }
        });
        Ok(Self { until, thread })
    }

    /// Listens until this `seq` has come, and gives what was heard.
    ///
    /// # Errors
    /// When the node did not take it back after a cut.
    pub fn finish(self, seq: u64) -> Result<Follower, HarnessError> {
        self.until.store(seq, Ordering::Release);
        self.thread.join().map_err(|_| failed("the listening thread panicked"))?
    }
}
