//! Which case a post belongs to: extends the open one, wakes a sleeping one, reopens a fresh one, or begins anew.

use serde::{Deserialize, Serialize};
use tertulia_kernel::{CaseId, Timestamp};

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Somebody should act.
    Open,
    /// Out of sight until its time or a new message.
    Snoozed,
    /// Done.
    Resolved,
}

impl State {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Snoozed => "snoozed",
            Self::Resolved => "resolved",
        }
    }

    /// Reads the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Snoozed, Self::Resolved].into_iter().find(|state| state.as_str() == text)
    }
}

/// What matters of an existing case.
#[derive(Clone, Copy, Debug)]
pub struct Existing {
    /// Case.
    pub id: CaseId,
    /// Where it stands.
    pub state: State,
    /// When it was resolved.
    pub resolved_at: Option<Timestamp>,
    /// Last activity.
    pub activity_at: Timestamp,
}

/// What to do with a post of theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Belongs to this case, which is open.
    Extend(CaseId),
    /// Belongs to this case, which becomes open again.
    Reopen(CaseId),
    /// Begins a case.
    Open,
    /// Is kept without a case.
    Keep,
}

/// Hours within which a second thread of the same person on the same channel belongs to their open case.
pub const SAME_MATTER_HOURS: i64 = 48;

/// Decides the course of a post: `conversation` is the case its conversation belongs to, `person` the person's newest
/// case that is not resolved on the same channel, `opens` what the rules decided.
pub fn decide_course(conversation: Option<Existing>, person: Option<Existing>, opens: bool, reopen_days: u32, now: Timestamp) -> Course {
    if let Some(case) = conversation {
        match case.state {
            State::Open => return Course::Extend(case.id),
            State::Snoozed => return Course::Reopen(case.id),
            State::Resolved => {
                let fresh = case.resolved_at.is_some_and(|at| now.seconds_since(at) <= i64::from(reopen_days) * 86_400);
                return if fresh { Course::Reopen(case.id) } else { Course::Open };
            }
        }
    }
    match (opens, person) {
        (false, _) => Course::Keep,
        (true, Some(case)) if now.seconds_since(case.activity_at) <= SAME_MATTER_HOURS * 3_600 => match case.state {
            State::Snoozed => Course::Reopen(case.id),
            State::Open | State::Resolved => Course::Extend(case.id),
        },
        (true, _) => Course::Open,
    }
}

#[cfg(test)]
mod tests {
    //! The table of courses.
    use super::*;
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp::from_seconds(10_000_000);

    fn case(state: State, hours_ago: i64) -> Existing {
        let at = NOW.plus_seconds(-hours_ago * 3_600);
        Existing { id: Uuid::from_u128(1).into(), state, resolved_at: (state == State::Resolved).then_some(at), activity_at: at }
    }

    #[test]
    fn table() {
        let id: CaseId = Uuid::from_u128(1).into();
        for (conversation, person, opens, expected) in [
            (None, None, true, Course::Open),
            (None, None, false, Course::Keep),
            (Some(case(State::Open, 900)), None, false, Course::Extend(id)),
            (Some(case(State::Snoozed, 1)), None, false, Course::Reopen(id)),
            (Some(case(State::Resolved, 24)), None, false, Course::Reopen(id)),
            (Some(case(State::Resolved, 24 * 8)), None, false, Course::Open),
            (None, Some(case(State::Open, 1)), true, Course::Extend(id)),
            (None, Some(case(State::Snoozed, 1)), true, Course::Reopen(id)),
            (None, Some(case(State::Open, 49)), true, Course::Open),
            (None, Some(case(State::Open, 1)), false, Course::Keep),
        ] {
            assert_eq!(decide_course(conversation, person, opens, 7, NOW), expected, "{conversation:?} {person:?} {opens}");
        }
    }
}
