//! The fee reaches its minimum.

use super::super::context::Resolved;
use super::super::refusal::Refusal;
use super::size::{counted_bytes, reference_script_bytes};
use crate::cardano::parameters::{ProtocolParameters, Rational};

/// Bytes of reference scripts after which each further byte costs 6/5 of what it cost before.
const TIER_BYTES: u128 = 25_600;

/// `FeeTooSmallUTxO`.
pub(super) fn fee_too_small(resolved: &Resolved<'_>) -> Result<(), Refusal> {
    let parameters = &resolved.ledger.parameters;
    let needed =
        least_fee(parameters, counted_bytes(resolved.tx), reference_script_bytes(resolved));
    let fee = resolved.tx.body().fee;
    if u128::from(fee) < needed { Err(Refusal::FeeTooSmall { fee, needed }) } else { Ok(()) }
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
    fn prices_beyond_all_bounds_refuse_instead_of_wrapping() {
        assert_eq!(
            reference_script_fee(Rational::new(u64::MAX, 1).expect("a ratio"), u64::MAX),
            u128::MAX
        );
    }
}
