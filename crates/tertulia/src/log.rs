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
    // Whoever read the logs may be gone before the server is (a pipe's other end). By default that would be told on standard
    // error, where it fails too and panics: each task that has something to log would die of it, the one that stops included.
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    if json {
        logs.json().flatten_event(true).init();
    } else {
        logs.with_ansi(std::io::stderr().is_terminal()).init();
    }
    Ok(())
}
