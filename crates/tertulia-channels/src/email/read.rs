//! A mail as received turned into events. Pure: bytes in, events out.

use super::{Us, bounce, flowed, quoting, structure};
use crate::plain;
use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use tertulia_kernel::{
    Timestamp,
    event::{Author, Automatic, Event, IncomingPost, Media, Visibility},
};

/// Most of those a mail is addressed to that are kept.
const MAX_ADDRESSED: usize = 50;
/// Most files taken from one mail.
pub(super) const MAX_FILES: usize = 20;
/// Largest file taken.
pub(super) const MAX_FILE: usize = 10 * 1024 * 1024;
/// Most bytes of files taken from one mail.
pub(super) const MAX_FILES_TOTAL: usize = 25 * 1024 * 1024;
/// Most of the mail kept as received.
const MAX_RAW: usize = 256 * 1024;

/// What a mail means: usually one post; for a report about one of our answers, its delivery; nothing for what we
/// sent ourselves to test the way.
///
/// `received` is when our server took the mail in. Every mail is kept, whatever it is: what comes through a list may be
/// a customer who wrote to a group. [`Automatic`] says which mails open no case by themselves.
pub(super) fn read(raw: &[u8], us: &Us, received: Timestamp) -> Result<Vec<Event>, String> {
    structure::check(raw)?;
    let mail = MessageParser::default().parse(raw).ok_or("no headers: this is not a mail")?;
    if let Some(delivery) = bounce::read(&mail, us, received) {
        return Ok(vec![delivery]);
    }
    let sender = first_address(mail.from()).or_else(|| first_address(mail.sender())).ok_or("no sender")?;
    if us.is_us(&sender.address) && own_id(&mail).is_some_and(|id| us.is_probe(&id)) {
        return Ok(Vec::new());
    }
    let replies_to = first_address(mail.reply_to());
    // A web form that writes in our name, or in nobody's, tells the person in Reply-To.
    let (author, own) = match replies_to {
        Some(person) if person.address != sender.address && (us.is_us(&sender.address) || is_nobody(&sender.address)) => {
            (person.author(None), us.is_us(&person.address))
        }
        other => {
            let own = us.is_us(&sender.address) && !is_forged(&mail);
            (sender.author(other.as_ref()), own)
        }
    };

    let references = references(&mail);
    let in_reply_to = ids(mail.in_reply_to()).pop().or_else(|| references.last().cloned());
    let external_id = external_id(&mail, us, own, raw);
    let thread = references.first().or(in_reply_to.as_ref()).unwrap_or(&external_id).clone();
    let subject = mail.subject().and_then(plain::some_line);
    let forwarded = subject.as_deref().is_some_and(quoting::is_forward_subject);
    let split = quoting::split(&body(&mail), forwarded);

    let mut post = IncomingPost::new(external_id, author, split.text, written_at(&mail, received));
    post.quoted = split.quoted;
    post.title = subject;
    post.in_reply_to = in_reply_to;
    post.thread = Some(thread);
    post.visibility = Visibility::Private;
    post.own = own;
    post.addressed = true;
    post.automatic = automatic(&mail);
    post.lang = mail
        .content_language()
        .as_text()
        .filter(|lang| lang.len() <= 35 && lang.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
        .map(str::to_owned);
    post.media = files(&mail);
    post.to = mail.to().into_iter().chain(mail.cc()).flat_map(addresses).map(|one| one.address).take(MAX_ADDRESSED).collect();
    post.raw = Some(String::from_utf8_lossy(&raw[..raw.len().min(MAX_RAW)]).replace('\0', ""));
    Ok(vec![Event::Post(Box::new(post))])
}

/// An address as written in a header.
pub(super) struct Sender {
    name: Option<String>,
    /// In lower case.
    pub address: String,
}

impl Sender {
    fn author(&self, replies_to: Option<&Sender>) -> Author {
        Author {
            external_id: self.address.clone(),
            // Where answers go; the identity stays the sender's.
            handle: replies_to.map_or(&self.address, |other| &other.address).clone(),
            name: self.name.clone(),
            ..Author::default()
        }
    }
}

pub(super) fn first_address(header: Option<&Address<'_>>) -> Option<Sender> {
    addresses(header?).next()
}

/// The addresses of a header that are any.
fn addresses(header: &Address<'_>) -> impl Iterator<Item = Sender> {
    header.iter().filter_map(|address| {
        let text = address.address()?.trim().to_lowercase();
        let (local, domain) = text.rsplit_once('@')?;
        let fine = !local.is_empty()
            && !domain.is_empty()
            && text.len() <= 320
            && !text.chars().any(|c| c.is_control() || c.is_whitespace() || "<>,;".contains(c));
        fine.then(|| Sender { name: address.name().and_then(plain::some_line), address: text })
    })
}

/// Addresses that no person reads.
fn is_nobody(address: &str) -> bool {
    let local: String = address.split('@').next().unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).collect();
    ["noreply", "donotreply", "noresponder", "noresponda", "naoresponda", "mailerdaemon"].iter().any(|nobody| local.contains(nobody))
}

/// The mail's Message-ID, if it is one that can be used in a header again.
fn own_id(mail: &Message<'_>) -> Option<String> {
    mail.message_id().and_then(usable_id)
}

/// Without brackets; only what a Message-ID may contain.
pub(super) fn usable_id(id: &str) -> Option<String> {
    let id = id.trim().trim_matches(['<', '>']);
    let fine = (3..=250).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'"' | b'\\'));
    fine.then(|| id.to_owned())
}

/// The Message-ID; for a mail without one, or with one of ours that is not from us, a digest of the mail.
fn external_id(mail: &Message<'_>, us: &Us, own: bool, raw: &[u8]) -> String {
    match own_id(mail) {
        Some(id) if own || !us.is_answer(&id) => id,
        _ => {
            // Not the trace headers: they differ when the same mail is delivered again.
            let from = mail.parts.first().map_or(0, |part| part.raw_body_offset() as usize);
            let mut digest = Sha256::new();
            for name in ["From", "Date", "Subject", "To"] {
                digest.update(mail.header_raw(name).unwrap_or_default());
                digest.update([0]);
            }
            digest.update(raw.get(from..).unwrap_or_default());
            digest.finalize().iter().take(16).fold("mail-".to_owned(), |mut id, byte| {
                // Writing to a string can't fail.
                let _ = write!(id, "{byte:02x}");
                id
            })
        }
    }
}

fn references(mail: &Message<'_>) -> Vec<String> {
    ids(mail.references())
}

fn ids(header: &mail_parser::HeaderValue<'_>) -> Vec<String> {
    match header.as_text_list() {
        Some(list) => list.iter().filter_map(|id| usable_id(id)).collect(),
        None => Vec::new(),
    }
}

/// The date in the mail, unless it is missing or later than our server's.
fn written_at(mail: &Message<'_>, received: Timestamp) -> Timestamp {
    mail.date()
        .filter(|date| date.is_valid() && date.year >= 1970)
        .map(|date| Timestamp::from_seconds(date.to_timestamp()))
        .filter(|at| *at <= received.plus_seconds(300))
        .unwrap_or(received)
}

/// Whether a program wrote it (an absence note, a form, a report) or it came through a list.
fn automatic(mail: &Message<'_>) -> Option<Automatic> {
    let value = |name: &'static str| mail.header_raw(name).map(|value| value.trim().to_ascii_lowercase());
    let precedence = value("Precedence").unwrap_or_default();
    let machine = value("Auto-Submitted").is_some_and(|value| !value.starts_with("no"))
        || ["X-Autoreply", "X-Autorespond"].iter().any(|name| value(name).is_some())
        || precedence == "auto_reply"
        || value("Return-Path").is_some_and(|value| value == "<>");
    let list =
        ["bulk", "list", "junk"].contains(&precedence.as_str()) || ["List-Id", "List-Unsubscribe"].iter().any(|name| value(name).is_some());
    if machine { Some(Automatic::Machine) } else { list.then_some(Automatic::List) }
}

/// A server on the way, ours at the latest, says that the mail only claims its sender's domain.
fn is_forged(mail: &Message<'_>) -> bool {
    mail.headers_raw().filter(|(name, _)| name.eq_ignore_ascii_case("Authentication-Results")).any(|(_, results)| {
        let results = results.to_ascii_lowercase();
        results.contains("dmarc=fail") || (results.contains("spf=fail") && !results.contains("dkim=pass"))
    })
}

fn body(mail: &Message<'_>) -> String {
    let plain_text = join(mail.text_bodies());
    if plain_text.trim().is_empty() { join(mail.html_bodies()) } else { plain_text }
}

fn join<'a>(parts: impl Iterator<Item = &'a MessagePart<'a>>) -> String {
    let mut body = String::new();
    for part in parts {
        // Twice the limit: quotations are taken out of it later.
        if body.len() > 2 * plain::MAX_TEXT {
            break;
        }
        let text = match &part.body {
            PartType::Html(html) => plain::from_html(html),
            PartType::Text(text) => plain::text(&flowed::join(text, part.content_type())),
            _ => continue,
        };
        if !body.is_empty() {
            body.push_str("\n\n");
        }
        body.push_str(&text);
    }
    body
}

/// The attached files. One that is too large, or one too many, stays as a name without content.
fn files(mail: &Message<'_>) -> Vec<Media> {
    let mut total = 0;
    let mut files = Vec::new();
    for part in mail.attachments().take(MAX_FILES) {
        let content = part.contents();
        let fits = content.len() <= MAX_FILE && total + content.len() <= MAX_FILES_TOTAL;
        if fits {
            total += content.len();
        }
        let alt = (!fits).then(|| {
            let megabytes = content.len().div_ceil(1024 * 1024);
            format!("No se guardó: {megabytes} MB / Not kept: {megabytes} MB")
        });
        files.push(Media {
            mime: media_type(part),
            name: part.attachment_name().and_then(file_name).or_else(|| match &part.body {
                PartType::Message(inner) => file_name(&format!("{}.eml", inner.subject().unwrap_or("mail"))),
                _ => None,
            }),
            alt,
            url: None,
            bytes: fits.then(|| content.to_vec()),
        });
    }
    files
}

fn media_type(part: &MessagePart<'_>) -> String {
    if matches!(part.body, PartType::Message(_)) {
        return "message/rfc822".into();
    }
    let fine =
        |text: &str| !text.is_empty() && text.len() <= 100 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.+_".contains(&b));
    part.content_type()
        .and_then(|kind| {
            let sub = kind.subtype()?;
            (fine(kind.ctype()) && fine(sub)).then(|| format!("{}/{}", kind.ctype(), sub).to_ascii_lowercase())
        })
        .unwrap_or_else(|| "application/octet-stream".into())
}

/// A name without folders and tricks.
fn file_name(stated: &str) -> Option<String> {
    let last = stated.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = plain::line(last);
    let name = name.trim_matches(['.', ' ']);
    let name: String = name.chars().take(150).collect();
    Some(name).filter(|name| !name.is_empty())
}
