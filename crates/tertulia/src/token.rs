//! `tertulia token …`.

use crate::{config::Config, data, say};
use clap::{Args, Subcommand};
use tertulia_app::staff::tokens;

/// What to do with tokens.
#[derive(Subcommand)]
pub enum TokenCommand {
    /// Create a token and print its secret, alone, on standard output. Works while the server runs.
    Create(CreateArgs),
}

/// A token to create.
#[derive(Args)]
pub struct CreateArgs {
    /// E-mail address of its owner.
    #[arg(long, env = "TERTULIA_TOKEN_USER")]
    user: String,
    /// Name to recognise it by.
    #[arg(long, env = "TERTULIA_TOKEN_NAME")]
    name: String,
    /// push, read, write; separated by commas.
    #[arg(long, value_delimiter = ',', required = true, env = "TERTULIA_TOKEN_SCOPES")]
    scopes: Vec<String>,
}

/// Runs `tertulia token …`.
pub async fn run(config: &Config, command: TokenCommand) -> anyhow::Result<()> {
    let TokenCommand::Create(args) = command;
    let app = data::open_app(config).await?;
    let created = tokens::create_for(&app, &args.user, &args.name, &args.scopes).await?;
    app.store.close().await;
    say::line(&created.secret.0);
    Ok(())
}
