//! Fits all classifiers to labelled posts.

use tertulia_understand::encoder::{DIMS, Encoder, FEATURES, Scratch};
use tertulia_understand::evaluate::interval;
use tertulia_understand::features::{self, Features};
use tertulia_understand::heads::{Landmarks, Linear, Scale, Table};
use tertulia_understand::model::{
    AUDIENCE, BRAND, COLUMNS, CONCERNED, Card, LANGUAGES, MEMBERS, Meaning, Model, PRESSING, STARTS, TONE, TYPES,
};
use tertulia_understand::train::dense::{self, Vectors};
use tertulia_understand::train::shape::{Answers, Group, Shape};
use tertulia_understand::train::sparse;
use tertulia_understand::words::Words;
use tertulia_understand::{Audience, Language, MessageType};

use crate::posts::Example;

/// Parts in which posts are held back in turn, to see what classifiers say of posts they have not seen.
const FOLDS: usize = 5;
/// Posts that others are compared with.
const LANDMARKS: usize = 512;
/// What the sentiment of a post about a brand counts for telling tones.
const TONE_OF_BRANDS: f32 = 0.15;
/// What the tone of a post about no brand counts for telling sentiment towards one.
const BRAND_OF_TONES: f32 = 0.3;
/// How fast nearness falls off.
const NEARNESS: f32 = 1.0;

const WORDS: sparse::Settings = sparse::Settings { bits: 17, epochs: 12, rate: 0.05, pull: 2e-5 };
const STRAIGHT: dense::Settings = dense::Settings { pull: 0.1, apart: 0.5, steps: 60 };
const INNER: dense::Settings = dense::Settings { pull: 0.3, apart: 0.5, steps: 60 };
const CURVED: dense::Settings = dense::Settings { pull: 0.1, apart: 0.5, steps: 60 };
const TOGETHER: dense::Settings = dense::Settings { pull: 1e-3, apart: 0.3, steps: 100 };

/// What the columns are.
pub fn shape() -> Shape {
    let group = |from, columns, exclusive| Group { from, columns, exclusive };
    Shape(vec![
        group(BRAND, 3, true),
        group(TYPES, 8, false),
        group(AUDIENCE, 3, true),
        group(TONE, 3, true),
        group(CONCERNED, 1, false),
        group(PRESSING, 1, false),
    ])
}

/// What is known of the examples, in columns.
pub fn answers(examples: &[Example]) -> Answers {
    let (mut truth, mut weight) = (Vec::new(), Vec::new());
    for example in examples {
        let mut row = [0.0; COLUMNS];
        let mut known = [0.0; COLUMNS];
        let concerned = example.audience.is_some_and(|a| a != Audience::Nobody);
        if let Some(sentiment) = example.sentiment {
            // A post that is about nobody has a tone, and no sentiment towards a brand; one that is about a brand says something of tone too.
            row[BRAND + sentiment.index()] = 1.0;
            known[BRAND..TYPES].fill(if concerned {
                1.0
            } else if example.types.is_none() {
                BRAND_OF_TONES
            } else {
                0.0
            });
            row[TONE + sentiment.index()] = 1.0;
            known[TONE..CONCERNED].fill(if concerned {
                TONE_OF_BRANDS
            } else if example.types.is_none() {
                1.0
            } else {
                0.0
            });
        }
        row[CONCERNED] = if concerned { 1.0 } else { 0.0 };
        known[CONCERNED] = 1.0;
        if let Some(urgency) = example.urgency {
            row[PRESSING] = f32::from(u8::from(urgency > 0));
            known[PRESSING] = 1.0;
        }
        if let Some(types) = &example.types {
            types.iter().for_each(|t| row[TYPES + t.index()] = 1.0);
            known[TYPES..AUDIENCE].fill(1.0);
        }
        if let Some(audience) = example.audience {
            row[AUDIENCE + audience.index()] = 1.0;
            known[AUDIENCE..TONE].fill(1.0);
        }
        truth.extend(row);
        weight.extend(known);
    }
    Answers { columns: COLUMNS, truth, weight }
}

/// The examples as classifiers see them.
pub struct Seen {
    rows: Vec<sparse::Row>,
    languages: Vec<usize>,
    meanings: Vec<f32>,
    inner: Vec<f32>,
}

impl Seen {
    /// Reads all examples, with the encoder.
    pub fn new(examples: &[Example]) -> Self {
        let (mut words, mut features, mut scratch) = (Words::default(), Features::default(), Scratch::default());
        let encoder = Encoder::built_in();
        let mut seen = Self { rows: Vec::new(), languages: Vec::new(), meanings: Vec::new(), inner: Vec::new() };
        for batch in examples.chunks(64) {
            let texts: Vec<&str> = batch.iter().map(|e| e.text.as_str()).collect();
            for (example, reading) in batch.iter().zip(encoder.encode_with_features(&texts, &mut scratch)) {
                words.read(&example.text);
                features.read(&words);
                seen.rows.push(sparse::Row::new(&features, WORDS.bits, example.language.index()));
                seen.languages.push(example.language.index().min(LANGUAGES - 1));
                seen.meanings.extend_from_slice(reading.embedding.numbers());
                seen.inner.extend_from_slice(&reading.features[..]);
            }
        }
        seen
    }

    fn all(&self) -> Vec<usize> {
        (0..self.rows.len()).collect()
    }
}

/// Classifiers that are put together.
struct Members {
    words: sparse::Fitted,
    straight: Linear,
    inner: Linear,
    landmarks: Landmarks,
    curved: Linear,
}

impl Members {
    fn fit(seen: &Seen, chosen: &[usize], answers: &Answers, shape: &Shape) -> Self {
        let head = |width: usize, numbers: &[f32], settings| {
            let scale = Scale::of(width, numbers);
            let scaled: Vec<f32> = numbers.chunks_exact(width).flat_map(|v| scale.apply(v).collect::<Vec<_>>()).collect();
            let vectors = Vectors { width, numbers: &scaled, languages: &seen.languages };
            dense::fit(vectors, chosen, answers, shape, LANGUAGES, settings).unscaled(&scale)
        };
        let step = chosen.len().div_ceil(LANDMARKS).max(1);
        let points = chosen.iter().step_by(step).flat_map(|&i| seen.meanings[i * DIMS..][..DIMS].to_vec()).collect();
        let landmarks = Landmarks::new(DIMS, points, NEARNESS);
        let mut near = Vec::new();
        seen.meanings.chunks_exact(DIMS).for_each(|v| landmarks.nearness(v, &mut near));
        Self {
            words: sparse::fit(&seen.rows, chosen, answers, shape, STARTS, WORDS),
            straight: head(DIMS, &seen.meanings, STRAIGHT),
            inner: head(FEATURES, &seen.inner, INNER),
            curved: head(landmarks.len(), &near, CURVED),
            landmarks,
        }
    }

    /// What all members say of one example.
    fn say(&self, seen: &Seen, example: usize) -> Vec<f32> {
        let language = seen.languages[example];
        let meaning = &seen.meanings[example * DIMS..][..DIMS];
        let mut said = sparse::logits(&self.words, &seen.rows[example], COLUMNS);
        self.straight.logits(meaning, language, &mut said);
        self.inner.logits(&seen.inner[example * FEATURES..][..FEATURES], language, &mut said);
        let mut near = Vec::new();
        self.landmarks.nearness(meaning, &mut near);
        self.curved.logits(&near, language, &mut said);
        said
    }
}

/// What classifiers said of examples they had not seen.
pub struct Unseen {
    /// Probabilities from words alone, row after row.
    pub words: Vec<f32>,
    /// Probabilities from words and meaning.
    pub together: Vec<f32>,
    /// Probabilities of each member alone.
    pub members: [Vec<f32>; MEMBERS],
}

/// All classifiers for these examples, and what others of their kind say of examples they have not seen.
pub fn fit(examples: &[Example], other: &[Example], version: String) -> (Model, Unseen) {
    let (shape, answers) = (shape(), answers(examples));
    let seen = Seen::new(examples);
    let all = seen.all();
    let mut said = vec![0.0f32; all.len() * MEMBERS * COLUMNS];
    for fold in 0..FOLDS {
        let chosen: Vec<usize> = all.iter().copied().filter(|i| i % FOLDS != fold).collect();
        let members = Members::fit(&seen, &chosen, &answers, &shape);
        for &i in all.iter().filter(|i| *i % FOLDS == fold) {
            said[i * MEMBERS * COLUMNS..][..MEMBERS * COLUMNS].copy_from_slice(&members.say(&seen, i));
        }
        println!("fold {} of {FOLDS}", fold + 1);
    }
    let fitted = |width: usize, numbers: &[f32], chosen: &[usize]| {
        let vectors = Vectors { width, numbers, languages: &seen.languages };
        dense::fit(vectors, chosen, &answers, &shape, LANGUAGES, TOGETHER)
    };
    let words_said: Vec<f32> = said.chunks_exact(MEMBERS * COLUMNS).flat_map(|s| s[..COLUMNS].to_vec()).collect();
    let shares = |width: usize, numbers: &[f32]| {
        // Put together by what was learnt from other folds, so that these shares too are of posts not seen.
        let mut out = vec![0.0; all.len() * COLUMNS];
        for fold in 0..FOLDS {
            let chosen: Vec<usize> = all.iter().copied().filter(|i| i % FOLDS != fold).collect();
            let head = fitted(width, numbers, &chosen);
            for &i in all.iter().filter(|i| *i % FOLDS == fold) {
                let mut row = Vec::new();
                head.logits(&numbers[i * width..][..width], seen.languages[i], &mut row);
                shape.shares(&mut row);
                out[i * COLUMNS..][..COLUMNS].copy_from_slice(&row);
            }
        }
        out
    };
    let alone = |member: usize| {
        let rows = said.chunks_exact(MEMBERS * COLUMNS).flat_map(|s| {
            let mut row = s[member * COLUMNS..][..COLUMNS].to_vec();
            shape.shares(&mut row);
            row
        });
        rows.collect::<Vec<f32>>()
    };
    let unseen = Unseen {
        words: shares(COLUMNS, &words_said),
        together: shares(MEMBERS * COLUMNS, &said),
        members: [alone(0), alone(1), alone(2), alone(3)],
    };
    let members = Members::fit(&seen, &all, &answers, &shape);
    let model = Model {
        card: Card { version, sure: thresholds(examples, &unseen.together) },
        language: language(examples, other),
        fast: Table::rounded(WORDS.bits, COLUMNS, &members.words.cells, members.words.bias),
        fast_fit: fitted(COLUMNS, &words_said, &all),
        meaning: Meaning {
            straight: members.straight,
            inner: members.inner,
            landmarks: members.landmarks,
            curved: members.curved,
            fit: fitted(MEMBERS * COLUMNS, &said, &all),
        },
    };
    (model, unseen)
}

/// For each language and type the least probability from which on nine of ten are right, as surely as 95 in 100.
fn thresholds(examples: &[Example], shares: &[f32]) -> Vec<[f32; 8]> {
    let of = |language: Language, t: MessageType| {
        let mut said: Vec<(f32, bool)> = Vec::new();
        for (i, example) in examples.iter().enumerate() {
            if let (true, Some(types)) = (example.language == language, &example.types) {
                said.push((shares[i * COLUMNS + TYPES + t.index()], types.contains(&t)));
            }
        }
        said.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (mut right, mut sure) = (0u32, 1.1f32);
        for (n, (p, truth)) in said.iter().enumerate() {
            right += u32::from(*truth);
            if interval(right, n as u32 + 1).0 >= 0.9 {
                sure = *p;
            }
        }
        sure.max(0.5)
    };
    let types = |l: &Language| std::array::from_fn(|t| of(*l, MessageType::ALL[t]));
    Language::UNDERSTOOD.iter().map(types).collect()
}

/// Tells languages apart, also by a few words: each post counts whole and in two short pieces.
fn language(examples: &[Example], other: &[Example]) -> Table {
    let settings = sparse::Settings { bits: 16, epochs: 8, rate: 0.1, pull: 1e-5 };
    let (mut rows, mut classes) = (Vec::new(), Vec::new());
    let mut words = Words::default();
    for (number, example) in examples.iter().chain(other).enumerate() {
        words.read(&example.text);
        let pieces: Vec<&str> = words.letters.split_whitespace().collect();
        let mut add = |pieces: &[&str]| {
            if !pieces.is_empty() {
                rows.push(sparse::Row::new(&features::of_letters(&format!(" {} ", pieces.join(" "))), settings.bits, 0));
                classes.push(example.language.index());
            }
        };
        add(&pieces);
        for (nth, length) in [(number * 7 + 3, 2), (number * 11 + 1, 3)] {
            let from = nth % pieces.len().max(1);
            add(&pieces[from..(from + length).min(pieces.len())]);
        }
    }
    let chosen: Vec<usize> = (0..rows.len()).collect();
    let fitted = sparse::fit(&rows, &chosen, &Answers::one_of(STARTS, &classes), &Shape::one_of(STARTS), 1, settings);
    Table::rounded(settings.bits, STARTS, &fitted.cells, fitted.bias)
}
