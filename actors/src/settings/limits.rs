//! Typed form of the node's own limits; names, units, defaults and reasons: `limits_keys.rs`.

use std::time::Duration;

/// Mailbox capacities, in messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mailboxes {
    /// `ChainObserver`.
    pub chain_observer: usize,
    /// `HeadLogic`; at least [`crate::mailbox::head_logic_needed`].
    pub head_logic: usize,
    /// `NetworkBroadcaster`.
    pub network_broadcaster: usize,
    /// `Persistence`, and groups of steps under way to the disk.
    pub persistence: usize,
    /// The projection that all sessions share.
    pub api_hub: usize,
    /// `ApiSession`, each.
    pub api_session: usize,
}

/// Credits: what may be on its way at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InFlight {
    /// Chain observations and ticks before HeadLogic.
    pub chain: usize,
    /// Peer and loopback messages before HeadLogic.
    pub network: usize,
    /// Client inputs before HeadLogic, all sessions together.
    pub clients: usize,
    /// Inputs of one client session that are not durable.
    pub session: usize,
    /// HTTP reads.
    pub queries: usize,
    /// Durable batches before the projection.
    pub projection: usize,
}

/// The node's own limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Mailbox capacities.
    pub mailboxes: Mailboxes,
    /// Credits of the lanes.
    pub in_flight: InFlight,
    /// WebSocket clients at a time.
    pub sessions: usize,
    /// Largest WebSocket message, bytes.
    pub frame_bytes: usize,
    /// Largest HTTP body, bytes.
    pub body_bytes: usize,
    /// Outputs gathered for a projection that is behind, before clients have to wait.
    pub projection_outputs: usize,
    /// Outputs that wait for one client, bytes.
    pub session_buffer_bytes: usize,
    /// Longest send to one client.
    pub send_deadline: Duration,
    /// Events that may wait for the journal, bytes.
    pub journal_credit_bytes: usize,
}

/// Restart budget and deadlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supervision {
    /// Restarts of one actor within the window.
    pub restarts_at_most: u32,
    /// Window of the restarts.
    pub restarts_within: Duration,
    /// Silence after which an actor counts as stalled.
    pub ready_stall: Duration,
    /// Longest wait for the running round at shutdown.
    pub drain: Duration,
    /// Deadline of the whole shutdown.
    pub shutdown: Duration,
}

/// Buffer of log lines between node and standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogBuffer {
    /// Most lines.
    pub lines_max: usize,
    /// Most bytes.
    pub bytes_max: usize,
}
