#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::{
    ENVELOPE_OVERHEAD_BYTES, Message, Received, Signed, cbor, decode_value, seal, value_of,
};
use crate::digest::sha2_256;
use crate::party::SigningKey;
use crate::unit::{Signature, SnapshotNumber, SnapshotVersion, TxId, hex};

fn key() -> SigningKey {
    SigningKey::from_seed(&[1; 32])
}

fn ack(number: u64) -> Message {
    Message::AckSn { signed: Signature([0xaa; 64]), snapshot_number: SnapshotNumber(number) }
}

fn request(ids: usize, deposit: bool) -> Message {
    Message::ReqSn {
        snapshot_version: SnapshotVersion(0),
        snapshot_number: SnapshotNumber(1),
        transaction_ids: vec![TxId([0x11; 32]); ids],
        decommit_tx: None,
        deposit_tx_id: deposit.then_some(TxId([0x22; 32])),
    }
}

fn signature_of(message: &Message) -> String {
    Received::decode(&seal(message, &key())).unwrap().signed.signature.to_string()
}

/// `network.md` 19.
#[test]
fn published_acknowledgement_has_its_bytes_signature_and_value() {
    let expected = format!(
        "6541636b536e6e48796472615369676e61747572655840{}74556e73616665536e617073686f744e756d62657207",
        "aa".repeat(64)
    );
    assert_eq!(hex(&ack(7).to_cbor()), expected);
    assert_eq!(ack(7).to_cbor().len(), 109);
    assert_eq!(
        signature_of(&ack(7)),
        "e66d20e2eb68ea62fc54a4d66169ad255c66c93dccc93aaecc88b8f258dc251f899544e2c8841a88392b15e0aa15c043b4e3ae29fb31a0944704bd0f7036d80e"
    );
    let envelope = seal(&ack(7), &key());
    assert_eq!(envelope.len(), 237);
    assert_eq!(
        hex(&sha2_256(&value_of([envelope]))),
        "8c36a77d74ca0b88277f037b98978c7601af3d7d26b8e62596fd133b887eb846"
    );
}

/// `network.md` 19.
#[test]
fn published_snapshot_request_has_its_bytes_and_signature() {
    let expected = format!(
        "65526571536e75556e73616665536e617073686f7456657273696f6e0074556e73616665536e617073686f744e756d626572019f5820{}ff8080",
        "11".repeat(32)
    );
    assert_eq!(hex(&request(1, false).to_cbor()), expected);
    assert_eq!(
        signature_of(&request(1, false)),
        "1d07ac27f1404909b850abfd7819e45de42c6b88021c5ac05ca39e6eff949d31998ee01d1e2c45412feed523dee64b19edeefcba1a60c8c8904dcaab0001c500"
    );
}

#[test]
fn sizes_are_those_of_the_contract() {
    for ids in [0, 1, 100] {
        assert_eq!(request(ids, false).to_cbor().len(), 55 + 34 * ids);
        assert_eq!(seal(&request(ids, false), &key()).len(), 183 + 34 * ids);
    }
    assert_eq!(request(0, true).to_cbor().len(), 55 + 34);
    assert_eq!(seal(&ack(1), &key()).len(), ack(1).to_cbor().len() + ENVELOPE_OVERHEAD_BYTES);
}

#[test]
fn sealing_equals_encoding_the_envelope() {
    for message in [ack(1 << 40), request(3, true)] {
        let signature = key().sign(&message.to_cbor());
        let signed = Signed { message: message.clone(), signature, party: key().party() };
        let sealed = seal(&message, &key());
        assert_eq!(sealed, signed.to_cbor());
        let received = Received::decode(&sealed).unwrap();
        assert_eq!(received.signed, signed);
        assert_eq!(received.message_bytes, message.to_cbor());
        assert_eq!(received.bytes, sealed);
        assert!(received.verifies());
    }
}

#[test]
fn a_value_gives_its_envelopes_in_broadcast_order() {
    let envelopes: Vec<_> = (1..=60).map(|number| seal(&ack(number), &key())).collect();
    let value = value_of(&envelopes);
    let received = decode_value(&value).unwrap();
    assert_eq!(received.len(), 60, "more than the reference packs");
    for (received, sent) in received.iter().zip(&envelopes) {
        assert_eq!(received.bytes, sent);
        assert!(received.verifies());
    }
    assert_eq!(decode_value(&value_of(Vec::<Vec<u8>>::new())).unwrap(), []);
}

#[test]
fn one_bare_envelope_is_a_value_too() {
    let envelope = seal(&ack(1), &key());
    let received = decode_value(&envelope).unwrap();
    assert_eq!(received.len(), 1);
    assert!(received[0].verifies());
}

#[test]
fn definite_lists_are_read_but_never_written() {
    let bytes = request(1, false).to_cbor();
    let at = bytes.iter().position(|byte| *byte == 0x9f).unwrap();
    let mut definite = bytes.clone();
    definite[at] = 0x81;
    definite.remove(bytes.len() - 3);
    assert_eq!(Message::from_cbor(&definite).unwrap(), request(1, false));
    let mut value = vec![0x82];
    value.extend(seal(&ack(1), &key()));
    value.extend(seal(&ack(2), &key()));
    assert_eq!(decode_value(&value).unwrap().len(), 2);
}

/// The receiver checks what it received, so bytes that a re-encoding would change still verify if signed so.
#[test]
fn the_signature_covers_the_bytes_as_received() {
    let mut message = ack(7).to_cbor();
    message.pop();
    message.extend([0x18, 7]); // 7 in two bytes
    let signature = key().sign(&message);
    let normal = Signed { message: ack(7), signature, party: key().party() };
    let mut bytes = b"\x66Signed".to_vec();
    bytes.extend(&message);
    bytes.extend(&normal.to_cbor()[7 + 109..]);
    let received = Received::decode(&bytes).unwrap();
    assert_eq!(received.signed, normal);
    assert!(received.verifies());
    let reencoded = normal.to_cbor();
    assert!(!Received::decode(&reencoded).unwrap().verifies());
}

#[test]
fn forged_envelopes_decode_but_do_not_verify() {
    let good = seal(&ack(7), &key());
    let other = SigningKey::from_seed(&[2; 32]).party();
    let mut replaced = Received::decode(&good).unwrap().signed;
    replaced.message = ack(8);
    let mut foreign = Received::decode(&good).unwrap().signed;
    foreign.party = other;
    let mut damaged = Received::decode(&good).unwrap().signed;
    damaged.signature.0[3] ^= 4;
    for forged in [replaced, foreign, damaged] {
        assert!(!Received::decode(&forged.to_cbor()).unwrap().verifies());
    }
}

#[test]
fn bad_messages_are_refused_with_what_was_needed() {
    let splice = |from: &[u8], seen: &[u8], put: &[u8]| {
        let at = from.windows(seen.len()).position(|w| w == seen).unwrap();
        [&from[..at], put, &from[at + seen.len()..]].concat()
    };
    let (ack, request) = (ack(7).to_cbor(), request(1, false).to_cbor());
    let cases = [
        (vec![], "end of input"),
        (vec![0xff], "unexpected type"),
        (splice(&ack, b"AckSn", b"AckSm"), "needed ReqTx or ReqSn or AckSn or ReqDec"),
        (splice(&ack, b"Hydra", b"Hydrb"), "needed HydraSignature"),
        (splice(&ack, b"\x58\x40", b"\x58\x3f"), "63 bytes; needed 64"),
        (splice(&ack, b"Number\x07", b"Number\x20"), "unexpected type i8"),
        (splice(&ack, b"Number\x07", b"Number\x07\x00"), "1 bytes after the value"),
        (splice(&request, b"\xff\x80\x80", b"\xff\x9f\xff\x80"), "indefinite"),
        (splice(&request, b"\xff\x80\x80", b"\xff\x82\x00\x00\x80"), "needed 0 or 1"),
        (splice(&request, b"\xff\x80\x80", b"\x80\x80"), "unexpected type array"),
        (splice(&request, b"\x58\x20", b"\x58\x1f"), "31 bytes; needed 32"),
        (
            splice(&request, b"\x9f\x58\x20", b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x58\x20"),
            "type",
        ),
        (splice(&request, b"\x58\x20", b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff"), "end of input"),
    ];
    for (bytes, needed) in cases {
        let error = Message::from_cbor(&bytes).unwrap_err().to_string();
        assert!(error.starts_with("peer message: "), "{error}");
        assert!(error.contains(needed), "{} gave {error}, needed {needed}", hex(&bytes));
    }
}

#[test]
fn bad_values_are_refused_whole() {
    let envelope = seal(&ack(1), &key());
    let value = value_of([&envelope, &envelope]);
    for cut in 0..value.len() {
        assert!(decode_value(&value[..cut]).is_err(), "cut at {cut}");
    }
    let with_more = [value.as_slice(), &[0]].concat();
    let bare_with_more = [envelope.as_slice(), &[0]].concat();
    for bad in
        [with_more.as_slice(), &bare_with_more, &[0xa0], &[0x00], &[0xf6], &[0x9f, 0x00, 0xff]]
    {
        assert!(decode_value(bad).is_err(), "{}", hex(bad));
    }
}

#[test]
fn golden_messages_come_out_byte_for_byte() {
    let Some(bytes) = crate::testing::reference("golden/Message/Message.cbor") else { return };
    let mut d = pallas_codec::minicbor::Decoder::new(&bytes);
    let messages: Vec<Message> = cbor::list(&mut d, |d| d.decode()).unwrap();
    cbor::end(&d, "golden file").unwrap();
    assert!(messages.len() >= 4);
    let mut again = vec![0x9f];
    messages.iter().for_each(|message| again.extend(message.to_cbor()));
    again.push(0xff);
    assert!(again == bytes, "the golden messages changed on their way through");
    for kind in ["ReqTx", "ReqSn", "AckSn", "ReqDec"] {
        let named = |m: &&Message| m.to_cbor()[1..].starts_with(kind.as_bytes());
        assert!(messages.iter().any(|m| named(&m)), "no {kind} among the golden messages");
    }
}

proptest! {
    #[test]
    fn messages_survive_a_round_trip(
        version: u64, number: u64, ids in proptest::collection::vec(any::<[u8; 32]>(), 0..20),
        deposit: Option<[u8; 32]>, signature in any::<[u8; 32]>(),
    ) {
        let request = Message::ReqSn {
            snapshot_version: SnapshotVersion(version),
            snapshot_number: SnapshotNumber(number),
            transaction_ids: ids.into_iter().map(TxId).collect(),
            decommit_tx: None,
            deposit_tx_id: deposit.map(TxId),
        };
        let ack = Message::AckSn {
            signed: Signature([signature, signature].concat().try_into().unwrap()),
            snapshot_number: SnapshotNumber(number),
        };
        for message in [request, ack] {
            let bytes = message.to_cbor();
            prop_assert_eq!(Message::from_cbor(&bytes).unwrap(), message);
            for cut in 0..bytes.len() {
                prop_assert!(Message::from_cbor(&bytes[..cut]).is_err());
            }
        }
    }

    #[test]
    fn any_change_of_one_byte_is_refused_or_does_not_verify(at in 0usize..237, flip in 1u8..) {
        let mut envelope = seal(&ack(7), &key());
        envelope[at] ^= flip;
        if let Ok(received) = Received::decode(&envelope) {
            prop_assert!(!received.verifies());
        }
    }
}

#[test]
fn golden_acknowledgement_has_the_same_json() {
    let Some(text) = crate::testing::reference("golden/Message/AckSn.json") else { return };
    let golden: serde_json::Value = serde_json::from_slice(&text).unwrap();
    for sample in golden["samples"].as_array().unwrap() {
        let message: Message = serde_json::from_str(&sample.to_string()).unwrap();
        assert_eq!(serde_json::to_value(message).unwrap(), *sample);
    }
}

#[test]
fn json_of_a_snapshot_request_names_every_field() {
    let json = serde_json::json!({
        "tag": "ReqSn", "snapshotVersion": 0, "snapshotNumber": 1,
        "transactionIds": ["11".repeat(32)], "decommitTx": null, "depositTxId": "22".repeat(32),
    });
    assert_eq!(serde_json::to_value(request(1, true)).unwrap(), json);
    assert_eq!(serde_json::from_str::<Message>(&json.to_string()).unwrap(), request(1, true));
    for bad in [r#"{"tag":"ReqSm"}"#, r#"{"tag":"AckSn","snapshotNumber":1}"#, r#"{"tag":"ReqTx"}"#]
    {
        assert!(serde_json::from_str::<Message>(bad).is_err(), "{bad}");
    }
}
