//! Any text as a key file, for every role; what is read is written and read again alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rydra_core::cardano::envelope::{
    KeyKind, hydra_signing_key, hydra_verification_key, payment_signing_key,
    payment_verification_key, read,
};

fuzz_target!(|text: &str| {
    let _ = hydra_signing_key(text);
    let _ = hydra_verification_key(text);
    let _ = payment_verification_key(text);
    if let Ok(key) = payment_signing_key(text) {
        let _ = key.sign(b"message");
    }
    if let Ok((kind, payload)) = read(text, &KeyKind::ALL) {
        let written = kind.to_text(&payload).expect("its length was accepted");
        assert_eq!(read(&written, &[kind]), Ok((kind, payload)));
    }
});
