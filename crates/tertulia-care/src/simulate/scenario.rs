//! What is simulated: queues, who arrives, who works.

use crate::router::{Choice, Formula, Mode, Need, Ring};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A scenario.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Of chance.
    #[serde(default)]
    pub seed: u64,
    /// Hours until the last customer that counts.
    pub hours: f64,
    /// Hours at the beginning that do not count.
    #[serde(default)]
    pub warmup_hours: f64,
    /// Queues.
    pub queues: Vec<SimQueue>,
    /// Who arrives.
    pub arrivals: Vec<Arrivals>,
    /// Who works.
    pub agents: Vec<AgentGroup>,
    /// How work is ranked.
    #[serde(default)]
    pub formula: Formula,
    /// Units of load of a piece of work, by channel.
    #[serde(default)]
    pub units: BTreeMap<String, u32>,
}

/// A queue of a scenario.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimQueue {
    /// Its name.
    pub id: String,
    /// Answered within so many seconds is answered in time.
    #[serde(default = "twenty")]
    pub within_s: f64,
    /// Who gets work that several could take.
    #[serde(default)]
    pub choice: Choice,
    /// What is asked less with time.
    #[serde(default)]
    pub rings: Vec<Ring>,
    /// Where work goes on.
    #[serde(default)]
    pub overflow: Vec<SimOverflow>,
    /// Points everything here has beforehand.
    #[serde(default)]
    pub points: f64,
}

fn twenty() -> f64 {
    20.0
}

/// When work of a queue goes on to another.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimOverflow {
    /// The other queue.
    pub to: String,
    /// After so many seconds.
    #[serde(default)]
    pub after_s: Option<u32>,
    /// When more than so many wait.
    #[serde(default)]
    pub over: Option<u32>,
}

/// A stream of customers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrivals {
    /// Where they wait.
    pub queue: String,
    /// How they come.
    pub channel: String,
    /// How many an hour, the same all day.
    #[serde(default)]
    pub per_hour: Option<f64>,
    /// How many in each hour of the day, from midnight: 24 rates.
    #[serde(default)]
    pub hourly: Option<Vec<f64>>,
    /// Seconds an agent needs.
    pub handling_s: Distribution,
    /// Seconds until they give up; never when empty.
    #[serde(default)]
    pub patience_s: Option<Distribution>,
    /// Seconds of wrap-up after each.
    #[serde(default)]
    pub wrap_up_s: u32,
    /// Skills it takes.
    #[serde(default)]
    pub requires: Vec<Need>,
    /// Skills that decide between people who all can.
    #[serde(default)]
    pub prefers: Vec<Need>,
    /// Points beforehand: the more, the sooner.
    #[serde(default)]
    pub priority: f64,
    /// Customer type.
    #[serde(default)]
    pub customer: Option<String>,
    /// Followers.
    #[serde(default)]
    pub followers: Option<u64>,
}

/// Customers an hour.
#[derive(Clone, Copy, Debug)]
pub enum Rate<'a> {
    /// The same all day.
    Even(f64),
    /// By hour of the day.
    Hourly(&'a [f64]),
}

impl Arrivals {
    /// Their rate.
    pub fn rate(&self) -> Rate<'_> {
        self.hourly.as_deref().map_or(Rate::Even(self.per_hour.unwrap_or_default()), Rate::Hourly)
    }
}

/// Agents who are alike.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentGroup {
    /// How many.
    pub count: u32,
    /// Queues they serve.
    pub queues: Vec<String>,
    /// Competence by skill.
    #[serde(default)]
    pub skills: BTreeMap<String, u8>,
    /// How many pieces of work of each channel at once.
    pub capacity: BTreeMap<String, u32>,
    /// Units of load over all channels.
    #[serde(default)]
    pub units: Option<u32>,
    /// Their shift, hours of the day from and to, such as [8, 16] or over midnight [22, 6]; all day when empty. Who ends a
    /// shift finishes what they have.
    #[serde(default)]
    pub shift: Option<[f64; 2]>,
}

/// Seconds by chance.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// With this mean.
    Exponential(f64),
    /// Always this.
    Constant(f64),
    /// With this mean and standard deviation, of the value itself.
    Lognormal([f64; 2]),
    /// Each of these as likely as any other.
    Empirical(Vec<f64>),
}

/// What is wrong with a scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("field \"{field}\": {what}")]
pub struct Fault {
    /// Where: `arrivals[0].queue`.
    pub field: String,
    /// What.
    pub what: String,
}

fn fault<T>(field: impl Into<String>, what: impl Into<String>) -> Result<T, Fault> {
    Err(Fault { field: field.into(), what: what.into() })
}

/// The longest run, in hours: some eleven years.
const MOST_HOURS: f64 = 100_000.0;
/// The most agents and the most customers an hour.
const MOST: f64 = 100_000.0;

fn within(field: String, value: f64, least: f64, most: f64) -> Result<(), Fault> {
    if (least..=most).contains(&value) { Ok(()) } else { fault(field, format!("must be from {least} to {most}")) }
}

impl Distribution {
    fn check(&self, field: &str) -> Result<(), Fault> {
        let second = |value: f64| within(field.to_owned(), value, 0.0, 1e7);
        match self {
            Self::Exponential(value) | Self::Constant(value) => second(*value),
            Self::Lognormal([mean, sd]) => {
                second(*sd)?;
                within(field.to_owned(), *mean, 1e-3, 1e7)
            }
            Self::Empirical(values) if values.is_empty() => fault(field, "must have a value"),
            Self::Empirical(values) => values.iter().try_for_each(|&value| second(value)),
        }
    }
}

impl Scenario {
    /// Whether it can be run: each number in bounds, each queue named once and known where it is named.
    pub fn check(&self) -> Result<(), Fault> {
        within("hours".into(), self.hours, 1e-3, MOST_HOURS)?;
        within("warmup_hours".into(), self.warmup_hours, 0.0, MOST_HOURS)?;
        if self.warmup_hours >= self.hours {
            return fault("warmup_hours", "must be less than hours");
        }
        let mut known = BTreeSet::new();
        for (n, queue) in self.queues.iter().enumerate() {
            within(format!("queues[{n}].within_s"), queue.within_s, 0.0, 1e7)?;
            if !known.insert(queue.id.as_str()) {
                return fault(format!("queues[{n}].id"), format!("\"{}\" is there twice", queue.id));
            }
        }
        let queue = |field: String, name: &str| {
            if known.contains(name) { Ok(()) } else { fault(field, format!("there is no queue \"{name}\"")) }
        };
        for (n, place) in self.queues.iter().enumerate() {
            for (m, way) in place.overflow.iter().enumerate() {
                queue(format!("queues[{n}].overflow[{m}].to"), &way.to)?;
            }
        }
        for (n, arrivals) in self.arrivals.iter().enumerate() {
            let at = |field: &str| format!("arrivals[{n}].{field}");
            queue(at("queue"), &arrivals.queue)?;
            match (arrivals.per_hour, &arrivals.hourly) {
                (Some(_), Some(_)) => return fault(at("hourly"), "stands beside per_hour: one of them is enough"),
                (None, None) => return fault(at("per_hour"), "is missing"),
                (Some(rate), None) => within(at("per_hour"), rate, 0.0, MOST)?,
                (None, Some(rates)) if rates.len() != 24 => return fault(at("hourly"), format!("must be 24 rates, not {}", rates.len())),
                (None, Some(rates)) => rates.iter().try_for_each(|&rate| within(at("hourly"), rate, 0.0, MOST))?,
            }
            arrivals.handling_s.check(&at("handling_s"))?;
            arrivals.patience_s.iter().try_for_each(|patience| patience.check(&at("patience_s")))?;
            within(at("priority"), arrivals.priority, -1e4, 1e4)?;
        }
        let all: f64 = self.agents.iter().map(|group| f64::from(group.count)).sum();
        within("agents".into(), all, 0.0, MOST)?;
        for (n, group) in self.agents.iter().enumerate() {
            for (m, name) in group.queues.iter().enumerate() {
                queue(format!("agents[{n}].queues[{m}]"), name)?;
            }
            for hour in group.shift.iter().flatten() {
                within(format!("agents[{n}].shift"), *hour, 0.0, 24.0)?;
            }
        }
        Ok(())
    }

    /// How a queue of a scenario gives work: at once. What an offer costs is part of the handling time.
    pub(super) const MODE: Mode = Mode::Assign;
}
