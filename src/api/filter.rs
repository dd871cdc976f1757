//! The `address` filter of a connection (`api.md` 2.9).

use pallas_addresses::Address;

use crate::output::ServerOutput;
use crate::snapshot::Snapshot;

/// Lets confirmed snapshots through that pay to one Shelley address; everything else passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressFilter {
    /// Raw bytes of the address; `None` when the text is no address in its canonical spelling: nothing matches.
    wanted: Option<Box<[u8]>>,
}

impl AddressFilter {
    /// Never fails: a text that is no Shelley address matches no output, as upstream has it.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let wanted = match Address::from_bech32(text) {
            // The contract compares texts: what does not print the same can never be equal.
            Ok(Address::Shelley(address)) if address.to_bech32().ok().as_deref() == Some(text) => {
                Some(address.to_vec().into())
            }
            Ok(Address::Shelley(_) | Address::Byron(_) | Address::Stake(_)) | Err(_) => None,
        };
        Self { wanted }
    }

    /// Whether an output passes.
    #[must_use]
    pub fn passes(&self, output: &ServerOutput) -> bool {
        output.confirmed_snapshot().is_none_or(|snapshot| self.pays(snapshot))
    }

    fn pays(&self, snapshot: &Snapshot) -> bool {
        let Some(wanted) = &self.wanted else { return false };
        snapshot.confirmed.iter().any(|tx| tx.body().outputs.iter().any(|o| o.address == *wanted))
    }
}

impl ServerOutput {
    /// The snapshot of a `SnapshotConfirmed`.
    #[must_use]
    pub fn confirmed_snapshot(&self) -> Option<&Snapshot> {
        if let Self::SnapshotConfirmed { snapshot, .. } = self { Some(snapshot) } else { None }
    }
}
