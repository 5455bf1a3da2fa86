//! Posts: intake's bulk reads and writes, threads, and the steps taken with each post.

use crate::{Conn, Result, Tx, db::Link, extras::Extras, on};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

/// What a multi-row statement may bind at most, with a margin (SQLite allows 32,766 parameters).
pub(crate) const ROWS: usize = 500;

/// A post as stored. Instants are microseconds.
#[derive(Clone, Debug, Default, FromRow)]
pub struct PostRow {
    /// Order of arrival.
    pub seq: i64,
    /// Id.
    pub id: Uuid,
    /// Channel.
    pub channel_id: Uuid,
    /// The network's id.
    pub external_id: String,
    /// `message`...
    pub kind: String,
    /// Conversation, when kept.
    pub conversation_id: Option<Uuid>,
    /// Case.
    pub case_id: Option<Uuid>,
    /// `in` or `out`.
    pub direction: String,
    /// `public` or `private`.
    pub visibility: String,
    /// Author's identity; none for our answers, and for posts kept only for a while.
    pub identity_id: Option<Uuid>,
    /// The network's id of an author who has no identity here: of a post kept only for a while.
    pub author_external_id: Option<String>,
    /// User who wrote an answer here.
    pub user_id: Option<Uuid>,
    /// Author's name as shown then.
    pub author_name: String,
    /// Author's handle.
    pub author_handle: String,
    /// Author's followers then.
    pub followers: Option<i64>,
    /// Headline or subject.
    pub title: Option<String>,
    /// Text.
    pub text: String,
    /// Quoted earlier text.
    pub quoted: Option<String>,
    /// Where it can be opened.
    pub url: Option<String>,
    /// Language.
    pub lang: Option<String>,
    /// External id of the post it answers.
    pub in_reply_to: Option<String>,
    /// Written.
    pub occurred_at: i64,
    /// Taken in.
    pub received_at: i64,
    /// Edited.
    pub revised_at: Option<i64>,
    /// Deleted.
    pub deleted_at: Option<i64>,
    /// Only kept until then.
    pub keep_until: Option<i64>,
    /// What only queries read.
    #[sqlx(try_from = "Option<String>")]
    pub extras: Extras,
}

/// A post to insert; its `seq` comes from the database.
#[derive(Clone, Debug)]
pub struct NewPost {
    /// The row; `seq` is ignored.
    pub row: PostRow,
    /// Folded search tokens, separated by spaces.
    pub tokens: String,
}

/// A step taken with a post.
#[derive(Clone, Debug, FromRow)]
pub struct StepRow {
    /// Post.
    pub post_id: Uuid,
    /// When.
    pub at: i64,
    /// Which.
    pub step: String,
    /// What was decided and why, JSON.
    pub why: String,
}

/// An earlier text.
#[derive(Clone, Debug, FromRow)]
pub struct VersionRow {
    /// Until when it stood.
    pub until: i64,
    /// Headline.
    pub title: Option<String>,
    /// Text.
    pub text: String,
}

pub(crate) const COLUMNS: &str = "seq, id, channel_id, external_id, kind, conversation_id, case_id, direction, visibility, identity_id,
    author_external_id, user_id, author_name, author_handle, followers, title, text, quoted, url, lang, in_reply_to, occurred_at, received_at, revised_at, deleted_at,
    keep_until, extras";

/// `$table.column IN (…)` over texts: on PostgreSQL one array, so that the statement is the same however many there are
/// and is parsed once.
macro_rules! rows_in {
    ($conn:expr, $row:ty, $head:expr, $fixed:expr, $column:literal, $values:expr) => {{
        let mut found: Vec<$row> = Vec::new();
        for chunk in $values.chunks(ROWS) {
            let part: Vec<$row> = match $conn.link() {
                Link::Postgres(c) => {
                    let sql = format!(concat!("{} WHERE channel_id = $1 AND ", $column, " = ANY($2)"), $head);
                    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind($fixed).bind(chunk).fetch_all(c).await?
                }
                Link::Sqlite(c) => {
                    let mut query = QueryBuilder::<sqlx::Sqlite>::new($head);
                    query.push(" WHERE channel_id = ").push_bind($fixed).push(concat!(" AND ", $column, " IN ("));
                    let mut list = query.separated(", ");
                    for value in chunk {
                        list.push_bind(value.clone());
                    }
                    query.push(")");
                    query.build_query_as().fetch_all(c).await?
                }
            };
            found.extend(part);
        }
        found
    }};
}
pub(crate) use rows_in;

/// One column of these posts.
fn column<'p, T>(posts: &'p [NewPost], of: impl Fn(&'p PostRow) -> T) -> Vec<T> {
    posts.iter().map(|post| of(&post.row)).collect()
}

impl Conn {
    /// Posts of a channel by the network's ids (every kind).
    pub async fn posts_by_external(&mut self, channel: Uuid, external_ids: &[String]) -> Result<Vec<PostRow>> {
        Ok(rows_in!(self, PostRow, format!("SELECT {COLUMNS} FROM post"), channel, "external_id", external_ids))
    }

    /// Posts of a channel that answer these network ids: children that arrived before their parent.
    pub async fn posts_by_reply(&mut self, channel: Uuid, parents: &[String]) -> Result<Vec<PostRow>> {
        Ok(rows_in!(self, PostRow, format!("SELECT {COLUMNS} FROM post"), channel, "in_reply_to", parents))
    }

    /// External ids among these whose deletion is known.
    pub async fn tombstones(&mut self, channel: Uuid, external_ids: &[String]) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = rows_in!(self, (String,), "SELECT external_id FROM tombstone", channel, "external_id", external_ids);
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// One post.
    pub async fn post(&mut self, id: Uuid) -> Result<PostRow> {
        let sql = format!("SELECT {COLUMNS} FROM post WHERE id = $1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(c).await?))
    }

    /// Several posts, in no particular order.
    pub async fn posts(&mut self, ids: &[Uuid]) -> Result<Vec<PostRow>> {
        let mut found = Vec::new();
        for chunk in ids.chunks(ROWS) {
            let part: Vec<PostRow> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(format!("SELECT {COLUMNS} FROM post WHERE id IN ("));
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

    /// Newest posts of a case (at most `limit`), oldest first.
    pub async fn posts_of_case(&mut self, case: Uuid, limit: i64) -> Result<Vec<PostRow>> {
        let mut rows = self.posts_of_case_before(case, i64::MAX, limit).await?;
        rows.reverse();
        Ok(rows)
    }

    /// Posts of a case before `seq`, newest first.
    pub async fn posts_of_case_before(&mut self, case: Uuid, before: i64, limit: i64) -> Result<Vec<PostRow>> {
        let sql = format!("SELECT {COLUMNS} FROM post WHERE case_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(case).bind(before).bind(limit).fetch_all(c).await?))
    }

    /// Newest posts of a conversation (at most `limit`), oldest first.
    pub async fn posts_of_conversation(&mut self, conversation: Uuid, limit: i64) -> Result<Vec<PostRow>> {
        let sql = format!("SELECT {COLUMNS} FROM post WHERE conversation_id = $1 ORDER BY seq DESC LIMIT $2");
        let mut rows: Vec<PostRow> =
            on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(conversation).bind(limit).fetch_all(c).await?);
        rows.reverse();
        Ok(rows)
    }

    /// Newest post that is not deleted in a conversation: of this person, or of anybody but us.
    pub async fn newest_inbound(&mut self, conversation: Uuid, person: Option<Uuid>) -> Result<Option<PostRow>> {
        let theirs = if person.is_some() { "AND identity_id IN (SELECT id FROM identity WHERE person_id = $2)" } else { "" };
        let sql = format!(
            "SELECT {COLUMNS} FROM post WHERE conversation_id = $1 AND direction = 'in' AND deleted_at IS NULL {theirs} ORDER BY seq DESC LIMIT 1"
        );
        Ok(match person {
            Some(person) => {
                on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(conversation).bind(person).fetch_optional(c).await?)
            }
            None => on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(conversation).fetch_optional(c).await?),
        })
    }

    /// When the newest of their posts in a case was written, by the network's clock.
    pub async fn newest_written(&mut self, case: Uuid) -> Result<Option<i64>> {
        const SQL: &str = "SELECT max(occurred_at) FROM post WHERE case_id = $1 AND direction = 'in' AND deleted_at IS NULL";
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(case).fetch_one(c).await?))
    }

    /// The steps taken with a post, in order.
    pub async fn steps(&mut self, post: Uuid) -> Result<Vec<StepRow>> {
        const SQL: &str = "SELECT post_id, at, step, why FROM post_step WHERE post_id = $1 ORDER BY id";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(post).fetch_all(c).await?))
    }

    /// Earlier texts of a post, newest first.
    pub async fn versions(&mut self, post: Uuid) -> Result<Vec<VersionRow>> {
        const SQL: &str = "SELECT until, title, text FROM post_version WHERE post_id = $1 ORDER BY until DESC LIMIT 50";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(post).fetch_all(c).await?))
    }

    /// Which monitors matched these posts, and whether somebody threw that match out: `(post, monitor, discarded)`.
    pub async fn matches_of(&mut self, posts: &[Uuid]) -> Result<Vec<(Uuid, Uuid, bool)>> {
        let mut found = Vec::new();
        for chunk in posts.chunks(ROWS) {
            let part: Vec<(Uuid, Uuid, bool)> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(
                    "SELECT m.post_id, m.monitor_id, d.post_seq IS NOT NULL FROM post_match m
                     LEFT JOIN match_discard d ON d.monitor_id = m.monitor_id AND d.post_seq = m.post_seq WHERE m.post_id IN (",
                );
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
}

impl Tx {
    /// Inserts posts that are not there yet and returns `(seq, id)` of those that really were inserted: a key that
    /// another node inserted meanwhile is left alone.
    pub async fn insert_posts(&mut self, posts: &[NewPost]) -> Result<Vec<(i64, Uuid)>> {
        const INSERT: &str =
            "INSERT INTO post (id, channel_id, external_id, kind, conversation_id, case_id, direction, visibility, identity_id,
            author_external_id, user_id, author_name, author_handle, followers, title, text, quoted, url, lang, in_reply_to, occurred_at,
            received_at, revised_at, deleted_at, keep_until, extras) ";
        const ARRAYS: &str = "SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::text[],
            $9::uuid[], $10::text[], $11::uuid[], $12::text[], $13::text[], $14::bigint[], $15::text[], $16::text[], $17::text[], $18::text[],
            $19::text[], $20::text[], $21::bigint[], $22::bigint[], $23::bigint[], $24::bigint[], $25::bigint[], $26::text[])";
        const END: &str = " ON CONFLICT (channel_id, external_id, kind) DO NOTHING RETURNING seq, id";
        let mut inserted = Vec::with_capacity(posts.len());
        for chunk in posts.chunks(ROWS) {
            let part: Vec<(i64, Uuid)> = match self.link() {
                Link::Postgres(c) => {
                    let sql = format!("{INSERT}{ARRAYS}{END}");
                    sqlx::query_as(sqlx::AssertSqlSafe(sql))
                        .bind(column(chunk, |row| row.id))
                        .bind(column(chunk, |row| row.channel_id))
                        .bind(column(chunk, |row| row.external_id.as_str()))
                        .bind(column(chunk, |row| row.kind.as_str()))
                        .bind(column(chunk, |row| row.conversation_id))
                        .bind(column(chunk, |row| row.case_id))
                        .bind(column(chunk, |row| row.direction.as_str()))
                        .bind(column(chunk, |row| row.visibility.as_str()))
                        .bind(column(chunk, |row| row.identity_id))
                        .bind(column(chunk, |row| row.author_external_id.as_deref()))
                        .bind(column(chunk, |row| row.user_id))
                        .bind(column(chunk, |row| row.author_name.as_str()))
                        .bind(column(chunk, |row| row.author_handle.as_str()))
                        .bind(column(chunk, |row| row.followers))
                        .bind(column(chunk, |row| row.title.as_deref()))
                        .bind(column(chunk, |row| row.text.as_str()))
                        .bind(column(chunk, |row| row.quoted.as_deref()))
                        .bind(column(chunk, |row| row.url.as_deref()))
                        .bind(column(chunk, |row| row.lang.as_deref()))
                        .bind(column(chunk, |row| row.in_reply_to.as_deref()))
                        .bind(column(chunk, |row| row.occurred_at))
                        .bind(column(chunk, |row| row.received_at))
                        .bind(column(chunk, |row| row.revised_at))
                        .bind(column(chunk, |row| row.deleted_at))
                        .bind(column(chunk, |row| row.keep_until))
                        .bind(column(chunk, |row| row.extras.stored()))
                        .fetch_all(c)
                        .await?
                }
                Link::Sqlite(c) => {
                    let mut query = QueryBuilder::<sqlx::Sqlite>::new(INSERT);
                    query.push_values(chunk, |mut v, post| {
                        let row = &post.row;
                        v.push_bind(row.id)
                            .push_bind(row.channel_id)
                            .push_bind(&row.external_id)
                            .push_bind(&row.kind)
                            .push_bind(row.conversation_id)
                            .push_bind(row.case_id)
                            .push_bind(&row.direction)
                            .push_bind(&row.visibility)
                            .push_bind(row.identity_id)
                            .push_bind(&row.author_external_id)
                            .push_bind(row.user_id)
                            .push_bind(&row.author_name)
                            .push_bind(&row.author_handle)
                            .push_bind(row.followers)
                            .push_bind(&row.title)
                            .push_bind(&row.text)
                            .push_bind(&row.quoted)
                            .push_bind(&row.url)
                            .push_bind(&row.lang)
                            .push_bind(&row.in_reply_to)
                            .push_bind(row.occurred_at)
                            .push_bind(row.received_at)
                            .push_bind(row.revised_at)
                            .push_bind(row.deleted_at)
                            .push_bind(row.keep_until)
                            .push_bind(row.extras.stored());
                    });
                    query.push(END);
                    query.build_query_as().fetch_all(c).await?
                }
            };
            inserted.extend(part);
        }
        Ok(inserted)
    }

    /// One post, locked against other writers until the transaction ends.
    pub async fn lock_post(&mut self, id: Uuid) -> Result<PostRow> {
        let sql = format!("SELECT {COLUMNS} FROM post WHERE id = $1{}", self.dialect().for_update());
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(c).await?))
    }

    /// Puts an edited or newly kept post's row as given (all but its key, author and arrival).
    pub async fn update_post(&mut self, row: &PostRow) -> Result<()> {
        const SQL: &str = "UPDATE post SET conversation_id = $2, case_id = $3, title = $4, text = $5, quoted = $6, url = $7, lang = $8,
            revised_at = $9, deleted_at = $10, keep_until = $11, identity_id = $12, author_external_id = $13, external_id = $14, in_reply_to = $15,
            extras = $16
            WHERE id = $1";
        on!(self, c => sqlx::query(SQL).bind(row.id).bind(row.conversation_id).bind(row.case_id).bind(&row.title).bind(&row.text)
            .bind(&row.quoted).bind(&row.url).bind(&row.lang).bind(row.revised_at).bind(row.deleted_at).bind(row.keep_until)
            .bind(row.identity_id).bind(&row.author_external_id).bind(&row.external_id).bind(&row.in_reply_to).bind(row.extras.stored()).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Puts what people did with a post, which changes while nothing else of it does.
    pub async fn recount_post(&mut self, post: Uuid, extras: &Extras) -> Result<()> {
        const SQL: &str = "UPDATE post SET extras = $2 WHERE id = $1";
        on!(self, c => sqlx::query(SQL).bind(post).bind(extras.stored()).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Removes a post's content for good: text, versions, files and what was read in it. The empty row stays, so that
    /// the thread shows that something was deleted and a late copy does not bring it back.
    pub async fn erase_post(&mut self, id: Uuid, at: i64) -> Result<()> {
        const SQL: [&str; 4] = [
            "UPDATE post SET text = '', title = NULL, quoted = NULL, extras = NULL, deleted_at = $2 WHERE id = $1",
            "DELETE FROM post_version WHERE post_id = $1 AND $2 = $2",
            "DELETE FROM attachment WHERE post_id = $1 AND $2 = $2",
            // It quotes the text.
            "DELETE FROM reading WHERE post_id = $1 AND $2 = $2",
        ];
        for sql in SQL {
            on!(self, c => sqlx::query(sql).bind(id).bind(at).execute(c).await?.rows_affected());
        }
        Ok(())
    }

    /// Takes a post away entirely: a copy of our own answer that came back from the network before we knew its id.
    pub async fn remove_copy(&mut self, id: Uuid) -> Result<()> {
        for sql in [
            "DELETE FROM post_version WHERE post_id = $1",
            "DELETE FROM attachment WHERE post_id = $1",
            "DELETE FROM post_step WHERE post_id = $1",
            "DELETE FROM post_match WHERE post_id = $1",
            "DELETE FROM match_discard WHERE post_id = $1",
            "DELETE FROM reading WHERE post_id = $1",
            "DELETE FROM post WHERE id = $1",
        ] {
            on!(self, c => sqlx::query(sql).bind(id).execute(c).await?.rows_affected());
        }
        Ok(())
    }

    /// Remembers deletions of posts we do not have.
    pub async fn save_tombstones(&mut self, channel: Uuid, deleted: &[(String, i64)]) -> Result<()> {
        const SQL: &str = "INSERT INTO tombstone (channel_id, external_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        for (external_id, at) in deleted {
            on!(self, c => sqlx::query(SQL).bind(channel).bind(external_id).bind(at).execute(c).await?.rows_affected());
        }
        Ok(())
    }

    /// Keeps the text that an edit replaces.
    pub async fn save_version(&mut self, post: Uuid, until: i64, title: Option<&str>, text: &str) -> Result<()> {
        const SQL: &str = "INSERT INTO post_version (post_id, until, title, text) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        on!(self, c => sqlx::query(SQL).bind(post).bind(until).bind(title).bind(text).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Writes steps down, in the given order.
    pub async fn save_steps(&mut self, steps: &[StepRow]) -> Result<()> {
        const ARRAYS: &str = "INSERT INTO post_step (post_id, at, step, why)
            SELECT * FROM UNNEST($1::uuid[], $2::bigint[], $3::text[], $4::text[])";
        for chunk in steps.chunks(ROWS) {
            match self.link() {
                Link::Postgres(c) => {
                    let posts: Vec<Uuid> = chunk.iter().map(|step| step.post_id).collect();
                    let times: Vec<i64> = chunk.iter().map(|step| step.at).collect();
                    let names: Vec<&str> = chunk.iter().map(|step| step.step.as_str()).collect();
                    let reasons: Vec<&str> = chunk.iter().map(|step| step.why.as_str()).collect();
                    sqlx::query(ARRAYS).bind(posts).bind(times).bind(names).bind(reasons).execute(c).await?;
                }
                Link::Sqlite(c) => {
                    let mut query = QueryBuilder::<sqlx::Sqlite>::new("INSERT INTO post_step (post_id, at, step, why) ");
                    query.push_values(chunk, |mut v, step| {
                        v.push_bind(step.post_id).push_bind(step.at).push_bind(&step.step).push_bind(&step.why);
                    });
                    query.build().execute(c).await?;
                }
            }
        }
        Ok(())
    }

    /// Writes matches down: `(monitor, post seq, post)`.
    pub async fn save_matches(&mut self, matches: &[(Uuid, i64, Uuid)], at: i64) -> Result<()> {
        for chunk in matches.chunks(ROWS) {
            on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new("INSERT INTO post_match (monitor_id, post_seq, post_id, at) ");
                query.push_values(chunk, |mut v, (monitor, seq, post)| {
                    v.push_bind(*monitor).push_bind(*seq).push_bind(*post).push_bind(at);
                });
                query.push(" ON CONFLICT DO NOTHING");
                query.build().execute(c).await?.rows_affected()
            });
        }
        Ok(())
    }

    /// Forgets a post's matches, before an edited text is matched again.
    pub async fn forget_matches(&mut self, post: Uuid) -> Result<()> {
        const SQL: &str = "DELETE FROM post_match WHERE post_id = $1";
        on!(self, c => sqlx::query(SQL).bind(post).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Takes a set of posts into a case.
    pub async fn set_case_of_conversation_posts(&mut self, conversation: Uuid, case: Uuid) -> Result<()> {
        const SQL: &str = "UPDATE post SET case_id = $2 WHERE conversation_id = $1 AND case_id IS NULL";
        on!(self, c => sqlx::query(SQL).bind(conversation).bind(case).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Removes what was only kept for a while: unmatched posts, old tombstones, forgotten uploads, offers long
    /// over, visitors who never wrote. At most `limit` rows of a kind a call; returns how many went of the kind that had
    /// most, so that `limit` means that there may be more.
    pub async fn expire(&mut self, now: i64, limit: i64) -> Result<u64> {
        const DUE: &str = "SELECT seq, id FROM post WHERE keep_until IS NOT NULL AND keep_until <= $1 ORDER BY keep_until LIMIT $2";
        let due: Vec<(i64, Uuid)> = on!(self, c => sqlx::query_as(DUE).bind(now).bind(limit).fetch_all(c).await?);
        for (seq, id) in &due {
            self.unindex_post(*seq).await?;
            self.remove_copy(*id).await?;
        }
        let mut most = due.len() as u64;
        for sql in [
            "DELETE FROM tombstone WHERE at <= $1 - 2592000000000 AND $2 = $2",
            "DELETE FROM attachment WHERE id IN
                (SELECT id FROM attachment WHERE post_id IS NULL AND created_at <= $1 - 86400000000 LIMIT $2)",
            // Refusals count for minutes; the case's ledger keeps what was offered to whom.
            "DELETE FROM offer WHERE id IN
                (SELECT id FROM offer WHERE offered_at <= $1 - 604800000000 AND outcome IS NOT NULL LIMIT $2)",
            // Only those of the last weeks are looked at: who wrote once stays, and is not looked at for ever.
            "DELETE FROM visitor WHERE id IN (SELECT v.id FROM visitor v
                WHERE v.seen_at <= $1 - 604800000000 AND v.seen_at > $1 - 3628800000000 AND NOT EXISTS
                    (SELECT 1 FROM conversation c WHERE c.channel_id = v.channel_id AND c.thread = v.external_id) LIMIT $2)",
        ] {
            most = most.max(on!(self, c => sqlx::query(sql).bind(now).bind(limit).execute(c).await?.rows_affected()));
        }
        Ok(most)
    }
}
