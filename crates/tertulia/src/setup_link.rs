//! `tertulia setup-link`.

use crate::{config::Config, data, say};
use anyhow::Context;
use clap::Args;
use tertulia_app::staff::setup;

/// Whom the link is for.
#[derive(Args)]
pub struct SetupLinkArgs {
    /// E-mail address of a user who needs a new password; absent: one more administrator.
    #[arg(long, env = "TERTULIA_SETUP_USER")]
    user: Option<String>,
}

/// Prints a one-time link.
pub async fn run(config: &Config, args: SetupLinkArgs) -> anyhow::Result<()> {
    let app = data::open_app(config).await?;
    let path =
        setup::link_for(&app, args.user.as_deref()).await.context(say::either("al crear el enlace", "making the link").to_owned())?;
    app.store.close().await;
    say::line(&format!("{}{path}", config.base_url(config.listen)));
    Ok(())
}
