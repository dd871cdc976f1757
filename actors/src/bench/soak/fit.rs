//! A straight line through measured points.

/// Slope of the least-squares line through points (x, y); `None` with fewer than two different x.
#[must_use]
pub fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (mean_x, mean_y) = (mean(|p| p.0), mean(|p| p.1));
    let spread: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    let shared: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    (spread > 0.0).then(|| shared / spread)
}

/// The middle of some values; the lower one of two.
#[must_use]
pub fn median(values: impl IntoIterator<Item = u64>) -> Option<u64> {
    let mut values: Vec<u64> = values.into_iter().collect();
    values.sort_unstable();
    values.get(values.len().saturating_sub(1) / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_through_noise_that_cancels() {
        let points: Vec<(f64, f64)> = (0..100)
            .map(|n| (f64::from(n), 3.0 * f64::from(n) + if n % 2 == 0 { 1.0 } else { -1.0 }))
            .collect();
        assert!((slope(&points).unwrap_or(0.0) - 3.0).abs() < 0.01);
        assert_eq!(slope(&[]), None);
        assert_eq!(slope(&[(1.0, 2.0), (1.0, 3.0)]), None);
        assert_eq!((median([]), median([4, 1, 9]), median([2, 1])), (None, Some(4), Some(1)));
    }
}
