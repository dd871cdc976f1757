//! Any bytes: the tree and the stream reader agree, what comes out is normal and stays as it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rydra_core::cardano::plutus_data::{Data, normalise};

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
