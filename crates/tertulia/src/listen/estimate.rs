//! What a query would match a day, by the posts of a database that is there already.

use crate::config::{Config, Overrides};
use anyhow::Context;
use serde_json::{Value, json};
use tertulia_app::{App, Networks, monitors::estimate, secret::Sealer};
use tertulia_store::Store;

/// The estimate, when a database is named by flag or environment and is there. Nothing is created or changed.
pub fn estimate(overrides: &Overrides, query: &str) -> anyhow::Result<Option<Value>> {
    if overrides.data.is_none() && overrides.database.is_none() {
        return Ok(None);
    }
    let config = Config::load(overrides)?;
    let url = config.database_url();
    if let Some(file) = url.strip_prefix("sqlite://")
        && !std::path::Path::new(file).exists()
    {
        return Ok(None);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = Store::open_as_is(&url).await.context("opening the database")?;
        // Nothing sealed is read and no network spoken to.
        let app = App::new(store, Sealer::new([0; 32]), Networks::default());
        let found = estimate::of_everything(&app, query).await?;
        app.store.close().await;
        Ok(Some(json!({"per_day": found.per_day, "low": found.low, "high": found.high, "sampled": found.sampled,
            "matched": found.matched, "since": found.since.map(tertulia_kernel::Timestamp::to_rfc3339), "kept_share": found.kept_share})))
    })
}
