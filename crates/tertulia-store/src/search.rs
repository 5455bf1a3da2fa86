//! History search: folded tokens give candidates, newest first; the listening language's own matcher verifies them.

use crate::{
    Conn, Result, Tx,
    db::Link,
    dialect::Dialect,
    on,
    post::{COLUMNS, PostRow},
    reading::{LabelFilter, push_labels},
};
use sqlx::QueryBuilder;
use uuid::Uuid;

/// What candidates must contain, in folded tokens: a superset of what a query matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Terms {
    /// Anything.
    Everything,
    /// This token.
    Word(String),
    /// A token that begins so.
    Prefix(String),
    /// All of these.
    All(Vec<Terms>),
    /// One of these.
    Any(Vec<Terms>),
}

impl Terms {
    /// The same, without needless nesting; an `Any` that may be anything is anything, and so is a word without letters,
    /// which no token is.
    pub(crate) fn simplify(self) -> Self {
        match self {
            Self::Word(word) | Self::Prefix(word) if !word.contains(char::is_alphanumeric) => Self::Everything,
            Self::All(parts) => {
                let mut parts: Vec<Self> = parts.into_iter().map(Self::simplify).filter(|part| *part != Self::Everything).collect();
                match parts.len() {
                    0 => Self::Everything,
                    1 => parts.remove(0),
                    _ => Self::All(parts),
                }
            }
            Self::Any(parts) => {
                let mut parts: Vec<Self> = parts.into_iter().map(Self::simplify).collect();
                if parts.contains(&Self::Everything) {
                    Self::Everything
                } else if parts.len() == 1 {
                    parts.remove(0)
                } else {
                    Self::Any(parts)
                }
            }
            other => other,
        }
    }

    /// The database's own query text. Tokens are letters and digits only, quoted all the same.
    pub(crate) fn text(&self, dialect: Dialect) -> String {
        let join = |parts: &[Self], word: &str| format!("({})", parts.iter().map(|part| part.text(dialect)).collect::<Vec<_>>().join(word));
        match (self, dialect) {
            (Self::Everything, _) => String::new(),
            (Self::Word(word), Dialect::Sqlite) => format!("\"{}\"", word.replace('"', "")),
            (Self::Prefix(word), Dialect::Sqlite) => format!("\"{}\"*", word.replace('"', "")),
            (Self::Word(word), Dialect::Postgres) => format!("'{}'", word.replace(['\'', '\\'], "")),
            (Self::Prefix(word), Dialect::Postgres) => format!("'{}':*", word.replace(['\'', '\\'], "")),
            (Self::All(parts), Dialect::Sqlite) => join(parts, " AND "),
            (Self::Any(parts), Dialect::Sqlite) => join(parts, " OR "),
            (Self::All(parts), Dialect::Postgres) => join(parts, " & "),
            (Self::Any(parts), Dialect::Postgres) => join(parts, " | "),
        }
    }
}

/// Which posts to look among.
#[derive(Clone, Copy, Debug, Default)]
pub struct PostFilter {
    /// Only this channel.
    pub channel: Option<Uuid>,
    /// Only those this monitor matched.
    pub monitor: Option<Uuid>,
    /// Of that monitor's, only those thrown out as noise, or only the others.
    pub discarded: Option<bool>,
    /// Only those that belong to a case.
    pub with_case: bool,
    /// Only those of this case.
    pub case: Option<Uuid>,
    /// Only those with this `seq` or a later one.
    pub from: Option<i64>,
    /// Only those this user sees by the case lock (posts without a case are seen by all).
    pub seen_by: Option<Uuid>,
    /// Only those that say one of these.
    pub labels: LabelFilter,
}

/// Cases an agent sees, as a predicate over an alias `k` of `care_case`; `$u` must be bound to the user. This is the
/// case lock's one predicate: lists, counts, search and single reads all use it.
pub(crate) fn push_sight<DB: sqlx::Database>(query: &mut QueryBuilder<DB>, user: Uuid)
where
    Uuid: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    query.push("(k.assignee_id = ").push_bind(user);
    query.push(" OR k.department_id IS NULL OR k.department_id IN (SELECT department_id FROM staff_department WHERE user_id = ");
    query.push_bind(user).push("))");
}

impl Conn {
    /// Posts that may match, newest first, with `seq` below `before`.
    pub async fn candidates(&mut self, terms: Terms, filter: PostFilter, before: i64, limit: i64) -> Result<Vec<PostRow>> {
        let dialect = self.dialect();
        let terms = terms.simplify();
        let columns: String = COLUMNS.split(',').map(|column| format!("p.{}", column.trim())).collect::<Vec<_>>().join(", ");
        Ok(on!(self, c, DB => {
            let mut query = QueryBuilder::<DB>::new(format!("SELECT {columns} FROM "));
            let place = match (&terms, filter.monitor) {
                // A monitor's matches lead the way: their key is the order of the page.
                (Terms::Everything, Some(monitor)) => {
                    query.push("post_match m CROSS JOIN post p WHERE p.seq = m.post_seq AND m.monitor_id = ").push_bind(monitor);
                    "m.post_seq"
                }
                // So do readings, in the order of an index that holds every label.
                (Terms::Everything, None) if !filter.labels.is_empty() => {
                    query.push("reading r CROSS JOIN post p WHERE p.seq = r.post_seq");
                    push_labels(&mut query, filter.labels);
                    "r.post_seq"
                }
                (Terms::Everything, None) => {
                    query.push("post p WHERE 1 = 1");
                    "p.seq"
                }
                _ if dialect == Dialect::Sqlite => {
                    query.push("post_search s CROSS JOIN post p ON p.seq = s.rowid WHERE s.post_search MATCH ").push_bind(terms.text(dialect));
                    "s.rowid"
                }
                _ => {
                    query.push("post_search s JOIN post p ON p.seq = s.seq WHERE s.tokens @@ CAST(").push_bind(terms.text(dialect)).push(" AS tsquery)");
                    "s.seq"
                }
            };
            query.push(" AND ").push(place).push(" < ").push_bind(before);
            if let Some(monitor) = filter.monitor {
                if terms != Terms::Everything {
                    query.push(" AND EXISTS (SELECT 1 FROM post_match m WHERE m.monitor_id = ").push_bind(monitor).push(" AND m.post_seq = p.seq)");
                }
                if let Some(discarded) = filter.discarded {
                    query.push(if discarded { " AND " } else { " AND NOT " });
                    query.push("EXISTS (SELECT 1 FROM match_discard d WHERE d.monitor_id = ").push_bind(monitor).push(" AND d.post_seq = p.seq)");
                }
            }
            if !filter.labels.is_empty() && place != "r.post_seq" {
                query.push(" AND EXISTS (SELECT 1 FROM reading r WHERE r.post_seq = p.seq");
                push_labels(&mut query, filter.labels);
                query.push(")");
            }
            if let Some(channel) = filter.channel {
                query.push(" AND p.channel_id = ").push_bind(channel);
            }
            if filter.with_case {
                query.push(" AND p.case_id IS NOT NULL");
            }
            if let Some(case) = filter.case {
                query.push(" AND p.case_id = ").push_bind(case);
            }
            if let Some(from) = filter.from {
                query.push(" AND p.seq >= ").push_bind(from);
            }
            if let Some(user) = filter.seen_by {
                query.push(" AND (p.case_id IS NULL OR EXISTS (SELECT 1 FROM care_case k WHERE k.id = p.case_id AND ");
                push_sight(&mut query, user);
                query.push("))");
            }
            query.push(" ORDER BY ").push(place).push(" DESC LIMIT ");
            query.push_bind(limit);
            query.build_query_as().fetch_all(c).await?
        }))
    }
}

impl Tx {
    /// Makes posts findable: `(seq, folded tokens)`.
    pub async fn index_posts(&mut self, posts: &[(i64, &str)]) -> Result<()> {
        const ARRAYS: &str = "INSERT INTO post_search (seq, tokens)
            SELECT v.seq, array_to_tsvector(array_remove(string_to_array(v.tokens, ' '), ''))
            FROM UNNEST($1::bigint[], $2::text[]) AS v (seq, tokens)";
        for chunk in posts.chunks(500) {
            match self.link() {
                Link::Postgres(c) => {
                    let (seqs, tokens): (Vec<i64>, Vec<&str>) = chunk.iter().copied().unzip();
                    sqlx::query(ARRAYS).bind(seqs).bind(tokens).execute(c).await?;
                }
                Link::Sqlite(c) => {
                    let mut query = QueryBuilder::<sqlx::Sqlite>::new("INSERT INTO post_search (rowid, tokens) ");
                    query.push_values(chunk, |mut v, (seq, tokens)| {
                        v.push_bind(*seq).push_bind(*tokens);
                    });
                    query.build().execute(c).await?;
                }
            }
        }
        Ok(())
    }

    /// Makes a post unfindable.
    pub async fn unindex_post(&mut self, seq: i64) -> Result<()> {
        let sql = match self.dialect() {
            Dialect::Sqlite => "DELETE FROM post_search WHERE rowid = $1",
            Dialect::Postgres => "DELETE FROM post_search WHERE seq = $1",
        };
        on!(self, c => sqlx::query(sql).bind(seq).execute(c).await?.rows_affected());
        Ok(())
    }
}
