//! The lists a server offers, and how a page of each is asked for and read.

use super::{
    client::{CallError, Client},
    ids,
    place::Page,
    settings::{PublicTimeline, Settings},
    status::{self, Reached},
};
use serde_json::Value;

/// Posts asked for per page: the most Mastodon gives.
const PAGE: &str = "40";
/// Streams opened for hashtags; further ones are polled. Each is a connection of its own.
const MAX_TAG_STREAMS: usize = 8;

/// A list of posts on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feed {
    /// Mentions of us.
    Notifications,
    /// Last messages of our private conversations, so that what colleagues write elsewhere is seen too.
    Conversations,
    /// What the accounts we follow write.
    Home,
    /// A hashtag.
    Tag(String),
    /// A search of posts.
    Search(String),
    /// The public timeline; `true`: of this server only.
    Public(bool),
}

/// An item of a page.
#[derive(Debug)]
pub struct Item {
    /// The status as received.
    pub status: Value,
    /// How it reached us.
    pub reached: Reached,
}

impl Feed {
    /// The feeds an account reads. Mentions first: a post that is in several is then known as addressed to us.
    pub fn all(settings: &Settings) -> Vec<Self> {
        let mut feeds = vec![Self::Notifications, Self::Conversations, Self::Home];
        feeds.extend(settings.hashtags.iter().cloned().map(Self::Tag));
        feeds.extend(settings.searches.iter().cloned().map(Self::Search));
        match settings.public_timeline {
            PublicTimeline::None => {}
            PublicTimeline::Local => feeds.push(Self::Public(true)),
            PublicTimeline::Federated => feeds.push(Self::Public(false)),
        }
        feeds
    }

    /// The name of its cursor.
    pub fn cursor(&self) -> String {
        match self {
            Self::Notifications => "notifications".into(),
            Self::Conversations => "conversations".into(),
            Self::Home => "home".into(),
            Self::Tag(tag) => format!("tag:{tag}"),
            Self::Search(phrase) => format!("search:{phrase}"),
            Self::Public(true) => "public:local".into(),
            Self::Public(false) => "public".into(),
        }
    }

    /// Without it the account is of no use; others may be missing on a server.
    pub fn is_essential(&self) -> bool {
        matches!(self, Self::Notifications)
    }

    /// Its posts are looked at again for edits and deletions. Not those of the public timeline: too many.
    pub fn is_watched(&self) -> bool {
        !matches!(self, Self::Public(_))
    }

    /// How its posts reach us.
    pub fn reached(&self) -> Reached {
        match self {
            Self::Notifications => Reached::Mention,
            Self::Conversations | Self::Home => Reached::Personal,
            Self::Tag(_) | Self::Search(_) | Self::Public(_) => Reached::Public,
        }
    }

    /// Path of its pages, and the fixed part of its query.
    fn request(&self) -> (String, Vec<(&'static str, &str)>) {
        match self {
            Self::Notifications => ("api/v1/notifications".into(), vec![("types[]", "mention"), ("limit", PAGE)]),
            Self::Conversations => ("api/v1/conversations".into(), vec![("limit", PAGE)]),
            Self::Home => ("api/v1/timelines/home".into(), vec![("limit", PAGE)]),
            Self::Tag(tag) => (format!("api/v1/timelines/tag/{}", segment(tag)), vec![("limit", PAGE)]),
            Self::Search(phrase) => ("api/v2/search".into(), vec![("q", phrase), ("type", "statuses"), ("limit", PAGE)]),
            Self::Public(local) => {
                ("api/v1/timelines/public".into(), vec![("local", if *local { "true" } else { "false" }), ("limit", PAGE)])
            }
        }
    }

    /// Asks for the newest page, or the one below an id.
    pub async fn page(&self, client: &Client, below: Option<&str>) -> Result<(Page, Vec<Item>), CallError> {
        let (path, mut query) = self.request();
        if let Some(below) = below {
            query.push(("max_id", below));
        }
        let answer = client.get(&path, &query).await?;
        self.read(answer.body, answer.older)
    }

    /// Reads a page.
    fn read(&self, body: Value, older: Option<String>) -> Result<(Page, Vec<Item>), CallError> {
        let list = match (self, body) {
            (Self::Search(_), Value::Object(mut found)) => found.remove("statuses"),
            (_, list) => Some(list),
        };
        let Some(Value::Array(entries)) = list else {
            return Err(CallError::Unreadable(format!("{} is not a list", self.cursor())));
        };
        let (mut ids_seen, mut last) = (Vec::new(), None);
        let mut items = Vec::new();
        for entry in entries {
            let own_id = status::id(&entry, "id");
            let status = match self {
                Self::Notifications => mentioned(entry),
                Self::Conversations => last_status(entry),
                _ => Some(entry),
            };
            let id = match self {
                Self::Conversations => status.as_ref().and_then(|status| status::id(status, "id")),
                _ => own_id,
            };
            if let Some(id) = id {
                ids_seen.push(ids::stable(&id));
                last = Some(id);
            }
            items.extend(status.map(|status| Item { status, reached: self.reached() }));
        }
        // Search has an order of its own; conversations move up when they go on, so that only a Link leads further down.
        let older = match self {
            _ if ids_seen.is_empty() => None,
            Self::Search(_) => None,
            Self::Conversations => older,
            _ => older.or(last),
        };
        Ok((Page { ids: ids_seen, older }, items))
    }

    /// Path and query of the stream that brings this feed live, if there is one. `tags` counts the hashtag streams so far.
    pub fn stream(&self, tags: &mut usize) -> Option<String> {
        Some(match self {
            Self::Notifications | Self::Home => "api/v1/streaming/user".into(),
            Self::Conversations => "api/v1/streaming/direct".into(),
            Self::Tag(tag) if *tags < MAX_TAG_STREAMS => {
                *tags += 1;
                let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("tag", tag).finish();
                format!("api/v1/streaming/hashtag?{query}")
            }
            Self::Public(true) => "api/v1/streaming/public/local".into(),
            Self::Public(false) => "api/v1/streaming/public".into(),
            Self::Tag(_) | Self::Search(_) => return None,
        })
    }
}

/// The status of a notification that is a mention.
pub fn mentioned(mut notification: Value) -> Option<Value> {
    let is_mention = notification.get("type").and_then(Value::as_str) == Some("mention");
    let status = notification.get_mut("status").map(Value::take).filter(|status| !status.is_null());
    status.filter(|_| is_mention)
}

/// The last status of a conversation.
pub fn last_status(mut conversation: Value) -> Option<Value> {
    conversation.get_mut("last_status").map(Value::take).filter(|status| !status.is_null())
}

/// A text as one segment of a path.
pub fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    //! Pages of several servers.
    use super::*;
    use serde_json::json;

    #[test]
    fn pages_by_link_or_by_the_last_id() {
        let list = json!([{"id": "9"}, {"id": 8}, {"no": "id"}]);
        let (page, items) = Feed::Home.read(list.clone(), None).expect("page");
        assert_eq!((page.ids, page.older.as_deref(), items.len()), (vec!["9".to_owned(), "8".to_owned()], Some("8"), 3));
        let (page, _) = Feed::Home.read(json!([]), None).expect("page");
        assert_eq!(page.older, None);
        assert!(Feed::Home.read(json!({"error": "x"}), None).is_err());
    }

    #[test]
    fn reads_only_mentions_of_notifications() {
        let list = json!([
            {"id": "3", "type": "favourite", "status": {"id": "1"}},
            {"id": "2", "type": "mention", "status": {"id": "7"}},
            {"id": "1", "type": "mention", "status": null}]);
        let (page, items) = Feed::Notifications.read(list, None).expect("page");
        assert_eq!(page.ids, ["3", "2", "1"]);
        assert_eq!(items.iter().map(|item| item.status["id"].as_str()).collect::<Vec<_>>(), [Some("7")]);
    }

    #[test]
    fn search_and_conversations_have_their_own_shape() {
        let (page, items) = Feed::Search("x".into()).read(json!({"statuses": [{"id": "5"}]}), None).expect("page");
        assert_eq!((page.ids, page.older, items.len()), (vec!["5".to_owned()], None, 1));
        let list = json!([{"id": "c1", "last_status": {"id": "44"}}, {"id": "c2", "last_status": null}]);
        let (page, items) = Feed::Conversations.read(list, None).expect("page");
        assert_eq!((page.ids, page.older, items.len()), (vec!["44".to_owned()], None, 1));
    }

    #[test]
    fn a_hashtag_can_not_leave_its_place_in_the_path() {
        assert_eq!(segment("a/../b?ñ"), "a%2F%2E%2E%2Fb%3F%C3%B1");
    }
}
