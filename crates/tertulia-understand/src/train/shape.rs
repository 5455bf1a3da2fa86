//! What a classifier is asked: columns in groups, and the answers people gave.

/// Columns that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its first column.
    pub from: usize,
    /// How many columns it has.
    pub columns: usize,
    /// True where exactly one holds (softmax), false where each holds or not by itself (sigmoids).
    pub exclusive: bool,
}

/// The groups of a classifier, in order of their columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape(pub Vec<Group>);

impl Shape {
    /// One question with `columns` answers of which one is right.
    #[must_use]
    pub fn one_of(columns: usize) -> Self {
        Self(vec![Group { from: 0, columns, exclusive: true }])
    }

    /// Columns in all.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.0.iter().map(|g| g.columns).sum()
    }

    /// Turns log-odds into probabilities, group by group.
    pub fn shares(&self, logits: &mut [f32]) {
        for group in &self.0 {
            let part = &mut logits[group.from..group.from + group.columns];
            if group.exclusive {
                softmax(part);
            } else {
                part.iter_mut().for_each(|x| *x = sigmoid(*x));
            }
        }
    }

    /// Turns log-odds into the slope of the loss, and gives the loss. Columns of weight 0 are not asked.
    pub(crate) fn slope(&self, logits: &mut [f32], truth: &[f32], weight: &[f32]) -> f64 {
        let mut loss = 0.0;
        for group in &self.0 {
            let range = group.from..group.from + group.columns;
            let (part, truth, weight) = (&mut logits[range.clone()], &truth[range.clone()], &weight[range]);
            if group.exclusive {
                if weight[0] == 0.0 {
                    part.fill(0.0);
                    continue;
                }
                softmax(part);
                for ((x, &t), &w) in part.iter_mut().zip(truth).zip(weight) {
                    if t > 0.0 {
                        loss -= f64::from(w * t) * f64::from(x.max(1e-9)).ln();
                    }
                    *x = (*x - t) * w;
                }
            } else {
                for ((x, &t), &w) in part.iter_mut().zip(truth).zip(weight) {
                    let p = sigmoid(*x);
                    let right = if t > 0.5 { p } else { 1.0 - p };
                    loss -= f64::from(w) * f64::from(right.max(1e-9)).ln();
                    *x = (p - t) * w;
                }
            }
        }
        loss
    }
}

/// The answers people gave: for each example and column what is right (0 to 1) and how much it counts (0: unknown).
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Columns of each example.
    pub columns: usize,
    /// What is right, example after example.
    pub truth: Vec<f32>,
    /// What it counts.
    pub weight: Vec<f32>,
}

impl Answers {
    /// Truth and weight of one example.
    #[must_use]
    pub fn of(&self, example: usize) -> (&[f32], &[f32]) {
        let range = example * self.columns..(example + 1) * self.columns;
        (&self.truth[range.clone()], &self.weight[range])
    }

    /// The answers for `classes`, each the number of the one right column.
    #[must_use]
    pub fn one_of(columns: usize, classes: &[usize]) -> Self {
        let mut truth = vec![0.0; columns * classes.len()];
        for (example, &class) in classes.iter().enumerate() {
            truth[example * columns + class] = 1.0;
        }
        Self { columns, weight: vec![1.0; truth.len()], truth }
    }
}

/// 1 / (1 + e^−x).
#[must_use]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// e^x of each by the sum of all.
pub fn softmax(logits: &mut [f32]) {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for x in logits.iter_mut() {
        *x = (*x - most).exp();
        sum += *x;
    }
    logits.iter_mut().for_each(|x| *x /= sum);
}
