//! The settings of an account, read and checked.

use reqwest::Url;
use serde_json::Value;
use std::net::IpAddr;
use tertulia_app::channel::{Bilingual, SettingField, SettingInput, SettingsError};

/// Most hashtags or searches one account follows: each is a request per poll, of some 300 per five minutes.
const MAX_FOLLOWED: usize = 30;

/// Which public timeline is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicTimeline {
    /// None.
    None,
    /// Posts written on this server.
    Local,
    /// Everything the server knows of.
    Federated,
}

/// An account's settings, valid.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where the server's API is, ending in `/`.
    pub base_url: Url,
    /// Secret.
    pub access_token: String,
    /// Without `#`, in lower case.
    pub hashtags: Vec<String>,
    /// Phrases to search for.
    pub searches: Vec<String>,
    /// Which public timeline is read.
    pub public_timeline: PublicTimeline,
    /// Proxy for all calls; `None`: the environment's.
    pub http_proxy: Option<Url>,
    /// Pause between two polls.
    pub poll_seconds: u64,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("base_url", &self.base_url.as_str()).finish_non_exhaustive()
    }
}

/// The form, in order.
pub fn fields() -> Vec<SettingField> {
    let field = |key: &str, input, label: (&str, &str), help: (&str, &str)| SettingField {
        key: key.into(),
        input,
        required: false,
        secret: false,
        default: None,
        label: Bilingual::new(label.0, label.1),
        help: Bilingual::new(help.0, help.1),
    };
    vec![
        SettingField {
            required: true,
            ..field(
                "base_url",
                SettingInput::Text,
                ("Servidor", "Server"),
                (
                    "Dirección del servidor de la cuenta, por ejemplo https://mastodon.social",
                    "Address of the account's server, for example https://mastodon.social",
                ),
            )
        },
        SettingField {
            required: true,
            secret: true,
            ..field(
                "access_token",
                SettingInput::Password,
                ("Token de acceso", "Access token"),
                (
                    "En el servidor: Preferencias → Desarrollo → Nueva aplicación, con permisos de lectura y escritura. Copia aquí el token.",
                    "On the server: Preferences → Development → New application, with read and write permission. Copy its token here.",
                ),
            )
        },
        field(
            "hashtags",
            SettingInput::List,
            ("Etiquetas", "Hashtags"),
            ("Etiquetas que se escuchan, una por línea, con o sin #", "Hashtags to listen to, one a line, with or without #"),
        ),
        field(
            "searches",
            SettingInput::List,
            ("Búsquedas", "Searches"),
            (
                "Frases que se buscan cada cierto tiempo, una por línea, si el servidor permite buscar en publicaciones",
                "Phrases searched for regularly, one a line, where the server can search posts",
            ),
        ),
        SettingField {
            default: Some("none".into()),
            ..field(
                "public_timeline",
                SettingInput::Choice(vec!["none".into(), "local".into(), "federated".into()]),
                ("Cronología pública", "Public timeline"),
                (
                    "Leer también todo lo público: nada, lo de este servidor o todo lo que conoce",
                    "Also read everything public: nothing, this server's posts or all it knows",
                ),
            )
        },
        SettingField {
            default: Some(30.into()),
            ..field(
                "poll_seconds",
                SettingInput::Number,
                ("Segundos entre consultas", "Seconds between polls"),
                (
                    "Se usa donde el servidor no avisa al instante. Entre 1 y 3600.",
                    "Used where the server does not tell at once. 1 to 3600.",
                ),
            )
        },
        field(
            "http_proxy",
            SettingInput::Text,
            ("Proxy HTTP", "HTTP proxy"),
            (
                "Solo si tu red lo exige. Vacío: el que indique el entorno del programa (HTTP_PROXY, HTTPS_PROXY, NO_PROXY).",
                "Only if your network demands one. Empty: the one in the program's environment (HTTP_PROXY, HTTPS_PROXY, NO_PROXY).",
            ),
        ),
        SettingField {
            default: Some(false.into()),
            ..field(
                "allow_http",
                SettingInput::Toggle,
                ("Permitir sin cifrar", "Allow unencrypted"),
                (
                    "Permite http:// fuera de esta máquina. El token viaja legible: solo en redes propias de prueba.",
                    "Allows http:// beyond this machine. The token travels readable: only on test networks of your own.",
                ),
            )
        },
    ]
}

/// Reads the settings, or says for each field what is wrong with it.
pub fn read(settings: &Value) -> Result<Settings, SettingsError> {
    let mut wrong = Vec::new();
    let mut reject = |key: &str, es: &str, en: &str| wrong.push((key.to_owned(), Bilingual::new(es, en)));

    let allow_http = settings.get("allow_http").and_then(Value::as_bool).unwrap_or(false);
    let base_url = match word(settings, "base_url").map(|url| server(&url)) {
        None => {
            reject("base_url", "Falta la dirección del servidor", "The server's address is missing");
            None
        }
        Some(None) => {
            reject(
                "base_url",
                "No es una dirección web, por ejemplo https://mastodon.social",
                "Not a web address such as https://mastodon.social",
            );
            None
        }
        Some(Some(url)) if url.scheme() == "http" && !allow_http && !is_near(&url) => {
            reject(
                "base_url",
                "Debe empezar con https:// (el token viajaría sin cifrar)",
                "Must start with https:// (the token would travel unencrypted)",
            );
            None
        }
        Some(url) => url,
    };
    let access_token = word(settings, "access_token");
    match &access_token {
        None => reject("access_token", "Falta el token de acceso", "The access token is missing"),
        Some(token) if !token.bytes().all(|byte| byte.is_ascii_graphic()) => {
            reject("access_token", "El token tiene caracteres que no puede tener", "The token has characters it can't have");
        }
        Some(_) => {}
    }
    let hashtags: Vec<String> = words(settings, "hashtags")
        .into_iter()
        .map(|tag| tag.trim_start_matches('#').to_lowercase())
        .filter(|tag| !tag.is_empty())
        .collect();
    if hashtags.iter().any(|tag| !tag.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '·')) {
        reject("hashtags", "Una etiqueta solo lleva letras, números y _", "A hashtag has letters, digits and _ only");
    }
    let searches = words(settings, "searches");
    for (key, many) in [("hashtags", hashtags.len()), ("searches", searches.len())] {
        if many > MAX_FOLLOWED {
            reject(key, &format!("Son demasiadas: como máximo {MAX_FOLLOWED}"), &format!("Too many: at most {MAX_FOLLOWED}"));
        }
    }
    let public_timeline = match word(settings, "public_timeline").as_deref() {
        None | Some("none") => PublicTimeline::None,
        Some("local") => PublicTimeline::Local,
        Some("federated") => PublicTimeline::Federated,
        Some(_) => {
            reject("public_timeline", "Debe ser none, local o federated", "Must be none, local or federated");
            PublicTimeline::None
        }
    };
    let http_proxy = word(settings, "http_proxy").and_then(|text| {
        let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if url.is_none() {
            reject("http_proxy", "No es una dirección como http://proxy:3128", "Not an address such as http://proxy:3128");
        }
        url
    });
    let poll_seconds = match settings.get("poll_seconds") {
        None | Some(Value::Null) => Some(30),
        Some(Value::String(text)) if text.trim().is_empty() => Some(30),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(number) => number.as_u64(),
    }
    .filter(|seconds| (1..=3600).contains(seconds));
    if poll_seconds.is_none() {
        reject("poll_seconds", "Debe ser un número entre 1 y 3600", "Must be a number from 1 to 3600");
    }

    match (base_url, access_token, poll_seconds) {
        (Some(base_url), Some(access_token), Some(poll_seconds)) if wrong.is_empty() => {
            Ok(Settings { base_url, access_token, hashtags, searches, public_timeline, http_proxy, poll_seconds })
        }
        _ => Err(SettingsError(wrong)),
    }
}

/// The server's address from what a person types: with or without scheme and path.
fn server(text: &str) -> Option<Url> {
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let mut url = Url::parse(&with_scheme).ok()?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !url.username().is_empty() {
        return None;
    }
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Some(url)
}

/// Whether plain http to this host stays on this machine, or the name is one that never exists on the Internet (RFC 6761),
/// so that only a test set-up can mean it.
fn is_near(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost"
        || host.ends_with(".localhost")
        || host.ends_with(".test")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn word(settings: &Value, key: &str) -> Option<String> {
    let text = settings.get(key)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A list, or a text with one entry a line.
fn words(settings: &Value, key: &str) -> Vec<String> {
    let entries: Vec<&str> = match settings.get(key) {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => text.lines().collect(),
        _ => Vec::new(),
    };
    let mut kept: Vec<String> = Vec::new();
    for entry in entries.into_iter().map(str::trim).filter(|entry| !entry.is_empty()) {
        if !kept.iter().any(|known| known == entry) {
            kept.push(entry.to_owned());
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    //! What people type.
    use super::*;
    use serde_json::json;

    fn wrong(settings: &Value) -> Vec<String> {
        read(settings).expect_err("must be refused").0.into_iter().map(|(key, _)| key).collect()
    }

    #[test]
    fn takes_what_people_type() {
        let settings = read(&json!({
            "base_url": "mastodon.example/about?x=1", "access_token": " t0k ", "hashtags": ["#Mirasol", "mirasol ", ""],
            "searches": "paquete perdido\n\n vuelo ", "public_timeline": "local", "poll_seconds": "15"
        }))
        .expect("valid");
        assert_eq!(settings.base_url.as_str(), "https://mastodon.example/about/");
        assert_eq!(settings.access_token, "t0k");
        assert_eq!(settings.searches, ["paquete perdido", "vuelo"]);
        assert_eq!(settings.public_timeline, PublicTimeline::Local);
        assert_eq!(settings.poll_seconds, 15);
        assert!(!format!("{settings:?}").contains("t0k"), "a token must not reach the logs");
    }

    #[test]
    fn names_every_wrong_field() {
        assert_eq!(wrong(&json!({})), ["base_url", "access_token"]);
        assert_eq!(
            wrong(&json!({"base_url": "ftp://x", "access_token": "a b", "hashtags": ["a b"], "public_timeline": "all",
                "http_proxy": "no", "poll_seconds": 0})),
            ["base_url", "access_token", "hashtags", "public_timeline", "http_proxy", "poll_seconds"]
        );
    }

    #[test]
    fn a_token_never_leaves_the_machine_readable_unless_told() {
        let with = |url: &str, allow: bool| read(&json!({"base_url": url, "access_token": "t", "allow_http": allow})).is_ok();
        assert!(with("http://127.0.0.1:3000", false) && with("http://[::1]:3000", false) && with("http://alpha.test", false));
        assert!(!with("http://mastodon.example", false) && !with("http://10.0.0.5", false));
        assert!(with("http://10.0.0.5", true));
        assert!(!with("https://user:pw@mastodon.example", true));
    }
}
