//! The journal: what the node has promised the world, on disk before the world hears of it.
//!
//! ```text
//! HeadLogic --try_append(Entry)--> queue (bytes bounded by Credit) --> journal thread --> rydra.db
//!     ^                                                                    |  one synced transaction
//!     '------------- on_durable(DurableBatch), one per batch --------------'  per batch
//! ```
//!
//! Everything here speaks bytes and ids; the actor above encodes and decodes domain types, and encoding
//! itself runs on the journal thread ([`Entry::write`]). Contract: head-logic 6.3 (P1 to P7), 6.4, 6.5,
//! 10.3. Format and reasons: `docs/adr/0004-journal-in-sqlite.md`.
//!
//! * [`open()`] takes the directory's lock, checks format and tail, and returns a [`Store`].
//! * [`Store`] reads and commits synchronously: what a start needs before actors run.
//! * [`JournalThread`] owns the store afterwards and groups commits; reads go page by page between them.

pub mod actor;
mod batch;
mod blocked;
mod credit;
pub mod entry;
mod error;
mod fault;
pub mod hydrate;
mod journal_thread;
mod lock;
pub mod messages;
mod metrics;
mod open;
mod queue;
mod reader;
mod schema;
pub mod segment;
mod store;
pub mod wal;

pub use batch::{Batch, Entry};
pub use blocked::{Blocked, ROOM_TO_GO_ON_BYTES};
pub use credit::Credit;
pub use error::{Damaged, JournalError, OpenError, ReadError, RefusedReason};
pub use journal_thread::{Callbacks, DurableBatch, JournalHandle, JournalThread, Refused};
pub use metrics::{JournalMetrics, MetricsSnapshot, SYNC_BUCKETS_US};
pub use open::{Opened, TailReport, open, reopen};
pub use reader::{Checkpoint, EventPage, NamedBytes, RowPage};
pub use store::{Committed, FullCheck, Store};

/// File name of the journal inside the persistence directory.
pub const FILE_NAME: &str = "rydra.db";
/// File name of the lock inside the persistence directory.
pub const LOCK_NAME: &str = "rydra.lock";
/// File name of hydra-node's own event log; never opened, only recognised.
pub const REFERENCE_FILE_NAME: &str = "hydra.db";
/// hydra-node's older event log, before it used SQLite.
pub const REFERENCE_LEGACY_NAME: &str = "state";

/// Version of the journal's tables and packing. A file with a greater one is refused.
pub const FORMAT_VERSION: u32 = 1;

/// Most encoded bytes in one batch (1 MiB), but always at least one entry: bounds how long a reader or a
/// late step waits behind a commit (about 10 ms here even when the disk throttles).
pub const BATCH_MAX_BYTES: usize = 1024 * 1024;

/// Most bytes queued or being committed (4 MiB): three batches may gather while one syncs, so a throttled
/// disk (4 ms per sync) still gets full batches, and the memory is bounded.
pub const CREDIT_TOTAL_BYTES: usize = 4 * 1024 * 1024;

/// Most payload bytes of one row (256 KiB): keeps a page of a read, and what one damaged row takes with it,
/// small. A single event beyond it gets a row of its own.
pub const ROW_MAX_BYTES: usize = 256 * 1024;

/// Most bytes of one event, outbox row, cursor, waiting input, guard or checkpoint (64 MiB): far above
/// the largest opening (4,095 outputs of 16 KiB at most), far below SQLite's limit of 1 GB.
pub const VALUE_MAX_BYTES: usize = 64 * 1024 * 1024;

/// Most payload bytes of one page of a read (256 KiB, but at least one row): commits wait at most for one
/// page, about 0.2 ms.
pub const READ_PAGE_MAX_BYTES: usize = 256 * 1024;

/// Most read requests waiting (256): one per client that replays, with room for queries.
pub const READ_QUEUE_MAX: usize = 256;

/// Newest checkpoints that are always kept (4): a start survives three that cannot be used.
pub const CHECKPOINTS_KEPT: usize = 4;

/// Rows checked at each start, from the newest (16, at most 4 MiB): what a crash could have touched.
pub const TAIL_CHECK_ROWS: u32 = 16;

#[cfg(test)]
mod tests;
