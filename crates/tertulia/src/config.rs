//! Configuration: defaults from the commented file in this crate, a file, the environment, flags; the later wins.

use crate::say;
use anyhow::Context;
use clap::Args;
use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// The defaults, with what each means.
const DEFAULTS: &str = include_str!("../tertulia.toml");
/// Keys that the environment may set: other `TERTULIA_…` variables belong to flags and tests.
const KEYS: [&str; 8] = ["data", "listen", "database", "public_url", "secure_cookies", "behind_proxy", "log", "log_format"];

/// Flags every subcommand takes.
#[derive(Args, Serialize)]
pub struct Overrides {
    /// Folder of the database and secret.key.
    #[arg(long, global = true, env = "TERTULIA_DATA")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
    /// Address and port to serve on.
    #[arg(long, global = true, env = "TERTULIA_LISTEN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<String>,
    /// PostgreSQL URL instead of SQLite in the data folder (or DATABASE_URL).
    #[arg(long, global = true, env = "TERTULIA_DATABASE", hide_env_values = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// Settings file; DATA/tertulia.toml is read when it is there.
    #[arg(long, global = true, env = "TERTULIA_CONFIG")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
}

/// When the session cookie is sent over HTTPS only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecureCookies {
    /// Always.
    Always,
    /// Never.
    Never,
    /// Unless people reach the server over plain HTTP on this machine.
    Auto,
}

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// A JSON object a line.
    Json,
    /// Text on a terminal.
    Auto,
}

/// The program's settings; `tertulia.toml` says what each means.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Data folder.
    pub data: PathBuf,
    /// Address to serve on.
    pub listen: SocketAddr,
    /// PostgreSQL URL, or empty.
    pub database: String,
    /// How people reach the server, or empty.
    pub public_url: String,
    /// See [`SecureCookies`].
    pub secure_cookies: SecureCookies,
    /// A proxy in front sets `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// Log filter.
    pub log: String,
    /// See [`LogFormat`].
    pub log_format: LogFormat,
}

impl Config {
    /// Reads everything; an unknown key or a value that can't be is an error that names its place.
    pub fn load(overrides: &Overrides) -> anyhow::Result<Self> {
        let mut figment = Figment::from(Toml::string(DEFAULTS));
        // The data folder may itself be set by flag, environment or the named file: look there for a file.
        if let Some(file) = &overrides.config {
            let shown = file.display();
            anyhow::ensure!(
                file.is_file(),
                say::words(format!("no existe el archivo de configuración {shown}"), format!("there is no settings file {shown}"))
            );
            figment = figment.merge(Toml::file_exact(file));
        } else {
            let data: PathBuf = match &overrides.data {
                Some(data) => data.clone(),
                None => figment.extract_inner("data")?,
            };
            let file = data.join("tertulia.toml");
            if file.is_file() {
                figment = figment.merge(Toml::file_exact(file));
            }
        }
        if let Ok(url) = std::env::var("DATABASE_URL") {
            figment = figment.merge(("database", url));
        }
        let config: Self = figment
            .merge(Env::prefixed("TERTULIA_").only(&KEYS))
            .merge(Serialized::defaults(overrides))
            .extract()
            .context(say::either("la configuración no se puede usar", "the settings can't be used").to_owned())?;
        if !config.public_url.is_empty() {
            url::Url::parse(&config.public_url).with_context(|| format!("public_url = \"{}\"", config.public_url))?;
        }
        Ok(config)
    }

    /// The database's URL.
    pub fn database_url(&self) -> String {
        if self.database.is_empty() { sqlite_url(&self.sqlite_file()) } else { self.database.clone() }
    }

    /// Whether the database is SQLite in the data folder.
    pub fn is_sqlite(&self) -> bool {
        self.database.is_empty() || self.database.starts_with("sqlite:")
    }

    /// The embedded database's file.
    pub fn sqlite_file(&self) -> PathBuf {
        match self.database.strip_prefix("sqlite:") {
            Some(path) => PathBuf::from(path.trim_start_matches("//")),
            None => self.data.join("tertulia.db"),
        }
    }

    /// Whether the session cookie is sent over HTTPS only.
    pub fn cookies_are_secure(&self) -> bool {
        match self.secure_cookies {
            SecureCookies::Always => true,
            SecureCookies::Never => false,
            SecureCookies::Auto if !self.public_url.is_empty() => self.public_url.starts_with("https:"),
            SecureCookies::Auto => !self.listen.ip().is_loopback(),
        }
    }

    /// How people reach the server that serves on `address`.
    pub fn base_url(&self, address: SocketAddr) -> String {
        if self.public_url.is_empty() { format!("http://{address}") } else { self.public_url.trim_end_matches('/').to_owned() }
    }
}

/// The URL of a database file, whatever characters its path has.
pub fn sqlite_url(file: &Path) -> String {
    let path = file.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite://{path}")
}

#[cfg(test)]
mod tests {
    //! Defaults and what wins over them.
    use super::*;

    #[test]
    fn the_commented_file_sets_every_key() {
        let none = Overrides { data: Some("/nowhere".into()), listen: Some("0.0.0.0:80".into()), database: None, config: None };
        let config = Config::load(&none).expect("the defaults are valid");
        assert_eq!(config.listen.port(), 80);
        assert_eq!(config.data, Path::new("/nowhere"));
        assert!(config.cookies_are_secure(), "not on loopback");
        for key in KEYS {
            assert!(DEFAULTS.contains(&format!("\n{key} = ")), "{key} is explained");
        }
    }
}
