//! The test bench: a query that is not saved, texts that were pasted, and for each why it matches or why not.

use super::{bounded, reasons::Reasons};
use crate::{
    Actor, App, AppError, Result,
    listening::PostText,
    lists,
    query::Query,
    view::{FoundPart, found_parts, to_utf16},
};
use serde::Deserialize;
use tertulia_kernel::{
    Timestamp,
    event::{Author, Counts, IncomingPost, Media},
};
use tertulia_store::extras::Extras;

pub use super::reasons::Reason;

/// Most texts.
const MOST: usize = 100;
/// Longest input, in bytes.
const LONGEST: usize = 200_000;

/// What became of one text.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The text.
    pub text: String,
    /// Its headline.
    pub title: Option<String>,
    /// It matches.
    pub matches: bool,
    /// What the query found in the text, in UTF-16 code units.
    pub ranges: Vec<[u32; 2]>,
    /// The same part by part.
    pub found: Vec<FoundPart>,
    /// Why it does not match.
    pub reasons: Vec<Reason>,
}

/// A pasted post.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pasted {
    text: String,
    title: Option<String>,
    author: Option<String>,
    lang: Option<String>,
    channel: Option<String>,
    followers: Option<u64>,
    url: Option<String>,
    #[serde(default)]
    media: Vec<PastedFile>,
    #[serde(default)]
    to: Vec<String>,
    country: Option<String>,
    likes: Option<u64>,
    shares: Option<u64>,
    replies: Option<u64>,
}

/// A file of a pasted post.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PastedFile {
    kind: Option<String>,
    alt: Option<String>,
}

impl Pasted {
    /// As intake would make them of it.
    fn extras(&self) -> Extras {
        let media = self.media.iter().map(|file| Media {
            mime: format!("{}/*", file.kind.as_deref().unwrap_or("file")),
            name: None,
            alt: file.alt.clone(),
            url: None,
            bytes: None,
        });
        Extras::from(&IncomingPost {
            media: media.collect(),
            to: self.to.clone(),
            country: self.country.clone(),
            counts: Counts { likes: self.likes, shares: self.shares, replies: self.replies },
            ..IncomingPost::new("", Author::default(), "", Timestamp::default())
        })
    }
}

/// A pasted post or just its text.
#[allow(clippy::large_enum_variant, reason = "read one at a time, and gone at once")]
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOf {
    Text(String),
    Post(Box<Pasted>),
}

impl From<OneOf> for Pasted {
    fn from(one: OneOf) -> Self {
        match one {
            OneOf::Text(text) => Self { text, ..Self::default() },
            OneOf::Post(post) => *post,
        }
    }
}

/// Tries a query on pasted texts: one a line, each plain or a JSON object, or one JSON array.
pub async fn try_query(app: &App, _: &Actor, query: &str, input: &str) -> Result<Vec<Tried>> {
    bounded(query)?;
    let query = Query::parse(query, &lists::named(&mut app.store.read().await?, [query]).await?)?;
    let posts = read(input)?;
    let why = Reasons::new(&query);
    let tried = posts.into_iter().map(|pasted| {
        let extras = pasted.extras();
        let post = PostText {
            title: pasted.title.as_deref(),
            text: &pasted.text,
            author: pasted.author.as_deref().unwrap_or_default(),
            lang: pasted.lang.as_deref(),
            channel: pasted.channel.as_deref().unwrap_or_default(),
            followers: pasted.followers,
            url: pasted.url.as_deref(),
            extras: Some(&extras),
            ..PostText::default()
        };
        let matches = query.matches(&post);
        let ranges = to_utf16(post.text, &query.explain(&post));
        let found = found_parts(&query, &post);
        let reasons = if matches { Vec::new() } else { why.of(&post) };
        Tried { matches, ranges, found, reasons, text: pasted.text, title: pasted.title }
    });
    Ok(tried.collect())
}

fn read(input: &str) -> Result<Vec<Pasted>> {
    let wrong = |code, message: String| AppError::field("input", code, message);
    if input.len() > LONGEST {
        return Err(wrong("too_long", "at most 200 kB".into()));
    }
    let input = input.trim();
    let posts: Vec<Pasted> = if input.starts_with('[') && input.ends_with(']') && serde_json::from_str::<serde_json::Value>(input).is_ok() {
        let list: Vec<OneOf> = serde_json::from_str(input).map_err(|_| {
            wrong("malformed", "each element is a text or an object with text, title, author, lang, channel, followers, url, media, to, country, likes, shares, replies".into())
        })?;
        list.into_iter().map(Pasted::from).filter(|post| !post.text.trim().is_empty()).collect()
    } else {
        let mut posts = Vec::new();
        for (number, line) in (1..).zip(input.lines()) {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            posts.push(if line.starts_with('{') {
                serde_json::from_str(line).map_err(|error| wrong("malformed", format!("line {number}: {error}")))?
            } else {
                Pasted { text: line.to_owned(), ..Pasted::default() }
            });
        }
        posts
    };
    if posts.is_empty() {
        return Err(wrong("required", "paste at least one text".into()));
    }
    if posts.len() > MOST {
        return Err(wrong("too_many", format!("at most {MOST} texts")));
    }
    Ok(posts)
}

#[cfg(test)]
mod tests {
    //! What can be pasted.
    use super::*;

    #[test]
    fn lines_objects_and_arrays() {
        let texts = |input: &str| read(input).map(|posts| posts.into_iter().map(|post| post.text).collect::<Vec<_>>());
        assert_eq!(texts("uno\n\n {\"text\":\"dos\\nlíneas\",\"lang\":\"es\"}\r\n[tres]").expect("read"), ["uno", "dos\nlíneas", "[tres]"]);
        assert_eq!(texts("[\"uno\", {\"text\":\"dos\"}]").expect("read"), ["uno", "dos"]);
        for (input, code) in [(" \n", "required"), ("{\"text\":", "malformed"), ("[1]", "malformed"), (&"x\n".repeat(101), "too_many")] {
            assert_eq!(read(input).expect_err(input).fields[0].code, code);
        }
        let post =
            read(r#"{"text": "a", "media": [{"kind": "video", "alt": "un gato"}], "to": ["ana"], "likes": 3}"#).expect("read").remove(0);
        let extras = post.extras();
        assert_eq!((extras.image, extras.video, extras.alt.as_deref()), (false, true, Some("un gato")));
        assert_eq!((extras.to, extras.counts.likes), (vec!["ana".to_owned()], Some(3)));
        assert!(read("a\n{\"texto\":\"b\"}").expect_err("unknown field").message.contains("line 2"));
    }
}
