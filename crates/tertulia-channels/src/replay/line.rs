//! One line of a replayed file: its place in time, and what happened.

use serde_json::Value;
use tertulia_app::push::{self, WrongPost};
use tertulia_kernel::{
    Timestamp,
    event::{Event, IncomingPost, Visibility},
};

/// What kind of network the file plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Public posts; those with `direct` are private.
    Public,
    /// Private mails, threaded by what they answer.
    Mail,
    /// A private chat, one conversation per author.
    Chat,
}

/// How a channel takes lines in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What kind of network the file plays.
    pub form: Form,
    /// Everything is kept.
    pub addressed: bool,
}

/// A place in a file's time: of some day, or on the calendar. A file holds one of the two kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Microseconds since midnight of the file's day; may pass 24 hours.
    OfDay(i64),
    /// An instant.
    Dated(Timestamp),
}

impl Place {
    /// Reads `HH:MM:SS` (hours may pass 23) or RFC 3339.
    pub fn read(text: &str) -> Option<Self> {
        if let Some(at) = Timestamp::parse_rfc3339(text) {
            return Some(Self::Dated(at));
        }
        let mut parts = text.trim().split(':');
        let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
            (lengths.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<i64>().ok()).flatten()
        };
        let (hours, minutes, seconds) = (digits(hours, 1..=4)?, digits(minutes, 2..=2)?, digits(seconds, 2..=2)?);
        (parts.next().is_none() && minutes < 60 && seconds < 60)
            .then_some(Self::OfDay((hours * 3_600 + minutes * 60 + seconds) * 1_000_000))
    }

    /// Microseconds on the file's own scale.
    pub fn micros(self) -> i64 {
        match self {
            Self::OfDay(micros) => micros,
            Self::Dated(at) => at.as_micros(),
        }
    }

    /// Whether the two can stand in one file.
    pub fn same_kind(self, other: Self) -> bool {
        matches!((self, other), (Self::OfDay(_), Self::OfDay(_)) | (Self::Dated(_), Self::Dated(_)))
    }
}

/// Reads a line as JSON; the place is all that is needed of other channels' lines.
pub fn read_place(bytes: &[u8]) -> Result<(Value, Place), WrongPost> {
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| WrongPost::new("line", format!("is no JSON ({error})"), "write one JSON object a line"))?;
    if !value.is_object() {
        return Err(WrongPost::new("line", "is no object", "write one JSON object a line"));
    }
    let remedy = "write HH:MM:SS, or date and time like 2026-11-21T10:30:00-05:00";
    let at = match value.get("at") {
        None | Some(Value::Null) => return Err(WrongPost::new("at", "is missing", remedy)),
        Some(at) => at.as_str().and_then(Place::read).ok_or_else(|| WrongPost::new("at", format!("{at} is no time"), remedy))?,
    };
    Ok((value, at))
}

/// What a line's post refers to, when it changes an earlier one.
pub enum Change {
    /// New text for an earlier post.
    Edit(String),
    /// An earlier post is gone.
    Delete(String),
}

/// Whether a line changes an earlier post.
pub fn read_change(value: &Value) -> Result<Option<Change>, WrongPost> {
    match (push::identifier(value, "edit_of")?, push::identifier(value, "delete_of")?) {
        (Some(_), Some(_)) => Err(WrongPost::new("delete_of", "stands beside edit_of", "a line is an edit or a deletion")),
        (Some(id), None) => Ok(Some(Change::Edit(id))),
        (None, Some(id)) => Ok(Some(Change::Delete(id))),
        (None, None) => Ok(None),
    }
}

/// Turns a line into an event that happened `at`. `first_at` tells when an edited post was first written.
pub fn read_event(
    value: &Value,
    reading: Reading,
    at: Timestamp,
    first_at: impl FnOnce(&str) -> Option<Timestamp>,
) -> Result<Event, WrongPost> {
    match read_change(value)? {
        Some(Change::Delete(external_id)) => Ok(Event::Deleted { external_id, at }),
        Some(Change::Edit(external_id)) => {
            let mut post = read_post(value, reading, at)?;
            post.occurred_at = first_at(&external_id).unwrap_or(at);
            post.revised_at = Some(at);
            post.external_id = external_id;
            Ok(Event::Post(Box::new(post)))
        }
        None => Ok(Event::Post(Box::new(read_post(value, reading, at)?))),
    }
}

fn read_post(value: &Value, reading: Reading, at: Timestamp) -> Result<IncomingPost, WrongPost> {
    let mut post = push::read_post_at(value, at)?;
    let direct = match value.get("direct") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(direct)) => *direct,
        Some(other) => return Err(WrongPost::new("direct", format!("is {other}"), "it must be true or false")),
    };
    if direct || reading.form != Form::Public {
        post.visibility = Visibility::Private;
    }
    if direct || reading.form == Form::Chat {
        post.thread = Some(post.author.external_id.clone());
    }
    post.addressed = reading.addressed || post.visibility == Visibility::Private;
    Ok(post)
}

#[cfg(test)]
mod tests {
    //! Places in time and lines of each kind.
    use super::*;
    use serde_json::json;

    const READING: Reading = Reading { form: Form::Public, addressed: false };
    const AT: Timestamp = Timestamp::from_seconds(1_000);

    fn event(value: &Value, reading: Reading) -> Result<Event, WrongPost> {
        read_event(value, reading, AT, |id| (id == "p-1").then(|| Timestamp::from_seconds(500)))
    }

    fn post(value: &Value, reading: Reading) -> IncomingPost {
        match event(value, reading).expect("a good line") {
            Event::Post(post) => *post,
            other => panic!("{other:?}"),
        }
    }

    fn line() -> Value {
        json!({"channel": "red", "at": "08:40:00", "id": "p-2", "text": "Hola", "author": {"id": "u", "handle": "@u"}})
    }

    #[test]
    fn places_are_of_a_day_or_dated() {
        assert_eq!(Place::read("08:40:05"), Some(Place::OfDay(31_205_000_000)));
        assert_eq!(Place::read("25:00:00"), Some(Place::OfDay(90_000_000_000)));
        assert_eq!(Place::read("1970-01-01T00:00:01Z"), Some(Place::Dated(Timestamp::from_seconds(1))));
        for wrong in ["", "8", "08:40", "08:60:00", "08:40:5", "08:40:00:00", "-1:00:00", "a:bb:cc", "+1:00:00"] {
            assert_eq!(Place::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_direct_line_is_private_and_kept() {
        let mut line = line();
        assert_eq!((post(&line, READING).visibility, post(&line, READING).addressed), (Visibility::Public, false));
        line["direct"] = json!(true);
        let direct = post(&line, READING);
        assert_eq!((direct.visibility, direct.addressed, direct.thread.as_deref()), (Visibility::Private, true, Some("u")));
    }

    #[test]
    fn mails_and_chats_are_private() {
        let mail = post(&line(), Reading { form: Form::Mail, addressed: true });
        assert_eq!((mail.visibility, mail.thread), (Visibility::Private, None));
        let chat = post(&line(), Reading { form: Form::Chat, addressed: false });
        assert_eq!((chat.visibility, chat.addressed, chat.thread.as_deref()), (Visibility::Private, true, Some("u")));
    }

    #[test]
    fn an_edit_names_the_first_post_and_keeps_its_time() {
        let mut edit = line();
        edit["edit_of"] = json!("p-1");
        let edit = post(&edit, READING);
        assert_eq!((edit.external_id.as_str(), edit.occurred_at, edit.revised_at), ("p-1", Timestamp::from_seconds(500), Some(AT)));
    }

    #[test]
    fn a_deletion_needs_no_text() {
        let line = json!({"at": "08:40:00", "id": "x", "text": "", "author": {"id": "u", "handle": "u"}, "delete_of": "p-1"});
        assert_eq!(event(&line, READING).expect("a good line"), Event::Deleted { external_id: "p-1".into(), at: AT });
    }

    #[test]
    fn wrong_lines_name_the_field() {
        let wrong = |key: &str, value: Value| {
            let mut line = line();
            line[key] = value;
            event(&line, READING).expect_err(key).field
        };
        assert_eq!(wrong("direct", json!("yes")), "direct");
        assert_eq!(wrong("media", json!("photo")), "media");
        assert_eq!(wrong("edit_of", json!(7)), "edit_of");
        assert_eq!(wrong("text", json!("")), "text");
        assert_eq!(wrong("author", json!({"id": "u"})), "author.handle");
        assert_eq!(read_place(b"{\"at\": 5}").expect_err("no time").field, "at");
        assert_eq!(read_place(b"[]").expect_err("no object").field, "line");
        assert_eq!(read_place(b"\xff{").expect_err("no JSON").field, "line");
    }

    #[test]
    fn what_stands_beside_the_words_is_read_as_a_pushed_posts() {
        let mut line = line();
        line["media"] = json!([{"kind": "image", "alt": "Una maleta rota"}]);
        (line["to"], line["likes"], line["country"]) = (json!("@mirasol"), json!(12), json!("ar"));
        let post = post(&line, READING);
        assert_eq!((post.media[0].mime.as_str(), post.media[0].alt.as_deref()), ("image/*", Some("Una maleta rota")));
        assert_eq!((post.to, post.counts.likes, post.country.as_deref()), (vec!["mirasol".to_owned()], Some(12), Some("AR")));
    }
}
