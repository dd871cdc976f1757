//! One client: one WebSocket, one task that reads and writes in turn without waiting on either.
//!
//! Reading never waits for a write: a node that stops reading (its way to push back) still gets its outputs
//! taken, so neither side can hold the other for ever.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_util::{Sink, Stream};
use indicatif::ProgressBar;
use rydra_core::unit::TxId;
use tokio::time::{Sleep, sleep_until};
use tokio_tungstenite::tungstenite::{Error as WsError, Message, Utf8Bytes};

use super::gate::Gate;
use super::track::{ClientResult, Fate, Index, Pace, SnapshotSeen};
use crate::bench::dataset::SequencedTx;
use crate::bench::expect::Expect;
use crate::bench::frame::{self, Incoming};
use crate::bench::socket::{self, Socket};
use crate::bench::{BenchError, now};

/// Frames read before the writer gets its turn, and the runtime the other clients'.
const READS_PER_TURN: usize = 64;

/// Time without any confirmation, validity or refusal while transactions are in flight, after which a run is over.
const STALL_TIMEOUT: Duration = Duration::from_secs(60);

/// How often a client looks at the clock when nothing happens.
const IDLE_LOOK: Duration = Duration::from_millis(500);

/// A connected client.
pub(super) struct Client {
    node: String,
    socket: Socket,
    sequence: Vec<SequencedTx>,
    pace: Pace,
    index: Index,
    gate: Gate,
    fates: Vec<Fate>,
    /// Microseconds since the start at which each was (in open loop: should have been) sent.
    sent_us: Vec<u64>,
    next: usize,
    in_flight: usize,
    stopped: bool,
    last_progress: Instant,
    result: ClientResult,
    progress: ProgressBar,
}

impl Client {
    /// Connects and indexes the sequence.
    pub(super) async fn connect(
        node: &str,
        snapshot_utxo: bool,
        sequence: Vec<SequencedTx>,
        pace: Pace,
        watches: bool,
        progress: ProgressBar,
    ) -> Result<Self, BenchError> {
        let show = if snapshot_utxo { "yes" } else { "no" };
        let query = format!("history=no&snapshot-utxo={show}");
        let socket = socket::open(node, &query, socket::Size::Busy).await?;
        let index = sequence.iter().enumerate().map(|(at, tx)| (tx.id, at)).collect();
        let count = sequence.len();
        let mut result = ClientResult::default();
        result.to_valid_us.reserve_exact(count);
        result.to_confirmed_us.reserve_exact(count);
        result.snapshots = watches.then(Vec::new);
        Ok(Self {
            node: node.to_owned(),
            socket,
            pace,
            index,
            gate: Gate::of(&sequence),
            fates: vec![Fate::Unsent; count],
            sent_us: vec![0; count],
            sequence,
            next: 0,
            in_flight: 0,
            stopped: false,
            last_progress: now(),
            result,
            progress,
        })
    }

    /// Sends the sequence and waits for the fate of all of it.
    pub(super) async fn run(mut self, start: Instant) -> ClientResult {
        self.last_progress = start;
        let mut timer = Box::pin(sleep_until(start.into()));
        poll_fn(|cx| self.turn(start, timer.as_mut(), cx)).await;
        let close = Message::Close(None);
        // The run is over; a node that went away first has been reported already.
        let _ = futures_util::SinkExt::send(&mut self.socket, close).await;
        self.result.judge(&self.sequence, &self.fates);
        self.result
    }

    /// Reads what is there, writes what may go, and registers for what comes next.
    fn turn(&mut self, start: Instant, timer: Pin<&mut Sleep>, cx: &mut Context<'_>) -> Poll<()> {
        let turn = match self.read(start, cx) {
            Ok(more_to_read) => self.write(start, cx).map(|wake_at| (more_to_read, wake_at)),
            Err(trouble) => Err(trouble),
        };
        let (more_to_read, wake_at) = match turn {
            Ok(turn) => turn,
            Err(trouble) => {
                self.result.trouble = Some(format!("node {}: {trouble}", self.node));
                return Poll::Ready(());
            }
        };
        if self.in_flight == 0 && (self.stopped || self.next >= self.sequence.len()) {
            return Poll::Ready(());
        }
        if more_to_read {
            cx.waker().wake_by_ref();
        }
        self.rest(wake_at, timer, cx);
        Poll::Pending
    }

    /// Arms the timer for the next due transaction, or for a look at the clock.
    fn rest(&self, wake_at: Option<Instant>, mut timer: Pin<&mut Sleep>, cx: &mut Context<'_>) {
        let wake_at = wake_at.unwrap_or_else(|| now() + IDLE_LOOK);
        if timer.deadline() != wake_at.into() {
            timer.as_mut().reset(wake_at.into());
        }
        if timer.poll(cx).is_ready() {
            cx.waker().wake_by_ref();
        }
    }

    /// Takes frames until there are none or the turn is over; true in the latter case.
    fn read(&mut self, start: Instant, cx: &mut Context<'_>) -> Result<bool, String> {
        for _ in 0..READS_PER_TURN {
            match Pin::new(&mut self.socket).poll_next(cx) {
                Poll::Pending => {
                    self.not_stalled()?;
                    return Ok(false);
                }
                Poll::Ready(Some(Ok(Message::Text(text)))) => self.frame(text.as_str(), start)?,
                Poll::Ready(Some(Ok(Message::Close(frame)))) => {
                    let reason = frame.map_or_else(
                        || "without a reason".to_owned(),
                        |f| format!("with code {} \"{}\"", u16::from(f.code), f.reason),
                    );
                    return Err(format!("closed the connection {reason}; {}", self.left()));
                }
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(Some(Err(e))) => {
                    return Err(format!("lost the connection: {e}; {}", self.left()));
                }
                Poll::Ready(None) => return Err(format!("lost the connection; {}", self.left())),
            }
        }
        Ok(true)
    }

    fn not_stalled(&self) -> Result<(), String> {
        let silent = now().saturating_duration_since(self.last_progress);
        let waiting = self.waits_for();
        if silent <= STALL_TIMEOUT || (self.in_flight == 0 && waiting.is_none()) {
            return Ok(());
        }
        let waiting = waiting.map_or_else(String::new, |id| {
            format!(", the next one waits for {id} of another client")
        });
        Err(format!(
            "nothing happened for {} s with {} transactions in flight{waiting}; see the node's log and \
             GET /ready",
            STALL_TIMEOUT.as_secs(),
            self.in_flight
        ))
    }

    /// The transaction of another client without which the next one cannot be sent.
    fn waits_for(&self) -> Option<TxId> {
        self.sequence.get(self.next).and_then(|tx| self.gate.missing(&tx.after))
    }

    fn left(&self) -> String {
        let unsent = self.sequence.len() - self.next;
        format!("{} transactions were in flight, {unsent} not yet sent", self.in_flight)
    }

    fn frame(&mut self, text: &str, start: Instant) -> Result<(), String> {
        match frame::read(text) {
            Incoming::TxValid(id) => self.valid(&id, since(start)),
            Incoming::SnapshotConfirmed { .. } => self.snapshot(text, since(start)),
            Incoming::TxInvalid { id, reason } => self.invalid(id, &reason),
            Incoming::Refused { tag, id, reason } => {
                let ours = id.is_none_or(|id| self.index.contains_key(&id));
                if ours {
                    return Err(refusal(tag, &reason));
                }
            }
            Incoming::Other(_) => {}
        }
        Ok(())
    }

    fn fate(&mut self, id: &TxId) -> Option<(usize, &mut Fate)> {
        let at = *self.index.get(id)?;
        self.fates.get_mut(at).map(|fate| (at, fate))
    }

    fn valid(&mut self, id: &TxId, at: Duration) {
        self.gate.saw(id);
        let Some((tx, fate)) = self.fate(id) else { return };
        if *fate == Fate::Sent {
            *fate = Fate::Valid;
            let taken = self.taken_us(tx, at);
            self.result.to_valid_us.push(taken);
            self.last_progress = now();
        }
    }

    fn snapshot(&mut self, text: &str, at: Duration) {
        let mut transactions = 0;
        let mut own = 0;
        for id in frame::confirmed_ids(text) {
            transactions += 1;
            self.gate.saw(&id);
            let Some((tx, fate)) = self.fate(&id) else { continue };
            if !matches!(fate, Fate::Sent | Fate::Valid) {
                continue;
            }
            *fate = Fate::Confirmed;
            let taken = self.taken_us(tx, at);
            self.result.to_confirmed_us.push(taken);
            own += 1;
        }
        if let Some(snapshots) = &mut self.result.snapshots {
            snapshots.push(SnapshotSeen { at, transactions });
        }
        if own > 0 {
            self.in_flight = self.in_flight.saturating_sub(own);
            self.result.confirmed += own as u64;
            self.result.last_confirm = Some(at);
            self.last_progress = now();
            self.progress.inc(own as u64);
        }
    }

    /// Everything after an invalid transaction of a chain is invalid too: stop sending, await the rest. Unless
    /// the dataset says that it has to be, or may be.
    fn invalid(&mut self, id: Option<TxId>, reason: &str) {
        if let Some(id) = id.filter(|id| self.gate.awaits(id)) {
            self.gives_up(format!("transaction {id} of another client is invalid: {reason}"));
        }
        let Some((at, fate)) = id.and_then(|id| self.fate(&id)) else { return };
        if !matches!(fate, Fate::Sent | Fate::Valid) {
            return;
        }
        *fate = Fate::Invalid;
        self.result.invalid += 1;
        self.in_flight = self.in_flight.saturating_sub(1);
        self.last_progress = now();
        self.progress.inc(1);
        if self.sequence.get(at).is_some_and(|tx| tx.expect == Expect::Confirmed) {
            let shown = id.map_or_else(String::new, |id| id.to_string());
            self.gives_up(format!("transaction {shown} is invalid: {reason}"));
        }
    }

    fn gives_up(&mut self, why: String) {
        self.stopped = true;
        self.result.trouble.get_or_insert_with(|| format!("node {}: {why}", self.node));
    }

    fn taken_us(&self, tx: usize, at: Duration) -> u32 {
        let sent = self.sent_us.get(tx).copied().unwrap_or(0);
        u32::try_from(micros(at).saturating_sub(sent)).unwrap_or(u32::MAX)
    }

    /// Sends what is due and fits the window; gives the time at which the next is due.
    fn write(&mut self, start: Instant, cx: &mut Context<'_>) -> Result<Option<Instant>, String> {
        let lost = |e: WsError| format!("cannot send: {e}; the connection is lost");
        let mut wake_at = None;
        let mut at = since(start);
        while !self.stopped && self.in_flight < self.pace.window {
            if self.pace.duration.is_some_and(|duration| at >= duration) {
                self.stopped = true;
                break;
            }
            let Some(tx) = self.sequence.get(self.next) else { break };
            if self.gate.missing(&tx.after).is_some() {
                break;
            }
            // One that waited for another client could not be sent earlier: its time counts from now.
            let paced = self.pace.per_second.filter(|_| tx.after.is_empty());
            let due = paced.map_or(at, |rate| due(self.next, rate));
            if due > at {
                at = since(start);
                if due > at {
                    wake_at = Some(start + due);
                    break;
                }
            }
            match Pin::new(&mut self.socket).poll_ready(cx) {
                Poll::Pending => break,
                Poll::Ready(ready) => ready.map_err(lost)?,
            }
            let text = Utf8Bytes::try_from(frame::new_tx(tx)).map_err(|e| e.to_string())?;
            Pin::new(&mut self.socket).start_send(Message::Text(text)).map_err(lost)?;
            self.sent(due);
            if self.pace.per_second.is_none() {
                at = since(start);
            }
        }
        match Pin::new(&mut self.socket).poll_flush(cx) {
            Poll::Ready(flushed) => flushed.map_err(lost)?,
            Poll::Pending => {}
        }
        Ok(wake_at)
    }

    fn sent(&mut self, at: Duration) {
        if self.in_flight == 0 {
            self.last_progress = now();
        }
        if let (Some(fate), Some(sent)) =
            (self.fates.get_mut(self.next), self.sent_us.get_mut(self.next))
        {
            *fate = Fate::Sent;
            *sent = micros(at);
        }
        self.next += 1;
        self.in_flight += 1;
        self.result.submitted += 1;
        self.result.first_submit.get_or_insert(at);
        self.result.last_submit = Some(at);
    }
}

/// When the n-th transaction of an open loop is due. Latency counts from here, not from the write: a late
/// write is the measured system's or the generator's fault, never a reason to look faster.
fn due(n: usize, per_second: f64) -> Duration {
    Duration::try_from_secs_f64(n as f64 / per_second).unwrap_or(Duration::MAX)
}

fn since(start: Instant) -> Duration {
    now().saturating_duration_since(start)
}

fn micros(at: Duration) -> u64 {
    u64::try_from(at.as_micros()).unwrap_or(u64::MAX)
}

fn refusal(tag: &str, reason: &str) -> String {
    let advice = match tag {
        "CommandFailed" => "the head is not open; wait until it is, or start a fresh one",
        "RejectedInputBecauseUnsynced" => "it is catching up with its chain; wait for GET /ready",
        _ => "the dataset holds something that this node cannot read; check how it was made",
    };
    let colon = if reason.is_empty() { "" } else { ": " };
    format!("refused an input with {tag}{colon}{reason}; {advice}")
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
