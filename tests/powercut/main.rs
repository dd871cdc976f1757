//! A node whose power is cut at any instant forgets nothing that it told (`robustness.md` R9, ADR 0016).
//!
//! A kill leaves what the page cache holds; a power cut leaves what was synced, and any part of the rest. The layer
//! of `tests/support/src/disk` records every call that changes the data directory; after a kill under load the
//! directory is built anew as the cut could have left it, and the node is started on that. Counts and seed come
//! from the environment: `RYDRA_TORTURE_CUTS` (8), `RYDRA_TORTURE_CUTS_UNSYNCED` (of a node that never syncs, until
//! the first loss), `RYDRA_TORTURE_CUTS_OPENING` (12), `RYDRA_TORTURE_SEED` (1).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod cuts;
mod opening;
mod replay;
mod world;
