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
        let (mut few, mut many) = ([0i32; 32], Vec::new());
        let sums = if self.columns <= few.len() {
            &mut few[..self.columns]
        } else {
            many.resize(self.columns, 0);
            &mut many[..]
        };
        for hash in &features.hashes {
            for (sum, cell) in sums.iter_mut().zip(self.row(*hash)) {
                *sum += i32::from(*cell as i8);
            }
        }
        let unit = features.unit();
        let bias = &self.bias[start * self.columns..][..self.columns];
        out.clear();
        out.extend(sums.iter().zip(&self.scales).zip(bias).map(|((sum, scale), bias)| bias + unit * scale * *sum as f32));
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
