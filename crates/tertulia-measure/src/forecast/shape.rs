//! The usual shape of a day: what share of it comes in each interval.

use super::history::History;

/// Left out at each end of the shares of one interval: a day with an outage does not bend the shape (Tukey and McLaughlin 1963).
const TRIM: f64 = 0.2;
/// A weekday with fewer days than this takes the shape of all days.
const OWN_DAYS: usize = 3;
/// The newest days of a weekday count: half a year.
const NEWEST: usize = 26;

/// A shape for each weekday, each with sum 1.
pub(super) struct Shapes(Vec<Vec<f64>>);

impl Shapes {
    /// From what came.
    pub(super) fn of(history: &History) -> Self {
        let slots = (1440 / history.minutes()) as usize;
        let mut by_weekday: Vec<Vec<Vec<f64>>> = vec![Vec::new(); 7];
        for (date, counts) in history.ordinary() {
            let total: f64 = counts.iter().sum();
            if total > 0.0 {
                by_weekday[date.weekday()].push(counts.iter().map(|count| count / total).collect());
            }
        }
        let all: Vec<&Vec<f64>> = by_weekday.iter().flatten().collect();
        let common = shape(&all, slots);
        let own = |days: &Vec<Vec<f64>>| {
            let newest: Vec<&Vec<f64>> = days.iter().rev().take(NEWEST).collect();
            if newest.len() < OWN_DAYS { common.clone() } else { shape(&newest, slots) }
        };
        Self(by_weekday.iter().map(own).collect())
    }

    /// Of a weekday, 0 for Monday.
    pub(super) fn on(&self, weekday: usize) -> &[f64] {
        &self.0[weekday]
    }
}

fn shape(days: &[&Vec<f64>], slots: usize) -> Vec<f64> {
    let slot = |at: usize| trimmed_mean(days.iter().map(|day| day[at]).collect());
    let mut shares: Vec<f64> = (0..slots).map(slot).collect();
    // Trimming takes everything from intervals that hold something on few days: then plainly the mean.
    if shares.iter().sum::<f64>() <= 0.0 {
        shares = (0..slots).map(|at| days.iter().map(|day| day[at]).sum::<f64>() / days.len().max(1) as f64).collect();
    }
    let never = |at: usize| days.iter().all(|day| day[at] == 0.0);
    let mut smooth: Vec<f64> = (0..slots).map(|at| if never(at) { 0.0 } else { smoothed(&shares, at, never) }).collect();
    let sum: f64 = smooth.iter().sum();
    if sum > 0.0 {
        smooth.iter_mut().for_each(|share| *share /= sum);
    } else {
        // Nothing ever came: what may come, may come at any time.
        smooth = vec![1.0 / slots as f64; slots];
    }
    smooth
}

/// A quarter of each neighbour, a half of itself. Hours in which nobody ever came are closed, and take nothing.
fn smoothed(shares: &[f64], at: usize, never: impl Fn(usize) -> bool) -> f64 {
    let neighbour = |other: Option<usize>| match other {
        Some(other) if other < shares.len() && !never(other) => shares[other],
        _ => shares[at],
    };
    0.5 * shares[at] + 0.25 * (neighbour(at.checked_sub(1)) + neighbour(Some(at + 1)))
}

fn trimmed_mean(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let cut = (values.len() as f64 * TRIM) as usize;
    let kept = &values[cut..values.len() - cut];
    kept.iter().sum::<f64>() / kept.len().max(1) as f64
}
