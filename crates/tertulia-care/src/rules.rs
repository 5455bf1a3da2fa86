//! Rules: conditions on a post that, when all hold, open a case and shape it.
//!
//! Rules run in order. For each thing a rule can set (open a case or not, department, priority) the first rule that
//! states it wins; tags add up. When no rule says whether to open a case, a post that was addressed to the company or
//! matched by a monitor opens one, so that a new installation shows what it finds.

use serde::{Deserialize, Serialize};
use std::fmt;
use tertulia_kernel::{ChannelId, DepartmentId, MonitorId, RuleId, event::Visibility};

/// How pressing a case is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Can wait.
    Low,
    /// The usual.
    #[default]
    Normal,
    /// Before the usual.
    High,
    /// Now.
    Urgent,
}

impl Priority {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }

    /// Reads the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Low, Self::Normal, Self::High, Self::Urgent].into_iter().find(|priority| priority.as_str() == text)
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// When a rule applies; what is left empty does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conditions {
    /// One of these monitors matched.
    pub monitor_ids: Vec<MonitorId>,
    /// The post matches this listening query. Whether it does is a fact the caller brings: [`PostFacts::queries`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// It came by one of these channels.
    pub channel_ids: Vec<ChannelId>,
    /// It came by a channel of one of these kinds.
    pub channel_kinds: Vec<String>,
    /// Who can see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// The author has at least so many followers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followers_min: Option<u64>,
    /// Its language is one of these.
    pub langs: Vec<String>,
    /// It is one of these message types, surely enough to route by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// It feels one of these ways about the brand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sentiments: Vec<String>,
    /// It is at least so urgent, per mille.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urgency_min: Option<u16>,
}

/// What a rule does; what is left empty is left to later rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Actions {
    /// Opens a case, or keeps the post without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_case: Option<bool>,
    /// Department of the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department_id: Option<DepartmentId>,
    /// Priority of the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Tags to add.
    pub tags: Vec<String>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Id.
    pub id: RuleId,
    /// Name.
    pub name: String,
    /// When.
    pub conditions: Conditions,
    /// What.
    pub actions: Actions,
}

/// What rules may ask about a post.
#[derive(Clone, Debug)]
pub struct PostFacts<'a> {
    /// Monitors that matched.
    pub monitors: &'a [MonitorId],
    /// Rules whose `query` condition the post matches.
    pub queries: &'a [RuleId],
    /// Channel.
    pub channel: ChannelId,
    /// Its kind.
    pub channel_kind: &'a str,
    /// Who can see it.
    pub visibility: Visibility,
    /// Author's followers.
    pub followers: Option<u64>,
    /// Language.
    pub lang: Option<&'a str>,
    /// Its message types, those that are sure enough to route by.
    pub types: &'a [&'a str],
    /// How it feels about the brand.
    pub sentiment: Option<&'a str>,
    /// How urgent it is, per mille.
    pub urgency: Option<u16>,
    /// It was addressed to the company.
    pub addressed: bool,
}

/// What the rules decided, and which rule decided what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Opens (or extends) a case.
    pub open_case: bool,
    /// A rule says that it opens none; not just that none says so.
    pub refused: bool,
    /// Department.
    pub department_id: Option<DepartmentId>,
    /// Priority.
    pub priority: Priority,
    /// Tags, in order, without repeats.
    pub tags: Vec<String>,
    /// The rules that applied, in order, with what each one set.
    pub because: Vec<Because>,
}

/// What one rule contributed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Because {
    /// Rule.
    pub rule_id: RuleId,
    /// Its name then.
    pub rule: String,
    /// What it set: `open_case`, `department`, `priority`, `tags`.
    pub set: Vec<&'static str>,
}

impl Conditions {
    fn hold(&self, rule: RuleId, post: &PostFacts<'_>) -> bool {
        let one_of = |list: &[String], value: &str| list.is_empty() || list.iter().any(|item| item.eq_ignore_ascii_case(value));
        (self.monitor_ids.is_empty() || self.monitor_ids.iter().any(|id| post.monitors.contains(id)))
            && (self.query.is_none() || post.queries.contains(&rule))
            && (self.channel_ids.is_empty() || self.channel_ids.contains(&post.channel))
            && one_of(&self.channel_kinds, post.channel_kind)
            && self.visibility.is_none_or(|visibility| visibility == post.visibility)
            && self.followers_min.is_none_or(|least| post.followers.is_some_and(|followers| followers >= least))
            && (self.types.is_empty() || post.types.iter().any(|kind| one_of(&self.types, kind)))
            && (self.sentiments.is_empty() || post.sentiment.is_some_and(|sentiment| one_of(&self.sentiments, sentiment)))
            && self.urgency_min.is_none_or(|least| post.urgency.is_some_and(|urgency| urgency >= least))
            && (self.langs.is_empty() || post.lang.is_some_and(|lang| one_of(&self.langs, lang.split('-').next().unwrap_or(lang))))
    }
}

/// Applies rules to a post.
pub fn decide_rules(rules: &[Rule], post: &PostFacts<'_>) -> Decision {
    let mut decision = Decision::default();
    let (mut open_case, mut priority) = (None, None);
    for rule in rules.iter().filter(|rule| rule.conditions.hold(rule.id, post)) {
        let mut set = Vec::new();
        if open_case.is_none() && rule.actions.open_case.is_some() {
            open_case = rule.actions.open_case;
            set.push("open_case");
        }
        if decision.department_id.is_none() && rule.actions.department_id.is_some() {
            decision.department_id = rule.actions.department_id;
            set.push("department");
        }
        if priority.is_none() && rule.actions.priority.is_some() {
            priority = rule.actions.priority;
            set.push("priority");
        }
        let new_tags: Vec<String> = rule.actions.tags.iter().filter(|tag| !decision.tags.contains(tag)).cloned().collect();
        if !new_tags.is_empty() {
            decision.tags.extend(new_tags);
            set.push("tags");
        }
        decision.because.push(Because { rule_id: rule.id, rule: rule.name.clone(), set });
    }
    decision.refused = open_case == Some(false);
    decision.open_case = open_case.unwrap_or(post.addressed || !post.monitors.is_empty());
    decision.priority = priority.unwrap_or_default();
    decision
}

#[cfg(test)]
mod tests {
    //! Order, precedence and conditions.
    use super::*;
    use uuid::Uuid;

    fn rule(n: u128, conditions: Conditions, actions: Actions) -> Rule {
        Rule { id: Uuid::from_u128(n).into(), name: format!("rule {n}"), conditions, actions }
    }

    fn post<'a>(monitors: &'a [MonitorId]) -> PostFacts<'a> {
        PostFacts {
            monitors,
            queries: &[],
            channel: Uuid::from_u128(1).into(),
            channel_kind: "mastodon",
            visibility: Visibility::Public,
            followers: Some(12_000),
            lang: Some("es-MX"),
            types: &["complaint", "question"],
            sentiment: Some("negative"),
            urgency: Some(600),
            addressed: false,
        }
    }

    #[test]
    fn without_rules_what_was_matched_or_addressed_opens_a_case() {
        let monitor = [Uuid::from_u128(9).into()];
        assert!(decide_rules(&[], &post(&monitor)).open_case);
        assert!(!decide_rules(&[], &post(&[])).open_case);
        assert!(decide_rules(&[], &PostFacts { addressed: true, ..post(&[]) }).open_case);
    }

    #[test]
    fn the_first_rule_that_states_a_thing_wins_and_tags_add_up() {
        let complaints: DepartmentId = Uuid::from_u128(5).into();
        let rules = [
            rule(
                1,
                Conditions { followers_min: Some(10_000), ..Default::default() },
                Actions { priority: Some(Priority::High), tags: vec!["reach".into()], ..Default::default() },
            ),
            rule(
                2,
                Conditions { langs: vec!["es".into()], ..Default::default() },
                Actions {
                    department_id: Some(complaints),
                    priority: Some(Priority::Low),
                    tags: vec!["es".into(), "reach".into()],
                    ..Default::default()
                },
            ),
            rule(
                3,
                Conditions { channel_kinds: vec!["email".into()], ..Default::default() },
                Actions { open_case: Some(false), ..Default::default() },
            ),
        ];
        let monitor = [Uuid::from_u128(9).into()];
        let decision = decide_rules(&rules, &post(&monitor));
        assert_eq!((decision.open_case, decision.department_id, decision.priority), (true, Some(complaints), Priority::High));
        assert_eq!(decision.tags, ["reach", "es"]);
        assert_eq!(
            decision.because.iter().map(|b| b.set.clone()).collect::<Vec<_>>(),
            [vec!["priority", "tags"], vec!["department", "tags"]]
        );
    }

    #[test]
    fn every_stated_condition_must_hold() {
        let conditions =
            Conditions { monitor_ids: vec![Uuid::from_u128(9).into()], visibility: Some(Visibility::Private), ..Default::default() };
        let rules = [rule(1, conditions, Actions { open_case: Some(false), ..Default::default() })];
        let monitor = [Uuid::from_u128(9).into()];
        assert!(decide_rules(&rules, &post(&monitor)).because.is_empty());
        assert!(!decide_rules(&rules, &PostFacts { visibility: Visibility::Private, ..post(&monitor) }).open_case);
    }

    #[test]
    fn what_a_post_says_is_asked_like_any_other_fact() {
        let asked = |conditions: Conditions, post: &PostFacts<'_>| {
            !decide_rules(&[rule(1, conditions, Actions { tags: vec!["a".into()], ..Default::default() })], post).tags.is_empty()
        };
        let types = |names: &[&str]| Conditions { types: names.iter().map(|&name| name.into()).collect(), ..Default::default() };
        let urgent = |least| Conditions { urgency_min: Some(least), ..Default::default() };
        let feels = |name: &str| Conditions { sentiments: vec![name.into()], ..Default::default() };
        let post = post(&[]);
        assert!(asked(types(&["praise", "complaint"]), &post) && !asked(types(&["praise"]), &post));
        assert!(asked(urgent(600), &post) && !asked(urgent(601), &post));
        assert!(asked(feels("negative"), &post) && !asked(feels("positive"), &post));
        let unread = PostFacts { types: &[], sentiment: None, urgency: None, ..post };
        assert!(!asked(types(&["complaint"]), &unread) && !asked(urgent(0), &unread) && !asked(feels("negative"), &unread));
    }

    #[test]
    fn unknown_followers_or_language_meet_no_such_condition() {
        let rules = [
            rule(1, Conditions { followers_min: Some(0), ..Default::default() }, Actions { tags: vec!["a".into()], ..Default::default() }),
            rule(
                2,
                Conditions { langs: vec!["es".into()], ..Default::default() },
                Actions { tags: vec!["b".into()], ..Default::default() },
            ),
        ];
        assert!(decide_rules(&rules, &PostFacts { followers: None, lang: None, ..post(&[]) }).tags.is_empty());
    }
}
