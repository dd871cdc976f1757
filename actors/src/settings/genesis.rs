//! The Shelley genesis: network, slots and epochs of the offline chain.

use std::path::Path;

use rydra_core::cardano::DecodeError;
use rydra_core::cardano::parameters::ProtocolParameters;
use rydra_core::cardano::slot_time::SlotTime;
use rydra_core::ledger::{Epochs, Ledger, Network};
use rydra_core::unit::{Slot, Span, UtcTime};
use serde::Deserialize;

use super::files::{Role, read_json, read_json_or_pipe};
use super::problem::Problem;

const GENESIS: Role = Role {
    what: "Shelley genesis",
    option: "--ledger-genesis",
    needed: "systemStart (a UTC time), slotLength (seconds above 0) and networkId (Testnet or Mainnet)",
    todo: "give the genesis file of the network, or leave the option out for slots of 1 s",
};

/// Start, slots and network of the offline chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Genesis {
    /// Network of all addresses.
    pub network: Network,
    /// Length of a slot, above zero.
    pub slot_length: Span,
    /// Slots of an epoch, when the genesis states it. The first epoch begins with slot 0.
    pub epoch_length: Option<u64>,
    /// Begin of slot 0. `None`: the moment of the node's first start, which the journal keeps.
    pub system_start: Option<UtcTime>,
}

impl Default for Genesis {
    /// Without a genesis file: a test network, slots of one second (`api.md` 6.4).
    fn default() -> Self {
        Self {
            network: Network::Test,
            slot_length: Span::seconds(1),
            epoch_length: None,
            system_start: None,
        }
    }
}

impl Genesis {
    /// A ledger of this network and these epochs, with slots that begin where the caller says.
    #[must_use]
    pub fn ledger(&self, parameters: ProtocolParameters, slots: SlotTime) -> Ledger {
        let ledger = Ledger::new(parameters, self.network, slots);
        match self.epoch_length {
            Some(length) => ledger.with_epochs(Epochs { first_slot: Slot(0), number: 0, length }),
            None => ledger,
        }
    }
}

/// Reads a Shelley genesis; only start, slot length and network matter, and the epoch length when stated.
///
/// # Errors
/// When the file cannot be read, or one of the three is missing or malformed.
pub fn genesis(file: &Path) -> Result<Genesis, Problem> {
    read_json(file, &GENESIS, decode)
}

/// The same from a pipe or, as `-`, from standard input too.
///
/// # Errors
/// As [`genesis`].
pub fn genesis_or_pipe(file: &Path) -> Result<Genesis, Problem> {
    read_json_or_pipe(file, &GENESIS, decode)
}

fn decode(text: &str) -> Result<Genesis, DecodeError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct File {
        system_start: UtcTime,
        slot_length: Span,
        network_id: String,
        epoch_length: Option<u64>,
    }
    let file: File = serde_json::from_str(text).map_err(|e| DecodeError(e.to_string()))?;
    let network = match file.network_id.as_str() {
        "Testnet" => Network::Test,
        "Mainnet" => Network::Main,
        other => {
            let seen = rydra_core::unit::excerpt(other);
            return Err(DecodeError(format!("networkId \"{seen}\"")));
        }
    };
    let times = SlotTime::new(file.system_start, file.slot_length)
        .map_err(|error| DecodeError(error.to_string()))?;
    Ok(Genesis {
        network,
        slot_length: times.slot_length(),
        epoch_length: file.epoch_length,
        system_start: Some(times.system_start()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD_GENESIS: &str = r#"{"systemStart":"2022-07-07T09:33:35Z","slotLength":0.1,"networkId":"Testnet","epochLength":500,"more":1}"#;

    #[test]
    fn a_genesis_gives_start_slots_and_network_or_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let load = |content: &str| {
            let file = dir.path().join("g.json");
            std::fs::write(&file, content).unwrap();
            let read = genesis(&file);
            assert_eq!(read.clone().ok(), genesis_or_pipe(&file).ok());
            read
        };
        let read = load(GOOD_GENESIS).unwrap();
        assert_eq!((read.network, read.slot_length), (Network::Test, Span::millis(100)));
        assert_eq!(read.epoch_length, Some(500));
        assert_eq!(read.system_start.unwrap().to_string(), "2022-07-07T09:33:35Z");
        for (from, to, seen) in [
            ("0.1", "0", "slot length of 0"),
            ("0.1", "-1", "slot length of -1"),
            ("0.1", "\"1\"", "number of seconds"),
            ("Testnet", "Preprod", "networkId \"Preprod\""),
            ("2022-07-07T09:33:35Z", "yesterday", "yesterday"),
            ("systemStart", "start", "systemStart"),
        ] {
            let text = load(&GOOD_GENESIS.replace(from, to)).unwrap_err().to_string();
            assert!(
                text.contains(seen) && text.contains("networkId (Testnet or Mainnet)"),
                "{text}"
            );
        }
    }
}
