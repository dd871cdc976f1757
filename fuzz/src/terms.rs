//! Programs at random: mostly well-typed terms of all builtins, so that the evaluator has something to do.

use super::flat::Bits;
use super::random::Random;

/// Argument types and the result of each builtin, by its number in flat; `!` for each force. A letter is a type:
/// i integer, b bytes, s text, u unit, t bool, d data, I list of integers, L list of data, M list of pairs of
/// data, p such a pair, q what a constructor is taken apart into, g and h points of G1 and G2, x and y lists of them,
/// m what a Miller loop gives, a array of data, v value.
const BUILTINS: &str = "ii>i ii>i ii>i ii>i ii>i ii>i ii>i ii>t ii>t ii>t \
    bb>b ib>b iib>b b>i bi>i bb>t bb>t bb>t b>b b>b b>b bbb>t ss>s ss>t s>b b>s \
    !tii>i !ui>i !si>i !!p>d !!q>i !!Lii>i !dL>L !L>d !L>L !L>t !diiiii>i \
    iL>d M>d L>d i>d b>d d>q d>M d>L d>i d>b dd>t dd>p u>L u>M d>b bbb>t bbb>t \
    gg>g g>g ig>g gg>t g>b b>g bb>g hh>h h>h ih>h hh>t h>b b>h bb>h gh>m mm>m mm>t \
    b>b b>b tii>b tb>i tbb>b tbb>b tbb>b b>b bi>t bIt>b ii>b bi>b bi>b b>i b>i b>b iii>i \
    !iL>L !a>i !L>a !ai>d Ix>g Iy>h bbiv>v bbv>i vv>v vv>t v>d d>v iv>v";

const TYPES: &[u8] = b"ibsutdILMpqghxymav";
/// All types, and f for a function.
pub const KINDS: &[u8] = b"ibsutdILMpqghxymavf";
/// Terms are at most so deep, and a bit more where a type has no constants.
const DEPTH: u32 = 5;

const VAR: u8 = 0;
const DELAY: u8 = 1;
const LAMBDA: u8 = 2;
const APPLY: u8 = 3;
const CONSTANT: u8 = 4;
const FORCE: u8 = 5;
const ERROR: u8 = 6;
const BUILTIN: u8 = 7;
const CONSTR: u8 = 8;
const CASE: u8 = 9;

/// The generators of G1 and G2 and the points at infinity, compressed; then what is not on the curve.
const POINTS: [&str; 5] = [
    "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb",
    "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e\
     024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8",
    "c00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
    "c00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\
     000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
    "800000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001",
];

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.bytes().filter_map(|c| (c as char).to_digit(16)).collect();
    digits.chunks_exact(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}

/// One builtin: its number, forces, argument types, result.
struct Signature {
    number: u8,
    forces: usize,
    arguments: &'static [u8],
    result: u8,
}

fn signatures() -> impl Iterator<Item = Signature> {
    (0..).zip(BUILTINS.split_whitespace()).filter_map(|(number, text)| {
        let (arguments, result) = text.split_once('>')?;
        let plain = arguments.trim_start_matches('!');
        Some(Signature {
            number,
            forces: arguments.len() - plain.len(),
            arguments: plain.as_bytes(),
            result: *result.as_bytes().first()?,
        })
    })
}

/// Writes terms with choices.
struct Writer<'r> {
    bits: Bits,
    random: &'r mut Random,
    /// Types of the variables around, the innermost last.
    bound: Vec<u8>,
    /// Terms of constructors and cases are known.
    sums: bool,
}

/// A program for a script that takes so many arguments, and gives unit back when its term gives anything.
pub fn program(arguments: usize, random: &mut Random) -> Vec<u8> {
    let kind = *random.pick(TYPES).unwrap_or(&b'i');
    let sums = arguments == 1 || random.below(4) == 0;
    whole(arguments, sums, random, |writer| writer.term(kind, DEPTH))
}

/// A program that calls the builtin of a number with constants; none past the last.
pub fn calling(number: usize, arguments: usize, random: &mut Random) -> Option<Vec<u8>> {
    let signature = signatures().nth(number)?;
    Some(whole(arguments, arguments == 1, random, |writer| writer.call(&signature, 0)))
}

/// A program that calls the builtin of a number with an argument of this type in this place; none where there is no such
/// builtin or place, or where that type is right.
pub fn wrong(number: usize, position: usize, kind: u8, random: &mut Random) -> Option<Vec<u8>> {
    let signature = signatures().nth(number)?;
    if *signature.arguments.get(position)? == kind {
        return None;
    }
    Some(whole(1, true, random, |writer| {
        writer.begin_call(&signature, signature.arguments.len());
        for (place, argument) in signature.arguments.iter().enumerate() {
            writer.certain(if place == position { kind } else { *argument });
        }
    }))
}

fn whole(
    arguments: usize,
    sums: bool,
    random: &mut Random,
    body: impl FnOnce(&mut Writer<'_>),
) -> Vec<u8> {
    let mut writer = Writer { bits: Bits::default(), random, bound: Vec::new(), sums };
    [1, u128::from(sums), 0].into_iter().for_each(|part| writer.bits.natural(part));
    for _ in 0..arguments {
        writer.tag(LAMBDA);
        writer.bound.push(b'd');
    }
    for tag in [APPLY, LAMBDA] {
        writer.tag(tag);
    }
    writer.constant(b'u');
    body(&mut writer);
    writer.bits.end()
}

impl Writer<'_> {
    fn tag(&mut self, tag: u8) {
        self.bits.put(tag, 4);
    }

    /// A term of a type, now and then of another.
    fn term(&mut self, kind: u8, depth: u32) {
        let kind = match self.random.below(60) {
            0 => *self.random.pick(TYPES).unwrap_or(&kind),
            _ => kind,
        };
        let has_constants = !b"ghxyma".contains(&kind);
        if depth == 0 && has_constants {
            return self.leaf(kind);
        }
        match self.random.below(if depth == 0 { 10 } else { 24 }) {
            10 => self.bound_to(kind, depth - 1),
            11 => {
                self.tag(FORCE);
                self.tag(DELAY);
                self.term(kind, depth - 1);
            }
            12 if self.sums => self.case(kind, depth - 1),
            13 => self.chosen(kind, depth - 1),
            14 if self.random.below(10) == 0 => self.tag(ERROR),
            15..18 if has_constants => self.leaf(kind),
            _ => {
                // At the bottom only what does not need the like again.
                let ends = |found: &Signature| depth > 0 || !found.arguments.contains(&kind);
                let fits = signatures().filter(|found| found.result == kind && ends(found));
                let fits: Vec<_> = fits.collect();
                match fits.get(self.random.below(fits.len().max(1))) {
                    Some(signature) => self.call(signature, depth.saturating_sub(1)),
                    None => self.leaf(kind),
                }
            }
        }
    }

    /// A variable of the type, or a constant.
    fn leaf(&mut self, kind: u8) {
        let around = self.bound.iter().rev().zip(1..);
        let distances: Vec<u128> = around.filter(|(k, _)| **k == kind).map(|(_, n)| n).collect();
        match self.random.pick(&distances).copied() {
            Some(distance) if self.random.below(2) == 0 => {
                self.tag(VAR);
                self.bits.natural(distance);
            }
            _ => self.constant(kind),
        }
    }

    fn call(&mut self, signature: &Signature, depth: u32) {
        // One argument fewer is a value, too.
        let count = signature.arguments.len() - usize::from(self.random.below(40) == 0);
        self.begin_call(signature, count);
        for argument in signature.arguments.iter().take(count) {
            self.term(*argument, depth);
        }
    }

    fn begin_call(&mut self, signature: &Signature, arguments: usize) {
        for _ in 0..arguments {
            self.tag(APPLY);
        }
        for _ in 0..signature.forces {
            self.tag(FORCE);
        }
        self.tag(BUILTIN);
        self.bits.put(signature.number, 7);
    }

    /// A term of just this type; as simple as there is one.
    fn certain(&mut self, kind: u8) {
        let call = |number| signatures().nth(number);
        let signature = match kind {
            b'f' => {
                self.tag(LAMBDA);
                return self.constant(b'i');
            }
            b'g' => call(60),
            b'h' => call(67),
            b'm' => call(68),
            _ => None,
        };
        let Some(signature) = signature else { return self.constant(kind) };
        self.begin_call(&signature, signature.arguments.len());
        for argument in signature.arguments {
            if *argument == b'b' {
                self.tag(CONSTANT);
                self.bits.list(&[1], |bits, tag| bits.put(*tag, 4));
                self.bits.string(b"point");
            } else {
                self.certain(*argument);
            }
        }
    }

    /// A function of a new variable, called.
    fn bound_to(&mut self, kind: u8, depth: u32) {
        let bound = *self.random.pick(TYPES).unwrap_or(&kind);
        self.tag(APPLY);
        self.tag(LAMBDA);
        self.bound.push(bound);
        self.term(kind, depth);
        self.bound.pop();
        self.term(bound, depth);
    }

    /// A case of a constructor, or of a constant, as the newest version knows it.
    fn case(&mut self, kind: u8, depth: u32) {
        self.tag(CASE);
        let fields = self.random.below(3);
        if self.random.below(2) == 0 {
            self.tag(CONSTR);
            let tag = [0, 0, 1, 2, u128::from(u64::MAX)][self.random.below(5)];
            self.bits.natural(tag);
            for _ in 0..fields {
                self.bits.put(1, 1);
                self.term(b'i', depth);
            }
            self.bits.put(0, 1);
        } else {
            let scrutinee = *self.random.pick(b"tiupL").unwrap_or(&b't');
            self.term(scrutinee, depth);
        }
        for _ in 0..1 + self.random.below(3) {
            self.bits.put(1, 1);
            for _ in 0..fields {
                self.tag(LAMBDA);
                self.bound.push(b'i');
            }
            self.term(kind, depth);
            self.bound.truncate(self.bound.len() - fields);
        }
        self.bits.put(0, 1);
    }

    /// One of two by a condition, behind a delay.
    fn chosen(&mut self, kind: u8, depth: u32) {
        for tag in [FORCE, APPLY, APPLY, APPLY, FORCE, BUILTIN] {
            self.tag(tag);
        }
        self.bits.put(26, 7);
        self.term(b't', depth);
        for _ in 0..2 {
            self.tag(DELAY);
            self.term(kind, depth);
        }
    }

    fn constant(&mut self, kind: u8) {
        self.tag(CONSTANT);
        let kind_tags: &[u8] = match kind {
            b'b' => &[1],
            b's' => &[2],
            b'u' => &[3],
            b't' => &[4],
            b'd' => &[8],
            b'I' => &[7, 5, 0],
            b'L' => &[7, 5, 8],
            b'M' => &[7, 5, 7, 7, 6, 8, 8],
            b'p' => &[7, 7, 6, 8, 8],
            b'q' => &[7, 7, 6, 0, 7, 5, 8],
            b'x' => &[7, 5, 9],
            b'y' => &[7, 5, 10],
            b'a' => &[7, 12, 8],
            b'v' => &[13],
            _ => &[0],
        };
        self.bits.list(kind_tags, |bits, tag| bits.put(*tag, 4));
        self.content(kind);
    }

    fn content(&mut self, kind: u8) {
        match kind {
            b'u' => {}
            b't' => self.bits.put(self.random.below(2) as u8, 1),
            b'b' => {
                let bytes = self.bytes();
                self.bits.string(&bytes);
            }
            b's' => {
                let text = ["", "text", "\u{e9}\u{1f600}", "a longer text of more than one word"];
                self.bits.string(text[self.random.below(text.len())].as_bytes());
            }
            b'd' => {
                let data = self.data(3);
                self.bits.string(&data);
            }
            b'I' => self.repeated(b"i"),
            b'L' | b'a' => self.repeated(b"d"),
            b'M' => self.repeated(b"dd"),
            b'p' => [b'd', b'd'].into_iter().for_each(|part| self.content(part)),
            b'q' => [b'i', b'L'].into_iter().for_each(|part| self.content(part)),
            b'x' | b'y' => self.bits.put(0, 1),
            b'v' => self.value(),
            _ if self.random.below(30) == 0 => self.long_integer(),
            _ => {
                let value = self.integer();
                self.bits.integer(value);
            }
        }
    }

    /// An integer of many groups.
    fn long_integer(&mut self) {
        // Up to numbers that are multiplied in parts, and those parts in parts.
        let groups = [10, 40, 100, 300, 700, 2_500][self.random.below(6)];
        for _ in 0..groups + self.random.below(groups) {
            let group = self.random.number() as u8;
            self.bits.put(group | 0x80, 8);
        }
        self.bits.put(1, 8);
    }

    fn repeated(&mut self, parts: &[u8]) {
        for _ in 0..self.random.below(4) {
            self.bits.put(1, 1);
            parts.iter().for_each(|part| self.content(*part));
        }
        self.bits.put(0, 1);
    }

    /// Currencies in order with tokens in order, now and then not.
    fn value(&mut self) {
        for currency in 0..self.random.below(3) as u8 {
            self.bits.put(1, 1);
            self.bits.string(&[currency; 28]);
            for token in 0..1 + self.random.below(2) as u8 {
                self.bits.put(1, 1);
                self.bits.string(&vec![token; usize::from(token)]);
                let quantity = if self.random.below(8) == 0 { self.integer() } else { 5 };
                self.bits.integer(quantity);
            }
            self.bits.put(0, 1);
        }
        self.bits.put(0, 1);
    }

    fn integer(&mut self) -> i128 {
        let small = self.random.below(10) as i128 - 2;
        match self.random.below(8) {
            0..4 => small,
            4 => (1_i128 << self.random.below(127)) + small,
            5 => -(1_i128 << self.random.below(127)) + small,
            6 => i128::from(self.random.number() as i64),
            _ => self.random.below(600) as i128,
        }
    }

    fn bytes(&mut self) -> Vec<u8> {
        let mut length = [0, 1, 2, 28, 32, 33, 64][self.random.below(7)];
        match self.random.below(8) {
            0..3 => return hex(POINTS[self.random.below(POINTS.len())]),
            3 => length = self.random.below(300),
            _ => {}
        }
        (0..length).map(|_| self.random.number() as u8).collect()
    }

    /// CBOR of Plutus data.
    fn data(&mut self, depth: u32) -> Vec<u8> {
        let choice = if depth == 0 { 0 } else { self.random.below(6) };
        let mut parts =
            |count| (0..count).map(|_| self.data(depth - 1)).collect::<Vec<_>>().concat();
        match choice {
            1 => [&[0xd8, 0x79, 0x9f][..], &parts(2), &[0xff]].concat(),
            2 => [&[0x83][..], &parts(3)].concat(),
            3 => [&[0xa2][..], &parts(4)].concat(),
            4 => vec![0x43, 1, 2, 3],
            5 => [&[0xd8, 0x66, 0x82, 0x18, 200, 0x82][..], &parts(2)].concat(),
            _ => match self.random.below(4) {
                0 => vec![0x20],
                1 => vec![0xc2, 0x49, 1, 0, 0, 0, 0, 0, 0, 0, 0],
                2 => vec![0x40],
                _ => vec![self.random.below(24) as u8],
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_builtin_has_a_signature() {
        assert_eq!(signatures().count(), 101);
        let types = |signature: Signature| {
            signature.arguments.iter().chain([&signature.result]).all(|kind| TYPES.contains(kind))
        };
        assert!(signatures().all(types));
    }

    #[test]
    fn the_same_seed_gives_the_same_program() {
        for seed in 0..50 {
            assert_eq!(program(1, &mut Random(seed)), program(1, &mut Random(seed)));
        }
    }
}
