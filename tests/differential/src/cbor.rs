//! CBOR, written by hand: what is compared must not be encoded by what is tested.

/// Head of an item, shortest form.
fn head(major: u8, value: u64) -> Vec<u8> {
    let major = major << 5;
    match value {
        0..24 => vec![major | value as u8],
        24..0x100 => vec![major | 24, value as u8],
        0x100..0x1_0000 => [&[major | 25][..], &(value as u16).to_be_bytes()].concat(),
        0x1_0000..0x1_0000_0000 => [&[major | 26][..], &(value as u32).to_be_bytes()].concat(),
        _ => [&[major | 27][..], &value.to_be_bytes()].concat(),
    }
}

/// A number.
pub fn uint(value: u64) -> Vec<u8> {
    head(0, value)
}

/// A number of either sign.
pub fn int(value: i64) -> Vec<u8> {
    match u64::try_from(value) {
        Ok(value) => head(0, value),
        Err(_) => head(1, !value as u64),
    }
}

/// A byte string.
pub fn bytes(content: &[u8]) -> Vec<u8> {
    [&head(2, content.len() as u64)[..], content].concat()
}

/// A text.
pub fn text(content: &str) -> Vec<u8> {
    [&head(3, content.len() as u64)[..], content.as_bytes()].concat()
}

/// A list of items that are encoded.
pub fn list(items: &[Vec<u8>]) -> Vec<u8> {
    [head(4, items.len() as u64), items.concat()].concat()
}

/// A list of indefinite length.
pub fn open_list(items: &[Vec<u8>]) -> Vec<u8> {
    [vec![0x9f], items.concat(), vec![0xff]].concat()
}

/// A map of pairs that are encoded, in their order.
pub fn map(pairs: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let content = pairs.iter().flat_map(|(key, value)| [key.as_slice(), value].concat());
    [head(5, pairs.len() as u64), content.collect()].concat()
}

/// A tagged item.
pub fn tag(number: u64, item: &[u8]) -> Vec<u8> {
    [&head(6, number)[..], item].concat()
}

/// A set: tag 258 over a list.
pub fn set(items: &[Vec<u8>]) -> Vec<u8> {
    tag(258, &list(items))
}

/// CBOR inside of CBOR.
pub fn nested(item: &[u8]) -> Vec<u8> {
    tag(24, &bytes(item))
}

/// Null.
pub const NULL: u8 = 0xf6;

/// Plutus data: a constructor below 7 with fields.
pub fn constructor(index: u64, fields: &[Vec<u8>]) -> Vec<u8> {
    tag(121 + index, &if fields.is_empty() { list(fields) } else { open_list(fields) })
}

#[test]
fn heads_take_the_shortest_form() {
    assert_eq!(uint(23), [0x17]);
    assert_eq!(uint(24), [0x18, 24]);
    assert_eq!(uint(65_536), [0x1a, 0, 1, 0, 0]);
    assert_eq!(int(-500), [0x39, 0x01, 0xf3]);
    assert_eq!(set(&[uint(1)]), [0xd9, 0x01, 0x02, 0x81, 0x01]);
    assert_eq!(map(&[(uint(1), bytes(&[7]))]), [0xa1, 0x01, 0x41, 0x07]);
}
