//! The client API as pure text: decoding what clients send, rendering what they are told (`api.md` 2, 4, 5, 8).
//!
//! Nothing here knows of sockets. The internal model uses the default ("deposit") names only; the legacy names
//! of upstream 2.3 are made in this module, per connection, by a total mapping (`api.md` 8.2).

pub mod client_input;
pub mod client_message;
pub mod depth;
pub mod environment;
pub mod filter;
pub mod greetings;
pub mod head_state;
pub mod http;
pub mod invalid_input;
pub mod output_decode;
pub mod server_output;
pub mod snapshot;
#[cfg(test)]
mod tests;

/// Longest transaction that a client may hand in, in bytes of CBOR. 256 KiB is sixteen times what layer 1
/// takes (`robustness.md` R5); the ledger's own `maxTxSize` refuses far earlier, with its own words.
pub const TX_BYTES_MAX: usize = 256 * 1024;
/// Longest client command in bytes: everything but a transaction (`robustness.md` R5).
pub const COMMAND_BYTES_MAX: usize = 1024 * 1024;

/// Which names a client wants to see (`api.md` 8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Vocabulary {
    /// Ours: `Deposit…` throughout.
    #[default]
    Deposit,
    /// Upstream's 2.3: `Commit…`, byte for byte.
    Legacy,
}

impl Vocabulary {
    /// The value as flag, YAML key and query parameter spell it; anything else is `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "deposit" => Some(Self::Deposit),
            "legacy" => Some(Self::Legacy),
            _ => None,
        }
    }

    /// Its spelling.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Legacy => "legacy",
        }
    }
}

/// Whether a client wants the whole UTxO set in confirmed snapshots (`snapshot-utxo`, `api.md` 2.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShowUtxo {
    /// The default.
    #[default]
    Yes,
    /// The key `snapshot.utxo` is absent.
    No,
}

/// Renders any value as JSON bytes, straight into the buffer.
///
/// # Errors
/// Only when a value cannot be JSON at all, which none of this module's types can be.
pub fn to_json<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(value)
}
