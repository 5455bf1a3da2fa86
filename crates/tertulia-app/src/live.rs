//! Live updates: what changed, told to every open console after the commit. Nothing depends on them arriving: a client
//! that missed some is told to fetch again.

use serde::Serialize;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};
use tertulia_kernel::{CaseId, ChannelId, ConversationId, DepartmentId, MonitorId, PostId, UserId};
use tokio::sync::broadcast;

/// How many updates are remembered for clients that reconnect.
const REMEMBERED: usize = 2_048;

/// What changed, and who may hear of it.
#[derive(Clone, Debug)]
pub struct Update {
    /// Place in the sequence of this process.
    pub seq: u64,
    /// What changed.
    pub news: News,
    /// Who may hear.
    pub audience: Audience,
}

/// Who may hear of an update.
#[derive(Clone, Debug)]
pub enum Audience {
    /// Every user.
    Everybody,
    /// One user.
    User(UserId),
    /// Those who see cases of this department or assigned to this user.
    Case(Option<DepartmentId>, Option<UserId>),
}

/// What changed.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum News {
    /// A case was opened or changed.
    Case {
        /// Case.
        case_id: CaseId,
        /// Number for people.
        number: i64,
        /// It is new.
        opened: bool,
    },
    /// A post was kept, changed or deleted, or an answer's sending changed.
    Post {
        /// Post.
        post_id: PostId,
        /// Its case.
        case_id: Option<CaseId>,
        /// Its channel (a web chat listens for its own).
        #[serde(skip)]
        channel_id: Option<ChannelId>,
        /// Its conversation (the web chat listens for it).
        #[serde(skip)]
        conversation_id: Option<ConversationId>,
    },
    /// Who looks at a case.
    Presence {
        /// Case.
        case_id: CaseId,
        /// Everybody there.
        present: Vec<Present>,
        /// Reserved by.
        reserved_by: Option<UserId>,
    },
    /// A web chat's visitor types.
    VisitorTyping {
        /// Case.
        case_id: CaseId,
    },
    /// An agent types in a web chat (for the visitor's widget).
    AgentTyping {
        /// Conversation.
        conversation_id: ConversationId,
    },
    /// An offer to the user came or went.
    Offer {},
    /// A notice to the user.
    Notice {},
    /// A channel's health changed.
    Channel {
        /// Channel.
        channel_id: ChannelId,
    },
    /// A monitor's pass over history came further, or ended.
    History {
        /// Monitor.
        monitor_id: MonitorId,
        /// `queued`, `running`, `done`, `cancelled` or `failed`.
        state: String,
        /// Candidates looked at.
        looked_at: i64,
        /// Candidates in all, once counted.
        total: Option<i64>,
        /// Of those looked at, matching.
        matched: i64,
    },
    /// A training began or ended, or another version of the labels' model is in force.
    Understanding {},
    /// Something everybody caches changed.
    Settings {},
    /// What the user may changed, or one of their sessions or tokens ended (for the streams themselves).
    Access {},
    /// Updates were missed.
    Reset {},
}

/// Somebody looking at a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Present {
    /// User.
    pub user_id: UserId,
    /// Name.
    pub name: String,
    /// `viewing` or `typing`.
    pub state: String,
}

/// The process's live updates. Cheap to clone.
#[derive(Clone)]
pub struct Bus {
    sender: broadcast::Sender<Arc<Update>>,
    past: Arc<Mutex<VecDeque<Arc<Update>>>>,
}

impl Default for Bus {
    fn default() -> Self {
        Self { sender: broadcast::channel(REMEMBERED).0, past: Arc::default() }
    }
}

impl Bus {
    /// Tells an update. Call it after the commit.
    pub fn tell(&self, audience: Audience, news: News) {
        let mut past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        let seq = past.back().map_or(1, |last| last.seq + 1);
        let update = Arc::new(Update { seq, news, audience });
        past.push_back(Arc::clone(&update));
        if past.len() > REMEMBERED {
            past.pop_front();
        }
        // Nobody listening is fine. Sent under the lock, so that the order is the sequence's.
        let _ = self.sender.send(update);
    }

    /// Tells every open stream of a user to look again at what they may. Call it after the commit.
    pub fn tell_access(&self, user: UserId) {
        self.tell(Audience::User(user), News::Access {});
    }

    /// Number of the newest update: who reads now and listens from here misses nothing between the two.
    pub fn newest(&self) -> u64 {
        self.past.lock().unwrap_or_else(PoisonError::into_inner).back().map_or(0, |update| update.seq)
    }

    /// Updates after `last` (none when absent), then everything to come. `Err` when `last` is too old or from another
    /// process: the client must fetch everything. Both come with the number to resume after, for one who has heard nothing.
    pub fn listen(&self, last: Option<u64>) -> (Resumed, u64, broadcast::Receiver<Arc<Update>>) {
        let past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        let receiver = self.sender.subscribe();
        let newest = past.back().map_or(0, |update| update.seq);
        let oldest = past.front().map_or(1, |update| update.seq);
        let missed = match last {
            None => Ok(Vec::new()),
            Some(last) if last > newest || last + 1 < oldest => Err(Missed),
            Some(last) => Ok(past.iter().filter(|update| update.seq > last).cloned().collect()),
        };
        (missed, newest, receiver)
    }
}

/// The updates a client missed, or that they are gone.
pub type Resumed = Result<Vec<Arc<Update>>, Missed>;

/// The updates a client asks for are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed;

#[cfg(test)]
mod tests {
    //! Resuming.
    use super::*;

    #[test]
    fn a_client_resumes_or_is_told_that_it_missed_some() {
        let bus = Bus::default();
        for _ in 0..3 {
            bus.tell(Audience::Everybody, News::Settings {});
        }
        assert_eq!(bus.listen(Some(1)).0.expect("remembered").len(), 2);
        assert_eq!(bus.listen(Some(9)).0.expect_err("another process"), Missed);
        for _ in 0..REMEMBERED {
            bus.tell(Audience::Everybody, News::Settings {});
        }
        assert_eq!(bus.listen(Some(1)).0.expect_err("too old"), Missed);
    }
}
