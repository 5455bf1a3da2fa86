//! What classifiers are made of: tables of hashed features, linear heads, and landmarks that bend them.

use std::borrow::Cow;

use crate::features::Features;

/// A linear classifier over hashed features, one signed byte a cell.
///
/// Column `c` of a post is `bias[start][c] + unit · scale[c] · Σ cells[row][c]` over the rows its features fall on.
#[derive(Clone, Debug)]
pub struct Table {
    pub(crate) bits: u32,
    pub(crate) columns: usize,
    /// Rows of `columns` signed bytes.
    pub(crate) cells: Cow<'static, [u8]>,
    pub(crate) scales: Vec<f32>,
    pub(crate) bias: Vec<f32>,
}

impl Table {
    /// Rounds fitted cells to bytes, each column by its largest.
    #[must_use]
    pub fn rounded(bits: u32, columns: usize, cells: &[f32], bias: Vec<f32>) -> Self {
        let largest = |c: usize| cells.iter().skip(c).step_by(columns).fold(0.0f32, |m, x| m.max(x.abs()));
        let scales: Vec<f32> = (0..columns).map(|c| largest(c).max(f32::MIN_POSITIVE) / 127.0).collect();
        let cells = cells.chunks_exact(columns).flat_map(|row| row.iter().zip(&scales).map(|(x, s)| (x / s).round() as i8 as u8)).collect();
        Self { bits, columns, cells: Cow::Owned(cells), scales, bias }
    }

    /// Columns of the answer.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Log-odds of each column for a post with this starting point.
    pub fn logits(&self, features: &Features, start: usize, out: &mut Vec<f32>) {
        let (mut few, mut many) = ([0i32; 24], Vec::new());
        let sums = match self.columns {
            0..=8 => self.sums::<1>(&features.hashes, &mut few),
            9..=24 => self.sums::<3>(&features.hashes, &mut few),
            _ => {
                many.resize(self.columns, 0);
                for hash in &features.hashes {
                    many.iter_mut().zip(self.row(*hash)).for_each(|(sum, cell)| *sum += i32::from(*cell as i8));
                }
                &many[..]
            }
        };
        let unit = features.unit();
        let bias = &self.bias[start * self.columns..][..self.columns];
        out.clear();
        out.extend(sums.iter().zip(&self.scales).zip(bias).map(|((sum, scale), bias)| bias + unit * scale * *sum as f32));
    }

    /// The sums of a narrow table's columns, eight of which are read as one number and added up four and four in sixteen bits each.
    /// Rows lie anywhere in a large table: few steps for each let the processor wait for many of them at once.
    fn sums<'s, const EIGHTS: usize>(&self, hashes: &[u32], sums: &'s mut [i32; 24]) -> &'s [i32] {
        /// Signed bytes shifted up, so that none is negative.
        const SHIFT: u64 = 0x8080_8080_8080_8080;
        const EVERY_OTHER: u64 = 0x00ff_00ff_00ff_00ff;
        // 257 times the largest byte is what sixteen bits hold.
        for some in hashes.chunks(256) {
            let mut parts = [[0u64; 2]; EIGHTS];
            for hash in some {
                let from = (hash >> (32 - self.bits)) as usize * self.columns;
                let mut last = [[0u8; 8]; EIGHTS];
                let eights = match self.cells[from..].as_chunks::<8>().0.first_chunk::<EIGHTS>() {
                    Some(eights) => eights,
                    None => {
                        let rest = &self.cells[from..];
                        last.as_flattened_mut()[..rest.len()].copy_from_slice(rest);
                        &last
                    }
                };
                for (part, eight) in parts.iter_mut().zip(eights) {
                    let eight = u64::from_le_bytes(*eight) ^ SHIFT;
                    part[0] += eight & EVERY_OTHER;
                    part[1] += eight >> 8 & EVERY_OTHER;
                }
            }
            for (at, sum) in sums.iter_mut().take(EIGHTS * 8).enumerate() {
                let part = parts[at / 8][at % 2] >> (at % 8 / 2 * 16) & 0xffff;
                *sum += part as i32 - 128 * some.len() as i32;
            }
        }
        &sums[..self.columns]
    }

    /// What one feature adds to one column, before `unit`.
    #[must_use]
    pub fn weight(&self, hash: u32, column: usize) -> f32 {
        f32::from(self.row(hash)[column] as i8) * self.scales[column]
    }

    fn row(&self, hash: u32) -> &[u8] {
        let row = (hash >> (32 - self.bits)) as usize;
        &self.cells[row * self.columns..][..self.columns]
    }
}

/// A linear head for each language: `outputs` rows of `inputs` weights and a starting point.
#[derive(Clone, Debug)]
pub struct Linear {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    pub(crate) weights: Vec<f32>,
}

impl Linear {
    /// Numbers of one language's head.
    pub(crate) fn size(&self) -> usize {
        self.outputs * (self.inputs + 1)
    }

    /// Log-odds of each column for a vector.
    pub fn logits(&self, vector: &[f32], language: usize, out: &mut Vec<f32>) {
        debug_assert_eq!(vector.len(), self.inputs);
        let own = &self.weights[language * self.size()..][..self.size()];
        out.extend(own.chunks_exact(self.inputs + 1).map(|row| dot(&row[..self.inputs], vector) + row[self.inputs]));
    }

    /// The same head with the answers of another in place of its own, from the one numbered `from` on; for the same inputs and languages.
    #[must_use]
    pub fn with_answers(mut self, from: usize, other: &Self) -> Self {
        let row = self.inputs + 1;
        let (own, others) = (self.size(), other.size());
        for (head, with) in self.weights.chunks_exact_mut(own).zip(other.weights.chunks_exact(others)) {
            head[from * row..][..others].copy_from_slice(with);
        }
        self
    }

    /// A head on `columns` weighted sums and, after them, the numbers summed, as a head on the numbers alone: column `c` of each run of
    /// `columns` numbers counts `factor` in sum `c`.
    #[must_use]
    pub fn without_sums(self, columns: usize, factor: f32) -> Self {
        let inputs = self.inputs - columns;
        let mut weights = Vec::with_capacity(self.weights.len());
        for row in self.weights.chunks_exact(self.inputs + 1) {
            let (sums, rest) = row.split_at(columns);
            let (numbers, start) = rest.split_at(inputs);
            weights.extend(numbers.iter().zip(sums.iter().cycle()).map(|(number, sum)| number + factor * sum));
            weights.extend(start);
        }
        Self { inputs, outputs: self.outputs, weights }
    }

    /// The same head for vectors that were not shifted and stretched first: `(x − middle) / spread` folded into it.
    #[must_use]
    pub fn unscaled(mut self, scale: &Scale) -> Self {
        for row in self.weights.chunks_exact_mut(self.inputs + 1) {
            let mut shift = 0.0;
            for ((w, m), s) in row[..self.inputs].iter_mut().zip(&scale.middle).zip(&scale.spread) {
                *w /= s;
                shift += *w * m;
            }
            row[self.inputs] -= shift;
        }
        self
    }
}

/// Middle and spread of each number of vectors.
#[derive(Clone, Debug)]
pub struct Scale {
    /// Means.
    pub middle: Vec<f32>,
    /// Standard deviations, never 0.
    pub spread: Vec<f32>,
}

impl Scale {
    /// Of vectors after each other.
    #[must_use]
    pub fn of(width: usize, numbers: &[f32]) -> Self {
        let n = (numbers.len() / width).max(1) as f64;
        let mut sums = vec![(0.0f64, 0.0f64); width];
        for vector in numbers.chunks_exact(width) {
            for ((sum, squares), &x) in sums.iter_mut().zip(vector) {
                *sum += f64::from(x);
                *squares += f64::from(x) * f64::from(x);
            }
        }
        let middle = sums.iter().map(|(sum, _)| (sum / n) as f32).collect();
        let spread = sums.iter().map(|(sum, squares)| (squares / n - (sum / n).powi(2)).max(1e-12).sqrt() as f32).collect();
        Self { middle, spread }
    }

    /// A vector shifted and stretched.
    pub fn apply<'v>(&'v self, vector: &'v [f32]) -> impl Iterator<Item = f32> + 'v {
        vector.iter().zip(&self.middle).zip(&self.spread).map(|((x, m), s)| (x - m) / s)
    }
}

/// Vectors to which others are compared: how near each is makes a new vector, on which a linear head can draw curved borders.
#[derive(Clone, Debug)]
pub struct Landmarks {
    pub(crate) width: usize,
    /// Rows of `width` numbers.
    pub(crate) points: Vec<f32>,
    /// Σx² of each.
    pub(crate) squares: Vec<f32>,
    pub(crate) nearness: f32,
}

impl Landmarks {
    /// With these points: e^(−nearness · distance²).
    #[must_use]
    pub fn new(width: usize, points: Vec<f32>, nearness: f32) -> Self {
        let squares = points.chunks_exact(width).map(|p| dot(p, p)).collect();
        Self { width, points, squares, nearness }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.squares.len()
    }

    /// True when there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.squares.is_empty()
    }

    /// How near a vector is to each: 1 the same, towards 0 far.
    pub fn nearness(&self, vector: &[f32], out: &mut Vec<f32>) {
        let square = dot(vector, vector);
        let points = self.points.chunks_exact(self.width).zip(&self.squares);
        out.extend(points.map(|(point, own)| (-self.nearness * (square + own - 2.0 * dot(point, vector)).max(0.0)).exp()));
    }
}

/// The sum of products, in sixteen lanes that compilers turn into wide instructions.
#[inline(always)]
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 16];
    let (whole_a, whole_b) = (a.chunks_exact(16), b.chunks_exact(16));
    let rest: f32 = whole_a.remainder().iter().zip(whole_b.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in whole_a.zip(whole_b) {
        for ((lane, x), y) in lanes.iter_mut().zip(x).zip(y) {
            *lane += x * y;
        }
    }
    lanes.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_adds_up_what_was_fitted() {
        let mut cells = vec![0.0f32; 8 * 2];
        cells[2 * 2] = 1.27;
        cells[5 * 2 + 1] = -2.54;
        let table = Table::rounded(3, 2, &cells, vec![0.5, 0.0]);
        let features = Features { hashes: vec![2 << 29, 5 << 29, 5 << 29, 7 << 29] };
        let mut out = Vec::new();
        table.logits(&features, 0, &mut out);
        assert!((out[0] - (0.5 + 1.27 / 2.0)).abs() < 1e-5 && (out[1] + 2.54).abs() < 1e-5);
        assert!((table.weight(5 << 29, 1) + 2.54).abs() < 1e-5);
    }

    #[test]
    fn long_posts_do_not_overflow() {
        let mut cells = vec![0.0f32; 8 * 3];
        cells[7 * 3] = 127.0;
        cells[7 * 3 + 2] = -127.0;
        cells[3 * 3 + 1] = 127.0;
        let table = Table::rounded(3, 3, &cells, vec![0.0; 3]);
        let mut hashes = vec![7 << 29; 10_000];
        hashes.extend(vec![3 << 29; 6_000]);
        let sums = [1_270_000, 762_000, -1_270_000];
        assert_eq!(table.sums::<1>(&hashes, &mut [0; 24]), sums);
        assert_eq!(table.sums::<3>(&hashes, &mut [0; 24]), sums);
    }

    #[test]
    fn answers_are_put_in_place_of_others() {
        let head = Linear { inputs: 1, outputs: 3, weights: (0..12).map(|n| n as f32).collect() };
        let other = Linear { inputs: 1, outputs: 1, weights: vec![50.0, 51.0, 60.0, 61.0] };
        let weights = head.with_answers(1, &other).weights;
        assert_eq!(weights, [0.0, 1.0, 50.0, 51.0, 4.0, 5.0, 6.0, 7.0, 60.0, 61.0, 10.0, 11.0]);
    }

    #[test]
    fn a_head_takes_its_sums_in() {
        // Two members of two columns; the sums are half of what they add up to.
        let head = Linear { inputs: 6, outputs: 1, weights: vec![2.0, -1.0, 0.1, 0.2, 0.3, 0.4, 0.5] };
        let numbers = [1.0, 2.0, 3.0, 4.0];
        let (mut with, mut without) = (Vec::new(), Vec::new());
        head.logits(&[2.0, 3.0, 1.0, 2.0, 3.0, 4.0], 0, &mut with);
        head.without_sums(2, 0.5).logits(&numbers, 0, &mut without);
        assert!((with[0] - without[0]).abs() < 1e-5);
    }

    #[test]
    fn a_head_takes_its_scale_in() {
        let scale = Scale::of(2, &[1.0, 10.0, 3.0, 30.0]);
        let head = Linear { inputs: 2, outputs: 1, weights: vec![0.5, -2.0, 0.25] };
        let vector = [2.5, 12.0];
        let scaled: Vec<f32> = scale.apply(&vector).collect();
        let (mut one, mut other) = (Vec::new(), Vec::new());
        head.logits(&scaled, 0, &mut one);
        head.unscaled(&scale).logits(&vector, 0, &mut other);
        assert!((one[0] - other[0]).abs() < 1e-5);
    }

    #[test]
    fn what_is_at_a_landmark_is_near() {
        let landmarks = Landmarks::new(2, vec![0.0, 0.0, 3.0, 4.0], 0.1);
        let mut out = Vec::new();
        landmarks.nearness(&[3.0, 4.0], &mut out);
        assert!((out[1] - 1.0).abs() < 1e-6 && (out[0] - (-2.5f32).exp()).abs() < 1e-6);
    }
}
