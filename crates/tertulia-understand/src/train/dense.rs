//! Fits linear heads on vectors: logistic regression by L-BFGS, one head for each language around a common one.

use std::thread;

use super::shape::{Answers, Shape};
use crate::heads::{Linear, dot};

/// How heads are fitted.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Pull towards zero, for each example.
    pub pull: f32,
    /// How far a language's own head may go from the common one; 0: one head for all.
    pub apart: f32,
    /// Most steps.
    pub steps: usize,
}

/// Vectors after each other, with their languages.
#[derive(Clone, Copy)]
pub struct Vectors<'a> {
    /// Numbers in each.
    pub width: usize,
    /// All of them.
    pub numbers: &'a [f32],
    /// The language's number of each.
    pub languages: &'a [usize],
}

impl<'a> Vectors<'a> {
    /// One of them.
    #[must_use]
    pub fn of(&self, example: usize) -> &'a [f32] {
        &self.numbers[example * self.width..][..self.width]
    }
}

/// Fits a head for each of `languages` to the examples named by `chosen`.
#[must_use]
pub fn fit(vectors: Vectors<'_>, chosen: &[usize], answers: &Answers, shape: &Shape, languages: usize, settings: Settings) -> Linear {
    let problem = Problem { vectors, chosen, answers, shape, languages, settings };
    let common = lowest(problem.head() * (1 + languages), settings.steps, |point, slope| problem.look(point, slope));
    Linear { inputs: vectors.width, outputs: shape.columns(), weights: problem.own(&common) }
}

struct Problem<'a> {
    vectors: Vectors<'a>,
    chosen: &'a [usize],
    answers: &'a Answers,
    shape: &'a Shape,
    languages: usize,
    settings: Settings,
}

impl Problem<'_> {
    fn width(&self) -> usize {
        self.vectors.width + 1
    }

    /// Numbers of one head.
    fn head(&self) -> usize {
        self.shape.columns() * self.width()
    }

    /// Each language's head, from the common one and the differences after it.
    fn own(&self, point: &[f32]) -> Vec<f32> {
        let head = self.head();
        let (common, differences) = point.split_at(head);
        let own = |l: usize| {
            let difference = &differences[l * head..][..head];
            common.iter().zip(difference).map(|(c, d)| c + self.settings.apart * d)
        };
        (0..self.languages).flat_map(own).collect()
    }

    /// Loss at a point, and its slope.
    fn look(&self, point: &[f32], slope: &mut [f32]) -> f64 {
        let heads = self.own(point);
        // Two halves whatever the machine, so that sums are the same everywhere.
        let (first, second) = self.chosen.split_at(self.chosen.len() / 2);
        let ((one, mut own), (two, other)) = thread::scope(|scope| {
            let there = scope.spawn(|| self.part(&heads, first));
            let here = self.part(&heads, second);
            (there.join().expect("a sum does not panic"), here)
        });
        own.iter_mut().zip(&other).for_each(|(a, b)| *a += b);
        let head = self.head();
        let (common, differences) = slope.split_at_mut(head);
        common.fill(0.0);
        for l in 0..self.languages {
            let part = &own[l * head..][..head];
            common.iter_mut().zip(part).for_each(|(c, g)| *c += g);
            differences[l * head..][..head].iter_mut().zip(part).for_each(|(d, g)| *d = self.settings.apart * g);
        }
        let (width, pull) = (self.width(), self.settings.pull * self.chosen.len() as f32);
        let mut loss = one + two;
        for (at, (s, &p)) in slope.iter_mut().zip(point).enumerate() {
            // Starting points are free.
            if at % width != width - 1 {
                *s += pull * p;
                loss += f64::from(pull * p) * f64::from(p) / 2.0;
            }
        }
        loss
    }

    fn part(&self, heads: &[f32], chosen: &[usize]) -> (f64, Vec<f32>) {
        let (head, width, columns) = (self.head(), self.width(), self.shape.columns());
        let mut slope = vec![0.0f32; self.languages * head];
        let mut loss = 0.0;
        let mut logits = vec![0.0f32; columns];
        for &example in chosen {
            let vector = self.vectors.of(example);
            let from = self.vectors.languages[example] * head;
            for (x, row) in logits.iter_mut().zip(heads[from..from + head].chunks_exact(width)) {
                *x = dot(&row[..width - 1], vector) + row[width - 1];
            }
            let (truth, weight) = self.answers.of(example);
            loss += self.shape.slope(&mut logits, truth, weight);
            for (&g, row) in logits.iter().zip(slope[from..from + head].chunks_exact_mut(width)) {
                if g != 0.0 {
                    row.iter_mut().zip(vector).for_each(|(s, v)| *s += g * v);
                    row[width - 1] += g;
                }
            }
        }
        (loss, slope)
    }
}

/// Steps that are remembered.
const MEMORY: usize = 8;

/// The lowest point of what `look` says of a point (its height, and its slope), by limited-memory BFGS with steps cut back until
/// they pay (Nocedal & Wright, Numerical Optimization, §7.2).
pub(crate) fn lowest(size: usize, steps: usize, look: impl Fn(&[f32], &mut [f32]) -> f64) -> Vec<f32> {
    let mut point = vec![0.0f32; size];
    let mut slope = vec![0.0f32; size];
    let mut loss = look(&point, &mut slope);
    let mut memory: Vec<(Vec<f32>, Vec<f32>, f64)> = Vec::new();
    for step in 0..steps {
        let mut way: Vec<f32> = slope.clone();
        let mut kept = Vec::with_capacity(memory.len());
        for (s, y, rho) in memory.iter().rev() {
            let a = rho * product(s, &way);
            way.iter_mut().zip(y).for_each(|(w, y)| *w -= a as f32 * y);
            kept.push(a);
        }
        let scale = match memory.last() {
            Some((_, y, rho)) => 1.0 / (rho * product(y, y)),
            None => 1.0 / product(&slope, &slope).sqrt().max(1e-12),
        };
        way.iter_mut().for_each(|w| *w *= scale as f32);
        for ((s, y, rho), a) in memory.iter().zip(kept.into_iter().rev()) {
            let b = rho * product(y, &way);
            way.iter_mut().zip(s).for_each(|(w, s)| *w += (a - b) as f32 * s);
        }
        let fall = product(&slope, &way);
        if fall <= 0.0 {
            break;
        }
        let mut length = 1.0f64;
        let (mut next, mut next_slope) = (vec![0.0f32; size], vec![0.0f32; size]);
        let next_loss = loop {
            next.iter_mut().zip(point.iter().zip(&way)).for_each(|(n, (p, w))| *n = p - length as f32 * w);
            let there = look(&next, &mut next_slope);
            if there <= loss - 1e-4 * length * fall || length < 1e-6 {
                break there;
            }
            length /= 2.0;
        };
        let s: Vec<f32> = next.iter().zip(&point).map(|(n, p)| n - p).collect();
        let y: Vec<f32> = next_slope.iter().zip(&slope).map(|(n, p)| n - p).collect();
        let bend = product(&s, &y);
        if bend > 1e-10 {
            if memory.len() == MEMORY {
                memory.remove(0);
            }
            memory.push((s, y, 1.0 / bend));
        }
        let gain = (loss - next_loss) / loss.abs().max(1.0);
        (point, slope, loss) = (next, next_slope, next_loss);
        if gain < 1e-5 && step > 4 {
            break;
        }
    }
    point
}

fn product(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_line_divides_is_learnt() {
        let numbers: Vec<f32> = (0..200).flat_map(|i| [(i % 20) as f32 / 10.0 - 1.0, (i / 20) as f32 / 5.0 - 1.0]).collect();
        let classes: Vec<usize> = numbers.chunks_exact(2).map(|v| usize::from(v[0] + v[1] > 0.05)).collect();
        let languages = vec![0; 200];
        let vectors = Vectors { width: 2, numbers: &numbers, languages: &languages };
        let chosen: Vec<usize> = (0..200).collect();
        let settings = Settings { pull: 1e-4, apart: 0.5, steps: 100 };
        let fitted = fit(vectors, &chosen, &Answers::one_of(2, &classes), &Shape::one_of(2), 1, settings);
        let right = chosen.iter().filter(|&&i| {
            let mut x = Vec::new();
            fitted.logits(vectors.of(i), 0, &mut x);
            usize::from(x[1] > x[0]) == classes[i]
        });
        assert!(right.count() >= 196);
    }
}
