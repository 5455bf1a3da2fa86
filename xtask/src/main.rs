//! The project's own scripts: `cargo xtask up`, `cargo xtask test`, and what they are made of.
//!
//! Standard library only, so that a fresh clone waits seconds for them.
#![allow(clippy::print_stdout, reason = "a script talks on its standard output")]

mod bench;
mod codegen;
mod command;
mod json;
mod peers;
mod test;
mod tidy;
mod train;
mod up;
mod web;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask up [--empty] [--port N] [--data DIR]   build everything, load the sample company, serve it on 127.0.0.1
cargo xtask test [--only a,b] [--skip a,b]         everything CI runs; --list names the stages
cargo xtask ci                                     the same as test
cargo xtask tidy                                   the rules of the house alone: seconds
cargo xtask codegen                                write docs/openapi.json and the TypeScript types again
cargo xtask web                                    build console and widget, when something changed
cargo xtask bench [--quick]                        measure intake, inbox, search, start and memory of the release program
cargo xtask train --data DIR [--check]             make the classifiers again; --check: only look for posts in two sets
cargo xtask peers install                          install what the tests talk to; quick when it is there
cargo xtask peers check                            say what is missing
cargo xtask peers run PEER...                      run peers until Ctrl-C: fediverse mastodon_mock mail postgres";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["up", rest @ ..] => up::run_up(rest),
        ["test" | "ci", rest @ ..] => test::run_stages(rest),
        ["tidy"] => tidy::run(),
        ["codegen"] => codegen::write_generated(),
        ["web"] => web::build(),
        ["bench", rest @ ..] => bench::measure(rest),
        ["train", rest @ ..] => train::train(rest),
        ["peers", "install"] => peers::install(),
        ["peers", "check"] => peers::check(),
        ["peers", "run", names @ ..] => peers::run_in_foreground(names),
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        other => Err(format!("unknown: {}\n\n{HELP}", other.join(" "))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\nxtask: {message}");
            ExitCode::FAILURE
        }
    }
}
