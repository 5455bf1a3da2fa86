//! `tertulia listen`: the listening language alone, on JSON Lines, for scripts, checks and benchmarks.
//!
//! Everything is read and checked before anything is written: bad input names its file, line and field, exits 2 and
//! leaves standard output empty. The output does not depend on the number of threads.

mod estimate;
mod input;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::config::Overrides;
use clap::{Args, Subcommand};
use input::{InputError, MonitorLine, PostLine};
use serde_json::json;
use tertulia_listen::{Engine, Frequencies, Locale, Query, QueryError, Scratch};

/// `tertulia listen …`
#[derive(Subcommand)]
pub enum ListenCommand {
    /// Say which monitors each post matches, both read from JSON Lines files (`-` reads standard input).
    Match(MatchArgs),
    /// Check one query: its canonical form, how it reads, what it costs and, with --data or --database, how many posts a
    /// day it would match there; or where it is wrong.
    Check(CheckArgs),
}

/// Options of `tertulia listen match`.
#[derive(Args)]
pub struct MatchArgs {
    /// Monitors, one object a line: {"id", "query"}.
    #[arg(long, value_name = "FILE", env = "TERTULIA_MONITORS")]
    monitors: PathBuf,
    /// Shared lists that the monitors name, one object a line: {"name", "terms"}.
    #[arg(long, value_name = "FILE", env = "TERTULIA_LISTS")]
    lists: Option<PathBuf>,
    /// Posts, one object a line: {"id", "text", "title"?, "author"?, "followers"?, "lang"?, "channel"?, …}.
    #[arg(long, value_name = "FILE", env = "TERTULIA_POSTS")]
    posts: PathBuf,
    /// Threads to match with. The output is the same with any number.
    #[arg(long, value_name = "N", env = "TERTULIA_THREADS", default_value_t = 1,
          value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: u16,
    /// Write one JSON object with counts and times to standard error.
    #[arg(long, env = "TERTULIA_STATS", value_parser = clap::builder::FalseyValueParser::new())]
    stats: bool,
}

/// Options of `tertulia listen check`.
#[derive(Args)]
pub struct CheckArgs {
    /// The query.
    #[arg(allow_hyphen_values = true)]
    query: String,
    /// Shared lists that the query may name, one object a line: {"name", "terms"}.
    #[arg(long, value_name = "FILE", env = "TERTULIA_LISTS")]
    lists: Option<PathBuf>,
    /// Write a mistake as one JSON object instead of text.
    #[arg(long, env = "TERTULIA_JSON", value_parser = clap::builder::FalseyValueParser::new())]
    json: bool,
}

impl ListenCommand {
    /// Runs the command. Bad input is reported on standard error and gives exit code 2.
    pub fn run(self, overrides: &Overrides) -> anyhow::Result<ExitCode> {
        match self {
            Self::Match(args) => match match_posts(&args) {
                Ok((output, stats)) => {
                    write_out(output.iter().map(String::as_str))?;
                    if args.stats {
                        writeln!(std::io::stderr(), "{stats}")?;
                    }
                    Ok(ExitCode::SUCCESS)
                }
                Err(error) => {
                    writeln!(std::io::stderr(), "error: {}", error.text(locale()))?;
                    Ok(ExitCode::from(2))
                }
            },
            Self::Check(args) => check(overrides, &args),
        }
    }
}

/// Prints what the query says, or its mistake.
fn check(overrides: &Overrides, args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let lists = match input::read_lists(args.lists.as_deref()) {
        Ok(lists) => lists,
        Err(error) => {
            writeln!(std::io::stderr(), "error: {}", error.text(locale()))?;
            return Ok(ExitCode::from(2));
        }
    };
    match Query::parse_with(&args.query, &lists) {
        Ok(query) => {
            let mut all = serde_json::to_value(query.check())?;
            if let Some(estimate) = estimate::estimate(overrides, &args.query)? {
                all["estimate"] = estimate;
            }
            write_out([all.to_string().as_str(), "\n"])?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) if args.json => {
            writeln!(std::io::stderr(), "{}", serde_json::to_string(&error)?)?;
            Ok(ExitCode::from(2))
        }
        Err(error) => {
            writeln!(std::io::stderr(), "{}", point_at(&args.query, &error, locale()))?;
            Ok(ExitCode::from(2))
        }
    }
}

/// The language of messages, by the environment as other programs do.
fn locale() -> Locale {
    let set = |name| std::env::var(name).ok().filter(|v: &String| !v.is_empty());
    let asked = set("LC_ALL").or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG"));
    if asked.is_some_and(|l| l.starts_with("es")) { Locale::Es } else { Locale::En }
}

/// Writes to standard output; a reader that closes the pipe early is no error.
fn write_out<'a>(parts: impl IntoIterator<Item = &'a str>) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for part in parts {
        match out.write_all(part.as_bytes()) {
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        }
    }
    match out.flush() {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        flushed => Ok(flushed?),
    }
}

/// The mistake, the query with the place marked, and the hint.
fn point_at(query: &str, error: &QueryError, locale: Locale) -> String {
    let (from, to) = (error.span.start, error.span.end);
    let at = match locale {
        Locale::Es => format!("en los bytes {from}..{to}"),
        Locale::En => format!("at bytes {from}..{to}"),
    };
    let mut text = format!("error[{}] {at}: {}\n", error.code.as_str(), error.message(locale));
    if !query.contains(['\n', '\r', '\t']) && query.len() <= 200 {
        let before = query[..from].chars().count();
        let marked = query[from..to].chars().count().max(1);
        text.push_str(&format!("  {query}\n  {}{}\n", " ".repeat(before), "^".repeat(marked)));
    }
    text + &error.hint(locale)
}

/// The output in pieces, in the order of the posts, and the figures.
fn match_posts(args: &MatchArgs) -> Result<(Vec<String>, serde_json::Value), InputError> {
    let lists = input::read_lists(args.lists.as_deref())?;
    let monitors: Vec<MonitorLine> = input::read_monitors(&args.monitors, &lists)?;
    let posts: Vec<PostLine> = input::read_posts(&args.posts, usize::from(args.threads))?;

    let building = Instant::now();
    let set = Set::new(monitors, &posts);
    let build = building.elapsed();

    let matching = Instant::now();
    let share = posts.len().div_ceil(usize::from(args.threads)).max(1);
    let parts: Vec<Matched> = std::thread::scope(|scope| {
        let running: Vec<_> = posts.chunks(share).map(|chunk| scope.spawn(|| match_chunk(&set, chunk))).collect();
        // A panic in a thread is a bug; it goes on here as it would have without threads.
        running.into_iter().map(|r| r.join().unwrap_or_else(|p| std::panic::resume_unwind(p))).collect()
    });
    let elapsed = matching.elapsed();

    let stats = json!({
        "posts": posts.len(),
        "monitors": set.engine.len(),
        "matches": parts.iter().map(|p| p.matches).sum::<usize>(),
        "build_seconds": build.as_secs_f64(),
        "match_cpu_seconds": parts.iter().map(|p| p.cpu.as_secs_f64()).sum::<f64>(),
        "posts_per_second": posts.len() as f64 / elapsed.as_secs_f64().max(1e-9),
        "bytes_per_monitor": set.heap_bytes() / set.engine.len().max(1),
        "candidates": parts.iter().map(|p| p.candidates).sum::<u64>(),
        "exhausted": parts.iter().map(|p| p.exhausted).sum::<u64>(),
    });
    Ok((parts.into_iter().map(|p| p.output).collect(), stats))
}

/// How many posts the choice of anchors is learnt from.
const SAMPLE: usize = 4_096;

/// Monitors ready to be matched, under their place in the order of their ids.
struct Set {
    engine: Engine<u32>,
    /// All ids as JSON, in order, and where each ends.
    ids: String,
    ends: Vec<usize>,
}

impl Set {
    fn new(mut monitors: Vec<MonitorLine>, posts: &[PostLine]) -> Self {
        monitors.sort_by(|a, b| a.id.cmp(&b.id));
        let (mut ids, mut ends) = (String::new(), Vec::with_capacity(monitors.len()));
        for monitor in &monitors {
            ids.push_str(&monitor.id.to_string());
            ends.push(ids.len());
        }
        let mut frequencies = Frequencies::default();
        let mut scratch = Scratch::default();
        for post in posts.iter().step_by(posts.len().div_ceil(SAMPLE).max(1)) {
            post.view(|post| frequencies.observe(post, &mut scratch));
        }
        let engine = Engine::build((0..).zip(monitors.iter().map(|monitor| &monitor.query)), frequencies);
        Self { engine, ids, ends }
    }

    /// An id as JSON.
    fn id(&self, place: u32) -> &str {
        let place = place as usize;
        let from = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.ids[from..self.ends[place]]
    }

    fn heap_bytes(&self) -> usize {
        self.engine.heap_bytes() + self.ids.capacity() + self.ends.capacity() * size_of::<usize>()
    }
}

/// What one thread found.
struct Matched {
    output: String,
    matches: usize,
    candidates: u64,
    /// Queries that took too long in a post: reported, never dropped in silence.
    exhausted: u64,
    cpu: Duration,
}

fn match_chunk(set: &Set, posts: &[PostLine]) -> Matched {
    let begun = (thread_cpu(), Instant::now());
    let (mut output, mut matches) = (String::new(), 0);
    let (mut scratch, mut places) = (Scratch::default(), Vec::new());
    for post in posts {
        post.view(|post| set.engine.matches(post, &mut scratch, &mut places));
        for place in set.engine.exhausted(&scratch) {
            tracing::warn!(post = %post.id, monitor = set.id(place), "this monitor took too long in this post and was not decided");
        }
        let Some((first, rest)) = places.split_first() else { continue };
        matches += places.len();
        output.push_str(&format!("{{\"post\":{},\"monitors\":[{}", post.id, set.id(*first)));
        for place in rest {
            output.push(',');
            output.push_str(set.id(*place));
        }
        output.push_str("]}\n");
    }
    let cpu = match (begun.0, thread_cpu()) {
        (Some(before), Some(after)) if after > before => after - before,
        _ => begun.1.elapsed(),
    };
    Matched { output, matches, candidates: scratch.counts.candidates, exhausted: scratch.counts.exhausted, cpu }
}

/// Processor time of this thread, where the system tells it (Linux).
fn thread_cpu() -> Option<Duration> {
    // The kernel adds up a thread's time when it reschedules it.
    std::thread::yield_now();
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    stat.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}
