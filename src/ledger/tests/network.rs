//! Rules over network ids and the treasury.

use super::*;

#[test]
fn wrong_network_in_tx_body_accepts_ours_or_none() {
    let mut world = World::new();
    let payment = world.payment();
    world.alice_may(&payment);
    world.alice_may(&payment.network_id(0));
}

#[test]
fn wrong_network_in_tx_body_refuses_another() {
    let mut world = World::new();
    let payment = world.payment();
    let refusal = Refusal::WrongNetworkInTxBody { stated: 1, needed: 0 };
    world.alice_may_not(&payment.clone().network_id(1), &refusal);
    world.ledger.network = Network::Main;
    let all = world.ledger.check_all(NOW, &world.utxo, &world.by_alice(&payment.network_id(0)));
    assert!(all.contains(&Refusal::WrongNetworkInTxBody { stated: 0, needed: 1 }), "{all:?}");
}

#[test]
fn wrong_network_refuses_outputs_and_the_collateral_return() {
    let mut world = World::new();
    let elsewhere = TxOut::new(&world.bob.address(1), ada(2));
    let input = world.holds(world.to_alice(ada(4)));
    let build = TxBuilder::new().input(input).output(&world.to_bob(ada(2))).output(&elsewhere);
    let build = build.collateral_return(&elsewhere);
    let outputs = vec![OutputPlace::Output(1), OutputPlace::CollateralReturn];
    world.alice_may_not(&build, &Refusal::WrongNetwork { outputs, needed: 0 });
}

#[test]
fn wrong_network_accepts_outputs_of_the_main_network_there() {
    let mut world = World::new();
    world.ledger.network = Network::Main;
    let input = world.holds(TxOut::new(&world.alice.address(1), ada(4)));
    let output = TxOut::new(&world.bob.address(1), ada(4));
    let build = TxBuilder::new().input(input).output(&output).network_id(1);
    world.alice_may(&build.collateral_return(&output));
}

#[test]
fn treasury_value_mismatch_accepts_zero_or_none() {
    let mut world = World::new();
    let payment = world.payment();
    world.alice_may(&payment);
    world.alice_may(&payment.body_field(21, [0]));
}

#[test]
fn treasury_value_mismatch_accepts_everything_flagged_invalid() {
    let mut world = World::new();
    let payment = world.payment().body_field(21, [1]);
    world.alice_may_not(&payment.invalid(), &Refusal::ValidationTagMismatch);
}

#[test]
fn treasury_value_mismatch_refuses_one_lovelace() {
    let mut world = World::new();
    let payment = world.payment().body_field(21, [1]);
    world.alice_may_not(&payment, &Refusal::TreasuryValueMismatch { stated: 1 });
}
