//! Everything names the ledger's network; a head has no treasury.

use super::super::address::Address;
use super::super::context::Fixed;
use super::super::refusal::Refusal;
use super::outputs::places;

/// `WrongNetwork`: every output, the collateral return included, pays to this network.
pub(super) fn wrong_network(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    let needed = fixed.ledger.network.id();
    let wrong = places(fixed.tx).filter(|(_, output)| match Address::parse(&output.address) {
        Address::Shelley { network, .. } => network != needed,
        Address::Byron => false,
    });
    let outputs: Vec<_> = wrong.map(|(place, _)| place).collect();
    if outputs.is_empty() { Ok(()) } else { Err(Refusal::WrongNetwork { outputs, needed }) }
}

/// `WrongNetworkInTxBody`: a network that the body states is this one.
pub(super) fn wrong_network_in_tx_body(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    let needed = fixed.ledger.network.id();
    match fixed.tx.body().network_id {
        Some(stated) if stated != needed => Err(Refusal::WrongNetworkInTxBody { stated, needed }),
        _ => Ok(()),
    }
}

/// `ConwayTreasuryValueMismatch`: account balances of a head are zero (`head-logic.md` 8.2). The ledger does
/// not ask when `isValid` is false.
pub(super) fn treasury_value_mismatch(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    match fixed.tx.body().treasury_value.filter(|_| fixed.tx.is_valid()) {
        None | Some(0) => Ok(()),
        Some(stated) => Err(Refusal::TreasuryValueMismatch { stated }),
    }
}
