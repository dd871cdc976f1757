//! Programs and data from their text form. For tests and benchmarks: panics on what it does not know.
#![allow(clippy::unwrap_used, clippy::panic)]

/// Flat bytes of a program in text form; `number` knows builtins by their names.
pub fn flat_of(text: &str, number: impl Fn(&str) -> Option<u8>) -> Vec<u8> {
    let mut writer =
        Writer { tokens: Tokens::of(text), bits: Vec::new(), scope: Vec::new(), number };
    writer.tokens.expect("(");
    writer.tokens.expect("program");
    for part in writer.tokens.next().split('.') {
        writer.natural(part.parse().unwrap());
    }
    writer.term();
    writer.tokens.expect(")");
    writer.filler();
    writer.bits.chunks(8).map(byte).collect()
}

/// CBOR of data in text form.
pub fn data_of(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    data(&mut Tokens::of(text), &mut out);
    out
}

fn byte(bits: &[bool]) -> u8 {
    bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit))
}

struct Tokens(std::vec::IntoIter<String>);

impl Tokens {
    fn of(text: &str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = match first {
                '(' | ')' | '[' | ']' | ',' => 1,
                '"' => 2 + rest[1..].find('"').unwrap(),
                _ => rest
                    .find(|c: char| c.is_whitespace() || "()[],".contains(c))
                    .unwrap_or(rest.len()),
            };
            tokens.push(rest[..length].to_owned());
            rest = rest[length..].trim_start();
        }
        Self(tokens.into_iter())
    }

    fn peek(&self) -> &str {
        self.0.as_slice().first().map_or("", String::as_str)
    }

    fn next(&mut self) -> String {
        self.0.next().unwrap()
    }

    fn expect(&mut self, token: &str) {
        assert_eq!(self.next(), token);
    }
}

struct Writer<F> {
    tokens: Tokens,
    bits: Vec<bool>,
    scope: Vec<String>,
    number: F,
}

impl<F: Fn(&str) -> Option<u8>> Writer<F> {
    fn put(&mut self, value: u8, bits: u32) {
        self.bits.extend((0..bits).rev().map(|bit| value >> bit & 1 == 1));
    }

    fn natural(&mut self, mut value: u128) {
        loop {
            let group = (value & 0x7f) as u8;
            value >>= 7;
            self.put(group | if value == 0 { 0 } else { 0x80 }, 8);
            if value == 0 {
                return;
            }
        }
    }

    fn filler(&mut self) {
        while self.bits.len() % 8 != 7 {
            self.bits.push(false);
        }
        self.bits.push(true);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.filler();
        for chunk in bytes.chunks(255) {
            self.put(chunk.len() as u8, 8);
            chunk.iter().for_each(|byte| self.put(*byte, 8));
        }
        self.put(0, 8);
    }

    fn term(&mut self) {
        let first = self.tokens.next();
        match first.as_str() {
            "[" => self.application(),
            "(" => {
                let word = self.tokens.next();
                self.form(&word);
                self.tokens.expect(")");
            }
            name => {
                let place = self.scope.iter().rev().position(|bound| bound == name);
                self.put(0, 4);
                self.natural(place.unwrap_or_else(|| panic!("{name} is free")) as u128 + 1);
            }
        }
    }

    /// One function and one argument or more. Applications come before their parts, so parts are counted first.
    fn application(&mut self) {
        let (mut depth, mut parts) = (0_usize, 0_usize);
        for token in self.tokens.0.as_slice() {
            let closes = matches!(token.as_str(), "]" | ")");
            if closes && depth == 0 {
                break;
            }
            if closes {
                depth -= 1;
                continue;
            }
            parts += usize::from(depth == 0);
            depth += usize::from(matches!(token.as_str(), "[" | "("));
        }
        (1..parts).for_each(|_| self.put(3, 4));
        (0..parts).for_each(|_| self.term());
        self.tokens.expect("]");
    }

    fn form(&mut self, word: &str) {
        match word {
            "lam" => {
                let name = self.tokens.next();
                self.scope.push(name);
                self.put(2, 4);
                self.term();
                self.scope.pop();
            }
            "delay" => {
                self.put(1, 4);
                self.term();
            }
            "force" => {
                self.put(5, 4);
                self.term();
            }
            "error" => self.put(6, 4),
            "builtin" => {
                let name = self.tokens.next();
                self.put(7, 4);
                let number = (self.number)(&name);
                self.put(number.unwrap_or_else(|| panic!("no builtin {name}")), 7);
            }
            "constr" => {
                self.put(8, 4);
                let tag = self.tokens.next();
                self.natural(tag.parse().unwrap());
                self.terms();
            }
            "case" => {
                self.put(9, 4);
                self.term();
                self.terms();
            }
            "con" => self.constant(),
            other => panic!("no term begins with {other}"),
        }
    }

    fn terms(&mut self) {
        while self.tokens.peek() != ")" {
            self.put(1, 1);
            self.term();
        }
        self.put(0, 1);
    }

    fn constant(&mut self) {
        self.put(4, 4);
        let mut tags = Vec::new();
        kind(&mut self.tokens, &mut tags);
        for tag in &tags {
            self.put(1, 1);
            self.put(*tag, 4);
        }
        self.put(0, 1);
        self.value(&mut tags.as_slice());
    }

    fn value(&mut self, kind: &mut &[u8]) {
        let tag = kind[0];
        *kind = &kind[1..];
        match tag {
            0 => {
                let n: i128 = self.tokens.next().parse().unwrap();
                self.natural((n << 1 ^ n >> 127) as u128);
            }
            1 => {
                let bytes = hex(&self.tokens.next());
                self.bytes(&bytes);
            }
            2 => {
                let text = self.tokens.next();
                self.bytes(text.trim_matches('"').as_bytes());
            }
            3 => {
                self.tokens.expect("(");
                self.tokens.expect(")");
            }
            4 => {
                let value = self.tokens.next() == "True";
                self.put(u8::from(value), 1);
            }
            8 => {
                let mut cbor = Vec::new();
                self.tokens.expect("(");
                data(&mut self.tokens, &mut cbor);
                self.tokens.expect(")");
                self.bytes(&cbor);
            }
            7 if kind[0] == 5 => {
                let item = &kind[1..];
                self.tokens.expect("[");
                while self.tokens.peek() != "]" {
                    self.put(1, 1);
                    self.value(&mut &*item);
                    if self.tokens.peek() == "," {
                        self.tokens.expect(",");
                    }
                }
                self.tokens.expect("]");
                self.put(0, 1);
            }
            other => panic!("no constants of type {other}"),
        }
    }
}

fn kind(tokens: &mut Tokens, tags: &mut Vec<u8>) {
    match tokens.next().as_str() {
        "integer" => tags.push(0),
        "bytestring" => tags.push(1),
        "string" => tags.push(2),
        "unit" => tags.push(3),
        "bool" => tags.push(4),
        "data" => tags.push(8),
        "(" => {
            tokens.expect("list");
            tags.extend([7, 5]);
            kind(tokens, tags);
            tokens.expect(")");
        }
        other => panic!("no type {other}"),
    }
}

fn hex(token: &str) -> Vec<u8> {
    let digits = token.strip_prefix('#').unwrap();
    (0..digits.len() / 2)
        .map(|at| u8::from_str_radix(&digits[2 * at..][..2], 16).unwrap())
        .collect()
}

fn head(out: &mut Vec<u8>, major: u8, value: u64) {
    out.push(major << 5 | 27);
    out.extend(value.to_be_bytes());
}

fn data(tokens: &mut Tokens, out: &mut Vec<u8>) {
    match tokens.next().as_str() {
        "I" => {
            let n: i128 = tokens.next().parse().unwrap();
            let magnitude = if n < 0 { -1 - n } else { n };
            head(out, u8::from(n < 0), u64::try_from(magnitude).unwrap());
        }
        "B" => {
            let bytes = hex(&tokens.next());
            head(out, 2, bytes.len() as u64);
            out.extend(bytes);
        }
        "List" => list(tokens, out),
        "Constr" => {
            let tag: u64 = tokens.next().parse().unwrap();
            head(out, 6, 102);
            head(out, 4, 2);
            head(out, 0, tag);
            list(tokens, out);
        }
        "Map" => {
            out.push(0xbf);
            tokens.expect("[");
            while tokens.peek() != "]" {
                tokens.expect("(");
                data(tokens, out);
                tokens.expect(",");
                data(tokens, out);
                tokens.expect(")");
                if tokens.peek() == "," {
                    tokens.expect(",");
                }
            }
            tokens.expect("]");
            out.push(0xff);
        }
        "(" => {
            data(tokens, out);
            tokens.expect(")");
        }
        other => panic!("no data begins with {other}"),
    }
}

fn list(tokens: &mut Tokens, out: &mut Vec<u8>) {
    out.push(0x9f);
    tokens.expect("[");
    while tokens.peek() != "]" {
        data(tokens, out);
        if tokens.peek() == "," {
            tokens.expect(",");
        }
    }
    tokens.expect("]");
    out.push(0xff);
}
