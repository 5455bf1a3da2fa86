//! Fits a table of hashed features by stochastic gradient descent (AdaGrad), the same way every time.

use super::shape::{Answers, Shape};
use crate::features::Features;

/// How a table is fitted.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The table has 2^bits rows.
    pub bits: u32,
    /// Times each example is seen.
    pub epochs: u32,
    /// Length of the first steps.
    pub rate: f32,
    /// Pull towards zero.
    pub pull: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { bits: 17, epochs: 12, rate: 0.25, pull: 2e-5 }
    }
}

/// A fitted table: what each row adds to each column, and where columns start from.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// Rows after each other.
    pub cells: Vec<f32>,
    /// Starting points: `columns` for each of the `starts` kinds of example.
    pub bias: Vec<f32>,
}

/// The features of one example.
#[derive(Clone, Debug)]
pub struct Row {
    /// Rows of the table.
    pub rows: Vec<u32>,
    /// What each counts.
    pub unit: f32,
    /// Which starting point it has: its language's number.
    pub start: usize,
}

impl Row {
    /// The rows that features stand for in a table of 2^bits.
    #[must_use]
    pub fn new(features: &Features, bits: u32, start: usize) -> Self {
        Self { rows: features.hashes.iter().map(|h| h >> (32 - bits)).collect(), unit: features.unit(), start }
    }
}

/// Fits a table to the examples named by `chosen`.
#[must_use]
pub fn fit(rows: &[Row], chosen: &[usize], answers: &Answers, shape: &Shape, starts: usize, settings: Settings) -> Fitted {
    let columns = shape.columns();
    let size = 1usize << settings.bits;
    let rarity = rarity(rows, chosen, size);
    let mut cells = vec![0.0f32; size * columns];
    let mut seen = vec![1e-3f32; size * columns];
    let mut bias = vec![0.0f32; starts * columns];
    let mut order = chosen.to_vec();
    let mut dice = Dice(0x51ce_5eed);
    let mut logits = vec![0.0f32; columns];
    for _ in 0..settings.epochs {
        dice.shuffle(&mut order);
        for &example in &order {
            let row = &rows[example];
            let start = row.start * columns;
            logits.copy_from_slice(&bias[start..start + columns]);
            for &r in &row.rows {
                let x = row.unit * rarity[r as usize];
                let cell = &cells[r as usize * columns..][..columns];
                logits.iter_mut().zip(cell).for_each(|(l, c)| *l += x * c);
            }
            let (truth, weight) = answers.of(example);
            shape.slope(&mut logits, truth, weight);
            for (b, slope) in bias[start..start + columns].iter_mut().zip(&logits) {
                *b -= 0.02 * slope;
            }
            for &r in &row.rows {
                let x = row.unit * rarity[r as usize];
                let from = r as usize * columns;
                let (cell, past) = (&mut cells[from..from + columns], &mut seen[from..from + columns]);
                for ((c, g), slope) in cell.iter_mut().zip(past).zip(&logits) {
                    let slope = slope * x + settings.pull * *c;
                    *g += slope * slope;
                    *c -= settings.rate * slope / g.sqrt();
                }
            }
        }
    }
    for (r, rarity) in rarity.iter().enumerate() {
        cells[r * columns..][..columns].iter_mut().for_each(|c| *c *= rarity);
    }
    Fitted { cells, bias }
}

/// What one example adds up to in each column.
#[must_use]
pub fn logits(fitted: &Fitted, row: &Row, columns: usize) -> Vec<f32> {
    let mut logits = fitted.bias[row.start * columns..][..columns].to_vec();
    for &r in &row.rows {
        let cell = &fitted.cells[r as usize * columns..][..columns];
        logits.iter_mut().zip(cell).for_each(|(l, c)| *l += row.unit * c);
    }
    logits
}

/// How telling each row is: ln(examples / examples that have it), about 1 for those in a twentieth of them.
fn rarity(rows: &[Row], chosen: &[usize], size: usize) -> Vec<f32> {
    let mut having = vec![0u32; size];
    let mut own: Vec<u32> = Vec::new();
    for &example in chosen {
        own.clone_from(&rows[example].rows);
        own.sort_unstable();
        own.dedup();
        own.iter().for_each(|&r| having[r as usize] += 1);
    }
    let all = chosen.len() as f32 + 1.0;
    having.iter().map(|&n| ((all / (n as f32 + 1.0)).ln() + 1.0) / 4.0).collect()
}

/// Chance that is the same every time.
pub(crate) struct Dice(pub u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}
