//! Reports of mail systems about one of our answers: it could not be delivered, it was read.

use super::{Us, read};
use crate::plain;
use mail_parser::{Message, MessageParser, MimeHeaders, PartType};
use tertulia_kernel::{
    Timestamp,
    event::{DeliveryStatus, Event},
};

/// Most of the system's words kept.
const MAX_REASON: usize = 500;

/// The delivery a report tells of; `None` when the mail is no report, tells nothing final or is not about an answer
/// of ours.
pub(super) fn read(mail: &Message<'_>, us: &Us, received: Timestamp) -> Option<Event> {
    let is_report = mail.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("multipart") && kind.subtype().is_some_and(|sub| sub.eq_ignore_ascii_case("report"))
    });
    let (external_id, status) = if is_report {
        let original = original_id(mail).filter(|id| us.is_answer(id))?;
        let status = mail.parts.iter().find_map(|part| {
            let kind = part.content_type()?;
            if !kind.ctype().eq_ignore_ascii_case("message") {
                return None;
            }
            let text = String::from_utf8_lossy(part.contents());
            match kind.subtype()?.to_ascii_lowercase().as_str() {
                "delivery-status" | "global-delivery-status" => delivery_status(&text, us),
                "disposition-notification" | "global-disposition-notification" => disposition(&text),
                _ => None,
            }
        })?;
        (original, status)
    } else {
        old_style(mail, us)?
    };
    Some(Event::Delivery { external_id, status, at: received })
}

/// The Message-ID of the mail the report is about: from the original or its headers, which reports carry.
fn original_id(mail: &Message<'_>) -> Option<String> {
    let carried = mail.parts.iter().skip(1).find_map(|part| match &part.body {
        PartType::Message(original) => original.message_id().and_then(read::usable_id),
        PartType::Text(_) | PartType::Binary(_) | PartType::InlineBinary(_) => {
            let kind = part.content_type()?;
            let headers = kind.subtype()?.to_ascii_lowercase();
            if !["rfc822-headers", "rfc822", "global-headers", "global"].contains(&&*headers) {
                return None;
            }
            let original = MessageParser::default().parse_headers(part.contents())?;
            original.message_id().and_then(read::usable_id)
        }
        _ => None,
    });
    carried.or_else(|| {
        // Read receipts name it in their machine part instead.
        mail.parts.iter().skip(1).find_map(|part| {
            let text = String::from_utf8_lossy(part.contents());
            fields(&text).find_map(|(name, value)| (name == "original-message-id").then(|| read::usable_id(&value)).flatten())
        })
    })
}

/// Failed when it did for somebody else than ourselves, who get a copy of every answer.
fn delivery_status(text: &str, us: &Us) -> Option<DeliveryStatus> {
    let (mut recipient, mut action) = (String::new(), String::new());
    let (mut code, mut words) = (String::new(), String::new());
    let mut found = None;
    // One group of fields per recipient, closed by the next one's start.
    for (name, value) in fields(text).chain([("final-recipient".into(), String::new())]) {
        match &*name {
            "final-recipient" => {
                if !us.is_us(&recipient) {
                    found = found.or_else(|| outcome(&action, &recipient, &code, &words));
                }
                let address = value.split_once(';').map_or(&*value, |(_, address)| address);
                recipient = address.trim().to_lowercase();
                (action, code, words) = Default::default();
            }
            "action" => action = value.to_ascii_lowercase(),
            "status" => code = value,
            "diagnostic-code" => words = value.split_once(';').map_or(&*value, |(_, words)| words).trim().to_owned(),
            _ => {}
        }
    }
    found
}

fn outcome(action: &str, recipient: &str, code: &str, words: &str) -> Option<DeliveryStatus> {
    match action.split_whitespace().next()? {
        "failed" => {
            let reason = format!("{recipient}: {} {code}", if words.is_empty() { "undeliverable" } else { words });
            Some(DeliveryStatus::Failed { reason: plain::line(&reason).chars().take(MAX_REASON).collect() })
        }
        "delivered" => Some(DeliveryStatus::Delivered),
        // Delayed, relayed, expanded: nothing final.
        _ => None,
    }
}

fn disposition(text: &str) -> Option<DeliveryStatus> {
    fields(text).find_map(|(name, value)| {
        let displayed = value.rsplit(';').next().is_some_and(|what| what.trim().to_ascii_lowercase().starts_with("displayed"));
        (name == "disposition" && displayed).then_some(DeliveryStatus::Read)
    })
}

/// Systems that write reports for people only: from the mail daemon, with our answer's id somewhere in the text.
fn old_style(mail: &Message<'_>, us: &Us) -> Option<(String, DeliveryStatus)> {
    let sender = read::first_address(mail.from())?;
    let local = sender.address.split('@').next().unwrap_or_default();
    if !["mailer-daemon", "postmaster"].contains(&local) {
        return None;
    }
    let text = String::from_utf8_lossy(mail.raw_message());
    let id = us.answer_in(&text)?;
    let reason = mail.subject().unwrap_or_default().to_owned() + ": " + &mail.body_text(0).unwrap_or_default();
    let reason = plain::line(&reason).chars().take(MAX_REASON).collect();
    Some((id, DeliveryStatus::Failed { reason }))
}

/// Header-like fields, names in lower case, continuation lines joined.
fn fields(text: &str) -> impl Iterator<Item = (String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines().take(1_000) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                *value = format!("{value} {}", line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    fields.into_iter()
}
