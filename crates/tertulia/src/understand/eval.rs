//! `tertulia understand eval`: how well labels are given, on posts whose labels are known.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use tertulia_understand::evaluate::{Confusion, area, calibration_error, interval};
use tertulia_understand::own::{OwnHead, Seen};
use tertulia_understand::{Context, Desk, Language, MessageType, Reading, Sentiment, Understander};

use super::TierArg;
use super::lines::{self, Fault};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Task {
    /// Field "sentiment": negative, neutral, positive.
    Sentiment,
    /// Field "lang": es, en, pt, und.
    Language,
    /// Field "types": a list; or a field named like a type with 0 or 1.
    Types,
    /// Field "urgency": a number, or true where a post is urgent.
    Urgency,
    /// Field "intent": a label of your own, learnt from --train or across --folds; "oos" stands for none of them.
    Intent,
}

/// Options of `tertulia understand eval`.
#[derive(Args)]
pub struct EvalArgs {
    /// What is measured.
    #[arg(long, value_enum)]
    task: Task,
    /// Posts with their labels, one object a line: {"text", "lang"?, …}.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Posts to learn your own labels from.
    #[arg(long, value_name = "FILE")]
    train: Vec<PathBuf>,
    /// Learn from the data itself: from all parts but one, measured on that one, in turn.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(2..=50))]
    folds: Option<u8>,
    /// The field that holds the label, where it has another name.
    #[arg(long, value_name = "FIELD")]
    label: Option<String>,
    /// How much work each post is worth.
    #[arg(long, value_enum, default_value_t = TierArg::Meaning)]
    tier: TierArg,
}

/// A line with its post.
struct Line {
    text: String,
    language: Option<Language>,
    object: Map<String, Value>,
}

/// Measures; gives one line of JSON.
pub fn run(args: &EvalArgs) -> Result<String, Fault> {
    let data = lines_of(&args.data)?;
    if data.is_empty() {
        return Err(Fault::file(&args.data, "holds no posts"));
    }
    let wrong = |what: String| Fault::file(&args.data, what);
    let figures = if args.task == Task::Intent || args.folds.is_some() || !args.train.is_empty() {
        own(args, &data)?
    } else {
        let begun = Instant::now();
        let readings = readings(&data, args);
        let seconds = begun.elapsed().as_secs_f64();
        let mut figures = match args.task {
            Task::Sentiment => sentiment(&data, &readings, field(args, "sentiment")),
            Task::Language => language(&data, &readings, field(args, "lang")),
            Task::Types => types(&data, &readings, args.label.as_deref()),
            _ => urgency(&data, &readings, field(args, "urgency")),
        }
        .map_err(wrong)?;
        figures["posts_per_second"] = json!(data.len() as f64 / seconds.max(1e-9));
        figures["version"] = json!(Understander::built_in().version());
        figures
    };
    Ok(format!("{figures}\n"))
}

fn lines_of(path: &std::path::Path) -> Result<Vec<Line>, Fault> {
    lines::read(path, |object| {
        let language = lines::optional(object, "lang")?.map(super::language);
        Ok(Line { text: lines::text(object, "text")?.to_owned(), language, object: object.clone() })
    })
}

fn field<'a>(args: &'a EvalArgs, name: &'a str) -> &'a str {
    args.label.as_deref().unwrap_or(name)
}

fn readings(data: &[Line], args: &EvalArgs) -> Vec<Reading> {
    let (understander, mut desk) = (Understander::built_in(), Desk::default());
    // Where the language is asked, it is not told.
    let told = |line: &Line| if args.task == Task::Language { None } else { line.language };
    let context = |line: &Line| Context { language: told(line), ..Context::default() };
    data.iter().map(|line| understander.read_at(&mut desk, &line.text, &context(line), args.tier.into())).collect()
}

/// A label that must be one of some.
fn label<L: std::str::FromStr>(line: &Line, number: usize, field: &str) -> Result<L, String>
where
    L::Err: ToString,
{
    let text = lines::text(&line.object, field).map_err(|e| format!("post {}: {e}", number + 1))?;
    text.parse().map_err(|e: L::Err| format!("post {}: field \"{field}\": {}", number + 1, e.to_string()))
}

fn table(confusion: &Confusion, labels: &[&str]) -> Value {
    let one = |l: usize| json!({"precision": confusion.precision(l), "recall": confusion.recall(l), "f1": confusion.f1(l)});
    let rows: Vec<Vec<u32>> = (0..labels.len()).map(|r| (0..labels.len()).map(|g| confusion.cell(r, g)).collect()).collect();
    let right: u32 = (0..labels.len()).map(|l| confusion.cell(l, l)).sum();
    json!({
        "posts": confusion.total(),
        "accuracy": confusion.accuracy(),
        "accuracy_95": interval(right, confusion.total()),
        "macro_f1": confusion.macro_f1(),
        "labels": labels.iter().enumerate().map(|(l, name)| ((*name).to_owned(), one(l))).collect::<Map<String, Value>>(),
        "confusion": {"right_by_given": rows, "order": labels},
    })
}

fn sentiment(data: &[Line], readings: &[Reading], field: &str) -> Result<Value, String> {
    let names: Vec<&str> = Sentiment::ALL.iter().map(|s| s.as_str()).collect();
    let mut all = Confusion::new(3);
    let mut each: BTreeMap<Language, Confusion> = BTreeMap::new();
    let (mut shares, mut truth) = (Vec::new(), Vec::new());
    for (number, (line, reading)) in data.iter().zip(readings).enumerate() {
        let right: Sentiment = label(line, number, field)?;
        all.count(right.index(), reading.sentiment.label.index());
        let language = line.language.unwrap_or(reading.language.label);
        each.entry(language).or_insert_with(|| Confusion::new(3)).count(right.index(), reading.sentiment.label.index());
        shares.push(reading.sentiment.p);
        truth.push(right == reading.sentiment.label);
    }
    let mut figures = table(&all, &names);
    figures["task"] = json!("sentiment");
    figures["calibration_error"] = json!(calibration_error(&shares, &truth));
    figures["by_language"] = each
        .iter()
        .map(|(l, c)| (l.to_string(), json!({"posts": c.total(), "accuracy": c.accuracy(), "macro_f1": c.macro_f1()})))
        .collect();
    Ok(figures)
}

fn language(data: &[Line], readings: &[Reading], field: &str) -> Result<Value, String> {
    let names: Vec<&str> = Language::ALL.iter().map(|l| l.as_str()).collect();
    let (mut all, mut short) = (Confusion::new(4), Confusion::new(4));
    for (number, (line, reading)) in data.iter().zip(readings).enumerate() {
        let right = super::language(lines::text(&line.object, field).map_err(|e| format!("post {}: {e}", number + 1))?);
        all.count(right.index(), reading.language.label.index());
        if line.text.chars().count() < 20 {
            short.count(right.index(), reading.language.label.index());
        }
    }
    let mut figures = table(&all, &names);
    figures["task"] = json!("language");
    figures["under_20_characters"] = json!({"posts": short.total(), "accuracy": short.accuracy()});
    Ok(figures)
}

fn types(data: &[Line], readings: &[Reading], only: Option<&str>) -> Result<Value, String> {
    let mut each: BTreeMap<&str, (Confusion, Vec<f32>, Vec<bool>)> = BTreeMap::new();
    for (number, (line, reading)) in data.iter().zip(readings).enumerate() {
        for t in MessageType::ALL.iter().filter(|t| only.is_none_or(|o| o == t.as_str())) {
            let Some(truth) = has_type(&line.object, *t).map_err(|e| format!("post {}: {e}", number + 1))? else { continue };
            let share = reading.type_shares[t.index()];
            let (table, shares, truths) = each.entry(t.as_str()).or_insert_with(|| (Confusion::new(2), Vec::new(), Vec::new()));
            table.count(usize::from(truth), usize::from(share >= tertulia_understand::ASSERTED));
            shares.push(share);
            truths.push(truth);
        }
    }
    if each.is_empty() {
        return Err("no post has a field \"types\" or one named like a type".to_owned());
    }
    let figure = |(table, shares, truths): &(Confusion, Vec<f32>, Vec<bool>)| {
        json!({"posts": table.total(), "precision": table.precision(1), "recall": table.recall(1), "f1": table.f1(1),
            "macro_f1": table.macro_f1(), "area_under_curve": area(shares, truths), "calibration_error": calibration_error(shares, truths)})
    };
    let mean = |of: fn(&Confusion) -> f64| each.values().map(|(table, _, _)| of(table)).sum::<f64>() / each.len() as f64;
    let unsure = readings.iter().filter(|r| r.unsure).count() as f64 / readings.len() as f64;
    Ok(json!({"task": "types", "posts": data.len(), "macro_f1_over_types": mean(|t| t.f1(1)), "macro_f1": mean(Confusion::macro_f1),
        "unsure": unsure, "types": each.iter().map(|(name, kept)| ((*name).to_owned(), figure(kept))).collect::<Map<String, Value>>()}))
}

/// Whether a post has a type; `None` where it does not say.
fn has_type(object: &Map<String, Value>, t: MessageType) -> Result<Option<bool>, String> {
    match (object.get("types"), object.get(t.as_str())) {
        (Some(Value::Array(types)), _) => {
            let names: Option<Vec<&str>> = types.iter().map(Value::as_str).collect();
            let names = names.ok_or("field \"types\": must be a list of strings")?;
            if let Some(unknown) = names.iter().find_map(|n| n.parse::<MessageType>().err()) {
                return Err(format!("field \"types\": {unknown}"));
            }
            Ok(Some(names.contains(&t.as_str())))
        }
        (Some(_), _) => Err("field \"types\": must be a list of strings".to_owned()),
        (None, Some(Value::Bool(truth))) => Ok(Some(*truth)),
        (None, Some(Value::Number(n))) if n.as_u64().is_some_and(|n| n <= 1) => Ok(Some(n.as_u64() == Some(1))),
        (None, Some(_)) => Err(format!("field \"{t}\": must be 0, 1, true or false")),
        (None, None) => Ok(None),
    }
}

fn urgency(data: &[Line], readings: &[Reading], field: &str) -> Result<Value, String> {
    let mut truth = Vec::new();
    for (number, line) in data.iter().enumerate() {
        truth.push(match line.object.get(field) {
            Some(Value::Bool(urgent)) => *urgent,
            Some(Value::Number(n)) => n.as_f64().is_some_and(|n| n > 0.0),
            Some(Value::String(word)) if word == "low" || word == "none" || word == "normal" => false,
            Some(Value::String(word)) if word == "high" || word == "medium" => true,
            _ => return Err(format!("post {}: field \"{field}\": must be a number, true, false, or low, medium, high", number + 1)),
        });
    }
    let scores: Vec<f32> = readings.iter().map(|r| r.urgency.score).collect();
    let mut confusion = Confusion::new(2);
    truth.iter().zip(&scores).for_each(|(t, s)| confusion.count(usize::from(*t), usize::from(*s >= URGENT)));
    let mut figures = table(&confusion, &["can wait", "urgent"]);
    figures["task"] = json!("urgency");
    figures["urgent_from"] = json!(URGENT);
    figures["area_under_curve"] = json!(area(&scores, &truth));
    Ok(figures)
}

/// From which score on a post counts as urgent here.
const URGENT: f32 = 0.35;

/// The label for what is none of the others.
const NONE_OF_THEM: &str = "oos";

/// Measures a head learnt from labels of the user's own.
fn own(args: &EvalArgs, data: &[Line]) -> Result<Value, Fault> {
    let name = args.label.clone().unwrap_or_else(|| own_field(args.task, data));
    let label_of = |line: &Line, number: usize, path: &std::path::Path| match line.object.get(&name) {
        Some(Value::String(label)) => Ok(label.clone()),
        Some(Value::Number(n)) => Ok(n.to_string()),
        Some(Value::Bool(b)) => Ok(b.to_string()),
        _ => Err(Fault::file(path, format!("post {}: field \"{name}\": must be a label", number + 1))),
    };
    let labels_of = |lines: &[Line], path: &std::path::Path| -> Result<Vec<String>, Fault> {
        lines.iter().enumerate().map(|(n, line)| label_of(line, n, path)).collect()
    };
    let truth = labels_of(data, &args.data)?;
    let mut known: Vec<Line> = Vec::new();
    let mut taught: Vec<String> = Vec::new();
    for path in &args.train {
        let lines = lines_of(path)?;
        taught.extend(labels_of(&lines, path)?);
        known.extend(lines);
    }
    if args.folds.is_none() && known.is_empty() {
        return Err(Fault::file(&args.data, "labels of your own are learnt from --train FILE, or across --folds N"));
    }
    let begun = Instant::now();
    let seen = Seen::all(&data.iter().map(|l| l.text.as_str()).collect::<Vec<_>>());
    let seconds = begun.elapsed().as_secs_f64();
    // What is none of them is not learnt, but seen by no label being likely.
    let mut names: Vec<String> = if known.is_empty() { &truth } else { &taught }.iter().filter(|l| *l != NONE_OF_THEM).cloned().collect();
    names.sort_unstable();
    names.dedup();
    let class = |label: &String| names.binary_search(label).ok();
    let mut shares: Vec<Vec<f32>> = vec![Vec::new(); data.len()];
    if let Some(folds) = args.folds {
        let classes: Vec<usize> = truth.iter().map(|l| class(l).unwrap_or(0)).collect();
        for fold in 0..usize::from(folds) {
            let mine = |i: usize| i % usize::from(folds) == fold;
            let chosen: Vec<usize> = (0..data.len()).filter(|i| !mine(*i) && truth[*i] != NONE_OF_THEM).collect();
            let head = OwnHead::fit(&seen, &chosen, &classes, &names);
            (0..data.len()).filter(|i| mine(*i)).for_each(|i| shares[i] = head.shares(&seen[i]));
        }
    } else {
        let learnt = Seen::all(&known.iter().map(|l| l.text.as_str()).collect::<Vec<_>>());
        let chosen: Vec<usize> = (0..known.len()).filter(|i| taught[*i] != NONE_OF_THEM).collect();
        let classes: Vec<usize> = taught.iter().map(|l| class(l).unwrap_or(0)).collect();
        let head = OwnHead::fit(&learnt, &chosen, &classes, &names);
        shares = seen.iter().map(|s| head.shares(s)).collect();
    }
    let mut figures = own_figures(&names, &truth, &shares);
    figures["task"] = json!(name);
    figures["posts_per_second"] = json!(data.len() as f64 / seconds.max(1e-9));
    Ok(figures)
}

/// The field with the label: that of the task, or the one type the posts have.
fn own_field(task: Task, data: &[Line]) -> String {
    let named = |name: &str| data[0].object.contains_key(name);
    match task {
        Task::Sentiment => "sentiment".to_owned(),
        Task::Language => "lang".to_owned(),
        Task::Urgency => "urgency".to_owned(),
        Task::Types => MessageType::ALL.iter().map(|t| t.as_str()).find(|t| named(t)).unwrap_or("types").to_owned(),
        Task::Intent => "intent".to_owned(),
    }
}

fn own_figures(names: &[String], truth: &[String], shares: &[Vec<f32>]) -> Value {
    let best = |row: &[f32]| (0..row.len()).max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap_or(0);
    let mut confusion = Confusion::new(names.len() + 1);
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for (right, row) in truth.iter().zip(shares) {
        let given = best(row);
        if right == NONE_OF_THEM {
            outside.push(row[given]);
            continue;
        }
        // A label that was not taught can't be given: always wrong.
        let right = names.binary_search(right).unwrap_or(names.len());
        confusion.count(right, given);
        inside.push((row[given], right == given));
    }
    let mut figures =
        json!({"posts": truth.len(), "labels": names.len(), "accuracy": confusion.accuracy(), "macro_f1": confusion.macro_f1()});
    let (p, right): (Vec<f32>, Vec<bool>) = inside.iter().copied().unzip();
    figures["calibration_error"] = json!(calibration_error(&p, &right));
    if !outside.is_empty() {
        let mut sorted = p;
        sorted.sort_by(f32::total_cmp);
        let least = sorted.get(sorted.len() / 20).copied().unwrap_or(0.0);
        let kept = inside.iter().filter(|(p, right)| *p >= least && *right).count() as f64 / inside.len().max(1) as f64;
        let refused = outside.iter().filter(|p| **p < least).count() as f64 / outside.len() as f64;
        figures["out_of_scope"] = json!({"posts": outside.len(), "rejected_in_scope": 0.05, "accuracy_in_scope": kept, "recall": refused});
    }
    figures
}
