#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use rydra_fuzz::plutus;

fuzz_target!(|data: &[u8]| plutus::plutus_glue(data));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    plutus::mutate(data, size, max_size, seed, fuzzer_mutate)
});
