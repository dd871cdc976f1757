//! CBOR as a tree that can be changed: every item keeps how it was written, lengths follow from the content.

/// Deeper items stay bytes: the tree is walked by recursion.
const DEPTH_ITEMS: usize = 200;

/// What an item is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Number of either sign, simple value or float: major type and what its head says.
    Number(u8, u64),
    /// Bytes (major type 2) or text (3).
    String(u8, Vec<u8>),
    /// A byte string whose content is an item.
    Wrapped,
    /// Chunks of a string of this major type.
    Chunks(u8),
    /// A list.
    List,
    /// A map: keys and values in turn.
    Map,
    /// A tag of this number, over one item.
    Tag(u64),
    /// What is no CBOR.
    Raw(Vec<u8>),
}

/// An item with those inside of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// Bytes that its head takes at least beyond the first: 0, 1, 2, 4 or 8.
    pub width_bytes: u8,
    /// Written with a break at its end in place of a length.
    pub open: bool,
    /// Those inside.
    pub items: Vec<Item>,
}

impl Item {
    /// In the shortest form.
    pub const fn new(kind: Kind, items: Vec<Self>) -> Self {
        Self { kind, width_bytes: 0, open: false, items }
    }

    /// A number from zero on.
    pub const fn number(value: u64) -> Self {
        Self::new(Kind::Number(0, value), Vec::new())
    }

    /// The major type; 8 for what is no CBOR.
    pub const fn major(&self) -> u8 {
        match self.kind {
            Kind::Number(major, _) | Kind::String(major, _) | Kind::Chunks(major) => major,
            Kind::Wrapped => 2,
            Kind::List => 4,
            Kind::Map => 5,
            Kind::Tag(_) => 6,
            Kind::Raw(_) => 8,
        }
    }

    /// This one and all inside.
    pub fn count(&self) -> usize {
        1 + count(&self.items)
    }

    fn write(&self, out: &mut Vec<u8>) {
        let (major, value) = match &self.kind {
            Kind::Raw(bytes) => return out.extend_from_slice(bytes),
            Kind::Number(major, value) => (*major, *value),
            Kind::Tag(number) => (6, *number),
            Kind::String(major, bytes) => (*major, bytes.len() as u64),
            Kind::Wrapped => (2, encode(&self.items).len() as u64),
            Kind::Chunks(major) => (*major, 0),
            Kind::List => (4, self.items.len() as u64),
            Kind::Map => (5, self.items.len() as u64 / 2),
        };
        if self.open {
            out.push(major << 5 | 31);
        } else {
            head(major, value, self.width_bytes, out);
        }
        if let Kind::String(_, bytes) = &self.kind {
            out.extend_from_slice(bytes);
        }
        self.items.iter().for_each(|item| item.write(out));
        if self.open {
            out.push(0xff);
        }
    }
}

/// How many items, with all inside of them.
pub fn count(items: &[Item]) -> usize {
    items.iter().map(Item::count).sum()
}

/// The items as bytes, one after the other.
pub fn encode(items: &[Item]) -> Vec<u8> {
    let mut out = Vec::new();
    items.iter().for_each(|item| item.write(&mut out));
    out
}

/// Any bytes as items; from the first that is none on they stay bytes. Encodes to the same bytes.
pub fn parse(bytes: &[u8]) -> Vec<Item> {
    let mut items = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let mut after = rest;
        match item(&mut after, DEPTH_ITEMS) {
            Some(item) => items.push(item),
            None => {
                items.push(Item::new(Kind::Raw(rest.into()), Vec::new()));
                return items;
            }
        }
        rest = after;
    }
    items
}

/// Whether the bytes are one item and nothing else.
pub fn is_item(bytes: &[u8]) -> bool {
    matches!(parse(bytes).as_slice(), [item] if !matches!(item.kind, Kind::Raw(_)))
}

fn head(major: u8, value: u64, least_bytes: u8, out: &mut Vec<u8>) {
    let needed = match value {
        0..24 => 0,
        24..0x100 => 1,
        0x100..0x1_0000 => 2,
        0x1_0000..0x1_0000_0000 => 4,
        _ => 8,
    };
    let (first, width) = match needed.max(least_bytes) {
        0 => (value as u8, 0),
        1 => (24, 1),
        2 => (25, 2),
        3..=4 => (26, 4),
        _ => (27, 8),
    };
    out.push(major << 5 | first);
    out.extend_from_slice(&value.to_be_bytes()[8 - width..]);
}

fn take<'a>(rest: &mut &'a [u8], length: u64) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    *rest = after;
    Some(taken)
}

fn item(rest: &mut &[u8], depth: usize) -> Option<Item> {
    let depth = depth.checked_sub(1)?;
    let first = take(rest, 1)?[0];
    let (major, low) = (first >> 5, first & 31);
    let width_bytes = match low {
        0..24 | 31 => 0,
        24..28 => 1 << (low - 24),
        _ => return None,
    };
    let argument = take(rest, u64::from(width_bytes))?;
    let value = argument.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
    let value = if low < 24 { u64::from(low) } else { value };
    let open = low == 31;
    let (kind, items) = match (major, open) {
        (0 | 1 | 7, false) => (Kind::Number(major, value), Vec::new()),
        (2 | 3, false) => string(major, take(rest, value)?, depth),
        (2 | 3, true) => (Kind::Chunks(major), until_break(rest, depth)?),
        (4, false) => (Kind::List, several(rest, value, depth)?),
        (5, false) => (Kind::Map, several(rest, value.checked_mul(2)?, depth)?),
        (4, true) => (Kind::List, until_break(rest, depth)?),
        (5, true) => (Kind::Map, until_break(rest, depth)?),
        (6, false) => (Kind::Tag(value), vec![item(rest, depth)?]),
        _ => return None,
    };
    Some(Item { kind, width_bytes, open, items })
}

/// A byte string with structure inside is taken apart.
fn string(major: u8, content: &[u8], depth: usize) -> (Kind, Vec<Item>) {
    let mut rest = content;
    if major == 2 && content.first().is_some_and(|first| (2..7).contains(&(first >> 5))) {
        match item(&mut rest, depth) {
            Some(inner) if rest.is_empty() => return (Kind::Wrapped, vec![inner]),
            _ => {}
        }
    }
    (Kind::String(major, content.into()), Vec::new())
}

fn several(rest: &mut &[u8], count: u64, depth: usize) -> Option<Vec<Item>> {
    // Each takes a byte at least; what claims more would only fail later.
    (count <= rest.len() as u64).then_some(())?;
    (0..count).map(|_| item(rest, depth)).collect()
}

fn until_break(rest: &mut &[u8], depth: usize) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    while *rest.first()? != 0xff {
        items.push(item(rest, depth)?);
    }
    take(rest, 1)?;
    Some(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_kept() {
        let cases: &[&[u8]] = &[
            &[],
            &[0xff],
            &[0x9f, 0x01],
            &[0x9f, 0x18, 0x01, 0xff],
            &[0x5f, 0x41, 0x07, 0xff, 0xf6],
            &[0xbf, 0x01, 0x02, 0xff],
            &[0xd8, 0x18, 0x43, 0xd8, 0x79, 0x80],
            &[0x9b, 0, 0, 0, 0, 0, 0, 0, 1, 0x00],
            &[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0xf9, 0x3c, 0x00, 0x1c],
        ];
        for bytes in cases {
            assert_eq!(encode(&parse(bytes)), *bytes);
        }
        let deep = [0x81; 1_000];
        assert_eq!(encode(&parse(&deep)), deep);
    }

    #[test]
    fn structure_inside_of_strings_is_seen() {
        let items = parse(&[0xd8, 0x18, 0x43, 0xd8, 0x79, 0x80]);
        assert_eq!((items.len(), count(&items)), (1, 4));
        assert_eq!(items[0].items[0].kind, Kind::Wrapped);
        assert!(is_item(&[0x42, 0x81, 0x82]), "a string that only looks so");
        assert!(!is_item(&[0x42, 0x81]) && !is_item(&[]) && !is_item(&[0x01, 0x02]));
    }

    #[test]
    fn lengths_follow_the_content() {
        let mut items = parse(&[0x43, 0x82, 0x01, 0x02, 0xa1, 0x01, 0x02]);
        items[0].items[0].items.push(Item::number(500));
        items[1].items.clear();
        assert_eq!(encode(&items), [0x46, 0x83, 0x01, 0x02, 0x19, 0x01, 0xf4, 0xa0]);
    }
}
