//! How far a number can be from the truth, given how much it was computed from. All intervals are 95 %.

use serde::Serialize;

use crate::special::{Z95, t95};

/// The bounds of a 95 % confidence interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

impl Interval {
    /// Both bounds by the same factor.
    pub fn scaled(self, factor: f64) -> Self {
        Self { low: self.low * factor, high: self.high * factor }
    }

    /// Bounds that a value of this kind can have at all.
    pub fn within(self, least: f64, most: f64) -> Self {
        Self { low: self.low.clamp(least, most), high: self.high.clamp(least, most) }
    }
}

/// Wilson's interval (1927) of a share: `part` of `whole`. Of nothing, everything is possible.
pub fn wilson(part: u64, whole: u64) -> Interval {
    if whole == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let (n, p, z2) = (whole as f64, part.min(whole) as f64 / whole as f64, Z95 * Z95);
    let middle = p + z2 / (2.0 * n);
    let reach = Z95 * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    let bound = |at: f64| (at / (1.0 + z2 / n)).clamp(0.0, 1.0);
    // Rounding must not take the ends from a share of none or all.
    let low = if part == 0 { 0.0 } else { bound(middle - reach) };
    let high = if part >= whole { 1.0 } else { bound(middle + reach) };
    Interval { low, high }
}

/// Mean and Student's t interval (1908); the interval needs two values.
pub fn mean(values: &[f64]) -> Option<(f64, Option<Interval>)> {
    if values.is_empty() {
        return None;
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    if values.len() < 2 {
        return Some((mean, None));
    }
    let spread = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let reach = t95(n - 1.0) * (spread / n).sqrt();
    Some((mean, Some(Interval { low: mean - reach, high: mean + reach })))
}

/// Σ top ÷ Σ bottom over groups (agents), with the interval of a ratio of totals (Cochran 1977, §2.11): what one agent does
/// all day is one observation, not thousands. `None` when the bottoms are nothing.
pub fn ratio(groups: &[(f64, f64)]) -> Option<(f64, Option<Interval>)> {
    let n = groups.len() as f64;
    let (top, bottom) = groups.iter().fold((0.0, 0.0), |(t, b), group| (t + group.0, b + group.1));
    if bottom <= 0.0 {
        return None;
    }
    let ratio = top / bottom;
    if groups.len() < 2 {
        return Some((ratio, None));
    }
    let off: f64 = groups.iter().map(|(t, b)| (t - ratio * b).powi(2)).sum();
    let reach = t95(n - 1.0) * (n * off / (n - 1.0)).sqrt() / bottom;
    Some((ratio, Some(Interval { low: ratio - reach, high: ratio + reach })))
}

/// The value below or at which a share of the values lies: the nearest rank, which is always a value that occurred
/// (Hyndman and Fan 1996, definition 1). Its interval is between two ranks (Conover 1999, §3.2) and holds for any
/// distribution; `None` where the sample is too small to have such ranks. `values` are sorted here.
pub fn percentile(values: &mut [f64], share: f64) -> Option<(f64, Option<Interval>)> {
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    let rank = |at: f64| (at.ceil().max(1.0) as usize).min(values.len());
    // A product like 0.9 × 10 must not round up to the next rank.
    let value = *values.get(rank(share * n - 1e-9).checked_sub(1)?)?;
    let reach = Z95 * (n * share * (1.0 - share)).sqrt();
    let (low, high) = ((n * share - reach).ceil(), (n * share + reach).ceil());
    let known = low >= 1.0 && high <= n;
    Some((value, known.then(|| Interval { low: values[low as usize - 1], high: values[high as usize - 1] })))
}

#[cfg(test)]
mod tests {
    //! Printed examples, and coverage counted.
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shares_have_wilsons_bounds() {
        // Newcombe (1998), table I.
        for (part, whole, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let got = wilson(part, whole);
            assert!((got.low - low).abs() < 5e-5 && (got.high - high).abs() < 5e-5, "{got:?}");
        }
        assert_eq!(wilson(0, 0), Interval { low: 0.0, high: 1.0 });
    }

    #[test]
    fn means_have_students_bounds() {
        let (value, interval) = mean(&[10.0, 12.0, 14.0]).unwrap();
        let interval = interval.unwrap();
        // 2/√3 times the t of two degrees of freedom.
        assert!((value - 12.0).abs() < 1e-12 && (interval.high - 12.0 - 4.302_653 * 2.0 / 3f64.sqrt()).abs() < 1e-5);
        assert_eq!(mean(&[]), None);
        assert_eq!(mean(&[3.0]), Some((3.0, None)));
    }

    #[test]
    fn a_ratio_weighs_by_the_bottom() {
        let (value, interval) = ratio(&[(30.0, 60.0), (10.0, 40.0)]).unwrap();
        assert!((value - 0.4).abs() < 1e-12 && interval.unwrap().low < 0.4);
        assert_eq!(ratio(&[(0.0, 0.0)]), None);
        let even = ratio(&[(1.0, 2.0), (2.0, 4.0)]).unwrap();
        assert_eq!(even.1, Some(Interval { low: 0.5, high: 0.5 }), "all alike leaves no doubt");
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let mut ten: Vec<f64> = (1..=10).rev().map(f64::from).collect();
        assert_eq!(percentile(&mut ten, 0.9).unwrap().0, 9.0);
        assert_eq!(percentile(&mut ten, 0.5).unwrap().0, 5.0);
        assert_eq!(percentile(&mut ten, 1.0).unwrap().0, 10.0);
        assert_eq!(percentile(&mut ten, 0.9).unwrap().1, None, "ten values say nothing of the upper bound");
        assert_eq!(percentile(&mut [], 0.5), None);
        let mut hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(percentile(&mut hundred, 0.5).unwrap().1, Some(Interval { low: 41.0, high: 60.0 }));
    }

    proptest! {
        #[test]
        fn wilson_holds_the_share_and_narrows(part in 0u64..1000, more in 0u64..1000) {
            let whole = part + more;
            let share = if whole == 0 { 0.5 } else { part as f64 / whole as f64 };
            let (once, tenfold) = (wilson(part, whole), wilson(part * 10, whole * 10));
            prop_assert!(once.low <= share && share <= once.high && once.low >= 0.0 && once.high <= 1.0);
            prop_assert!(whole == 0 || tenfold.high - tenfold.low < once.high - once.low);
        }
    }
}
