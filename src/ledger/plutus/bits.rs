//! Bits of a flat encoding, most significant first.

use amaru_uplc::constant::Integer;

/// Why bytes became no program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// They are no well-formed script, as the ledger sees it too.
    Malformed,
    /// They may be one, but go beyond a bound of this decoder: the ledger's verdict is not known.
    Beyond(&'static str),
}

pub(super) use Flaw::Malformed;

pub(super) type Read<T> = Result<T, Flaw>;

/// Bits of one group of a variable-length number.
const GROUP_BITS: u32 = 7;
/// Set in a group that another one follows.
const MORE: u8 = 0x80;

/// Reads bits of a byte string.
pub(super) struct Bits<'b> {
    bytes: &'b [u8],
    /// Position in bits.
    at: usize,
}

impl<'b> Bits<'b> {
    pub(super) const fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// One bit.
    pub(super) fn bit(&mut self) -> Read<bool> {
        let byte = *self.bytes.get(self.at / 8).ok_or(Malformed)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Ok(bit == 1)
    }

    /// Up to eight bits as a number.
    pub(super) fn small(&mut self, bits: u32) -> Read<u8> {
        let (index, shift) = (self.at / 8, self.at % 8);
        let high = *self.bytes.get(index).ok_or(Malformed)?;
        let low = if shift + bits as usize > 8 {
            *self.bytes.get(index + 1).ok_or(Malformed)?
        } else {
            0
        };
        let window = u16::from_be_bytes([high, low]) << shift;
        self.at += bits as usize;
        Ok((window >> (16 - bits)) as u8)
    }

    /// A natural number of at most 64 bits, in at most ten groups of seven, least significant first.
    pub(super) fn natural(&mut self) -> Read<u64> {
        let mut value = 0_u64;
        for shift in (0..u64::BITS).step_by(GROUP_BITS as usize) {
            let group = self.small(8)?;
            let part = u64::from(group & !MORE);
            let moved = part << shift;
            if moved >> shift != part {
                return Err(Malformed);
            }
            value |= moved;
            if group & MORE == 0 {
                return Ok(value);
            }
        }
        Err(Malformed)
    }

    /// A natural number of any size, as far as it is of 64 bits; what is larger comes as the largest.
    pub(super) fn natural_of_any_size(&mut self) -> Read<u64> {
        let mut value = 0_u64;
        let mut shift = 0_u32;
        loop {
            let group = self.small(8)?;
            let part = u64::from(group & !MORE);
            if part != 0 {
                let moved = part.checked_shl(shift).filter(|moved| moved >> shift == part);
                value = moved.map_or(u64::MAX, |moved| value | moved);
            }
            if group & MORE == 0 {
                return Ok(value);
            }
            shift = shift.saturating_add(GROUP_BITS);
        }
    }

    /// An integer of any size: zigzag over a natural number in groups of seven.
    pub(super) fn integer(&mut self) -> Read<Integer> {
        let mut groups = Vec::new();
        loop {
            let group = self.small(8)?;
            groups.push(group & !MORE);
            if group & MORE == 0 {
                break;
            }
        }
        let zigzag = packed(&groups);
        let negative = zigzag.first().is_some_and(|low| low & 1 == 1);
        // n is 2k for k and 2k - 1 for -k: halve, and complement for the negative ones (-k = !(k - 1)).
        let mut halved = vec![0_u8; zigzag.len() + 1];
        for (place, byte) in halved.iter_mut().enumerate() {
            let low = zigzag.get(place).copied().unwrap_or(0) >> 1;
            let high = zigzag.get(place + 1).copied().unwrap_or(0) << 7;
            *byte = if negative { !(low | high) } else { low | high };
        }
        Ok(Integer::from_signed_bytes_le(&halved))
    }

    /// Skips zeros up to and including the next one bit, which ends a byte.
    pub(super) fn filler(&mut self) -> Read<()> {
        while !self.bit()? {}
        if self.at.is_multiple_of(8) { Ok(()) } else { Err(Malformed) }
    }

    /// A byte string: filler, then chunks of up to 255 bytes, ended by an empty one.
    pub(super) fn bytes(&mut self) -> Read<Box<[u8]>> {
        self.filler()?;
        let mut all = Vec::new();
        loop {
            let start = self.at / 8;
            let len = usize::from(*self.bytes.get(start).ok_or(Malformed)?);
            let chunk = self.bytes.get(start + 1..start + 1 + len).ok_or(Malformed)?;
            self.at += 8 * (1 + len);
            if len == 0 {
                return Ok(all.into());
            }
            all.extend_from_slice(chunk);
        }
    }

    /// Whether every bit was read.
    pub(super) const fn at_end(&self) -> bool {
        self.at == self.bytes.len() * 8
    }
}

/// Groups of seven bits, least significant first, as bytes of eight, least significant first.
fn packed(groups: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(groups.len());
    let (mut pending, mut bits) = (0_u16, 0);
    for group in groups {
        pending |= u16::from(*group) << bits;
        bits += GROUP_BITS;
        if bits >= 8 {
            bytes.push(pending as u8);
            pending >>= 8;
            bits -= 8;
        }
    }
    bytes.push(pending as u8);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_zigzag_numbers_of_any_size() {
        let cases: [(&[u8], i128); 8] = [
            (&[0x00], 0),
            (&[0x01], -1),
            (&[0x02], 1),
            (&[0x7f], -64),
            (&[0x80, 0x01], 64),
            (&[0xff, 0x01], -128),
            (&[0x80, 0x00], 0),
            (&[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], i64::MAX as i128),
        ];
        for (bytes, expected) in cases {
            assert_eq!(Bits::new(bytes).integer(), Ok(Integer::from(expected)), "{bytes:02x?}");
        }
        let wide = [&[0x80; 20][..], &[0x02]].concat();
        assert_eq!(Bits::new(&wide).integer(), Ok(Integer::from(1) << 140));
    }

    #[test]
    fn naturals_end_at_64_bits() {
        let max = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(Bits::new(&max).natural(), Ok(u64::MAX));
        let over = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
        assert_eq!(Bits::new(&over).natural(), Err(Malformed));
        let endless = [0x80; 40];
        assert_eq!(Bits::new(&endless).natural(), Err(Malformed));
        let eleven = [&[0x80; 10][..], &[0x00]].concat();
        assert_eq!(Bits::new(&eleven).natural(), Err(Malformed), "ten groups are the most");
        assert_eq!(Bits::new(&eleven).natural_of_any_size(), Ok(0));
        assert_eq!(Bits::new(&over).natural_of_any_size(), Ok(u64::MAX));
        assert_eq!(Bits::new(&max).natural_of_any_size(), Ok(u64::MAX));
        assert_eq!(Bits::new(&[0x85, 0x01]).natural_of_any_size(), Ok(133));
    }

    #[test]
    fn byte_strings_come_in_chunks_after_a_filler() {
        let mut bits = Bits::new(&[0b1000_0001, 2, 7, 8, 1, 9, 0]);
        assert_eq!(bits.small(1), Ok(1));
        assert_eq!(bits.bytes().as_deref(), Ok(&[7, 8, 9][..]));
        assert!(bits.at_end());
        for bad in [&[][..], &[0x01], &[0x01, 2, 7], &[0x01, 1, 7], &[0x02, 0]] {
            assert_eq!(Bits::new(bad).bytes(), Err(Malformed), "{bad:02x?}");
        }
    }
}
