//! An answer written as a mail. Pure, and the same bytes for every attempt but for the MIME boundary.

use super::Us;
use crate::plain;
use lettre::{
    Address, Message,
    address::Envelope,
    message::{Attachment, Mailbox, MultiPart, SinglePart, header::ContentType},
};
use std::time::{Duration, SystemTime};
use tertulia_app::channel::{Outgoing, ReplyTarget};
use tertulia_kernel::{Timestamp, event::Media};

/// Most files of one answer.
pub(super) const MAX_FILES: usize = 10;
/// Largest file.
pub(super) const MAX_FILE: usize = 10 * 1024 * 1024;
/// Most of the original that is quoted below an answer.
const MAX_QUOTED: usize = 20_000;
/// Ids in References: the first and the latest ones.
const MAX_REFERENCES: usize = 20;

/// A mail ready to go.
#[derive(Debug)]
pub(super) struct Composed {
    /// Who it goes to: the person, and ourselves (see [`super::sink`] why).
    pub envelope: Envelope,
    pub bytes: Vec<u8>,
}

/// Writes the mail, or says why it can't be one.
pub(super) fn compose(answer: &Outgoing, us: &Us, from_name: Option<&str>) -> Result<Composed, String> {
    let target = answer.reply_to.as_ref().ok_or("nobody to write to: the answer answers no mail")?;
    let person = recipient(target)?;
    let ours: Address = us.address.parse().map_err(|_| "our own address is none")?;
    let name = target.author.name.as_deref().and_then(plain::some_line);
    let mut mail = Message::builder()
        .from(Mailbox::new(from_name.and_then(plain::some_line), ours.clone()))
        .to(Mailbox::new(name, person.clone()))
        .date(system_time(answer.written_at))
        .message_id(Some(format!("<{}>", us.answer_id(answer.id))))
        .subject(subject(answer, target));
    let references = references(target);
    if let Some(last) = references.last() {
        mail = mail.in_reply_to(last.clone()).references(references.join(" "));
    }
    let text = SinglePart::plain(body(answer, target));
    let mail = if answer.attachments.is_empty() {
        mail.singlepart(text)
    } else {
        let mut parts = MultiPart::mixed().singlepart(text);
        for (at, file) in answer.attachments.iter().enumerate() {
            parts = parts.singlepart(attachment(file, at)?);
        }
        mail.multipart(parts)
    };
    let mail = mail.map_err(|error| error.to_string())?;
    let mut to = vec![person];
    if to[0] != ours {
        to.push(ours.clone());
    }
    Ok(Composed { envelope: Envelope::new(Some(ours), to).map_err(|error| error.to_string())?, bytes: mail.formatted() })
}

/// The address answers go to (Reply-To, kept as the handle), else the author's.
fn recipient(target: &ReplyTarget) -> Result<Address, String> {
    let author = &target.author;
    [&author.handle, &author.external_id]
        .iter()
        .find_map(|address| address.parse().ok())
        .ok_or_else(|| format!("{:?} is no mail address", plain::line(&author.external_id)))
}

fn subject(answer: &Outgoing, target: &ReplyTarget) -> String {
    let given = answer.subject.as_deref().and_then(plain::some_line);
    given.unwrap_or_else(|| {
        let title = target.title.as_deref().map(plain::line).unwrap_or_default();
        let answered = title.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("re:"));
        if answered { title } else { format!("Re: {title}").trim_end().to_owned() }
    })
}

/// The thread from its start to the mail that is answered, in brackets; only real Message-IDs.
fn references(target: &ReplyTarget) -> Vec<String> {
    let mut ids: Vec<_> = target
        .ancestors
        .iter()
        .filter(|id| **id != target.external_id)
        .chain([&target.external_id])
        // Without an @ it is a digest of ours that stands for a mail without id.
        .filter(|id| id.contains('@'))
        .filter_map(|id| super::read::usable_id(id))
        .map(|id| format!("<{id}>"))
        .collect();
    if ids.len() > MAX_REFERENCES {
        ids.drain(1..ids.len() - MAX_REFERENCES + 1);
    }
    ids
}

fn body(answer: &Outgoing, target: &ReplyTarget) -> String {
    let mut body = plain::text(&answer.text);
    let original: String = plain::text(&target.text).chars().take(MAX_QUOTED).collect();
    if !original.is_empty() {
        let author = &target.author;
        let name = author.name.as_deref().map(|name| plain::line(name) + " ").unwrap_or_default();
        let at = target.occurred_at.to_rfc3339();
        // Without words: the language of the two is not ours to guess.
        body += &format!("\n\n{name}<{}>, {} {} (UTC):\n", plain::line(&author.external_id), &at[..10], &at[11..16]);
        for line in original.lines() {
            body += if line.starts_with('>') { ">" } else { "> " };
            body += line;
            body.push('\n');
        }
    }
    body.replace('\n', "\r\n")
}

fn attachment(file: &Media, at: usize) -> Result<SinglePart, String> {
    let name = file.name.as_deref().and_then(plain::some_line);
    let name = name.unwrap_or_else(|| format!("file-{}", at + 1));
    let bytes = file.bytes.clone().ok_or_else(|| format!("the file {name} has no content"))?;
    let kind = ContentType::parse(&file.mime).unwrap_or(ContentType::parse("application/octet-stream").map_err(|error| error.to_string())?);
    Ok(Attachment::new(name).body(bytes, kind))
}

fn system_time(at: Timestamp) -> SystemTime {
    let micros = u64::try_from(at.as_micros()).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_micros(micros)
}

/// A mail to ourselves that shows whether mail sent now arrives, with its Message-ID.
pub(super) fn probe(us: &Us) -> Result<(Composed, String), String> {
    let ours: Address = us.address.parse().map_err(|_| "our own address is none")?;
    let id = format!("probe-{}@{}", uuid::Uuid::new_v4(), us.domain);
    let mail = Message::builder()
        .from(Mailbox::new(None, ours.clone()))
        .to(Mailbox::new(None, ours.clone()))
        .message_id(Some(format!("<{id}>")))
        .subject("Tertulia: prueba de envío / delivery test")
        .raw_header(lettre::message::header::HeaderValue::new(
            lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".into(),
        ))
        .singlepart(SinglePart::plain("Este mensaje se borra solo. / This message removes itself.\r\n".to_owned()))
        .map_err(|error| error.to_string())?;
    let envelope = Envelope::new(Some(ours.clone()), vec![ours]).map_err(|error| error.to_string())?;
    Ok((Composed { envelope, bytes: mail.formatted() }, id))
}
