//! Data without recursion: scripts nest it as deep as their budget pays for.

use num_bigint::{BigInt, Sign};

use crate::{constant::DataPair, data::PlutusData, seq::Iter};

/// What a walk comes by.
pub enum Step<'a> {
    /// A node, before what is inside it.
    Node(&'a PlutusData<'a>),
    /// The end of a node that may have something inside, after it.
    End(&'a PlutusData<'a>),
}

enum Inside<'a> {
    Items(Iter<'a, &'a PlutusData<'a>>),
    /// Pairs, and the value of the pair whose key was passed.
    Pairs(Iter<'a, DataPair<'a>>, Option<&'a PlutusData<'a>>),
}

/// All nodes in the order of their encoding, shared ones once per use.
pub struct Walk<'a> {
    next: Option<&'a PlutusData<'a>>,
    open: Vec<(&'a PlutusData<'a>, Inside<'a>)>,
}

impl<'a> Walk<'a> {
    pub fn new(data: &'a PlutusData<'a>) -> Self {
        Self { next: Some(data), open: Vec::new() }
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Step<'a>;

    fn next(&mut self) -> Option<Step<'a>> {
        if let Some(node) = self.next.take() {
            match node {
                PlutusData::Constr { fields: items, .. }
                | PlutusData::ConstrOf { fields: items, .. }
                | PlutusData::List(items) => {
                    self.open.push((node, Inside::Items(items.iter())));
                }
                PlutusData::Map(pairs) => {
                    self.open.push((node, Inside::Pairs(pairs.iter(), None)));
                }
                PlutusData::Integer(_) | PlutusData::ByteString(_) => {}
            }
            self.go_on();
            return Some(Step::Node(node));
        }
        let (node, _) = self.open.pop()?;
        self.go_on();
        Some(Step::End(node))
    }
}

impl<'a> Walk<'a> {
    /// To what comes next in the innermost open node, if anything does.
    fn go_on(&mut self) {
        self.next = match self.open.last_mut() {
            None => None,
            Some((_, Inside::Items(items))) => items.next(),
            Some((_, Inside::Pairs(pairs, value))) => value.take().or_else(|| {
                let (key, of_key) = pairs.next()?;
                *value = Some(of_key);
                Some(key)
            }),
        };
    }
}

/// Memory units of data, or some number of at least `cap`.
pub fn size(data: &PlutusData<'_>, cap: i64) -> i64 {
    let mut size = 0_i64;
    for step in Walk::new(data) {
        let Step::Node(node) = step else { continue };
        size = size.saturating_add(4).saturating_add(match node {
            PlutusData::Integer(n) => crate::machine::cost_model::integer_ex_mem(n),
            PlutusData::ByteString(bytes) => crate::machine::cost_model::byte_string_ex_mem(bytes),
            PlutusData::Constr { .. }
            | PlutusData::ConstrOf { .. }
            | PlutusData::Map(_)
            | PlutusData::List(_) => 0,
        });
        if size >= cap {
            break;
        }
    }
    size
}

/// Nodes of data, or some number of at least `cap`.
pub fn nodes(data: &PlutusData<'_>, cap: i64) -> i64 {
    let mut count = 0_i64;
    for step in Walk::new(data) {
        if let Step::Node(_) = step {
            count += 1;
            if count >= cap {
                break;
            }
        }
    }
    count
}

/// Ends at the first difference, and after as many nodes as the smaller of the two has.
pub fn equal(left: &PlutusData<'_>, right: &PlutusData<'_>) -> bool {
    let mut rights = Walk::new(right);
    for step in Walk::new(left) {
        // As long as all heads were equal, both walks are at the same place.
        let same = match (step, rights.next()) {
            (Step::Node(left), Some(Step::Node(right))) => same_head(left, right),
            (Step::End(_), Some(Step::End(_))) => true,
            _ => false,
        };
        if !same {
            return false;
        }
    }
    true
}

fn same_head(left: &PlutusData<'_>, right: &PlutusData<'_>) -> bool {
    match (left, right) {
        (PlutusData::Constr { tag: left, .. }, PlutusData::Constr { tag: right, .. }) => {
            left == right
        }
        (PlutusData::ConstrOf { tag: left, .. }, PlutusData::ConstrOf { tag: right, .. }) => {
            left == right
        }
        // Where one of two ends first, an end meets a node.
        (PlutusData::List(_), PlutusData::List(_)) | (PlutusData::Map(_), PlutusData::Map(_)) => {
            true
        }
        (PlutusData::Integer(left), PlutusData::Integer(right)) => left == right,
        (PlutusData::ByteString(left), PlutusData::ByteString(right)) => left == right,
        _ => false,
    }
}

const TAG: u8 = 6;

/// CBOR as the ledger writes it.
pub fn encode(data: &PlutusData<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for step in Walk::new(data) {
        match step {
            Step::Node(PlutusData::Constr { tag, fields }) => {
                match *tag {
                    tag @ 0..7 => head(&mut out, TAG, 121 + tag),
                    tag @ 7..128 => head(&mut out, TAG, 1280 + tag - 7),
                    tag => {
                        head(&mut out, TAG, 102);
                        head(&mut out, 4, 2);
                        head(&mut out, 0, tag);
                    }
                }
                out.push(if fields.is_empty() { 0x80 } else { 0x9f });
            }
            Step::Node(PlutusData::ConstrOf { tag, fields }) => {
                head(&mut out, TAG, 102);
                head(&mut out, 4, 2);
                whole_integer(&mut out, tag);
                out.push(if fields.is_empty() { 0x80 } else { 0x9f });
            }
            Step::Node(PlutusData::List(items)) => {
                out.push(if items.is_empty() { 0x80 } else { 0x9f });
            }
            Step::Node(PlutusData::Map(pairs)) => head(&mut out, 5, pairs.len() as u64),
            Step::Node(PlutusData::ByteString(bytes)) => byte_string(&mut out, bytes),
            Step::Node(PlutusData::Integer(n)) => integer(&mut out, n),
            Step::End(
                PlutusData::Constr { fields: items, .. }
                | PlutusData::ConstrOf { fields: items, .. }
                | PlutusData::List(items),
            ) if !items.is_empty() => out.push(0xff),
            Step::End(_) => {}
        }
    }
    out
}

fn head(out: &mut Vec<u8>, major: u8, value: u64) {
    let major = major << 5;
    match value {
        0..24 => out.push(major | value as u8),
        24..0x100 => out.extend([major | 24, value as u8]),
        0x100..0x1_0000 => {
            out.push(major | 25);
            out.extend((value as u16).to_be_bytes());
        }
        0x1_0000..0x1_0000_0000 => {
            out.push(major | 26);
            out.extend((value as u32).to_be_bytes());
        }
        _ => {
            out.push(major | 27);
            out.extend(value.to_be_bytes());
        }
    }
}

/// Byte strings past 64 bytes come in chunks of 64.
fn byte_string(out: &mut Vec<u8>, bytes: &[u8]) {
    const CHUNK: usize = 64;
    if bytes.len() <= CHUNK {
        head(out, 2, bytes.len() as u64);
        out.extend_from_slice(bytes);
        return;
    }
    out.push(0x5f);
    for chunk in bytes.chunks(CHUNK) {
        head(out, 2, chunk.len() as u64);
        out.extend_from_slice(chunk);
    }
    out.push(0xff);
}

/// As plain CBOR has it: not in chunks.
fn whole_integer(out: &mut Vec<u8>, n: &BigInt) {
    let negative = n.sign() == Sign::Minus;
    let magnitude = if negative { -n - 1 } else { n.clone() };
    if let Ok(small) = u64::try_from(&magnitude) {
        return head(out, u8::from(negative), small);
    }
    let bytes = magnitude.to_bytes_be().1;
    head(out, TAG, if negative { 3 } else { 2 });
    head(out, 2, bytes.len() as u64);
    out.extend(bytes);
}

fn integer(out: &mut Vec<u8>, n: &BigInt) {
    let negative = n.sign() == Sign::Minus;
    // -1 - n for the negative ones.
    let magnitude = if negative { -n - 1 } else { n.clone() };
    if let Ok(small) = u64::try_from(&magnitude) {
        return head(out, u8::from(negative), small);
    }
    head(out, TAG, if negative { 3 } else { 2 });
    byte_string(out, &magnitude.to_bytes_be().1);
}
