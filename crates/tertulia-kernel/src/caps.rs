//! What a channel can do and demands: read by the send gate and shown in the composer before anybody types.

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

/// How a network counts the length of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LengthUnit {
    /// Unicode scalar values (Mastodon).
    Chars,
    /// User-perceived characters (Bluesky).
    Graphemes,
    /// UTF-8 bytes.
    Bytes,
    /// UTF-16 code units.
    Utf16,
}

/// When a network lets us answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "rule")]
pub enum ReplyRule {
    /// Anybody, any time.
    Anyone,
    /// Only posts that mention us.
    Summoned,
    /// Only within so many hours of the person's last message.
    Window {
        /// Hours after the person's last message.
        hours: u32,
    },
    /// Nothing can be sent on this channel (feeds).
    Never,
}

/// What one channel account can do. Static for the kind, refined by what the account's server tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caps {
    /// Longest text of one answer, in `length_unit`; `None` for no limit.
    pub max_length: Option<u32>,
    /// The unit of `max_length`.
    pub length_unit: LengthUnit,
    /// Each URL counts as this many characters, whatever its real length (Mastodon: 23).
    pub url_length: Option<u32>,
    /// A mention counts without its server (`@ana` of `@ana@example.org`).
    pub short_mentions: bool,
    /// A public answer in the thread is possible.
    pub public_answers: bool,
    /// A private answer (direct message, mail, chat) is possible.
    pub private_answers: bool,
    /// When we may answer.
    pub reply_rule: ReplyRule,
    /// Most files one answer can carry; 0 for none.
    pub max_attachments: u32,
    /// Largest file, in bytes.
    pub max_attachment_bytes: u64,
    /// Media types accepted ("image/*", "*/*").
    pub attachment_types: Vec<String>,
    /// An answer has a subject line.
    pub subject: bool,
    /// What was sent can be edited.
    pub edit: bool,
    /// What was sent can be deleted.
    pub delete: bool,
}

impl Caps {
    /// A text's length as the network counts it: what the gate decides on, the channel sends by and the composer shows.
    pub fn length(&self, text: &str) -> u32 {
        let (mut total, mut plain, mut before) = (0, 0, None);
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let special = self.address(&text[at..], before).or_else(|| self.mention(&text[at..], before));
            if let Some((bytes, counted)) = special {
                total += self.count(&text[plain..at]) + counted;
                before = text[..at + bytes].chars().next_back();
                at += bytes;
                plain = at;
            } else {
                before = Some(c);
                at += c.len_utf8();
            }
        }
        total += self.count(&text[plain..]);
        u32::try_from(total).unwrap_or(u32::MAX)
    }

    fn count(&self, text: &str) -> usize {
        match self.length_unit {
            LengthUnit::Chars => text.chars().count(),
            LengthUnit::Graphemes => text.graphemes(true).count(),
            LengthUnit::Bytes => text.len(),
            LengthUnit::Utf16 => text.encode_utf16().count(),
        }
    }

    /// The address a text begins with: its bytes, and what it counts.
    fn address(&self, text: &str, before: Option<char>) -> Option<(usize, usize)> {
        let counted = self.url_length?;
        let scheme = ["https://", "http://"]
            .into_iter()
            .find(|scheme| text.as_bytes().get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes())))?;
        if before.is_some_and(char::is_alphanumeric) {
            return None;
        }
        let end = text.find(|c: char| c.is_whitespace() || "<>\"'`".contains(c)).unwrap_or(text.len());
        // What only ends the sentence is no part of it.
        let address = text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']']);
        (address.len() > scheme.len()).then_some((address.len(), counted as usize))
    }

    /// The same for a mention with its server.
    fn mention(&self, text: &str, before: Option<char>) -> Option<(usize, usize)> {
        let inner = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
        if !self.short_mentions || before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '/')) {
            return None;
        }
        let (name, rest) = text.strip_prefix('@')?.split_once('@')?;
        if name.is_empty() || !name.chars().all(inner) {
            return None;
        }
        let end = rest.find(|c: char| !inner(c)).unwrap_or(rest.len());
        let home = rest[..end].trim_end_matches(|c: char| !c.is_alphanumeric());
        (!home.is_empty()).then(|| (name.len() + home.len() + 2, 1 + self.count(name)))
    }

    /// A channel that only listens.
    pub fn listen_only() -> Self {
        Self {
            max_length: None,
            length_unit: LengthUnit::Chars,
            url_length: None,
            short_mentions: false,
            public_answers: false,
            private_answers: false,
            reply_rule: ReplyRule::Never,
            max_attachments: 0,
            max_attachment_bytes: 0,
            attachment_types: Vec::new(),
            subject: false,
            edit: false,
            delete: false,
        }
    }
}

#[cfg(test)]
mod tests {
    //! Lengths.
    use super::*;

    #[test]
    fn counts_as_the_network_does() {
        let family = "👩‍👩‍👧 ñ";
        for (unit, expected) in [(LengthUnit::Chars, 7), (LengthUnit::Graphemes, 3), (LengthUnit::Bytes, 21), (LengthUnit::Utf16, 10)] {
            assert_eq!(Caps { length_unit: unit, ..Caps::listen_only() }.length(family), expected, "{unit:?}");
        }
        let mastodon = Caps { url_length: Some(23), short_mentions: true, ..Caps::listen_only() };
        let long = "https://example.org/a/very/long/path?x=1";
        for (text, expected) in [
            (format!("@ana@beta.test señor {long}\n"), 4 + 1 + 5 + 1 + 23 + 1),
            (String::new(), 0),
            ("😀".into(), 1),
            (format!("({long})."), 1 + 23 + 2),
            (format!("ve:{long}, ya"), 3 + 23 + 4),
            ("https:// no".into(), 11),
            ("xhttps://example.org/1234567890".into(), 31),
            ("@ana@beta.test, hola".into(), 4 + 6),
            ("(@ana@beta.test)".into(), 6),
            ("ana@beta.test".into(), 13),
            ("@ana hola".into(), 9),
            ("@ana @luis@beta.test".into(), 4 + 1 + 5),
        ] {
            assert_eq!(mastodon.length(&text), expected, "{text}");
        }
        let whole = Caps { length_unit: LengthUnit::Chars, ..Caps::listen_only() };
        assert_eq!(whole.length(&format!("@ana@beta.test {long}")), 15 + 40);
    }
}
