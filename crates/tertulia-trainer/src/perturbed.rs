//! What changes whose effect is known beforehand do to labels: measured on the posts that nothing was trained with.

use tertulia_understand::corpus::Labelled;
use tertulia_understand::evaluate::Confusion;
use tertulia_understand::{Context, Desk, Language, MessageType, Reading, Sentiment, Tier, Understander, perturb};

/// Sentences and what a "not" makes of them.
static TURNED: &str = include_str!("../../tertulia-understand/corpus/turned.tsv");
/// A name that no post of the corpus holds.
const OTHER_BRAND: &str = "Quelvia";

/// A line of the card: what, and its figure for each language, 0 to 1.
pub type Line = (String, [f64; 3]);

/// All sentences that are measured with.
pub fn sentences() -> impl Iterator<Item = String> {
    TURNED.lines().skip(1).flat_map(|line| line.split('\t').skip(1).map(str::to_owned))
}

/// One way of changing a post.
type Change = fn(&Labelled) -> String;

/// Every measurement.
pub fn lines(understander: &Understander, posts: &[Labelled]) -> Vec<Line> {
    const CHANGES: [(&str, Change); 3] = [
        ("without accents", |p| perturb::without_accents(&p.plain())),
        ("with typos", |p| perturb::with_typos(&p.plain())),
        ("about another brand", |p| perturb::about(p, OTHER_BRAND)),
    ];
    let own = |l: Language| posts.iter().filter(|p| p.language == l).cloned().collect::<Vec<_>>();
    let mut lines = Vec::new();
    for (name, change) in CHANGES {
        let effects = Language::UNDERSTOOD.map(|l| Effect::of(understander, &own(l), l, change));
        let mut add = |what: &str, figure: fn(&Effect) -> f64| lines.push((format!("{name}: {what}"), effects.each_ref().map(figure)));
        add("message types changed", |e| e.types_changed);
        add("macro-F1 of message types lost", |e| e.types_lost);
        add("sentiment changed", |e| e.sentiment_changed);
        add("macro-F1 of sentiment lost", |e| e.sentiment_lost);
    }
    let turned = Language::UNDERSTOOD.map(|l| negated(understander, l));
    lines.push(("a \"not\" put in: less positive".to_owned(), turned.map(|t| t.0)));
    lines.push(("a \"not\" put in: negative".to_owned(), turned.map(|t| t.1)));
    lines
}

/// What one change does in one language.
struct Effect {
    /// The share of posts whose set of types is another.
    types_changed: f64,
    types_lost: f64,
    sentiment_changed: f64,
    sentiment_lost: f64,
}

impl Effect {
    fn of(understander: &Understander, posts: &[Labelled], language: Language, change: Change) -> Self {
        let before = readings(understander, posts.iter().map(Labelled::plain), language);
        let after = readings(understander, posts.iter().map(change), language);
        let changed = |differs: fn(&Reading, &Reading) -> bool| {
            before.iter().zip(&after).filter(|(a, b)| differs(a, b)).count() as f64 / posts.len().max(1) as f64
        };
        Self {
            types_changed: changed(|a, b| types(a) != types(b)),
            types_lost: types_f1(posts, &before) - types_f1(posts, &after),
            sentiment_changed: changed(|a, b| a.sentiment.label != b.sentiment.label),
            sentiment_lost: sentiment_f1(posts, &before) - sentiment_f1(posts, &after),
        }
    }
}

fn readings(understander: &Understander, texts: impl Iterator<Item = String>, language: Language) -> Vec<Reading> {
    let mut desk = Desk::default();
    let context = Context { language: Some(language), ..Context::default() };
    texts.map(|text| understander.read_at(&mut desk, &text, &context, Tier::Meaning)).collect()
}

fn types(reading: &Reading) -> [bool; 8] {
    reading.type_shares.map(|share| share >= 0.5)
}

fn types_f1(posts: &[Labelled], readings: &[Reading]) -> f64 {
    let one = |t: &MessageType| {
        let mut table = Confusion::new(2);
        for (post, reading) in posts.iter().zip(readings) {
            table.count(usize::from(post.types.contains(t)), usize::from(types(reading)[t.index()]));
        }
        table.f1(1)
    };
    MessageType::ALL.iter().map(one).sum::<f64>() / MessageType::ALL.len() as f64
}

fn sentiment_f1(posts: &[Labelled], readings: &[Reading]) -> f64 {
    let mut table = Confusion::new(3);
    posts.iter().zip(readings).for_each(|(post, reading)| table.count(post.sentiment.index(), reading.sentiment.label.index()));
    table.macro_f1()
}

/// Of sentences that a "not" turns around: the share that became less positive, and the share that is then negative.
fn negated(understander: &Understander, language: Language) -> (f64, f64) {
    let pairs: Vec<[&str; 2]> = TURNED
        .lines()
        .filter_map(|line| Some(line.strip_prefix(language.as_str())?.strip_prefix('\t')?.split_once('\t')?.into()))
        .collect();
    let read = |n: usize| readings(understander, pairs.iter().map(|pair| pair[n].to_owned()), language);
    let positive = |r: &Reading| r.sentiment_shares[Sentiment::Positive.index()];
    let (plain, turned) = (read(0), read(1));
    let less = plain.iter().zip(&turned).filter(|(p, t)| positive(t) < positive(p)).count();
    let negative = turned.iter().filter(|t| t.sentiment.label == Sentiment::Negative).count();
    let all = pairs.len().max(1) as f64;
    (less as f64 / all, negative as f64 / all)
}
