//! Monitors and rules, compiled: loaded once and again whenever they change.

use crate::{
    App, Result, lists,
    query::{Query, as_read},
};
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};
use tertulia_care::rules::{Actions, Conditions, Rule};
use tertulia_kernel::{MonitorId, RuleId};
use tertulia_listen::{Engine, Frequencies, Lists, MonitorSet};
use tertulia_store::{Conn, Tx};

/// Posts in the sample from which on the stream is known, and what monitors wait for is chosen by it.
const KNOWN: u32 = 512;

/// What queries read of a post.
#[derive(Clone, Copy, Debug, Default)]
pub struct PostText<'a> {
    /// Headline or subject.
    pub title: Option<&'a str>,
    /// Text.
    pub text: &'a str,
    /// Author's handle.
    pub author: &'a str,
    /// Language.
    pub lang: Option<&'a str>,
    /// Channel's name.
    pub channel: &'a str,
    /// Channel's kind.
    pub channel_kind: &'a str,
    /// Author's followers.
    pub followers: Option<u64>,
    /// Its address on the network.
    pub url: Option<&'a str>,
    /// It answers another post.
    pub reply: bool,
}

/// What a post matched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// Monitors, in order of their number.
    pub monitors: Vec<MonitorId>,
    /// Rules whose query condition holds.
    pub rules: Vec<RuleId>,
}

/// Who listens with a query. Monitors sort before rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Listener {
    Monitor(MonitorId),
    Rule(RuleId),
}

/// Monitors and rules in force.
#[derive(Default)]
pub struct Listening {
    version: String,
    names: HashMap<MonitorId, String>,
    queries: HashMap<MonitorId, Query>,
    /// Monitors, also those that are off, by what their query says: a hash, so whoever asks compares the queries.
    alike: HashMap<u64, Vec<MonitorId>>,
    monitors: MonitorSet<Listener>,
    /// What the stream was like before.
    learnt: Frequencies,
    /// Rules, in order.
    pub rules: Vec<Rule>,
}

/// The last compiled state; shared by the process.
pub(crate) type Cache = Arc<Mutex<Arc<Listening>>>;

impl Listening {
    async fn load(conn: &mut Conn, version: String, before: &Self) -> Result<Self> {
        let mut loaded = Self { version, learnt: before.learnt.clone(), ..Self::default() };
        loaded.learnt.merge(&before.monitors.frequencies());
        let mut asked = Vec::new();
        let lists = lists::all(conn).await?;
        for row in conn.monitors().await? {
            let id = MonitorId::from(row.id);
            loaded.names.insert(id, row.name);
            match Query::parse(&row.query, &lists) {
                Ok(query) => {
                    loaded.alike.entry(hash_of(&query)).or_default().push(id);
                    if !row.enabled {
                        continue;
                    }
                    loaded.queries.insert(id, query);
                }
                // Saved by an earlier version that read it otherwise: said aloud, never dropped in silence.
                Err(error) => tracing::error!(monitor = row.number, code = error.code, "this monitor's query is no longer understood"),
            }
        }
        let departments = conn.department_ids().await?;
        for row in conn.rules().await?.into_iter().filter(|row| row.enabled) {
            let parsed = serde_json::from_str::<Conditions>(&row.conditions)
                .and_then(|conditions| Ok((conditions, serde_json::from_str::<Actions>(&row.actions)?)));
            let Ok((conditions, mut actions)) = parsed else {
                tracing::error!(rule = row.name, "this rule can't be read");
                continue;
            };
            if actions.department_id.is_some_and(|department| !departments.contains(&department.0)) {
                // It would keep every post it applies to from being stored.
                tracing::error!(rule = row.name, "this rule names a department that is gone; its cases go to none");
                actions.department_id = None;
            }
            let id = RuleId::from(row.id);
            if let Some(query) = &conditions.query {
                match Query::parse(query, &lists) {
                    Ok(query) => asked.push((id, query)),
                    Err(error) => tracing::error!(rule = row.name, code = error.code, "this rule's query is no longer understood"),
                }
            }
            loaded.rules.push(Rule { id, name: row.name, conditions, actions });
        }
        let monitors = loaded.queries.iter().map(|(id, query)| (Listener::Monitor(*id), query.parsed()));
        let rules = asked.iter().map(|(id, query)| (Listener::Rule(*id), query.parsed()));
        loaded.monitors = Engine::build(monitors.chain(rules), loaded.learnt.clone()).into();
        Ok(loaded)
    }

    /// Whether it was made before the stream was known, and now it is.
    fn can_do_better(&self) -> bool {
        self.learnt.posts() < KNOWN && self.monitors.sampled() >= KNOWN
    }

    /// A monitor's name; empty when it is gone.
    pub fn monitor_name(&self, id: MonitorId) -> &str {
        self.names.get(&id).map_or("", String::as_str)
    }

    /// Monitors that may say the same as a query.
    pub fn alike(&self, query: &Query) -> &[MonitorId] {
        self.alike.get(&hash_of(query)).map_or(&[], Vec::as_slice)
    }

    /// What a post matches: its text is read once, whatever the number of monitors.
    pub fn match_post(&self, post: &PostText<'_>) -> Matched {
        let mut matched = Matched::default();
        let before = self.monitors.undecided();
        for listener in self.monitors.matches(&as_read(post)) {
            match listener {
                Listener::Monitor(id) => matched.monitors.push(id),
                Listener::Rule(id) => matched.rules.push(id),
            }
        }
        if self.monitors.undecided() > before {
            // Never a silent miss: the post is kept or counted as the others decide, and people can look at it.
            tracing::warn!(channel = post.channel, bytes = post.text.len(), "a monitor took too long on a post and was left undecided");
        }
        matched
    }

    /// Which places of the text made a monitor match, as byte ranges; none when the monitor is gone or off.
    pub fn explain(&self, id: MonitorId, post: &PostText<'_>) -> Vec<Range<usize>> {
        self.queries.get(&id).map(|query| query.explain(post)).unwrap_or_default()
    }

    /// Places of forbidden words and phrases in a text, as byte ranges. A phrase that is no query is taken literally.
    pub fn forbidden_places(&self, forbidden: &[String], text: &str) -> Vec<(usize, usize)> {
        let post = PostText { text, ..PostText::default() };
        let none = Lists::new();
        let literal = |phrase: &String| Query::parse(&format!("\"{}\"", phrase.replace('"', " ")), &none);
        let queries = forbidden.iter().filter_map(|phrase| Query::parse(phrase, &none).or_else(|_| literal(phrase)).ok());
        let mut places: Vec<(usize, usize)> = queries
            .filter(|query| query.matches(&post))
            .flat_map(|query| query.explain(&post))
            .map(|place| (place.start, place.end))
            .collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}

fn hash_of(query: &Query) -> u64 {
    let mut hasher = DefaultHasher::new();
    query.identity().hash(&mut hasher);
    hasher.finish()
}

impl App {
    /// Monitors and rules in force, loaded again when their version changed.
    pub async fn listening(&self, conn: &mut Conn) -> Result<Arc<Listening>> {
        let version = conn.listening_version().await?;
        let cached = Arc::clone(&self.listening_cache.lock().unwrap_or_else(PoisonError::into_inner));
        if cached.version == version && !version.is_empty() && !cached.can_do_better() {
            return Ok(cached);
        }
        let loaded = Arc::new(Listening::load(conn, version, &cached).await?);
        *self.listening_cache.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&loaded);
        Ok(loaded)
    }

    /// Tells every process that monitors or rules changed, in the change's own transaction.
    pub async fn touch_listening(&self, tx: &mut Tx) -> Result<()> {
        Ok(tx.touch_listening(&self.new_id().to_string()).await?)
    }
}

#[cfg(test)]
mod tests {
    //! What the stream teaches.
    use super::*;

    #[test]
    fn a_stream_that_became_known_is_used_once() {
        let first = Listening::default();
        let post = PostText { text: "perdieron mi maleta", ..PostText::default() };
        assert!(!first.can_do_better());
        // One in 64 is sampled.
        for _ in 0..64 * KNOWN {
            first.match_post(&post);
        }
        assert!(first.can_do_better());
        let second = Listening { learnt: first.monitors.frequencies(), ..Listening::default() };
        assert_eq!(second.learnt.posts(), KNOWN);
        assert!(!second.can_do_better());
    }
}
