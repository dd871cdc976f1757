//! Any bytes as a message, an envelope and a `msg-` value; what is read is written and read again alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rydra_core::wire::{Message, Received, decode_value, value_of};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = Message::from_cbor(bytes) {
        assert_eq!(Message::from_cbor(&message.to_cbor()), Ok(message));
    }
    if let Ok(received) = Received::decode(bytes) {
        assert_eq!(received.bytes, bytes);
        let _ = received.verifies();
    }
    if let Ok(envelopes) = decode_value(bytes) {
        let value = value_of(envelopes.iter().map(|envelope| envelope.signed.to_cbor()));
        let again = decode_value(&value).expect("our own encoding is read");
        assert!(again.iter().map(|e| &e.signed).eq(envelopes.iter().map(|e| &e.signed)));
    }
});
