//! Any bytes: the tree and the stream reader agree, what comes out is normal and stays as it is.
#![no_main]

use libfuzzer_sys::{fuzz_crossover, fuzz_mutator, fuzz_target, fuzzer_mutate};
use rydra_core::cardano::plutus_data::{Data, normalise};
use rydra_fuzz::mutate;

fuzz_target!(|bytes: &[u8]| {
    let mut normal = Vec::new();
    let streamed = normalise(bytes, &mut normal);
    match Data::decode(bytes) {
        Ok(tree) => {
            assert!(streamed.is_ok(), "the tree reads what the stream refuses");
            assert_eq!(tree.to_vec(), normal);
            assert_eq!(Data::decode(&normal).as_ref(), Ok(&tree));
        }
        Err(error) => {
            assert!(streamed.is_err() || error.to_string().contains("deeper"), "{error}");
        }
    }
    if streamed.is_ok() {
        let mut again = Vec::new();
        assert!(normalise(&normal, &mut again).is_ok());
        assert_eq!(again, normal);
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::in_place(data, size, max_size, seed, fuzzer_mutate)
});

fuzz_crossover!(|first: &[u8], second: &[u8], out: &mut [u8], seed: u32| {
    mutate::cross(first, second, out, seed)
});
