//! Clients that do not pay: such that come and go, read histories, fast or slowly, only listen, or never read.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;

use super::payer::number;
use super::shared::{Counts, Kind, Open, Shared, add, get};
use super::stream::Stream;
use crate::bench::frame::{self, Incoming};
use crate::bench::now;
use crate::bench::socket::{self, Size, Socket};
use crate::bench::waiting::Waiting;

/// Longest and shortest stay of a client that comes and goes.
const STAY_MAX: Duration = Duration::from_secs(10);
const STAY_MIN: Duration = Duration::from_secs(1);

/// How often a client that never reads sends a pong that nobody asked for. It is how it learns that it was cut: the end of
/// the connection stands behind what it does not read, but the answer to something sent to a dead socket does not.
const SIGN_OF_LIFE: Duration = Duration::from_millis(250);

/// Pause after a connection that failed or ended.
const AGAIN: Duration = Duration::from_secs(1);

/// Time between two messages of a slow reader.
const TRICKLE: Duration = Duration::from_secs(1);

/// How a connection came to its end.
enum Ended {
    /// This side left.
    Left,
    /// The node closed it, or it broke.
    Cut,
}

/// One client of a kind, until the soak ends.
pub(super) async fn run(shared: Arc<Shared>, kind: Kind, at: usize, asks: Asks) {
    let mut guest = Guest { shared: &shared, kind, stream: Stream::default(), visits: 0, asks };
    let counts = shared.of(kind);
    while !shared.is_ending() {
        match socket::open(&shared.node, &guest.query(), size(kind)).await {
            Err(_) => add(&counts.refused, 1),
            Ok(socket) => {
                let open = Open::new(counts);
                let ended = guest.visit(socket, at).await;
                drop(open);
                guest.visits += 1;
                match ended {
                    Ended::Cut if !shared.is_ending() => add(&counts.ended, 1),
                    Ended::Cut | Ended::Left => continue,
                }
                // As many of them as were asked for are there all the time.
                if kind == Kind::Stalled {
                    continue;
                }
            }
        }
        if !shared.pause(AGAIN).await {
            return;
        }
    }
}

const fn size(kind: Kind) -> Size {
    match kind {
        Kind::Payer | Kind::Comer | Kind::Historian => Size::Busy,
        Kind::Idle => Size::Small,
        Kind::Stalled | Kind::Trickle => Size::Narrow,
    }
}

struct Guest<'a> {
    shared: &'a Shared,
    kind: Kind,
    stream: Stream,
    visits: u64,
    asks: Asks,
}

/// What clients ask for, and how often.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asks {
    /// Between two readings of a history.
    pub every: Duration,
    /// The set in each snapshot, for those that do not look at it.
    pub snapshot_utxo: bool,
}

impl Guest<'_> {
    fn query(&mut self) -> String {
        let history = match self.kind {
            Kind::Comer => match self.stream.last_seq {
                // Every other time from where it was: nothing may be missing between.
                Some(seq) if self.visits % 2 == 1 => seq.to_string(),
                _ => {
                    self.stream.restart();
                    "no".to_owned()
                }
            },
            Kind::Historian | Kind::Trickle => {
                self.stream.restart();
                "yes".to_owned()
            }
            Kind::Payer | Kind::Stalled | Kind::Idle => {
                self.stream.restart();
                "no".to_owned()
            }
        };
        let sets = self.asks.snapshot_utxo && matches!(self.kind, Kind::Stalled | Kind::Idle);
        let utxo = if sets { "yes" } else { "no" };
        format!("history={history}&snapshot-utxo={utxo}")
    }

    async fn visit(&mut self, mut socket: Socket, at: usize) -> Ended {
        match self.kind {
            Kind::Stalled => loop {
                if !self.shared.pause(SIGN_OF_LIFE).await {
                    return Ended::Left;
                }
                if socket.send(Message::Pong(Bytes::new())).await.is_err() {
                    return Ended::Cut;
                }
            },
            Kind::Comer => {
                // Spread without a generator of chances: each visit of each client has its own length.
                let spread = (at as u64 * 7 + self.visits * 3) % 10;
                let stay =
                    STAY_MIN + (STAY_MAX - STAY_MIN) * u32::try_from(spread).unwrap_or(0) / 9;
                self.listen(&mut socket, stay).await
            }
            Kind::Historian => self.study(&mut socket, self.asks.every).await,
            Kind::Payer | Kind::Idle => self.listen(&mut socket, Duration::MAX).await,
            Kind::Trickle => loop {
                if !self.shared.pause(TRICKLE).await {
                    return Ended::Left;
                }
                if let Some(ended) = self.next(&mut socket).await {
                    return ended;
                }
            },
        }
    }

    /// Takes whatever comes, for so long.
    async fn listen(&mut self, socket: &mut Socket, stay: Duration) -> Ended {
        let shared = self.shared;
        let leave = shared.pause(stay);
        tokio::pin!(leave);
        loop {
            tokio::select! {
                ended = self.next(socket) => {
                    if let Some(ended) = ended {
                        return ended;
                    }
                }
                _ = &mut leave => return Ended::Left,
            }
        }
    }

    /// Reads the whole history, holds it against what was confirmed before, then listens until it is time again.
    async fn study(&mut self, socket: &mut Socket, every: Duration) -> Ended {
        let counts = self.shared.of(self.kind);
        let (began, owed) = (now(), get(&self.shared.confirmed));
        let mut tally = Tally::default();
        loop {
            let text = tokio::select! {
                message = socket.next() => match take(message, counts) {
                    Taken::Text(text) => text,
                    Taken::Nothing => continue,
                    Taken::End => return Ended::Cut,
                },
                () = self.shared.ended() => return Ended::Left,
            };
            if self.check(text.as_str(), Some(&mut tally)) {
                break;
            }
        }
        let took = now().saturating_duration_since(began);
        add(&counts.histories, 1);
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        counts.history_max_ms.fetch_max(millis, std::sync::atomic::Ordering::Relaxed);
        if tally.count < owed {
            self.shared.violation(format!(
                "a history has {} payments of this run, {owed} were confirmed before it was asked for",
                tally.count
            ));
        }
        self.listen(socket, every.saturating_sub(took)).await
    }

    /// Takes one message; `Some` when there will be none.
    async fn next(&mut self, socket: &mut Socket) -> Option<Ended> {
        match take(socket.next().await, self.shared.of(self.kind)) {
            Taken::Text(text) => {
                // A thousand idle clients would be a thousand checks of the same bytes.
                if self.kind != Kind::Idle {
                    self.check(text.as_str(), None);
                }
                None
            }
            Taken::Nothing => None,
            Taken::End => Some(Ended::Cut),
        }
    }

    /// Checks a message; whether it is the greeting.
    fn check(&mut self, text: &str, tally: Option<&mut Tally>) -> bool {
        match self.stream.take(text) {
            Err(why) => {
                self.shared.violation(format!("a client ({:?}): {why}", self.kind));
                self.stream.restart();
                false
            }
            Ok(Incoming::SnapshotConfirmed { number }) => {
                if let Some(tally) = tally.filter(|_| number > self.shared.base_snapshot) {
                    tally.add(self.shared, text);
                }
                false
            }
            Ok(Incoming::Other(tag)) => tag == "Greetings",
            Ok(Incoming::TxValid(_) | Incoming::TxInvalid { .. } | Incoming::Refused { .. }) => {
                false
            }
        }
    }
}

/// Payments of this run in a history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub count: u64,
    pub sum: u128,
}

impl Tally {
    fn add(&mut self, shared: &Shared, text: &str) {
        for (cbor_hex, id) in frame::confirmed(text) {
            if shared.owner(cbor_hex).is_some() {
                self.count += 1;
                self.sum = self.sum.wrapping_add(number(&id));
            }
        }
    }
}

enum Taken {
    Text(tokio_tungstenite::tungstenite::Utf8Bytes),
    Nothing,
    End,
}

fn take(
    message: Option<Result<Message, tokio_tungstenite::tungstenite::Error>>,
    counts: &Counts,
) -> Taken {
    match message {
        Some(Ok(Message::Text(text))) => {
            add(&counts.messages, 1);
            add(&counts.bytes, text.len() as u64);
            Taken::Text(text)
        }
        Some(Ok(Message::Close(_)) | Err(_)) | None => Taken::End,
        Some(Ok(_)) => Taken::Nothing,
    }
}

/// Reads the whole history once more, after all is confirmed: every payment must be in it exactly once.
///
/// # Errors
/// When it cannot be read to its end.
pub(super) async fn tally(shared: &Shared) -> Result<Tally, String> {
    let query = "history=yes&snapshot-utxo=no";
    let mut socket =
        socket::open(&shared.node, query, Size::Busy).await.map_err(|why| why.to_string())?;
    let asks = Asks { every: Duration::MAX, snapshot_utxo: false };
    let (kind, stream) = (Kind::Historian, Stream::default());
    let mut guest = Guest { shared, kind, stream, visits: 0, asks };
    let (mut tally, counts) = (Tally::default(), Counts::default());
    let mut waiting = Waiting::new("reading the whole history once more", None);
    loop {
        waiting.look(&format!("{} payments of this run", tally.count));
        match take(socket.next().await, &counts) {
            Taken::Text(text) => {
                if guest.check(text.as_str(), Some(&mut tally)) {
                    return Ok(tally);
                }
            }
            Taken::Nothing => {}
            Taken::End => return Err("the history ended before its greeting".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use std::net::Shutdown;

    use tokio::net::TcpListener;
    use tokio::time::timeout;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    /// The node ends such a client with bytes before the end of the connection that it never takes.
    #[tokio::test]
    async fn a_client_that_never_reads_comes_back_when_it_was_cut() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let shared = Arc::new(Shared::new(&address, &[], 0));
        let asks = Asks { every: Duration::MAX, snapshot_utxo: false };
        let guest = tokio::spawn(run(Arc::clone(&shared), Kind::Stalled, 0, asks));
        for visit in 1..=3 {
            let accepted = timeout(PATIENCE, listener.accept()).await.expect("it comes back");
            let socket = tokio_tungstenite::accept_async(accepted.unwrap().0).await.unwrap();
            let stream = socket.into_inner();
            while stream.try_write(&[0; 1 << 16]).is_ok() {}
            stream.into_std().unwrap().shutdown(Shutdown::Both).unwrap();
            assert_eq!(get(&shared.of(Kind::Stalled).messages), 0, "visit {visit}");
        }
        timeout(PATIENCE, listener.accept()).await.expect("it comes back").unwrap();
        assert!(get(&shared.of(Kind::Stalled).ended) >= 3);
        shared.end();
        timeout(PATIENCE, guest).await.expect("it ends").unwrap();
    }
}
