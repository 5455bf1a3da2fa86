//! `tertulia doctor`: looks at everything the server needs, changes nothing, and says what to do.

mod database;
mod folder;

use crate::{config::Config, say};
use clap::Args;
use serde::Serialize;
use std::process::ExitCode;

/// How to tell the findings.
#[derive(Args)]
pub struct DoctorArgs {
    /// One JSON object on standard output instead of text.
    #[arg(long, env = "TERTULIA_DOCTOR_JSON")]
    json: bool,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// As it should be.
    Ok,
    /// Works, but somebody should look.
    Warning,
    /// Does not work.
    Error,
}

/// Something looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What was looked at (`database.schema`): stable.
    pub check: &'static str,
    /// How it is.
    pub level: Level,
    /// What was found.
    pub found: String,
    /// What to do; empty when it is as it should be.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub advice: String,
}

impl Finding {
    /// As it should be.
    pub fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, level: Level::Ok, found: found.into(), advice: String::new() }
    }

    /// Somebody should look; `es` and `en` say what to do.
    pub fn warning(check: &'static str, found: impl Into<String>, es: &str, en: &str) -> Self {
        Self { check, level: Level::Warning, found: found.into(), advice: say::either(es, en).to_owned() }
    }

    /// Does not work; `es` and `en` say what to do.
    pub fn error(check: &'static str, found: impl Into<String>, es: &str, en: &str) -> Self {
        Self { level: Level::Error, ..Self::warning(check, found, es, en) }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    ok: bool,
    findings: &'a [Finding],
}

/// Looks and tells; the exit code is 1 when something does not work.
pub async fn run(config: &Config, args: DoctorArgs) -> anyhow::Result<ExitCode> {
    let mut findings = configuration(config);
    findings.extend(folder::look(config));
    findings.extend(database::look(config).await);
    let worst = findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok);
    let ok = worst < Level::Error;
    if args.json {
        say::line(&serde_json::to_string_pretty(&Report { ok, findings: &findings })?);
    } else {
        tell(&findings);
    }
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell(findings: &[Finding]) {
    for finding in findings {
        let mark = match finding.level {
            Level::Ok => "ok   ",
            Level::Warning => say::either("AVISO", "WARN "),
            Level::Error => "ERROR",
        };
        say::line(&format!("{mark} {}: {}", finding.check, finding.found));
        if !finding.advice.is_empty() {
            say::line(&format!("      → {}", finding.advice));
        }
    }
}

/// The settings themselves: combinations that work but are risky.
fn configuration(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let listen = config.listen.to_string();
    let public = !config.listen.ip().is_loopback();
    if public && !config.public_url.starts_with("https:") {
        findings.push(Finding::warning(
            "configuration.https",
            format!("listen = {listen}, public_url = \"{}\"", config.public_url),
            "Pon un proxy con TLS delante y escribe su dirección https en public_url: sin él las contraseñas viajan sin cifrar.",
            "Put a TLS proxy in front and set public_url to its https address: without it passwords travel in the clear.",
        ));
    } else {
        findings.push(Finding::ok("configuration", format!("listen = {listen}")));
    }
    if config.behind_proxy && public {
        findings.push(Finding::warning(
            "configuration.proxy",
            format!("behind_proxy = true, listen = {listen}"),
            "Quien llegue sin pasar por el proxy puede fingir su dirección: escucha solo donde llega el proxy.",
            "Who reaches the server without the proxy can claim any address: listen only where the proxy connects.",
        ));
    }
    if !tertulia_http::console_is_built() {
        findings.push(Finding::warning(
            "console",
            say::either("este programa no incluye la consola", "this program was built without the console"),
            "Compila la consola y después el programa: cargo xtask up.",
            "Build the console, then the program: cargo xtask up.",
        ));
    }
    findings
}
