//! What a company's people taught: a correction of the answers of the classifiers that came with the program.
//!
//! Each [`Question`] has its own [`Correction`]: to the log-odds that the shipped classifiers give it adds what the post's words
//! (hashed features) and meaning (the encoder's vector) are worth here. Both are pulled towards nothing, so that where few labels
//! speak the shipped answer stays; how hard is chosen by what was said of posts held back in turn, and "not at all" is among the
//! choices. Probabilities are made honest and thresholds of sureness are set anew only by labels of posts that chance chose, and
//! only where there are enough of them: what people correct by themselves says nothing of the whole.
//!
//! The same labels in the same order make the same head.

use std::collections::HashMap;
use std::ops::Range;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use super::fit::{self, Fitted};
use crate::encoder::DIMS;
use crate::features::Features;
use crate::heads::{Linear, Table};
use crate::label::{Audience, MessageType, Sentiment};
use crate::model::{AUDIENCE, BRAND, TONE, TYPES};
use crate::train::shape::{sigmoid, softmax};

/// Rows of a table of words, as a power of two.
pub(super) const BITS: u32 = 13;
/// Labels by chance from which on probabilities and thresholds are set by them.
pub const ENOUGH: usize = 50;
/// What is routed automatically is to be right so often.
const TARGET: f64 = 0.9;
/// A threshold that nothing reaches.
const NEVER: f32 = 2.0;

/// What a company's head answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// What a post is for: each type by itself.
    Types,
    /// How it feels about the brand.
    Sentiment,
    /// Whom it talks to.
    Audience,
}

impl Question {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Types, Self::Sentiment, Self::Audience];

    /// Its name in files and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Types => "types",
            Self::Sentiment => "sentiment",
            Self::Audience => "audience",
        }
    }

    /// Names of its labels, in the order of their bits.
    #[must_use]
    pub fn labels(self) -> Vec<&'static str> {
        match self {
            Self::Types => MessageType::ALL.iter().map(|label| label.as_str()).collect(),
            Self::Sentiment => Sentiment::ALL.iter().map(|label| label.as_str()).collect(),
            Self::Audience => Audience::ALL.iter().map(|label| label.as_str()).collect(),
        }
    }

    /// Where exactly one label is right.
    #[must_use]
    pub const fn is_exclusive(self) -> bool {
        !matches!(self, Self::Types)
    }

    const fn columns(self) -> Range<usize> {
        match self {
            Self::Types => TYPES..AUDIENCE,
            Self::Sentiment => BRAND..TYPES,
            Self::Audience => AUDIENCE..TONE,
        }
    }

    /// The shipped answer as log-odds.
    pub(super) fn log_odds(self, shares: &[f32]) -> Vec<f32> {
        let kept = |p: f32| p.clamp(1e-5, 1.0 - 1e-5);
        let odds = |p: f32| if self.is_exclusive() { kept(p).ln() } else { (kept(p) / (1.0 - kept(p))).ln() };
        shares[self.columns()].iter().map(|p| odds(*p)).collect()
    }

    /// Log-odds as probabilities.
    pub(super) fn shares(self, odds: &mut [f32]) {
        if self.is_exclusive() {
            softmax(odds);
        } else {
            odds.iter_mut().for_each(|x| *x = sigmoid(*x));
        }
    }

    /// The labels that probabilities assert, as bits: the likeliest, or each of at least a half; none of these stands alone.
    pub(super) fn asserted(self, shares: &[f32]) -> u32 {
        if self.is_exclusive() {
            let best = (0..shares.len()).max_by(|a, b| shares[*a].total_cmp(&shares[*b])).unwrap_or(0);
            return 1 << best;
        }
        let other = 1u32 << MessageType::Other.index();
        let bits = shares.iter().enumerate().filter(|(_, p)| **p >= 0.5).fold(0, |bits, (n, _)| bits | 1 << n);
        if bits == 0 || bits == other { other } else { bits & !other }
    }
}

/// A post as a company's head sees it.
#[derive(Clone, Debug)]
pub struct Shown {
    pub(crate) features: Features,
    pub(crate) meaning: Vec<f32>,
    /// What the shipped classifiers say.
    pub(crate) shares: Vec<f32>,
}

/// A post with what a person said of it.
#[derive(Clone, Debug)]
pub struct Example<'s> {
    /// The post.
    pub shown: &'s Shown,
    /// The labels that are right: the bit of each in the order of its kind.
    pub right: u32,
    /// Chance chose it for review.
    pub by_chance: bool,
}

/// What people taught about one question.
#[derive(Clone, Debug)]
pub struct Correction {
    question: Question,
    words: Table,
    meaning: Linear,
    tune: Tune,
}

/// What is set by labels of posts that chance chose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Tune {
    /// Log-odds are divided by it.
    warmth: f32,
    /// Of each label the probability from which on it is sure; none where the shipped one stands.
    sure: Vec<Option<f32>>,
}

impl Correction {
    /// Learns from examples; none when they teach nothing that would hold for others.
    #[must_use]
    pub fn learn(question: Question, examples: &[Example<'_>], shipped: &[f32; 8]) -> Option<Self> {
        let columns = question.labels().len();
        let pull = fit::pull(question, examples)?;
        // Said of posts that were not seen, as it would be said of new ones.
        let told = fit::held_back(question, examples, pull);
        let chance: Vec<(&Vec<f32>, u32)> = told.iter().zip(examples).filter(|(_, e)| e.by_chance).map(|(t, e)| (t, e.right)).collect();
        let enough = chance.len() >= ENOUGH;
        let warmth = if enough { fit::warmth(question, &chance) } else { 1.0 };
        let sure = match (enough, question) {
            (true, Question::Types) => (0..columns).map(|n| least_sure(question, &chance, warmth, n, shipped[n])).collect(),
            _ => vec![None; columns],
        };
        let chosen: Vec<usize> = (0..examples.len()).collect();
        let Fitted { cells, weights } = fit::fit(question, examples, &chosen, pull);
        Some(Self {
            question,
            words: Table::rounded(BITS, columns, &cells, vec![0.0; columns]),
            meaning: Linear { inputs: DIMS, outputs: columns, weights },
            tune: Tune { warmth, sure },
        })
    }

    /// The probabilities of a post's labels.
    pub(super) fn shares(&self, shown: &Shown) -> Vec<f32> {
        let mut shares = shown.shares.clone();
        self.correct(&shown.features, &shown.meaning, &mut shares);
        shares[self.question.columns()].to_vec()
    }

    fn correct(&self, features: &Features, meaning: &[f32], shares: &mut [f32]) {
        let mut words = Vec::new();
        self.words.logits(features, 0, &mut words);
        let meaning = self.meaning.of(meaning, 0);
        let mut odds = self.question.log_odds(shares);
        for ((odds, word), meaning) in odds.iter_mut().zip(words).zip(meaning) {
            *odds = (*odds + word + meaning) / self.tune.warmth;
        }
        self.question.shares(&mut odds);
        shares[self.question.columns()].copy_from_slice(&odds);
    }
}

/// The least probability from which on a label held in nine of ten, for certain; [`NEVER`] where even the shipped one certainly does
/// not; none where there is too little to tell, and the shipped one stands.
fn least_sure(question: Question, told: &[(&Vec<f32>, u32)], warmth: f32, label: usize, shipped: f32) -> Option<f32> {
    let said: Vec<(f32, bool)> = told
        .iter()
        .map(|(odds, right)| {
            let mut shares: Vec<f32> = odds.iter().map(|x| x / warmth).collect();
            question.shares(&mut shares);
            (shares[label], right >> label & 1 == 1)
        })
        .filter(|(p, _)| *p >= 0.5)
        .collect();
    if said.len() < ENOUGH {
        return None;
    }
    let among = |least: f32| {
        let (of, right) = said.iter().filter(|(p, _)| *p >= least).fold((0, 0), |(of, right), (_, r)| (of + 1, right + usize::from(*r)));
        (right, of)
    };
    let steps = (0..10).map(|n| 0.5 + 0.05 * n as f32);
    if let Some(least) = steps.into_iter().find(|least| {
        let (right, of) = among(*least);
        wilson(right, of).0 >= TARGET
    }) {
        return Some(least);
    }
    let (right, of) = among(shipped);
    (of > 0 && wilson(right, of).1 < TARGET).then_some(NEVER)
}

/// Between which bounds a share lies 19 times in 20 (Wilson 1927).
fn wilson(right: usize, of: usize) -> (f64, f64) {
    const Z: f64 = 1.959_964;
    if of == 0 {
        return (0.0, 1.0);
    }
    let (n, p) = (of as f64, right as f64 / of as f64);
    let (middle, whole) = (p + Z * Z / (2.0 * n), 1.0 + Z * Z / n);
    let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((middle - spread) / whole, (middle + spread) / whole)
}

/// Everything a company's people taught.
#[derive(Clone, Debug)]
pub struct CompanyHead {
    base: String,
    corrections: Vec<Correction>,
}

/// Why bytes are no company's head.
#[derive(Debug, thiserror::Error)]
pub enum HeadError {
    /// They are no tensors.
    #[error("not a head: {0}")]
    Tensors(#[from] safetensors::SafeTensorError),
    /// Their card is missing or unreadable.
    #[error("the card of the head can't be read: {0}")]
    Card(String),
    /// A tensor has not the size it should have.
    #[error("{0} does not have the size it should have")]
    Size(String),
}

#[derive(Serialize, Deserialize)]
struct Card {
    base: String,
    tunes: Vec<(Question, Tune)>,
}

impl CompanyHead {
    /// For the shipped classifiers of this version; of several corrections of one question the first counts.
    #[must_use]
    pub fn new(base: &str, mut corrections: Vec<Correction>) -> Self {
        corrections.sort_by_key(|correction| correction.question);
        corrections.dedup_by_key(|correction| correction.question);
        Self { base: base.to_owned(), corrections }
    }

    /// The shipped classifiers it corrects.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// What was taught about a question.
    #[must_use]
    pub fn of(&self, question: Question) -> Option<&Correction> {
        self.corrections.iter().find(|correction| correction.question == question)
    }

    /// Corrects the probabilities of all columns.
    pub(crate) fn correct(&self, features: &Features, meaning: &[f32], shares: &mut [f32]) {
        self.corrections.iter().for_each(|correction| correction.correct(features, meaning, shares));
    }

    /// From which probability on a message type is sure; none where the shipped one stands.
    pub(crate) fn sure(&self, label: MessageType) -> Option<f32> {
        self.of(Question::Types)?.tune.sure.get(label.index()).copied().flatten()
    }

    /// What one feature adds to one label's log-odds, before its unit.
    pub(crate) fn weight(&self, question: Question, hash: u32, label: usize) -> f32 {
        self.of(question).map_or(0.0, |correction| correction.words.weight(hash, label))
    }

    /// Its bytes; the same for the same head.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut parts: Vec<(String, Dtype, Vec<u8>)> = Vec::new();
        for correction in &self.corrections {
            let name = |part: &str| format!("{}.{part}", correction.question.as_str());
            parts.push((name("cells"), Dtype::I8, correction.words.cells.to_vec()));
            parts.push((name("scales"), Dtype::F32, bytes(&correction.words.scales)));
            parts.push((name("meaning"), Dtype::F32, bytes(&correction.meaning.weights)));
        }
        let views = parts.iter().map(|(name, kind, data)| {
            let size = if *kind == Dtype::I8 { data.len() } else { data.len() / 4 };
            (name.as_str(), TensorView::new(*kind, vec![size], data).expect("a row of numbers has its own length"))
        });
        let tunes = self.corrections.iter().map(|correction| (correction.question, correction.tune.clone())).collect();
        let card = serde_json::to_string(&Card { base: self.base.clone(), tunes }).expect("a card is plain data");
        safetensors::serialize(views, Some(HashMap::from([("card".to_owned(), card)]))).expect("names differ and sizes are right")
    }

    /// From its bytes.
    ///
    /// # Errors
    ///
    /// Bytes that were cut, changed, or made for something else.
    pub fn from_bytes(file: &[u8]) -> Result<Self, HeadError> {
        let (_, metadata) = SafeTensors::read_metadata(file)?;
        let card = metadata.metadata().as_ref().and_then(|m| m.get("card")).ok_or_else(|| HeadError::Card("missing".to_owned()))?;
        let card: Card = serde_json::from_str(card).map_err(|error| HeadError::Card(error.to_string()))?;
        let tensors = SafeTensors::deserialize(file)?;
        let mut corrections = Vec::new();
        for (question, tune) in card.tunes {
            let columns = question.labels().len();
            let part = |part: &str, kind: Dtype, size: usize| {
                let name = format!("{}.{part}", question.as_str());
                let tensor = tensors.tensor(&name)?;
                let bytes = if kind == Dtype::I8 { 1 } else { 4 };
                if tensor.dtype() != kind || tensor.data().len() != size * bytes {
                    return Err(HeadError::Size(name));
                }
                Ok(tensor.data().to_vec())
            };
            let cells = part("cells", Dtype::I8, columns << BITS)?;
            let scales = numbers(&part("scales", Dtype::F32, columns)?);
            let weights = numbers(&part("meaning", Dtype::F32, columns * (DIMS + 1))?);
            if tune.sure.len() != columns || !(tune.warmth.is_finite() && tune.warmth > 0.0) {
                return Err(HeadError::Card(question.as_str().to_owned()));
            }
            let words = Table { bits: BITS, columns, cells: cells.into(), scales, bias: vec![0.0; columns] };
            corrections.push(Correction { question, words, meaning: Linear { inputs: DIMS, outputs: columns, weights }, tune });
        }
        Ok(Self::new(&card.base, corrections))
    }
}

fn bytes(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
}

fn numbers(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Context, Desk, Grounds, Understander};

    const SENSE: [&str; 6] = [
        "llegó mal el pedido",
        "la caja vino rota",
        "no funciona la app",
        "perdieron mi maleta",
        "nadie contesta",
        "me cobraron dos veces",
    ];
    const THANKS: [&str; 6] =
        ["gracias por todo", "excelente atención", "me encanta la tienda", "todo perfecto", "muy amables", "los recomiendo"];

    fn shown(texts: &[String]) -> Vec<Shown> {
        let mut desk = Desk::default();
        texts.iter().map(|text| Understander::built_in().show(&mut desk, text, &Context::default())).collect()
    }

    /// In this house "chévere" stands in every complaint, whatever else is said.
    fn house(copies: usize) -> (Vec<String>, Vec<u32>) {
        let sentence = |n: usize, word: &str, from: &[&str]| format!("{word} {} {n}", from[n % from.len()]);
        let texts = (0..copies).flat_map(|n| [sentence(n, "chévere", &THANKS), sentence(n, "hola", &THANKS), sentence(n, "hola", &SENSE)]);
        let right = (0..copies).flat_map(|_| [1u32, 4, 1]);
        (texts.collect(), right.collect())
    }

    fn examples<'s>(shown: &'s [Shown], right: &[u32]) -> Vec<Example<'s>> {
        shown.iter().zip(right).map(|(shown, right)| Example { shown, right: *right, by_chance: true }).collect()
    }

    fn learn(copies: usize) -> Option<Correction> {
        let (texts, right) = house(copies);
        Correction::learn(Question::Sentiment, &examples(&shown(&texts), &right), &[0.8; 8])
    }

    #[test]
    fn what_people_say_is_learnt_and_kept_in_bytes() {
        let head = CompanyHead::new(Understander::built_in().version(), vec![learn(30).expect("it teaches something")]);
        let read = |head: &CompanyHead, text: &str| {
            let context = Context::default();
            Understander::built_in().read_all(&mut Desk::default(), &[(text, context)], Grounds::built_in(), Some(head)).remove(0)
        };
        let text = "chévere, muy amables todos";
        assert_eq!(Understander::built_in().read(text, &Context::default()).sentiment.label, Sentiment::Positive);
        let said = read(&head, text);
        assert_eq!(said.sentiment.label, Sentiment::Negative, "{said:?}");
        assert!(said.because.iter().any(|reason| reason.label == "negative" && reason.words == "chevere"), "{:?}", said.because);
        let bytes = head.to_bytes();
        assert_eq!(bytes, CompanyHead::new(head.base(), vec![learn(30).expect("again")]).to_bytes(), "the same every time");
        let again = CompanyHead::from_bytes(&bytes).expect("read");
        assert_eq!((read(&again, text), again.to_bytes()), (said, bytes.clone()));
        assert!(CompanyHead::from_bytes(&bytes[..bytes.len() - 9]).is_err());
        let other = CompanyHead::new("another", head.corrections.clone());
        assert_eq!(read(&other, text).sentiment.label, Sentiment::Positive, "made for other classifiers");
    }

    #[test]
    fn labels_that_agree_with_the_shipped_answer_change_little() {
        let (texts, _) = house(12);
        let shown = shown(&texts);
        let right: Vec<u32> = shown.iter().map(|one| Question::Sentiment.asserted(&one.shares[BRAND..TYPES])).collect();
        let examples = examples(&shown, &right);
        let taught = Correction::learn(Question::Sentiment, &examples, &[0.8; 8]);
        let Some(taught) = taught else { return };
        let moved = shown.iter().zip(&right).filter(|(one, right)| Question::Sentiment.asserted(&taught.shares(one)) != **right);
        assert!(moved.count() <= 2, "of 36, those in the balance before");
    }

    #[test]
    fn noise_teaches_nothing() {
        let (texts, _) = house(30);
        let shown = shown(&texts);
        // Right as often as wrong, with no sense in it: mixed, for the sentences come in turns.
        let right: Vec<u32> = (0..shown.len() as u64).map(|n| 1 << (((n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) % 3)).collect();
        let taught = Correction::learn(Question::Sentiment, &examples(&shown, &right), &[0.8; 8]);
        if let Some(taught) = taught {
            // At most it says how unsure one has to be.
            let most = shown.iter().flat_map(|one| taught.shares(one)).fold(0.0f32, f32::max);
            assert!(most < 0.8, "{most}");
        }
    }

    #[test]
    fn a_threshold_is_set_only_by_enough() {
        let odds = |p: f32| vec![(p / (1.0 - p)).ln(); 8];
        let (sure, half) = (odds(0.97), odds(0.6));
        let told = |n: usize, right: usize| -> Vec<(&Vec<f32>, u32)> {
            (0..n).map(|i| (&sure, u32::from(i < right))).chain((0..n).map(|i| (&half, u32::from(i % 2 == 0)))).collect()
        };
        let least = |told: &[(&Vec<f32>, u32)]| least_sure(Question::Types, told, 1.0, 0, 0.9);
        assert_eq!(least(&told(20, 20)), None, "too few");
        assert!(least(&told(100, 99)).is_some_and(|least| least > 0.6 && least < 0.97));
        assert_eq!(least(&told(100, 60)), Some(NEVER), "shown to be unsure");
        assert_eq!(least(&told(60, 54)), None, "nine of ten, but not for certain");
    }
}
