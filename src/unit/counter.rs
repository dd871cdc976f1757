//! Counters.

use std::fmt;

use pallas_codec::minicbor::{self, Decode, Encode};
use serde::{Deserialize, Serialize};

/// Defines a counter shown as a JSON number and a CBOR unsigned integer.
macro_rules! counter {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            Encode, Decode,
        )]
        #[serde(transparent)]
        #[cbor(transparent)]
        pub struct $name(#[n(0)] pub u64);

        impl $name {
            /// The one after this; saturates, which no honest counter reaches.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

counter!(
    /// Number of a snapshot; 0 is the initial one.
    SnapshotNumber
);
counter!(
    /// Version of the open head: increments and decrements observed on layer 1.
    SnapshotVersion
);
counter!(
    /// Layer 1 slot.
    Slot
);
counter!(
    /// Id of a journaled event; also the `seq` of the client output derived from it. Starts at 0, dense.
    EventId
);
counter!(
    /// Position of a message in the peer network's total order, as the broadcaster reports it.
    NetworkPosition
);
counter!(
    /// Number of an outbox row. Starts at 1, dense, in broadcast order.
    OutboxRow
);
