//! A client that pays: it makes each payment when it is due, keeps it until it is confirmed, and forgets it then.
//!
//! A connection that ends is replaced, with everything since the last message, and what is still in flight is
//! submitted again: a payment is lost only if the node loses it.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use rydra_core::unit::TxId;
use tokio::sync::Notify;
use tokio::time::{sleep_until, timeout};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use super::shared::{Kind, Open, Shared, add};
use super::stream::Stream;
use crate::bench::dataset::SequencedTx;
use crate::bench::frame::{self, Incoming};
use crate::bench::generate::{Output, Wallet};
use crate::bench::now;
use crate::bench::socket::{self, Size, Socket};

/// Time without any confirmation while something is in flight, and longest time without a connection.
const GIVE_UP: Duration = Duration::from_secs(60);

/// How often a quiet client looks whether it is over.
const LOOK: Duration = Duration::from_millis(200);

/// Payments between two flushes, at most.
const BURST_MAX: usize = 64;

/// A payment that is not confirmed yet.
struct Flight {
    order: u64,
    due: Duration,
    tx: SequencedTx,
}

/// What reading and writing share; neither holds it while it waits.
struct State {
    outputs: VecDeque<Output>,
    in_flight: HashMap<TxId, Flight>,
    stream: Stream,
    sent: u64,
    greeted: bool,
    progress: Instant,
}

/// How fast, and how much.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// How many clients take turns.
    pub clients: usize,
    pub window: usize,
    /// Payments per second of this client; 0 sends none.
    pub per_second: f64,
    /// Payments to send; `None`: until the end.
    pub quota: Option<u64>,
}

/// See the module.
pub(super) struct Payer {
    at: usize,
    shared: Arc<Shared>,
    wallet: Wallet,
    pace: Pace,
    state: Mutex<State>,
    /// A place in the window, a greeting, or the end.
    changed: Notify,
    /// All that is to be sent has been sent.
    is_sent: AtomicBool,
    /// Sum of the ids that were submitted, to compare with those of the history.
    sum: Mutex<u128>,
}

/// Ids as numbers: sums are equal when the same ids were added, whatever their order.
pub(super) fn number(id: &TxId) -> u128 {
    id.0.first_chunk::<16>().map_or(0, |bytes| u128::from_be_bytes(*bytes))
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Payer {
    pub fn new(
        at: usize,
        shared: Arc<Shared>,
        wallet: Wallet,
        outputs: VecDeque<Output>,
        pace: Pace,
    ) -> Self {
        let state = State {
            outputs,
            in_flight: HashMap::new(),
            stream: Stream::default(),
            sent: 0,
            greeted: false,
            progress: now(),
        };
        Self {
            at,
            shared,
            wallet,
            pace,
            state: Mutex::new(state),
            changed: Notify::new(),
            is_sent: AtomicBool::new(false),
            sum: Mutex::default(),
        }
    }

    /// Pays until the end, then until everything is confirmed. Gives the sum of the ids.
    pub async fn run(self) -> u128 {
        let counts = self.shared.of(Kind::Payer);
        let mut query = "history=no&snapshot-utxo=no".to_owned();
        let mut away = now();
        loop {
            match socket::open(&self.shared.node, &query, Size::Busy).await {
                Ok(socket) => {
                    let open = Open::new(counts);
                    let Some(why) = self.connected(socket).await else { break };
                    drop(open);
                    add(&counts.ended, 1);
                    let mut state = held(&self.state);
                    if now().saturating_duration_since(state.progress) > GIVE_UP {
                        self.lost(&state, &why);
                        break;
                    }
                    state.greeted = false;
                    if let Some(seq) = state.stream.last_seq {
                        query = format!("history={seq}&snapshot-utxo=no");
                    }
                    away = now();
                }
                Err(why) if now().saturating_duration_since(away) > GIVE_UP => {
                    self.lost(&held(&self.state), &why.to_string());
                    break;
                }
                Err(_) => add(&counts.refused, 1),
            }
            tokio::time::sleep(LOOK).await;
        }
        *held(&self.sum)
    }

    fn lost(&self, state: &State, why: &str) {
        let (at, count) = (self.at, state.in_flight.len());
        self.shared.violation(format!("client {at} lost {count} payments: {why}"));
        // A payer that is gone would leave the others to run for nothing.
        self.shared.end();
    }

    /// Until the end (`None`), or until the connection is of no use any more.
    async fn connected(&self, socket: Socket) -> Option<String> {
        let (sink, stream) = socket.split();
        tokio::select! {
            read = self.read(stream) => read.err(),
            why = self.write(sink) => Some(why),
        }
    }

    async fn read(&self, mut stream: SplitStream<Socket>) -> Result<(), String> {
        loop {
            let next = timeout(LOOK, stream.next()).await;
            match next {
                Ok(Some(Ok(Message::Text(text)))) => self.message(text.as_str())?,
                Ok(Some(Ok(Message::Close(frame)))) => {
                    let code = frame.map_or(0, |frame| u16::from(frame.code));
                    return Err(format!("closed with code {code}"));
                }
                Ok(Some(Ok(_))) => {}
                Ok(Some(Err(why))) => return Err(why.to_string()),
                Ok(None) => return Err("the connection ended".to_owned()),
                Err(_) => {
                    let state = held(&self.state);
                    let quiet = now().saturating_duration_since(state.progress);
                    if !state.in_flight.is_empty() && quiet > GIVE_UP {
                        return Err(format!("no confirmation for {} s", GIVE_UP.as_secs()));
                    }
                }
            }
            if self.is_sent.load(Ordering::Acquire) && held(&self.state).in_flight.is_empty() {
                return Ok(());
            }
        }
    }

    fn message(&self, text: &str) -> Result<(), String> {
        let counts = self.shared.of(Kind::Payer);
        add(&counts.messages, 1);
        add(&counts.bytes, text.len() as u64);
        let mut state = held(&self.state);
        let incoming = state.stream.take(text).unwrap_or_else(|why| {
            self.shared.violation(format!("client {}: {why}", self.at));
            frame::read(text)
        });
        match incoming {
            Incoming::SnapshotConfirmed { .. } => self.snapshot(&mut state, text),
            Incoming::TxInvalid { id: Some(id), reason } => {
                if state.in_flight.remove(&id).is_some() {
                    self.shared.violation(format!("payment {id} was refused: {reason}"));
                    // All that follow depend on it.
                    state.in_flight.clear();
                    self.is_sent.store(true, Ordering::Release);
                    self.shared.end();
                }
            }
            Incoming::Refused { tag, id, reason } => {
                if id.is_none_or(|id| state.in_flight.contains_key(&id)) {
                    return Err(format!("refused with {tag} {reason}"));
                }
            }
            Incoming::Other(tag) if tag == "Greetings" => {
                state.greeted = true;
                self.changed.notify_one();
            }
            Incoming::TxValid(_) | Incoming::TxInvalid { .. } | Incoming::Other(_) => {}
        }
        Ok(())
    }

    fn snapshot(&self, state: &mut State, text: &str) {
        let at = self.shared.elapsed();
        let mut latencies = Vec::new();
        for (cbor_hex, id) in frame::confirmed(text) {
            if self.shared.owner(cbor_hex) != Some(self.at) {
                continue;
            }
            match state.in_flight.remove(&id) {
                Some(flight) => {
                    let us = at.saturating_sub(flight.due).as_micros();
                    latencies.push(u64::try_from(us).unwrap_or(u64::MAX));
                }
                None => {
                    self.shared.violation(format!("payment {id} was confirmed twice"));
                }
            }
        }
        if self.at == 0 {
            add(&self.shared.snapshots, 1);
        }
        if !latencies.is_empty() {
            state.progress = now();
            add(&self.shared.confirmed, latencies.len() as u64);
            self.shared.add_latencies(&latencies);
            self.changed.notify_one();
        }
    }

    /// Submits until all is sent, then waits to be dropped; returns only when the connection fails.
    async fn write(&self, mut sink: SplitSink<Socket, Message>) -> String {
        while !held(&self.state).greeted {
            self.changed.notified().await;
        }
        let mut again: Vec<(u64, Vec<u8>)> = held(&self.state)
            .in_flight
            .values()
            .map(|flight| (flight.order, frame::new_tx(&flight.tx)))
            .collect();
        again.sort_unstable_by_key(|(order, _)| *order);
        for (_, frame) in again {
            if let Err(why) = feed(&mut sink, frame).await {
                return why;
            }
        }
        loop {
            match self.burst(&mut sink).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(why) => return why,
            }
        }
        if let Err(why) = sink.flush().await {
            return why.to_string();
        }
        self.is_sent.store(true, Ordering::Release);
        std::future::pending().await
    }

    /// Waits for the next payment to be due, sends all that are. `false`: that was all.
    async fn burst(&self, sink: &mut SplitSink<Socket, Message>) -> Result<bool, String> {
        sink.flush().await.map_err(|why| why.to_string())?;
        let sent = held(&self.state).sent;
        if self.pace.per_second <= 0.0 {
            self.shared.ended().await;
            return Ok(false);
        }
        let due = self.due(sent);
        let wait = due.saturating_sub(self.shared.elapsed());
        if !wait.is_zero() {
            tokio::select! {
                () = sleep_until((now() + wait).into()) => {}
                () = self.shared.ended() => {}
            }
        }
        for _ in 0..BURST_MAX {
            let is_over = |sent| self.pace.quota.is_some_and(|quota| sent >= quota);
            let (frame, is_full) = {
                let mut state = held(&self.state);
                if self.shared.is_ending() || is_over(state.sent) {
                    return Ok(false);
                }
                let is_full = state.in_flight.len() >= self.pace.window;
                let due = self.due(state.sent);
                let is_due = due <= self.shared.elapsed();
                if !is_due {
                    return Ok(true);
                }
                (if is_full { None } else { self.next(&mut state, due) }, is_full)
            };
            if is_full {
                add(&self.shared.late, 1);
                sink.flush().await.map_err(|why| why.to_string())?;
                tokio::select! {
                    () = self.changed.notified() => {}
                    () = self.shared.ended() => {}
                }
                return Ok(true);
            }
            feed(sink, frame.unwrap_or_default()).await?;
        }
        Ok(true)
    }

    /// When a payment is due: clients take turns.
    fn due(&self, n: u64) -> Duration {
        let stagger = self.at as f64 / self.pace.clients.max(1) as f64;
        Duration::try_from_secs_f64((n as f64 + stagger) / self.pace.per_second)
            .unwrap_or(Duration::MAX)
    }

    /// Makes the next payment: it spends the oldest output of this client.
    fn next(&self, state: &mut State, due: Duration) -> Option<Vec<u8>> {
        let spent = state.outputs.pop_front()?;
        let tx = self.wallet.pay(&[spent.input], &[(self.wallet.address(), spent.lovelace)]);
        let input = rydra_core::unit::TxIn { id: tx.id, index: 0 };
        state.outputs.push_back(Output { input, lovelace: spent.lovelace });
        if state.in_flight.is_empty() {
            state.progress = now();
        }
        let mut sum = held(&self.sum);
        *sum = sum.wrapping_add(number(&tx.id));
        let frame = frame::new_tx(&tx);
        state.in_flight.insert(tx.id, Flight { order: state.sent, due, tx });
        state.sent += 1;
        add(&self.shared.submitted, 1);
        Some(frame)
    }
}

async fn feed(sink: &mut SplitSink<Socket, Message>, frame: Vec<u8>) -> Result<(), String> {
    let text = Utf8Bytes::try_from(frame).map_err(|why| why.to_string())?;
    sink.feed(Message::Text(text)).await.map_err(|why| why.to_string())
}
