//! The table: every metric once, with name, unit and meaning. Names are a public interface.

use crate::persistence::SYNC_BUCKETS_US;

/// Defines a closed list of metrics with their names and texts.
macro_rules! metrics {
    ($(#[$doc:meta])* $kind:ident { $($variant:ident = $name:literal, $help:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $kind {
            $(#[doc = $help] $variant,)+
        }

        impl $kind {
            /// All of them, in the order of the output.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Name in the output.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Meaning and unit.
            #[must_use]
            pub const fn help(self) -> &'static str {
                match self { $(Self::$variant => $help),+ }
            }
        }
    };
}

metrics! {
    /// Counters; they only grow within one process.
    Counter {
        Inputs = "hydra_head_inputs", "Inputs fully processed.";
        RequestedTx = "hydra_head_requested_tx", "Transaction requests received from the network, retries included.";
        ConfirmedTx = "hydra_head_confirmed_tx", "Transactions in confirmed snapshots.";
        Snapshots = "rydra_head_snapshots_total", "Snapshots confirmed.";
        InvalidTx = "rydra_head_invalid_tx_total", "Transactions reported invalid.";
        JournalBatches = "rydra_journal_batches_total", "Synced transactions of the journal.";
        JournalEntries = "rydra_journal_entries_total", "Groups of steps made durable.";
        JournalEvents = "rydra_journal_events_total", "Events made durable.";
        JournalBytes = "rydra_journal_bytes_total", "Bytes made durable.";
        JournalPages = "rydra_journal_pages_read_total", "Pages of the journal read for clients and rebuilds.";
        JournalRefused = "rydra_journal_refused_total", "Appends and reads that the journal's queue had no room for.";
        ApiInputs = "rydra_api_inputs_total", "Client inputs handed to HeadLogic.";
        InvalidInputs = "rydra_api_invalid_inputs_total", "Client inputs that could not be decoded.";
        TooLarge = "rydra_api_too_large_total", "Messages and bodies beyond their cap.";
        FramesEncoded = "rydra_api_frames_encoded_total", "Frames encoded, each once for all who get it.";
        MessagesDropped = "rydra_api_messages_dropped_total", "Messages without an event that a full client went without.";
        GapEvents = "rydra_api_gap_events_total", "Events that the projection had missed and read from the journal.";
        LogLinesDropped = "rydra_log_lines_dropped_total", "Log lines dropped because standard output was too slow.";
    }
}

metrics! {
    /// Gauges; set to the present value.
    Gauge {
        PeersConnected = "hydra_head_peers_connected", "Peers connected.";
        ChainDrift = "hydra_chain_drift_seconds", "Seconds between the clock and the time of the chain, at the last tick.";
        ChainLastBlock = "hydra_chain_last_block_timestamp_seconds", "Clock at the last tick, Unix seconds.";
        Ready = "rydra_ready", "1 when GET /ready answers 200, else 0.";
        UtxoSize = "rydra_head_utxo_outputs", "Outputs in the local UTxO set.";
        Sessions = "rydra_api_sessions", "WebSocket clients connected.";
        SessionBufferBytes = "rydra_api_session_buffer_bytes", "Bytes that wait for all WebSocket clients together.";
        Replays = "rydra_api_replays", "Histories being replayed.";
        Submissions = "rydra_api_submissions", "HTTP submissions that wait for their outcome.";
        JournalQueueBytes = "rydra_journal_queue_bytes", "Bytes handed to the journal and not durable yet.";
        JournalQueueLimit = "rydra_journal_queue_limit_bytes", "Bytes above which HeadLogic takes no more inputs.";
        JournalQueueEntries = "rydra_journal_queue_entries", "Groups of steps handed to the journal and not durable yet.";
        JournalOldestAge = "rydra_journal_oldest_age_us", "Microseconds that the oldest step which is not durable has waited.";
        JournalFailed = "rydra_journal_failed", "1 while the journal has failed and is not open again.";
        JournalBlocked = "rydra_journal_blocked", "1 while the disk is full or read-only and the journal waits for it.";
        GroupsUnderWay = "rydra_head_groups_under_way", "Groups of steps whose effects wait to be durable.";
        DeferredInputs = "rydra_head_deferred_inputs", "Inputs put off because the journal or the projection is behind.";
        WaitingInputs = "rydra_head_waiting_inputs", "Inputs parked until a condition holds.";
        OutboxRows = "rydra_network_outbox_rows", "Messages broadcast and not seen to come back.";
    }
}

metrics! {
    /// Histograms of durations; the unit is in the name.
    Histogram {
        TxConfirmation = "hydra_head_tx_confirmation_time_ms", "Milliseconds from the last receipt of a transaction to its confirmation.";
        SnapshotConfirmation = "hydra_head_snapshot_confirmation_time_ms", "Milliseconds from the request of a snapshot to its confirmation.";
        JournalSync = "rydra_journal_sync_time_us", "Microseconds of one synced commit of the journal.";
        Step = "rydra_head_step_time_us", "Microseconds of one step of the core.";
    }
}

impl Histogram {
    /// Upper bounds of the buckets in the unit of the name, ascending.
    #[must_use]
    pub const fn bounds(self) -> &'static [u64] {
        match self {
            Self::TxConfirmation => &[5, 10, 50, 100, 1000],
            Self::SnapshotConfirmation => &[5, 10, 50, 100, 500, 1000, 5000, 10_000, 30_000],
            Self::JournalSync => &SYNC_BUCKETS_US,
            Self::Step => &[10, 20, 50, 100, 200, 500, 1000, 5000, 20_000, 100_000],
        }
    }

    /// Nanoseconds of one unit of the name.
    pub(super) const fn unit_nanos(self) -> u64 {
        match self {
            Self::TxConfirmation | Self::SnapshotConfirmation => 1_000_000,
            Self::JournalSync | Self::Step => 1_000,
        }
    }
}

/// Defines a closed list of label values.
macro_rules! labels {
    ($(#[$doc:meta])* $kind:ident { $($variant:ident = $name:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $kind {
            $(#[doc = concat!("`", $name, "`.")] $variant,)+
        }

        impl $kind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Value of the label.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

labels! {
    /// Actors.
    Role {
        Persistence = "persistence";
        HeadLogic = "head_logic";
        ChainObserver = "chain_observer";
        NetworkBroadcaster = "network_broadcaster";
        ApiHub = "api_hub";
        ApiSession = "api_session";
    }
}

labels! {
    /// Why a mailbox did not take a message.
    Refusal {
        Full = "full";
        Closed = "closed";
    }
}

labels! {
    /// Lanes of inputs by credit.
    Lane {
        Chain = "chain";
        Network = "network";
        Clients = "clients";
        Queries = "queries";
    }
}

labels! {
    /// What an operator should look at.
    AlarmKind {
        GuardRefused = "guard-refused";
        MessageExpired = "message-expired";
        WaitingFull = "waiting-full";
        Rejected = "rejected";
    }
}

labels! {
    /// Bounds at the API's door; beyond them 503 with `Retry-After`.
    Door {
        Submissions = "submissions";
        ClientsLane = "clients-lane";
        Journal = "journal";
        Reads = "reads";
        Connections = "connections";
    }
}

labels! {
    /// Why a slow client was closed.
    Cut {
        RingFull = "ring-full";
        WriteDeadline = "write-deadline";
    }
}
