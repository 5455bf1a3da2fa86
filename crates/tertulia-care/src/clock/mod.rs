//! Service-level clocks: what was promised to a customer, counted in open hours, as a ledger.
//!
//! A case has [`Fact`]s: it was opened, the customer wrote, we answered, it waits, it was resolved. A [`Book`] has the policies
//! and calendars of the company, edition by edition. [`replay`] puts both together and gives the [`Clocks`] of the case: every
//! line of their [`ledger`](Entry) and how they stand. Nothing else is kept: edit a policy, replay, and the facts are as they were.
//!
//! **Three clocks** ([`Metric`]). *First response* runs from the customer's first word to our first answer. *Next response* runs
//! from each later word that finds no other waiting, and does not begin anew when they insist. *Resolution* runs from beginning to
//! end, and stops while the customer has to act.
//!
//! **Exact.** A target runs out at one instant, whenever anybody looks: `due_at` is reckoned, and a breach bears that instant. What
//! is done *at* it is in time. So a breach at `due_at` is known one microsecond later, which is when [`Clocks::next_wake`] asks
//! to be called again. Looking in between changes nothing: facts one by one, with or without [`Clocks::advance`], give the same
//! ledger as all at once.
//!
//! **A change on the way** (another department, another priority, an edition that begins to hold) keeps what was counted, each
//! stretch by the hours that held then, and applies the new target to it. When that is already more, the target runs out at
//! the moment of the change; when it is less, a clock that was overdue is so no longer, and its line in the ledger remains.
//!
//! **Never here:** the time of day. `now` is always an argument.

mod facts;
mod ledger;
mod policy;
mod replay;
mod words;

pub use facts::{Fact, Party, Traits, What};
pub use ledger::{Applied, Entry, Event, Notice, Pause, Status};
pub use policy::{
    Answers, Book, BookError, Calendars, Choice, Dimension, Edition, HoursOf, Pauses, Policy, Reopening, Scope, Targets, Warning, Whose,
};
pub use replay::{Clock, Clocks, FactError, Flaw, Reading, replay};

use serde::{Deserialize, Serialize};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Until the first answer.
    FirstResponse,
    /// Until the next answer.
    NextResponse,
    /// Until the case is resolved.
    Resolution,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::FirstResponse, Self::NextResponse, Self::Resolution];

    const fn is_response(self) -> bool {
        matches!(self, Self::FirstResponse | Self::NextResponse)
    }
}
