//! Lucene: `Percolate.java` beside this folder, run with the system's Java and Lucene's jars. Files go between the two.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::said::Said;
use crate::{Given, Measured};

/// Where Debian's `liblucene8-java` puts its jars; `LUCENE_JARS` names another folder.
const JARS: &str = "/usr/share/java";

/// A `MemoryIndex` for each post, asked by the queries it calls up.
pub fn one_by_one(given: &Given<'_>) -> Result<Measured, String> {
    run(given, 1)
}

/// An index in memory of each 1,000 posts, asked by the queries they call up.
pub fn in_batches(given: &Given<'_>) -> Result<Measured, String> {
    run(given, 1_000)
}

/// One index in memory of all posts.
pub fn all_at_once(given: &Given<'_>) -> Result<Measured, String> {
    run(given, given.posts.len())
}

fn run(given: &Given<'_>, batch: usize) -> Result<Measured, String> {
    let folder = std::env::var("LUCENE_JARS").unwrap_or_else(|_| JARS.to_owned());
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("{folder}: {error}"))?;
    let needed = ["lucene-core", "lucene-memory", "lucene-analyzers-common"];
    let jars = entries.flatten().map(|entry| entry.path()).filter(|path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        needed.iter().any(|needed| name.strip_prefix(needed).is_some_and(|rest| rest.starts_with(['-', '.'])))
    });
    let jars: Vec<String> = jars.map(|path| path.display().to_string()).collect();
    if jars.is_empty() {
        return Err(format!("no Lucene in {folder}"));
    }
    let mut queries = String::new();
    for (number, query) in given.queries {
        let _ = writeln!(queries, "{number}{}", translate(&Said::of(query)));
    }
    let write = |name: &str, text: String| std::fs::write(given.folder.join(name), text).map_err(|error| format!("{name}: {error}"));
    write("queries", queries)?;
    write("posts", given.posts.join("\n"))?;
    write("earlier", given.earlier.join("\n"))?;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("Percolate.java");
    let mut java = Command::new("java");
    java.args(["-Xmx6g", "-cp", &jars.join(":")]).arg(source).arg(given.folder).arg(batch.to_string());
    let done = java.output().map_err(|error| format!("java: {error}"))?;
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).trim().replace('\n', " "));
    }
    let times: Vec<u64> = String::from_utf8_lossy(&done.stdout).split_whitespace().filter_map(|n| n.parse().ok()).collect();
    let [cpu, wall] = times[..] else { return Err("Percolate.java said no times".to_owned()) };
    let matches = std::fs::read_to_string(given.folder.join("matches")).map_err(|error| error.to_string())?;
    let pairs = matches.lines().filter_map(|line| line.split_once(' '));
    let mut matches: Vec<(u32, u32)> = pairs.filter_map(|(post, query)| Some((post.parse().ok()?, query.parse().ok()?))).collect();
    matches.sort_unstable();
    Ok(Measured { cpu: Duration::from_nanos(cpu), wall: Duration::from_nanos(wall), matches })
}

/// In brackets, the operator first, everything apart by blanks.
fn translate(said: &Said) -> String {
    let list = |name: &str, parts: &[Said]| format!(" ( {name}{} )", parts.iter().map(translate).collect::<String>());
    match said {
        Said::All(parts) => list("all", parts),
        Said::Any(parts) => list("any", parts),
        Said::Not(part) => format!(" ( not{} )", translate(part)),
        Said::Word(word) => format!(" ( word {word} )"),
        Said::Beginning(beginning) => format!(" ( beginning {beginning} )"),
        Said::Phrase(words) => format!(" ( phrase {} )", words.join(" ")),
        Said::Near(between, left, right) => format!(" ( near {between}{}{} )", translate(left), translate(right)),
    }
}
