//! Shared lists: words that queries use by a name.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::monitors::{MonitorBrief, MonitorOwner};

/// A shared list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WordList {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// How a query names it: `list:brands`.
    pub term: String,
    /// Words, phrases, tags and handles.
    pub words: Vec<String>,
    /// Who looks after it.
    pub owner: Option<MonitorOwner>,
    /// Monitors that use it, by number.
    pub monitors: Vec<MonitorBrief>,
    /// Rules that use it, in order.
    pub rules: Vec<WordListRule>,
    /// Created.
    pub created_at: String,
    /// Last changed.
    pub updated_at: String,
}

/// A shared list without its words.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WordListBrief {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// How a query names it: `list:brands`.
    pub term: String,
    /// How many words.
    pub words: u64,
    /// The first of them.
    pub first_words: Vec<String>,
    /// Who looks after it.
    pub owner: Option<MonitorOwner>,
    /// Monitors that use it.
    pub monitors: u64,
    /// Rules that use it.
    pub rules: u64,
    /// Last changed.
    pub updated_at: String,
}

/// A rule in a few words.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WordListRule {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
}

/// Creates or changes a shared list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WordListForm {
    /// Unique name, whatever its case and accents; one in use keeps it.
    pub name: String,
    /// Words, phrases, tags and handles as a query writes them; several plain words are a phrase.
    pub words: Vec<String>,
    /// Owner; unchanged when absent, whoever creates it at first.
    pub owner_id: Option<Uuid>,
}
