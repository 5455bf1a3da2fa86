//! Posts from JSON Lines: every field a query can test, all but id and text optional.

use std::path::Path;

use serde_json::{Map, Value};
use tertulia_listen::Post;
use tertulia_listen::ast::{Has, Is};

use super::{Fault, Id, InputError, Place, lines, read};

/// One post.
pub struct PostLine {
    pub id: Id,
    text: String,
    single: Single,
    several: Several,
    has: Vec<Has>,
    is: Vec<Is>,
    numbers: Numbers,
}

/// Fields of one value.
struct Single {
    title: Option<String>,
    bio: Option<String>,
    alt: Option<String>,
    author: Option<String>,
    lang: Option<String>,
    country: Option<String>,
    channel: Option<String>,
    site: Option<String>,
    tier: Option<String>,
}

/// Fields of any number of values.
struct Several {
    links: Vec<String>,
    to: Vec<String>,
    tags: Vec<String>,
    segments: Vec<String>,
}

struct Numbers {
    followers: Option<u64>,
    likes: Option<u64>,
    shares: Option<u64>,
    age: Option<u64>,
    replies: Option<u64>,
}

impl PostLine {
    /// Calls `with` with the post as queries see it.
    pub fn view<T>(&self, with: impl FnOnce(&Post<'_>) -> T) -> T {
        let Single { title, bio, alt, author, lang, country, channel, site, tier } = &self.single;
        // Empty for most posts: that takes no memory.
        let [links, to, tags, segments] = [&self.several.links, &self.several.to, &self.several.tags, &self.several.segments]
            .map(|values| -> Vec<&str> { values.iter().map(String::as_str).collect() });
        with(&Post {
            text: &self.text,
            title: title.as_deref(),
            bio: bio.as_deref(),
            alt: alt.as_deref(),
            links: &links,
            author: author.as_deref(),
            to: &to,
            lang: lang.as_deref(),
            country: country.as_deref(),
            channel: channel.as_deref(),
            site: site.as_deref(),
            tags: &tags,
            segments: &segments,
            tier: tier.as_deref(),
            has: &self.has,
            is: &self.is,
            followers: self.numbers.followers,
            likes: self.numbers.likes,
            shares: self.numbers.shares,
            age: self.numbers.age,
            replies: self.numbers.replies,
        })
    }
}

/// Reads and checks all posts, in order; of several mistakes the first in the file is told.
pub fn read_posts(path: &Path, threads: usize) -> Result<Vec<PostLine>, InputError> {
    let bytes = read(path)?;
    let lines: Vec<(usize, &[u8])> = lines(&bytes).collect();
    let share = lines.len().div_ceil(threads).max(1);
    let read_chunk = |chunk: &[(usize, &[u8])]| chunk.iter().map(|(number, line)| post(Place { path, line: *number }, line)).collect();
    let parts: Vec<Result<Vec<PostLine>, InputError>> = std::thread::scope(|scope| {
        let running: Vec<_> = lines.chunks(share).map(|chunk| scope.spawn(|| read_chunk(chunk))).collect();
        running.into_iter().map(|r| r.join().unwrap_or_else(|p| std::panic::resume_unwind(p))).collect()
    });
    let mut posts = Vec::with_capacity(lines.len());
    for part in parts {
        posts.extend(part?);
    }
    Ok(posts)
}

fn post(at: Place<'_>, line: &[u8]) -> Result<PostLine, InputError> {
    let object = at.object(line)?;
    let id = at.id(&object)?;
    let text = at.text(&object, "text")?.ok_or_else(|| at.error(Some("text"), Fault::Missing))?;
    let author = object.get("author");
    let followers = match object.get("followers").filter(|v| !v.is_null()) {
        Some(count) => at.count("followers", Some(count))?,
        // The push API gives them with the author.
        None => at.count("author.followers", author.and_then(|a| a.get("followers")))?,
    };
    let single = |field| at.text(&object, field);
    let several = |field| at.texts(&object, field);
    let count = |field| at.count(field, object.get(field));
    let (mut has, mut is) = (at.choices(&object, "has", Has::named)?, at.choices(&object, "is", Is::named)?);
    let mut alt = single("alt")?;
    at.media(&object, &mut has, &mut alt)?;
    if object.get("in_reply_to").is_some_and(|parent| !parent.is_null()) {
        is.push(Is::Reply);
    }
    Ok(PostLine {
        id,
        text,
        single: Single {
            title: single("title")?,
            bio: single("bio")?,
            alt,
            author: at.author(author)?,
            lang: single("lang")?,
            country: single("country")?,
            channel: single("channel")?,
            // The post's own address, which the push API gives, says it too.
            site: single("site")?.map_or_else(|| single("url"), |site| Ok(Some(site)))?,
            tier: single("tier")?,
        },
        several: Several { links: several("links")?, to: several("to")?, tags: several("tags")?, segments: several("segments")? },
        has,
        is,
        numbers: Numbers { followers, likes: count("likes")?, shares: count("shares")?, age: count("age")?, replies: count("replies")? },
    })
}

impl Place<'_> {
    /// A whole number; absent and `null` are the same.
    fn count(&self, field: &'static str, value: Option<&Value>) -> Result<Option<u64>, InputError> {
        match value.filter(|v| !v.is_null()) {
            Some(count) => count.as_u64().map(Some).ok_or_else(|| self.error(Some(field), Fault::NotCount)),
            None => Ok(None),
        }
    }

    /// A text or a list of texts.
    pub(super) fn texts(&self, object: &Map<String, Value>, field: &'static str) -> Result<Vec<String>, InputError> {
        let fault = || self.error(Some(field), Fault::NotTexts);
        match object.get(field) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::String(text)) => Ok(vec![text.clone()]),
            Some(Value::Array(texts)) => texts.iter().map(|t| t.as_str().map(str::to_owned).ok_or_else(fault)).collect(),
            Some(_) => Err(fault()),
        }
    }

    /// Names the language knows, as in `has:image`.
    fn choices<T>(&self, object: &Map<String, Value>, field: &'static str, named: fn(&str) -> Option<T>) -> Result<Vec<T>, InputError> {
        let names = self.texts(object, field)?.into_iter();
        names.map(|name| named(&name).ok_or_else(|| self.error(Some(field), Fault::NotChoice(name)))).collect()
    }

    /// The files of a post as the push API gives them: what they are goes to `has`, what they show to `alt`.
    fn media(&self, object: &Map<String, Value>, has: &mut Vec<Has>, alt: &mut Option<String>) -> Result<(), InputError> {
        let fault = || self.error(Some("media"), Fault::NotMedia);
        let files = match object.get("media") {
            None | Some(Value::Null) => return Ok(()),
            Some(Value::Array(files)) => files,
            Some(_) => return Err(fault()),
        };
        for file in files {
            let file = file.as_object().ok_or_else(fault)?;
            match self.text(file, "kind")?.as_deref() {
                Some("image") => has.push(Has::Image),
                Some("video") => has.push(Has::Video),
                None | Some("audio" | "file") => {}
                Some(other) => return Err(self.error(Some("kind"), Fault::NotChoice(other.to_owned()))),
            }
            if let Some(line) = self.text(file, "alt")?.filter(|line| !line.trim().is_empty()) {
                *alt = Some(alt.take().map_or_else(|| line.clone(), |before| format!("{before}\n{line}")));
            }
        }
        Ok(())
    }

    /// A handle, or the push API's object with one.
    fn author(&self, author: Option<&Value>) -> Result<Option<String>, InputError> {
        match author {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Object(author)) => {
                let named = ["handle", "id"].iter().find_map(|key| author.get(*key).and_then(Value::as_str));
                let named = named.ok_or_else(|| self.error(Some("author"), Fault::NotAuthor))?;
                Ok(Some(named.to_owned()))
            }
            Some(_) => Err(self.error(Some("author"), Fault::NotAuthor)),
        }
    }
}
