#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rydra_fuzz::ledger::tx_validate(data));
