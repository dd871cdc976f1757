//! Memory does not grow with the number of payments at a constant UTxO set.

use rydra_test_support::load::Load;

use crate::site::{PATIENCE, QUERY, Site};

/// Payments before the first look: everything that is allocated once is there by then.
const WARM: usize = 4_000;
/// Payments in all.
const PAYMENTS: u64 = 20_000;
/// Growth allowed between the looks, KiB. The budget of 40 MiB in all is measured with optimisation and
/// 200,000 payments, by the benchmark; this finds a leak.
const GROWTH_MAX_KIB: u64 = 40 * 1024;

/// Resident memory of a process, KiB.
pub fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn memory_stays_constant_at_a_constant_utxo_set() {
    let site = Site::new(PAYMENTS);
    let node = site.start();
    let lane = &site.payments.lanes[0];
    let mut load = Load::begin(node.address(), QUERY, lane, 1e6).unwrap();
    let mut warm = None;
    while load.confirmed() < lane.len() {
        load.turn().unwrap_or_else(|e| panic!("{e}\n{}", node.tail()));
        if warm.is_none() && load.confirmed() >= WARM {
            warm = Some(resident_kib(node.id()));
        }
    }
    load.settle(PATIENCE).unwrap();
    assert!(load.complaints().is_empty(), "{:?}", load.complaints());
    let (warm, end) = (warm.unwrap(), resident_kib(node.id()));
    eprintln!(
        "resident after {WARM} payments: {warm} KiB, after {PAYMENTS}: {end} KiB; {:.0} per second",
        load.rate()
    );
    assert!(end.saturating_sub(warm) <= GROWTH_MAX_KIB, "grew from {warm} to {end} KiB");
}
