//! Conversations: one thread on one channel, public or private.

use crate::{
    Conn, Result, Tx,
    db::Link,
    on,
    post::{ROWS, rows_in},
};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

/// A conversation.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ConversationRow {
    /// Id.
    pub id: Uuid,
    /// Channel.
    pub channel_id: Uuid,
    /// The network's thread key, or the first post's external id.
    pub thread: String,
    /// `public` or `private`.
    pub visibility: String,
    /// Person it is with.
    pub person_id: Option<Uuid>,
    /// Case it belongs to now.
    pub case_id: Option<Uuid>,
    /// Public conversation it continues in private.
    pub continues: Option<Uuid>,
    /// Began.
    pub created_at: i64,
}

const COLUMNS: &str = "id, channel_id, thread, visibility, person_id, case_id, continues, created_at";

impl Conn {
    /// One conversation.
    pub async fn conversation(&mut self, id: Uuid) -> Result<ConversationRow> {
        let sql = format!("SELECT {COLUMNS} FROM conversation WHERE id = $1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(c).await?))
    }

    /// Several conversations, in no particular order.
    pub async fn conversations(&mut self, ids: &[Uuid]) -> Result<Vec<ConversationRow>> {
        let mut found = Vec::new();
        for chunk in ids.chunks(500) {
            let part: Vec<ConversationRow> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(format!("SELECT {COLUMNS} FROM conversation WHERE id IN ("));
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(*id);
                }
                query.push(")");
                query.build_query_as().fetch_all(c).await?
            });
            found.extend(part);
        }
        Ok(found)
    }

    /// Conversations of a channel by thread key, public and private.
    pub async fn conversations_by_thread(&mut self, channel: Uuid, threads: &[String]) -> Result<Vec<ConversationRow>> {
        let head = format!("SELECT {COLUMNS} FROM conversation");
        Ok(rows_in!(self, ConversationRow, head.as_str(), channel, "thread", threads))
    }

    /// Conversations of a case, oldest first.
    pub async fn conversations_of_case(&mut self, case: Uuid) -> Result<Vec<ConversationRow>> {
        let sql = format!("SELECT {COLUMNS} FROM conversation WHERE case_id = $1 ORDER BY id");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(case).fetch_all(c).await?))
    }

    /// The private conversation with this person that continues a public one, if there is one.
    pub async fn continuation(&mut self, public: Uuid, person: Option<Uuid>) -> Result<Option<ConversationRow>> {
        let sql = format!("SELECT {COLUMNS} FROM conversation WHERE continues = $1 AND person_id = $2 ORDER BY id DESC LIMIT 1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(public).bind(person).fetch_optional(c).await?))
    }
}

impl Tx {
    /// Inserts conversations.
    pub async fn insert_conversations(&mut self, conversations: &[ConversationRow]) -> Result<()> {
        for chunk in conversations.chunks(500) {
            on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(format!("INSERT INTO conversation ({COLUMNS}) "));
                query.push_values(chunk, |mut v, row| {
                    v.push_bind(row.id).push_bind(row.channel_id).push_bind(&row.thread).push_bind(&row.visibility).push_bind(row.person_id)
                        .push_bind(row.case_id).push_bind(row.continues).push_bind(row.created_at);
                });
                query.build().execute(c).await?.rows_affected()
            });
        }
        Ok(())
    }

    /// Puts these conversations' person, case, thread and link.
    pub async fn update_conversations(&mut self, conversations: &[ConversationRow]) -> Result<()> {
        for chunk in conversations.chunks(500) {
            on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(
                    "UPDATE conversation SET thread = v.column2, person_id = v.column3, case_id = v.column4, continues = v.column5 FROM (",
                );
                query.push_values(chunk, |mut v, row| {
                    v.push_bind(row.id).push_bind(&row.thread).push_bind(row.person_id).push_bind(row.case_id).push_bind(row.continues);
                });
                query.push(") AS v WHERE conversation.id = v.column1");
                query.build().execute(c).await?.rows_affected()
            });
        }
        Ok(())
    }
}
