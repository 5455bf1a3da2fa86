//! Cases: the inbox's lists, one case, its ledger, notes, and what agents have seen.

use crate::{Conn, Result, Tx, on, search::push_sight};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

/// A case.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CaseRow {
    /// Id.
    pub id: Uuid,
    /// Number for people.
    pub number: i64,
    /// Person it is about.
    pub person_id: Uuid,
    /// Subject.
    pub subject: Option<String>,
    /// First words of their newest post.
    pub excerpt: String,
    /// Channel of the newest post.
    pub channel_id: Uuid,
    /// The newest conversation is private.
    pub private: bool,
    /// `open`, `snoozed`, `resolved`.
    pub state: String,
    /// `low`, `normal`, `high`, `urgent`.
    pub priority: String,
    /// Department.
    pub department_id: Option<Uuid>,
    /// Assigned agent.
    pub assignee_id: Option<Uuid>,
    /// Reserved for answering by.
    pub reserved_by: Option<Uuid>,
    /// Until.
    pub reserved_until: Option<i64>,
    /// Snoozed until.
    pub snoozed_until: Option<i64>,
    /// JSON array.
    pub tags: String,
    /// Monitor or rule that brought it here, or `by_hand`.
    pub reason: Option<String>,
    /// Particulars of the reason, JSON.
    pub why: String,
    /// Their newest message waits since.
    pub waiting_since: Option<i64>,
    /// Opened.
    pub opened_at: i64,
    /// Last activity.
    pub activity_at: i64,
    /// Their newest post's arrival.
    pub inbound_at: Option<i64>,
    /// Resolved.
    pub resolved_at: Option<i64>,
    /// Belongs to the sample company.
    pub sample: bool,
}

const COLUMNS: &str =
    "id, number, person_id, subject, excerpt, channel_id, private, state, priority, department_id, assignee_id, reserved_by,
    reserved_until, snoozed_until, tags, reason, why, waiting_since, opened_at, activity_at, inbound_at, resolved_at, sample";

/// A folder of the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folder {
    /// Open, assigned to this user.
    Mine(Uuid),
    /// Open, assigned to nobody.
    Unassigned,
    /// Open, of this department.
    Department(Uuid),
    /// All open.
    All,
    /// Snoozed.
    Snoozed,
    /// Resolved.
    Done,
}

/// A change in the life of a case.
#[derive(Clone, Debug, FromRow)]
pub struct ChangeRow {
    /// Id.
    pub id: Uuid,
    /// Case.
    pub case_id: Uuid,
    /// When.
    pub at: i64,
    /// Who.
    pub actor_id: Option<Uuid>,
    /// Their name.
    pub actor: String,
    /// What.
    pub kind: String,
    /// Particulars, JSON.
    pub detail: String,
}

/// An internal note.
#[derive(Clone, Debug, FromRow)]
pub struct NoteRow {
    /// Id.
    pub id: Uuid,
    /// Case.
    pub case_id: Uuid,
    /// Author.
    pub author_id: Uuid,
    /// Author's name.
    pub author: String,
    /// Text.
    pub text: String,
    /// When.
    pub at: i64,
}

fn push_folder<DB: sqlx::Database>(query: &mut QueryBuilder<DB>, folder: Folder)
where
    Uuid: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    match folder {
        Folder::Mine(user) => query.push("k.state = 'open' AND k.assignee_id = ").push_bind(user),
        Folder::Unassigned => query.push("k.state = 'open' AND k.assignee_id IS NULL"),
        Folder::Department(department) => query.push("k.state = 'open' AND k.department_id = ").push_bind(department),
        Folder::All => query.push("k.state = 'open'"),
        Folder::Snoozed => query.push("k.state = 'snoozed'"),
        Folder::Done => query.push("k.state = 'resolved'"),
    };
}

/// One part of the case lock ([`push_sight`]): all of them together are what a user sees.
enum Way {
    Assigned(Uuid),
    NoDepartment,
    Department(Uuid),
}

/// The ids of a folder's cases by each way, each read no further than `end` says, every id once.
fn push_ways<DB: sqlx::Database>(query: &mut QueryBuilder<DB>, folder: Folder, ways: &[Way], end: impl Fn(&mut QueryBuilder<DB>))
where
    Uuid: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    for (place, way) in ways.iter().enumerate() {
        query.push(if place == 0 { "" } else { " UNION " }).push("SELECT id FROM (SELECT k.id FROM care_case k WHERE ");
        match way {
            Way::Assigned(user) => query.push("k.assignee_id = ").push_bind(*user),
            Way::NoDepartment => query.push("k.department_id IS NULL"),
            Way::Department(department) => query.push("k.department_id = ").push_bind(*department),
        };
        query.push(" AND ");
        match (way, folder) {
            // Not `=`: a planner could take the index of the whole department then, and read all of it.
            (Way::Assigned(_), Folder::Department(department)) => {
                query.push("k.state = 'open' AND NOT (k.department_id <> ").push_bind(department).push(")");
            }
            _ => push_folder(query, folder),
        }
        end(query);
        query.push(format!(") AS way{place}"));
    }
}

fn push_after<DB: sqlx::Database>(query: &mut QueryBuilder<DB>, after: Option<(i64, Uuid)>)
where
    Uuid: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    i64: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    if let Some((activity, id)) = after {
        query.push(" AND (k.activity_at, k.id) < (").push_bind(activity).push(", ").push_bind(id).push(")");
    }
}

impl Conn {
    /// A page of a folder: newest activity first, after the place `(activity, id)`. `seen_by` limits to what a user sees.
    pub async fn cases(&mut self, folder: Folder, seen_by: Option<Uuid>, after: Option<(i64, Uuid)>, limit: i64) -> Result<Vec<CaseRow>> {
        let ways = self.ways(folder, seen_by).await?;
        Ok(on!(self, c, DB => {
            let mut query = QueryBuilder::<DB>::new(format!("SELECT {COLUMNS} FROM care_case k WHERE "));
            match (seen_by, &ways) {
                (Some(user), Some(ways)) => {
                    push_sight(&mut query, user);
                    query.push(" AND k.id IN (");
                    push_ways(&mut query, folder, ways, |query| {
                        push_after(query, after);
                        query.push(" ORDER BY k.activity_at DESC, k.id DESC LIMIT ").push_bind(limit);
                    });
                    query.push(")");
                }
                _ => {
                    push_folder(&mut query, folder);
                    push_after(&mut query, after);
                }
            }
            query.push(" ORDER BY k.activity_at DESC, k.id DESC LIMIT ").push_bind(limit);
            query.build_query_as().fetch_all(c).await?
        }))
    }

    /// How many cases a folder holds, counting no further than `most`.
    pub async fn count_cases(&mut self, folder: Folder, seen_by: Option<Uuid>, most: i64) -> Result<i64> {
        let ways = self.ways(folder, seen_by).await?;
        let counted: i64 = on!(self, c, DB => {
            let mut query = QueryBuilder::<DB>::new("SELECT count(*) FROM (");
            match &ways {
                Some(ways) => push_ways(&mut query, folder, ways, |query| { query.push(" LIMIT ").push_bind(most); }),
                None => {
                    query.push("SELECT k.id FROM care_case k WHERE ");
                    push_folder(&mut query, folder);
                    query.push(" LIMIT ").push_bind(most);
                }
            }
            query.push(") AS counted");
            query.build_query_scalar().fetch_one(c).await?
        });
        Ok(counted.min(most))
    }

    /// The ways in which a user can see a case of a folder, each with an index of its own, so that a page costs what it
    /// shows however much of the folder the user does not see. `None` when the user sees all of it.
    async fn ways(&mut self, folder: Folder, seen_by: Option<Uuid>) -> Result<Option<Vec<Way>>> {
        let Some(user) = seen_by else { return Ok(None) };
        const SQL: &str = "SELECT department_id FROM staff_department WHERE user_id = $1 ORDER BY department_id";
        let departments: Vec<Uuid> = on!(self, c => sqlx::query_scalar(SQL).bind(user).fetch_all(c).await?);
        Ok(match folder {
            Folder::Mine(whose) if whose == user => None,
            Folder::Department(department) if departments.contains(&department) => None,
            Folder::Department(_) => Some(vec![Way::Assigned(user)]),
            Folder::Unassigned => Some([Way::NoDepartment].into_iter().chain(departments.into_iter().map(Way::Department)).collect()),
            Folder::Mine(_) | Folder::All | Folder::Snoozed | Folder::Done => {
                let own = [Way::Assigned(user), Way::NoDepartment];
                Some(own.into_iter().chain(departments.into_iter().map(Way::Department)).collect())
            }
        })
    }

    /// One case.
    pub async fn case(&mut self, id: Uuid) -> Result<CaseRow> {
        let sql = format!("SELECT {COLUMNS} FROM care_case WHERE id = $1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(c).await?))
    }

    /// One case by its number.
    pub async fn case_by_number(&mut self, number: i64) -> Result<Option<CaseRow>> {
        let sql = format!("SELECT {COLUMNS} FROM care_case WHERE number = $1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(number).fetch_optional(c).await?))
    }

    /// The highest case number; 0 when there is none.
    pub async fn newest_case_number(&mut self) -> Result<i64> {
        Ok(on!(self, c => sqlx::query_scalar("SELECT COALESCE(max(number), 0) FROM care_case").fetch_one(c).await?))
    }

    /// Several cases, in no particular order.
    pub async fn cases_by_id(&mut self, ids: &[Uuid]) -> Result<Vec<CaseRow>> {
        let mut found = Vec::new();
        for chunk in ids.chunks(500) {
            let part: Vec<CaseRow> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(format!("SELECT {COLUMNS} FROM care_case WHERE id IN ("));
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

    /// Cases of a person before an id, newest first; with `seen_by`, only those this user sees.
    pub async fn cases_of_person(&mut self, person: Uuid, seen_by: Option<Uuid>, before: Uuid, limit: i64) -> Result<Vec<CaseRow>> {
        Ok(on!(self, c, DB => {
            let mut query = QueryBuilder::<DB>::new(format!("SELECT {COLUMNS} FROM care_case k WHERE k.person_id = "));
            query.push_bind(person).push(" AND k.id < ").push_bind(before);
            if let Some(user) = seen_by {
                query.push(" AND ");
                push_sight(&mut query, user);
            }
            query.push(" ORDER BY k.id DESC LIMIT ").push_bind(limit);
            query.build_query_as().fetch_all(c).await?
        }))
    }

    /// Ids of these people's cases that are not resolved.
    pub async fn live_cases_of(&mut self, people: &[Uuid]) -> Result<Vec<Uuid>> {
        let mut found = Vec::new();
        for chunk in people.chunks(500) {
            let part: Vec<Uuid> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new("SELECT id FROM care_case WHERE state <> 'resolved' AND person_id IN (");
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(*id);
                }
                query.push(")");
                query.build_query_scalar().fetch_all(c).await?
            });
            found.extend(part);
        }
        Ok(found)
    }

    /// Ids of the cases a user has that are not resolved.
    pub async fn live_cases_assigned_to(&mut self, user: Uuid) -> Result<Vec<Uuid>> {
        // State by state, as the index by assignee is ordered.
        const SQL: &str = "SELECT id FROM care_case WHERE assignee_id = $1 AND state IN ('open', 'snoozed')";
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(user).fetch_all(c).await?))
    }

    /// Snoozed cases whose time has come.
    pub async fn cases_to_wake(&mut self, now: i64, limit: i64) -> Result<Vec<CaseRow>> {
        let sql =
            format!("SELECT {COLUMNS} FROM care_case WHERE state = 'snoozed' AND snoozed_until <= $1 ORDER BY snoozed_until LIMIT $2");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(now).bind(limit).fetch_all(c).await?))
    }

    /// When the first of what a case's own person wrote after a moment arrived.
    pub async fn first_received_after(&mut self, case: Uuid, after: i64) -> Result<Option<i64>> {
        const SQL: &str = "SELECT min(p.received_at) FROM post p JOIN identity i ON i.id = p.identity_id
            JOIN care_case k ON k.id = p.case_id AND k.person_id = i.person_id
            WHERE p.case_id = $1 AND p.direction = 'in' AND p.deleted_at IS NULL AND p.received_at > $2";
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(case).bind(after).fetch_one(c).await?))
    }

    /// Changes of a case before an id, newest first.
    pub async fn case_changes(&mut self, case: Uuid, before: Uuid, limit: i64) -> Result<Vec<ChangeRow>> {
        const SQL: &str = "SELECT id, case_id, at, actor_id, actor, kind, detail FROM case_change WHERE case_id = $1 AND id < $2
            ORDER BY id DESC LIMIT $3";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(case).bind(before).bind(limit).fetch_all(c).await?))
    }

    /// Notes of a case before an id, newest first.
    pub async fn notes(&mut self, case: Uuid, before: Uuid, limit: i64) -> Result<Vec<NoteRow>> {
        const SQL: &str =
            "SELECT n.id, n.case_id, n.author_id, s.name AS author, n.text, n.at FROM note n JOIN staff s ON s.id = n.author_id
            WHERE n.case_id = $1 AND n.id < $2 ORDER BY n.id DESC LIMIT $3";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(case).bind(before).bind(limit).fetch_all(c).await?))
    }

    /// When a user last saw each of these cases.
    pub async fn seen(&mut self, user: Uuid, cases: &[Uuid]) -> Result<Vec<(Uuid, i64)>> {
        let mut found = Vec::new();
        for chunk in cases.chunks(500) {
            let part: Vec<(Uuid, i64)> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new("SELECT case_id, at FROM case_seen WHERE user_id = ");
                query.push_bind(user).push(" AND case_id IN (");
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
    /// One case, locked against other writers until the transaction ends.
    pub async fn lock_case(&mut self, id: Uuid) -> Result<CaseRow> {
        let sql = format!("SELECT {COLUMNS} FROM care_case WHERE id = $1{}", self.dialect().for_update());
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(c).await?))
    }

    /// Which of these cases a person moved to a department or gave a priority, as `moved` and `prioritised`.
    pub async fn set_by_hand(&mut self, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
        let mut found = Vec::new();
        for chunk in ids.chunks(500) {
            let part: Vec<(Uuid, String)> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(
                    "SELECT DISTINCT case_id, kind FROM case_change WHERE actor_id IS NOT NULL AND kind IN ('moved', 'prioritised') AND case_id IN (",
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

    /// Several cases, locked like [`Tx::lock_case`], in order of their id so that two writers never wait for each other.
    pub async fn lock_cases(&mut self, ids: &[Uuid]) -> Result<Vec<CaseRow>> {
        let lock = self.dialect().for_update();
        let mut found = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(500) {
            let part: Vec<CaseRow> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(format!("SELECT {COLUMNS} FROM care_case WHERE id IN ("));
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(*id);
                }
                query.push(") ORDER BY id").push(lock);
                query.build_query_as().fetch_all(c).await?
            });
            found.extend(part);
        }
        Ok(found)
    }

    /// Inserts cases.
    pub async fn insert_cases(&mut self, cases: &[CaseRow]) -> Result<()> {
        for chunk in cases.chunks(500) {
            on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(format!("INSERT INTO care_case ({COLUMNS}) "));
                query.push_values(chunk, |mut v, k| {
                    v.push_bind(k.id).push_bind(k.number).push_bind(k.person_id).push_bind(&k.subject).push_bind(&k.excerpt)
                        .push_bind(k.channel_id).push_bind(k.private).push_bind(&k.state).push_bind(&k.priority).push_bind(k.department_id)
                        .push_bind(k.assignee_id).push_bind(k.reserved_by).push_bind(k.reserved_until).push_bind(k.snoozed_until)
                        .push_bind(&k.tags).push_bind(&k.reason).push_bind(&k.why).push_bind(k.waiting_since).push_bind(k.opened_at)
                        .push_bind(k.activity_at).push_bind(k.inbound_at).push_bind(k.resolved_at).push_bind(k.sample);
                });
                query.build().execute(c).await?.rows_affected()
            });
        }
        Ok(())
    }

    /// Puts a case as given (all but number, person, opening and sample).
    pub async fn update_case(&mut self, k: &CaseRow) -> Result<()> {
        const SQL: &str = "UPDATE care_case SET subject = $2, excerpt = $3, channel_id = $4, private = $5, state = $6, priority = $7,
            department_id = $8, assignee_id = $9, reserved_by = $10, reserved_until = $11, snoozed_until = $12, tags = $13, reason = $14, why = $15,
            waiting_since = $16, activity_at = $17, inbound_at = $18, resolved_at = $19 WHERE id = $1";
        on!(self, c => sqlx::query(SQL).bind(k.id).bind(&k.subject).bind(&k.excerpt).bind(k.channel_id).bind(k.private).bind(&k.state)
            .bind(&k.priority).bind(k.department_id).bind(k.assignee_id).bind(k.reserved_by).bind(k.reserved_until).bind(k.snoozed_until)
            .bind(&k.tags).bind(&k.reason).bind(&k.why).bind(k.waiting_since).bind(k.activity_at).bind(k.inbound_at).bind(k.resolved_at)
            .execute(c).await?.rows_affected());
        Ok(())
    }

    /// Puts what an incoming post changes of these cases: first words, state, clock and what rules say, not who works on
    /// them.
    pub async fn update_course(&mut self, cases: &[CaseRow]) -> Result<()> {
        for chunk in cases.chunks(500) {
            on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(
                    "UPDATE care_case SET subject = v.column2, excerpt = v.column3, channel_id = v.column4, private = v.column5, state = v.column6,
                     snoozed_until = v.column7, tags = v.column8, reason = v.column9, why = v.column10, waiting_since = v.column11,
                     activity_at = v.column12, inbound_at = v.column13, resolved_at = v.column14, department_id = v.column15,
                     priority = v.column16 FROM (",
                );
                query.push_values(chunk, |mut v, k| {
                    v.push_bind(k.id).push_bind(&k.subject).push_bind(&k.excerpt).push_bind(k.channel_id).push_bind(k.private)
                        .push_bind(&k.state).push_bind(k.snoozed_until).push_bind(&k.tags).push_bind(&k.reason).push_bind(&k.why)
                        .push_bind(k.waiting_since).push_bind(k.activity_at).push_bind(k.inbound_at).push_bind(k.resolved_at)
                        .push_bind(k.department_id).push_bind(&k.priority);
                });
                query.push(") AS v WHERE care_case.id = v.column1");
                query.build().execute(c).await?.rows_affected()
            });
        }
        Ok(())
    }

    /// Adds to the ledger of cases.
    pub async fn save_changes(&mut self, changes: &[ChangeRow]) -> Result<()> {
        for chunk in changes.chunks(500) {
            on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new("INSERT INTO case_change (id, case_id, at, actor_id, actor, kind, detail) ");
                query.push_values(chunk, |mut v, change| {
                    v.push_bind(change.id).push_bind(change.case_id).push_bind(change.at).push_bind(change.actor_id).push_bind(&change.actor)
                        .push_bind(&change.kind).push_bind(&change.detail);
                });
                query.build().execute(c).await?.rows_affected()
            });
        }
        Ok(())
    }

    /// Adds a note.
    pub async fn insert_note(&mut self, note: &NoteRow) -> Result<()> {
        const SQL: &str = "INSERT INTO note (id, case_id, author_id, text, at) VALUES ($1, $2, $3, $4, $5)";
        on!(self, c => sqlx::query(SQL).bind(note.id).bind(note.case_id).bind(note.author_id).bind(&note.text).bind(note.at)
            .execute(c).await?.rows_affected());
        Ok(())
    }

    /// Remembers that a user has seen a case.
    pub async fn mark_seen(&mut self, case: Uuid, user: Uuid, at: i64) -> Result<()> {
        const SQL: &str = "INSERT INTO case_seen (case_id, user_id, at) VALUES ($1, $2, $3)
            ON CONFLICT (case_id, user_id) DO UPDATE SET at = excluded.at";
        on!(self, c => sqlx::query(SQL).bind(case).bind(user).bind(at).execute(c).await?.rows_affected());
        Ok(())
    }
}
