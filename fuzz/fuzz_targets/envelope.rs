#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rydra_fuzz::node::envelope(data));
