//! The node's scalars: identifiers, counters and times. No bare integers or byte arrays beyond this module.
//!
//! Source: `api.md` 5.1 (text forms), `network.md` 5.2 (CBOR forms).

mod bytes;
mod counter;
mod text;
mod time;
mod tx_in;

pub use bytes::{
    Hash32, HeadId, HeadSeed, KeyHash, OnChainId, ScriptHash, Signature, TxId, VerificationKey,
};
pub use counter::{EventId, NetworkPosition, OutboxRow, Slot, SnapshotNumber, SnapshotVersion};
pub use text::{ScalarError, excerpt, hex, unhex};
pub use time::{Span, UtcTime};
pub use tx_in::TxIn;
