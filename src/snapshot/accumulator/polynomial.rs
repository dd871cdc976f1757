//! The polynomial of a multiset: the product of (X + s) over its scalars, by divide and conquer.

use std::sync::OnceLock;

use super::field::Fr;

/// Up to this degree of the smaller factor, multiplying term by term beats a transform.
const SCHOOLBOOK_DEGREE_MAX: usize = 24;
/// Transform sizes are at most 2^12: a product of 4095 factors. Larger multisets are refused before.
const TRANSFORM_LOG_MAX: usize = 12;

/// A polynomial with leading coefficient 1, which is not stored: `coefficients[k]` belongs to X^k.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polynomial {
    low: Vec<Fr>,
}

impl Polynomial {
    /// The product of (X + s); 1 for no scalars.
    #[must_use]
    pub fn of(scalars: &[Fr]) -> Self {
        if scalars.len() <= SCHOOLBOOK_DEGREE_MAX {
            let mut product = Self::default();
            scalars.iter().for_each(|s| product.multiply_by(*s));
            return product;
        }
        // Left half a power of two: then transforms are of exactly the size that the product needs.
        let (left, right) = scalars.split_at(scalars.len().next_power_of_two() / 2);
        Self::of(left).times(&Self::of(right))
    }

    /// Degree.
    #[must_use]
    pub fn degree(&self) -> usize {
        self.low.len()
    }

    /// All coefficients, the leading 1 last.
    pub fn coefficients(&self) -> impl Iterator<Item = Fr> {
        self.low.iter().copied().chain([Fr::ONE])
    }

    /// Multiplies by (X + s): one more element. Linear in the degree.
    pub fn multiply_by(&mut self, s: Fr) {
        let mut below = Fr::ZERO;
        for coefficient in &mut self.low {
            let old = *coefficient;
            *coefficient = old.times(s).add(below);
            below = old;
        }
        // What was the leading 1 becomes s plus the old highest stored coefficient.
        self.low.push(s.add(below));
    }

    /// Divides by (X + s): one element less. False, and unchanged, when s is not among the elements.
    pub fn divide_by(&mut self, s: Fr) -> bool {
        let mut quotient = vec![Fr::ZERO; self.low.len().saturating_sub(1)];
        let mut above = Fr::ONE;
        for (coefficient, q) in self.low.iter().skip(1).zip(&mut quotient).rev() {
            *q = coefficient.sub(s.times(above));
            above = *q;
        }
        let divides = self.low.first().is_some_and(|constant| *constant == s.times(above));
        if divides {
            self.low = quotient;
        }
        divides
    }

    /// Product.
    fn times(&self, other: &Self) -> Self {
        if self.degree().min(other.degree()) <= SCHOOLBOOK_DEGREE_MAX {
            return self.times_schoolbook(other);
        }
        let degree = self.degree() + other.degree();
        let size = degree.next_power_of_two();
        let twiddles = twiddles(size);
        let mut a = transformed(self, size, twiddles);
        let b = transformed(other, size, twiddles);
        for (x, y) in a.iter_mut().zip(&b) {
            *x = x.times(*y);
        }
        inverse_transform(&mut a, twiddles);
        // The transform works modulo X^size - 1: a leading X^size came back as 1.
        if size == degree
            && let Some(constant) = a.first_mut()
        {
            *constant = constant.sub(Fr::ONE);
        }
        a.truncate(degree);
        Self { low: a }
    }

    fn times_schoolbook(&self, other: &Self) -> Self {
        let mut low = vec![Fr::ZERO; self.degree() + other.degree() + 1];
        for (shift, x) in self.coefficients().enumerate() {
            for (slot, y) in low.iter_mut().skip(shift).zip(other.coefficients()) {
                *slot = slot.add(x.times(y));
            }
        }
        low.pop();
        Self { low }
    }
}

fn transformed(polynomial: &Polynomial, size: usize, twiddles: &[Fr]) -> Vec<Fr> {
    let mut values = Vec::with_capacity(size);
    values.extend(polynomial.coefficients());
    values.resize(size, Fr::ZERO);
    transform(&mut values, twiddles);
    values
}

/// Powers 0 to size / 2 - 1 of the root of unity of order `size`, a power of two; computed once per size.
fn twiddles(size: usize) -> &'static [Fr] {
    static TABLES: [OnceLock<Vec<Fr>>; TRANSFORM_LOG_MAX + 1] =
        [const { OnceLock::new() }; TRANSFORM_LOG_MAX + 1];
    let log = size.trailing_zeros();
    let Some(table) = usize::try_from(log).ok().and_then(|log| TABLES.get(log)) else {
        debug_assert!(false, "a product of degree {size} is beyond the capacity");
        return &[];
    };
    table.get_or_init(|| {
        let root = Fr::root_of_unity(log);
        let mut power = Fr::ONE;
        let powers = std::iter::repeat_with(|| {
            let this = power;
            power = power.times(root);
            this
        });
        powers.take(size / 2).collect()
    })
}

/// Forward transform, decimation in frequency: natural order in, bit-reversed out.
fn transform(values: &mut [Fr], twiddles: &[Fr]) {
    let mut width = values.len();
    let mut step = 1;
    while width > 1 {
        for block in values.chunks_exact_mut(width) {
            let (low, high) = block.split_at_mut(width / 2);
            for ((x, y), w) in low.iter_mut().zip(high).zip(twiddles.iter().step_by(step)) {
                let difference = x.sub(*y);
                *x = x.add(*y);
                *y = difference.times(*w);
            }
        }
        width /= 2;
        step *= 2;
    }
}

/// Inverse of [`transform`]: bit-reversed in, natural order out.
fn inverse_transform(values: &mut [Fr], twiddles: &[Fr]) {
    let size = values.len();
    let mut width = 2;
    let mut step = size / 2;
    while width <= size {
        for block in values.chunks_exact_mut(width) {
            let (low, high) = block.split_at_mut(width / 2);
            for ((x, y), w) in low.iter_mut().zip(high).zip(twiddles.iter().step_by(step)) {
                let turned = y.times(*w);
                *y = x.sub(turned);
                *x = x.add(turned);
            }
        }
        width *= 2;
        step /= 2;
    }
    // With w instead of 1/w the result comes out mirrored (index k at size - k) and `size` times too large.
    if let Some(rest) = values.get_mut(1..) {
        rest.reverse();
    }
    let scale = Fr::from_u64(u64::try_from(size).unwrap_or(1)).inverse();
    values.iter_mut().for_each(|value| *value = value.times(scale));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Fr, Polynomial};

    fn scalars(seed: u64, count: usize) -> Vec<Fr> {
        (0..count)
            .map(|at| {
                let mut preimage = seed.to_be_bytes().to_vec();
                preimage.extend(at.to_be_bytes());
                Fr::from_be_224(&crate::digest::blake2b_224(&preimage))
            })
            .collect()
    }

    fn one_by_one(scalars: &[Fr]) -> Polynomial {
        let mut product = Polynomial::default();
        scalars.iter().for_each(|s| product.multiply_by(*s));
        product
    }

    #[test]
    fn divide_and_conquer_equals_one_factor_at_a_time() {
        for count in [0, 1, 2, 24, 25, 32, 48, 49, 63, 64, 65, 100, 127, 128, 129, 200, 513, 1000] {
            let scalars = scalars(1, count);
            assert!(Polynomial::of(&scalars) == one_by_one(&scalars), "{count} factors");
        }
    }

    #[test]
    fn the_full_capacity_works() {
        let mut scalars = scalars(2, super::super::CAPACITY_OUTPUTS);
        let mut product = Polynomial::of(&scalars);
        let last = scalars.pop();
        assert!(last.is_some_and(|last| product.divide_by(last)));
        assert!(product == Polynomial::of(&scalars));
    }

    #[test]
    fn two_factors_give_sum_and_product_of_the_scalars() {
        let (a, b) = (Fr::from_u64(3), Fr::from_u64(5));
        let product: Vec<_> = Polynomial::of(&[a, b]).coefficients().collect();
        assert_eq!(product, [Fr::from_u64(15), Fr::from_u64(8), Fr::ONE]);
    }

    proptest! {
        #[test]
        fn adding_and_removing_elements_equals_building_from_scratch(
            seed: u64, count in 1usize..150, removed in proptest::collection::vec(0usize..150, 0..8),
        ) {
            let mut scalars = scalars(seed, count);
            let mut updated = one_by_one(&scalars);
            for at in removed {
                if at < scalars.len() {
                    prop_assert!(updated.divide_by(scalars.swap_remove(at)));
                }
            }
            prop_assert!(updated == Polynomial::of(&scalars));
            let before = updated.clone();
            prop_assert!(!updated.divide_by(Fr::from_u64(1)), "1 is no element");
            prop_assert!(updated == before);
        }
    }
}
