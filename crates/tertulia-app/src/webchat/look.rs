//! How a web chat looks and where it may stand, read from its channel's settings.

use serde_json::Value;

/// Longest message either way, in characters.
pub const LONGEST: usize = 4_000;
/// Largest file either way, in bytes.
pub const LARGEST_FILE: usize = 10 * 1024 * 1024;
/// Most files of one message.
pub const MOST_FILES: usize = 5;
/// The widget's colour unless settings say otherwise.
pub const COLOR: &str = "#b3491f";
/// Languages of the widget with their greeting unless settings say otherwise; the first is for everybody else.
pub const GREETINGS: [(&str, &str); 3] =
    [("es", "¡Hola! Cuéntanos qué necesitas."), ("en", "Hello! Tell us what you need."), ("pt", "Olá! Conte o que você precisa.")];

/// What the widget needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    greetings: [String; 3],
    /// `#rrggbb`.
    pub color: String,
    /// Ask for name and e-mail before the first message.
    pub ask_email: bool,
    /// Origins whose pages may show the chat; empty for any.
    pub origins: Vec<String>,
}

impl Look {
    /// From a channel's settings; what is missing or can't be used takes its default.
    pub fn of(settings: &Value) -> Self {
        let text = |key: &str| settings.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        Self {
            greetings: GREETINGS.map(|(lang, default)| text(&format!("greeting_{lang}")).unwrap_or_else(|| default.to_owned())),
            color: text("color").filter(|color| is_color(color)).unwrap_or_else(|| COLOR.to_owned()),
            ask_email: settings.get("ask_email").and_then(Value::as_bool).unwrap_or(false),
            origins: lines(settings.get("allowed_origins")).iter().filter_map(|line| origin(line)).collect(),
        }
    }

    /// The greeting in a language (`es`, `en-GB`); Spanish for any other.
    pub fn greeting(&self, lang: &str) -> &str {
        &self.greetings[GREETINGS.iter().position(|(known, _)| lang.get(..2) == Some(known)).unwrap_or(0)]
    }

    /// Whether pages of an origin, as a browser states it, may show the chat.
    pub fn allows(&self, origin: &str) -> bool {
        self.origins.is_empty() || self.origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin))
    }
}

/// The lines of a list setting, blank ones left out.
pub fn lines(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// Whether a text is a colour like `#b3491f`.
pub fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.chars().all(|c| c.is_ascii_hexdigit()))
}

/// The origin of an address, as browsers write it; `None` when it is no web address.
pub fn origin(text: &str) -> Option<String> {
    let url = url::Url::parse(text).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.host().is_some()).then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    //! Origins, greetings, colours.
    use super::*;
    use serde_json::json;

    #[test]
    fn a_site_is_its_origin_whatever_was_pasted() {
        let look = Look::of(&json!({"allowed_origins": ["https://www.empresa.example/contacto?x=1", "http://LOCALHOST:8080/"]}));
        assert!(look.allows("https://www.empresa.example"));
        assert!(look.allows("http://localhost:8080"));
        for other in ["http://www.empresa.example", "https://empresa.example", "https://www.empresa.example.evil.example", "null", ""] {
            assert!(!look.allows(other), "{other}");
        }
        assert!(Look::of(&json!({})).allows("https://anything.example"));
    }

    #[test]
    fn greetings_and_colour_have_defaults() {
        let look = Look::of(&json!({"greeting_es": "Buenas", "color": "expression(1)"}));
        assert_eq!((look.greeting("es"), look.greeting("en-GB"), look.greeting("fr")), ("Buenas", GREETINGS[1].1, "Buenas"));
        assert_eq!((look.greeting(""), look.greeting("ñ")), ("Buenas", "Buenas"));
        assert_eq!(look.color, COLOR);
    }
}
