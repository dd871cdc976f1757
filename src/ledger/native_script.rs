//! Native (timelock) scripts: read and evaluated in one pass over their original bytes.
//!
//! One pass without recursion: any depth that fits into a transaction is decided, in time linear in the bytes
//! and memory linear in the depth, as the ledger decides it. Nothing is skipped: a script whose first branch
//! already decides is still read to its end, so that malformed bytes never pass.

use pallas_codec::minicbor::Decoder;
use pallas_codec::minicbor::data::Type;

use crate::unit::{KeyHash, Slot};

/// What a native script looks at.
pub(crate) struct Scene<'a> {
    /// Hashes of the keys that gave a signature, ascending.
    pub signers: &'a [KeyHash],
    /// First valid slot, inclusive.
    pub valid_from: Option<Slot>,
    /// First slot that is not valid any more, exclusive.
    pub valid_until: Option<Slot>,
}

/// A clause of several scripts that is being read.
struct Clause {
    needs: Needs,
    /// Scripts still to come; `None` in a list of indefinite length.
    left: Option<u64>,
    /// Scripts that agreed, and all that were read.
    agreed: u64,
    seen: u64,
    /// Whether the array around the clause ends with a break.
    open: bool,
}

/// How many scripts of a clause must agree.
#[derive(Clone, Copy)]
enum Needs {
    All,
    Any,
    AtLeast(i64),
}

impl Clause {
    fn verdict(&self) -> bool {
        match self.needs {
            Needs::All => self.agreed == self.seen,
            Needs::Any => self.agreed > 0,
            Needs::AtLeast(needed) => {
                u64::try_from(needed).is_ok_and(|needed| self.agreed >= needed) || needed <= 0
            }
        }
    }
}

/// One item of a script: a finished answer, or a clause that opens.
enum Item {
    Answer(bool),
    Opens(Clause),
}

/// Evaluates the CBOR of a native script: `None` when the bytes are not exactly one script.
pub(crate) fn evaluate(bytes: &[u8], scene: &Scene<'_>) -> Option<bool> {
    let mut reader = Decoder::new(bytes);
    let verdict = evaluate_next(&mut reader, scene)?;
    (reader.position() == bytes.len()).then_some(verdict)
}

fn evaluate_next(reader: &mut Decoder<'_>, scene: &Scene<'_>) -> Option<bool> {
    let mut clauses: Vec<Clause> = Vec::new();
    loop {
        let mut answer = match read_item(reader, scene)? {
            Item::Answer(answer) => Some(answer),
            Item::Opens(clause) => {
                clauses.push(clause);
                None
            }
        };
        // An answer travels outwards until a clause still has scripts to come.
        loop {
            let Some(clause) = clauses.last_mut() else {
                return answer;
            };
            if let Some(answer) = answer.take() {
                clause.seen += 1;
                clause.agreed += u64::from(answer);
            }
            if clause.expects_more(reader)? {
                break;
            }
            if clause.open {
                read_break(reader)?;
            }
            answer = Some(clause.verdict());
            clauses.pop();
        }
    }
}

impl Clause {
    /// Whether another script follows; consumes the end of a list of indefinite length.
    fn expects_more(&mut self, reader: &mut Decoder<'_>) -> Option<bool> {
        match &mut self.left {
            Some(0) => Some(false),
            Some(left) => {
                *left -= 1;
                Some(true)
            }
            None if reader.datatype().ok()? == Type::Break => {
                reader.skip().ok()?;
                Some(false)
            }
            None => Some(true),
        }
    }
}

fn read_break(reader: &mut Decoder<'_>) -> Option<()> {
    (reader.datatype().ok()? == Type::Break).then_some(())?;
    reader.skip().ok()
}

/// Reads a leaf whole, or a clause up to its first script.
fn read_item(reader: &mut Decoder<'_>, scene: &Scene<'_>) -> Option<Item> {
    let stated = reader.array().ok()?;
    let kind = reader.u8().ok()?;
    let needed_len = if kind == 3 { 3 } else { 2 };
    if stated.is_some_and(|len| len != needed_len) {
        return None;
    }
    let answer = match kind {
        0 => {
            let key = KeyHash::from_slice(reader.bytes().ok()?).ok()?;
            scene.signers.binary_search(&key).is_ok()
        }
        4 => {
            let from = Slot(reader.u64().ok()?);
            scene.valid_from.is_some_and(|valid_from| from <= valid_from)
        }
        5 => {
            let until = Slot(reader.u64().ok()?);
            scene.valid_until.is_some_and(|valid_until| valid_until <= until)
        }
        1..=3 => {
            let needs = match kind {
                1 => Needs::All,
                2 => Needs::Any,
                _ => Needs::AtLeast(reader.i64().ok()?),
            };
            let left = reader.array().ok()?;
            let open = stated.is_none();
            return Some(Item::Opens(Clause { needs, left, agreed: 0, seen: 0, open }));
        }
        _ => return None,
    };
    if stated.is_none() {
        read_break(reader)?;
    }
    Some(Item::Answer(answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNER: [u8; 28] = [1; 28];

    fn key(byte: u8) -> Vec<u8> {
        [&[0x82, 0x00, 0x58, 28][..], &[byte; 28]].concat()
    }

    fn clause(head: &[u8], scripts: &[Vec<u8>]) -> Vec<u8> {
        let count = u8::try_from(scripts.len()).unwrap_or(23);
        [head, &[0x80 | count], &scripts.concat()].concat()
    }

    fn all(scripts: &[Vec<u8>]) -> Vec<u8> {
        clause(&[0x82, 1], scripts)
    }

    fn any(scripts: &[Vec<u8>]) -> Vec<u8> {
        clause(&[0x82, 2], scripts)
    }

    fn at_least(needed: u8, scripts: &[Vec<u8>]) -> Vec<u8> {
        clause(&[0x83, 3, needed], scripts)
    }

    fn seen(script: &[u8], from: Option<u64>, until: Option<u64>) -> Option<bool> {
        let signers = [KeyHash(SIGNER)];
        let (valid_from, valid_until) = (from.map(Slot), until.map(Slot));
        evaluate(script, &Scene { signers: &signers, valid_from, valid_until })
    }

    #[test]
    fn clauses_count_the_scripts_that_agree() {
        let (yes, no) = (key(1), key(2));
        let cases = [
            (yes.clone(), true),
            (no.clone(), false),
            (all(&[]), true),
            (all(&[yes.clone(), yes.clone()]), true),
            (all(&[yes.clone(), no.clone()]), false),
            (any(&[]), false),
            (any(&[no.clone(), yes.clone()]), true),
            (any(std::slice::from_ref(&no)), false),
            (at_least(0, &[]), true),
            (at_least(1, &[]), false),
            (at_least(0x20, std::slice::from_ref(&no)), true),
            (at_least(2, &[yes.clone(), no.clone(), yes.clone()]), true),
            (at_least(2, &[yes.clone(), no.clone()]), false),
            (all(&[any(&[no.clone(), at_least(1, &[yes])]), all(&[])]), true),
            (all(&[any(&[no.clone(), at_least(1, &[no])]), all(&[])]), false),
        ];
        for (script, verdict) in cases {
            assert_eq!(seen(&script, None, None), Some(verdict), "{script:02x?}");
        }
    }

    #[test]
    fn time_locks_need_a_stated_bound_and_compare_it_inclusively() {
        let (start, expire) = ([0x82, 4, 10], [0x82, 5, 10]);
        for (from, verdict) in [(None, false), (Some(9), false), (Some(10), true), (Some(11), true)]
        {
            assert_eq!(seen(&start, from, None), Some(verdict), "from {from:?}");
        }
        for (until, verdict) in
            [(None, false), (Some(11), false), (Some(10), true), (Some(9), true)]
        {
            assert_eq!(seen(&expire, None, until), Some(verdict), "until {until:?}");
        }
    }

    #[test]
    fn indefinite_arrays_and_great_depth_are_read_without_recursion() {
        let open = [&[0x9f, 1, 0x9f][..], &key(1), &[0xff, 0xff]].concat();
        assert_eq!(seen(&open, None, None), Some(true));
        let depth = 30_000;
        let deep = [[0x82, 1, 0x81].repeat(depth), key(1)].concat();
        assert_eq!(seen(&deep, None, None), Some(true));
    }

    #[test]
    fn anything_but_exactly_one_script_is_malformed() {
        let bad: [&[u8]; 10] = [
            &[],
            &[0x80],
            &[0x82, 6, 0],
            &[0x83, 0, 0, 0],
            &[0x82, 0, 0x41, 1],
            &[0x82, 4, 0x20],
            &[0x82, 1, 0x81],
            &[0x82, 1, 0x9f],
            &[0x9f, 4, 1],
            &[0x82, 4, 1, 0],
        ];
        for script in bad {
            assert_eq!(seen(script, None, None), None, "{script:02x?}");
        }
        let second_branch_is_broken = [&[0x82, 2, 0x82][..], &key(1), &[0x82, 9, 9]].concat();
        assert_eq!(seen(&second_branch_is_broken, None, None), None);
    }
}
