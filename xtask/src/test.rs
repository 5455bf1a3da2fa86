//! `cargo xtask test`: everything CI runs, stage by stage, cheapest first.

use std::time::{Duration, Instant};

use crate::command::{Outcome, cargo, on_path, program, root, run};
use crate::{peers, tidy, up, web};

/// A part of the whole that can be run alone.
struct Stage {
    name: &'static str,
    what: &'static str,
    run: fn() -> Outcome,
}

const STAGES: &[Stage] = &[
    Stage { name: "fmt", what: "Rust is formatted", run: || run(cargo().args(["fmt", "--all", "--check"])) },
    Stage { name: "tidy", what: "the rules of the house", run: tidy::run },
    Stage { name: "deny", what: "licences and bans by cargo-deny, where it is installed", run: deny },
    Stage { name: "peers", what: "install what the tests talk to", run: peers::install },
    Stage { name: "web", what: "build, check, lint and test console and widget", run: web_stage },
    Stage { name: "clippy", what: "clippy without warnings", run: clippy },
    Stage { name: "rust", what: "every Rust test, against real peers", run: rust },
    Stage { name: "count", what: "the listening engine's instructions a post, within what is agreed", run: count },
    Stage { name: "up", what: "the release program serves the console with the sample company", run: up::check },
    Stage { name: "e2e", what: "the journeys in a real browser", run: journeys },
];

/// Runs the chosen stages in order; stops at the first that fails.
pub fn run_stages(arguments: &[&str]) -> Outcome {
    let chosen = match arguments {
        [] => STAGES.iter().collect(),
        ["--list"] => {
            for stage in STAGES {
                println!("{:8} {}", stage.name, stage.what);
            }
            return Ok(());
        }
        ["--only", names] => choose(names, true)?,
        ["--skip", names] => choose(names, false)?,
        _ => return Err("test knows --list, --only a,b and --skip a,b".to_owned()),
    };
    let started = Instant::now();
    let mut report = Vec::new();
    for stage in chosen {
        println!("\n=== {}: {}", stage.name, stage.what);
        let stage_started = Instant::now();
        let outcome = (stage.run)();
        report.push((stage.name, stage_started.elapsed(), outcome.is_ok()));
        if let Err(error) = outcome {
            print_report(&report, started.elapsed());
            return Err(format!("stage {} failed: {error}\nalone: cargo xtask test --only {}", stage.name, stage.name));
        }
    }
    print_report(&report, started.elapsed());
    Ok(())
}

fn choose(names: &str, only: bool) -> Outcome<Vec<&'static Stage>> {
    let names: Vec<&str> = names.split(',').map(str::trim).collect();
    if let Some(unknown) = names.iter().find(|name| STAGES.iter().all(|stage| stage.name != **name)) {
        return Err(format!("there is no stage {unknown}; see cargo xtask test --list"));
    }
    Ok(STAGES.iter().filter(|stage| names.contains(&stage.name) == only).collect())
}

fn print_report(report: &[(&str, Duration, bool)], total: Duration) {
    println!("\n=== stages");
    for (name, time, passed) in report {
        println!("{name:8} {:>7.1} s  {}", time.as_secs_f32(), if *passed { "passed" } else { "FAILED" });
    }
    println!("{:8} {:>7.1} s", "total", total.as_secs_f32());
}

fn deny() -> Outcome {
    if !on_path("cargo-deny") {
        println!("cargo-deny is not installed; tidy has checked licences and TLS libraries against deny.toml");
        return Ok(());
    }
    run(cargo().args(["deny", "--offline", "check", "licenses", "bans", "sources"]))
}

fn web_stage() -> Outcome {
    web::build()?;
    let folder = root().join("web");
    for script in ["check", "lint", "test"] {
        run(web::npm(&folder).env("CI", "true").args(["run", script]))?;
    }
    Ok(())
}

fn clippy() -> Outcome {
    run(cargo().args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))
}

/// One PostgreSQL for all test processes: nextest gives each test a process of its own.
fn rust() -> Outcome {
    run(cargo().args(["build", "--locked", "-p", "tertulia-peers"]))?;
    let mut tests = program(root().join("target/debug/tertulia-peers"));
    tests.args(["with", "postgres", "--", "cargo"]);
    if on_path("cargo-nextest") {
        run(tests.args(["nextest", "run", "--workspace", "--locked", "--no-fail-fast"]))?;
        run(cargo().args(["test", "--doc", "--workspace", "--locked"]))
    } else {
        run(tests.args(["test", "--workspace", "--locked", "--no-fail-fast"]))
    }
}

/// The same number on every machine of one kind, whatever else it does; processor time would tell nothing here.
fn count() -> Outcome {
    run(program(root().join("bench/listen/instructions.sh")).arg("--check"))
}

/// The journeys drive the program people run: the release build, with its console inside.
fn journeys() -> Outcome {
    web::build()?;
    run(cargo().args(["build", "--release", "--locked", "-p", "tertulia"]))?;
    run(cargo().args(["build", "--locked", "-p", "tertulia-peers"]))?;
    let folder = root().join("e2e");
    web::install(&folder)?;
    run(web::npm(&folder)
        .env("CI", "true")
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
        .env("TERTULIA_PROGRAM", root().join("target/release/tertulia"))
        .env("TERTULIA_PEERS_PROGRAM", root().join("target/debug/tertulia-peers"))
        .env("TERTULIA_CHROMIUM", "/usr/bin/chromium")
        .args(["test"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_chosen_by_name_in_their_own_order() {
        let names = |stages: Vec<&Stage>| stages.iter().map(|stage| stage.name).collect::<Vec<_>>();
        assert_eq!(names(choose("rust,fmt", true).unwrap()), ["fmt", "rust"]);
        assert_eq!(choose("e2e", false).unwrap().len(), STAGES.len() - 1);
        assert!(choose("rusty", true).err().unwrap().contains("rusty"));
    }
}
