//! What happens to the router.

use super::{
    setup::{Agent, Queue, Settings, State},
    work::{Role, Work},
};
use serde::{Deserialize, Serialize};
use tertulia_kernel::{CaseId, DepartmentId, Timestamp, UserId};

/// Where work is handed to, or who is asked to join it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A queue: its waiting line, or for a question whoever is free of it now.
    Queue(DepartmentId),
    /// One person, whatever their skills.
    Agent(UserId),
}

/// Something that happened. What does not fit the state (told twice, told late) changes nothing and is answered with
/// [`What::Ignored`](super::What::Ignored), so that events may be delivered more than once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// Work came, or came again with other facts.
    Arrives(Box<Work>),
    /// Facts, needs or queue of known work changed.
    Changes(Box<Work>),
    /// The customer gave up while waiting.
    Abandoned {
        /// Which.
        case: CaseId,
    },
    /// Nothing more is to be done.
    Closed {
        /// Which.
        case: CaseId,
    },
    /// Out of sight until then, or until it is woken.
    Snoozed {
        /// Which.
        case: CaseId,
        /// Until when.
        until: Option<Timestamp>,
    },
    /// Snoozed work is wanted again.
    Woken {
        /// Which.
        case: CaseId,
    },
    /// Nobody may work on it.
    Forbidden {
        /// Which.
        case: CaseId,
    },
    /// It may be worked on again.
    Allowed {
        /// Which.
        case: CaseId,
    },
    /// The customer asks to be called back then; it waits out of sight, and its age counts from then.
    CallBack {
        /// Which.
        case: CaseId,
        /// When.
        at: Timestamp,
        /// The channel to call on.
        channel: String,
        /// By whom, if by somebody.
        agent: Option<UserId>,
    },
    /// Somebody came to work here, or their skills, queues or capacity changed.
    AgentChanged(Box<Agent>),
    /// Somebody's state changed, on one channel or on all.
    StateChanged {
        /// Who.
        agent: UserId,
        /// On this channel only.
        channel: Option<String>,
        /// To what.
        state: State,
    },
    /// They took what was offered.
    Accepted {
        /// Which.
        case: CaseId,
        /// Who.
        agent: UserId,
    },
    /// They did not want what was offered.
    Declined {
        /// Which.
        case: CaseId,
        /// Who.
        agent: UserId,
    },
    /// The work is done; its place is free after the wrap-up.
    Finished {
        /// Which.
        case: CaseId,
        /// Seconds of wrap-up.
        wrap_up_s: u32,
    },
    /// They finished wrapping up before the time.
    WrapUpOver {
        /// Which.
        case: CaseId,
    },
    /// Whoever has it hands it on; or a supervisor moves it.
    Transferred {
        /// Which.
        case: CaseId,
        /// To whom.
        to: Target,
    },
    /// Somebody is asked to join.
    Joined {
        /// Which.
        case: CaseId,
        /// Who.
        with: Target,
        /// Consulted, or in conference.
        role: Role,
    },
    /// Somebody leaves it; when the owner does, the next in conference has it, or its queue.
    Left {
        /// Which.
        case: CaseId,
        /// Who.
        agent: UserId,
    },
    /// Somebody took it by hand, whoever had it.
    Taken {
        /// Which.
        case: CaseId,
        /// Who.
        agent: UserId,
    },
    /// Somebody asks for the next piece of work.
    Pulls {
        /// Who.
        agent: UserId,
    },
    /// A queue is new or was changed.
    QueueChanged(Box<Queue>),
    /// What holds for all queues was changed.
    SettingsChanged(Box<Settings>),
    /// Time passed: see [`Router::next_wake`](super::Router::next_wake).
    Tick,
}
