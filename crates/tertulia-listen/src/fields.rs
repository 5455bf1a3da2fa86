//! The fields of a post a query can test, and how their values are written.

use tertulia_kernel::text::fold;

use crate::ast::{Comparison, Field};
use crate::error::ErrorCode;

/// The fields of this version of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldName {
    Author,
    Lang,
    Channel,
    Followers,
}

/// Fields the language has reserved and does not offer yet.
const RESERVED: &[&str] =
    &["country", "to", "in", "site", "link", "has", "is", "likes", "shares", "age", "tag", "list", "crm", "url", "title", "http", "https"];

/// The field of a name, in any case.
pub(crate) fn field_name(name: &str) -> Result<FieldName, ErrorCode> {
    match name.to_ascii_lowercase().as_str() {
        "author" => Ok(FieldName::Author),
        "lang" => Ok(FieldName::Lang),
        "channel" => Ok(FieldName::Channel),
        "followers" => Ok(FieldName::Followers),
        "http" | "https" => Err(ErrorCode::WebAddress),
        name if RESERVED.contains(&name) => Err(ErrorCode::NotAvailable),
        _ => Err(ErrorCode::UnknownField),
    }
}

/// The comparison at the beginning of a text, and the bytes its sign takes.
pub(crate) fn comparison(text: &str) -> (Comparison, usize) {
    [(">=", Comparison::AtLeast), ("<=", Comparison::AtMost), (">", Comparison::More), ("<", Comparison::Less), ("=", Comparison::Equal)]
        .into_iter()
        .find(|(sign, _)| text.starts_with(sign))
        .map_or((Comparison::Equal, 1), |(sign, comparison)| (comparison, sign.len()))
}

/// The value in the form it is compared in; `None` when nothing is left or it could not be written back.
pub(crate) fn value(field: FieldName, raw: &str) -> Option<String> {
    let folded = match field {
        FieldName::Author => author_key(raw),
        FieldName::Lang => lang_key(raw),
        FieldName::Channel | FieldName::Followers => fold(raw),
    };
    let usable = |c: char| !matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂');
    let tag = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let usable = |c: char| {
        if field == FieldName::Lang { tag(c) } else { usable(c) }
    };
    (!folded.is_empty() && folded.chars().all(usable)).then_some(folded)
}

/// An author's handle as it is compared: folded, without its `@`.
pub(crate) fn author_key(author: &str) -> String {
    fold(fold(author).trim_start_matches('@'))
}

/// A language tag as it is compared: `es-MX` and `es_mx` are the same.
pub(crate) fn lang_key(lang: &str) -> String {
    fold(lang).replace('_', "-")
}

/// The field test of a list of values.
pub(crate) fn listed(field: FieldName, values: Vec<String>) -> Field {
    match field {
        FieldName::Author => Field::Author(values),
        FieldName::Lang => Field::Lang(values),
        FieldName::Channel | FieldName::Followers => Field::Channel(values),
    }
}
