//! Lists that are shown whole and therefore have an end: how long each is.

use crate::{Conn, Result, on};
use uuid::Uuid;

/// A list that is shown whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// Users, disabled ones too.
    Users,
    /// Departments.
    Departments,
    /// One user's API tokens.
    TokensOf(Uuid),
    /// Channels.
    Channels,
    /// Monitors.
    Monitors,
    /// Rules.
    Rules,
    /// Shared lists.
    Lists,
    /// Ready-made answers.
    CannedAnswers,
}

impl Conn {
    /// How many rows a list has.
    pub async fn count_listed(&mut self, listed: Listed) -> Result<i64> {
        let sql = match listed {
            Listed::Users => "SELECT count(*) FROM staff",
            Listed::Departments => "SELECT count(*) FROM department",
            Listed::TokensOf(user) => {
                const SQL: &str = "SELECT count(*) FROM api_token WHERE user_id = $1";
                return Ok(on!(self, c => sqlx::query_scalar(SQL).bind(user).fetch_one(c).await?));
            }
            Listed::Channels => "SELECT count(*) FROM channel",
            Listed::Monitors => "SELECT count(*) FROM monitor",
            Listed::Rules => "SELECT count(*) FROM rule",
            Listed::Lists => "SELECT count(*) FROM word_list",
            Listed::CannedAnswers => "SELECT count(*) FROM canned_answer",
        };
        Ok(on!(self, c => sqlx::query_scalar(sql).fetch_one(c).await?))
    }
}
