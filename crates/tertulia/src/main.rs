//! The `tertulia` program. One module per subcommand.

mod listen;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Listen to customers everywhere, answer them where they wrote.
#[derive(Parser)]
#[command(name = "tertulia", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The listening language on its own: match posts, check queries.
    #[command(subcommand)]
    Listen(listen::ListenCommand),
}

fn main() -> anyhow::Result<ExitCode> {
    match Cli::parse().command {
        Command::Listen(command) => command.run(),
    }
}
