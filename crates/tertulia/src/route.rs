//! `tertulia route`: the router alone, on scenarios, to see what a change of people or rules would do.
//!
//! The scenario is read and checked before anything is written: a mistake names the file, the line and the field, exits 2
//! and leaves standard output empty. The same scenario always gives the same output.

use crate::say;
use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use tertulia_care::simulate::{self, Scenario};

/// `tertulia route …`
#[derive(Subcommand)]
pub enum RouteCommand {
    /// Run a scenario through the router, much faster than time: service level, waiting, abandonment and occupancy by queue,
    /// each with its 95 % interval, as one JSON object.
    Simulate(SimulateArgs),
}

/// Options of `tertulia route simulate`.
#[derive(Args)]
pub struct SimulateArgs {
    /// The scenario, one JSON object; `-` reads standard input.
    #[arg(value_name = "FILE", env = "TERTULIA_SCENARIO")]
    scenario: PathBuf,
    /// Write one JSON object with times to standard error.
    #[arg(long, env = "TERTULIA_STATS", value_parser = clap::builder::FalseyValueParser::new())]
    stats: bool,
}

impl RouteCommand {
    /// Runs the command. A bad scenario is reported on standard error and gives exit code 2.
    pub fn run(self) -> Result<ExitCode> {
        let Self::Simulate(args) = self;
        let begun = Instant::now();
        let (hours, outcome) = match simulate(&args.scenario) {
            Ok(done) => done,
            Err(fault) => {
                say::note(&format!("error: {fault}"));
                return Ok(ExitCode::from(2));
            }
        };
        writeln!(std::io::stdout(), "{}", serde_json::to_string(&outcome)?).or_else(|error| match error.kind() {
            // A reader that closes the pipe early is no error.
            std::io::ErrorKind::BrokenPipe => Ok(()),
            _ => Err(error),
        })?;
        if args.stats {
            let seconds = begun.elapsed().as_secs_f64().max(1e-9);
            say::note(&json!({"hours": hours, "seconds": seconds, "times_real_time": hours * 3_600.0 / seconds}).to_string());
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The outcome of the scenario in a file and its hours; or what is wrong, and where.
fn simulate(path: &Path) -> Result<(f64, simulate::Outcome), String> {
    let file = path.display();
    let scenario = read(path).and_then(|text| parse(&text)).map_err(|what| format!("{file}{what}"))?;
    let outcome = simulate::run(&scenario).map_err(|fault| format!("{file}: {fault}"))?;
    Ok((scenario.hours, outcome))
}

fn read(path: &Path) -> Result<String, String> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().read_to_string(&mut text).map(|_| ())
    } else {
        std::fs::read_to_string(path).map(|read| text = read)
    };
    read.map(|()| text).map_err(|error| format!(": {error}"))
}

fn parse(text: &str) -> Result<Scenario, String> {
    let mut json = serde_json::Deserializer::from_str(text);
    let scenario = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let (path, inner) = (error.path().to_string(), error.into_inner());
        let text = inner.to_string();
        let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
        // "?": the text ends before it says of what field.
        let field = if path == "." || path == "?" { String::new() } else { format!("field \"{path}\": ") };
        format!(":{}: {field}{what}", inner.line())
    })?;
    json.end().map_err(|error| format!(":{}: something follows the scenario", error.line()))?;
    Ok(scenario)
}
