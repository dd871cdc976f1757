//! What clients, peers, key files and the journal hold.

use pallas_codec::minicbor::{self, Decoder};
use rydra_core::api::{Vocabulary, client_input, output_decode};
use rydra_core::apply::apply;
use rydra_core::cardano::envelope::{
    KeyKind, hydra_signing_key, hydra_verification_key, payment_signing_key,
    payment_verification_key, read,
};
use rydra_core::event::StateEvent;
use rydra_core::output::project;
use rydra_core::snapshot::guard::Guard;
use rydra_core::state::NodeState;
use rydra_core::waiting::Parked;
use rydra_core::wire::{Message, Received, decode_value, value_of};

/// Events that one input may fold.
const EVENTS: usize = 40;

/// Everything that a client can send as text: what decodes renders to something that decodes to the same again.
pub fn client_json(bytes: &[u8]) {
    if let Ok(input) = client_input::decode(bytes) {
        for vocabulary in [Vocabulary::Deposit, Vocabulary::Legacy] {
            let text = client_input::render(&input, vocabulary).expect("inputs are JSON");
            let again = client_input::decode(&text).expect("what we render decodes");
            assert_eq!(again, input);
        }
    }
    let _ = client_input::decode_tx(bytes);
    let _ = output_decode::decode(bytes);
}

/// A message, an envelope and a `msg-` value; what is read is written and read again alike.
pub fn wire_message(bytes: &[u8]) {
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
}

/// A text as a key file, for every role; what is read is written and read again alike.
pub fn envelope(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
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
}

/// What the journal holds: a checkpoint or none, then events; waiting inputs; guards. Whatever decodes encodes
/// again, and an event folds into any state.
pub fn state_event(bytes: &[u8]) {
    let mut reader = Decoder::new(bytes);
    let mut state = match reader.decode::<NodeState>() {
        Ok(state) => {
            kept(&state);
            state
        }
        Err(_) => {
            reader.set_position(0);
            NodeState::default()
        }
    };
    for _ in 0..EVENTS {
        let Ok(event) = reader.decode::<StateEvent>() else { break };
        kept(&event);
        let _ = project(&state, &event);
        apply(&mut state, &event);
    }
    if let Ok(parked) = minicbor::decode::<Parked>(bytes) {
        kept(&parked);
    }
    if let Ok(guard) = minicbor::decode::<Guard>(bytes) {
        kept(&guard);
    }
}

fn kept<T>(value: &T)
where
    T: PartialEq + std::fmt::Debug + minicbor::Encode<()> + for<'b> minicbor::Decode<'b, ()>,
{
    let encoded = minicbor::to_vec(value).expect("our own encoding is total");
    assert_eq!(minicbor::decode::<T>(&encoded).ok().as_ref(), Some(value));
}
