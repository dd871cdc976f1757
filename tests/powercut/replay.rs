//! The record is whole: replayed without a cut it is the directory, byte for byte.

use rydra_test_support::disk::image::{self, Image};
use rydra_test_support::disk::model::Disk;
use rydra_test_support::life::End;

use crate::world::Powered;

/// Passings of a failpoint on the journal's own thread: the node dies between two calls, never inside one.
const DIES_AT: (&str, u64) = ("journal.before_commit", 60);

fn replayed_is_there(powered: &Powered) {
    let calls = powered.shim.calls().unwrap();
    let mut disk = Disk::of(&Image::new());
    disk.replay(&calls);
    let real = image::read(powered.shim.root()).unwrap();
    assert!(real.len() >= 4, "{}", image::summary(&real));
    if let Some(difference) = image::difference(&disk.whole(), &real) {
        panic!("{} calls replayed give something else than the disk: {difference}", calls.len());
    }
    eprintln!("{} calls, {}", calls.len(), image::summary(&real));
}

#[test]
fn the_trace_of_a_life_that_ended_in_order_is_its_directory() {
    let mut powered = Powered::begin(1, 1);
    powered.life.round(End::Failpoint(DIES_AT.0, DIES_AT.1)).unwrap();
    powered.life.settle_and_stop();
    replayed_is_there(&powered);
}

#[test]
fn the_trace_of_a_life_that_died_is_its_directory() {
    let mut powered = Powered::begin(1, 2);
    powered.life.die(End::Failpoint(DIES_AT.0, DIES_AT.1)).unwrap();
    replayed_is_there(&powered);
}
