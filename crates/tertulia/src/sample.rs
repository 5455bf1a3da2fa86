//! `tertulia sample …`: loads and removes the sample company. Both work while the server runs, which notices new channels
//! by itself within some seconds.

use crate::{config::Config, data, say};
use clap::{Args, Subcommand};
use tertulia_app::sample;

/// What to do with the sample company.
#[derive(Subcommand)]
pub enum SampleCommand {
    /// Load it; its day plays while the server runs.
    Load(LoadArgs),
    /// Remove it with everything that came with it.
    Remove,
}

/// When to load it.
#[derive(Args)]
pub struct LoadArgs {
    /// Only into a house that nobody uses yet: without users, without channels, and without a sample that was removed.
    #[arg(long)]
    if_new: bool,
}

/// Runs `tertulia sample …`.
pub async fn run(config: &Config, command: SampleCommand) -> anyhow::Result<()> {
    let app = data::open_app(config).await?;
    match command {
        SampleCommand::Load(args) if args.if_new && !sample::may_come_first(&app).await? => {}
        SampleCommand::Load(_) => {
            let status = sample::load(&app, None).await?;
            say::line(&format!(
                "{}: {}/{}",
                say::either("Empresa de ejemplo cargada; publicaciones del día", "Sample company loaded; posts of the day"),
                status.played,
                status.total
            ));
        }
        SampleCommand::Remove => {
            let words = say::either("publicaciones, casos y personas quitados", "posts, cases and people removed");
            let done = sample::remove(&app, None, |done| {
                tracing::info!(posts = done.posts, cases = done.cases, people = done.people, "removing the sample company");
            })
            .await?;
            say::line(&format!("{}, {}, {} {words}", done.posts, done.cases, done.people));
        }
    }
    app.store.close().await;
    Ok(())
}
