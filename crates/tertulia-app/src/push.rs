//! Reading pushed posts: from JSON somebody else wrote to an [`IncomingPost`], or to words that say which field is
//! wrong, how, and what to do. The reading is pure and shared with the replay channel; [`take`] is `POST /api/v1/posts`.
//!
//! What is not known is ignored, so that a source may send more than we read. What is known must be right.

mod extras;
mod take;

pub use take::{Pushed, must_push, take};

use serde_json::Value;
use std::fmt;
use tertulia_kernel::{
    Timestamp,
    event::{Author, IncomingPost},
};

/// Most posts in one request.
pub const MOST_POSTS: usize = 1_000;
/// Longest post as it is written, in bytes: the longest text with every letter escaped, and some room.
pub const LONGEST_POST: usize = 256 * 1024;
/// Longest text, in characters.
pub const LONGEST_TEXT: usize = 20_000;
/// Longest id, handle or name, in characters; an id has at most twice as many bytes.
pub const LONGEST_ID: usize = 512;
/// Longest headline, in characters.
pub const LONGEST_TITLE: usize = 1_000;
/// Longest address, in characters.
pub const LONGEST_URL: usize = 2_048;
/// How far a source's clock may be ahead, in seconds.
pub const AHEAD: i64 = 86_400;

/// Why a post was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}; {remedy}")]
pub struct WrongPost {
    /// Path of the field in the post (`author.id`).
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

impl WrongPost {
    /// From a field, what is wrong with it and what to do.
    pub fn new(field: &'static str, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { field, problem: problem.into(), remedy: remedy.into() }
    }
}

/// Reads one pushed post. `now` is only for refusing posts from the far future.
pub fn read_post(value: &Value, now: Timestamp) -> Result<IncomingPost, WrongPost> {
    let at = read_at(value, now)?;
    read_post_at(value, at)
}

/// Reads one post whose time is known already; its `at` is not looked at.
pub fn read_post_at(value: &Value, at: Timestamp) -> Result<IncomingPost, WrongPost> {
    object(value)?;
    let id = required(value, "id", LONGEST_ID)?;
    let text = text(value, "text", LONGEST_TEXT)?.ok_or_else(|| missing("text"))?;
    if text.trim().is_empty() {
        return Err(WrongPost::new("text", "is empty", "send posts that say something"));
    }
    let mut post = IncomingPost::new(id, read_author(value)?, text, at);
    post.title = text_if_any(value, "title", LONGEST_TITLE)?;
    post.url = read_url(value)?;
    post.in_reply_to = identifier(value, "in_reply_to")?;
    post.lang = read_lang(value)?;
    post.media = extras::read_media(value)?;
    post.to = extras::read_to(value)?;
    post.counts = extras::read_counts(value)?;
    post.country = extras::read_country(value)?;
    post.raw = Some(value.to_string());
    Ok(post)
}

/// Reads `author`.
pub fn read_author(value: &Value) -> Result<Author, WrongPost> {
    let author = match value.get("author") {
        Some(author @ Value::Object(_)) => author,
        None | Some(Value::Null) => return Err(missing_with("author", "give {\"id\": …, \"handle\": …}")),
        Some(other) => return Err(wrong_type("author", other, "an object {\"id\": …, \"handle\": …}")),
    };
    let handle = required_as(author, "handle", "author.handle", LONGEST_ID)?;
    let shown = handle.trim().trim_start_matches('@');
    Ok(Author {
        external_id: required_as(author, "id", "author.id", LONGEST_ID)?,
        handle: if shown.is_empty() { handle.clone() } else { shown.to_owned() },
        name: text_as(author, "name", "author.name", LONGEST_ID)?.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()),
        url: None,
        avatar_url: None,
        followers: read_followers(author)?,
    })
}

/// Reads an optional id that is no longer than ids may be (`in_reply_to`).
pub fn identifier(value: &Value, field: &'static str) -> Result<Option<String>, WrongPost> {
    match value.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(_) => required(value, field, LONGEST_ID).map(Some),
    }
}

fn read_at(value: &Value, now: Timestamp) -> Result<Timestamp, WrongPost> {
    object(value)?;
    const REMEDY: &str = "write it as in RFC 3339 with an offset, for example 2026-11-21T10:30:00-05:00";
    let at = match value.get("at") {
        Some(Value::String(at)) => at,
        None | Some(Value::Null) => return Err(missing_with("at", REMEDY)),
        Some(other) => return Err(wrong_type("at", other, "text like 2026-11-21T10:30:00-05:00")),
    };
    let at = Timestamp::parse_rfc3339(at).ok_or_else(|| WrongPost::new("at", format!("'{}' is no date and time", excerpt(at)), REMEDY))?;
    if at > now.plus_seconds(AHEAD) {
        return Err(WrongPost::new("at", format!("{at:?} is in the future"), "check the source's clock and its offset from UTC"));
    }
    if at.as_micros() < 0 {
        return Err(WrongPost::new("at", format!("{at:?} is before 1970"), "send the time the post was written"));
    }
    Ok(at)
}

fn read_followers(author: &Value) -> Result<Option<u64>, WrongPost> {
    const FIELD: &str = "author.followers";
    match author.get("followers") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => match number.as_u64() {
            // The database counts up to 2^63.
            Some(followers) if i64::try_from(followers).is_ok() => Ok(Some(followers)),
            _ => Err(WrongPost::new(FIELD, format!("{number} is no count of people"), "give a whole number from 0, or leave it out")),
        },
        Some(other) => Err(wrong_type(FIELD, other, "a whole number from 0")),
    }
}

fn read_url(value: &Value) -> Result<Option<String>, WrongPost> {
    text_if_any(value, "url", LONGEST_URL)?.map(|url| web_address("url", url)).transpose()
}

fn web_address(field: &'static str, url: String) -> Result<String, WrongPost> {
    let rest = ["https://", "http://"].iter().find_map(|scheme| {
        let start = url.get(..scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then(|| &url[scheme.len()..])
    });
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let possible = host.is_some_and(|host| !host.is_empty()) && !url.chars().any(|c| c.is_whitespace() || c.is_control());
    if possible {
        Ok(url)
    } else {
        Err(WrongPost::new(
            field,
            format!("'{}' is no web address", excerpt(&url)),
            "give an address that begins with https:// or http://, or leave it out",
        ))
    }
}

fn read_lang(value: &Value) -> Result<Option<String>, WrongPost> {
    let Some(lang) = text_if_any(value, "lang", 35)? else { return Ok(None) };
    let mut parts = lang.split('-');
    let first = parts.next().unwrap_or_default();
    let possible = (2..=8).contains(&first.len())
        && first.chars().all(|c| c.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()));
    if possible {
        Ok(Some(lang))
    } else {
        Err(WrongPost::new(
            "lang",
            format!("'{}' is no language", excerpt(&lang)),
            "give a language tag like es, en or pt-BR, or leave it out",
        ))
    }
}

fn object(value: &Value) -> Result<(), WrongPost> {
    if value.is_object() {
        Ok(())
    } else {
        Err(wrong_type("post", value, "an object {\"id\": …, \"text\": …, \"author\": …, \"at\": …}"))
    }
}

fn required(value: &Value, field: &'static str, most: usize) -> Result<String, WrongPost> {
    required_as(value, field, field, most)
}

/// A text that names something: it must be there, be visible and hold no control characters.
fn required_as(value: &Value, key: &str, field: &'static str, most: usize) -> Result<String, WrongPost> {
    let text = text_as(value, key, field, most)?.ok_or_else(|| missing(field))?;
    if text.trim().is_empty() {
        return Err(WrongPost::new(field, "is empty", "give the source's own"));
    }
    if text.chars().any(char::is_control) {
        return Err(WrongPost::new(field, "holds control characters", "send it without them"));
    }
    if text.len() > 2 * LONGEST_ID {
        return Err(WrongPost::new(field, format!("is {} bytes long", text.len()), format!("the most is {}", 2 * LONGEST_ID)));
    }
    Ok(text)
}

fn text_if_any(value: &Value, field: &'static str, most: usize) -> Result<Option<String>, WrongPost> {
    Ok(text_as(value, field, field, most)?.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
}

fn text(value: &Value, field: &'static str, most: usize) -> Result<Option<String>, WrongPost> {
    text_as(value, field, field, most)
}

fn text_as(value: &Value, key: &str, field: &'static str, most: usize) -> Result<Option<String>, WrongPost> {
    match value.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => {
            let length = text.chars().count();
            if length > most {
                return Err(WrongPost::new(field, format!("is {length} characters long"), format!("the most is {most}")));
            }
            // PostgreSQL can't store this one character.
            Ok(Some(text.replace('\0', "\u{fffd}")))
        }
        Some(other) => Err(wrong_type(field, other, "text")),
    }
}

fn missing(field: &'static str) -> WrongPost {
    missing_with(field, "every post needs it")
}

fn missing_with(field: &'static str, remedy: &str) -> WrongPost {
    WrongPost::new(field, "is missing", remedy)
}

fn wrong_type(field: &'static str, value: &Value, wanted: &str) -> WrongPost {
    WrongPost::new(field, format!("is {}", Kind(value)), format!("it must be {wanted}"))
}

/// The kind of a JSON value, in words.
struct Kind<'v>(&'v Value);

impl fmt::Display for Kind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        })
    }
}

fn excerpt(text: &str) -> String {
    let mut start: String = text.chars().take(40).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    start
}

#[cfg(test)]
mod tests {
    //! What is taken, and what is said about the rest.
    use super::*;
    use serde_json::json;

    const NOON: Timestamp = Timestamp::from_seconds(1_795_262_400);

    fn good() -> Value {
        json!({"id": "p-1", "text": "Mi paquete no llega", "author": {"id": "u-1", "handle": "@ana", "name": "Ana", "followers": 12},
            "at": "2026-11-21T10:30:00-05:00", "url": "https://red.example/p/1", "in_reply_to": "p-0", "lang": "es-CO", "more": [1]})
    }

    fn with(path: &str, value: Value) -> Value {
        let mut post = good();
        *post.pointer_mut(path).expect("the path is there") = value;
        post
    }

    #[test]
    fn a_post_keeps_everything_it_says() {
        let post = read_post(&good(), NOON).expect("good");
        assert_eq!((post.external_id.as_str(), post.text.as_str(), post.lang.as_deref()), ("p-1", "Mi paquete no llega", Some("es-CO")));
        assert_eq!((post.author.handle.as_str(), post.author.name.as_deref(), post.author.followers), ("ana", Some("Ana"), Some(12)));
        assert_eq!(post.occurred_at.to_rfc3339(), "2026-11-21T15:30:00.000Z");
        assert_eq!((post.url.as_deref(), post.in_reply_to.as_deref()), (Some("https://red.example/p/1"), Some("p-0")));
        let raw: Value = serde_json::from_str(&post.raw.expect("kept")).expect("JSON");
        assert_eq!(raw, good());
    }

    #[test]
    fn what_may_be_left_out_may_also_be_null() {
        let post = json!({"id": "1", "text": "x", "author": {"id": "u", "handle": "h", "name": null}, "at": "2026-11-21T10:30:00Z", "url": null, "lang": null});
        let post = read_post(&post, NOON).expect("good");
        assert_eq!((post.url, post.lang, post.author.name, post.author.followers), (None, None, None, None));
    }

    #[test]
    fn each_wrong_field_is_named_with_its_remedy() {
        let long = "a".repeat(LONGEST_ID + 1);
        let table: Vec<(Value, &str, &str)> = vec![
            (json!("text"), "post", "is text; it must be an object"),
            (with("/id", json!(7)), "id", "is a number; it must be text"),
            (with("/id", json!(" ")), "id", "is empty"),
            (with("/id", json!(long)), "id", "is 513 characters long; the most is 512"),
            (with("/id", json!("a\nb")), "id", "control characters"),
            (with("/id", json!("中".repeat(400))), "id", "is 1200 bytes long; the most is 1024"),
            (with("/text", Value::Null), "text", "is missing"),
            (with("/text", json!(" \n")), "text", "is empty"),
            (with("/text", json!("ñ".repeat(20_001))), "text", "is 20001 characters long; the most is 20000"),
            (with("/author", json!("ana")), "author", "is text; it must be an object"),
            (with("/author/id", Value::Null), "author.id", "is missing"),
            (with("/author/handle", json!([])), "author.handle", "is a list; it must be text"),
            (with("/author/followers", json!(-1)), "author.followers", "-1 is no count of people"),
            (with("/author/followers", json!(1.5)), "author.followers", "1.5 is no count"),
            (with("/author/followers", json!(u64::MAX)), "author.followers", "no count"),
            (with("/author/followers", json!("12")), "author.followers", "is text; it must be a whole number"),
            (with("/at", json!("yesterday")), "at", "'yesterday' is no date and time; write it as in RFC 3339"),
            (with("/at", json!("2026-11-21T10:30:00")), "at", "is no date and time"),
            (with("/at", json!("2031-01-01T00:00:00Z")), "at", "is in the future; check the source's clock"),
            (with("/at", json!("1931-01-01T00:00:00Z")), "at", "is before 1970"),
            (with("/url", json!("javascript:alert(1)")), "url", "is no web address; give an address that begins with https://"),
            (with("/url", json!("https://")), "url", "is no web address"),
            (with("/url", json!("https://a b")), "url", "is no web address"),
            (with("/url", json!("ftp://a")), "url", "is no web address"),
            (with("/lang", json!("español")), "lang", "is no language"),
            (with("/lang", json!("e")), "lang", "is no language"),
            (with("/in_reply_to", json!("")), "in_reply_to", "is empty"),
        ];
        for (post, field, words) in table {
            let wrong = read_post(&post, NOON).expect_err(words);
            assert_eq!(wrong.field, field, "{wrong}");
            assert!(wrong.to_string().contains(words), "{wrong} / {words}");
        }
    }

    #[test]
    fn a_text_may_be_as_long_as_allowed_and_loses_only_what_no_database_keeps() {
        let text = "ñ".repeat(LONGEST_TEXT);
        assert_eq!(read_post(&with("/text", json!(text)), NOON).expect("good").text, text);
        assert_eq!(read_post(&with("/text", json!("a\0b")), NOON).expect("good").text, "a\u{fffd}b");
    }

    #[test]
    fn a_clock_somewhat_ahead_is_forgiven() {
        let at = NOON.plus_seconds(AHEAD).to_rfc3339();
        assert!(read_post(&with("/at", json!(at)), NOON).is_ok());
    }
}
