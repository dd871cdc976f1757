//! The scalar field of BLS12-381, in Montgomery form on four 64-bit limbs.
//!
//! Own arithmetic because `blst` exposes its own only through `unsafe` functions, which the core forbids.
//! All values are public, so nothing here is constant-time.

/// Order of the group, little-endian limbs.
const MODULUS: [u64; 4] =
    [0xffff_ffff_0000_0001, 0x53bd_a402_fffe_5bfe, 0x3339_d808_09a1_d805, 0x73ed_a753_299d_7d48];
/// -1 / MODULUS mod 2^64.
const INVERSE: u64 = 0xffff_fffe_ffff_ffff;
/// 2^512 mod MODULUS: brings a number into Montgomery form.
const R_SQUARED: Fr = Fr([
    0xc999_e990_f3f2_9c6d,
    0x2b6c_edcb_8792_5c23,
    0x05d3_1496_7254_398f,
    0x0748_d9d9_9f59_ff11,
]);
/// 2^32 divides MODULUS - 1: the largest transform.
pub const TWO_ADICITY: u32 = 32;
/// Smallest number that generates the multiplicative group.
const GENERATOR: u64 = 7;

/// An element of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fr([u64; 4]);

/// `a + b * c + carry`, low and high half; cannot overflow.
#[inline(always)]
const fn mac(a: u64, b: u64, c: u64, carry: u64) -> (u64, u64) {
    let wide = a as u128 + b as u128 * c as u128 + carry as u128;
    (wide as u64, (wide >> 64) as u64)
}

/// `a - b` of four limbs and whether it borrowed.
#[inline(always)]
const fn minus(a: [u64; 4], b: [u64; 4]) -> ([u64; 4], bool) {
    let (d0, borrow) = a[0].overflowing_sub(b[0]);
    let (d1, borrow) = minus_limb(a[1], b[1], borrow);
    let (d2, borrow) = minus_limb(a[2], b[2], borrow);
    let (d3, borrow) = minus_limb(a[3], b[3], borrow);
    ([d0, d1, d2, d3], borrow)
}

#[inline(always)]
const fn minus_limb(a: u64, b: u64, borrow: bool) -> (u64, bool) {
    let (d, first) = a.overflowing_sub(b);
    let (d, second) = d.overflowing_sub(borrow as u64);
    (d, first | second)
}

/// `a + b` of four limbs; both below the modulus, which leaves a bit free.
#[inline(always)]
const fn plus(a: [u64; 4], b: [u64; 4]) -> [u64; 4] {
    let (s0, carry) = mac(a[0], b[0], 1, 0);
    let (s1, carry) = mac(a[1], b[1], 1, carry);
    let (s2, carry) = mac(a[2], b[2], 1, carry);
    let (s3, _) = mac(a[3], b[3], 1, carry);
    [s0, s1, s2, s3]
}

impl Fr {
    /// 0.
    pub const ZERO: Self = Self([0; 4]);
    /// 1.
    pub const ONE: Self = R_SQUARED.times(Self([1, 0, 0, 0]));

    /// A small number.
    pub const fn from_u64(n: u64) -> Self {
        Self([n, 0, 0, 0]).times(R_SQUARED)
    }

    /// A big-endian number of 224 bits, which is always below the modulus.
    pub fn from_be_224(bytes: &[u8; 28]) -> Self {
        let mut limbs = [0u64; 4];
        for (at, byte) in bytes.iter().rev().enumerate() {
            if let Some(limb) = limbs.get_mut(at / 8) {
                *limb |= u64::from(*byte) << (8 * (at % 8));
            }
        }
        Self(limbs).times(R_SQUARED)
    }

    /// The number itself, 32 bytes little-endian.
    pub fn to_le_bytes(self) -> [u8; 32] {
        let limbs = self.times(Self([1, 0, 0, 0])).0;
        let mut bytes = [0; 32];
        for (chunk, limb) in bytes.chunks_exact_mut(8).zip(limbs) {
            chunk.copy_from_slice(&limb.to_le_bytes());
        }
        bytes
    }

    /// Product: Montgomery multiplication, operand scanning. The modulus leaves the top bit free, so the
    /// running sum never needs a sixth limb.
    #[inline(always)]
    pub const fn times(self, other: Self) -> Self {
        let (a, b) = (self.0, other.0);
        let mut t = [0u64; 4];
        let mut i = 0;
        while i < 4 {
            let (low, carry) = mac(t[0], a[i], b[0], 0);
            let m = low.wrapping_mul(INVERSE);
            let (_, reduced) = mac(low, m, MODULUS[0], 0);
            let (s1, carry) = mac(t[1], a[i], b[1], carry);
            let (r0, reduced) = mac(s1, m, MODULUS[1], reduced);
            let (s2, carry) = mac(t[2], a[i], b[2], carry);
            let (r1, reduced) = mac(s2, m, MODULUS[2], reduced);
            let (s3, carry) = mac(t[3], a[i], b[3], carry);
            let (r2, reduced) = mac(s3, m, MODULUS[3], reduced);
            t = [r0, r1, r2, carry + reduced];
            i += 1;
        }
        Self(reduce(t))
    }

    /// Sum.
    #[inline(always)]
    pub const fn add(self, other: Self) -> Self {
        Self(reduce(plus(self.0, other.0)))
    }

    /// Difference.
    #[inline(always)]
    pub const fn sub(self, other: Self) -> Self {
        let (difference, borrowed) = minus(self.0, other.0);
        let back = if borrowed { MODULUS } else { [0; 4] };
        let (s0, carry) = difference[0].overflowing_add(back[0]);
        let (s1, carry) = plus_limb(difference[1], back[1], carry);
        let (s2, carry) = plus_limb(difference[2], back[2], carry);
        let (s3, _) = plus_limb(difference[3], back[3], carry);
        Self([s0, s1, s2, s3])
    }

    /// This to the power of a little-endian number.
    pub const fn power(self, exponent: [u64; 4]) -> Self {
        let mut result = Self::ONE;
        let mut bit = 256;
        while bit > 0 {
            bit -= 1;
            result = result.times(result);
            if exponent[bit / 64] >> (bit % 64) & 1 == 1 {
                result = result.times(self);
            }
        }
        result
    }

    /// 1 / this; of zero it is zero.
    pub const fn inverse(self) -> Self {
        self.power(minus(MODULUS, [2, 0, 0, 0]).0)
    }

    /// A primitive root of unity of order 2^`log`, at most `TWO_ADICITY`.
    pub const fn root_of_unity(log: u32) -> Self {
        // (MODULUS - 1) / 2^32: the low limb of MODULUS - 1 is 0xffffffff_00000000.
        let odd = [
            MODULUS[0] >> 32 | MODULUS[1] << 32,
            MODULUS[1] >> 32 | MODULUS[2] << 32,
            MODULUS[2] >> 32 | MODULUS[3] << 32,
            MODULUS[3] >> 32,
        ];
        let mut root = Self::from_u64(GENERATOR).power(odd);
        let mut order = TWO_ADICITY;
        while order > log {
            root = root.times(root);
            order -= 1;
        }
        root
    }
}

#[inline(always)]
const fn plus_limb(a: u64, b: u64, carry: bool) -> (u64, bool) {
    let (s, first) = a.overflowing_add(b);
    let (s, second) = s.overflowing_add(carry as u64);
    (s, first | second)
}

/// Brings a number below twice the modulus below it.
#[inline(always)]
const fn reduce(a: [u64; 4]) -> [u64; 4] {
    let (less, borrowed) = minus(a, MODULUS);
    if borrowed { a } else { less }
}

#[cfg(test)]
mod tests {
    use super::{Fr, MODULUS, TWO_ADICITY};

    fn bytes(limbs: [u64; 4]) -> [u8; 32] {
        let mut out = [0; 32];
        for (at, limb) in limbs.iter().enumerate() {
            out[at * 8..at * 8 + 8].copy_from_slice(&limb.to_le_bytes());
        }
        out
    }

    #[test]
    fn small_numbers_multiply_and_add_as_usual() {
        let (six, seven) = (Fr::from_u64(6), Fr::from_u64(7));
        assert_eq!(six.times(seven), Fr::from_u64(42));
        assert_eq!(six.add(seven), Fr::from_u64(13));
        assert_eq!(six.sub(seven).add(Fr::ONE), Fr::ZERO);
        assert_eq!(Fr::from_u64(u64::MAX).to_le_bytes(), bytes([u64::MAX, 0, 0, 0]));
        assert_eq!(Fr::ONE, Fr::from_u64(1));
    }

    #[test]
    fn minus_one_is_the_modulus_less_one_and_squares_to_one() {
        let minus_one = Fr::ZERO.sub(Fr::ONE);
        let mut limbs = MODULUS;
        limbs[0] -= 1;
        assert_eq!(minus_one.to_le_bytes(), bytes(limbs));
        assert_eq!(minus_one.times(minus_one), Fr::ONE);
        assert_eq!(minus_one.add(Fr::ONE), Fr::ZERO);
    }

    #[test]
    fn big_endian_bytes_are_read_as_a_number() {
        let mut be = [0; 28];
        be[27] = 5;
        be[0] = 1;
        let two_to_216 = Fr::from_u64(2).power([216, 0, 0, 0]);
        assert_eq!(Fr::from_be_224(&be), two_to_216.add(Fr::from_u64(5)));
        let all = Fr::from_u64(2).power([224, 0, 0, 0]).sub(Fr::ONE);
        assert_eq!(Fr::from_be_224(&[0xff; 28]), all);
    }

    #[test]
    fn every_inverse_inverts_and_roots_of_unity_have_their_order() {
        for n in [1, 2, 3, u64::MAX] {
            assert_eq!(Fr::from_u64(n).times(Fr::from_u64(n).inverse()), Fr::ONE, "{n}");
        }
        for log in 1..=TWO_ADICITY {
            let half = Fr::root_of_unity(log).power([1 << (log - 1), 0, 0, 0]);
            assert_eq!(half, Fr::ZERO.sub(Fr::ONE), "order 2^{log}");
        }
    }
}
