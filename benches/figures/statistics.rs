//! What a handful of measurements says: median and range, and how a cost grows with a size.

use serde::{Deserialize, Serialize};

/// Several measurements of one thing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// The middle one; between the two in the middle where their number is even.
    pub(crate) median: f64,
    /// The smallest.
    pub(crate) min: f64,
    /// The largest.
    pub(crate) max: f64,
    /// Nine of ten are at most this.
    pub(crate) p90: f64,
    /// How many there are.
    pub(crate) runs: usize,
}

impl Summary {
    /// `None` without a measurement.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let runs = sorted.len();
        let median = f64::midpoint(sorted[(runs - 1) / 2], sorted[runs / 2]);
        let p90 = sorted[(runs * 9).div_ceil(10) - 1];
        Some(Self { median, min, max, p90, runs })
    }
}

/// The `k` of `cost = c · size^k`: the slope of the least-squares line through the logarithms.
///
/// `None` with fewer than two sizes, or where a cost is not positive.
pub(crate) fn exponent(points: &[(f64, f64)]) -> Option<f64> {
    let logs: Vec<(f64, f64)> = points.iter().map(|(size, cost)| (size.ln(), cost.ln())).collect();
    if logs.len() < 2 || logs.iter().any(|(size, cost)| !size.is_finite() || !cost.is_finite()) {
        return None;
    }
    let mean = |of: fn(&(f64, f64)) -> f64| logs.iter().map(of).sum::<f64>() / float(logs.len());
    let (x, y) = (mean(|log| log.0), mean(|log| log.1));
    let spread: f64 = logs.iter().map(|log| (log.0 - x).powi(2)).sum();
    let together: f64 = logs.iter().map(|log| (log.0 - x) * (log.1 - y)).sum();
    (spread > 0.0).then(|| together / spread)
}

/// A count as a number to calculate with.
pub(crate) fn float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}
