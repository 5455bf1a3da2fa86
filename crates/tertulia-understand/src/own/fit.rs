//! Fits a company's correction: log-odds that are given, and what is learnt on top of them.

use super::company::{BITS, Example, Question, Shown};
use crate::encoder::DIMS;
use crate::heads::dot;
use crate::train::dense::lowest;
use crate::train::shape::{Group, Shape};

/// How hard everything is pulled towards nothing: what is tried, hardest first.
const PULLS: [f32; 4] = [4.0, 1.0, 0.3, 0.1];
/// How much less a label's starting point is.
const START: f32 = 0.25;
/// Most steps of a fit.
const STEPS: usize = 40;
/// Parts in which posts are held back in turn.
const PARTS: usize = 3;
/// Most posts by which the pull is chosen: more change nothing about it, and take long.
const CHOOSING: usize = 1_500;

/// What was fitted.
pub(super) struct Fitted {
    /// Of the hashed words: rows of a number for each label.
    pub cells: Vec<f32>,
    /// Of the meaning: for each label a number for each of the vector's, and a starting point.
    pub weights: Vec<f32>,
}

/// The pull with which posts that were held back are told best; none when they are told best by the given answer alone.
pub(super) fn pull(question: Question, examples: &[Example<'_>]) -> Option<f32> {
    let some = &examples[examples.len().saturating_sub(CHOOSING)..];
    let alone: f64 = some.iter().map(|e| loss(question, &mut question.log_odds(&e.shown.shares), e.right)).sum();
    let tried = PULLS.iter().map(|pull| {
        let told = held_back(question, some, *pull);
        (told.into_iter().zip(some).map(|(mut odds, e)| loss(question, &mut odds, e.right)).sum::<f64>(), *pull)
    });
    tried.min_by(|a, b| a.0.total_cmp(&b.0)).filter(|(loss, _)| *loss < alone).map(|(_, pull)| pull)
}

/// The log-odds of each example by a fit that had not seen it.
pub(super) fn held_back(question: Question, examples: &[Example<'_>], pull: f32) -> Vec<Vec<f32>> {
    let mut told = vec![Vec::new(); examples.len()];
    for part in 0..PARTS {
        let (known, held): (Vec<usize>, Vec<usize>) = (0..examples.len()).partition(|n| part_of(*n) != part);
        let fitted = fit(question, examples, &known, pull);
        for n in held {
            told[n] = odds(question, &fitted, &examples[n]);
        }
    }
    told
}

/// In which part an example is held back: mixed, for what comes after each other may take turns.
fn part_of(place: usize) -> usize {
    ((place as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize % PARTS
}

/// What log-odds are divided by so that they are most honest.
pub(super) fn warmth(question: Question, told: &[(&Vec<f32>, u32)]) -> f32 {
    const TRIED: [f32; 12] = [1.0, 0.7, 0.8, 0.9, 1.1, 1.25, 1.5, 1.8, 2.2, 3.0, 4.5, 7.0];
    let loss_at = |warmth: f32| -> f64 {
        told.iter()
            .map(|(odds, right)| {
                let mut odds: Vec<f32> = odds.iter().map(|x| x / warmth).collect();
                loss(question, &mut odds, *right)
            })
            .sum()
    };
    TRIED.iter().map(|warmth| (loss_at(*warmth), *warmth)).min_by(|a, b| a.0.total_cmp(&b.0)).map_or(1.0, |(_, warmth)| warmth)
}

fn odds(question: Question, fitted: &Fitted, example: &Example<'_>) -> Vec<f32> {
    let mut odds = question.log_odds(&example.shown.shares);
    add(&fitted.weights, &fitted.cells, example.shown, &mut odds);
    odds
}

/// Adds what words and meaning are worth.
fn add(weights: &[f32], cells: &[f32], shown: &Shown, odds: &mut [f32]) {
    let (columns, unit) = (odds.len(), shown.features.unit());
    for (x, row) in odds.iter_mut().zip(weights.chunks_exact(DIMS + 1)) {
        *x += dot(&row[..DIMS], &shown.meaning) + row[DIMS];
    }
    for hash in &shown.features.hashes {
        let row = &cells[(hash >> (32 - BITS)) as usize * columns..][..columns];
        odds.iter_mut().zip(row).for_each(|(x, cell)| *x += unit * cell);
    }
}

fn shape(question: Question) -> Shape {
    Shape(vec![Group { from: 0, columns: question.labels().len(), exclusive: question.is_exclusive() }])
}

fn truth(right: u32, columns: usize) -> Vec<f32> {
    (0..columns).map(|n| if right >> n & 1 == 1 { 1.0 } else { 0.0 }).collect()
}

/// The log-loss of log-odds, which become its slope.
fn loss(question: Question, odds: &mut [f32], right: u32) -> f64 {
    let columns = odds.len();
    shape(question).slope(odds, &truth(right, columns), &vec![1.0; columns])
}

/// Fits words and meaning to the examples named by `chosen`.
pub(super) fn fit(question: Question, examples: &[Example<'_>], chosen: &[usize], pull: f32) -> Fitted {
    let columns = question.labels().len();
    let shape = shape(question);
    let dense = columns * (DIMS + 1);
    let size = dense + (columns << BITS);
    let given: Vec<Vec<f32>> = chosen.iter().map(|n| question.log_odds(&examples[*n].shown.shares)).collect();
    let right: Vec<Vec<f32>> = chosen.iter().map(|n| truth(examples[*n].right, columns)).collect();
    let weight = vec![1.0; columns];
    let point = lowest(size, STEPS, |point, slope| {
        let mut height = 0.0;
        for (at, (s, &p)) in slope.iter_mut().zip(point).enumerate() {
            let pull = if at < dense && at % (DIMS + 1) == DIMS { pull * START } else { pull };
            *s = pull * p;
            height += f64::from(pull * p) * f64::from(p) / 2.0;
        }
        let (weights, cells) = point.split_at(dense);
        let (weight_slope, cell_slope) = slope.split_at_mut(dense);
        for ((n, given), right) in chosen.iter().zip(&given).zip(&right) {
            let shown = examples[*n].shown;
            let unit = shown.features.unit();
            let mut odds = given.clone();
            add(weights, cells, shown, &mut odds);
            height += shape.slope(&mut odds, right, &weight);
            for (&g, row) in odds.iter().zip(weight_slope.chunks_exact_mut(DIMS + 1)) {
                row[..DIMS].iter_mut().zip(&shown.meaning).for_each(|(s, v)| *s += g * v);
                row[DIMS] += g;
            }
            for hash in &shown.features.hashes {
                let row = &mut cell_slope[(hash >> (32 - BITS)) as usize * columns..][..columns];
                row.iter_mut().zip(&odds).for_each(|(s, g)| *s += unit * g);
            }
        }
        height
    });
    let (weights, cells) = point.split_at(dense);
    Fitted { cells: cells.to_vec(), weights: weights.to_vec() }
}
