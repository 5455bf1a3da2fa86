//! `tertulia sample …`: loads and removes the sample company. Both work while the server runs, which notices new channels
//! by itself within some seconds.

use crate::{config::Config, data, say};
use clap::Subcommand;
use tertulia_app::sample;

/// What to do with the sample company.
#[derive(Subcommand)]
pub enum SampleCommand {
    /// Load it; its day plays while the server runs.
    Load,
    /// Remove it with everything that came with it.
    Remove,
}

/// Runs `tertulia sample …`.
pub async fn run(config: &Config, command: SampleCommand) -> anyhow::Result<()> {
    let app = data::open_app(config).await?;
    match command {
        SampleCommand::Load => {
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
