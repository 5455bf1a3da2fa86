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

#[cfg(test)]
mod tests {
    //! What hostile and odd mails may make of our answers.
    use super::*;
    use tertulia_kernel::{
        AnswerId,
        event::{Author, Visibility},
    };

    fn answer() -> Outgoing {
        let author = Author {
            external_id: "ana@b.example".into(),
            handle: "ana.casa@c.example".into(),
            name: Some("Ana\r\nBcc: x@evil.example".into()),
            ..Author::default()
        };
        Outgoing {
            id: AnswerId(uuid::Uuid::from_u128(7)),
            text: "Hola\n.\nFrom aquí".into(),
            subject: None,
            visibility: Visibility::Private,
            reply_to: Some(ReplyTarget {
                external_id: "fin@b.example".into(),
                author,
                title: Some("re: Maleta\r\nBcc: y@evil.example".into()),
                ancestors: (0..100).map(|n| format!("n{n}@b.example")).chain(["fin@b.example".into(), "mail-0f".into()]).collect(),
                text: "Uno\n> dos".into(),
                occurred_at: Timestamp::parse_rfc3339("2026-11-21T15:00:00Z").expect("valid"),
            }),
            thread: None,
            attachments: Vec::new(),
            written_at: Timestamp::parse_rfc3339("2026-11-21T16:00:00Z").expect("valid"),
        }
    }

    #[track_caller]
    fn composed(answer: &Outgoing) -> (Composed, String) {
        let mail = compose(answer, &Us::new("ayuda@alas.example"), Some("Ayuda")).expect("a mail");
        let text = String::from_utf8(mail.bytes.clone()).expect("ascii").replace("\r\n ", " ");
        (mail, text)
    }

    #[test]
    fn no_header_of_theirs_becomes_one_of_ours() {
        let (mail, text) = composed(&answer());
        let headers = text.split("\r\n\r\n").next().expect("headers");
        assert!(!headers.lines().any(|line| line.to_lowercase().starts_with("bcc:")), "{headers}");
        assert!(headers.contains("Subject: re: Maleta Bcc: y@evil.example"), "{headers}");
        let to: Vec<_> = mail.envelope.to().iter().map(ToString::to_string).collect();
        assert_eq!(to, ["ana.casa@c.example", "ayuda@alas.example"], "where they want it, and our copy");
    }

    #[test]
    fn threads_keep_their_start_and_their_end() {
        let (_, text) = composed(&answer());
        let line = text.lines().find_map(|line| line.strip_prefix("References: ")).expect("references");
        let ids: Vec<_> = line.split(' ').collect();
        assert_eq!((ids.len(), ids[0], ids[19]), (20, "<n0@b.example>", "<fin@b.example>"));
        assert!(!line.contains("mail-0f"), "an id of ours for a mail without one is none");
        assert!(text.contains("\r\nIn-Reply-To: <fin@b.example>\r\n"));
        assert!(text.contains("\r\nMessage-ID: <answer-00000000-0000-0000-0000-000000000007@alas.example>\r\n"));
    }

    #[test]
    fn the_original_is_quoted_below() {
        assert_eq!(
            body(&answer(), answer().reply_to.as_ref().expect("target")),
            "Hola\r\n.\r\nFrom aquí\r\n\r\nAna Bcc: x@evil.example <ana@b.example>, 2026-11-21 15:00 (UTC):\r\n> Uno\r\n>> dos\r\n"
        );
    }

    #[test]
    fn what_can_not_be_a_mail_says_why() {
        let mut nobody = answer();
        nobody.reply_to = None;
        let mut no_file = answer();
        no_file.attachments.push(Media { mime: "x".into(), name: None, alt: None, url: Some("https://a".into()), bytes: None });
        for wrong in [nobody, no_file] {
            assert!(compose(&wrong, &Us::new("ayuda@alas.example"), None).is_err());
        }
    }
}
