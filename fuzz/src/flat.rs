//! Flat encoding, as far as programs need it.

/// Bits, most significant first.
#[derive(Default)]
pub struct Bits {
    bytes: Vec<u8>,
    /// Bits used of the last byte; 0 when it is full, or none was begun.
    used: u32,
}

impl Bits {
    /// The lowest bits of a number.
    pub fn put(&mut self, value: u8, bits: u32) {
        for bit in (0..bits).rev() {
            if self.used == 0 {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= (value >> bit & 1) << (7 - self.used);
            }
            self.used = (self.used + 1) % 8;
        }
    }

    /// A natural number, in groups of seven bits, least significant first.
    pub fn natural(&mut self, value: u128) {
        let mut rest = value;
        while rest > 0x7f {
            self.put(rest as u8 | 0x80, 8);
            rest >>= 7;
        }
        self.put(rest as u8, 8);
    }

    /// An integer: zigzag.
    pub fn integer(&mut self, value: i128) {
        self.natural((value << 1 ^ value >> 127) as u128);
    }

    /// Zeros and a one, up to the end of a byte.
    pub fn filler(&mut self) {
        self.put(1, 8 - self.used);
    }

    /// A byte string: filler, chunks, an empty chunk.
    pub fn string(&mut self, content: &[u8]) {
        self.filler();
        for chunk in content.chunks(255) {
            self.put(chunk.len() as u8, 8);
            chunk.iter().for_each(|byte| self.put(*byte, 8));
        }
        self.put(0, 8);
    }

    /// A list of what `put` writes for each item.
    pub fn list<T>(&mut self, items: &[T], put: impl Fn(&mut Self, &T)) {
        for item in items {
            self.put(1, 1);
            put(self, item);
        }
        self.put(0, 1);
    }

    /// Everything, with the filler that ends a program.
    pub fn end(mut self) -> Vec<u8> {
        self.filler();
        self.bytes
    }
}
