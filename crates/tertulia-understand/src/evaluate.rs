//! How good a classifier is: counts and figures over posts whose labels are known.

use serde::Serialize;

/// How often each label was given for each that is right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Confusion {
    labels: usize,
    cells: Vec<u32>,
}

impl Confusion {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(labels: usize) -> Self {
        Self { labels, cells: vec![0; labels * labels] }
    }

    /// How many labels there are.
    #[must_use]
    pub fn labels(&self) -> usize {
        self.labels
    }

    /// Counts one post.
    pub fn count(&mut self, right: usize, given: usize) {
        self.cells[right * self.labels + given] += 1;
    }

    /// How often `given` was said where `right` would have been.
    #[must_use]
    pub fn cell(&self, right: usize, given: usize) -> u32 {
        self.cells[right * self.labels + given]
    }

    /// Posts counted.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.cells.iter().sum()
    }

    /// The share that is right; 0 of none.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        let right: u32 = (0..self.labels).map(|l| self.cell(l, l)).sum();
        ratio(right, self.total())
    }

    /// Of those given this label, the share that is right.
    #[must_use]
    pub fn precision(&self, label: usize) -> f64 {
        ratio(self.cell(label, label), (0..self.labels).map(|right| self.cell(right, label)).sum())
    }

    /// Of those this label is right for, the share it was given.
    #[must_use]
    pub fn recall(&self, label: usize) -> f64 {
        ratio(self.cell(label, label), (0..self.labels).map(|given| self.cell(label, given)).sum())
    }

    /// The harmonic mean of precision and recall.
    #[must_use]
    pub fn f1(&self, label: usize) -> f64 {
        let (p, r) = (self.precision(label), self.recall(label));
        if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 }
    }

    /// The mean F1 of the labels that are right for some post.
    #[must_use]
    pub fn macro_f1(&self) -> f64 {
        let there: Vec<usize> = (0..self.labels).filter(|&l| (0..self.labels).any(|given| self.cell(l, given) > 0)).collect();
        there.iter().map(|&l| self.f1(l)).sum::<f64>() / there.len().max(1) as f64
    }
}

fn ratio(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
}

/// The chance that a post with the label is put above one without (area under the ROC curve); ties count half. `None` where all or
/// none have it.
#[must_use]
pub fn area(scores: &[f32], truth: &[bool]) -> Option<f64> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let with = truth.iter().filter(|t| **t).count() as f64;
    let without = truth.len() as f64 - with;
    if with == 0.0 || without == 0.0 {
        return None;
    }
    let (mut ranks, mut at) = (0.0, 0);
    while at < order.len() {
        let mut end = at;
        while end < order.len() && scores[order[end]] == scores[order[at]] {
            end += 1;
        }
        let rank = (at + end + 1) as f64 / 2.0;
        ranks += rank * order[at..end].iter().filter(|&&i| truth[i]).count() as f64;
        at = end;
    }
    Some((ranks - with * (with + 1.0) / 2.0) / (with * without))
}

/// How far probabilities are from what came true: the mean distance in ten bins, weighted by their posts (expected calibration error).
#[must_use]
pub fn calibration_error(shares: &[f32], truth: &[bool]) -> f64 {
    let mut bins = [(0.0f64, 0.0f64, 0u32); 10];
    for (&p, &t) in shares.iter().zip(truth) {
        let bin = &mut bins[((p * 10.0) as usize).min(9)];
        bin.0 += f64::from(p);
        bin.1 += f64::from(u8::from(t));
        bin.2 += 1;
    }
    bins.iter().map(|(said, came, _)| (said - came).abs()).sum::<f64>() / shares.len().max(1) as f64
}

/// Where a share really is, with 95 % confidence, when `part` of `whole` were counted (Wilson's score interval).
#[must_use]
pub fn interval(part: u32, whole: u32) -> (f64, f64) {
    if whole == 0 {
        return (0.0, 1.0);
    }
    let (n, z) = (f64::from(whole), 1.959_964);
    let p = f64::from(part) / n;
    let middle = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let reach = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    ((middle - reach).max(0.0), (middle + reach).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_a_table_worked_by_hand() {
        let mut table = Confusion::new(3);
        for (right, given, times) in [(0, 0, 5), (0, 1, 1), (1, 1, 2), (1, 0, 2)] {
            (0..times).for_each(|_| table.count(right, given));
        }
        assert!((table.accuracy() - 0.7).abs() < 1e-9);
        assert!((table.precision(0) - 5.0 / 7.0).abs() < 1e-9);
        assert!((table.recall(1) - 0.5).abs() < 1e-9);
        // F1 of 10/13 and 4/7; the third label is nobody's.
        assert!((table.macro_f1() - (10.0 / 13.0 + 4.0 / 7.0) / 2.0).abs() < 1e-9);
    }

    #[test]
    fn the_area_counts_pairs() {
        assert_eq!(area(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true]), Some(0.75));
        assert_eq!(area(&[0.5, 0.5], &[false, true]), Some(0.5));
        assert_eq!(area(&[0.5], &[true]), None);
    }

    #[test]
    fn honest_probabilities_have_no_error() {
        let shares = [0.75; 4];
        assert!(calibration_error(&shares, &[true, true, true, false]) < 1e-9);
        assert!((calibration_error(&shares, &[false; 4]) - 0.75).abs() < 1e-9);
    }

    #[test]
    fn an_interval_holds_the_share_and_shrinks() {
        // 8 of 10: 0.490 to 0.943 (Wilson).
        let (low, high) = interval(8, 10);
        assert!((low - 0.490).abs() < 1e-3 && (high - 0.943).abs() < 1e-3);
        let (closer, _) = interval(800, 1000);
        assert!(closer > low);
        assert_eq!(interval(0, 0), (0.0, 1.0));
    }
}
