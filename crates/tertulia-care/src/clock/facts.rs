//! What happened to a case, as far as its clocks care.

use crate::rules::Priority;
use serde::{Deserialize, Serialize};
use tertulia_kernel::{DepartmentId, Timestamp};

/// Something that happened to a case. Facts are kept for ever and never changed; everything else here follows from them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// The case began. The first fact, and only the first.
    Opened {
        /// Whose post or message began it.
        by: Party,
        /// What it is.
        traits: Traits,
    },
    /// The customer wrote. On a case that is resolved it starts nothing: whether it wakes it is for [`crate::life`] to say.
    CustomerWrote,
    /// We answered the customer. Internal notes are not answers.
    AgentAnswered {
        /// Where everybody can read it.
        public: bool,
    },
    /// An agent said that the customer has to do something first.
    WaitingForCustomer,
    /// That is over. Writing ends it too.
    WaitingOver,
    /// Put out of sight.
    Snoozed,
    /// Back in sight. A word from the customer wakes it too.
    Woken,
    /// Done.
    Resolved,
    /// Not done after all.
    Reopened {
        /// By whom: when it is the customer, they wait for an answer from now on.
        by: Party,
    },
    /// It changed its department, priority, channel or customer.
    Reshaped {
        /// What it is now.
        traits: Traits,
    },
}

/// The two sides of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The one who is served.
    Customer,
    /// Us.
    Agent,
}

/// What of a case chooses its service level.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traits {
    /// Kind of channel: mail, mastodon, chat...
    pub channel: String,
    /// Type of customer.
    #[serde(default)]
    pub customer_type: Option<String>,
    /// Department.
    #[serde(default)]
    pub department: Option<DepartmentId>,
    /// Priority.
    #[serde(default)]
    pub priority: Priority,
    /// IANA name of the zone the customer lives in, where it is known.
    #[serde(default)]
    pub customer_zone: Option<String>,
}
