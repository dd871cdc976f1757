//! The validity interval: begin inclusive, end exclusive.

use super::*;

fn absent(n: u8) -> TxIn {
    TxIn { id: TxId([n; 32]), index: 0 }
}

/// A payment that is valid from slot 100 to slot 199.
fn within() -> (World, Tx) {
    let mut world = World::new();
    let build = world.payment().valid_from(Slot(100)).valid_until(Slot(200));
    let tx = world.by_alice(&build);
    (world, tx)
}

fn outside(slot: Slot) -> Refusal {
    let (valid_from, valid_until) = (Some(Slot(100)), Some(Slot(200)));
    Refusal::OutsideValidityInterval { valid_from, valid_until, slot }
}

fn refuses_for_ever(slots: &[u64]) {
    let (world, tx) = within();
    for slot in slots.iter().copied().map(Slot) {
        world.refuses_at(slot, &tx, &outside(slot));
        assert_eq!(world.ledger.reapply(slot, &world.utxo, &tx), Err(outside(slot)));
        let cure = (slot < Slot(100)).then_some(Slot(100));
        assert_eq!(outside(slot).valid_from(), cure, "{slot}");
        assert_eq!(outside(slot).missing_inputs(), None);
    }
}

#[test]
fn interval_over_accepts_the_last_slot() {
    let (world, tx) = within();
    world.passes_at(Slot(199), &tx);
}

#[test]
fn interval_over_accepts_an_interval_of_one_slot() {
    let mut world = World::new();
    let build = world.payment().valid_from(Slot(200)).valid_until(Slot(201));
    let tx = world.by_alice(&build);
    world.passes_at(Slot(200), &tx);
    let refusal = world.ledger.apply(NOW, &world.utxo, &tx).unwrap_err();
    assert_eq!(refusal.valid_from(), Some(Slot(200)), "time cures it");
}

#[test]
fn interval_over_refuses_from_the_end_on() {
    refuses_for_ever(&[200, 201]);
}

#[test]
fn interval_over_refuses_an_end_without_a_begin() {
    let mut world = World::new();
    let build = world.payment().valid_until(Slot(100));
    let until = world.by_alice(&build);
    world.passes_at(Slot(99), &until);
    let valid_until = Some(Slot(100));
    let slot = Slot(100);
    let refusal = Refusal::OutsideValidityInterval { valid_from: None, valid_until, slot };
    world.refuses_at(slot, &until, &refusal);
}

#[test]
fn interval_over_refuses_an_empty_interval_without_a_cure() {
    let mut world = World::new();
    let build = world.payment().valid_from(Slot(200)).valid_until(Slot(200));
    let tx = world.by_alice(&build);
    let (valid_from, valid_until) = (Some(Slot(200)), Some(Slot(200)));
    for slot in [Slot(100), Slot(200)] {
        let refusal = Refusal::OutsideValidityInterval { valid_from, valid_until, slot };
        world.refuses_at(slot, &tx, &refusal);
        assert_eq!(refusal.valid_from(), None);
    }
}

#[test]
fn interval_over_refuses_before_absent_inputs_are_waited_for() {
    let mut world = World::new();
    let build = world.payment().valid_from(Slot(200)).reference_input(absent(9));
    let first = |tx: &Tx| world.ledger.apply(NOW, &world.utxo, tx).unwrap_err();
    let waits = first(&world.by_alice(&build));
    assert_eq!(waits.missing_inputs(), Some(&[absent(9)][..]));
    let over = first(&world.by_alice(&build.valid_until(Slot(100))));
    assert_eq!(over.missing_inputs(), None, "what is over waits for nothing");
}

#[test]
fn too_early_accepts_the_first_slot() {
    let (world, tx) = within();
    world.passes_at(Slot(100), &tx);
}

#[test]
fn too_early_refuses_the_slots_before() {
    refuses_for_ever(&[0, 99]);
}

#[test]
fn too_early_refuses_a_begin_without_an_end() {
    let mut world = World::new();
    let build = world.payment().valid_from(Slot(100));
    let from = world.by_alice(&build);
    world.passes_at(Slot(100), &from);
    let valid_from = Some(Slot(100));
    let slot = Slot(99);
    let refusal = Refusal::OutsideValidityInterval { valid_from, valid_until: None, slot };
    world.refuses_at(slot, &from, &refusal);
    assert_eq!(refusal.valid_from(), valid_from);
}

#[test]
fn too_early_refuses_only_when_all_else_passes() {
    let mut world = World::new();
    let early = world.payment().valid_from(Slot(200));
    let unsigned = early.sign(&[]).unwrap();
    let first = |tx: &Tx| world.ledger.apply(NOW, &world.utxo, tx).unwrap_err();
    assert_eq!(first(&world.by_alice(&early)).valid_from(), Some(Slot(200)));
    assert_eq!(first(&unsigned).predicate(), "MissingVKeyWitnessesUTXOW");
}
