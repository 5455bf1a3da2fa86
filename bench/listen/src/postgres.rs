//! PostgreSQL: `tsvector @@ tsquery`. `NEAR/n` is said as one alternative for each distance and order.
//!
//! Post by post it compares each post with all queries, for which it has no index; the other way all posts lie under a
//! GIN index that every query asks. Making the index and the vectors is not counted.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::said::Said;
use crate::{Given, Measured};

/// A row of a table that holds a `tsquery` lies in one page of 8 kB, and a `tsquery` can neither be compressed nor moved.
const LONGEST: usize = 8_000;

/// True when a table can hold the query: 12 bytes for each word and each operator, and the words themselves.
pub fn fits(said: &Said) -> bool {
    let said = translate(said);
    let operators = said.matches([' ', '!']).count();
    let (words, letters) = said.split('\'').skip(1).step_by(2).fold((0, 0), |(n, letters), word| (n + 1, letters + word.len() + 1));
    12 * (operators + words) + letters < LONGEST
}

/// Every post against all queries.
pub fn one_by_one(given: &Given<'_>) -> Result<Measured, String> {
    run(given, "", "set enable_indexscan = off; set enable_bitmapscan = off;")
}

/// Every query against the index over all posts.
pub fn with_index(given: &Given<'_>) -> Result<Measured, String> {
    run(given, "create index on posts using gin (words); vacuum analyze posts;", "set enable_seqscan = on;")
}

fn run(given: &Given<'_>, index: &str, way: &str) -> Result<Measured, String> {
    let Ok(address) = std::env::var("TERTULIA_TEST_POSTGRES") else {
        return Err("no server in TERTULIA_TEST_POSTGRES".to_owned());
    };
    let mut queries = String::new();
    for (number, query) in given.queries {
        let _ = writeln!(queries, "{number}\t{}", translate(&Said::of(query)));
    }
    let mut posts = String::new();
    for (number, post) in given.posts.iter().enumerate() {
        let vector: Vec<String> = (1..).zip(post.split(' ')).map(|(place, word)| format!("'{word}':{place}")).collect();
        let _ = writeln!(posts, "{number}\t{}", vector.join(" "));
    }
    let file = |name: &str| given.folder.join(name).display().to_string();
    let write = |name: &str, text: &str| std::fs::write(file(name), text).map_err(|error| format!("{name}: {error}"));
    write("queries.tsv", &queries)?;
    write("posts.tsv", &posts)?;
    let [queries, posts, matches, before, after] = ["queries.tsv", "posts.tsv", "matches.tsv", "before", "after"].map(file);
    let script = format!(
        "set jit = off; set max_parallel_workers_per_gather = 0; set work_mem = '256MB';
         create temp table queries (number int, query tsquery);
         create temp table posts (number int, words tsvector);
         \\copy queries from '{queries}'
         \\copy posts from '{posts}'
         {index}
         analyze queries; analyze posts;
         {way}
         create temp table warm as select count(*) from posts join queries on words @@ query where posts.number < 50;
         select pg_backend_pid() as pid \\gset
         \\setenv BACKEND :pid
         \\! (cat /proc/$BACKEND/schedstat; date +%s%N) > '{before}'
         create temp table matches as select posts.number as post, queries.number as query from posts join queries on words @@ query;
         \\! (cat /proc/$BACKEND/schedstat; date +%s%N) > '{after}'
         \\copy (select * from matches order by 1, 2) to '{matches}'
        "
    );
    let script: String = script.lines().map(|line| line.trim_start().to_owned() + "\n").collect();
    write("script.sql", &script)?;
    let mut psql = Command::new("psql");
    psql.args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", &file("script.sql"), &address]);
    let done = psql.stdout(Stdio::null()).output().map_err(|error| format!("psql: {error}"))?;
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).trim().replace('\n', " "));
    }
    let read = |name: &str| std::fs::read_to_string(name).map_err(|error| format!("{name}: {error}"));
    let times = |text: String| {
        let lines: Vec<u64> = text.lines().filter_map(|line| line.split(' ').next()?.parse().ok()).collect();
        lines.first().copied().zip(lines.get(1).copied()).ok_or("the server's process is not on this machine".to_owned())
    };
    let ((cpu_before, before), (cpu_after, after)) = (times(read(&before)?)?, times(read(&after)?)?);
    let matches = read(&matches)?
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(post, query)| Some((post.parse().ok()?, query.parse().ok()?)))
        .collect();
    Ok(Measured { cpu: Duration::from_nanos(cpu_after - cpu_before), wall: Duration::from_nanos(after - before), matches })
}

fn translate(said: &Said) -> String {
    let joined = |parts: &[Said], with: &str| parts.iter().map(translate).collect::<Vec<_>>().join(with);
    match said {
        Said::All(parts) => format!("({})", joined(parts, " & ")),
        Said::Any(parts) => format!("({})", joined(parts, " | ")),
        Said::Not(part) => format!("!{}", translate(part)),
        Said::Word(word) => format!("'{word}'"),
        Said::Beginning(beginning) => format!("'{beginning}':*"),
        Said::Phrase(words) => format!("({})", words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" <-> ")),
        Said::Near(between, left, right) => {
            let (left, right) = (translate(left), translate(right));
            let each = (1..=between + 1).map(|apart| format!("{left} <{apart}> {right} | {right} <{apart}> {left}"));
            format!("({})", each.collect::<Vec<_>>().join(" | "))
        }
    }
}
