//! From pieces to a vector: a deep averaging network with convolutions over two, three and five neighbours.
//!
//! Each piece has 512 numbers. They are projected, normalised, and each of the three thirds goes twice through a
//! convolution of its own. The piece's numbers and what the convolutions make of them, 1,280 in all, are normalised and
//! averaged over the text. Three layers make 512 numbers of that, of which only the direction counts.
//!
//! Products are of whole numbers (see [`Matrix`]) and sums of fractions are in an order of their own, so a text has the
//! same vector in whatever company, on whatever machine.

use std::borrow::Cow;
use std::ops::Range;

use super::file::File;
use super::kernel::Kernel;
use super::matrix::{Matrix, ZERO, quantise};
use super::rows::{Rows, Worth};
use super::{DIMS, EncoderError, FEATURES};

/// Numbers of a third of the projected ones.
const THIRD: usize = 256;
const PROJECTED: usize = 3 * THIRD;
/// Width of the inner layers at the end.
const INNER: usize = 320;
/// What keeps a division from being by zero.
const EPSILON: f32 = 1e-12;

/// The weights.
pub struct Network {
    bytes: Cow<'static, [u8]>,
    rows: Rows,
    projection: Matrix,
    projection_bias: Vec<f32>,
    projection_norm: Norm,
    thirds: [Third; 3],
    norm: Norm,
    sum: Matrix,
    sum_bias: Vec<f32>,
    kernel: Kernel,
    d0: Matrix,
    d1: Matrix,
    p1: Matrix,
    d2: Matrix,
    p3: Matrix,
    d3: Matrix,
}

struct Third {
    first: Convolution,
    second: Convolution,
}

/// Over a window of neighbours; the places of the window stand side by side in the matrix's outputs.
struct Convolution {
    /// How many of the window stand before the piece itself.
    before: usize,
    window: usize,
    matrix: Matrix,
    bias: Vec<f32>,
}

struct Norm {
    gain: Vec<f32>,
    shift: Vec<f32>,
}

/// Memory that is used again from text to text.
#[derive(Default)]
pub struct Workspace {
    whole: Vec<u8>,
    worths: Vec<Worth>,
    scales: Vec<f32>,
    sums: Vec<i32>,
    projected: Vec<f32>,
    third: Vec<f32>,
    features: Vec<f32>,
}

/// What the network makes of one text.
pub struct Output {
    /// 512 numbers, of any length.
    pub numbers: Box<[f32; DIMS]>,
    /// The mean over the pieces, before the last layers.
    pub features: Box<[f32; FEATURES]>,
}

impl Network {
    pub fn read(file: File, pieces: usize, kernel: Kernel) -> Result<Self, EncoderError> {
        let matrix = |name, scales, inputs, outputs| Matrix::read(&file, name, scales, inputs, outputs, kernel);
        let convolution = |name, scales, bias, window, before| {
            let matrix = matrix(name, scales, THIRD, window * THIRD)?;
            Ok(Convolution { before, window, matrix, bias: file.floats(bias, THIRD)? })
        };
        Ok(Self {
            rows: Rows::read(&file, pieces)?,
            projection: matrix("proj", "proj.s", DIMS, PROJECTED)?,
            projection_bias: file.floats("proj.b", PROJECTED)?,
            projection_norm: Norm { gain: file.floats("proj.g", PROJECTED)?, shift: file.floats("proj.h", PROJECTED)? },
            thirds: [
                Third {
                    first: convolution("conv2a", "conv2a.s", "conv2a.b", 2, 0)?,
                    second: convolution("conv2b", "conv2b.s", "conv2b.b", 2, 0)?,
                },
                Third {
                    first: convolution("conv3a", "conv3a.s", "conv3a.b", 3, 1)?,
                    second: convolution("conv3b", "conv3b.s", "conv3b.b", 3, 1)?,
                },
                Third {
                    first: convolution("conv5a", "conv5a.s", "conv5a.b", 5, 2)?,
                    second: convolution("conv5b", "conv5b.s", "conv5b.b", 5, 2)?,
                },
            ],
            norm: Norm { gain: file.floats("norm.g", FEATURES)?, shift: file.floats("norm.h", FEATURES)? },
            sum: matrix("sum", "sum.s", FEATURES, DIMS)?,
            sum_bias: file.floats("sum.b", DIMS)?,
            d0: matrix("d0", "d0.s", DIMS, INNER)?,
            d1: matrix("d1", "d1.s", INNER, INNER)?,
            p1: matrix("p1", "p1.s", DIMS, INNER)?,
            d2: matrix("d2", "d2.s", INNER, DIMS)?,
            p3: matrix("p3", "p3.s", INNER, DIMS)?,
            d3: matrix("d3", "d3.s", DIMS, DIMS)?,
            kernel,
            bytes: file.into_bytes(),
        })
    }

    /// What becomes of texts that end, in `tokens`, at each of `ends`.
    pub fn run(&self, tokens: &[u32], ends: &[usize], work: &mut Workspace, outputs: &mut Vec<Output>) {
        self.kernel.widely(|| self.run_inlined(tokens, ends, work, outputs));
    }

    #[inline(always)]
    fn run_inlined(&self, tokens: &[u32], ends: &[usize], work: &mut Workspace, outputs: &mut Vec<Output>) {
        let texts: Vec<Range<usize>> = ends.iter().scan(0, |begin, &end| Some(std::mem::replace(begin, end)..end)).collect();
        self.project(tokens, work);
        for (place, third) in self.thirds.iter().enumerate() {
            work.third.clear();
            for row in work.projected.chunks_exact(PROJECTED) {
                work.third.extend_from_slice(&row[place * THIRD..][..THIRD]);
            }
            for convolution in [&third.first, &third.second] {
                convolution.run(&texts, work);
            }
            for (features, third) in work.features.chunks_exact_mut(FEATURES).zip(work.third.chunks_exact(THIRD)) {
                features[DIMS + place * THIRD..][..THIRD].copy_from_slice(third);
            }
        }
        for features in work.features.chunks_exact_mut(FEATURES) {
            self.norm.apply(features);
        }
        let mut means = vec![0.0; texts.len() * FEATURES];
        for (mean, text) in means.chunks_exact_mut(FEATURES).zip(&texts) {
            for features in work.features[text.start * FEATURES..text.end * FEATURES].chunks_exact(FEATURES) {
                for (mean, feature) in mean.iter_mut().zip(features) {
                    *mean += feature;
                }
            }
            let count = text.len() as f32;
            mean.iter_mut().for_each(|number| *number /= count);
        }
        let numbers = self.finish(&means, &texts, work);
        for (features, numbers) in means.as_chunks().0.iter().zip(numbers.as_chunks().0) {
            outputs.push(Output { numbers: Box::new(*numbers), features: Box::new(*features) });
        }
    }

    /// The pieces' own numbers, into the features, and their projections.
    #[inline(always)]
    fn project(&self, tokens: &[u32], work: &mut Workspace) {
        work.features.clear();
        work.features.resize(tokens.len() * FEATURES, 0.0);
        work.worths.clear();
        work.whole.resize(tokens.len() * DIMS, 0);
        let rows = work.whole.chunks_exact_mut(DIMS).zip(work.features.chunks_exact_mut(FEATURES));
        for (&token, (whole, features)) in tokens.iter().zip(rows) {
            let worth = self.rows.unpack(&self.bytes, token, whole);
            for (feature, &number) in features.iter_mut().zip(whole.iter()) {
                *feature = (f32::from(number) - f32::from(ZERO) + worth.shift) * worth.step;
            }
            work.worths.push(worth);
        }
        work.sums.resize(tokens.len() * PROJECTED, 0);
        self.projection.multiply(&work.whole, &mut work.sums);
        work.projected.resize(tokens.len() * PROJECTED, 0.0);
        let rows = work.projected.chunks_exact_mut(PROJECTED).zip(work.sums.chunks_exact(PROJECTED));
        for ((row, sums), worth) in rows.zip(&work.worths) {
            let columns = self.projection.scales.iter().zip(&self.projection_bias).zip(&self.projection.ones);
            for ((number, sum), ((column, bias), ones)) in row.iter_mut().zip(sums).zip(columns) {
                *number = (*sum as f32 + ones * worth.shift) * (column * worth.step) + bias;
            }
            self.projection_norm.apply(row);
        }
    }

    /// The last layers, of all texts at once.
    #[inline(always)]
    fn finish(&self, means: &[f32], texts: &[Range<usize>], work: &mut Workspace) -> Vec<f32> {
        let mut all = vec![0.0; texts.len() * DIMS];
        self.sum.add(means, work, &mut all);
        for (all, text) in all.chunks_exact_mut(DIMS).zip(texts) {
            let root = (text.len() as f32).sqrt();
            for (number, bias) in all.iter_mut().zip(&self.sum_bias) {
                *number = (*number + bias) * root;
            }
        }
        let mut y0 = vec![0.0; texts.len() * INNER];
        self.d0.add(&all, work, &mut y0);
        positive(&mut y0);
        let mut y1 = vec![0.0; texts.len() * INNER];
        self.p1.add(&all, work, &mut y1);
        self.d1.add(&y0, work, &mut y1);
        positive(&mut y1);
        let mut y2 = vec![0.0; texts.len() * DIMS];
        self.d2.add(&y1, work, &mut y2);
        positive(&mut y2);
        let mut numbers = vec![0.0; texts.len() * DIMS];
        self.p3.add(&y1, work, &mut numbers);
        self.d3.add(&y2, work, &mut numbers);
        for number in &mut numbers {
            *number = tanh(*number);
        }
        numbers
    }
}

impl Matrix {
    /// Adds each row times this matrix.
    #[inline(always)]
    fn add(&self, rows: &[f32], work: &mut Workspace, to: &mut [f32]) {
        work.whole.resize(rows.len(), 0);
        work.scales.clear();
        for (row, whole) in rows.chunks_exact(self.inputs()).zip(work.whole.chunks_exact_mut(self.inputs())) {
            work.scales.push(quantise(row, whole));
        }
        work.sums.resize(to.len(), 0);
        self.multiply(&work.whole, &mut work.sums);
        let rows = to.chunks_exact_mut(self.outputs()).zip(work.sums.chunks_exact(self.outputs()));
        for ((to, sums), scale) in rows.zip(&work.scales) {
            for ((to, sum), column) in to.iter_mut().zip(sums).zip(&self.scales) {
                *to += *sum as f32 * (column * scale);
            }
        }
    }
}

impl Convolution {
    /// Each row of `third` becomes itself and what is positive in its window's sum. Beyond a text's ends there is nothing.
    #[inline(always)]
    fn run(&self, texts: &[Range<usize>], work: &mut Workspace) {
        let tokens = work.third.len() / THIRD;
        work.whole.resize(work.third.len(), 0);
        work.scales.clear();
        for (row, whole) in work.third.chunks_exact(THIRD).zip(work.whole.chunks_exact_mut(THIRD)) {
            work.scales.push(quantise(row, whole));
        }
        let wide = self.matrix.outputs();
        work.sums.resize(tokens * wide, 0);
        self.matrix.multiply(&work.whole, &mut work.sums);
        for text in texts {
            for token in text.clone() {
                let mut window = [0.0; THIRD];
                window.copy_from_slice(&self.bias);
                for place in 0..self.window {
                    let Some(other) = (token + place).checked_sub(self.before).filter(|other| text.contains(other)) else { continue };
                    let scale = work.scales[other];
                    let sums = &work.sums[other * wide + place * THIRD..][..THIRD];
                    let columns = &self.matrix.scales[place * THIRD..][..THIRD];
                    for ((number, sum), column) in window.iter_mut().zip(sums).zip(columns) {
                        *number += *sum as f32 * (column * scale);
                    }
                }
                for (number, window) in work.third[token * THIRD..][..THIRD].iter_mut().zip(window) {
                    *number += window.max(0.0);
                }
            }
        }
    }
}

impl Norm {
    /// Mean 0 and variance 1, then this norm's gain and shift.
    #[inline(always)]
    fn apply(&self, numbers: &mut [f32]) {
        let count = numbers.len() as f32;
        let mean = total(numbers, |number| number) / count;
        let variance = total(numbers, |number| (number - mean) * (number - mean)) / count;
        let per_one = 1.0 / (variance + EPSILON).sqrt();
        for ((number, gain), shift) in numbers.iter_mut().zip(&self.gain).zip(&self.shift) {
            *number = (*number - mean) * per_one * gain + shift;
        }
    }
}

/// The sum in 32 lanes, the lanes in order: an order that wide registers can keep.
#[inline(always)]
fn total(numbers: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0; 32];
    let (blocks, rest) = numbers.as_chunks::<32>();
    for block in blocks {
        for (lane, &number) in lanes.iter_mut().zip(block) {
            *lane += of(number);
        }
    }
    lanes.iter().sum::<f32>() + rest.iter().map(|&number| of(number)).sum::<f32>()
}

#[inline(always)]
fn positive(numbers: &mut [f32]) {
    for number in numbers {
        *number = number.max(0.0);
    }
}

/// The hyperbolic tangent to single precision, without the system's library: those differ in the last place.
#[inline(always)]
fn tanh(x: f32) -> f32 {
    let twice = 2.0 * f64::from(x.clamp(-10.0, 10.0));
    let halvings = (twice / std::f64::consts::LN_2).round();
    let rest = twice - halvings * std::f64::consts::LN_2;
    let power = (1..=10).rev().fold(1.0, |sum, n| 1.0 + sum * rest / f64::from(n));
    let power = power * f64::from_bits(((halvings as i64 + 1023) as u64) << 52);
    ((power - 1.0) / (power + 1.0)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tangent_is_the_systems_to_single_precision() {
        for i in -4000..4000 {
            let x = i as f32 / 300.0;
            assert!((tanh(x) - x.tanh()).abs() < 2e-7, "{x}");
        }
    }

    #[test]
    fn a_total_is_the_sum() {
        let numbers: Vec<f32> = (0..100).map(|i| i as f32).collect();
        assert_eq!(total(&numbers, |number| 2.0 * number), 9900.0);
    }
}
