//! `tertulia understand`: what posts say, worked out on this machine, on JSON Lines, for scripts, checks and benchmarks.
//!
//! Everything is read and checked before anything is written: bad input names its file, line and field, exits 2 and leaves standard
//! output empty.

mod eval;
pub mod lines;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, Subcommand, ValueEnum};
use lines::{Fault, Post};
use serde::Serialize;
use serde_json::{Value, json};
use tertulia_understand::{
    Audience, Context, Desk, Language, Languages, MessageType, Reading, Reason, Scored, Sentiment, Tier, Understander, Urgency,
};

/// `tertulia understand …`
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct UnderstandCommand {
    #[command(subcommand)]
    command: Option<Inner>,
    #[command(flatten)]
    read: ReadArgs,
}

#[derive(Subcommand)]
enum Inner {
    /// Measure how well labels are given, on posts whose labels are known: figures as one JSON object.
    Eval(eval::EvalArgs),
}

/// Options of `tertulia understand`.
#[derive(Args)]
struct ReadArgs {
    /// Posts, one object a line: {"id", "text", "lang"?, "followers"?}; `-` reads standard input.
    #[arg(long, value_name = "FILE", default_value = "-", env = "TERTULIA_POSTS")]
    posts: PathBuf,
    /// How much work each post is worth.
    #[arg(long, value_enum, default_value_t = TierArg::Meaning, env = "TERTULIA_TIER")]
    tier: TierArg,
    /// The languages listened in; a post in none of them is in `und`.
    #[arg(long, value_name = "CODES", value_delimiter = ',', default_value = "es,en,pt", env = "TERTULIA_LANGUAGES", value_parser = listened)]
    languages: Vec<Language>,
    /// Also say which words spoke for each label, topics and phrases.
    #[arg(long, env = "TERTULIA_WHY", value_parser = clap::builder::FalseyValueParser::new())]
    why: bool,
    /// Write one JSON object with counts and times to standard error.
    #[arg(long, env = "TERTULIA_STATS", value_parser = clap::builder::FalseyValueParser::new())]
    stats: bool,
}

/// How posts are read.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum TierArg {
    /// By their words alone: the fastest.
    Words,
    /// By their words and their meaning: the best.
    Meaning,
}

impl From<TierArg> for Tier {
    fn from(tier: TierArg) -> Self {
        match tier {
            TierArg::Words => Self::Words,
            TierArg::Meaning => Self::Meaning,
        }
    }
}

impl UnderstandCommand {
    /// Runs the command. Bad input is reported on standard error and gives exit code 2.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let outcome = match self.command {
            Some(Inner::Eval(args)) => eval::run(&args),
            None => read(&self.read),
        };
        match outcome {
            Ok(text) => {
                write_out(&text)?;
                Ok(ExitCode::SUCCESS)
            }
            Err(fault) => {
                writeln!(std::io::stderr(), "error: {fault}")?;
                Ok(ExitCode::from(2))
            }
        }
    }
}

/// What is written of a post.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a Value,
    language: &'a Scored<Language>,
    sentiment: &'a Scored<Sentiment>,
    sentiment_unsure: bool,
    types: &'a [Scored<MessageType>],
    audience: &'a Scored<Audience>,
    urgency: &'a Urgency,
    unsure: bool,
    #[serde(flatten)]
    why: Option<Why<'a>>,
}

/// What is written when somebody asks why.
#[derive(Serialize)]
struct Why<'a> {
    because: &'a [Reason],
    topics: &'a [String],
    phrases: &'a [String],
}

impl<'a> Line<'a> {
    fn of(id: &'a Value, reading: &'a Reading, why: bool) -> Self {
        let Reading { language, sentiment, sentiment_unsure, types, audience, urgency, unsure, .. } = reading;
        let why = why.then(|| Why { because: &reading.because, topics: &reading.topics, phrases: &reading.phrases });
        Self { id, language, sentiment, sentiment_unsure: *sentiment_unsure, types, audience, urgency, unsure: *unsure, why }
    }
}

fn read(args: &ReadArgs) -> Result<String, Fault> {
    let posts: Vec<Post> = lines::read(&args.posts, Post::from_line)?;
    let understander = Understander::built_in();
    let among = Languages::of(args.languages.iter().copied());
    let mut desk = Desk::default();
    desk.answers_only(!args.why);
    let mut out = Vec::new();
    let begun = Instant::now();
    for post in &posts {
        let context = Context { among, ..post.context };
        let reading = understander.read_at(&mut desk, &post.text, &context, args.tier.into());
        serde_json::to_writer(&mut out, &Line::of(&post.id, &reading, args.why)).expect("a reading is plain data");
        out.push(b'\n');
    }
    let out = String::from_utf8(out).expect("JSON is UTF-8");
    if args.stats {
        let seconds = begun.elapsed().as_secs_f64();
        let stats = json!({"posts": posts.len(), "seconds": seconds, "posts_per_second": posts.len() as f64 / seconds.max(1e-9),
            "version": understander.version()});
        eprintln!("{stats}");
    }
    Ok(out)
}

/// A language that can be listened in.
fn listened(code: &str) -> Result<Language, String> {
    let language = code.trim().parse().ok().filter(|language| Language::UNDERSTOOD.contains(language));
    language.ok_or_else(|| format!("'{code}' is not one of: es, en, pt"))
}

/// A language by its code; what is none of ours is undetermined.
fn language(code: &str) -> Language {
    code.split(['-', '_']).next().and_then(|c| c.to_lowercase().parse().ok()).unwrap_or(Language::Undetermined)
}

/// Writes to standard output; a reader that closes the pipe early is no error.
fn write_out(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
