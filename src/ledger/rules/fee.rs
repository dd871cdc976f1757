//! The fee reaches its minimum.

use super::super::context::Resolved;
use super::super::refusal::Refusal;
use super::size::{counted_bytes, execution_units, reference_script_bytes};
use crate::cardano::parameters::{ExecutionUnitPrices, ProtocolParameters, Rational};

/// Bytes of reference scripts after which each further byte costs 6/5 of what it cost before.
const TIER_BYTES: u128 = 25_600;

/// `FeeTooSmallUTxO`.
pub(super) fn fee_too_small(resolved: &Resolved<'_>) -> Result<(), Refusal> {
    let (fee, needed) = (resolved.tx.body().fee, needed(resolved));
    if u128::from(fee) < needed { Err(Refusal::FeeTooSmall { fee, needed }) } else { Ok(()) }
}

/// Least fee of a transaction, lovelace.
pub(crate) fn needed(resolved: &Resolved<'_>) -> u128 {
    let parameters = &resolved.ledger.parameters;
    let bytes = least_fee(parameters, counted_bytes(resolved.tx), reference_script_bytes(resolved));
    bytes.saturating_add(execution_fee(
        &parameters.execution_unit_prices,
        execution_units(resolved.tx),
    ))
}

fn least_fee(parameters: &ProtocolParameters, tx_bytes: u64, script_bytes: u64) -> u128 {
    let linear = u128::from(parameters.tx_fee_per_byte) * u128::from(tx_bytes)
        + u128::from(parameters.tx_fee_fixed);
    linear.saturating_add(reference_script_fee(
        parameters.min_fee_ref_script_cost_per_byte,
        script_bytes,
    ))
}

/// Sum over all tiers, exact, rounded down once at the end; saturates, which refuses, beyond 128 bits.
///
/// Tier `k` costs `price * (6/5)^k` per byte. With `d` the denominator of the price and `t` the number of
/// tiers, everything is counted in units of `1 / (d * 5^t)` lovelace.
fn reference_script_fee(price: Rational, script_bytes: u64) -> u128 {
    if price.is_zero() || script_bytes == 0 {
        return 0;
    }
    let exact = || {
        let (mut left, mut sum) = (u128::from(script_bytes), 0_u128);
        let mut denominator = u128::from(price.denominator());
        let mut tier_price = u128::from(price.numerator());
        loop {
            let bytes = left.min(TIER_BYTES);
            sum = sum.checked_add(bytes.checked_mul(tier_price)?)?;
            left -= bytes;
            if left == 0 {
                return sum.checked_div(denominator);
            }
            tier_price = tier_price.checked_mul(6)?;
            sum = sum.checked_mul(5)?;
            denominator = denominator.checked_mul(5)?;
        }
    };
    exact().unwrap_or(u128::MAX)
}

/// Price of execution units: exact, rounded up once; saturates, which refuses, beyond 128 bits.
fn execution_fee(prices: &ExecutionUnitPrices, (memory, steps): (u128, u128)) -> u128 {
    let part = |units: u128, price: Rational| {
        let product = units.checked_mul(u128::from(price.numerator()))?;
        let below = u128::from(price.denominator());
        Some((product.checked_div(below)?, product.checked_rem(below)?, below))
    };
    let parts = part(memory, prices.memory).zip(part(steps, prices.steps));
    let Some(((whole, rest, below), (other, other_rest, other_below))) = parts else {
        return u128::MAX;
    };
    // Both rests are fractions below one: their sum is nothing, at most one, or below two.
    let rounded = match (rest, other_rest) {
        (0, 0) => 0,
        _ if rest * other_below > (other_below - other_rest) * below => 2,
        _ => 1,
    };
    whole.saturating_add(other).saturating_add(rounded)
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn reference_scripts_cost_a_fifth_more_with_each_tier() {
        let price = |above, below| Rational::new(above, below).expect("a ratio");
        let cases = [
            (price(15, 1), 0, 0),
            (price(15, 1), 1, 15),
            (price(15, 1), 25_600, 384_000),
            (price(15, 1), 25_601, 384_018),
            (price(15, 1), 51_200, 844_800),
            (price(15, 1), 51_201, 844_821),
            (price(15, 1), 204_800, 6_335_648),
            (price(1, 3), 4, 1),
            (price(1, 3), 25_601, 8_533),
            (price(0, 1), 204_800, 0),
        ];
        for (price, bytes, fee) in cases {
            assert_eq!(reference_script_fee(price, bytes), fee, "{price:?} for {bytes} bytes");
        }
        let largest = reference_script_fee(price(u64::MAX, 1), 204_800);
        assert_eq!(largest, 7_791_472_505_754_402_372_246_065);
    }

    #[test]
    fn execution_units_are_priced_exactly_and_rounded_up_once() {
        let price = |above, below| Rational::new(above, below).expect("a ratio");
        let cases = [
            ((0, 1), (0, 1), (9, 9), 0),
            ((1, 2), (1, 2), (1, 1), 1),
            ((1, 2), (1, 3), (1, 1), 1),
            ((2, 3), (2, 3), (1, 1), 2),
            ((2, 3), (1, 2), (1, 1), 2),
            ((1, 2), (2, 3), (1, 1), 2),
            ((1, 1), (1, 3), (5, 3), 6),
            ((1, 1), (1, 3), (5, 4), 7),
            ((577, 10_000), (721, 10_000_000), (14_000_000, 10_000_000_000), 1_528_800),
            ((u64::MAX, 1), (u64::MAX, 1), (1 << 63, 1 << 63), (1 << 64) * ((1 << 64) - 1)),
            ((1, u64::MAX), (1, u64::MAX), (1 << 63, 1 << 63), 2),
        ];
        for (memory, steps, units, fee) in cases {
            let prices = ExecutionUnitPrices {
                memory: price(memory.0, memory.1),
                steps: price(steps.0, steps.1),
            };
            assert_eq!(execution_fee(&prices, units), fee, "{prices:?} for {units:?}");
        }
        let prices = ExecutionUnitPrices { memory: price(2, 1), steps: price(2, 1) };
        assert_eq!(execution_fee(&prices, (u128::MAX, 1)), u128::MAX);
    }

    #[test]
    fn prices_beyond_all_bounds_refuse_instead_of_wrapping() {
        assert_eq!(
            reference_script_fee(Rational::new(u64::MAX, 1).expect("a ratio"), u64::MAX),
            u128::MAX
        );
        assert_eq!(reference_script_fee(Rational::new(0, 1).expect("a ratio"), u64::MAX), 0);
    }
}
