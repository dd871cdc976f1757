#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

fn refusal(bytes: &[u8]) -> String {
    check(bytes).expect_err("refused").0
}

#[test]
fn well_formed_items_pass_in_every_form() {
    let cases: [&[u8]; 12] = [
        &[0x00],
        &[0x1b, 0, 0, 0, 0, 0, 0, 0, 0],
        &[0x80],
        &[0x9f, 0xff],
        &[0xbf, 0x00, 0x01, 0xff],
        &[0xa1, 0x61, b'a', 0xf6],
        &[0x5f, 0x41, 0x00, 0x40, 0xff],
        &[0x7f, 0x61, b'a', 0xff],
        &[0xd9, 0x01, 0x02, 0x80],
        &[0xfb, 0, 0, 0, 0, 0, 0, 0, 0],
        &[0xf8, 0xff],
        &[0x82, 0x81, 0xa1, 0x00, 0x9f, 0x80, 0xff, 0xf4],
    ];
    for bytes in cases {
        assert_eq!(check(bytes), Ok(()), "{bytes:02x?}");
    }
}

#[test]
fn malformed_items_are_refused_with_what_was_seen_and_needed() {
    let cases: [(&[u8], &str); 20] = [
        (&[], "the bytes end inside of the item at byte 0 (0 bytes)"),
        (&[0x18], "the bytes end inside"),
        (&[0x82, 0x00], "container of 2 items announced at byte 1, 1 bytes left"),
        (&[0x82, 0x81, 0x00], "the bytes end inside of the item at byte 3"),
        (
            &[0x9b, 255, 255, 255, 255, 255, 255, 255, 255],
            "container of 18446744073709551615 items",
        ),
        (&[0xbb, 255, 255, 255, 255, 255, 255, 255, 255], "needed at least one byte for each item"),
        (&[0x5b, 255, 255, 255, 255, 255, 255, 255, 255], "a string of 18446744073709551615 bytes"),
        (&[0x42, 0x00], "a string of 2 bytes announced at byte 0, 1 left"),
        (&[0x1c], "the reserved form 0x1c"),
        (&[0x1f], "the reserved form 0x1f"),
        (&[0xdf, 0x00], "the reserved form 0xdf"),
        (&[0xf8, 0x00], "reserved simple value 0"),
        (&[0xff], "a break at byte 0"),
        (&[0xa1, 0x00, 0xff], "a break at byte 2"),
        (&[0xbf, 0x00, 0xff], "a break at byte 2"),
        (&[0xc0, 0xff], "a break at byte 1"),
        (&[0x5f, 0x61, b'a', 0xff], "string in chunks with another item at byte 1"),
        (&[0x5f, 0x5f, 0xff, 0xff], "string in chunks with another item at byte 1"),
        (&[0x61, 0xff], "is not UTF-8"),
        (
            &[0x00, 0x00],
            "1 bytes follow the CBOR item, which ends at byte 1; needed nothing after it",
        ),
    ];
    for (bytes, text) in cases {
        let seen = refusal(bytes);
        assert!(seen.contains(text) && seen.contains("needed"), "{bytes:02x?}: {seen}");
    }
}

#[test]
fn nesting_is_bounded_for_lists_maps_and_tags() {
    let shapes: [(&[u8], &[u8]); 4] =
        [(&[0x81], &[]), (&[0x9f], &[0xff]), (&[0xa1, 0x00], &[]), (&[0xc1], &[])];
    for (open, close) in shapes {
        let nested = |depth: usize| {
            let mut bytes = open.repeat(depth);
            bytes.push(0x00);
            bytes.extend(close.repeat(depth));
            bytes
        };
        assert_eq!(check(&nested(CBOR_DEPTH_MAX)), Ok(()), "{open:02x?}");
        let seen = refusal(&nested(CBOR_DEPTH_MAX + 1));
        assert!(seen.contains("more than 256 levels of nesting"), "{seen}");
        assert!(refusal(&nested(1_000_000)).contains("at most 256"));
    }
}

#[test]
fn every_truncation_of_an_item_is_refused() {
    let whole = [
        0x84, 0xa1, 0x00, 0x9f, 0x42, 1, 2, 0xff, 0x5f, 0x41, 9, 0xff, 0xd8, 24, 0x41, 0, 0x7f,
        0xff,
    ];
    assert_eq!(check(&whole), Ok(()));
    for length in 0..whole.len() {
        assert!(check(whole.get(..length).unwrap()).is_err(), "{length}");
    }
}
