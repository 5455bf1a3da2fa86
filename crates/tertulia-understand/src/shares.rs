//! How many posts really carry each label, worked out from how many were given it and how often the classifier is wrong.
//!
//! Counting labels counts mistakes too: where one post in ten of a large class slips into a small one, the small one looks far larger
//! than it is. The confusion table says how often each label is given where another is right; the shares that explain best what was
//! given are found by expectation and maximisation (Saerens, Latinne & Decaestecker 2002 for classifiers; Rogan & Gladen 1978 for two
//! labels). It holds as long as posts of one label are mistaken as often here as where the table was counted, whatever their shares.

use serde::Serialize;

use crate::evaluate::Confusion;
use crate::train::sparse::Dice;

/// A share of posts, and between which bounds it is with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    /// The most likely share, 0 to 1.
    pub share: f64,
    /// It is hardly less.
    pub low: f64,
    /// It is hardly more.
    pub high: f64,
}

/// Steps towards the most likely shares.
const STEPS: usize = 300;
/// Tables and counts drawn for the bounds.
const DRAWS: usize = 400;
/// What a label's right answers count before anything was measured: less than one post.
const TRUST: f64 = 0.5;

/// The share of each label among posts of which `given[label]` were given it, corrected by a table of counted mistakes. A label that
/// the table never saw is taken as given, with bounds that say how little that is worth.
///
/// # Panics
///
/// When the table has not as many labels as there are counts.
#[must_use]
pub fn corrected(given: &[u32], measured: &Confusion) -> Vec<Share> {
    let labels = given.len();
    assert_eq!(labels, measured.labels(), "counts and table are about the same labels");
    let counts: Vec<f64> = given.iter().map(|g| f64::from(*g)).collect();
    if counts.iter().sum::<f64>() == 0.0 {
        return vec![Share { share: 0.0, low: 0.0, high: 1.0 }; labels];
    }
    let table: Vec<f64> = (0..labels * labels)
        .map(|at| f64::from(measured.cell(at / labels, at % labels)) + if at / labels == at % labels { TRUST } else { 0.0 })
        .collect();
    let middle = likely(&counts, &table);
    let mut dice = Dice(0x5a5e_ed01);
    let mut draws: Vec<Vec<f64>> = vec![Vec::with_capacity(DRAWS); labels];
    for _ in 0..DRAWS {
        // What else could have been counted where this was: Dirichlet draws, a little of every mistake thought possible.
        let spare = TRUST / labels as f64;
        let table: Vec<f64> = table.iter().map(|cell| gamma(cell + spare, &mut dice)).collect();
        let counts: Vec<f64> = counts.iter().map(|count| gamma(count + spare, &mut dice)).collect();
        for (kept, share) in draws.iter_mut().zip(likely(&counts, &table)) {
            kept.push(share);
        }
    }
    let bound = |sorted: &[f64], part: f64| sorted[((sorted.len() - 1) as f64 * part).round() as usize];
    let share = |(mut drawn, share): (Vec<f64>, f64)| {
        drawn.sort_by(f64::total_cmp);
        Share { share, low: bound(&drawn, 0.025).min(share), high: bound(&drawn, 0.975).max(share) }
    };
    draws.into_iter().zip(middle).map(share).collect()
}

/// The shares under which what was given is most likely. `table[right][given]` in any unit.
fn likely(counts: &[f64], table: &[f64]) -> Vec<f64> {
    let labels = counts.len();
    let all: f64 = counts.iter().sum();
    let mut chance = table.to_vec();
    for row in chance.chunks_exact_mut(labels) {
        let sum: f64 = row.iter().sum();
        row.iter_mut().for_each(|cell| *cell /= sum);
    }
    let mut shares: Vec<f64> = vec![1.0 / labels as f64; labels];
    for _ in 0..STEPS {
        let mut next = vec![0.0; labels];
        for (given, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0.0) {
            let explained: f64 = (0..labels).map(|right| shares[right] * chance[right * labels + given]).sum();
            for (right, next) in next.iter_mut().enumerate() {
                *next += count / all * shares[right] * chance[right * labels + given] / explained.max(f64::MIN_POSITIVE);
            }
        }
        let moved = shares.iter().zip(&next).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        shares = next;
        if moved < 1e-7 {
            break;
        }
    }
    shares
}

/// A draw from the gamma distribution of this shape and unit scale (Marsaglia & Tsang 2000).
fn gamma(shape: f64, dice: &mut Dice) -> f64 {
    if shape < 1.0 {
        return gamma(shape + 1.0, dice) * chance(dice).powf(1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let z = (-2.0 * chance(dice).ln()).sqrt() * (std::f64::consts::TAU * chance(dice)).cos();
        let v = (1.0 + c * z).powi(3);
        if v > 0.0 && chance(dice).ln() < 0.5 * z * z + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

/// A number above 0 and not above 1.
fn chance(dice: &mut Dice) -> f64 {
    ((dice.next() >> 11) as f64 + 1.0) / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&[u32]]) -> Confusion {
        let mut table = Confusion::new(rows.len());
        for (right, row) in rows.iter().enumerate() {
            for (given, times) in row.iter().enumerate() {
                (0..*times).for_each(|_| table.count(right, given));
            }
        }
        table
    }

    #[test]
    fn two_labels_are_corrected_as_by_hand() {
        // Found in 9 of 10 that have it, and in 2 of 10 that have it not: (0.31 + 0.8 − 1) / (0.9 + 0.8 − 1) = 0.157 (Rogan & Gladen).
        let shares = corrected(&[3_100, 6_900], &table(&[&[900, 100], &[200, 800]]));
        assert!((shares[0].share - 0.157).abs() < 2e-3 && (shares[1].share - 0.843).abs() < 2e-3, "{shares:?}");
        assert!(shares[0].low > 0.10 && shares[0].low < 0.14 && shares[0].high > 0.17 && shares[0].high < 0.21, "{shares:?}");
    }

    #[test]
    fn three_labels_are_found_behind_their_mistakes() {
        // 60, 30 and 10 of a hundred, seen through the table: 0.6·0.7 + 0.3·0.2 + 0.1·0.1 = 0.49, and so on.
        let seen = table(&[&[700, 200, 100], &[200, 600, 200], &[100, 100, 800]]);
        let shares = corrected(&[49_000, 31_000, 20_000], &seen);
        for (share, right) in shares.iter().zip([0.6, 0.3, 0.1]) {
            assert!((share.share - right).abs() < 3e-3 && share.low < right && right < share.high, "{shares:?}");
        }
    }

    #[test]
    fn a_classifier_without_mistakes_is_believed() {
        let shares = corrected(&[80, 20], &table(&[&[5_000, 0], &[0, 5_000]]));
        assert!((shares[0].share - 0.8).abs() < 1e-3);
        assert!(shares[0].low < 0.74 && shares[0].high > 0.86, "a hundred posts leave room: {shares:?}");
    }

    #[test]
    fn the_bounds_hold_the_truth_nineteen_times_of_twenty() {
        // A quarter are right; tables of 60 posts and counts of 400, drawn again and again.
        let (mut dice, mut held) = (Dice(7), 0);
        for _ in 0..100 {
            let mut seen = Confusion::new(2);
            for n in 0..60 {
                let right = n % 2;
                seen.count(right, if chance(&mut dice) < 0.8 { right } else { 1 - right });
            }
            let mut given = [0, 0];
            for _ in 0..400 {
                let right = usize::from(chance(&mut dice) >= 0.25);
                given[if chance(&mut dice) < 0.8 { right } else { 1 - right }] += 1;
            }
            let share = corrected(&given, &seen)[0];
            held += u32::from(share.low <= 0.25 && 0.25 <= share.high);
        }
        assert!(held >= 90, "{held} of 100");
    }

    #[test]
    fn what_was_never_measured_is_taken_as_given() {
        let shares = corrected(&[70, 30], &table(&[&[40, 0], &[0, 0]]));
        assert!((shares[1].share - 0.3).abs() < 1e-6 && shares[1].high - shares[1].low > 0.2, "{shares:?}");
        assert_eq!(corrected(&[0, 0], &table(&[&[1, 0], &[0, 1]]))[0], Share { share: 0.0, low: 0.0, high: 1.0 });
    }
}
