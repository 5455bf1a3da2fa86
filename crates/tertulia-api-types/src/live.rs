//! Live updates over server-sent events. The SSE `id` resumes; `event: reset` says "fetch again".

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::cases::Presence;

/// One live update. The client fetches what it shows; updates only say what changed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Live {
    /// A case was opened or changed.
    Case {
        /// Case.
        case_id: Uuid,
        /// Number.
        number: i64,
        /// New case.
        opened: bool,
    },
    /// A post was kept, changed or deleted; or an answer's sending changed.
    Post {
        /// Post.
        post_id: Uuid,
        /// Case, when it has one.
        case_id: Option<Uuid>,
    },
    /// Who looks at a case.
    Presence {
        /// Case.
        case_id: Uuid,
        /// Everybody there.
        present: Vec<Presence>,
        /// Reserved for answering by.
        reserved_by: Option<Uuid>,
    },
    /// The visitor of a web chat types.
    VisitorTyping {
        /// Case.
        case_id: Uuid,
    },
    /// An offer to me came or went.
    Offer {},
    /// A notice to me.
    Notice {},
    /// A channel's health changed.
    Channel {
        /// Channel.
        channel_id: Uuid,
    },
    /// A monitor's pass over history came further, or ended.
    History {
        /// Monitor.
        monitor_id: Uuid,
        /// `queued`, `running`, `done`, `cancelled` or `failed`.
        state: String,
        /// Candidates looked at.
        looked_at: i64,
        /// Candidates in all, once counted.
        total: Option<i64>,
        /// Of those looked at, matching.
        matched: i64,
    },
    /// A training began or ended, or another version of what people taught is in force.
    Understanding {},
    /// Settings changed (departments, users, monitors, rules, canned answers).
    Settings {},
    /// Updates were missed: fetch everything shown.
    Reset {},
}
