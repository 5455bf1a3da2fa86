//! The sample company's files, carried in the program: `sample/` of the repository, in the formats its README documents.
//! Reading is strict: a field the README does not name is an error.

use serde::Deserialize;
use std::collections::BTreeMap;

/// The day, one post a line.
pub const DAY: &str = include_str!("../../../../sample/day.jsonl");
const COMPANY: &str = include_str!("../../../../sample/company.json");
const MONITORS: &str = include_str!("../../../../sample/monitors.json");
const RULES: &str = include_str!("../../../../sample/rules.json");
const CANNED: &str = include_str!("../../../../sample/canned.json");
const PEOPLE: &str = include_str!("../../../../sample/people.json");

/// Everything but the day.
#[derive(Clone, Debug)]
pub struct Files {
    pub company: Company,
    pub monitors: Vec<Monitor>,
    pub rules: Vec<Rule>,
    pub canned: Vec<Canned>,
    pub people: Vec<Person>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the format is read whole, so that a misspelt field is an error")]
pub struct Company {
    pub name: String,
    pub slug: String,
    pub description_es: String,
    pub description_en: String,
    pub timezone: String,
    pub domain: String,
    pub departments: Vec<Department>,
    pub agents: Vec<Agent>,
    pub channels: Vec<Channel>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    pub key: String,
    pub name_es: String,
    pub name_en: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    pub name: String,
    pub email: String,
    pub role: String,
    pub departments: Vec<String>,
    pub locale: String,
    pub languages: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the format is read whole, so that a misspelt field is an error")]
pub struct Channel {
    pub name: String,
    pub title_es: String,
    pub title_en: String,
    pub kind: String,
    pub shows_as: String,
    pub network: String,
    pub account: String,
    pub addressed: bool,
    pub note: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the format is read whole, so that a misspelt field is an error")]
pub struct Monitor {
    pub key: String,
    pub name_es: String,
    pub name_en: String,
    pub folder_es: String,
    pub folder_en: String,
    pub query: String,
    pub department: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the format is read whole, so that a misspelt field is an error")]
pub struct Rule {
    pub name_es: String,
    pub name_en: String,
    pub conditions: Conditions,
    pub actions: Actions,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Conditions {
    pub monitor: Vec<String>,
    pub query: Option<String>,
    pub channel: Vec<String>,
    pub kind: Vec<String>,
    pub followers_min: Option<u64>,
    pub lang: Vec<String>,
    #[serde(rename = "type")]
    pub kinds_of_message: Vec<String>,
    pub sentiment: Vec<String>,
    pub urgency_min: Option<f64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actions {
    pub department: Option<String>,
    pub priority: Option<String>,
    pub tags: Vec<String>,
    pub open_case: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canned {
    pub shortcut: String,
    pub title: String,
    pub lang: String,
    pub text: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub key: String,
    pub name: String,
    pub kind: String,
    pub lang: String,
    pub organisation: Option<String>,
    pub note_es: Option<String>,
    #[serde(default)]
    pub vip: bool,
    pub identities: Vec<Identity>,
    pub history: Vec<Episode>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    pub channel: String,
    pub external_id: String,
    pub handle: String,
    pub name: String,
    pub followers: Option<i64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Episode {
    pub days_ago: i64,
    pub channel: String,
    pub text: String,
    pub answered_with: Option<String>,
    pub status: String,
}

/// What the loader needs of a line of the day.
#[derive(Clone, Debug, Deserialize)]
pub struct Line {
    pub channel: String,
    pub at: String,
}

/// Reads the files. An error names the file.
pub fn files() -> Result<Files, String> {
    fn read<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T, String> {
        serde_json::from_str(text).map_err(|error| format!("{name}: {error}"))
    }
    Ok(Files {
        company: read("company.json", COMPANY)?,
        monitors: read("monitors.json", MONITORS)?,
        rules: read("rules.json", RULES)?,
        canned: read("canned.json", CANNED)?,
        people: read("people.json", PEOPLE)?,
    })
}

/// The day as the loader needs it.
#[derive(Clone, Debug, Default)]
pub struct Day {
    /// Lines in all.
    pub total: u64,
    /// Line numbers of each channel, from 1.
    pub lines: BTreeMap<String, Vec<u64>>,
    /// Times of day, in order.
    pub times: Vec<String>,
}

/// Reads through the day once.
pub fn day() -> Day {
    let mut day = Day::default();
    for (number, line) in (1..).zip(DAY.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let Ok(line) = serde_json::from_str::<Line>(line) else { continue };
        day.total += 1;
        day.lines.entry(line.channel).or_default().push(number);
        day.times.push(line.at);
    }
    day
}

/// Seconds since midnight of `HH:MM:SS`.
pub fn seconds(at: &str) -> i64 {
    at.split(':').fold(0, |sum, part| sum * 60 + part.parse::<i64>().unwrap_or_default())
}
