//! `sample/` follows the formats its README documents, to the letter, and everything in it that names something else
//! names something that is there.

use super::data::{self, Files, seconds};
use crate::{listening::PostText, query::Query, rules::Priority, understanding::Task};
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use tertulia_listen::Lists;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    channel: String,
    at: String,
    id: String,
    title: Option<String>,
    text: String,
    author: Author,
    lang: Option<String>,
    in_reply_to: Option<String>,
    edit_of: Option<String>,
    delete_of: Option<String>,
    url: Option<String>,
    direct: Option<bool>,
    #[serde(default)]
    media: Vec<Media>,
    truth: Truth,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Author {
    id: String,
    handle: String,
    name: String,
    followers: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Media {
    kind: String,
    alt: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "irony is read so that it must be there")]
struct Truth {
    #[serde(rename = "type")]
    kind: String,
    sentiment: String,
    irony: bool,
    lang: String,
}

fn files() -> Files {
    data::files().expect("the files are in their formats")
}

fn lines() -> Vec<Line> {
    let read = |(number, line): (usize, &str)| {
        serde_json::from_str(line).unwrap_or_else(|error| panic!("day.jsonl, line {}: {error}", number + 1))
    };
    data::DAY.lines().enumerate().map(read).collect()
}

fn unique<'a>(what: &str, names: impl IntoIterator<Item = &'a str>) {
    let mut seen = HashSet::new();
    for name in names {
        assert!(seen.insert(name), "{what} {name} is there twice");
    }
}

#[test]
fn company_and_agents() {
    let company = files().company;
    let keys: Vec<&str> = company.departments.iter().map(|department| department.key.as_str()).collect();
    assert_eq!(keys, ["complaints", "sales", "technical_service", "marketing"]);
    unique("agent", company.agents.iter().map(|agent| agent.email.as_str()));
    unique("channel", company.channels.iter().map(|channel| channel.name.as_str()));
    for agent in &company.agents {
        assert!(tertulia_policy::Role::parse(&agent.role).is_some(), "{}", agent.name);
        assert!(agent.email.ends_with(&format!("@{}", company.domain)), "{}", agent.email);
        assert!(!agent.departments.is_empty() && agent.departments.iter().all(|key| keys.contains(&key.as_str())), "{}", agent.name);
        assert!(["es", "en"].contains(&agent.locale.as_str()), "{}", agent.name);
        assert!(agent.languages.iter().all(|lang| ["es", "en", "pt"].contains(&lang.as_str())), "{}", agent.name);
    }
    for channel in &company.channels {
        assert_eq!(channel.kind, "replay");
        assert!(["mastodon", "email", "feed", "webchat", "push"].contains(&channel.shows_as.as_str()), "{}", channel.name);
        assert!(channel.name.bytes().all(|c| c.is_ascii_lowercase()), "{}", channel.name);
    }
}

#[test]
fn monitors_and_rules() {
    let Files { company, monitors, rules, canned, .. } = files();
    let departments: Vec<&str> = company.departments.iter().map(|department| department.key.as_str()).collect();
    let channels: Vec<&str> = company.channels.iter().map(|channel| channel.name.as_str()).collect();
    let keys: Vec<&str> = monitors.iter().map(|monitor| monitor.key.as_str()).collect();
    unique("monitor", keys.iter().copied());
    unique("monitor's name", monitors.iter().map(|monitor| monitor.name_es.as_str()));
    for monitor in &monitors {
        if let Err(problem) = Query::parse(&monitor.query, &Lists::new()) {
            panic!("monitor {}: {} {:?}", monitor.key, problem.message.en, problem.range);
        }
        assert!(monitor.department.as_deref().is_none_or(|key| departments.contains(&key)), "{}", monitor.key);
    }
    for rule in &rules {
        let name = &rule.name_en;
        assert!(rule.conditions.monitor.iter().all(|key| keys.contains(&key.as_str())), "{name}: monitor");
        assert!(rule.conditions.channel.iter().all(|key| channels.contains(&key.as_str())), "{name}: channel");
        assert!(rule.conditions.kind.iter().all(|kind| ["email", "webchat", "direct"].contains(&kind.as_str())), "{name}: kind");
        assert!(rule.conditions.query.as_deref().is_none_or(|query| Query::parse(query, &Lists::new()).is_ok()), "{name}: query");
        let known = |task: Task, names: &[String]| names.iter().all(|name| task.bit(name).is_some());
        assert!(known(Task::Types, &rule.conditions.kinds_of_message), "{name}: type");
        assert!(known(Task::Sentiment, &rule.conditions.sentiment), "{name}: sentiment");
        assert!(rule.conditions.urgency_min.is_none_or(|least| (0.0..=1.0).contains(&least)), "{name}: urgency");
        assert!(rule.actions.department.as_deref().is_none_or(|key| departments.contains(&key)), "{name}: department");
        assert!(rule.actions.priority.as_deref().is_none_or(|priority| Priority::parse(priority).is_some()), "{name}: priority");
    }
    unique("shortcut", canned.iter().map(|canned| canned.shortcut.as_str()));
    for canned in &canned {
        for variable in canned.text.split("{{").skip(1) {
            let name = variable.split("}}").next().unwrap_or_default();
            assert!(["person.first_name", "case.number", "agent.first_name"].contains(&name), "{}: {name}", canned.shortcut);
        }
    }
}

#[test]
fn people_are_those_of_the_day() {
    let Files { company, people, .. } = files();
    let network = |channel: &str| {
        let found = company.channels.iter().find(|known| known.name == channel);
        found.unwrap_or_else(|| panic!("no channel {channel}")).network.clone()
    };
    unique("person", people.iter().map(|person| person.key.as_str()));
    let day: HashSet<(String, String)> = lines().into_iter().map(|line| (network(&line.channel), line.author.id)).collect();
    let mut identities = HashSet::new();
    for person in &people {
        let (key, kind) = (&person.key, person.kind.as_str());
        assert!(crate::people::KINDS.contains(&kind), "{key}: {kind}");
        assert!(!person.identities.is_empty(), "{key} has no identity");
        for identity in &person.identities {
            assert!(identities.insert((network(&identity.channel), &identity.external_id)), "{key}: identity twice");
        }
        // Somebody of the day is somebody we know, at least by one of their identities.
        let written = person.identities.iter().any(|one| day.contains(&(network(&one.channel), one.external_id.clone())));
        assert!(written || !person.history.is_empty(), "{key} never writes");
        let mut before = i64::MAX;
        for episode in &person.history {
            assert!(person.identities.iter().any(|identity| identity.channel == episode.channel), "{key}: {}", episode.channel);
            assert!(episode.days_ago > 0 && episode.days_ago <= before, "{key}: oldest first");
            assert!(["resolved", "pending"].contains(&episode.status.as_str()), "{key}: {}", episode.status);
            before = episode.days_ago;
        }
    }
}

#[test]
fn the_day_is_in_order_and_hangs_together() {
    let company = files().company;
    let network: HashMap<&str, &str> = company.channels.iter().map(|one| (one.name.as_str(), one.network.as_str())).collect();
    let lines = lines();
    assert!(lines.len() > 600);
    let mut earlier: HashMap<&str, &Line> = HashMap::new();
    let mut authors: HashMap<(&str, &str), &Author> = HashMap::new();
    let mut at = 0;
    for line in &lines {
        let id = line.id.as_str();
        let network = network.get(line.channel.as_str()).unwrap_or_else(|| panic!("{id}: no channel {}", line.channel));
        assert!(line.at.len() == 8 && (at..86_400).contains(&seconds(&line.at)), "{id}: {}", line.at);
        at = seconds(&line.at);
        assert_eq!(line.text.trim().is_empty(), line.delete_of.is_some(), "{id}: only a deletion has no text");
        assert!(line.edit_of.is_none() || line.delete_of.is_none(), "{id}");
        for parent in line.in_reply_to.iter().chain(&line.edit_of).chain(&line.delete_of) {
            let parent = earlier.get(parent.as_str()).unwrap_or_else(|| panic!("{id}: no earlier post {parent}"));
            assert_eq!(parent.channel, line.channel, "{id}");
            let same = line.in_reply_to.is_some() || parent.author.id == line.author.id;
            assert!(same, "{id}: only its author changes a post");
        }
        assert_eq!(*authors.entry((network, &line.author.id)).or_insert(&line.author), &line.author, "{id}: one author, one face");
        assert!(line.lang.as_deref().is_none_or(|lang| ["es", "en", "pt"].contains(&lang)), "{id}");
        assert!(line.url.as_deref().is_none_or(|url| url.starts_with("https://") && url.contains(".example/")), "{id}");
        assert!(line.media.iter().all(|media| media.kind == "image" && !media.alt.is_empty()), "{id}");
        assert!(line.title.as_deref().is_none_or(|title| !title.trim().is_empty()), "{id}");
        assert_ne!(line.direct, Some(false), "{id}: direct is true or absent");
        let truth = &line.truth;
        let kinds = [
            "complaint",
            "question",
            "request",
            "praise",
            "purchase_intent",
            "suggestion",
            "spam",
            "news",
            "rumour",
            "competitor",
            "other",
        ];
        assert!(kinds.contains(&truth.kind.as_str()), "{id}: {}", truth.kind);
        assert!(["negative", "neutral", "positive"].contains(&truth.sentiment.as_str()), "{id}: {}", truth.sentiment);
        assert!(["es", "en", "pt"].contains(&truth.lang.as_str()), "{id}: {}", truth.lang);
        assert!(earlier.insert(id, line).is_none(), "{id} is there twice");
    }
    assert_eq!(data::day().total as usize, lines.len());
}

#[test]
fn every_monitor_finds_something_in_the_day() {
    let Files { company, monitors, .. } = files();
    let lines = lines();
    for monitor in &monitors {
        let query = Query::parse(&monitor.query, &Lists::new()).expect("parsed above");
        let found = lines.iter().any(|line| {
            let channel = company.channels.iter().find(|one| one.name == line.channel).expect("checked above");
            query.matches(&PostText {
                title: line.title.as_deref(),
                text: &line.text,
                author: line.author.handle.trim_start_matches('@'),
                lang: line.lang.as_deref(),
                channel: &line.channel,
                channel_kind: &channel.shows_as,
                followers: line.author.followers,
                ..PostText::default()
            })
        });
        assert!(found, "{} finds nothing", monitor.key);
    }
}
