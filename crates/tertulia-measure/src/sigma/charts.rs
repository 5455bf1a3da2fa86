//! Control charts: is this more than chance?

use serde::Serialize;

use crate::error::{MeasureError, check};
use crate::interval::Interval;

/// The mean moving range of two normal values is this many standard deviations (d₂ for n = 2).
const D2: f64 = 1.128;
/// A moving range above so many of the mean one is more than chance (D₄ for n = 2).
const D4: f64 = 3.267;
/// Limits of values, in mean moving ranges: 3 ÷ d₂ as it is published.
const REACH: f64 = 2.66;

/// A rule that says when a pattern is more than chance (Western Electric 1956; the trend is from Nelson 1984).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// One point beyond the limits.
    BeyondLimits,
    /// Two of three in a row beyond two thirds of the limits, on the same side.
    TwoOfThreeFar,
    /// Four of five in a row beyond one third of the limits, on the same side.
    FourOfFiveOff,
    /// Eight in a row on the same side of the centre.
    EightOnOneSide,
    /// Six in a row, each above the one before, or each below.
    SixInARow,
    /// A moving range above its limit: a jump from one period to the next.
    Jump,
}

/// One period on a chart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// What happened.
    pub value: f64,
    /// What chance explains.
    pub limits: Interval,
    /// Rules that this point completes.
    pub signals: Vec<Rule>,
}

/// A control chart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chart {
    /// The centre line.
    pub centre: f64,
    /// The mean moving range; none on a chart of shares.
    pub mean_range: Option<f64>,
    /// The limit of moving ranges; none on a chart of shares.
    pub range_limit: Option<f64>,
    /// One for each period.
    pub points: Vec<Point>,
}

/// A period's sample: how many of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Units with the property.
    pub part: u64,
    /// Units.
    pub whole: u64,
}

/// Shares of samples of different size: p̄ ± 3√(p̄(1 − p̄) ÷ nᵢ) (Shewhart 1931).
pub fn p_chart(samples: &[Sample]) -> Result<Chart, MeasureError> {
    check("samples", samples.len() as f64, "≥ 1", !samples.is_empty())?;
    let (mut part, mut whole) = (0.0, 0.0);
    for sample in samples {
        check("whole", sample.whole as f64, "≥ 1", sample.whole >= 1)?;
        check("part", sample.part as f64, "≤ whole", sample.part <= sample.whole)?;
        part += sample.part as f64;
        whole += sample.whole as f64;
    }
    let centre = part / whole;
    let deviation = |sample: &Sample| (centre * (1.0 - centre) / sample.whole as f64).sqrt();
    let values: Vec<(f64, f64)> = samples.iter().map(|s| (s.part as f64 / s.whole as f64, deviation(s))).collect();
    let points = points(centre, &values, 3.0, Some((0.0, 1.0)));
    Ok(Chart { centre, mean_range: None, range_limit: None, points })
}

/// One value per period: x̄ ± 2.66·m̄R, ranges up to 3.267·m̄R (Wheeler 1993).
pub fn xmr_chart(values: &[f64]) -> Result<Chart, MeasureError> {
    check("values", values.len() as f64, "≥ 2", values.len() >= 2)?;
    for &value in values {
        check("value", value, "a finite number", true)?;
    }
    let centre = values.iter().sum::<f64>() / values.len() as f64;
    let mean_range = mean_range(values);
    let deviation = mean_range / D2;
    let with: Vec<(f64, f64)> = values.iter().map(|&value| (value, deviation)).collect();
    let mut points = points(centre, &with, REACH * D2, None);
    let range_limit = D4 * mean_range;
    for (point, pair) in points.iter_mut().skip(1).zip(values.windows(2)) {
        if (pair[1] - pair[0]).abs() > range_limit {
            point.signals.push(Rule::Jump);
        }
    }
    Ok(Chart { centre, mean_range: Some(mean_range), range_limit: Some(range_limit), points })
}

/// The mean distance between one value and the next.
fn mean_range(values: &[f64]) -> f64 {
    values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum::<f64>() / (values.len() - 1) as f64
}

/// The standard deviation within the process, as the moving ranges show it.
pub(super) fn deviation_within(values: &[f64]) -> f64 {
    mean_range(values) / D2
}

/// Values with their standard deviations, judged by the rules.
fn points(centre: f64, values: &[(f64, f64)], reach: f64, bounds: Option<(f64, f64)>) -> Vec<Point> {
    let off = |&(value, deviation): &(f64, f64)| {
        let distance = value - centre;
        // Where nothing varies, nothing is far; rounding of the mean must not look like a signal.
        if distance.abs() <= 1e-12 * centre.abs().max(value.abs()) { 0.0 } else { distance / deviation }
    };
    let offs: Vec<f64> = values.iter().map(off).collect();
    let limits = |deviation: f64| {
        let limits = Interval { low: centre - reach * deviation, high: centre + reach * deviation };
        bounds.map_or(limits, |(least, most)| limits.within(least, most))
    };
    let point = |(at, &(value, deviation)): (usize, &(f64, f64))| Point {
        value,
        limits: limits(deviation),
        signals: signals(&offs[..=at], values, at, reach),
    };
    values.iter().enumerate().map(point).collect()
}

/// The rules that the last of these distances (in standard deviations) completes.
fn signals(offs: &[f64], values: &[(f64, f64)], at: usize, reach: f64) -> Vec<Rule> {
    let last = |count: usize| offs.len().checked_sub(count).map_or(&[][..], |from| &offs[from..]);
    let now = offs[at];
    let side = now.signum();
    let beyond = |count: usize, far: f64| last(count).iter().filter(|&&off| off * side > far).count();
    let mut found = Vec::new();
    if now.abs() > reach {
        found.push(Rule::BeyondLimits);
    }
    if now.abs() > 2.0 && beyond(3, 2.0) >= 2 {
        found.push(Rule::TwoOfThreeFar);
    }
    if now.abs() > 1.0 && beyond(5, 1.0) >= 4 {
        found.push(Rule::FourOfFiveOff);
    }
    if now != 0.0 && beyond(8, 0.0) == 8 {
        found.push(Rule::EightOnOneSide);
    }
    if at >= 5 {
        let steps: Vec<f64> = values[at - 5..=at].windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
        if steps.iter().all(|step| *step > 0.0) || steps.iter().all(|step| *step < 0.0) {
            found.push(Rule::SixInARow);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    //! Charts worked by hand, and how often chance alone gives a signal.
    use super::*;

    #[test]
    fn limits_follow_the_size_of_the_sample() {
        let chart = p_chart(&[Sample { part: 10, whole: 100 }, Sample { part: 30, whole: 400 }, Sample { part: 0, whole: 25 }]).unwrap();
        assert!((chart.centre - 40.0 / 525.0).abs() < 1e-12);
        let reach = |n: f64| 3.0 * (chart.centre * (1.0 - chart.centre) / n).sqrt();
        assert!((chart.points[1].limits.high - chart.centre - reach(400.0)).abs() < 1e-12);
        assert_eq!(chart.points[2].limits.low, 0.0, "no share is below nothing");
        assert!(p_chart(&[]).is_err() && p_chart(&[Sample { part: 2, whole: 1 }]).is_err());
    }

    #[test]
    fn values_and_ranges_have_the_published_factors() {
        let chart = xmr_chart(&[10.0, 12.0, 11.0, 13.0, 12.0]).unwrap();
        assert_eq!((chart.centre, chart.mean_range), (11.6, Some(1.5)));
        assert!((chart.points[0].limits.high - (11.6 + 2.66 * 1.5)).abs() < 1e-9);
        assert!((chart.range_limit.unwrap() - 3.267 * 1.5).abs() < 1e-12);
        assert!(chart.points.iter().all(|point| point.signals.is_empty()));
        assert!(xmr_chart(&[1.0]).is_err() && xmr_chart(&[1.0, f64::NAN]).is_err());
    }

    #[track_caller]
    fn completes(values: &[f64], rule: Rule, at: usize) {
        let chart = xmr_chart(values).unwrap();
        let found: Vec<usize> = (0..values.len()).filter(|&i| chart.points[i].signals.contains(&rule)).collect();
        assert_eq!(found.first(), Some(&at), "{rule:?} in {chart:?}");
    }

    #[test]
    fn each_rule_is_completed_where_it_should_be() {
        let quiet = [1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0];
        assert!(xmr_chart(&quiet).unwrap().points.iter().all(|point| point.signals.is_empty()));
        let with = |more: &[f64]| [&quiet[..], more].concat();
        completes(&with(&[9.0]), Rule::BeyondLimits, 14);
        completes(&with(&[9.0]), Rule::Jump, 14);
        completes(&with(&[4.6, 4.6]), Rule::TwoOfThreeFar, 15);
        completes(&with(&[2.7, 2.7, 2.7, 2.7]), Rule::FourOfFiveOff, 17);
        completes(&[2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, -9.0, -9.0], Rule::EightOnOneSide, 7);
        completes(&[5.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0], Rule::SixInARow, 6);
        assert!(xmr_chart(&[0.1; 20]).unwrap().points.iter().all(|point| point.signals.is_empty()), "what never varies gives no signal");
    }
}
