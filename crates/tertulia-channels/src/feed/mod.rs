//! Blogs, news and forums that publish RSS, Atom or JSON feeds. A stream: posts are kept when a monitor matches.
//!
//! A feed is asked again only if it changed (conditional requests), waits as long as its server asks, and hands on
//! an entry once, or again when its content changed. One feed in trouble does not stop the others; its error is
//! shown in the channel's state. Documents that can't be read are quarantined with their address.

mod poll;
mod read;

use crate::fetch::{Ask, FetchError, Fetched, Fetcher};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::time::Duration;
use tertulia_app::channel::{
    Account, Bilingual, ChannelError, CheckReport, Connection, Kept, Network, SettingField, SettingInput, SettingsError, Unread,
};
use tertulia_kernel::{Timestamp, caps::Caps, event::Event};

/// Most feeds of one account.
const MAX_FEEDS: usize = 500;
/// Feeds looked at when a person checks the account.
const CHECKED: usize = 10;

/// The network of feeds.
#[derive(Clone)]
pub struct Feeds {
    fetcher: Fetcher,
    minute: Duration,
}

impl Feeds {
    /// Feeds fetched through this client.
    pub fn new(fetcher: Fetcher) -> Self {
        Self { fetcher, minute: Duration::from_secs(60) }
    }
    /// How long a minute of the setting `poll_minutes` lasts; tests shorten it.
    pub fn with_minute(mut self, minute: Duration) -> Self {
        self.minute = minute;
        self
    }
}

impl Default for Feeds {
    fn default() -> Self {
        Self::new(Fetcher::from_env())
    }
}

/// The settings of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Options {
    urls: Vec<String>,
    poll_minutes: u32,
    title_only: bool,
    addressed: bool,
}

impl Options {
    fn read(settings: &Value, fetcher: &Fetcher) -> Result<Self, SettingsError> {
        let mut wrong = Vec::new();
        let mut urls: Vec<String> = match settings.get("urls") {
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            // A form that sends its text area as it is.
            Some(Value::String(text)) => text.lines().collect(),
            _ => Vec::new(),
        }
        .into_iter()
        .map(|url| url.trim().to_owned())
        .filter(|url| !url.is_empty())
        .collect();
        urls.sort();
        urls.dedup();
        if urls.is_empty() {
            wrong.push((
                "urls".to_owned(),
                Bilingual::new("Escribe al menos la dirección de un feed.", "Enter the address of at least one feed."),
            ));
        } else if urls.len() > MAX_FEEDS {
            wrong.push((
                "urls".to_owned(),
                Bilingual::new(
                    format!("Una cuenta puede tener hasta {MAX_FEEDS} feeds."),
                    format!("An account can have up to {MAX_FEEDS} feeds."),
                ),
            ));
        }
        wrong.extend(urls.iter().filter_map(|url| {
            let error = fetcher.check(url).err()?;
            Some(("urls".to_owned(), explain(&error)))
        }));
        let poll_minutes = match settings.get("poll_minutes") {
            None | Some(Value::Null) => Some(10),
            Some(value) => value.as_u64().filter(|minutes| (1..=1_440).contains(minutes)),
        };
        if poll_minutes.is_none() {
            wrong.push((
                "poll_minutes".to_owned(),
                Bilingual::new("Un número de minutos entre 1 y 1440.", "A number of minutes from 1 to 1440."),
            ));
        }
        let flag = |key: &str| settings.get(key).and_then(Value::as_bool).unwrap_or(false);
        if wrong.is_empty() {
            Ok(Self {
                urls,
                poll_minutes: poll_minutes.map_or(10, |minutes| minutes as u32),
                title_only: flag("title_only"),
                addressed: flag("addressed"),
            })
        } else {
            Err(SettingsError(wrong))
        }
    }
}

#[async_trait]
impl Network for Feeds {
    fn kind(&self) -> &'static str {
        "feed"
    }

    fn fields(&self) -> Vec<SettingField> {
        let field = |key: &str, input, required, default, label, help| SettingField {
            key: key.into(),
            input,
            required,
            secret: false,
            default,
            label,
            help,
        };
        vec![
            field(
                "urls",
                SettingInput::List,
                true,
                None,
                Bilingual::new("Direcciones de los feeds", "Feed addresses"),
                Bilingual::new(
                    "Una por línea: RSS, Atom o JSON Feed de blogs, noticias y foros.",
                    "One a line: RSS, Atom or JSON Feed of blogs, news and forums.",
                ),
            ),
            field(
                "poll_minutes",
                SettingInput::Number,
                false,
                Some(json!(10)),
                Bilingual::new("Minutos entre consultas", "Minutes between visits"),
                Bilingual::new(
                    "Cada cuánto se consulta cada feed. Si su servidor pide esperar más, se espera.",
                    "How often each feed is visited. When its server asks to wait longer, we wait.",
                ),
            ),
            field(
                "title_only",
                SettingInput::Toggle,
                false,
                Some(json!(false)),
                Bilingual::new("Solo títulos", "Titles only"),
                Bilingual::new("Toma solo el título de cada entrada, sin su texto.", "Take only each entry's title, without its text."),
            ),
            field(
                "addressed",
                SettingInput::Toggle,
                false,
                Some(json!(false)),
                Bilingual::new("Conservar todo", "Keep everything"),
                Bilingual::new(
                    "Conserva cada entrada aunque ningún monitor la encuentre; para un foro propio, por ejemplo.",
                    "Keep every entry even if no monitor matches it; for a forum of your own, for example.",
                ),
            ),
        ]
    }

    fn caps(&self) -> Caps {
        Caps::listen_only()
    }

    fn validate(&self, settings: &Value) -> Result<(), SettingsError> {
        Options::read(settings, &self.fetcher).map(drop)
    }

    async fn check(&self, account: &Account) -> Result<CheckReport, ChannelError> {
        let options = Options::read(&account.settings, &self.fetcher)?;
        let (mut findings, mut first_error, mut readable) = (Vec::new(), None, 0);
        for url in options.urls.iter().take(CHECKED) {
            match self.look_at(url, &options).await {
                Ok(document) => {
                    readable += 1;
                    let name = document.title.as_deref().unwrap_or(url);
                    let count = document.posts.len();
                    findings.push(Bilingual::new(format!("{name}: {count} entradas"), format!("{name}: {count} entries")));
                }
                Err(error) => {
                    first_error.get_or_insert(error.en.clone());
                    findings.push(error);
                }
            }
        }
        match first_error {
            Some(error) if readable == 0 => Err(ChannelError::Passing(error)),
            _ => Ok(CheckReport { account: None, findings }),
        }
    }

    fn open(&self, account: Account) -> Result<Connection, ChannelError> {
        let options = Options::read(&account.settings, &self.fetcher)?;
        Ok(Connection { source: Some(Box::new(poll::Poller { fetcher: self.fetcher.clone(), minute: self.minute, options })), sink: None })
    }

    async fn read(&self, account: &Account, kept: &Kept) -> Result<Vec<Event>, Unread> {
        let options = Options::read(&account.settings, &self.fetcher)?;
        poll::read_kept(kept, &options).await.map_err(Unread::Still)
    }
}

impl Feeds {
    async fn look_at(&self, url: &str, options: &Options) -> Result<read::Document, Bilingual> {
        match self.fetcher.get(Ask::new(url)).await {
            Ok(Fetched::Page(page)) => read::read(&page.body, &page.url, options, now()).map_err(|error| {
                Bilingual::new(format!("{url}: no se puede leer como feed ({error})"), format!("{url}: can't be read as a feed ({error})"))
            }),
            Ok(Fetched::Unchanged) => Err(Bilingual::new(format!("{url}: respuesta vacía"), format!("{url}: empty answer"))),
            Err(error) => Err(explain(&error)),
        }
    }
}

/// A fetch error for people.
fn explain(error: &FetchError) -> Bilingual {
    let es = match error {
        FetchError::Address { url, .. } => {
            format!("{url}: no es una dirección http o https válida (o lleva usuario y contraseña)")
        }
        FetchError::NotPublic { url } => {
            format!("{url}: se rechaza, lleva a una dirección que no está en la internet pública")
        }
        FetchError::Redirects { url } => format!("{url}: demasiadas redirecciones, o rotas"),
        FetchError::TooLarge { url, limit } => format!("{url}: la respuesta pasa de {limit} bytes"),
        FetchError::Status { url, status, .. } => format!("{url}: el servidor respondió {status}"),
        FetchError::Network { url, reason } => format!("{url}: sin conexión ({reason})"),
    };
    Bilingual::new(es, error.to_string())
}

/// The present instant, for entries without a date and for waiting times.
fn now() -> Timestamp {
    Timestamp::from_micros((time::OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000) as i64)
}
