//! Everything that a client can send as text: no panic, and what decodes renders to something that decodes to the
//! same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rydra_core::api::{Vocabulary, client_input, output_decode};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(input) = client_input::decode(bytes) {
        for vocabulary in [Vocabulary::Deposit, Vocabulary::Legacy] {
            let text = client_input::render(&input, vocabulary).expect("inputs are JSON");
            let again = client_input::decode(&text).expect("what we render decodes");
            assert_eq!(again, input);
        }
    }
    let _ = client_input::decode_tx(bytes);
    let _ = output_decode::decode(bytes);
});
