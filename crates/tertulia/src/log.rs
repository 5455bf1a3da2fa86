//! Logs: to standard error, for people on a terminal, as JSON lines elsewhere.

use crate::config::{Config, LogFormat};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts logging. Commands other than the server stay quiet below warnings: their output is their answer.
pub fn start(config: &Config, server: bool) -> anyhow::Result<()> {
    let level = if server { config.log.as_str() } else { "warn" };
    let filter = EnvFilter::try_new(level).map_err(|error| anyhow::anyhow!("log = \"{level}\": {error}"))?;
    let json = match config.log_format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => server && !std::io::stderr().is_terminal(),
    };
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json {
        logs.json().flatten_event(true).init();
    } else {
        logs.with_ansi(std::io::stderr().is_terminal()).init();
    }
    Ok(())
}
