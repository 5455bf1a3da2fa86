//! Reads a status (a post, in the API's word) of any Mastodon-compatible server.
//!
//! Servers differ: fields are missing, null, numbers instead of strings, dates without fractions. Only what makes a post a
//! post is demanded (an id and an author); everything else is read where it is there and left out where it is not.

use super::{ids, markup};
use crate::plain;
use serde_json::{Value, json};
use tertulia_kernel::{
    Timestamp,
    event::{Author, Counts, IncomingPost, Media, Visibility},
};

/// Longest raw status kept beside a post, in bytes.
const MAX_RAW: usize = 256 * 1024;
/// Longest name, handle or address taken from a server, in characters.
const MAX_FIELD: usize = 2_000;
/// Most mentions read from one post.
const MAX_MENTIONS: usize = 50;
/// Most attachments read from one post.
const MAX_MEDIA: usize = 32;

/// The account we are signed in as, and the server it lives on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Me {
    /// Its id on the server.
    pub id: String,
    /// `user@domain`, without `@` in front.
    pub handle: String,
    /// Profile address.
    pub url: Option<String>,
    /// Actor address; often another than the profile's.
    pub uri: Option<String>,
    /// The domain in the handles of this server's accounts.
    pub domain: String,
}

impl Me {
    /// Reads the answer of `verify_credentials`. `domain` is the server's own, for handles that lack one.
    pub fn read(account: &Value, domain: &str) -> Option<Self> {
        Some(Self {
            id: id(account, "id")?,
            handle: handle(account, domain)?,
            url: text(account, "url"),
            uri: text(account, "uri"),
            domain: domain.to_owned(),
        })
    }

    fn is(&self, account: &Value) -> bool {
        id(account, "id").is_some_and(|id| id == self.id)
            || handle(account, &self.domain).is_some_and(|handle| handle.eq_ignore_ascii_case(&self.handle))
            || self.is_address(text(account, "url").as_deref())
            || self.is_address(text(account, "uri").as_deref())
    }

    fn is_address(&self, address: Option<&str>) -> bool {
        address.is_some_and(|address| [&self.url, &self.uri].into_iter().flatten().any(|own| own == address))
    }
}

/// How a status reached us, which tells what its fields may leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// By a notification: it mentions us even if its fields hide it.
    Mention,
    /// By a timeline anybody can read: without a stated visibility it is public.
    Public,
    /// By our own timeline: without a stated visibility it is private.
    Personal,
}

impl Reached {
    /// As it is kept beside a status in quarantine.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mention => "mention",
            Self::Public => "public",
            Self::Personal => "personal",
        }
    }
    /// The other way round.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Mention, Self::Public, Self::Personal].into_iter().find(|reached| reached.as_str() == name)
    }
}

/// A status as a post, or why it can't be one. `now` stands in for a missing date.
pub fn read(status: &Value, me: &Me, reached: Reached, now: Timestamp) -> Result<IncomingPost, String> {
    if !status.is_object() {
        return Err("not an object".into());
    }
    // A boost shows somebody else's post: that post is what was said.
    if let Some(boosted) = status.get("reblog").filter(|inner| inner.get("account").is_some()) {
        let reached = if reached == Reached::Mention { Reached::Personal } else { reached };
        return read_one(boosted, me, reached, now);
    }
    read_one(status, me, reached, now)
}

fn read_one(status: &Value, me: &Me, reached: Reached, now: Timestamp) -> Result<IncomingPost, String> {
    let external_id = id(status, "id").ok_or("the status has no id")?;
    let account = status.get("account").ok_or("the status has no account")?;
    let author = author(account, &me.domain).ok_or("the status's account has neither address nor name")?;

    let plain = status.get("content").and_then(Value::as_str).map(markup::read);
    let mut words = plain.as_ref().map(|plain| plain.text.clone()).unwrap_or_default();
    if words.is_empty() {
        // Some servers send the source only.
        words = text(status, "text").unwrap_or_default();
    }
    for option in status.pointer("/poll/options").and_then(Value::as_array).into_iter().flatten().take(20) {
        if let Some(title) = text(option, "title") {
            words.push_str(if words.is_empty() { "• " } else { "\n• " });
            words.push_str(&markup::read(&title).text);
        }
    }

    let visibility = match (status.get("visibility").and_then(Value::as_str), reached) {
        (Some("public" | "unlisted" | "local"), _) | (None, Reached::Public) => Visibility::Public,
        _ => Visibility::Private,
    };
    let own = me.is(account);
    let addressed = !own
        && (reached == Reached::Mention
            || status.get("visibility").and_then(Value::as_str) == Some("direct")
            || list(status, "mentions").any(|mention| me.is(mention))
            || id(status, "in_reply_to_account_id").is_some_and(|id| id == me.id)
            || plain.iter().flat_map(|plain| &plain.links).any(|link| link.mention && me.is_address(Some(&link.href))));

    let stable_id = ids::stable(&external_id);
    let mut post = IncomingPost::new(stable_id, author, words, moment(status, "created_at").unwrap_or(now));
    post.title = text(status, "spoiler_text").map(|warning| markup::read(&warning).text).filter(|text| !text.is_empty());
    post.url = address(status, "url").or_else(|| address(status, "uri"));
    post.lang = text(status, "language").filter(|lang| lang.len() <= 35);
    post.in_reply_to = id(status, "in_reply_to_id").map(|id| ids::stable(&id));
    post.thread = thread(status, visibility);
    post.visibility = visibility;
    post.addressed = addressed;
    post.own = own;
    post.media = list(status, "media_attachments").take(MAX_MEDIA).filter_map(media).collect();
    post.to = addressed_to(status, account, me);
    let count = |key| status.get(key).and_then(Value::as_u64);
    post.counts = Counts { likes: count("favourites_count"), shares: count("reblogs_count"), replies: count("replies_count") };
    post.revised_at = moment(status, "edited_at");
    let raw = status.to_string();
    post.raw = (raw.len() <= MAX_RAW).then_some(raw);
    Ok(post)
}

/// Handles of those a status mentions, and of whom it answers unless that is its own author.
fn addressed_to(status: &Value, account: &Value, me: &Me) -> Vec<String> {
    let answered = id(status, "in_reply_to_account_id").filter(|answered| id(account, "id").as_ref() != Some(answered));
    let mut to: Vec<String> = list(status, "mentions").take(MAX_MENTIONS).filter_map(|mention| handle(mention, &me.domain)).collect();
    let is_named = || list(status, "mentions").any(|mention| id(mention, "id") == answered);
    if answered.is_some() && !is_named() {
        // Nobody has to be named to be answered.
        let told = status.get("pleroma").map(|more| json!({"acct": more.get("in_reply_to_account_acct")}));
        let ours = answered.is_some_and(|answered| answered == me.id).then(|| me.handle.clone());
        to.extend(ours.or_else(|| handle(&told?, &me.domain)));
    }
    to
}

/// The thread key some servers give. A private branch of a public thread is a thread of its own.
fn thread(status: &Value, visibility: Visibility) -> Option<String> {
    let key = status.get("pleroma").and_then(|more| id(more, "conversation_id")).or_else(|| id(status, "conversation_id"))?;
    Some(match visibility {
        Visibility::Public => key,
        Visibility::Private => format!("{key}:private"),
    })
}

/// An account as an author; `domain` completes the handle of a local account.
pub fn author(account: &Value, domain: &str) -> Option<Author> {
    let handle = handle(account, domain);
    let url = address(account, "url");
    // The profile's address first: every version of every server has it, and the same one for local and remote readers.
    let external_id = url.clone().or_else(|| address(account, "uri")).or_else(|| handle.clone())?;
    Some(Author {
        handle: handle.unwrap_or_else(|| external_id.clone()),
        name: text(account, "display_name").map(|name| markup::decode(&name)).map(one_line),
        avatar_url: address(account, "avatar"),
        followers: account.get("followers_count").and_then(Value::as_u64),
        url,
        external_id,
    })
}

/// `user@domain` of an account.
fn handle(account: &Value, domain: &str) -> Option<String> {
    let acct = text(account, "acct").or_else(|| text(account, "username"))?;
    let acct = one_line(acct.trim_start_matches('@').to_owned());
    (!acct.is_empty()).then(|| if acct.contains('@') { acct } else { format!("{acct}@{domain}") })
}

fn media(attachment: &Value) -> Option<Media> {
    let url = address(attachment, "url").or_else(|| address(attachment, "remote_url")).or_else(|| address(attachment, "preview_url"))?;
    let name =
        url::Url::parse(&url).ok().and_then(|url| url.path_segments()?.next_back().map(str::to_owned)).filter(|name| !name.is_empty());
    let mime = attachment
        .pointer("/pleroma/mime_type")
        .or_else(|| attachment.get("mime_type"))
        .and_then(Value::as_str)
        .filter(|mime| mime.contains('/') && mime.len() < 100)
        .map(str::to_owned)
        .or_else(|| name.as_deref().and_then(plain::mime_of).map(str::to_owned))
        .unwrap_or_else(|| match attachment.get("type").and_then(Value::as_str) {
            Some("image") => "image/*".into(),
            Some("video" | "gifv") => "video/*".into(),
            Some("audio") => "audio/*".into(),
            _ => "application/octet-stream".into(),
        });
    Some(Media { mime, name, alt: text(attachment, "description"), url: Some(url), bytes: None })
}

/// A text field that says something.
pub fn text(value: &Value, key: &str) -> Option<String> {
    let text = value.get(key)?.as_str()?.trim();
    let text = &text[..text.floor_char_boundary(markup::MAX_TEXT)];
    (!text.is_empty()).then(|| text.chars().filter(|c| *c == '\n' || !c.is_control()).collect())
}

/// An id, which servers send as a string or a number.
pub fn id(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::String(text) if !text.trim().is_empty() && text.len() <= MAX_FIELD => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An http(s) address.
fn address(value: &Value, key: &str) -> Option<String> {
    text(value, key).filter(|url| url.len() <= MAX_FIELD && (url.starts_with("https://") || url.starts_with("http://")))
}

fn moment(value: &Value, key: &str) -> Option<Timestamp> {
    Timestamp::parse_rfc3339(value.get(key)?.as_str()?)
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn one_line(text: String) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_FIELD).collect()
}

#[cfg(test)]
mod tests;
