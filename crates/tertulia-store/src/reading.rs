//! What posts say: the labels in force, what the model said, and the ledger of what people said about it.

use crate::{
    Conn, Result, Tx, on,
    post::{COLUMNS as POST_COLUMNS, PostRow},
};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

/// Rows of one statement.
const ROWS: usize = 500;
/// The bit of posts in no language we know.
const NO_LANGUAGE: i64 = 8;

/// What one post says. Labels are bits, one for each label of its kind; probabilities and scores are per mille.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ReadingRow {
    /// The post's order of arrival.
    pub post_seq: i64,
    /// Post.
    pub post_id: Uuid,
    /// The post's arrival.
    pub at: i64,
    /// Version of the model.
    pub model: String,
    /// Language in force.
    pub language: i64,
    /// Sentiment in force.
    pub sentiment: i64,
    /// Message types in force.
    pub types: i64,
    /// Audience in force.
    pub audience: i64,
    /// Urgency.
    pub urgency: i64,
    /// A person should look: no type is sure enough, and nobody has said.
    pub unsure: bool,
    /// How little the model knew; 0 once a person said.
    pub doubt: i64,
    /// What the model said, JSON.
    pub said: String,
}

/// What a person said about one task of a post, a confirmation too.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CorrectionRow {
    /// Id.
    pub id: Uuid,
    /// Post.
    pub post_id: Uuid,
    /// Its channel.
    pub channel_id: Uuid,
    /// When.
    pub at: i64,
    /// Who.
    pub user_id: Uuid,
    /// Their name.
    pub actor: String,
    /// `language`, `sentiment`, `types` or `audience`.
    pub task: String,
    /// What the model said.
    pub said: i64,
    /// How sure it was of it.
    pub said_p: i64,
    /// What the person says.
    pub label: i64,
    /// Version of the model that said it.
    pub model: String,
    /// The post's language in force then.
    pub language: i64,
    /// `post`, or from the review queue `random` or `doubtful`.
    pub source: String,
}

/// Which labels: any of the bits of each kind; 0 where the kind does not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LabelFilter {
    /// Languages.
    pub languages: i64,
    /// Sentiments.
    pub sentiments: i64,
    /// Message types.
    pub types: i64,
    /// At least so urgent.
    pub urgency_min: Option<i64>,
    /// Only those a person should look at, or only the others.
    pub unsure: Option<bool>,
}

impl LabelFilter {
    /// Whether everything passes, even what was never read.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a reading passes.
    pub fn passes(&self, reading: &ReadingRow) -> bool {
        let any = |wanted: i64, there: i64| wanted == 0 || wanted & there != 0;
        any(self.languages, reading.language)
            && any(self.sentiments, reading.sentiment)
            && any(self.types, reading.types)
            && self.urgency_min.is_none_or(|least| reading.urgency >= least)
            && self.unsure.is_none_or(|unsure| reading.unsure == unsure)
    }
}

/// The same as [`LabelFilter::passes`], over an alias `r` of `reading`.
pub(crate) fn push_labels<DB: sqlx::Database>(query: &mut QueryBuilder<DB>, labels: LabelFilter)
where
    i64: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    bool: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    for (column, wanted) in [("language", labels.languages), ("sentiment", labels.sentiments), ("types", labels.types)] {
        if wanted != 0 {
            query.push(format!(" AND (r.{column} & ")).push_bind(wanted).push(") <> 0");
        }
    }
    if let Some(least) = labels.urgency_min {
        query.push(" AND r.urgency >= ").push_bind(least);
    }
    if let Some(unsure) = labels.unsure {
        query.push(" AND r.unsure = ").push_bind(unsure);
    }
}

/// A time somebody came to us: on which day, in which conversation.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ContactRow {
    /// The network's id of the author.
    pub author: String,
    /// The conversation's thread.
    pub thread: String,
    /// Days since 1970, UTC.
    pub day: i64,
}

const COLUMNS: &str = "post_seq, post_id, at, model, language, sentiment, types, audience, urgency, unsure, doubt, said";
const LEDGER: &str = "id, post_id, channel_id, at, user_id, actor, task, said, said_p, label, model, language, source";

/// Places and the bracket that ends their list.
fn push_all<DB: sqlx::Database>(query: &mut QueryBuilder<DB>, seqs: &[i64])
where
    i64: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    let mut list = query.separated(", ");
    for seq in seqs {
        list.push_bind(*seq);
    }
    query.push(")");
}

fn with(alias: &str) -> String {
    COLUMNS.split(", ").map(|column| format!("{alias}.{column}")).collect::<Vec<_>>().join(", ")
}

impl Conn {
    /// What these posts say, in no particular order.
    pub async fn readings(&mut self, posts: &[Uuid]) -> Result<Vec<ReadingRow>> {
        let mut found = Vec::new();
        for chunk in posts.chunks(ROWS) {
            let part: Vec<ReadingRow> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(format!("SELECT {COLUMNS} FROM reading WHERE post_id IN ("));
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

    /// What these cases are about, in no particular order: of each what the newest post of its person says whose types
    /// are others than `quiet`; where there is none, what the newest says.
    pub async fn readings_of_cases(&mut self, cases: &[Uuid], quiet: i64) -> Result<Vec<(Uuid, ReadingRow)>> {
        #[derive(FromRow)]
        struct Row {
            case_id: Uuid,
            #[sqlx(flatten)]
            reading: ReadingRow,
        }
        let mut found = Vec::new();
        for chunk in cases.chunks(ROWS) {
            let part: Vec<Row> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(format!(
                    "SELECT x.case_id, {} FROM (SELECT k.id AS case_id, q.post_seq,
                        ROW_NUMBER() OVER (PARTITION BY k.id ORDER BY (CASE WHEN q.types IN (0, {quiet}) THEN 1 ELSE 0 END), q.post_seq DESC) AS place
                     FROM care_case k JOIN post p ON p.case_id = k.id JOIN identity i ON i.id = p.identity_id AND i.person_id = k.person_id
                     JOIN reading q ON q.post_seq = p.seq WHERE k.id IN (",
                    with("r")
                ));
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(*id);
                }
                query.push(")) AS x JOIN reading r ON r.post_seq = x.post_seq WHERE x.place = 1");
                query.build_query_as().fetch_all(c).await?
            });
            found.extend(part.into_iter().map(|row| (row.case_id, row.reading)));
        }
        Ok(found)
    }

    /// What people said about these posts, oldest first.
    pub async fn corrections_of(&mut self, posts: &[Uuid]) -> Result<Vec<CorrectionRow>> {
        let mut found = Vec::new();
        for chunk in posts.chunks(ROWS) {
            let part: Vec<CorrectionRow> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(format!("SELECT {LEDGER} FROM correction WHERE post_id IN ("));
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(*id);
                }
                query.push(") ORDER BY id");
                query.build_query_as().fetch_all(c).await?
            });
            found.extend(part);
        }
        Ok(found)
    }

    /// The newest words of people from one source since a moment, at most `limit`.
    pub async fn corrections_from(&mut self, source: &str, since: i64, limit: i64) -> Result<Vec<CorrectionRow>> {
        let sql = format!("SELECT {LEDGER} FROM correction WHERE source = $1 AND at >= $2 ORDER BY id DESC LIMIT $3");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(source).bind(since).bind(limit).fetch_all(c).await?))
    }

    /// The newest words of people on some tasks that heads learn, newest first, at most `limit`.
    pub async fn corrections_to_learn(&mut self, limit: i64) -> Result<Vec<CorrectionRow>> {
        let sql = format!("SELECT {LEDGER} FROM correction WHERE task IN ('types', 'sentiment', 'audience') ORDER BY id DESC LIMIT $1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(limit).fetch_all(c).await?))
    }

    /// How many posts people said something about after a correction (all when absent), counting no further than `most` lines.
    pub async fn count_corrected_after(&mut self, after: Option<Uuid>, most: i64) -> Result<i64> {
        const SQL: &str = "SELECT count(DISTINCT newer.post_id) FROM
            (SELECT post_id FROM correction WHERE id > $1 AND task IN ('types', 'sentiment', 'audience') ORDER BY id LIMIT $2) AS newer";
        let after = after.unwrap_or_default();
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(after).bind(most).fetch_one(c).await?))
    }

    /// How often authors came to us since a moment, as the newest twenty posts of each tell: one row for each author,
    /// conversation and day (of UTC).
    pub async fn recent_contacts(&mut self, provider: &str, scope: &str, authors: &[String], since: i64) -> Result<Vec<ContactRow>> {
        let mut found = Vec::new();
        for chunk in authors.chunks(ROWS) {
            let part: Vec<ContactRow> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(
                    "SELECT DISTINCT i.external_id AS author, v.thread AS thread, p.received_at / 86400000000 AS day
                     FROM identity i JOIN post p ON p.identity_id = i.id JOIN conversation v ON v.id = p.conversation_id
                     WHERE p.received_at >= ",
                );
                query.push_bind(since).push(
                    " AND p.seq >= coalesce((SELECT n.seq FROM post n WHERE n.identity_id = i.id ORDER BY n.seq DESC LIMIT 1 OFFSET 19), 0)
                     AND i.provider = ",
                );
                query.push_bind(provider).push(" AND i.scope = ").push_bind(scope).push(" AND i.external_id IN (");
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(id);
                }
                query.push(")");
                query.build_query_as().fetch_all(c).await?
            });
            found.extend(part);
        }
        Ok(found)
    }

    /// How many kept posts wait to be read, counting no further than `most`.
    pub async fn count_unread(&mut self, most: i64) -> Result<i64> {
        const SQL: &str = "SELECT count(*) FROM (SELECT 1 FROM reading_due LIMIT $1) AS due";
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(most).fetch_one(c).await?))
    }

    /// Whether a kept post waits to be read: asked before a write lock is taken.
    pub async fn any_unread(&mut self, now: i64) -> Result<bool> {
        const SQL: &str = "SELECT count(*) FROM (SELECT 1 FROM reading_due WHERE due_at <= $1 LIMIT 1) AS due";
        let count: i64 = on!(self, c => sqlx::query_scalar(SQL).bind(now).fetch_one(c).await?);
        Ok(count > 0)
    }

    /// The language authors wrote in last, of their newest five posts that are in one: `(network's id, bits)`.
    pub async fn last_languages(&mut self, provider: &str, scope: &str, authors: &[String]) -> Result<Vec<(String, i64)>> {
        let mut found = Vec::new();
        for chunk in authors.chunks(ROWS) {
            let part: Vec<(String, Option<i64>)> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(
                    "SELECT i.external_id, (SELECT newest.language FROM
                        (SELECT p.seq, r.language FROM post p JOIN reading r ON r.post_seq = p.seq
                            WHERE p.identity_id = i.id ORDER BY p.seq DESC LIMIT 5) AS newest
                        WHERE newest.language <> ",
                );
                query.push_bind(NO_LANGUAGE).push(" ORDER BY newest.seq DESC LIMIT 1) FROM identity i WHERE i.provider = ");
                query.push_bind(provider).push(" AND i.scope = ").push_bind(scope).push(" AND i.external_id IN (");
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(id);
                }
                query.push(")");
                query.build_query_as().fetch_all(c).await?
            });
            found.extend(part.into_iter().filter_map(|(author, language)| Some((author, language?))));
        }
        Ok(found)
    }
}

impl Tx {
    /// Claims the newest kept posts that wait to be read, until `until`: their places, and those that are still there.
    pub async fn claim_unread(&mut self, now: i64, until: i64, limit: i64) -> Result<(Vec<i64>, Vec<PostRow>)> {
        let sql =
            format!("SELECT post_seq FROM reading_due WHERE due_at <= $1 ORDER BY post_seq DESC LIMIT $2{}", self.dialect().skip_locked());
        let seqs: Vec<i64> = on!(self, c => sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(now).bind(limit).fetch_all(c).await?);
        if seqs.is_empty() {
            return Ok((seqs, Vec::new()));
        }
        on!(self, c, DB => {
            let mut query = QueryBuilder::<DB>::new("UPDATE reading_due SET due_at = ");
            query.push_bind(until).push(" WHERE post_seq IN (");
            push_all(&mut query, &seqs);
            query.build().execute(c).await?.rows_affected()
        });
        let posts = on!(self, c, DB => {
            let mut query = QueryBuilder::<DB>::new(format!("SELECT {POST_COLUMNS} FROM post WHERE seq IN ("));
            push_all(&mut query, &seqs);
            query.push(" ORDER BY seq DESC");
            query.build_query_as().fetch_all(c).await?
        });
        Ok((seqs, posts))
    }

    /// These posts no longer wait to be read.
    pub async fn end_unread(&mut self, seqs: &[i64]) -> Result<()> {
        for chunk in seqs.chunks(ROWS) {
            on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new("DELETE FROM reading_due WHERE post_seq IN (");
                push_all(&mut query, chunk);
                query.build().execute(c).await?.rows_affected()
            });
        }
        Ok(())
    }

    /// Puts what posts say, over what was there.
    pub async fn save_readings(&mut self, readings: &[ReadingRow]) -> Result<()> {
        for chunk in readings.chunks(ROWS) {
            on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(format!("INSERT INTO reading ({COLUMNS}) "));
                query.push_values(chunk, |mut v, r| {
                    v.push_bind(r.post_seq).push_bind(r.post_id).push_bind(r.at).push_bind(&r.model).push_bind(r.language)
                        .push_bind(r.sentiment).push_bind(r.types).push_bind(r.audience).push_bind(r.urgency).push_bind(r.unsure)
                        .push_bind(r.doubt).push_bind(&r.said);
                });
                query.push(
                    " ON CONFLICT (post_seq) DO UPDATE SET model = excluded.model, language = excluded.language,
                     sentiment = excluded.sentiment, types = excluded.types, audience = excluded.audience, urgency = excluded.urgency,
                     unsure = excluded.unsure, doubt = excluded.doubt, said = excluded.said",
                );
                query.build().execute(c).await?.rows_affected()
            });
        }
        Ok(())
    }

    /// Adds to the ledger of what people said.
    pub async fn save_corrections(&mut self, corrections: &[CorrectionRow]) -> Result<()> {
        for chunk in corrections.chunks(ROWS) {
            on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(format!("INSERT INTO correction ({LEDGER}) "));
                query.push_values(chunk, |mut v, r| {
                    v.push_bind(r.id).push_bind(r.post_id).push_bind(r.channel_id).push_bind(r.at).push_bind(r.user_id)
                        .push_bind(&r.actor).push_bind(&r.task).push_bind(r.said).push_bind(r.said_p).push_bind(r.label)
                        .push_bind(&r.model).push_bind(r.language).push_bind(&r.source);
                });
                query.build().execute(c).await?.rows_affected()
            });
        }
        Ok(())
    }
}
