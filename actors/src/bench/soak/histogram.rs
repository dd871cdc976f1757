//! Latencies in buckets of growing width: constant memory however many samples, two digits of precision.

/// Buckets of each doubling: the width of a bucket is at most 1/32 of its value.
const PARTS: u64 = 32;

/// Doublings above `PARTS` microseconds; past the last one lie 38 hours.
const DOUBLINGS: u64 = 32;

/// Buckets in all.
const BUCKETS: usize = (PARTS * (DOUBLINGS + 1)) as usize;

/// Samples in microseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    counts: Box<[u64]>,
    count: u64,
    max_us: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS].into(), count: 0, max_us: 0 }
    }
}

/// Below `PARTS` each value has its bucket; above, each doubling has `PARTS` of them.
fn bucket(us: u64) -> usize {
    let doubling = u64::from(us.max(1).ilog2()).saturating_sub(u64::from(PARTS.ilog2()));
    let at = if us < PARTS { us } else { PARTS * doubling + (us >> doubling) };
    usize::try_from(at).unwrap_or(BUCKETS).min(BUCKETS - 1)
}

/// Largest value of a bucket.
fn upper(at: usize) -> u64 {
    let at = at as u64;
    if at < 2 * PARTS {
        return at;
    }
    let doubling = at / PARTS - 1;
    ((at - PARTS * doubling + 1) << doubling) - 1
}

impl Histogram {
    /// Adds a sample.
    pub fn add(&mut self, us: u64) {
        if let Some(count) = self.counts.get_mut(bucket(us)) {
            *count += 1;
        }
        self.count += 1;
        self.max_us = self.max_us.max(us);
    }

    /// Adds all samples of another one.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.count += other.count;
        self.max_us = self.max_us.max(other.max_us);
    }

    /// Samples.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Largest sample in microseconds.
    #[must_use]
    pub const fn max_us(&self) -> u64 {
        self.max_us
    }

    /// The value that `percent` of a hundred samples do not exceed, in microseconds and to 1/32; `None` without samples.
    #[must_use]
    pub fn percentile(&self, percent: u64) -> Option<u64> {
        let rank = (u128::from(self.count) * u128::from(percent)).div_ceil(100).max(1);
        let mut sum = 0_u128;
        let at = self.counts.iter().position(|count| {
            sum += u128::from(*count);
            sum >= rank
        })?;
        Some(upper(at).min(self.max_us))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_lies_in_a_bucket_that_is_at_most_a_32nd_wide() {
        let mut last = 0;
        for us in (0..100_000).chain([1 << 20, (1 << 33) + 7, 1 << 36]) {
            let at = bucket(us);
            assert!(at >= last && upper(at) >= us, "{us} in {at} up to {}", upper(at));
            assert!(upper(at) - us <= us / 32, "{us} in {at} up to {}", upper(at));
            last = at;
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn percentiles_are_nearest_ranks_to_a_32nd() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.percentile(50), None);
        for us in 1..=1000 {
            histogram.add(us * 100);
        }
        let (p50, p99) =
            (histogram.percentile(50).unwrap_or(0), histogram.percentile(99).unwrap_or(0));
        assert!((50_000..51_600).contains(&p50), "{p50}");
        assert!((99_000..=100_000).contains(&p99), "{p99}");
        let mut twice = histogram.clone();
        twice.merge(&histogram);
        assert_eq!((twice.count(), twice.percentile(50)), (2000, histogram.percentile(50)));
        assert_eq!(twice.max_us(), 100_000);
    }
}
