//! Classifiers people train themselves: from texts with labels of their own to a head in seconds.
//!
//! Words (hashed features) and meaning (the encoder's vector) are fitted apart and put together by what each said of posts it had not
//! seen, so that the probabilities are honest.
//!
//! [`OwnHead`] has labels of its own; a [`company`]'s head corrects the answers of the classifiers that came with the program.

pub mod company;
mod fit;
pub mod gate;

use crate::encoder::{DIMS, Encoder, Scratch};
use crate::features::Features;
use crate::heads::{Linear, Scale, Table};
use crate::train::dense::{self, Vectors};
use crate::train::shape::{Answers, Shape, softmax};
use crate::train::sparse::{self, Row};
use crate::words::Words;

/// Parts in which posts are held back in turn; fewer where there are many labels, which take long.
fn folds(labels: usize) -> usize {
    if labels > 16 { 2 } else { 4 }
}

const WORDS: sparse::Settings = sparse::Settings { bits: 16, epochs: 10, rate: 0.1, pull: 1e-5 };
const MEANING: dense::Settings = dense::Settings { pull: 0.01, apart: 0.0, steps: 60 };

/// A classifier with labels of its own.
#[derive(Clone, Debug)]
pub struct OwnHead {
    labels: Vec<String>,
    words: Table,
    meaning: Linear,
    /// How much words and meaning count, together making honest log-odds.
    share: [f32; 2],
}

/// A text as heads see it: read once, used often.
#[derive(Clone, Debug)]
pub struct Seen {
    features: Features,
    meaning: Vec<f32>,
}

impl Seen {
    /// Reads texts with the built-in encoder.
    #[must_use]
    pub fn all(texts: &[&str]) -> Vec<Self> {
        let (mut words, mut scratch) = (Words::default(), Scratch::default());
        let mut seen = Vec::with_capacity(texts.len());
        for batch in texts.chunks(64) {
            for (text, meaning) in batch.iter().zip(Encoder::built_in().encode(batch, &mut scratch)) {
                words.read(text);
                let mut features = Features::default();
                features.read(&words);
                seen.push(Self { features, meaning: meaning.numbers().to_vec() });
            }
        }
        seen
    }
}

impl OwnHead {
    /// Fits a head to the texts named by `chosen`; `classes` gives the number of each text's label.
    #[must_use]
    pub fn fit(seen: &[Seen], chosen: &[usize], classes: &[usize], labels: &[String]) -> Self {
        let fold = |part: usize| {
            let (known, held): (Vec<usize>, Vec<usize>) = chosen.iter().enumerate().fold((vec![], vec![]), |(mut k, mut h), (n, &i)| {
                if n % folds(labels.len()) == part {
                    h.push(i)
                } else {
                    k.push(i)
                }
                (k, h)
            });
            let (words, meaning) = Self::members(seen, &known, classes, labels.len());
            held.into_iter().map(|i| (i, said(&words, &meaning, &seen[i]))).collect::<Vec<_>>()
        };
        let told: Vec<(usize, [Vec<f32>; 2])> = (0..folds(labels.len())).flat_map(fold).collect();
        let (words, meaning) = Self::members(seen, chosen, classes, labels.len());
        Self { labels: labels.to_vec(), words, meaning, share: together(&told, classes) }
    }

    fn members(seen: &[Seen], chosen: &[usize], classes: &[usize], labels: usize) -> (Table, Linear) {
        let shape = Shape::one_of(labels);
        let answers = Answers::one_of(labels, classes);
        let rows: Vec<Row> = seen.iter().map(|s| Row::new(&s.features, WORDS.bits, 0)).collect();
        let fitted = sparse::fit(&rows, chosen, &answers, &shape, 1, WORDS);
        let numbers: Vec<f32> = seen.iter().flat_map(|s| s.meaning.iter().copied()).collect();
        let scale = Scale::of(DIMS, &numbers);
        let scaled: Vec<f32> = numbers.chunks_exact(DIMS).flat_map(|v| scale.apply(v).collect::<Vec<_>>()).collect();
        let languages = vec![0; seen.len()];
        let vectors = Vectors { width: DIMS, numbers: &scaled, languages: &languages };
        let head = dense::fit(vectors, chosen, &answers, &shape, 1, MEANING).unscaled(&scale);
        (Table::rounded(WORDS.bits, labels, &fitted.cells, fitted.bias), head)
    }

    /// The labels, in the order of their numbers.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The probability of each label.
    #[must_use]
    pub fn shares(&self, seen: &Seen) -> Vec<f32> {
        let [words, meaning] = said(&self.words, &self.meaning, seen);
        let mut sums: Vec<f32> = words.iter().zip(&meaning).map(|(w, m)| self.share[0] * w + self.share[1] * m).collect();
        softmax(&mut sums);
        sums
    }
}

fn said(words: &Table, meaning: &Linear, seen: &Seen) -> [Vec<f32>; 2] {
    let mut by_words = Vec::new();
    words.logits(&seen.features, 0, &mut by_words);
    [by_words, meaning.of(&seen.meaning, 0)]
}

/// How much each member counts: the pair of a grid with the least log-loss.
fn together(told: &[(usize, [Vec<f32>; 2])], classes: &[usize]) -> [f32; 2] {
    const STEPS: [f32; 9] = [0.0, 0.25, 0.5, 0.75, 1.0, 1.4, 2.0, 2.8, 4.0];
    let loss = |share: [f32; 2]| {
        told.iter()
            .map(|(i, [words, meaning])| {
                let mut sums: Vec<f32> = words.iter().zip(meaning).map(|(w, m)| share[0] * w + share[1] * m).collect();
                softmax(&mut sums);
                -f64::from(sums[classes[*i]].max(1e-9)).ln()
            })
            .sum::<f64>()
    };
    let pairs = STEPS.iter().flat_map(|w| STEPS.iter().map(|m| [*w, *m]));
    pairs.map(|pair| (loss(pair), pair)).min_by(|a, b| a.0.total_cmp(&b.0)).map_or([1.0, 1.0], |(_, pair)| pair)
}
