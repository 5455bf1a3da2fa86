//! Monitors and rules, compiled: read and compiled once, and then only what changes ([`keep`]).

mod held;
mod keep;
mod read;
pub(crate) mod slow;

pub(crate) use keep::Cache;
pub use keep::Changed;
pub use slow::Slow;

use crate::query::{Query, read_as};
use held::{Heard, Held};
use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
    sync::Arc,
};
use tertulia_care::rules::Rule;
use tertulia_kernel::{MonitorId, RuleId};
use tertulia_listen::{Engine, Frequencies, Lists, MonitorSet};
use tertulia_store::{extras::Extras, monitor::MonitorRow};
use tertulia_understand::Grounds;

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
    /// What only queries read of it; none when nothing is known.
    pub extras: Option<&'a Extras>,
}

/// What a post matched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// Monitors, in order of their number.
    pub monitors: Vec<MonitorId>,
    /// Rules whose query condition holds.
    pub rules: Vec<RuleId>,
    /// Those that took too long in this post: whether they match is not known.
    pub undecided: Vec<Listener>,
}

/// Who listens with a query. Monitors sort before rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Listener {
    /// A monitor.
    Monitor(MonitorId),
    /// A rule, with its query condition.
    Rule(RuleId),
}

/// Monitors and rules in force.
#[derive(Default)]
pub struct Listening {
    version: String,
    held: Held,
    monitors: MonitorSet<Listener>,
    /// What the stream was like when the base was made.
    learnt: Arc<Frequencies>,
    /// Rules, in order.
    pub rules: Arc<[Rule]>,
    /// Words and points that posts are read with, where the company changed them.
    grounds: Option<Arc<Grounds>>,
}

impl Listening {
    /// Everything, after what was known before.
    fn of(rows: read::Rows, version: String, before: &Self) -> Self {
        let mut learnt = Frequencies::clone(&before.learnt);
        learnt.merge(&before.monitors.frequencies());
        let lists = &rows.lists;
        let monitors = rows.monitors.into_iter().map(|row| heard_monitor(row, lists));
        let rules: Arc<[Rule]> = rows.rules.unwrap_or_default().into();
        let held = Held::new(monitors.chain(rules.iter().filter_map(|rule| heard_rule(rule, lists))));
        let queries = held.iter().filter_map(|(listener, heard)| Some((listener, heard.query.as_ref()?.parsed())));
        let mut monitors = MonitorSet::from(Engine::build(queries, learnt.clone()));
        monitors.learn(&learnt);
        Self { version, held, monitors, learnt: Arc::new(learnt), rules, grounds: rows.grounds.unwrap_or_default() }
    }

    /// The same with some monitors read again, and the rules if they were: those whose words changed, and `stale` ones, are
    /// compiled.
    fn followed_by(&self, rows: read::Rows, monitors: &BTreeSet<MonitorId>, stale: &BTreeSet<RuleId>, version: String) -> Self {
        let mut next = Self { version, ..self.successor() };
        let lists = &rows.lists;
        let mut read: HashMap<Listener, Arc<Heard>> = rows.monitors.into_iter().map(|row| heard_monitor(row, lists)).collect();
        for id in monitors {
            let listener = Listener::Monitor(*id);
            next.put(listener, read.remove(&listener));
        }
        if let Some(grounds) = rows.grounds {
            next.grounds = grounds;
        }
        let Some(rules) = rows.rules else { return next };
        let asks = |rules: &[Rule], id| rules.iter().find(|rule| rule.id == id).and_then(|rule| rule.conditions.query.clone());
        for rule in &*self.rules {
            if rule.conditions.query.is_some() && asks(&rules, rule.id).is_none() {
                next.put(Listener::Rule(rule.id), None);
            }
        }
        for rule in &rules {
            if stale.contains(&rule.id) || asks(&self.rules, rule.id) != rule.conditions.query {
                next.put(Listener::Rule(rule.id), heard_rule(rule, lists).map(|(_, heard)| heard));
            }
        }
        next.rules = rules.into();
        next
    }

    /// One to be changed that takes this one's place.
    fn successor(&self) -> Self {
        Self {
            version: self.version.clone(),
            held: self.held.clone(),
            monitors: self.monitors.successor(),
            learnt: Arc::clone(&self.learnt),
            rules: Arc::clone(&self.rules),
            grounds: self.grounds.clone(),
        }
    }

    fn put(&mut self, listener: Listener, heard: Option<Arc<Heard>>) {
        match heard.as_ref().and_then(|heard| heard.query.as_ref()) {
            Some(query) => self.monitors.add(listener, query.parsed()),
            None => {
                self.monitors.remove(&listener);
            }
        }
        self.held.put(listener, heard);
    }

    /// Whether enough changed, or it was made before the stream was known and now it is.
    fn is_worth_merging(&self, changes: usize) -> bool {
        self.held.steps() >= changes || (self.learnt.posts() < KNOWN && self.monitors.sampled() >= KNOWN)
    }

    /// The same with everything in the base, laid out for the stream as it is known now.
    fn merged(&self) -> Self {
        let seen = self.monitors.frequencies();
        let mut learnt = Frequencies::clone(&self.learnt);
        learnt.merge(&seen);
        let mut monitors = self.monitors.clone();
        monitors.learn(&seen);
        monitors.merge();
        Self {
            version: self.version.clone(),
            held: self.held.joined(),
            monitors,
            learnt: Arc::new(learnt),
            rules: Arc::clone(&self.rules),
            grounds: self.grounds.clone(),
        }
    }

    /// This one, merged from `old`, with what changed until `now`; none when `now` does not follow on `old`.
    fn caught_up(mut self, old: &Self, now: &Self) -> Option<Self> {
        for (listener, heard) in now.held.since(&old.held)? {
            self.put(listener, heard);
        }
        Some(Self { version: now.version.clone(), rules: Arc::clone(&now.rules), grounds: now.grounds.clone(), ..self })
    }

    /// Words and points that posts are read with.
    pub fn grounds(&self) -> Arc<Grounds> {
        Arc::clone(self.grounds.as_ref().unwrap_or_else(|| Grounds::built_in()))
    }

    /// A monitor's name; empty when it is gone.
    pub fn monitor_name(&self, id: MonitorId) -> &str {
        self.held.get(Listener::Monitor(id)).map_or("", |heard| heard.name.as_str())
    }

    /// Monitors that may say the same as a query.
    pub fn alike(&self, query: &Query) -> Vec<MonitorId> {
        let monitor = |listener| match listener {
            Listener::Monitor(id) => Some(id),
            Listener::Rule(_) => None,
        };
        self.held.alike(query).into_iter().filter_map(monitor).collect()
    }

    /// What a post matches: its text is read once, whatever the number of monitors.
    pub fn match_post(&self, post: &PostText<'_>) -> Matched {
        let (found, undecided) = read_as(post, |post| self.monitors.matches_and_undecided(post));
        for listener in &undecided {
            // Never a silent miss: the post is kept or counted as the others decide, and people can look at it.
            let name = self.held.get(*listener).map_or("", |heard| heard.name.as_str());
            tracing::warn!(name, channel = post.channel, bytes = post.text.len(), "a query took too long on a post and was left undecided");
        }
        let mut matched = Matched { undecided, ..Matched::default() };
        for listener in found {
            match listener {
                Listener::Monitor(id) => matched.monitors.push(id),
                Listener::Rule(id) => matched.rules.push(id),
            }
        }
        matched
    }

    /// Those that keep taking too long, since this process began or they were changed.
    pub fn quarantined(&self) -> Vec<Listener> {
        self.monitors.quarantined().into_iter().map(|(listener, _)| listener).collect()
    }

    /// Which places of the text made a monitor match, as byte ranges; none when the monitor is gone or off.
    pub fn explain(&self, id: MonitorId, post: &PostText<'_>) -> Vec<Range<usize>> {
        let query = self.held.get(Listener::Monitor(id)).and_then(|heard| heard.query.as_ref());
        query.map(|query| query.explain(post)).unwrap_or_default()
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

fn heard_monitor(row: MonitorRow, lists: &Lists) -> (Listener, Arc<Heard>) {
    (Listener::Monitor(row.id.into()), Arc::new(Heard::read(row.name, &row.query, row.enabled, lists)))
}

fn heard_rule(rule: &Rule, lists: &Lists) -> Option<(Listener, Arc<Heard>)> {
    let query = rule.conditions.query.as_deref()?;
    Some((Listener::Rule(rule.id), Arc::new(Heard::read(rule.name.clone(), query, true, lists))))
}

#[cfg(test)]
mod tests {
    //! What follows on what, and what the stream teaches.
    use super::*;
    use tertulia_care::rules::{Actions, Conditions};

    fn row(n: u128, query: &str) -> MonitorRow {
        MonitorRow { id: uuid::Uuid::from_u128(n), name: query.into(), query: query.into(), enabled: true, ..MonitorRow::default() }
    }

    fn rows(monitors: &[(u128, &str)], rules: Option<&[(u128, &str)]>, lists: &Lists) -> read::Rows {
        let rule = |(n, query): &(u128, &str)| Rule {
            id: RuleId(uuid::Uuid::from_u128(*n)),
            name: String::new(),
            conditions: Conditions { query: Some((*query).into()), ..Conditions::default() },
            actions: Actions::default(),
        };
        let monitors = monitors.iter().map(|(n, query)| row(*n, query)).collect();
        read::Rows { monitors, rules: rules.map(|rules| rules.iter().map(rule).collect()), lists: lists.clone(), grounds: None }
    }

    fn monitors(ids: &[u128]) -> BTreeSet<MonitorId> {
        ids.iter().map(|n| MonitorId(uuid::Uuid::from_u128(*n))).collect()
    }

    /// Numbers of the monitors and rules that match.
    fn matching(listening: &Listening, text: &str) -> (Vec<u128>, Vec<u128>) {
        let matched = listening.match_post(&PostText { text, ..PostText::default() });
        (matched.monitors.iter().map(|id| id.0.as_u128()).collect(), matched.rules.iter().map(|id| id.0.as_u128()).collect())
    }

    #[test]
    fn what_changed_matches_beside_the_rest_and_when_it_is_merged() {
        let lists = Lists::new();
        let first = Listening::of(
            rows(&[(1, "maleta"), (2, "maleta"), (3, "vuelo")], Some(&[(8, "maleta"), (9, "vuelo")]), &lists),
            "a".into(),
            &Listening::default(),
        );
        assert_eq!(matching(&first, "maleta"), (vec![1, 2], vec![8]));
        // Monitor 2 is gone, 4 is new; rule 8 asks for something else, and 9 is gone.
        let changes = rows(&[(1, "vuelo"), (4, "maleta")], Some(&[(8, "vuelo")]), &lists);
        let second = first.followed_by(changes, &monitors(&[1, 2, 4]), &BTreeSet::new(), "b".into());
        let merged = second.merged();
        for listening in [&second, &merged] {
            assert_eq!((matching(listening, "maleta"), matching(listening, "vuelo")), ((vec![4], vec![]), (vec![1, 3], vec![8])));
        }
        assert_eq!((second.is_worth_merging(1), merged.is_worth_merging(1)), (true, false));
        assert_eq!(matching(&first, "maleta"), (vec![1, 2], vec![8]), "who still matches with the old one is not disturbed");

        // A change while it was merged is taken along; a merge of what is no longer in force is not.
        let third = second.followed_by(rows(&[], None, &lists), &monitors(&[3]), &BTreeSet::new(), "c".into());
        let caught_up = second.merged().caught_up(&second, &third).expect("it follows");
        assert_eq!((matching(&caught_up, "vuelo"), caught_up.version.as_str()), ((vec![1], vec![8]), "c"));
        assert!(second.merged().caught_up(&second, &merged).is_none());
    }

    #[test]
    fn a_rule_whose_list_changed_is_compiled_again() {
        let lists = |word: &str| {
            let mut lists = Lists::new();
            lists.add("marcas", [word]).expect("a list");
            lists
        };
        let first = Listening::of(rows(&[], Some(&[(8, "list:marcas")]), &lists("iberia")), "a".into(), &Listening::default());
        let changes = || rows(&[], Some(&[(8, "list:marcas")]), &lists("latam"));
        let stale: BTreeSet<RuleId> = [RuleId(uuid::Uuid::from_u128(8))].into();
        let second = first.followed_by(changes(), &BTreeSet::new(), &stale, "b".into());
        assert_eq!((matching(&second, "latam").1, matching(&second, "iberia").1), (vec![8], vec![]));
    }

    #[test]
    fn a_stream_that_became_known_is_used_once() {
        let first = Listening::default();
        let post = PostText { text: "perdieron mi maleta", ..PostText::default() };
        assert!(!first.is_worth_merging(1));
        // One in 64 is sampled.
        for _ in 0..64 * KNOWN {
            first.match_post(&post);
        }
        let second = first.followed_by(rows(&[], None, &Lists::new()), &BTreeSet::new(), &BTreeSet::new(), "b".into());
        assert!(second.is_worth_merging(1), "a change keeps what was seen");
        let merged = second.merged();
        assert_eq!(merged.learnt.posts(), KNOWN);
        assert!(!merged.is_worth_merging(1));
    }
}
