//! How posts hang together: which post answers which.

use crate::{Conn, Result, on};
use sqlx::QueryBuilder;
use uuid::Uuid;

impl Conn {
    /// `(post, post it answers)` of these posts, for those whose parent we have.
    pub async fn parents_of(&mut self, posts: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>> {
        let mut found = Vec::new();
        for chunk in posts.chunks(500) {
            let part: Vec<(Uuid, Uuid)> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(
                    "SELECT p.id, q.id FROM post p JOIN post q ON q.channel_id = p.channel_id AND q.external_id = p.in_reply_to WHERE p.id IN (",
                );
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(*id);
                }
                query.push(") ORDER BY q.seq");
                query.build_query_as().fetch_all(c).await?
            });
            found.extend(part);
        }
        Ok(found)
    }
}
