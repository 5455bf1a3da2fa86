//! Work: what waits, who has it, and all that must be remembered of it.

use super::{
    line::Spot,
    priority::{Facts, Points, Share},
    setup::Need,
};
use serde::{Deserialize, Serialize};
use tertulia_kernel::{CaseId, DepartmentId, Timestamp, UserId};

/// A piece of work of any channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Work {
    /// Its case.
    pub case: CaseId,
    /// Its queue.
    pub queue: DepartmentId,
    /// `voice`, `chat`, `social`, `mail`…: the names that agents' capacities use.
    pub channel: String,
    /// Waiting since: it keeps this age whatever happens to it.
    pub since: Timestamp,
    /// Units of load, if not those of its channel.
    #[serde(default)]
    pub units: Option<u32>,
    /// Skills it takes.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// Skills that decide between people who all can.
    #[serde(default)]
    pub prefers: Vec<Need>,
    /// What the formula asks.
    #[serde(default)]
    pub facts: Facts,
    /// Who knows the customer.
    #[serde(default)]
    pub sticky: Option<UserId>,
}

/// Where a piece of work stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// In its queue.
    Waiting,
    /// Offered to somebody.
    Offered {
        /// Who.
        agent: UserId,
        /// Until when.
        until: Timestamp,
    },
    /// Somebody has it.
    Handled {
        /// Who.
        agent: UserId,
    },
    /// Done, and still holding its place while it is wrapped up.
    Wrapping {
        /// Whose place.
        agent: UserId,
        /// Until when.
        until: Timestamp,
    },
    /// Out of sight: snoozed, or a call-back that was asked for.
    Parked {
        /// Until when; until something happens when empty.
        until: Option<Timestamp>,
        /// The customer asked to be called back then.
        call_back: bool,
    },
    /// Nobody may take it until it is allowed again.
    Forbidden,
}

/// Somebody beside the one who has the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// Who.
    pub agent: UserId,
    /// As what.
    pub role: Role,
    /// Asked until then; in it when empty.
    pub asked_until: Option<Timestamp>,
}

/// As what somebody takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Has it and answers for it.
    Owner,
    /// Is asked; the customer does not see them.
    Consulted,
    /// Takes part beside the owner.
    Conference,
}

/// Work that waits for one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aim {
    /// Who.
    pub agent: UserId,
    /// Until then; afterwards its queue gets it.
    pub until: Timestamp,
    /// A person chose them: then skills are not asked.
    pub by_hand: bool,
}

/// A piece of work and its story.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The work.
    pub work: Work,
    /// Where it stands.
    pub stage: Stage,
    /// In this queue since: rings and overflow count from here.
    pub entered: Timestamp,
    /// The ring in force; 0 is what the work itself asks.
    pub ring: usize,
    /// Who it waits for.
    pub aim: Option<Aim>,
    /// Who is not asked, and until when.
    pub refused: Vec<(UserId, Timestamp)>,
    /// Queues it overflowed from.
    pub passed: Vec<DepartmentId>,
    /// Who else is in it.
    pub seats: Vec<Seat>,
    /// Its owner has been offline since.
    pub owner_gone: Option<Timestamp>,
    /// What follows from the above, so that it need not be worked out again.
    #[serde(skip)]
    pub(super) now: Derived,
}

/// What follows from a piece of work and the set-up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Derived {
    pub channel: u32,
    pub units: u32,
    pub needs: Vec<(u32, u8)>,
    pub prefers: Vec<(u32, u8)>,
    pub shares: Vec<Share>,
    pub base: Points,
    /// Its place in a line, while it waits.
    pub spot: Option<Spot>,
    /// When it must be looked at.
    pub due: Option<Timestamp>,
}

impl Item {
    pub(super) fn new(work: Work, now: Timestamp) -> Self {
        Self {
            work,
            stage: Stage::Waiting,
            entered: now,
            ring: 0,
            aim: None,
            refused: Vec::new(),
            passed: Vec::new(),
            seats: Vec::new(),
            owner_gone: None,
            now: Derived::default(),
        }
    }

    /// Whoever has it, wraps it up or is offered it.
    pub fn agent(&self) -> Option<UserId> {
        match self.stage {
            Stage::Offered { agent, .. } | Stage::Handled { agent } | Stage::Wrapping { agent, .. } => Some(agent),
            Stage::Waiting | Stage::Parked { .. } | Stage::Forbidden => None,
        }
    }

    /// Whether somebody is not asked for now.
    pub fn refuses(&self, agent: UserId) -> bool {
        self.refused.iter().any(|&(who, _)| who == agent)
    }

    pub(super) fn refuse(&mut self, agent: UserId, until: Timestamp) {
        self.refused.retain(|&(who, _)| who != agent);
        self.refused.push((agent, until));
    }
}
