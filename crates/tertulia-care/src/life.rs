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
    /// Stands in the thread of this case, which goes on resting or waiting as it was.
    Join(CaseId),
    /// Is kept without a case.
    Keep,
}

/// What is asked of a post before its course is decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asks {
    /// It begins a case if it belongs to none.
    pub opens: bool,
    /// A rule says in so many words that it opens none: then it does not wake one either.
    pub refused: bool,
    /// The case's own person wrote it, or it was addressed to us. Others in a public thread wake nothing and start no clock.
    pub concerned: bool,
    /// A program wrote it by itself.
    pub machine: bool,
}

/// Hours within which a second thread of the same person on the same channel belongs to their open case.
pub const SAME_MATTER_HOURS: i64 = 48;

/// Decides the course of a post: `conversation` is the case its conversation belongs to, `person` the person's newest
/// case that is not resolved on the same channel.
pub fn decide_course(conversation: Option<Existing>, person: Option<Existing>, asks: Asks, reopen_days: u32, now: Timestamp) -> Course {
    if let Some(case) = conversation {
        let wakes = asks.concerned && !asks.refused;
        match case.state {
            _ if asks.machine => return Course::Join(case.id),
            State::Open if !asks.concerned => return Course::Join(case.id),
            State::Open => return Course::Extend(case.id),
            State::Snoozed if wakes => return Course::Reopen(case.id),
            State::Resolved if wakes => {
                let fresh = case.resolved_at.is_some_and(|at| now.seconds_since(at) <= i64::from(reopen_days) * 86_400);
                return if fresh { Course::Reopen(case.id) } else { Course::Open };
            }
            // A stranger's post that begins a case by itself is a matter of its own.
            State::Snoozed | State::Resolved if asks.opens => {}
            State::Snoozed | State::Resolved => return Course::Join(case.id),
        }
    }
    match (asks.opens, person) {
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
        let theirs = Asks { concerned: true, ..Asks::default() };
        let opens = Asks { opens: true, ..theirs };
        let refused = Asks { refused: true, ..theirs };
        let stranger = Asks::default();
        let matched_stranger = Asks { opens: true, ..stranger };
        let machine = Asks { machine: true, ..opens };
        for (conversation, person, asks, expected) in [
            (None, None, opens, Course::Open),
            (None, None, theirs, Course::Keep),
            (Some(case(State::Open, 900)), None, theirs, Course::Extend(id)),
            (Some(case(State::Snoozed, 1)), None, theirs, Course::Reopen(id)),
            (Some(case(State::Resolved, 24)), None, theirs, Course::Reopen(id)),
            (Some(case(State::Resolved, 24 * 8)), None, theirs, Course::Open),
            (None, Some(case(State::Open, 1)), opens, Course::Extend(id)),
            (None, Some(case(State::Snoozed, 1)), opens, Course::Reopen(id)),
            (None, Some(case(State::Open, 49)), opens, Course::Open),
            (None, Some(case(State::Open, 1)), theirs, Course::Keep),
            (Some(case(State::Open, 1)), None, refused, Course::Extend(id)),
            (Some(case(State::Snoozed, 1)), None, refused, Course::Join(id)),
            (Some(case(State::Resolved, 1)), None, refused, Course::Join(id)),
            (Some(case(State::Resolved, 24 * 8)), None, refused, Course::Join(id)),
            (Some(case(State::Open, 1)), None, stranger, Course::Join(id)),
            (Some(case(State::Open, 1)), None, matched_stranger, Course::Join(id)),
            (Some(case(State::Resolved, 1)), None, stranger, Course::Join(id)),
            (Some(case(State::Resolved, 24 * 8)), None, stranger, Course::Join(id)),
            (Some(case(State::Resolved, 1)), None, matched_stranger, Course::Open),
            (Some(case(State::Open, 1)), None, machine, Course::Join(id)),
            (Some(case(State::Resolved, 1)), None, machine, Course::Join(id)),
        ] {
            assert_eq!(decide_course(conversation, person, asks, 7, NOW), expected, "{conversation:?} {person:?} {asks:?}");
        }
    }
}
