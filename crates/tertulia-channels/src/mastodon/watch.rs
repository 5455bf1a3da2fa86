//! Memory of what was handed on: what is news, and which posts to look at again.

use super::status::Reached;
use std::{
    collections::{HashMap, VecDeque},
    hash::{DefaultHasher, Hash, Hasher},
};
use tertulia_kernel::{Timestamp, event::IncomingPost};

/// Posts whose last version is remembered.
const SEEN: usize = 5_000;
/// Posts looked at again now and then, for edits and deletions that nobody tells us about.
const WATCHED: usize = 200;

/// Versions of the posts lately handed on, so that reading a page again costs intake nothing. It lives as long as one run:
/// what was handed on but not taken is handed on again by the next.
#[derive(Default)]
pub struct Seen {
    versions: HashMap<String, Version>,
    order: VecDeque<String>,
}

struct Version {
    content: u64,
    addressed: bool,
}

impl Seen {
    /// Whether the post is new, changed, or now known to be addressed to us. A change the server gives no date for is
    /// dated `now`.
    pub fn is_news(&mut self, post: &mut IncomingPost, now: Timestamp) -> bool {
        let content = fingerprint(post);
        if let Some(known) = self.versions.get_mut(&post.external_id) {
            let changed = known.content != content;
            if changed && post.revised_at.is_none() {
                post.revised_at = Some(now);
            }
            let news = changed || (post.addressed && !known.addressed);
            post.addressed |= known.addressed;
            *known = Version { content, addressed: post.addressed };
            return news;
        }
        self.versions.insert(post.external_id.clone(), Version { content, addressed: post.addressed });
        self.order.push_back(post.external_id.clone());
        if self.order.len() > SEEN
            && let Some(oldest) = self.order.pop_front()
        {
            self.versions.remove(&oldest);
        }
        true
    }

    /// The post is gone: should it come back, it is news.
    pub fn forget(&mut self, external_id: &str) {
        self.versions.remove(external_id);
        self.order.retain(|id| id != external_id);
    }
}

/// What a person would notice to have changed.
fn fingerprint(post: &IncomingPost) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&post.text, &post.title, post.revised_at, post.visibility).hash(&mut hasher);
    for media in &post.media {
        (&media.url, &media.alt).hash(&mut hasher);
    }
    hasher.finish()
}

/// The posts to look at again, oldest look first. Saved as a cursor, so that a deletion while we were away is found too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    posts: VecDeque<(String, Reached)>,
}

impl Watch {
    /// Reads a saved window; unreadable entries are left out.
    pub fn load(saved: &str) -> Self {
        let posts = saved
            .split(' ')
            .filter_map(|entry| {
                let (kind, id) = entry.split_at_checked(1)?;
                let reached = match kind {
                    "m" => Reached::Mention,
                    "p" => Reached::Public,
                    "h" => Reached::Personal,
                    _ => return None,
                };
                (!id.is_empty()).then(|| (id.to_owned(), reached))
            })
            .take(WATCHED)
            .collect();
        Self { posts }
    }

    /// The form to save.
    pub fn save(&self) -> String {
        let entries: Vec<String> = self
            .posts
            .iter()
            .map(|(id, reached)| {
                let kind = match reached {
                    Reached::Mention => 'm',
                    Reached::Public => 'p',
                    Reached::Personal => 'h',
                };
                format!("{kind}{id}")
            })
            .collect();
        entries.join(" ")
    }

    /// Looks after this post too. The post not looked at for longest gives way, but one addressed to us only to another.
    pub fn add(&mut self, id: &str, reached: Reached) {
        if id.contains(' ') {
            return;
        }
        if let Some(known) = self.posts.iter_mut().find(|(known, _)| known == id) {
            if reached == Reached::Mention {
                known.1 = reached;
            }
            return;
        }
        self.posts.push_back((id.to_owned(), reached));
        if self.posts.len() > WATCHED {
            let victim = self.posts.iter().position(|(_, reached)| *reached != Reached::Mention).unwrap_or(0);
            self.posts.remove(victim);
        }
    }

    /// The post is gone.
    pub fn remove(&mut self, id: &str) {
        self.posts.retain(|(known, _)| known != id);
    }

    /// The next `many` posts to look at; they go to the end of the queue.
    pub fn next(&mut self, many: usize) -> Vec<(String, Reached)> {
        let many = many.min(self.posts.len());
        let due: Vec<_> = self.posts.iter().take(many).cloned().collect();
        self.posts.rotate_left(many);
        due
    }
}

#[cfg(test)]
mod tests {
    //! What is news.
    use super::*;
    use tertulia_kernel::event::Author;

    fn post(id: &str, text: &str) -> IncomingPost {
        IncomingPost::new(id, Author::default(), text, Timestamp::from_seconds(1))
    }

    #[test]
    fn the_same_post_twice_is_news_once_and_an_undated_edit_gets_a_date() {
        let now = Timestamp::from_seconds(9);
        let mut seen = Seen::default();
        assert!(seen.is_news(&mut post("1", "a"), now));
        assert!(!seen.is_news(&mut post("1", "a"), now));
        let mut edited = post("1", "b");
        assert!(seen.is_news(&mut edited, now));
        assert_eq!(edited.revised_at, Some(now));
        seen.forget("1");
        assert!(seen.is_news(&mut post("1", "b"), now));
    }

    #[test]
    fn a_post_seen_in_a_timeline_is_news_again_when_it_turns_out_to_mention_us() {
        let now = Timestamp::from_seconds(9);
        let mut seen = Seen::default();
        seen.is_news(&mut post("1", "a"), now);
        let mut mention = IncomingPost { addressed: true, ..post("1", "a") };
        assert!(seen.is_news(&mut mention, now));
        let mut again = post("1", "a");
        assert!(!seen.is_news(&mut again, now));
        assert!(again.addressed, "what mentions us once does so in every timeline");
    }

    #[test]
    fn the_memory_is_bounded() {
        let mut seen = Seen::default();
        for n in 0..SEEN + 10 {
            seen.is_news(&mut post(&n.to_string(), "a"), Timestamp::default());
        }
        assert_eq!((seen.versions.len(), seen.order.len()), (SEEN, SEEN));
    }

    #[test]
    fn the_window_turns_keeps_mentions_longest_and_survives_saving() {
        let mut watch = Watch::default();
        watch.add("mention", Reached::Mention);
        for n in 0..WATCHED {
            watch.add(&n.to_string(), Reached::Public);
        }
        assert_eq!(watch.posts.len(), WATCHED);
        assert_eq!(Watch::load(&watch.save()), watch);
        let ids = |due: Vec<(String, Reached)>| due.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
        assert_eq!(ids(watch.next(2)), ["mention", "1"]);
        assert_eq!(ids(watch.next(1)), ["2"]);
        watch.remove("mention");
        assert!(!watch.save().contains("mention"));
        assert_eq!(Watch::load("zz q mx"), Watch { posts: [("x".to_owned(), Reached::Mention)].into() });
    }
}
