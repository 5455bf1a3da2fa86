//! Taking the sample company out again: what is flagged, and what came by flagged channels.

use crate::{Result, Tx, dialect::Dialect, on};
use sqlx::QueryBuilder;
use uuid::Uuid;

/// Channels of the sample.
const CHANNELS: &str = "(SELECT id FROM channel WHERE sample)";

impl Tx {
    async fn run(&mut self, sql: &str) -> Result<u64> {
        let sql = sql.replace("{channels}", CHANNELS);
        Ok(on!(self, c => sqlx::query(sqlx::AssertSqlSafe(sql)).execute(c).await?.rows_affected()))
    }

    async fn remove_where(&mut self, table: &str, column: &str, ids: &[Uuid]) -> Result<u64> {
        Ok(on!(self, c, DB => {
            let mut query = QueryBuilder::<DB>::new(format!("DELETE FROM {table} WHERE {column} IN ("));
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(*id);
            }
            query.push(")");
            query.build().execute(c).await?.rows_affected()
        }))
    }

    /// Stops the sample's channels.
    pub async fn stop_sample_channels(&mut self, now: i64) -> Result<()> {
        const SQL: &str = "UPDATE channel SET enabled = $1, updated_at = $2 WHERE sample";
        on!(self, c => sqlx::query(SQL).bind(false).bind(now).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Removes posts that came by the sample's channels; at most `limit`. Returns how many went.
    pub async fn remove_sample_posts(&mut self, limit: i64) -> Result<u64> {
        let sql = format!("SELECT seq, id FROM post WHERE channel_id IN {CHANNELS} ORDER BY seq LIMIT $1");
        let posts: Vec<(i64, Uuid)> = on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(limit).fetch_all(c).await?);
        if posts.is_empty() {
            return Ok(0);
        }
        for (seq, _) in &posts {
            self.unindex_post(*seq).await?;
        }
        let ids: Vec<Uuid> = posts.iter().map(|(_, id)| *id).collect();
        for table in ["post_version", "attachment", "post_step", "post_match", "match_discard", "outbox", "reading", "correction", "review"]
        {
            self.remove_where(table, "post_id", &ids).await?;
        }
        self.remove_where("post", "id", &ids).await
    }

    /// Removes the sample's cases and conversations; at most `limit` cases. One that holds posts of other channels stays
    /// and is no sample any more. Returns how many went. Call it when no posts are left.
    pub async fn remove_sample_cases(&mut self, limit: i64) -> Result<u64> {
        self.run(
            "UPDATE care_case SET sample = FALSE, channel_id = (SELECT p.channel_id FROM post p WHERE p.case_id = care_case.id ORDER BY p.seq DESC LIMIT 1)
             WHERE (sample OR channel_id IN {channels}) AND EXISTS (SELECT 1 FROM post p WHERE p.case_id = care_case.id)",
        )
        .await?;
        let sql = format!("SELECT id FROM care_case WHERE sample OR channel_id IN {CHANNELS} LIMIT $1");
        let ids: Vec<Uuid> = on!(self, c => sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(limit).fetch_all(c).await?);
        if ids.is_empty() {
            return Ok(0);
        }
        self.run("UPDATE conversation SET continues = NULL WHERE channel_id IN {channels} AND continues IS NOT NULL").await?;
        for table in ["outbox", "offer", "note", "case_seen", "case_change", "notice", "conversation"] {
            self.remove_where(table, "case_id", &ids).await?;
        }
        self.remove_where("care_case", "id", &ids).await
    }

    /// Removes the sample's people who have no posts and no cases any more, and conversations that are left; at most
    /// `limit` people. Returns how many went.
    pub async fn remove_sample_people(&mut self, limit: i64) -> Result<u64> {
        self.run(
            "UPDATE conversation SET continues = NULL WHERE continues IN (SELECT id FROM conversation WHERE channel_id IN {channels})",
        )
        .await?;
        self.run("DELETE FROM conversation WHERE channel_id IN {channels}").await?;
        const SQL: &str = "SELECT number, id FROM person p WHERE p.sample
            AND NOT EXISTS (SELECT 1 FROM care_case k WHERE k.person_id = p.id)
            AND NOT EXISTS (SELECT 1 FROM conversation v WHERE v.person_id = p.id)
            AND NOT EXISTS (SELECT 1 FROM post o JOIN identity i ON o.identity_id = i.id WHERE i.person_id = p.id) LIMIT $1";
        let people: Vec<(i64, Uuid)> = on!(self, c => sqlx::query_as(SQL).bind(limit).fetch_all(c).await?);
        if people.is_empty() {
            return Ok(0);
        }
        let unindex = match self.dialect() {
            Dialect::Sqlite => "DELETE FROM person_search WHERE rowid = $1",
            Dialect::Postgres => "DELETE FROM person_search WHERE number = $1",
        };
        for (number, _) in &people {
            on!(self, c => sqlx::query(unindex).bind(*number).execute(c).await?.rows_affected());
        }
        let ids: Vec<Uuid> = people.into_iter().map(|(_, id)| id).collect();
        self.remove_where("identity", "person_id", &ids).await?;
        self.remove_where("person", "id", &ids).await
    }

    /// Makes a monitor or a channel of the sample one of the company's own.
    pub async fn keep_of_sample(&mut self, table: &'static str, id: Uuid) -> Result<()> {
        let sql = format!("UPDATE {table} SET sample = FALSE WHERE id = $1");
        on!(self, c => sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Removes the sample's rules, monitors, ready-made answers, channels and agents. What somebody made their own (an
    /// agent who was invited and set a password, a person with posts elsewhere) stays and is no sample any more.
    pub async fn remove_sample_house(&mut self) -> Result<()> {
        for sql in [
            "UPDATE person SET sample = FALSE WHERE sample",
            "DELETE FROM rule WHERE sample",
            "DELETE FROM post_match WHERE monitor_id IN (SELECT id FROM monitor WHERE sample)",
            "DELETE FROM monitor WHERE sample",
            "DELETE FROM canned_answer WHERE sample",
            "DELETE FROM tombstone WHERE channel_id IN {channels}",
            "DELETE FROM channel WHERE sample",
            "UPDATE staff SET sample = FALSE WHERE sample AND password_hash IS NOT NULL",
            "UPDATE staff SET sample = FALSE WHERE sample AND (EXISTS (SELECT 1 FROM post p WHERE p.user_id = staff.id)
                OR EXISTS (SELECT 1 FROM note n WHERE n.author_id = staff.id) OR EXISTS (SELECT 1 FROM outbox o WHERE o.created_by = staff.id))",
            "UPDATE care_case SET assignee_id = NULL WHERE assignee_id IN (SELECT id FROM staff WHERE sample)",
            "UPDATE care_case SET reserved_by = NULL, reserved_until = NULL WHERE reserved_by IN (SELECT id FROM staff WHERE sample)",
            "DELETE FROM staff WHERE sample",
        ] {
            self.run(sql).await?;
        }
        Ok(())
    }
}
