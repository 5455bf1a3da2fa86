//! What went into the classifiers and how good they are, for people to read.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use tertulia_understand::corpus::Labelled;
use tertulia_understand::evaluate::{Confusion, area, calibration_error};
use tertulia_understand::lists::Lists;
use tertulia_understand::model::{COLUMNS, Model, TONE, TYPES};
use tertulia_understand::{Audience, Context, Desk, Language, MessageType, Reading, Sentiment, Tier, Understander};

use crate::fit::Unseen;
use crate::perturbed;
use crate::posts::Example;

static URGENCY: &str = include_str!("../../tertulia-understand/lists/urgency.txt");
static TOPICS: &str = include_str!("../../tertulia-understand/lists/topics.txt");

/// A short digest of all that goes in: other posts, labels, settings or lists, another version.
pub fn digest(examples: &[Example], settings: &str) -> String {
    let mut state = 0xcbf2_9ce4_8422_2325u64;
    let mut take = |bytes: &[u8]| bytes.iter().for_each(|b| state = (state ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    take(settings.as_bytes());
    take(URGENCY.as_bytes());
    take(TOPICS.as_bytes());
    for example in examples {
        take(example.text.as_bytes());
        take(
            format!("{:?}{:?}{:?}{:?}{:?}", example.language, example.sentiment, example.types, example.audience, example.urgency)
                .as_bytes(),
        );
    }
    format!("{state:016x}")
}

/// The card: figures on posts that nothing was trained with.
pub fn card(model: &Model, trained: &[Example], unseen: &Unseen, posts: &[Labelled], checks: &[Example]) -> Result<String, String> {
    let held_out: &[Example] = &posts.iter().map(|p| Example::labelled(p, p.plain())).collect::<Vec<_>>();
    let lists = |file: &str| Lists::parse(file).map_err(|e| e.to_string());
    let file: &'static [u8] = Vec::leak(model.to_file());
    let opened = Model::open(file).map_err(|e| e.to_string())?;
    let understander = Understander::new(opened, lists(URGENCY)?, lists("")?);
    let mut out = String::new();
    let mut line = |text: String| writeln!(out, "{text}").expect("writing to memory");
    line(format!("# The classifiers `heads.safetensors`, version {}\n", model.card.version));
    line(format!("SHA-256 of the file: `{}`.\n", hex(&Sha256::digest(file))));
    line("The version is a digest of the posts, their labels, the settings and the lists of words.".to_owned());
    line(format!("Trained on {} posts with `cargo xtask train`; the corpus and its labels are in `corpus/`.", trained.len()));
    line("Public collection: UMSAB (cardiffnlp/xlm-t, Apache-2.0), its training part, for sentiment.".to_owned());
    line("\nFigures are percent, macro-F1 where nothing else is said; on posts that nothing was trained with, but for the cross-checked ones.\n".to_owned());
    line("| what | tier | es | en | pt |\n|---|---|---|---|---|".to_owned());
    for (name, tier) in [("words", Tier::Words), ("meaning", Tier::Meaning)] {
        let read = |examples: &[Example]| {
            let mut desk = Desk::default();
            let context = |e: &Example| Context { language: Some(e.language), ..Context::default() };
            examples.iter().map(|e| understander.read_at(&mut desk, &e.text, &context(e), tier)).collect::<Vec<Reading>>()
        };
        let (ours, public) = (read(held_out), read(checks));
        row(&mut line, "sentiment, public validation part", name, |l| sentiment(checks, &public, l));
        row(&mut line, "sentiment towards the brand, held out", name, |l| sentiment(held_out, &ours, l));
        row(&mut line, "message types, held out", name, |l| types(held_out, &ours, l));
        row(&mut line, "audience, held out", name, |l| audience(held_out, &ours, l));
        if tier == Tier::Meaning {
            for t in MessageType::ALL {
                row(&mut line, &format!("{t}, held out: F1"), name, |l| one_type(held_out, &ours, l, *t));
            }
            row(&mut line, "language, held out: accuracy", "", |l| language(&understander, held_out, l));
            row(&mut line, "language, public validation part: accuracy", "", |l| language(&understander, checks, l));
            row(&mut line, "posts routed without a person: share", name, |l| routed(held_out, &ours, l).0);
            row(&mut line, "types that posts are routed by: right", name, |l| routed(held_out, &ours, l).1);
            row(&mut line, "calibration error of message types, held out", name, |l| calibration(held_out, &ours, l));
            row(&mut line, "calibration error of sentiment, held out", name, |l| sentiment_calibration(held_out, &ours, l));
            row(&mut line, "calibration error of sentiment, public validation part", name, |l| sentiment_calibration(checks, &public, l));
            row(&mut line, "sentiment that is sure, held out: share", name, |l| sentiment_sure(held_out, &ours, l).0);
            row(&mut line, "sentiment that is sure, held out: right", name, |l| sentiment_sure(held_out, &ours, l).1);
        }
    }
    let members = [("words", 0), ("straight", 1), ("inner", 2), ("curved", 3)];
    for (name, member) in members {
        row(&mut line, "cross-checked: sentiment, this member alone", name, |l| crossed(trained, &unseen.members[member], l, 0));
        row(&mut line, "cross-checked: message types, this member alone", name, |l| crossed(trained, &unseen.members[member], l, 1));
    }
    for (name, shares) in [("words", &unseen.words), ("meaning", &unseen.together)] {
        row(&mut line, "cross-checked on the training posts: sentiment", name, |l| crossed(trained, shares, l, 0));
        row(&mut line, "cross-checked on the training posts: message types", name, |l| crossed(trained, shares, l, 1));
    }
    row(&mut line, "area under the curve, urgency, held out", "meaning", |l| urgency_area(&understander, held_out, l));
    row(&mut line, "area under the curve, complaint, held out", "meaning", |l| complaint_area(&understander, held_out, l));
    line("\nThe same posts changed in ways whose effect is known beforehand, and pairs of sentences that a \"not\" turns around (`corpus/turned.tsv`); read by their meaning:\n".to_owned());
    line("| what | es | en | pt |\n|---|---|---|---|".to_owned());
    for (what, figures) in perturbed::lines(&understander, posts) {
        line(format!("| {what} | {} |", figures.map(|f| format!("{:.1}", 100.0 * f)).join(" | ")));
    }
    Ok(out)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").expect("writing to memory");
        out
    })
}

fn row(line: &mut impl FnMut(String), what: &str, tier: &str, figure: impl Fn(Language) -> f64) {
    let figures: Vec<String> = Language::UNDERSTOOD.iter().map(|l| format!("{:.1}", 100.0 * figure(*l))).collect();
    line(format!("| {what} | {tier} | {} |", figures.join(" | ")));
}

fn sentiment(examples: &[Example], readings: &[Reading], language: Language) -> f64 {
    let mut table = Confusion::new(3);
    // A post that is about nobody has no sentiment towards a brand.
    let asked = |e: &Example| e.language == language && e.audience != Some(Audience::Nobody);
    for (e, r) in examples.iter().zip(readings).filter(|(e, _)| asked(e)) {
        if let Some(right) = e.sentiment {
            table.count(right.index(), r.sentiment.label.index());
        }
    }
    table.macro_f1()
}

fn audience(examples: &[Example], readings: &[Reading], language: Language) -> f64 {
    let mut table = Confusion::new(3);
    for (e, r) in examples.iter().zip(readings).filter(|(e, _)| e.language == language) {
        if let Some(right) = e.audience {
            table.count(right.index(), r.audience.label.index());
        }
    }
    table.macro_f1()
}

fn one_type(examples: &[Example], readings: &[Reading], language: Language, t: MessageType) -> f64 {
    let mut table = Confusion::new(2);
    for (e, r) in examples.iter().zip(readings).filter(|(e, _)| e.language == language) {
        if let Some(types) = &e.types {
            table.count(usize::from(types.contains(&t)), usize::from(r.type_shares[t.index()] >= 0.5));
        }
    }
    table.f1(1)
}

fn types(examples: &[Example], readings: &[Reading], language: Language) -> f64 {
    MessageType::ALL.iter().map(|t| one_type(examples, readings, language, *t)).sum::<f64>() / 8.0
}

fn language(understander: &Understander, examples: &[Example], language: Language) -> f64 {
    let own: Vec<&Example> = examples.iter().filter(|e| e.language == language).collect();
    let mut desk = Desk::default();
    let right =
        own.iter().filter(|e| understander.read_at(&mut desk, &e.text, &Context::default(), Tier::Words).language.label == language);
    right.count() as f64 / own.len().max(1) as f64
}

/// The share of posts that some type is sure enough for, and of those sure types the share that is right.
fn routed(examples: &[Example], readings: &[Reading], language: Language) -> (f64, f64) {
    let own: Vec<_> = examples.iter().zip(readings).filter(|(e, _)| e.language == language).collect();
    let sure = own.iter().filter(|(_, r)| !r.unsure).count();
    let given: Vec<bool> =
        own.iter().flat_map(|(e, r)| r.sure.iter().map(|t| e.types.as_ref().is_some_and(|types| types.contains(t)))).collect();
    let right = given.iter().filter(|right| **right).count();
    (sure as f64 / own.len().max(1) as f64, right as f64 / given.len().max(1) as f64)
}

fn calibration(examples: &[Example], readings: &[Reading], language: Language) -> f64 {
    let (mut shares, mut truth) = (Vec::new(), Vec::new());
    for (e, r) in examples.iter().zip(readings).filter(|(e, _)| e.language == language) {
        for t in MessageType::ALL {
            shares.push(r.type_shares[t.index()]);
            truth.push(e.types.as_ref().is_some_and(|types| types.contains(t)));
        }
    }
    calibration_error(&shares, &truth)
}

/// How far the probability of the sentiment told is from how often it is right; of posts that are about somebody, or public ones.
fn sentiment_calibration(examples: &[Example], readings: &[Reading], language: Language) -> f64 {
    let asked = |e: &Example| e.language == language && e.audience != Some(Audience::Nobody);
    let own = examples.iter().zip(readings).filter(|(e, _)| asked(e));
    let (shares, truth): (Vec<f32>, Vec<bool>) = own.map(|(e, r)| (r.sentiment.p, e.sentiment == Some(r.sentiment.label))).unzip();
    calibration_error(&shares, &truth)
}

/// The share of posts about somebody whose sentiment is sure, and of those the share that is right.
fn sentiment_sure(examples: &[Example], readings: &[Reading], language: Language) -> (f64, f64) {
    let asked = |e: &Example| e.language == language && e.audience != Some(Audience::Nobody);
    let own: Vec<_> = examples.iter().zip(readings).filter(|(e, _)| asked(e)).collect();
    let sure: Vec<_> = own.iter().filter(|(_, r)| !r.sentiment_unsure).collect();
    let right = sure.iter().filter(|(e, r)| e.sentiment == Some(r.sentiment.label)).count();
    (sure.len() as f64 / own.len().max(1) as f64, right as f64 / sure.len().max(1) as f64)
}

fn urgency_area(understander: &Understander, examples: &[Example], language: Language) -> f64 {
    let own: Vec<&Example> = examples.iter().filter(|e| e.language == language).collect();
    let scores: Vec<f32> = own.iter().map(|e| understander.read(&e.text, &Context::default()).urgency.score).collect();
    let truth: Vec<bool> = own.iter().map(|e| e.urgency.is_some_and(|u| u > 0)).collect();
    area(&scores, &truth).unwrap_or(0.0)
}

fn complaint_area(understander: &Understander, examples: &[Example], language: Language) -> f64 {
    let own: Vec<&Example> = examples.iter().filter(|e| e.language == language).collect();
    let shares: Vec<f32> = own.iter().map(|e| understander.read(&e.text, &Context::default()).type_shares[0]).collect();
    let truth: Vec<bool> = own.iter().map(|e| e.types.as_ref().is_some_and(|t| t.contains(&MessageType::Complaint))).collect();
    area(&shares, &truth).unwrap_or(0.0)
}

/// Sentiment (task 0) or message types (1) that classifiers gave for posts they were not trained with.
fn crossed(examples: &[Example], shares: &[f32], language: Language, task: usize) -> f64 {
    let own = examples.iter().zip(shares.chunks_exact(COLUMNS)).filter(|(e, _)| e.language == language && (task != 0 || e.types.is_none()));
    if task == 0 {
        let mut table = Confusion::new(3);
        for (e, row) in own {
            let tone = &row[TONE..TONE + 3];
            let given = (0..3).max_by(|a, b| tone[*a].total_cmp(&tone[*b])).unwrap_or(0);
            table.count(e.sentiment.map_or(0, Sentiment::index), given);
        }
        return table.macro_f1();
    }
    let labelled: Vec<_> = own.filter(|(e, _)| e.types.is_some()).collect();
    let f1 = |t: &MessageType| {
        let mut table = Confusion::new(2);
        for (e, row) in &labelled {
            table.count(usize::from(e.types.as_ref().is_some_and(|x| x.contains(t))), usize::from(row[TYPES + t.index()] >= 0.5));
        }
        table.f1(1)
    };
    MessageType::ALL.iter().map(f1).sum::<f64>() / 8.0
}
