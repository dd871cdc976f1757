//! Percentiles, exact: a run keeps one number per transaction and sorts once at its end.

use serde::Serialize;

/// Percentiles of a latency in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Percentiles {
    /// Samples.
    pub count: usize,
    /// Median.
    pub p50_ms: f64,
    /// 95 of 100 are at most this.
    pub p95_ms: f64,
    /// 99 of 100 are at most this.
    pub p99_ms: f64,
    /// Largest.
    pub max_ms: f64,
}

impl Percentiles {
    /// Of samples in microseconds; `None` without samples.
    #[must_use]
    pub fn of_micros(mut samples: Vec<u32>) -> Option<Self> {
        samples.sort_unstable();
        let count = samples.len();
        let last = samples.last().copied()?;
        // Nearest rank: the smallest sample that at least `percent` of 100 do not exceed.
        let rank = |percent: usize| {
            let at = (count * percent).div_ceil(100).max(1) - 1;
            f64::from(samples.get(at).copied().unwrap_or(last)) / 1000.0
        };
        Some(Self {
            count,
            p50_ms: rank(50),
            p95_ms: rank(95),
            p99_ms: rank(99),
            max_ms: f64::from(last) / 1000.0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        assert_eq!(Percentiles::of_micros(Vec::new()), None);
        let of = |samples: Vec<u32>| {
            Percentiles::of_micros(samples).map(|p| (p.p50_ms, p.p95_ms, p.p99_ms, p.max_ms))
        };
        assert_eq!(of(vec![7000]), Some((7.0, 7.0, 7.0, 7.0)));
        let hundred: Vec<u32> = (1..=100).rev().map(|n| n * 1000).collect();
        assert_eq!(of(hundred), Some((50.0, 95.0, 99.0, 100.0)));
        assert_eq!(of(vec![1000, 2000, 3000]), Some((2.0, 3.0, 3.0, 3.0)));
    }
}
