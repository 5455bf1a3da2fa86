//! Fits all classifiers to labelled posts.

use std::thread;

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
/// What the sentiment of a post of ours about nobody counts: mostly neutral, for it was asked of a brand.
const TONE_OF_NOBODY: f32 = 0.3;
/// What the tone of a post about no brand counts for telling sentiment towards one.
const BRAND_OF_TONES: f32 = 0.3;
/// How fast nearness falls off.
const NEARNESS: f32 = 1.0;

const WORDS: sparse::Settings = sparse::Settings { bits: 17, epochs: 12, rate: 0.05, pull: 2e-5 };
const STRAIGHT: dense::Settings = dense::Settings { pull: 0.05, apart: 0.5, steps: 60 };
const INNER: dense::Settings = dense::Settings { pull: 0.1, apart: 0.5, steps: 60 };
const CURVED: dense::Settings = dense::Settings { pull: 0.1, apart: 0.5, steps: 60 };
/// How much more freely members are added up than told apart.
const EVENLY: f32 = 8.0;
const TOGETHER: dense::Settings = dense::Settings { pull: 1e-3, apart: 0.3, steps: 100 };
const FEELINGS: dense::Settings = dense::Settings { pull: 1e-2, apart: 0.3, steps: 100 };

/// Everything that is chosen by hand, as text: other choices make other classifiers.
pub fn settings() -> String {
    format!(
        "{WORDS:?} {STRAIGHT:?} {INNER:?} {CURVED:?} {TOGETHER:?} {FEELINGS:?} {FOLDS} {LANDMARKS} {NEARNESS} {TONE_OF_BRANDS} {TONE_OF_NOBODY} {BRAND_OF_TONES} {EVENLY} {:?}",
        shape()
    )
}

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
                TONE_OF_NOBODY
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

/// The answers of one question of three columns.
fn part(answers: &Answers, from: usize) -> Answers {
    let of = |numbers: &[f32]| numbers.chunks_exact(COLUMNS).flat_map(|row| row[from..from + 3].to_vec()).collect();
    Answers { columns: 3, truth: of(&answers.truth), weight: of(&answers.weight) }
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
    let (members, told) = thread::scope(|scope| {
        let whole = scope.spawn(|| Members::fit(&seen, &all, &answers, &shape));
        let told = in_folds(|fold| {
            let members = Members::fit(&seen, &others(&all, fold), &answers, &shape);
            println!("fold {} of {FOLDS}", fold + 1);
            own(&all, fold).map(|i| (i, members.say(&seen, i))).collect::<Vec<_>>()
        });
        (whole.join().expect("fitting does not panic"), told)
    });
    for (i, row) in told.into_iter().flatten() {
        said[i * MEMBERS * COLUMNS..][..MEMBERS * COLUMNS].copy_from_slice(&row);
    }
    let (brand, tone) = (part(&answers, BRAND), part(&answers, TONE));
    let one_of = Shape::one_of(3);
    // Members are first of all added up; how far one counts more than another has to show. What is said of other questions helps with
    // types and with sentiment towards brands; of tone there are too few examples to learn that from.
    let fitted = |width: usize, numbers: &[f32], chosen: &[usize]| {
        let factor = EVENLY / (width / COLUMNS) as f32;
        let sums = |said: &[f32]| (0..COLUMNS).map(|c| factor * said.iter().skip(c).step_by(COLUMNS).sum::<f32>()).collect::<Vec<f32>>();
        let numbers: Vec<f32> = numbers.chunks_exact(width).flat_map(|said| [&sums(said), said].concat()).collect();
        let of_tone: Vec<f32> =
            numbers.iter().enumerate().map(|(at, n)| if (TONE..CONCERNED).contains(&(at % COLUMNS)) { *n } else { 0.0 }).collect();
        let head = |numbers: &[f32], answers: &Answers, shape: &Shape, settings| {
            let vectors = Vectors { width: COLUMNS + width, numbers, languages: &seen.languages };
            dense::fit(vectors, chosen, answers, shape, LANGUAGES, settings).without_sums(COLUMNS, factor)
        };
        head(&numbers, &answers, &shape, TOGETHER)
            .with_answers(BRAND, &head(&numbers, &brand, &one_of, FEELINGS))
            .with_answers(TONE, &head(&of_tone, &tone, &one_of, FEELINGS))
    };
    let words_said: Vec<f32> = said.chunks_exact(MEMBERS * COLUMNS).flat_map(|s| s[..COLUMNS].to_vec()).collect();
    let shares = |width: usize, numbers: &[f32]| {
        // Put together by what was learnt from other folds, so that these shares too are of posts not seen.
        let mut out = vec![0.0; all.len() * COLUMNS];
        let told = in_folds(|fold| {
            let head = fitted(width, numbers, &others(&all, fold));
            let row = |i: usize| {
                let mut row = Vec::new();
                head.logits(&numbers[i * width..][..width], seen.languages[i], &mut row);
                shape.shares(&mut row);
                (i, row)
            };
            own(&all, fold).map(row).collect::<Vec<_>>()
        });
        for (i, row) in told.into_iter().flatten() {
            out[i * COLUMNS..][..COLUMNS].copy_from_slice(&row);
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
    let model = Model {
        card: Card {
            version,
            sure: thresholds(examples, &unseen.together),
            sure_sentiment: sentiment_thresholds(examples, &unseen.together),
        },
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

/// What is worked out for each fold, all at once; each fold's by itself, so that it is the same every time.
fn in_folds<T: Send>(of: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let of = &of;
    thread::scope(|scope| {
        let folds: Vec<_> = (0..FOLDS).map(|fold| scope.spawn(move || of(fold))).collect();
        folds.into_iter().map(|fold| fold.join().expect("fitting does not panic")).collect()
    })
}

/// The examples of a fold.
fn own(all: &[usize], fold: usize) -> impl Iterator<Item = usize> {
    all.iter().copied().filter(move |i| i % FOLDS == fold)
}

/// The examples of all other folds.
fn others(all: &[usize], fold: usize) -> Vec<usize> {
    all.iter().copied().filter(|i| i % FOLDS != fold).collect()
}

/// For each language and type the least probability from which on nine of ten are right.
fn thresholds(examples: &[Example], shares: &[f32]) -> Vec<[f32; 8]> {
    let of = |language: Language, t: MessageType| {
        let rows = examples.iter().zip(shares.chunks_exact(COLUMNS)).filter(|(e, _)| e.language == language);
        least(rows.filter_map(|(e, row)| Some((row[TYPES + t.index()], e.types.as_ref()?.contains(&t)))).collect())
    };
    let types = |l: &Language| std::array::from_fn(|t| of(*l, MessageType::ALL[t]));
    Language::UNDERSTOOD.iter().map(types).collect()
}

/// The same for sentiment, from posts that are about somebody: the only ones whose sentiment people ask for.
fn sentiment_thresholds(examples: &[Example], shares: &[f32]) -> Vec<f32> {
    let of = |language: &Language| {
        let asked = |e: &Example| e.language == *language && e.audience.is_some_and(|a| a != Audience::Nobody);
        let rows = examples.iter().zip(shares.chunks_exact(COLUMNS)).filter(|(e, _)| asked(e));
        let said = rows.filter_map(|(e, row)| {
            let given = sentiment_shares(row);
            let best = (0..3).max_by(|a, b| given[*a].total_cmp(&given[*b]))?;
            Some((given[best], e.sentiment?.index() == best))
        });
        least(said.collect())
    };
    Language::UNDERSTOOD.iter().map(of).collect()
}

/// Sentiment as it is told: towards the brand where there is one, else the tone.
pub fn sentiment_shares(row: &[f32]) -> [f32; 3] {
    std::array::from_fn(|s| row[CONCERNED] * row[BRAND + s] + (1.0 - row[CONCERNED]) * row[TONE + s])
}

/// The least probability from which on nine of ten are right, as surely as 95 in 100; above 1 where none is.
fn least(mut said: Vec<(f32, bool)>) -> f32 {
    said.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut right, mut sure) = (0u32, 1.1f32);
    for (n, (p, truth)) in said.iter().enumerate() {
        right += u32::from(*truth);
        if interval(right, n as u32 + 1).0 >= 0.9 {
            sure = *p;
        }
    }
    sure.max(0.5)
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
