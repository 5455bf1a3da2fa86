//! What small changes whose effect is known beforehand do to labels: posts nobody trained with, typed without accents, with slips of
//! the finger, about another brand; and sentences that a "not" turns around.

use std::fs;
use std::path::Path;

use tertulia_understand::corpus::{self, Labelled};
use tertulia_understand::evaluate::Confusion;
use tertulia_understand::{Context, Desk, Language, MessageType, Reading, Sentiment, Tier, Understander, perturb};

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    fs::read_to_string(&path).expect("a file of the corpus")
}

fn held_out(language: Language) -> Vec<Labelled> {
    corpus::read(&file(&format!("held-out/{language}.tsv")), language).expect("a right file")
}

fn readings(texts: &[String], language: Language) -> Vec<Reading> {
    let (understander, mut desk) = (Understander::built_in(), Desk::default());
    let context = Context { language: Some(language), ..Context::default() };
    texts.iter().map(|text| understander.read_at(&mut desk, text, &context, Tier::Meaning)).collect()
}

fn macro_f1(posts: &[Labelled], readings: &[Reading]) -> f64 {
    let one = |t: &MessageType| {
        let mut table = Confusion::new(2);
        for (post, reading) in posts.iter().zip(readings) {
            table.count(usize::from(post.types.contains(t)), usize::from(reading.type_shares[t.index()] >= 0.5));
        }
        table.f1(1)
    };
    MessageType::ALL.iter().map(one).sum::<f64>() / 8.0
}

#[test]
fn labels_bear_small_changes() {
    for language in Language::UNDERSTOOD {
        let posts = held_out(language);
        let plain: Vec<String> = posts.iter().map(Labelled::plain).collect();
        let before = readings(&plain, language);
        let checks: [(&str, Vec<String>, f64, f64); 3] = [
            ("accents", plain.iter().map(|p| perturb::without_accents(p)).collect(), 0.12, 0.05),
            ("typos", plain.iter().map(|p| perturb::with_typos(p)).collect(), 0.20, 0.08),
            ("brand", posts.iter().map(|p| perturb::about(p, "Casa Zul")).collect(), 0.15, 0.05),
        ];
        for (what, texts, most_changed, most_lost) in checks {
            let after = readings(&texts, language);
            let other = before.iter().zip(&after).filter(|(a, b)| a.sentiment.label != b.sentiment.label).count();
            let changed = other as f64 / posts.len() as f64;
            let lost = macro_f1(&posts, &before) - macro_f1(&posts, &after);
            assert!(changed <= most_changed, "{language} {what}: sentiment of {changed:.3} changed");
            assert!(lost <= most_lost, "{language} {what}: {lost:.3} lost");
        }
    }
}

#[test]
fn a_not_turns_a_sentence_around() {
    let pairs = file("turned.tsv");
    for language in Language::UNDERSTOOD {
        let (mut lower, mut turned, mut all) = (0, 0, 0);
        for line in pairs.lines().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [code, plain, negated] = columns[..] else { panic!("{line:?} has not three columns") };
            if code == language.as_str() {
                let read = readings(&[plain.to_owned(), negated.to_owned()], language);
                let positive = |r: &Reading| r.sentiment_shares[Sentiment::Positive.index()];
                all += 1;
                lower += usize::from(positive(&read[1]) < positive(&read[0]));
                turned += usize::from(read[1].sentiment.label == Sentiment::Negative);
            }
        }
        assert!(all >= 20);
        assert!(lower * 10 >= all * 9, "{language}: less positive in {lower} of {all}");
        assert!(turned * 10 >= all * 7, "{language}: negative in {turned} of {all}");
    }
}
