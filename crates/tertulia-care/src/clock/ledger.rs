//! The lines a clock leaves: what happened to it, when, and how much it had counted by then.

use super::{Metric, policy::Warning};
use crate::calendar::Length;
use serde::{Deserialize, Serialize};
use tertulia_kernel::{ServicePolicyId, Timestamp};

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When it happened: for a breach the very moment the target ran out, whenever it was reckoned.
    pub at: Timestamp,
    /// Which clock.
    pub metric: Metric,
    /// Which of its rounds in this case, from 1.
    pub cycle: u32,
    /// Open time it had counted.
    pub spent: Length,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// What happens to a clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// It begins to run, or runs again.
    Activate,
    /// It stops for a while.
    Pause {
        /// Why.
        why: Pause,
    },
    /// What was promised was done.
    Fulfil {
        /// Before the target ran out; `None` without a target.
        in_time: Option<bool>,
    },
    /// A policy, target or calendar holds from here on.
    Apply {
        /// Policy.
        policy: Option<ServicePolicyId>,
        /// How soon.
        target: Option<Length>,
        /// The calendar's name and zone.
        calendar: [String; 2],
        /// Why now.
        why: Applied,
    },
    /// The target ran out.
    Breach {
        /// Which target.
        target: Length,
    },
    /// It stands otherwise than before.
    UpdateStatus {
        /// How.
        status: Status,
        /// When its target runs out, if it goes on running.
        due_at: Option<Timestamp>,
    },
}

/// How a clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It counts.
    Running,
    /// It does not count for now.
    Paused,
    /// Done within the target.
    Met,
    /// Done after the target had run out.
    Missed,
    /// Done, with no target.
    Measured,
    /// The case was resolved without it: nobody answered. Neither met nor missed, unless it had been breached.
    Dropped,
}

impl Status {
    /// It can still count.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }
}

/// Why a clock stops for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pause {
    /// The customer has to do something first.
    Waiting,
    /// We have answered: it is the customer's turn.
    Answered,
    /// The case is snoozed.
    Snoozed,
}

/// Why a policy came to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Applied {
    /// The clock began.
    Began,
    /// The case changed its department, priority, channel or customer.
    Reshaped,
    /// The case was opened again.
    Reopened,
    /// Policies or calendars were edited.
    Edited,
}

/// Somebody should be told that a target is about to run out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// From when on.
    pub at: Timestamp,
    /// Which clock.
    pub metric: Metric,
    /// Which of its rounds.
    pub cycle: u32,
    /// Which warning of the policy.
    pub warning: Warning,
    /// The policy.
    pub policy: Option<ServicePolicyId>,
    /// When the target runs out.
    pub due_at: Option<Timestamp>,
    /// Open time left then.
    pub left: Length,
}
