//! What the router decides, and why.

use super::{
    priority::{Points, Share},
    setup::State,
    work::Role,
};
use serde::{Deserialize, Serialize};
use tertulia_kernel::{CaseId, DepartmentId, Timestamp, UserId};

/// A decision with its reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// When.
    pub at: Timestamp,
    /// What is to be done.
    pub what: What,
    /// Why; [`Why::words`] says it to people.
    pub why: Why,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "decision")]
pub enum What {
    /// Ask somebody.
    Offer {
        /// Which work.
        case: CaseId,
        /// Whom.
        agent: UserId,
        /// As what.
        role: Role,
        /// Until when they may answer.
        until: Timestamp,
    },
    /// It is theirs.
    Assign {
        /// Which work.
        case: CaseId,
        /// Whose.
        agent: UserId,
        /// As what.
        role: Role,
    },
    /// Take an offer back.
    Withdraw {
        /// Which work.
        case: CaseId,
        /// From whom.
        agent: UserId,
    },
    /// It is no longer theirs and waits again.
    Return {
        /// Which work.
        case: CaseId,
        /// Whose it was.
        agent: UserId,
    },
    /// It goes on to another queue.
    Overflow {
        /// Which work.
        case: CaseId,
        /// Where it was.
        from: DepartmentId,
        /// Where it is.
        to: DepartmentId,
    },
    /// Less is asked of people from now on.
    Widen {
        /// Which work.
        case: CaseId,
        /// The ring in force.
        ring: usize,
    },
    /// Their state becomes this.
    SetState {
        /// Whose.
        agent: UserId,
        /// On all channels.
        state: State,
    },
    /// A wrap-up is over and its place is free.
    Free {
        /// Which work.
        case: CaseId,
        /// Whose place.
        agent: UserId,
    },
    /// It is in its queue again.
    Wake {
        /// Which work.
        case: CaseId,
    },
    /// There is nothing for whoever asked.
    Nothing {
        /// Who asked; empty when it was asked for a case.
        agent: Option<UserId>,
    },
    /// What happened did not fit the state and changed nothing.
    Ignored,
}

/// Why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Why {
    /// This work for this person.
    Chosen(Box<Chosen>),
    /// They accepted.
    Accepted {
        /// Who.
        agent: String,
    },
    /// They took it by hand.
    TakenByHand {
        /// Who.
        agent: String,
    },
    /// The owner left and they were next.
    HandedOver {
        /// Who.
        agent: String,
    },
    /// They did not answer.
    Missed {
        /// Who.
        agent: String,
    },
    /// They declined.
    Declined {
        /// Who.
        agent: String,
    },
    /// They do not take work now.
    Unready {
        /// Who.
        agent: String,
        /// Their state.
        state: State,
    },
    /// They can't meet what it needs any more.
    Unfit {
        /// Who.
        agent: String,
    },
    /// They left it.
    Left {
        /// Who.
        agent: String,
    },
    /// They have been offline.
    OwnerGone {
        /// Who.
        agent: String,
        /// So many seconds.
        seconds: i64,
    },
    /// The work is not there to be done.
    Gone {
        /// How.
        how: Gone,
    },
    /// It waited too long.
    WaitedHere {
        /// The queue it left.
        queue: String,
        /// The queue it went to.
        to: String,
        /// Seconds it waited there.
        seconds: i64,
    },
    /// Too much waits.
    TooMany {
        /// The queue it left.
        queue: String,
        /// The queue it went to.
        to: String,
        /// How much waits.
        waiting: usize,
    },
    /// It waited long enough to ask less.
    Ring(RingNow),
    /// Its time came.
    Due {
        /// The customer asked to be called.
        call_back: bool,
    },
    /// The wrap-up took its time.
    WrappedUp,
    /// Nothing that waits is for them.
    NothingFits {
        /// Who.
        agent: String,
        /// How much waits in their queues.
        waiting: usize,
    },
    /// They don't take work now.
    NotTaking {
        /// Who.
        agent: String,
        /// Their state; empty when they have all they can carry.
        state: Option<State>,
    },
    /// Nobody could be asked now.
    NobodyFree,
    /// It did not fit.
    Misfit {
        /// How.
        how: Misfit,
    },
}

/// How work went away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// The customer gave up.
    Abandoned,
    /// Closed.
    Closed,
    /// Done.
    Finished,
    /// Snoozed.
    Snoozed,
    /// Forbidden.
    Forbidden,
    /// Handed on.
    Transferred,
    /// Somebody took it.
    Taken,
    /// It asks something else now.
    Changed,
    /// The customer wants to be called later.
    CallBack,
}

/// What does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Misfit {
    /// No such work.
    UnknownCase,
    /// No such person.
    UnknownAgent,
    /// No such queue.
    UnknownQueue,
    /// The work is not at a stage where this can happen.
    Stage,
    /// The offer is over.
    OfferOver,
    /// The person is not here.
    NotHere,
    /// They are in it already.
    AlreadyIn,
}

/// Why this work for this person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    /// Who.
    pub agent: String,
    /// From which queue.
    pub queue: String,
    /// Seconds it had waited.
    pub waited_s: i64,
    /// Its score then.
    pub score: Points,
    /// What the score is made of.
    pub shares: Vec<Share>,
    /// The ring in force, if one is.
    pub ring: Option<RingNow>,
    /// Why them, or why it.
    pub by: By,
}

/// The ring in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RingNow {
    /// From 1.
    pub number: usize,
    /// Seconds after which it came.
    pub after_s: u32,
    /// No skill needs more than this.
    pub competence: Option<u8>,
    /// Not needed.
    pub without: Vec<String>,
}

/// What decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum By {
    /// They know the customer.
    Sticky,
    /// A person chose them.
    Hand,
    /// Nobody else could.
    OnlyOne,
    /// They have most of the preferred skills.
    Preferred {
        /// Of so many who could.
        among: usize,
    },
    /// The most competent.
    MostSkilled {
        /// Of so many.
        among: usize,
    },
    /// The least competent of those who can.
    LeastSkilled {
        /// Of so many.
        among: usize,
    },
    /// The smallest load.
    LeastLoaded {
        /// Of so many.
        among: usize,
    },
    /// The longest idle.
    LongestIdle {
        /// Of so many.
        among: usize,
        /// Seconds.
        idle_s: i64,
    },
    /// They became free, and it was the most pressing for them.
    NextInLine {
        /// Of so many that wait in their queues.
        waiting: usize,
    },
    /// They asked, and it was the most pressing for them.
    Pulled {
        /// Of so many that wait in their queues.
        waiting: usize,
    },
}
