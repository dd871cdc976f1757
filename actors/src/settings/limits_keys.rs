//! Table of the node's own limits: every queue, buffer, cap and deadline with its reason.

use super::keys::{Key, Kind, file_key};

const MAILBOX: Kind = Kind::Count(1, 65_536);
const CREDIT: Kind = Kind::Count(1, 65_536);
const BYTES: Kind = Kind::Count(4_096, 1 << 30);
const MILLIS: Kind = Kind::Count(1, 600_000);

/// Limits, supervision and log buffer. File and environment only: they are tuned once, not per start.
pub(super) const LIMITS: &[Key] = &[
    file_key(
        "log.ring-lines",
        Kind::Count(16, 1 << 20),
        "lines",
        "4096",
        "Lines that wait for a slow reader of standard output; beyond it lines are dropped and counted, the node never waits.",
    ),
    file_key(
        "log.ring-bytes",
        BYTES,
        "bytes",
        "4194304",
        "Bytes of the same buffer. 4 MiB keeps a stuck reader from mattering to the memory of the node.",
    ),
    file_key(
        "limits.mailbox.chain-observer",
        MAILBOX,
        "messages",
        "64",
        "Wishes, of which the newest replaces the others, and pings: a longer queue would only hide a stall.",
    ),
    file_key(
        "limits.mailbox.head-logic",
        MAILBOX,
        "messages",
        "216",
        "At least the sum of the lanes below and 16 for control messages: a message with credit always finds room.",
    ),
    file_key(
        "limits.mailbox.network-broadcaster",
        MAILBOX,
        "messages",
        "64",
        "One message per durable batch, and pings; rows of the outbox wait in the journal, not here.",
    ),
    file_key(
        "limits.mailbox.persistence",
        MAILBOX,
        "messages",
        "64",
        "Groups of steps under way to the disk, 32 steps each at most; past it HeadLogic gathers what it must still decide and takes no more of peers and clients.",
    ),
    file_key(
        "limits.mailbox.api-hub",
        MAILBOX,
        "messages",
        "64",
        "Durable batches for the projection that all clients share (16, see below), new clients, waiting requests.",
    ),
    file_key(
        "limits.mailbox.api-session",
        MAILBOX,
        "messages",
        "16",
        "Control messages of one client, one per durable batch; its outputs wait in the session buffer, not here.",
    ),
    file_key(
        "limits.in-flight.chain",
        CREDIT,
        "inputs",
        "8",
        "Chain inputs before HeadLogic: the opening, a tick, an increment, and room for a few. Never shared, so clients cannot delay the chain.",
    ),
    file_key(
        "limits.in-flight.network",
        CREDIT,
        "inputs",
        "128",
        "Peer and loopback messages before HeadLogic; at about 20 us each a full lane is 3 ms of work.",
    ),
    file_key(
        "limits.in-flight.clients",
        CREDIT,
        "inputs",
        "64",
        "Client inputs before HeadLogic, all sessions together. Bounds how long a signature waits behind clients: 64 of 20 us are 1.3 ms.",
    ),
    file_key(
        "limits.in-flight.session",
        CREDIT,
        "inputs",
        "256",
        "Inputs of one session that are not durable yet; at the limit its socket is not read. Keeps a pipelining client busy over several syncs.",
    ),
    file_key(
        "limits.in-flight.queries",
        CREDIT,
        "requests",
        "16",
        "HTTP reads of whole states in progress; beyond it 503 with Retry-After, so that reads never delay signatures.",
    ),
    file_key(
        "limits.in-flight.projection",
        CREDIT,
        "batches",
        "16",
        "Durable batches before the projection: several syncs of slack. Past it HeadLogic gathers what is released into one message.",
    ),
    file_key(
        "limits.projection-outputs",
        Kind::Count(1, 1 << 20),
        "outputs",
        "8192",
        "Outputs gathered for a projection that is behind before clients have to wait, about 4 MB.",
    ),
    file_key(
        "limits.sessions",
        Kind::Count(1, 65_536),
        "clients",
        "1024",
        "WebSocket clients at a time; fan-out was measured up to 1000. Beyond it 503 with Retry-After.",
    ),
    file_key(
        "limits.frame-bytes",
        BYTES,
        "bytes",
        "1048576",
        "Largest WebSocket frame or message from a client; a transaction of 16 KiB in hex needs 33 KB.",
    ),
    file_key(
        "limits.body-bytes",
        BYTES,
        "bytes",
        "528384",
        "Largest HTTP body, checked before it is read: a transaction of 256 KiB in hex and its envelope.",
    ),
    file_key(
        "limits.session-buffer-bytes",
        BYTES,
        "bytes",
        "8388608",
        "Outputs that wait for one client; a slower client is closed and comes back with its last sequence number.",
    ),
    file_key(
        "limits.send-deadline-ms",
        MILLIS,
        "milliseconds",
        "10000",
        "How long one send to a client may take before the client counts as stuck.",
    ),
    file_key(
        "limits.journal-credit-bytes",
        BYTES,
        "bytes",
        "4194304",
        "Bytes of steps that may wait for the journal before HeadLogic takes no more inputs. Three batches of 1 MiB gather while one syncs, so that a slow disk gets full ones.",
    ),
    file_key(
        "supervision.restarts-at-most",
        Kind::Count(0, 100_000),
        "restarts",
        "10",
        "Restarts of one actor within the window below; past it the node stops with the reason, because it would not heal.",
    ),
    file_key(
        "supervision.restarts-within-s",
        Kind::Count(1, 86_400),
        "seconds",
        "60",
        "Window of the restart budget.",
    ),
    file_key(
        "supervision.ready-stall-ms",
        MILLIS,
        "milliseconds",
        "1000",
        "An actor that does not answer for so long makes GET /ready answer 503; well above a sync on a throttled disk.",
    ),
    file_key(
        "supervision.drain-ms",
        Kind::Count(1, 60_000),
        "milliseconds",
        "5000",
        "How long a shutdown waits for the running snapshot round.",
    ),
    file_key(
        "supervision.shutdown-ms",
        Kind::Count(1, 120_000),
        "milliseconds",
        "9000",
        "Deadline of the whole shutdown, below the 10 s after which process managers kill.",
    ),
];
