//! What people set up: queues, who works there, what each can and how much at once.

use super::priority::Formula;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tertulia_kernel::{DepartmentId, UserId};

/// A skill and the competence it takes, 1 to 10. A language is a skill like any other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Need {
    /// The skill's name.
    pub skill: String,
    /// The least competence that will do.
    #[serde(default = "one")]
    pub min: u8,
}

const fn one() -> u8 {
    1
}

/// What holds for all queues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// How work is ranked where a queue has no formula of its own.
    pub formula: Formula,
    /// Units of an agent's load that one piece of work of a channel takes; 1 where nothing is said.
    pub units: BTreeMap<String, u32>,
    /// Seconds in which work is not offered again to somebody who declined it, left it or handed it on.
    pub forgive_s: u32,
    /// Offers one agent may have open at the same time.
    pub offers_at_once: u32,
    /// Seconds that work handed to a person waits for that person before its queue gets it.
    pub handed_s: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { formula: Formula::default(), units: BTreeMap::new(), forgive_s: 600, offers_at_once: 1, handed_s: 120 }
    }
}

/// How work reaches people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It is offered and must be accepted within so many seconds.
    Offer {
        /// Seconds.
        seconds: u32,
    },
    /// It is theirs at once, as a call that rings through.
    #[default]
    Assign,
    /// It waits until somebody asks for the next one.
    Pull,
}

/// Who gets work that several could take. Preferred skills always come first, and the longest idle breaks ties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Whoever has gone longest without new work.
    #[default]
    LongestIdle,
    /// Whoever is most competent in what the work needs.
    MostSkilled,
    /// Whoever is least competent of those who can: keeps the experts free.
    LeastSkilled,
    /// Whoever carries the smallest load.
    LeastLoaded,
}

/// What is asked less of people once work has waited. Rings only relax: they never ask for more than the work does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ring {
    /// Seconds in this queue after which it is in force.
    pub after_s: u32,
    /// No skill needs more competence than this.
    pub competence: Option<u8>,
    /// Skills that are not needed any more.
    pub without: Vec<String>,
}

/// When work moves on to another queue. It keeps its age, and never returns to a queue it overflowed from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overflow {
    /// The other queue.
    pub to: DepartmentId,
    /// After so many seconds here.
    #[serde(default)]
    pub after_s: Option<u32>,
    /// At once, when more than so many wait here and nobody can take it.
    #[serde(default)]
    pub over: Option<u32>,
}

/// A queue: a department's waiting line, for all channels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Queue {
    /// The department.
    pub id: DepartmentId,
    /// Its name, for explanations.
    pub name: String,
    /// How work reaches people.
    #[serde(default)]
    pub mode: Mode,
    /// Who gets it.
    #[serde(default)]
    pub choice: Choice,
    /// From the first to the widest, by time.
    #[serde(default)]
    pub rings: Vec<Ring>,
    /// Where work goes on.
    #[serde(default)]
    pub overflow: Vec<Overflow>,
    /// Seconds that work waits for whoever knows the customer, if they are ready; 0 for not at all.
    #[serde(default)]
    pub sticky_s: u32,
    /// Seconds after which the work of somebody who went offline returns here; never when empty.
    #[serde(default)]
    pub returns_after_s: Option<u32>,
    /// Points everything here has beforehand.
    #[serde(default)]
    pub points: f64,
    /// How work is ranked here, if not as everywhere.
    #[serde(default)]
    pub formula: Option<Formula>,
}

impl Queue {
    /// A queue that assigns by longest idle, without rings or overflow.
    pub fn new(id: DepartmentId, name: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            mode: Mode::default(),
            choice: Choice::default(),
            rings: Vec::new(),
            overflow: Vec::new(),
            sticky_s: 0,
            returns_after_s: None,
            points: 0.0,
            formula: None,
        }
    }
}

/// Somebody who takes work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// The user.
    pub id: UserId,
    /// Their name, for explanations.
    pub name: String,
    /// Queues they serve.
    pub queues: Vec<DepartmentId>,
    /// Competence by skill, 1 to 10.
    #[serde(default)]
    pub skills: BTreeMap<String, u8>,
    /// How many pieces of work of each channel at once; none of a channel that is not named.
    pub capacity: BTreeMap<String, u32>,
    /// The load they can carry over all channels, in units; unlimited when empty.
    #[serde(default)]
    pub units: Option<u32>,
}

/// Where somebody stands, on all channels or on one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Takes work.
    Ready,
    /// Is here and takes none.
    NotReady {
        /// The reason's code: `break`, `training`…; [`MISSED`] when an offer passed.
        reason: String,
    },
    /// Not at the desk.
    Away,
    /// Not here.
    #[default]
    Offline,
}

/// Reason of somebody who let an offer pass.
pub const MISSED: &str = "missed_offer";

/// Where somebody stands on one channel as others see it: the state, or the wrap-up that fills the channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As they set it.
    In(State),
    /// Ready, and the last places are held by work being wrapped up.
    WrapUp {
        /// When the first of those places is free.
        until: tertulia_kernel::Timestamp,
    },
}
