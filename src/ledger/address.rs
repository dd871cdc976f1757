//! What rules read of an address: its network and the credential that guards an output.

use crate::cardano::credential::Credential;
use crate::unit::{KeyHash, ScriptHash};

/// The network that a ledger serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Any test network (id 0).
    Test,
    /// The main network (id 1).
    Main,
}

impl Network {
    /// Id in addresses and transaction bodies.
    #[must_use]
    pub const fn id(self) -> u8 {
        match self {
            Self::Test => 0,
            Self::Main => 1,
        }
    }
}

/// A payment address, as far as rules read it. Its form was checked when the output was decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// Byron (bootstrap) address, or anything that is no Shelley payment address.
    Byron,
    /// Shelley payment address: with or without a stake part.
    Shelley {
        /// Network id, 0 or 1.
        network: u8,
        /// Payment part.
        payment: Credential,
    },
}

/// Bytes of a credential hash.
const HASH_BYTES: usize = 28;
/// Set in the header of what is no Shelley payment address.
const NOT_SHELLEY_BIT: u8 = 0b1000_0000;
/// Set when the payment part is a script.
const SCRIPT_BIT: u8 = 0b0001_0000;
/// Network id in the header.
const NETWORK_BITS: u8 = 0b0000_1111;

impl Address {
    /// Reads raw address bytes.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let Some((&header, rest)) = bytes.split_first() else {
            return Self::Byron;
        };
        let hash = rest.get(..HASH_BYTES).and_then(|hash| <[u8; HASH_BYTES]>::try_from(hash).ok());
        match hash {
            Some(hash) if header & NOT_SHELLEY_BIT == 0 => Self::Shelley {
                network: header & NETWORK_BITS,
                payment: if header & SCRIPT_BIT == 0 {
                    Credential::Key(KeyHash(hash))
                } else {
                    Credential::Script(ScriptHash(hash))
                },
            },
            _ => Self::Byron,
        }
    }
}

/// Network id that a payment address names; `None` for Byron addresses.
#[must_use]
pub fn network_of(address: &[u8]) -> Option<u8> {
    match Address::parse(address) {
        Address::Shelley { network, .. } => Some(network),
        Address::Byron => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(header: u8, len: usize) -> Vec<u8> {
        let mut address = vec![7; len];
        address[0] = header;
        address
    }

    #[test]
    fn a_payment_address_names_its_network_and_a_byron_address_none() {
        for network in [0, 1, 15] {
            assert_eq!(network_of(&bytes(0x60 | network, 29)), Some(network));
        }
        assert_eq!(network_of(&bytes(0x82, 40)), None);
    }

    #[test]
    fn every_payment_address_form_is_read() {
        let key = Credential::Key(KeyHash([7; 28]));
        let script = Credential::Script(ScriptHash([7; 28]));
        let cases = [
            (0x00, 57, 0, key),
            (0x11, 57, 1, script),
            (0x20, 57, 0, key),
            (0x31, 57, 1, script),
            (0x40, 32, 0, key),
            (0x51, 32, 1, script),
            (0x60, 29, 0, key),
            (0x71, 29, 1, script),
        ];
        for (header, len, network, payment) in cases {
            let read = Address::parse(&bytes(header, len));
            assert_eq!(read, Address::Shelley { network, payment }, "{header:#x}");
        }
    }

    #[test]
    fn everything_else_is_treated_as_byron_which_no_rule_accepts() {
        for address in [vec![], vec![0x82, 0xd8], bytes(0x83, 80), bytes(0x60, 28), bytes(0xe0, 29)]
        {
            assert_eq!(Address::parse(&address), Address::Byron, "{address:02x?}");
        }
    }
}
