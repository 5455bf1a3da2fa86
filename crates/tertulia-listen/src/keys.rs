//! How the values of fields are compared: the form a query and a post both bring them into.

use tertulia_kernel::text::{fold, handle_name};

use crate::field::FieldName;

impl FieldName {
    /// The value in the form it is compared in; `None` when nothing is left of it.
    #[must_use]
    pub fn key(self, raw: &str) -> Option<String> {
        let key = match self {
            Self::Author | Self::To => author_key(raw),
            Self::Lang => lang_key(raw).filter(|key| key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))?,
            Self::Country => fold(raw).chars().all(|c| c.is_ascii_alphabetic()).then(|| fold(raw))?,
            Self::Site => host_of(&address_key(raw)).to_owned(),
            Self::Link => address_key(raw),
            Self::Channel | Self::Tag | Self::Segment | Self::Tier => fold(raw),
        };
        (!key.is_empty()).then_some(key)
    }

    /// True when a post whose value has the key `own` passes a test for the key `asked`.
    #[must_use]
    pub fn accepts(self, own: &str, asked: &str) -> bool {
        match self {
            Self::Author | Self::To => own == asked || handle_name(own) == asked,
            Self::Lang => own.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')),
            Self::Site => host_accepts(own, asked),
            Self::Link => link_accepts(own, asked),
            Self::Country | Self::Channel | Self::Tag | Self::Segment | Self::Tier => own == asked,
        }
    }
}

/// An author's handle: folded, without its `@`.
fn author_key(author: &str) -> String {
    fold(fold(author).trim_start_matches('@'))
}

/// A language tag: `es-MX` and `es_mx` are the same.
fn lang_key(lang: &str) -> Option<String> {
    Some(fold(lang).replace('_', "-"))
}

/// A web address without scheme, user, `www.`, port, fragment and closing slash, in small letters.
fn address_key(address: &str) -> String {
    let address = fold(address).replace(' ', "");
    let is_scheme = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c));
    let address = address.split_once("://").filter(|(scheme, _)| is_scheme(scheme)).map_or(address.as_str(), |(_, rest)| rest);
    let address = address.split('#').next().unwrap_or_default();
    let (host, path) = address.split_at(address.find(['/', '?']).unwrap_or(address.len()));
    let host = host.rsplit('@').next().unwrap_or_default();
    let mut host = host.split(':').next().unwrap_or_default().trim_matches('.');
    while let Some(rest) = host.strip_prefix("www.") {
        host = rest.trim_matches('.');
    }
    if host.is_empty() {
        return String::new();
    }
    format!("{host}{}", path.trim_end_matches('/'))
}

fn host_of(address: &str) -> &str {
    address.split(['/', '?']).next().unwrap_or_default()
}

/// The host itself, or one below it.
fn host_accepts(own: &str, asked: &str) -> bool {
    own.strip_suffix(asked).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The same host or one below it, and the same path or one below it.
fn link_accepts(own: &str, asked: &str) -> bool {
    let (own_host, host) = (host_of(own), host_of(asked));
    let (own_path, path) = (&own[own_host.len()..], &asked[host.len()..]);
    host_accepts(own_host, host) && own_path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '&']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_table() {
        for (raw, key) in [
            ("https://www.Iberia.com/Vuelos/?a=1#x", "iberia.com/vuelos/?a=1"),
            ("iberia.com/", "iberia.com"),
            ("http://ana@x.com:8080/a", "x.com/a"),
            ("//", ""),
            ("x.com?q=1", "x.com?q=1"),
        ] {
            assert_eq!(address_key(raw), key, "{raw}");
            assert_eq!(address_key(key), key, "a key is its own key");
        }
    }

    #[test]
    fn accepting_table() {
        for (name, own, asked, expected) in [
            (FieldName::Site, "news.example.com", "example.com", true),
            (FieldName::Site, "badexample.com", "example.com", false),
            (FieldName::Link, "m.x.com/a/b?c=1", "x.com/a", true),
            (FieldName::Link, "x.com/ab", "x.com/a", false),
            (FieldName::Link, "x.com/a?c=1", "x.com/a", true),
            (FieldName::Link, "x.com", "x.com/a", false),
            (FieldName::Lang, "es-mx", "es", true),
            (FieldName::Lang, "est", "es", false),
            (FieldName::To, "ana@x.social", "ana", true),
            (FieldName::Tier, "gold", "gol", false),
        ] {
            assert_eq!(name.accepts(own, asked), expected, "{own} {asked}");
        }
    }
}
