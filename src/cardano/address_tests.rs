#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;

/// CIP-19's examples, one of each kind, with the header byte; and Byron addresses of both networks.
const TEXTS: [(&str, u8); 7] = [
    (
        "addr1qx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer3n0d3vllmyqwsx5wktcd8cc3sq835lu7drv2xwl2wywfgse35a3x",
        0x01,
    ),
    ("addr1vx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzers66hrl8", 0x61),
    ("addr1gx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer5pnz75xxcrzqf96k", 0x41),
    ("addr_test1gz2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer5pnz75xxcrdw5vky", 0x40),
    ("addr_test1vz2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzerspjrlsz", 0x60),
    ("Ae2tdPwUPEZLs4HtbuNey7tK4hTKrwNwYtGqp7bDfCy2WdR3P6735W5Yfpe", 0x82),
    (
        "37btjrVyb4KDXBNC4haBVPCrro8AQPHwvCMp3RFhhSVWwfFmZ6wwzSK6JK1hY6wHNmtrpTf1kdbva8TCneM2YsiXT7mrzT21EacHnPpz5YyUdj64na",
        0x82,
    ),
];

#[test]
fn addresses_of_every_kind_keep_text_and_bytes() {
    for (text, header) in TEXTS {
        let bytes = from_text(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(bytes.first(), Some(&header), "{text}");
        assert_eq!(to_text(&bytes).unwrap(), text);
        assert_eq!(from_text(&text.to_ascii_uppercase()).is_ok(), header < 0x80, "{text}");
    }
}

#[test]
fn malformed_texts_are_refused_with_seen_and_needed() {
    let (base, _) = TEXTS[0];
    let long = "a".repeat(2000);
    let cases: [(String, &str); 10] = [
        (String::new(), "neither bech32 nor base58"),
        ("hello".to_owned(), "neither bech32 nor base58"),
        (long, "2000 characters; needed a bech32 address"),
        (base.replace("qx2", "qx3"), "a wrong checksum"),
        (base.to_owned() + "q", "a wrong checksum"),
        (base.get(..60).unwrap().to_owned(), "a wrong checksum"),
        (base.replace("2fx", "bfx"), "character 'b'; needed the bech32 alphabet"),
        (base.replace("addr1qx", "Addr1qx"), "neither bech32 nor base58"),
        (bech32_encode("addr_test", &from_text(base).unwrap()), "needed \"addr\", its network's"),
        (bech32_encode("stake", &[0xe1; 29]), "address"),
    ];
    for (text, part) in cases {
        let seen = from_text(&text).expect_err(&text).0;
        assert!(seen.contains(part) && seen.contains("needed"), "{text}: {seen}");
    }
}

#[test]
fn malformed_bytes_are_refused_with_seen_and_needed() {
    let of = |header: u8, length: usize| {
        let mut bytes = vec![7; length];
        bytes.insert(0, header);
        bytes
    };
    let pointer = |tail: &[u8]| [of(0x40, 28), tail.to_vec()].concat();
    let mut byron = from_text(TEXTS[5].0).unwrap().into_vec();
    let crc = byron.len() - 1;
    byron[crc] ^= 1;
    let cases: [(Vec<u8>, &str); 16] = [
        (vec![], "an empty address"),
        (of(0x00, 55), "base address of 56 bytes; needed 57"),
        (of(0x00, 57), "base address of 58 bytes; needed 57"),
        (of(0x60, 27), "enterprise address of 28 bytes; needed 29"),
        (of(0x70, 29), "enterprise address of 30 bytes; needed 29"),
        (of(0x40, 27), "pointer address of 28 bytes"),
        (of(0x02, 56), "header 0x02 with unused bits"),
        (of(0x6f, 28), "header 0x6f with unused bits"),
        (of(0xe0, 28), "Byron address"),
        (of(0x90, 56), "Byron address"),
        (pointer(&[1, 2]), "ends in its certificate index"),
        (pointer(&[1, 2, 3, 4]), "1 bytes after the pointer"),
        (pointer(&[0x90, 0x80, 0x80, 0x80, 0, 0, 0]), "slot of more than 32 bits"),
        (pointer(&[0, 0x84, 0x80, 0, 0]), "transaction index of more than 16 bits"),
        (pointer(&[0, 0, 0x80, 0x80, 0x80, 0]), "certificate index of more than 16 bits"),
        (byron, "the CRC-32 of the payload"),
    ];
    for (bytes, part) in cases {
        let seen = check(&bytes).expect_err(part).0;
        assert!(seen.contains(part) && seen.contains("needed"), "{bytes:02x?}: {seen}");
        assert!(to_text(&bytes).is_err());
    }
}

proptest! {
    /// The crate's conversion is an independent witness for well-formed addresses.
    #[test]
    fn texts_agree_with_an_independent_conversion(
        payload in proptest::collection::vec(any::<u8>(), 56), kind in 0_u8..8, main in any::<bool>(),
    ) {
        let length = match kind { 0..=3 => 56, 4 | 5 => 28, _ => 28 };
        let mut bytes = vec![kind << 4 | u8::from(main)];
        bytes.extend(payload.iter().take(length));
        if matches!(kind, 4 | 5) {
            bytes.extend([0x81, 0x00, 0x05, 0x06]);
        }
        let text = to_text(&bytes).unwrap();
        let witness = pallas_addresses::Address::from_bytes(&bytes).unwrap();
        prop_assert_eq!(&witness.to_bech32().unwrap(), &text);
        prop_assert_eq!(&*from_text(&text).unwrap(), &*bytes);
    }

    #[test]
    fn base58_keeps_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        prop_assert_eq!(base58_decode(&base58_encode(&bytes)).unwrap(), bytes);
    }

    #[test]
    fn no_text_and_no_bytes_panic(text in ".{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = from_text(&text);
        let _ = to_text(&bytes);
    }
}
