//! A feed's document turned into posts. Pure: bytes in, posts out.

use super::Options;
use crate::plain;
use feed_rs::model::{Entry, Feed, Person, Text};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use tertulia_kernel::{
    Timestamp,
    event::{Author, IncomingPost, Media},
};
use url::Url;

/// Most entries taken from one document; the newest ones are.
pub(super) const MAX_ENTRIES: usize = 500;
/// Most elements (or JSON objects) a document may have, and how deep they may nest.
const MAX_ELEMENTS: usize = 200_000;
const MAX_OBJECTS: usize = 20_000;
const MAX_DEPTH: usize = 100;
const MAX_MEDIA: usize = 10;

/// What a document holds.
#[derive(Debug)]
pub(super) struct Document {
    /// The feed's own name.
    pub title: Option<String>,
    /// Its entries, oldest first.
    pub posts: Vec<IncomingPost>,
}

/// Reads a document that came from `url`. `now` stands in for dates that are missing or lie in the future.
pub(super) fn read(body: &[u8], url: &Url, options: &Options, now: Timestamp) -> Result<Document, String> {
    check_size(body)?;
    let parser = feed_rs::parser::Builder::new()
        .base_uri(Some(url.as_str()))
        // An entry without an id gets one from what identifies it best; see `external_id`.
        .id_generator(|_, _, _| String::new())
        .build();
    let feed = parser.parse(body).map_err(|error| error.to_string())?;
    let source = Source::new(&feed, url);
    let mut posts: Vec<_> = feed.entries.iter().filter_map(|entry| post(entry, &source, options, now)).collect();
    posts.sort_by_key(|post| post.occurred_at);
    posts.drain(..posts.len().saturating_sub(MAX_ENTRIES));
    Ok(Document { title: source.title, posts })
}

/// What every entry of a feed shares.
struct Source {
    url: String,
    host: String,
    title: Option<String>,
    lang: Option<String>,
    author: Option<Author>,
}

impl Source {
    fn new(feed: &Feed, url: &Url) -> Self {
        let mut source = Self {
            url: url.to_string(),
            host: url.host_str().unwrap_or_default().to_owned(),
            title: feed.title.as_ref().and_then(headline),
            lang: feed.language.as_deref().and_then(plain::some_line),
            author: None,
        };
        source.author = feed.authors.first().and_then(|person| source.person(person));
        source
    }

    fn person(&self, person: &Person) -> Option<Author> {
        let name = person.name.as_deref().map(plain::from_html);
        let name = name.as_deref().and_then(plain::some_line);
        let page = person.uri.as_deref().and_then(web_address);
        let mail = person.email.as_deref().and_then(plain::some_line).map(|mail| mail.to_lowercase());
        let external_id = page.clone().or(mail).or_else(|| name.as_ref().map(|name| format!("{}#{name}", self.url)))?;
        Some(Author { external_id, handle: self.host.clone(), name, url: page, ..Author::default() })
    }

    /// The feed itself, when nobody signs.
    fn itself(&self) -> Author {
        Author { external_id: self.url.clone(), handle: self.host.clone(), name: self.title.clone(), ..Author::default() }
    }
}

fn post(entry: &Entry, source: &Source, options: &Options, now: Timestamp) -> Option<IncomingPost> {
    let title = entry.title.as_ref().and_then(headline);
    let url = entry
        .links
        .iter()
        .find(|link| matches!(link.rel.as_deref(), None | Some("alternate")))
        .or(entry.links.first())
        .and_then(|link| web_address(&link.href));
    let body = if options.title_only { String::new() } else { body(entry) };
    let text = if body.is_empty() { title.clone().unwrap_or_default() } else { body };
    if text.is_empty() && url.is_none() {
        return None;
    }
    let author =
        entry.authors.first().and_then(|person| source.person(person)).or_else(|| source.author.clone()).unwrap_or_else(|| source.itself());
    let published = entry.published.or(entry.updated).map(|date| Timestamp::from_micros(date.timestamp_micros()));
    // A date in the future would keep an entry on top for ever; some clock skew is normal.
    let occurred_at = published.filter(|at| *at < now.plus_seconds(3_600)).unwrap_or(now);
    let external_id = external_id(entry, source, &url, &title, &text);
    let mut post = IncomingPost::new(external_id, author, text, occurred_at);
    post.revised_at = entry
        .updated
        .map(|date| Timestamp::from_micros(date.timestamp_micros()))
        .filter(|updated| *updated > occurred_at && *updated < now.plus_seconds(3_600));
    post.title = title;
    post.url = url;
    post.lang = entry.language.as_deref().and_then(plain::some_line).or_else(|| source.lang.clone());
    post.addressed = options.addressed;
    post.media = media(entry);
    Some(post)
}

/// The entry's own id, as long as it is one for the whole world (`https:`, `tag:`, `urn:`); a bare one ("17") is
/// only unique in its feed. Without an id: the link; without a link: the content.
fn external_id(entry: &Entry, source: &Source, url: &Option<String>, title: &Option<String>, text: &str) -> String {
    let own = plain::line(&entry.id);
    let id = if own.is_empty() {
        url.clone().unwrap_or_else(|| {
            let content = format!("{}\n{text}", title.as_deref().unwrap_or_default());
            format!("{}#{}", source.url, digest(content.as_bytes()))
        })
    } else if own.contains(':') && Url::parse(&own).is_ok() {
        own
    } else {
        format!("{}#{own}", source.url)
    };
    if id.len() > 500 { format!("{}#{}", source.host, digest(id.as_bytes())) } else { id }
}

fn body(entry: &Entry) -> String {
    let content = entry
        .content
        .as_ref()
        .and_then(|content| content.body.as_deref())
        .filter(|body| !body.trim().is_empty())
        .or(entry.summary.as_ref().map(|summary| &*summary.content));
    match content {
        Some(content) => readable(content),
        None => entry.media.iter().find_map(|object| object.description.as_ref()).map(|text| readable(&text.content)).unwrap_or_default(),
    }
}

fn headline(text: &Text) -> Option<String> {
    plain::some_line(&readable(&text.content))
}

/// Feeds state wrongly, or not at all, whether a text is markup: it is when it looks like it.
fn readable(content: &str) -> String {
    let marked_up = content
        .split('<')
        .skip(1)
        .any(|after| after.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!')) && after.contains('>'));
    let entity = content.split('&').skip(1).any(|after| {
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '#');
        end.is_some_and(|end| end > 0 && after[end..].starts_with(';'))
    });
    if marked_up || entity { plain::from_html(content) } else { plain::text(content) }
}

fn media(entry: &Entry) -> Vec<Media> {
    let enclosures = entry
        .links
        .iter()
        .filter(|link| link.rel.as_deref() == Some("enclosure"))
        .map(|link| (link.href.clone(), link.media_type.clone(), None));
    // What describes an entry that says nothing itself is its text already.
    let says = entry.content.is_some() || entry.summary.is_some();
    let objects = entry.media.iter().flat_map(|object| {
        let alt = object.description.as_ref().filter(|_| says).map(|text| readable(&text.content)).filter(|text| !text.is_empty());
        object.content.iter().filter_map(move |content| {
            let url = content.url.as_ref()?.to_string();
            Some((url, content.content_type.as_ref().map(ToString::to_string), alt.clone()))
        })
    });
    let mut media: Vec<Media> = Vec::new();
    for (url, mime, alt) in enclosures.chain(objects) {
        let Some(url) = web_address(&url) else {
            continue;
        };
        if media.len() < MAX_MEDIA && media.iter().all(|known| known.url.as_ref() != Some(&url)) {
            media.push(Media {
                mime: mime.and_then(|mime| plain::some_line(&mime)).unwrap_or_else(|| mime_of(&url)),
                name: None,
                alt,
                url: Some(url),
                bytes: None,
            });
        }
    }
    media
}

/// What a file is by its address, when the feed does not say.
fn mime_of(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    plain::mime_of(path).unwrap_or("application/octet-stream").to_owned()
}

/// The address when a browser may safely open it.
fn web_address(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.as_str().len() <= 2_000).then(|| url.to_string())
}

/// Refuses documents whose sheer number or depth of elements would exhaust memory or the parser's stack.
fn check_size(body: &[u8]) -> Result<(), String> {
    // UTF-16 documents have a zero in every other byte; what matters here is ASCII either way.
    let squeezed: Vec<u8>;
    let body = if body.iter().take(200).any(|byte| *byte == 0) {
        squeezed = body.iter().copied().filter(|byte| *byte != 0).collect();
        &squeezed
    } else {
        body
    };
    match body.iter().find(|byte| matches!(byte, b'<' | b'{')) {
        Some(b'{') => {
            let objects = body.iter().filter(|byte| **byte == b'{').count();
            if objects > MAX_OBJECTS {
                return Err(format!("more than {MAX_OBJECTS} objects"));
            }
        }
        _ => check_elements(body)?,
    }
    Ok(())
}

fn check_elements(body: &[u8]) -> Result<(), String> {
    let (mut at, mut depth, mut elements) = (0, 0usize, 0usize);
    let find = |from: usize, end: &[u8]| {
        body[from..].windows(end.len()).position(|window| window == end).map_or(body.len(), |found| from + found + end.len())
    };
    while let Some(found) = body[at..].iter().position(|byte| *byte == b'<') {
        let start = at + found + 1;
        let inside = &body[start..];
        if inside.starts_with(b"!--") {
            at = find(start + 3, b"-->");
        } else if inside.starts_with(b"![CDATA[") {
            at = find(start, b"]]>");
        } else {
            at = find(start, b">");
            match inside.first() {
                Some(b'!' | b'?') => {}
                Some(b'/') => depth = depth.saturating_sub(1),
                _ => {
                    elements += 1;
                    if at < 2 || body.get(at - 2) != Some(&b'/') {
                        depth += 1;
                    }
                }
            }
        }
        if depth > MAX_DEPTH {
            return Err(format!("elements nested more than {MAX_DEPTH} deep"));
        }
        if elements > MAX_ELEMENTS {
            return Err(format!("more than {MAX_ELEMENTS} elements"));
        }
    }
    Ok(())
}

/// Sixteen hexadecimal digits that stand for the bytes.
pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).fold(String::new(), |mut hex, byte| {
        // Writing to a string can't fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    //! What comes with an entry.
    use super::*;
    use tertulia_kernel::event::MediaKind;

    #[test]
    fn enclosures_and_media_are_what_they_show() {
        let feed = br#"<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Blog</title>
            <item><guid>https://b.example/1</guid><title>Uno</title><pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate>
                <enclosure url="https://b.example/caja.JPG?w=1" length="1"/></item>
            <item><guid>https://b.example/2</guid><title>Dos</title><description>Se rompe</description>
                <pubDate>Fri, 20 Nov 2026 11:00:00 GMT</pubDate>
                <media:content url="https://b.example/2" type="video/mp4"><media:description>Una caja rota</media:description></media:content></item>
            </channel></rss>"#;
        let url = Url::parse("https://b.example/rss").expect("a URL");
        let options = Options { urls: Vec::new(), poll_minutes: 1, title_only: false, addressed: false };
        let posts = read(feed, &url, &options, Timestamp::from_seconds(1_795_262_400)).expect("a feed").posts;
        let media: Vec<_> = posts.iter().flat_map(|post| &post.media).map(|file| (file.kind(), file.alt.as_deref())).collect();
        assert_eq!(media, [(Some(MediaKind::Image), None), (Some(MediaKind::Video), Some("Una caja rota"))]);
    }
}
