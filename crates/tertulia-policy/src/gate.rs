//! The send gate: what stands against a text going out. Asked while typing, and again when it is sent.

use serde::{Deserialize, Serialize};
use tertulia_kernel::{
    Timestamp,
    caps::{Caps, ReplyRule},
    event::Visibility,
};

/// An answer, as far as the gate cares.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// Text.
    pub text: &'a str,
    /// Mention the network needs in the text; counted when the text lacks it.
    pub mention: Option<&'a str>,
    /// Who will see it.
    pub visibility: Visibility,
    /// Files: media type and size in bytes.
    pub files: &'a [(String, u64)],
    /// Places of forbidden words in the text, as byte ranges.
    pub forbidden: &'a [(usize, usize)],
    /// The person mentioned or wrote to us in this conversation.
    pub summoned: bool,
    /// When their last message here was written.
    pub last_inbound: Option<Timestamp>,
}

/// What stands against it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "code")]
pub enum Objection {
    /// There is nothing to send.
    Empty,
    /// Too long, in the channel's own unit.
    TooLong {
        /// Its length.
        length: u32,
        /// The longest allowed.
        max: u32,
    },
    /// A forbidden word, at this byte range.
    ForbiddenWord {
        /// First byte.
        start: usize,
        /// End, exclusive.
        end: usize,
    },
    /// The channel has no answers of this visibility.
    Unsupported,
    /// The channel lets us answer only who mentioned us.
    NotSummoned,
    /// Too much time passed since their last message.
    WindowOver {
        /// The window's length.
        hours: u32,
    },
    /// The channel only listens.
    ListenOnly,
    /// The channel is stopped: nothing leaves until somebody starts it.
    Stopped,
    /// More files than the channel takes.
    TooManyFiles {
        /// Most allowed.
        max: u32,
    },
    /// A file is too large.
    FileTooLarge {
        /// Most bytes allowed.
        max: u64,
    },
    /// A file of a kind the channel does not take.
    FileType {
        /// Its media type.
        mime: String,
    },
}

/// A text's length as the channel counts it: URLs at their fixed length, the needed mention included.
pub fn length(text: &str, mention: Option<&str>, caps: &Caps) -> u32 {
    match mention.map(str::trim).filter(|mention| !text.contains(mention)) {
        None => caps.length(text),
        Some(mention) => caps.length(&format!("{mention} {text}")),
    }
}

/// Why nothing can be sent here now, whatever the text; `None` when something can. Shown before anybody types.
pub fn blocked(caps: &Caps, visibility: Visibility, summoned: bool, last_inbound: Option<Timestamp>, now: Timestamp) -> Option<Objection> {
    let offered = match visibility {
        Visibility::Public => caps.public_answers,
        Visibility::Private => caps.private_answers,
    };
    match caps.reply_rule {
        ReplyRule::Never => Some(Objection::ListenOnly),
        _ if !offered => Some(Objection::Unsupported),
        ReplyRule::Summoned if !summoned => Some(Objection::NotSummoned),
        ReplyRule::Window { hours } if last_inbound.is_none_or(|at| now.seconds_since(at) > i64::from(hours) * 3_600) => {
            Some(Objection::WindowOver { hours })
        }
        ReplyRule::Anyone | ReplyRule::Summoned | ReplyRule::Window { .. } => None,
    }
}

/// Everything that stands against a draft; empty when it may go out.
pub fn decide_send(draft: &Draft<'_>, caps: &Caps, now: Timestamp) -> Vec<Objection> {
    let mut objections: Vec<Objection> = blocked(caps, draft.visibility, draft.summoned, draft.last_inbound, now).into_iter().collect();
    if draft.text.trim().is_empty() && draft.files.is_empty() {
        objections.push(Objection::Empty);
    }
    let length = length(draft.text, draft.mention, caps);
    if let Some(max) = caps.max_length.filter(|max| length > *max) {
        objections.push(Objection::TooLong { length, max });
    }
    objections.extend(draft.forbidden.iter().map(|&(start, end)| Objection::ForbiddenWord { start, end }));
    if draft.files.len() > caps.max_attachments as usize {
        objections.push(Objection::TooManyFiles { max: caps.max_attachments });
    }
    for (mime, size) in draft.files {
        if *size > caps.max_attachment_bytes {
            objections.push(Objection::FileTooLarge { max: caps.max_attachment_bytes });
        }
        let taken = caps
            .attachment_types
            .iter()
            .any(|kind| kind == "*/*" || kind == mime || kind.strip_suffix('*').is_some_and(|family| mime.starts_with(family)));
        if !taken && caps.max_attachments > 0 {
            objections.push(Objection::FileType { mime: mime.clone() });
        }
    }
    objections
}

#[cfg(test)]
mod tests {
    //! Lengths and objections.
    use super::*;
    use tertulia_kernel::caps::LengthUnit;

    fn caps() -> Caps {
        Caps {
            max_length: Some(20),
            length_unit: LengthUnit::Chars,
            url_length: Some(5),
            short_mentions: true,
            public_answers: true,
            private_answers: true,
            reply_rule: ReplyRule::Anyone,
            max_attachments: 1,
            max_attachment_bytes: 100,
            attachment_types: vec!["image/*".into()],
            subject: false,
            edit: true,
            delete: true,
        }
    }

    fn draft(text: &str) -> Draft<'_> {
        Draft { text, mention: None, visibility: Visibility::Public, files: &[], forbidden: &[], summoned: false, last_inbound: None }
    }

    #[test]
    fn counts_as_the_channel_does() {
        assert_eq!(length("ve https://example.org/a/very/long/path ya", None, &caps()), 11);
        // As the channel sends it: the mention in front, counted without its server.
        assert_eq!(length("hola", Some("@ana@beta.test"), &caps()), 4 + 5);
        assert_eq!(length("hola @ana@beta.test", Some("@ana@beta.test"), &caps()), 9);
    }

    #[test]
    fn objects_to_what_the_channel_or_the_company_forbids() {
        assert_eq!(decide_send(&draft("hola"), &caps(), Timestamp::default()), []);
        assert_eq!(decide_send(&draft("  "), &caps(), Timestamp::default()), [Objection::Empty]);
        assert_eq!(
            decide_send(&draft("una respuesta demasiado larga"), &caps(), Timestamp::default()),
            [Objection::TooLong { length: 29, max: 20 }]
        );
        let files = [("image/png".to_owned(), 101), ("text/html".to_owned(), 1)];
        assert_eq!(
            decide_send(&Draft { files: &files, forbidden: &[(0, 4)], ..draft("hola") }, &caps(), Timestamp::default()),
            [
                Objection::ForbiddenWord { start: 0, end: 4 },
                Objection::TooManyFiles { max: 1 },
                Objection::FileTooLarge { max: 100 },
                Objection::FileType { mime: "text/html".into() }
            ]
        );
    }

    #[test]
    fn says_before_typing_why_nothing_can_be_sent() {
        let now = Timestamp::from_seconds(100 * 3_600);
        let window = Caps { reply_rule: ReplyRule::Window { hours: 24 }, ..caps() };
        assert_eq!(blocked(&window, Visibility::Public, true, Some(Timestamp::from_seconds(77 * 3_600)), now), None);
        assert_eq!(
            blocked(&window, Visibility::Public, true, Some(Timestamp::from_seconds(75 * 3_600)), now),
            Some(Objection::WindowOver { hours: 24 })
        );
        assert_eq!(
            blocked(&Caps { reply_rule: ReplyRule::Summoned, ..caps() }, Visibility::Public, false, None, now),
            Some(Objection::NotSummoned)
        );
        assert_eq!(blocked(&Caps { private_answers: false, ..caps() }, Visibility::Private, true, None, now), Some(Objection::Unsupported));
        assert_eq!(blocked(&Caps::listen_only(), Visibility::Public, true, None, now), Some(Objection::ListenOnly));
    }
}
