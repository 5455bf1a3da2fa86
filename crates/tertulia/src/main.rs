//! The `tertulia` program: the server and its administration. One module per subcommand.
//!
//! **Never here:** rules. A subcommand reads its input, calls the app, and says what happened.

mod backup;
mod bench;
mod config;
mod data;
mod doctor;
mod listen;
mod log;
mod measure;
mod sample;
mod say;
mod serve;
mod setup_link;
mod token;
mod understand;
mod user;

use clap::{Parser, Subcommand};
use config::Config;
use std::process::ExitCode;

/// Listen to customers everywhere, answer them where they wrote.
#[derive(Parser)]
#[command(name = "tertulia", version)]
struct Cli {
    #[command(flatten)]
    overrides: config::Overrides,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server.
    Serve,
    /// Create the database or bring it to this version's schema.
    Migrate,
    /// Users.
    #[command(subcommand)]
    User(user::UserCommand),
    /// API tokens.
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// The sample company.
    #[command(subcommand)]
    Sample(sample::SampleCommand),
    /// Print a one-time link: for one more administrator, or for a user who lost the password.
    SetupLink(setup_link::SetupLinkArgs),
    /// Check configuration, database, clock, disk and channels, and say what to do.
    Doctor(doctor::DoctorArgs),
    /// Copy the database to a file while the server runs.
    Backup(backup::BackupArgs),
    /// Put a backup in place of the database.
    Restore(backup::RestoreArgs),
    /// The listening language on its own: match posts, check queries.
    #[command(subcommand)]
    Listen(listen::ListenCommand),
    /// What posts say: language, sentiment, message types, urgency.
    Understand(understand::UnderstandCommand),
    /// The formulas of a contact centre: staffing, forecasts, definitions.
    #[command(subcommand)]
    Measure(measure::MeasureCommand),
    /// Measure the flow on this machine, with a database of its own.
    #[command(subcommand)]
    Bench(bench::BenchCommand),
    /// Print the HTTP API's description (OpenAPI).
    Openapi,
}

fn main() -> ExitCode {
    // Whatever this program writes holds customers' conversations or keys: it is its owner's alone.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            say::error(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    // These need neither configuration nor database.
    let command = match cli.command {
        Command::Openapi => {
            say::line(&tertulia_http::openapi().to_pretty_json()?);
            return Ok(ExitCode::SUCCESS);
        }
        Command::Listen(command) => return command.run(&cli.overrides),
        Command::Understand(command) => return command.run(),
        Command::Measure(command) => return command.run(),
        command => command,
    };
    let config = Config::load(&cli.overrides)?;
    log::start(&config, matches!(command, Command::Serve))?;
    // The process has one; a second `install` can't happen before this line.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Serve => serve::run(&config).await?,
            Command::Migrate => data::migrate(&config).await?,
            Command::User(command) => user::run(&config, command).await?,
            Command::Token(command) => token::run(&config, command).await?,
            Command::Sample(command) => sample::run(&config, command).await?,
            Command::SetupLink(args) => setup_link::run(&config, args).await?,
            Command::Doctor(args) => return doctor::run(&config, args).await,
            Command::Backup(args) => backup::backup(&config, args).await?,
            Command::Restore(args) => backup::restore(&config, args).await?,
            Command::Bench(command) => bench::run(command).await?,
            Command::Openapi | Command::Listen(_) | Command::Understand(_) | Command::Measure(_) => {}
        }
        Ok(ExitCode::SUCCESS)
    })
}
