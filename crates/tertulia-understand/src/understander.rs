//! From a post to what is understood of it.

use std::sync::{Arc, OnceLock};

use crate::encoder::{self, DIMS, Encoder, FEATURES, Recent, Scratch};
use crate::features::{self, Features};
use crate::grounds::{FactPoints, Grounds};
use crate::heads::Linear;
use crate::label::{Audience, Language, MessageType, Sentiment};
use crate::lists::Lists;
use crate::model::{AUDIENCE, BRAND, COLUMNS, CONCERNED, LANGUAGES, MEMBERS, Model, PRESSING, TONE, TYPES};
use crate::own::company::{CompanyHead, Question, Shown};
use crate::reading::{Context, Reading, Reason, Scored};
use crate::train::shape::{sigmoid, softmax};
use crate::words::Words;
use crate::{phrases, urgency};

/// From which probability on a message type is asserted.
pub const ASSERTED: f32 = 0.5;
/// Below this probability no language is named.
const LANGUAGE_SURE: f32 = 0.55;
/// How much the language that was expected counts, in log-odds, for a post of one letter; it fades with each letter.
const EXPECTED: f32 = 4.0;
/// Letters after which what was expected, or is not listened in, no longer counts.
const PLENTY: f32 = 40.0;
/// Reasons that are given.
const REASONS: usize = 6;

static MODEL: &[u8] = include_bytes!("../models/heads.safetensors");
/// Texts whose meaning is kept in case they come again.
const RECENT: usize = 1_500;

/// Understands posts. Immutable: one serves all threads.
pub struct Understander {
    model: Model,
    encoder: &'static Encoder,
    grounds: Arc<Grounds>,
    recent: Recent,
}

/// Memory that is used again from post to post; one for each thread.
#[derive(Default)]
pub struct Desk {
    words: Words,
    features: Features,
    letters: Features,
    logits: Vec<f32>,
    shares: Vec<f32>,
    scratch: Scratch,
    answers_only: bool,
}

impl Desk {
    /// Whether readings made here are to say what a post is and leave out why, its topics and its phrases: that is faster.
    pub fn answers_only(&mut self, only: bool) {
        self.answers_only = only;
    }
}

/// How much work a post is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// By its words alone: tens of thousands of posts a second.
    Words,
    /// By its words and their meaning: about a thousand posts a second.
    Meaning,
}

impl Understander {
    /// With the classifiers and lists that came with the program.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static BUILT_IN: OnceLock<Understander> = OnceLock::new();
        BUILT_IN.get_or_init(|| {
            let model = Model::open(MODEL).expect("the program's own classifiers are read by the tests");
            Self::with(model, Arc::clone(Grounds::built_in()))
        })
    }

    /// With other classifiers or lists.
    #[must_use]
    pub fn new(model: Model, urgency: Lists, topics: Lists) -> Self {
        Self::with(model, Arc::new(Grounds { urgency, topics, facts: FactPoints::default() }))
    }

    fn with(model: Model, grounds: Arc<Grounds>) -> Self {
        Self { model, encoder: Encoder::built_in(), grounds, recent: Recent::new(RECENT) }
    }

    /// Which classifiers these are: labels of two versions are not the same measure.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.model.card.version
    }

    /// Of each message type the highest of the languages' probabilities from which on it is sure.
    #[must_use]
    pub fn least_sure(&self) -> [f32; 8] {
        let most = |label: usize| self.model.card.sure.iter().map(|sure| sure[label]).fold(0.0, f32::max);
        std::array::from_fn(most)
    }

    /// Everything that is understood of one post.
    #[must_use]
    pub fn read(&self, text: &str, context: &Context) -> Reading {
        self.read_at(&mut Desk::default(), text, context, Tier::Meaning)
    }

    /// The same, with memory that is used again, and as much work as the post is worth.
    pub fn read_at(&self, desk: &mut Desk, text: &str, context: &Context, tier: Tier) -> Reading {
        let meaning = self.meaning(desk, text, tier);
        self.put_together(desk, text, context, meaning.as_deref(), &self.grounds, None)
    }

    /// Reads several posts by their meaning, in order, with grounds of a company's own, corrected by what its people taught; a
    /// head made for other classifiers corrects nothing. Faster than one by one: they go through the encoder together, and
    /// copies once.
    #[must_use]
    pub fn read_all(&self, desk: &mut Desk, posts: &[(&str, Context)], grounds: &Grounds, own: Option<&CompanyHead>) -> Vec<Reading> {
        let texts: Vec<&str> = posts.iter().map(|(text, _)| *text).collect();
        let meanings = self.encoder.encode_recent(&texts, &mut desk.scratch, &self.recent);
        let whole = posts.iter().zip(&meanings);
        whole.map(|((text, context), meaning)| self.put_together(desk, text, context, Some(meaning), grounds, own)).collect()
    }

    fn meaning(&self, desk: &mut Desk, text: &str, tier: Tier) -> Option<Arc<encoder::Reading>> {
        match tier {
            Tier::Words => None,
            Tier::Meaning => self.encoder.encode_recent(&[text], &mut desk.scratch, &self.recent).pop(),
        }
    }

    /// What texts mean, in order: vectors that point the same way where texts say the same, in whatever words and language
    /// ([`encoder::Embedding::cosine`]). For similar cases, groups of posts, suggestions. What was read lately is known already.
    #[must_use]
    pub fn meanings(&self, desk: &mut Desk, texts: &[&str]) -> Vec<encoder::Embedding> {
        let meanings = self.encoder.encode_recent(texts, &mut desk.scratch, &self.recent);
        meanings.into_iter().map(|meaning| meaning.embedding.clone()).collect()
    }

    fn put_together(
        &self,
        desk: &mut Desk,
        text: &str,
        context: &Context,
        meaning: Option<&encoder::Reading>,
        grounds: &Grounds,
        own: Option<&CompanyHead>,
    ) -> Reading {
        desk.words.read(text);
        let language = self.language(desk, context);
        let head = head(language.label, context);
        self.weigh(desk, language.label, head, meaning);
        let own = own.filter(|own| meaning.is_some() && own.base() == self.version());
        if let (Some(own), Some(meaning)) = (own, meaning) {
            own.correct(&desk.features, meaning.embedding.numbers(), &mut desk.shares);
        }
        let shares = &desk.shares;
        let sentiment = best(Sentiment::ALL, &shares[BRAND..TYPES]);
        let audience = best(Audience::ALL, &shares[AUDIENCE..TONE]);
        let mut types: Vec<Scored<MessageType>> = Vec::new();
        for (label, &p) in MessageType::ALL.iter().zip(&shares[TYPES..AUDIENCE]) {
            if p >= ASSERTED {
                types.push(Scored { label: *label, p });
            }
        }
        types.sort_by(|a, b| b.p.total_cmp(&a.p));
        // Something else is nothing more.
        if types.len() > 1 {
            types.retain(|t| t.label != MessageType::Other);
        }
        let least = &self.model.card.sure[head];
        // What a language's own posts have not shown to be sure is not.
        let foreign = language.label == Language::Undetermined && !desk.words.letters.trim().is_empty();
        let least = |label: MessageType| own.and_then(|own| own.sure(label)).unwrap_or(least[label.index()]);
        let sure: Vec<MessageType> = types.iter().filter(|t| !foreign && t.p >= least(t.label)).map(|t| t.label).collect();
        let unsure = sure.is_empty();
        let complaint = shares[TYPES + MessageType::Complaint.index()];
        let spam = shares[TYPES + MessageType::Spam.index()];
        let why = !desk.answers_only;
        let asked = |list: &dyn Fn() -> Vec<String>| if why { list() } else { Vec::new() };
        let mood = urgency::Mood { negative: shares[Sentiment::Negative.index()], complaint, spam, pressing: shares[PRESSING] };
        Reading {
            urgency: urgency::weigh(grounds, &desk.words, mood, context),
            topics: asked(&|| grounds.topics.find(&desk.words).into_iter().map(|f| f.list.name.clone()).collect()),
            phrases: asked(&|| phrases::telling(&desk.words)),
            because: if why { self.because(&desk.words, shares[CONCERNED] >= 0.5, sentiment.label, &types, own) } else { Vec::new() },
            sentiment_unsure: foreign || self.model.card.sure_sentiment.get(head).is_none_or(|least| sentiment.p < *least),
            type_shares: std::array::from_fn(|t| shares[TYPES + t]),
            sentiment_shares: std::array::from_fn(|s| shares[s]),
            language,
            sentiment,
            types,
            audience,
            sure,
            unsure,
        }
    }

    /// A post as a company's head sees it.
    pub fn show(&self, desk: &mut Desk, text: &str, context: &Context) -> Shown {
        desk.words.read(text);
        let language = self.language(desk, context);
        let meaning = self.meaning(desk, text, Tier::Meaning);
        self.weigh(desk, language.label, head(language.label, context), meaning.as_deref());
        let vector = meaning.map(|meaning| meaning.embedding.numbers().to_vec()).unwrap_or_default();
        Shown { features: desk.features.clone(), meaning: vector, shares: desk.shares.clone() }
    }

    /// The language of the post that lies on the desk.
    fn language(&self, desk: &mut Desk, context: &Context) -> Scored<Language> {
        let letters = desk.words.letters.trim().chars().count() as f32;
        let expected = context.language.filter(|l| context.among.contains(*l));
        if letters == 0.0 {
            return Scored { label: expected.unwrap_or(Language::Undetermined), p: if expected.is_some() { LANGUAGE_SURE } else { 1.0 } };
        }
        desk.letters.read_letters(&desk.words.letters);
        self.model.language.logits(&desk.letters, 0, &mut desk.logits);
        let lean = EXPECTED * (1.0 - letters / PLENTY).max(0.0);
        if let Some(expected) = expected {
            desk.logits[expected.index()] += lean;
        }
        let others = || Language::UNDERSTOOD.into_iter().filter(|l| !context.among.contains(*l));
        others().for_each(|l| desk.logits[l.index()] -= lean);
        softmax(&mut desk.logits);
        // What is clearly in a language nobody listens in is in another one, not in the nearest of ours.
        for other in others() {
            desk.logits[Language::Undetermined.index()] += std::mem::take(&mut desk.logits[other.index()]);
        }
        let found = best(Language::ALL, &desk.logits);
        if found.p >= LANGUAGE_SURE {
            return found;
        }
        let label = expected.unwrap_or(Language::Undetermined);
        Scored { label, p: desk.logits[label.index()] }
    }

    /// Leaves the probabilities of all columns on the desk.
    fn weigh(&self, desk: &mut Desk, language: Language, head: usize, meaning: Option<&encoder::Reading>) {
        desk.features.read(&desk.words);
        self.model.fast.logits(&desk.features, language.index(), &mut desk.logits);
        desk.shares.clear();
        match meaning {
            None => self.model.fast_fit.logits(&desk.logits, head, &mut desk.shares),
            Some(reading) => {
                let meaning = &self.model.meaning;
                let (vector, inner): (&[f32; DIMS], &[f32; FEATURES]) = (reading.embedding.numbers(), &reading.features);
                let mut said = desk.logits.clone();
                meaning.straight.logits(vector, head, &mut said);
                meaning.inner.logits(inner, head, &mut said);
                let mut near = Vec::with_capacity(meaning.landmarks.len());
                meaning.landmarks.nearness(vector, &mut near);
                meaning.curved.logits(&near, head, &mut said);
                debug_assert_eq!(said.len(), MEMBERS * COLUMNS);
                meaning.fit.logits(&said, head, &mut desk.shares);
            }
        }
        let shares = &mut desk.shares;
        softmax(&mut shares[BRAND..TYPES]);
        shares[TYPES..AUDIENCE].iter_mut().for_each(|x| *x = sigmoid(*x));
        softmax(&mut shares[AUDIENCE..TONE]);
        softmax(&mut shares[TONE..CONCERNED]);
        shares[CONCERNED] = sigmoid(shares[CONCERNED]);
        shares[PRESSING] = sigmoid(shares[PRESSING]);
        // Towards the brand where the post is about one, else its tone: each as far as it is likely.
        for s in 0..3 {
            shares[BRAND + s] = shares[CONCERNED] * shares[BRAND + s] + (1.0 - shares[CONCERNED]) * shares[TONE + s];
        }
    }

    /// The words that spoke most for the labels given.
    fn because(
        &self,
        words: &Words,
        concerned: bool,
        sentiment: Sentiment,
        types: &[Scored<MessageType>],
        own: Option<&CompanyHead>,
    ) -> Vec<Reason> {
        let feeling = if concerned { BRAND } else { TONE } + sentiment.index();
        let labels =
            std::iter::once((feeling, sentiment.as_str())).chain(types.iter().map(|t| (TYPES + t.label.index(), t.label.as_str())));
        let labels: Vec<(usize, &'static str)> = labels.collect();
        let taught: Vec<(Question, usize)> = std::iter::once((Question::Sentiment, sentiment.index()))
            .chain(types.iter().map(|t| (Question::Types, t.label.index())))
            .collect();
        let mut sums = vec![0.0f32; words.spans.len() * labels.len()];
        let mut count = 0u32;
        features::placed(words, |hash, word| {
            count += 1;
            for (n, (column, _)) in labels.iter().enumerate() {
                let (question, place) = taught[n];
                sums[word * labels.len() + n] +=
                    self.model.fast.weight(hash, *column) + own.map_or(0.0, |own| own.weight(question, hash, place));
            }
        });
        let unit = 1.0 / (count.max(1) as f32).sqrt();
        let all: Vec<&str> = words.iter().collect();
        let mut reasons: Vec<Reason> = Vec::new();
        for (word, sums) in all.iter().zip(sums.chunks_exact(labels.len())) {
            for (sum, (_, label)) in sums.iter().zip(&labels) {
                let weight = sum * unit;
                if weight > 0.05 && word.chars().any(char::is_alphabetic) {
                    reasons.push(Reason { label, words: (*word).to_owned(), weight });
                }
            }
        }
        reasons.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        reasons.truncate(REASONS);
        reasons
    }
}

/// Whose head reads a post: that of its language, else of the one expected, else of the first listened in.
fn head(language: Language, context: &Context) -> usize {
    let known = [Some(language), context.language].into_iter().flatten().find(|l| context.among.contains(*l));
    known.unwrap_or(context.among.first()).index().min(LANGUAGES - 1)
}

fn best<L: Copy>(labels: &[L], shares: &[f32]) -> Scored<L> {
    let at = (0..shares.len()).max_by(|a, b| shares[*a].total_cmp(&shares[*b])).unwrap_or(0);
    Scored { label: labels[at], p: shares[at] }
}

impl Linear {
    /// Log-odds for one vector, alone.
    #[must_use]
    pub fn of(&self, vector: &[f32], language: usize) -> Vec<f32> {
        let mut out = Vec::with_capacity(self.outputs);
        self.logits(vector, language, &mut out);
        out
    }
}
