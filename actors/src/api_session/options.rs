//! What can be set about the client API. Every bound has a unit in its name and a reason beside its default.

use std::net::IpAddr;
use std::time::Duration;

use rydra_core::api::{COMMAND_BYTES_MAX, TX_BYTES_MAX, Vocabulary};
use rydra_core::unit::Span;

/// Settings of the client API.
#[derive(Clone, Debug)]
pub struct ApiOptions {
    /// Address to listen on. Loopback unless the operator says otherwise: there is no authentication.
    pub host: IpAddr,
    /// Port; 0 takes any free one.
    pub port: u16,
    /// Whether the given state is whole. If not, WebSockets are refused with 503 until
    /// [`super::ApiServer::seeder`] was called: nobody is greeted with a state that is still being read.
    pub greet_at_once: bool,
    /// Names that a client gets who asks for none.
    pub vocabulary: Vocabulary,
    /// Threads that serve sockets. Signatures of submitted transactions are verified on them, so two let both
    /// cores of a small machine work; fan-out is the rest of their load.
    pub workers: usize,
    /// Open WebSockets. At two file descriptors and about 16 KiB each, 4,096 stay below 80 MiB.
    pub websockets_max: usize,
    /// Inputs of one client that are not settled; past it its socket is not read. 256 keep a pipelining client
    /// busy over several syncs.
    pub in_flight_max: usize,
    /// Longest message taken from a client, bytes.
    pub message_bytes_max: usize,
    /// Longest HTTP body, bytes: a transaction as hex, and its envelope.
    pub body_bytes_max: usize,
    /// Mailbox of the projection: published batches, new clients, waiting requests.
    pub hub_mailbox: usize,
    /// Mailbox of one session: `Settled` once per durable batch, `Opened` once.
    pub session_mailbox: usize,
    /// Ring of one subscriber in bytes (`robustness.md` R7).
    pub ring_bytes_max: usize,
    /// Ring of one subscriber in events (`robustness.md` R7).
    pub ring_events_max: usize,
    /// How long a subscriber that is behind by more than `ring_events_max` may take nothing: a durable batch can
    /// release more outputs at once than a healthy client takes in the same instant; bytes bound memory.
    pub ring_events_grace: Duration,
    /// A client that takes nothing for so long while something waits for it is cut (`robustness.md` R7).
    pub write_deadline: Duration,
    /// Between two looks at all connections for pings and deadlines. A tenth of the write deadline, so that it
    /// is kept to 10 %; looking at 1,000 connections takes well under a millisecond.
    pub sweep_interval: Duration,
    /// Between pings (`api.md` 2.2).
    pub ping_interval: Duration,
    /// Histories that are read and rendered at the same time: they share one low-priority thread. One that waits for
    /// its client does not count, so that slow readers keep nobody from a history.
    pub replays_max: usize,
    /// Clients whose history is under way, or waits; past it they are refused with 503. Each holds its window, a
    /// page and a folded state, which shares nothing with those of others.
    pub replays_open_max: usize,
    /// Bytes of a replay on their way to a client that has not taken them.
    pub replay_window_bytes: usize,
    /// Waiting `POST /transaction` requests; past it 503. Each holds a connection and its transaction.
    pub submissions_max: usize,
    /// Responses with whole states or sets on their way; past it 503.
    pub reads_max: usize,
    /// How long a waiting request waits (`--api-transaction-timeout`). Zero answers at once.
    pub transaction_timeout: Span,
    /// How long sessions get to take their last frames at a stop.
    pub shutdown_grace: Duration,
}

impl Default for ApiOptions {
    fn default() -> Self {
        Self {
            host: IpAddr::from([127, 0, 0, 1]),
            port: 4001,
            greet_at_once: true,
            vocabulary: Vocabulary::Deposit,
            workers: 2,
            websockets_max: 4096,
            in_flight_max: 256,
            message_bytes_max: COMMAND_BYTES_MAX,
            body_bytes_max: 2 * TX_BYTES_MAX + 4096,
            hub_mailbox: 64,
            session_mailbox: 16,
            ring_bytes_max: 8 * 1024 * 1024,
            ring_events_max: 1000,
            ring_events_grace: Duration::from_secs(1),
            write_deadline: Duration::from_secs(10),
            sweep_interval: Duration::from_secs(1),
            ping_interval: Duration::from_secs(30),
            replays_max: 4,
            replays_open_max: 128,
            replay_window_bytes: 256 * 1024,
            submissions_max: 256,
            reads_max: 16,
            transaction_timeout: Span::seconds(300),
            shutdown_grace: Duration::from_secs(2),
        }
    }
}
