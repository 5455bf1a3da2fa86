//! Typed ids: a UUIDv7 inside (so an id orders by creation), one type per noun so that they can't be mixed up.

use crate::time::{Entropy, Timestamp};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// A fresh UUIDv7 made from the given time and entropy; ids made later sort later (to the millisecond).
pub fn new_uuid(now: Timestamp, entropy: &dyn Entropy) -> Uuid {
    let mut bytes = [0u8; 10];
    entropy.fill(&mut bytes);
    uuid::Builder::from_unix_timestamp_millis(now.as_micros().max(0) as u64 / 1_000, &bytes).into_uuid()
}

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id; see [`new_uuid`].
            pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self { Self(new_uuid(now, entropy)) }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, concat!(stringify!($name), "({})"), self.0) }
        }
        impl From<Uuid> for $name { fn from(id: Uuid) -> Self { Self(id) } }
        impl From<$name> for Uuid { fn from(id: $name) -> Self { id.0 } }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { Uuid::from_str(text).map(Self) }
        }
    )* };
}

typed_ids! {
    /// Somebody who works here: administrator, supervisor or agent.
    UserId,
    /// A department: complaints, sales, technical service, marketing...
    DepartmentId,
    /// An API token.
    TokenId,
    /// One account on one network.
    ChannelId,
    /// One utterance, public or private, ours or theirs.
    PostId,
    /// A file that came or went with a post.
    AttachmentId,
    /// An event that could not be taken in and waits for a person.
    QuarantineId,
    /// A customer or any other person outside the company.
    PersonId,
    /// A person as one network knows them.
    IdentityId,
    /// One thread on one channel.
    ConversationId,
    /// Something owed to a person: owned, prioritised, with a clock.
    CaseId,
    /// An internal note on a case.
    NoteId,
    /// An offer of a case to an agent.
    OfferId,
    /// A saved listening query.
    MonitorId,
    /// A rule that opens or shapes cases.
    RuleId,
    /// A service level: how soon some customers are answered.
    ServicePolicyId,
    /// Business hours and holidays.
    CalendarId,
    /// An answer on its way out; also its idempotency key.
    AnswerId,
    /// A ready-made answer.
    CannedAnswerId,
    /// A background job.
    JobId,
    /// An entry of the audit ledger.
    AuditId,
    /// A notice to a user.
    NoticeId,
}
