//! The agent's desk: offers, notices, ready-made answers.

use crate::{Conn, Result, Tx, on};
use sqlx::FromRow;
use uuid::Uuid;

/// An offer of a case to an agent.
#[derive(Clone, Debug, FromRow)]
pub struct OfferRow {
    /// Id.
    pub id: Uuid,
    /// Case.
    pub case_id: Uuid,
    /// Agent.
    pub user_id: Uuid,
    /// When.
    pub offered_at: i64,
    /// Until when.
    pub expires_at: i64,
    /// How it ended.
    pub outcome: Option<String>,
    /// Why this agent, JSON.
    pub why: String,
}

/// An agent as the offering sees them.
#[derive(Clone, Debug, FromRow)]
pub struct ReadyRow {
    /// User.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Idle since.
    pub idle_since: i64,
}

/// A case that waits for somebody.
#[derive(Clone, Debug, FromRow)]
pub struct WaitingRow {
    /// Case.
    pub id: Uuid,
    /// Department.
    pub department_id: Option<Uuid>,
    /// `low`...`urgent`.
    pub priority: String,
    /// Waiting since.
    pub since: i64,
}

/// A ready-made answer.
#[derive(Clone, Debug, FromRow)]
pub struct CannedRow {
    /// Id.
    pub id: Uuid,
    /// Typed after `:`.
    pub shortcut: String,
    /// Title.
    pub title: String,
    /// Text.
    pub text: String,
    /// Language.
    pub lang: Option<String>,
    /// Belongs to the sample company.
    pub sample: bool,
}

/// A notice to a user.
#[derive(Clone, Debug, FromRow)]
pub struct NoticeRow {
    /// Id.
    pub id: Uuid,
    /// User.
    pub user_id: Uuid,
    /// What.
    pub kind: String,
    /// Case.
    pub case_id: Option<Uuid>,
    /// Who caused it.
    pub actor: Option<String>,
    /// First words.
    pub excerpt: Option<String>,
    /// When.
    pub at: i64,
    /// Read.
    pub read_at: Option<i64>,
}

const OFFER: &str = "id, case_id, user_id, offered_at, expires_at, outcome, why";

impl Conn {
    /// Open offers to a user.
    pub async fn offers_to(&mut self, user: Uuid) -> Result<Vec<OfferRow>> {
        let sql = format!("SELECT {OFFER} FROM offer WHERE user_id = $1 AND outcome IS NULL ORDER BY id");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(user).fetch_all(c).await?))
    }

    /// Open cases of a department (`None`: of no department) that nobody has and nobody is being offered: the most
    /// pressing first, then those that wait longest.
    pub async fn cases_to_offer(&mut self, department: Option<Uuid>, limit: i64) -> Result<Vec<WaitingRow>> {
        // As the index `case_to_offer` is ordered; index and query must say it in the same words.
        let whose = if department.is_some() { "k.department_id = $2" } else { "k.department_id IS NULL" };
        let sql = format!(
            "SELECT k.id, k.department_id, k.priority, COALESCE(k.waiting_since, k.opened_at) AS since FROM care_case k
            WHERE {whose} AND k.state = 'open' AND k.assignee_id IS NULL
              AND NOT EXISTS (SELECT 1 FROM offer o WHERE o.case_id = k.id AND o.outcome IS NULL)
            ORDER BY (CASE k.priority WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 WHEN 'normal' THEN 2 ELSE 3 END),
              COALESCE(k.waiting_since, k.opened_at) LIMIT $1"
        );
        Ok(match department {
            Some(id) => on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(limit).bind(id).fetch_all(c).await?),
            None => on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(limit).fetch_all(c).await?),
        })
    }

    /// Agents who are ready and have no open offer, those idle longest first.
    pub async fn ready_agents(&mut self) -> Result<Vec<ReadyRow>> {
        const SQL: &str = "SELECT s.id, s.name, s.idle_since FROM staff s WHERE s.ready = $1 AND s.disabled_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM offer o WHERE o.user_id = s.id AND o.outcome IS NULL) ORDER BY s.idle_since, s.id LIMIT 500";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(true).fetch_all(c).await?))
    }

    /// `(user, department)` of everybody.
    pub async fn memberships(&mut self) -> Result<Vec<(Uuid, Uuid)>> {
        Ok(on!(self, c => sqlx::query_as("SELECT user_id, department_id FROM staff_department").fetch_all(c).await?))
    }

    /// Whether an offer's time is over.
    pub async fn any_offer_over(&mut self, now: i64) -> Result<bool> {
        const SQL: &str = "SELECT count(*) FROM (SELECT 1 FROM offer WHERE outcome IS NULL AND expires_at <= $1 LIMIT 1) AS due";
        let count: i64 = on!(self, c => sqlx::query_scalar(SQL).bind(now).fetch_one(c).await?);
        Ok(count > 0)
    }

    /// One offer.
    pub async fn offer(&mut self, id: Uuid) -> Result<OfferRow> {
        let sql = format!("SELECT {OFFER} FROM offer WHERE id = $1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(c).await?))
    }

    /// Open offers whose time is over.
    pub async fn expired_offers(&mut self, now: i64) -> Result<Vec<OfferRow>> {
        let sql = format!("SELECT {OFFER} FROM offer WHERE outcome IS NULL AND expires_at <= $1 ORDER BY expires_at LIMIT 100");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(now).fetch_all(c).await?))
    }

    /// Ids of all departments, by number.
    pub async fn department_ids(&mut self) -> Result<Vec<Uuid>> {
        Ok(on!(self, c => sqlx::query_scalar("SELECT id FROM department ORDER BY number").fetch_all(c).await?))
    }

    /// A user's name.
    pub async fn user_name(&mut self, user: Uuid) -> Result<Option<String>> {
        Ok(on!(self, c => sqlx::query_scalar("SELECT name FROM staff WHERE id = $1").bind(user).fetch_optional(c).await?))
    }

    /// Whether there is such a user and the account is not disabled.
    pub async fn is_active_user(&mut self, user: Uuid) -> Result<bool> {
        const SQL: &str = "SELECT count(*) FROM staff WHERE id = $1 AND disabled_at IS NULL";
        let count: i64 = on!(self, c => sqlx::query_scalar(SQL).bind(user).fetch_one(c).await?);
        Ok(count > 0)
    }

    /// Who turned a case down or let its offer pass since an instant.
    pub async fn refusals(&mut self, since: i64) -> Result<Vec<(Uuid, Uuid)>> {
        const SQL: &str = "SELECT case_id, user_id FROM offer WHERE outcome IN ('declined', 'expired') AND offered_at >= $1";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(since).fetch_all(c).await?))
    }

    /// Ready-made answers, by shortcut.
    pub async fn canned_answers(&mut self) -> Result<Vec<CannedRow>> {
        const SQL: &str = "SELECT id, shortcut, title, text, lang, sample FROM canned_answer ORDER BY shortcut, lang";
        Ok(on!(self, c => sqlx::query_as(SQL).fetch_all(c).await?))
    }

    /// Newest notices of a user.
    pub async fn notices(&mut self, user: Uuid, limit: i64) -> Result<Vec<NoticeRow>> {
        self.notices_before(user, Uuid::max(), limit).await
    }

    /// Notices of a user before an id, newest first.
    pub async fn notices_before(&mut self, user: Uuid, before: Uuid, limit: i64) -> Result<Vec<NoticeRow>> {
        const SQL: &str = "SELECT id, user_id, kind, case_id, actor, excerpt, at, read_at FROM notice WHERE user_id = $1 AND id < $2
            ORDER BY id DESC LIMIT $3";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(user).bind(before).bind(limit).fetch_all(c).await?))
    }
}

impl Tx {
    /// Adds an offer; refused when the case is already being offered.
    pub async fn insert_offer(&mut self, row: &OfferRow) -> Result<()> {
        let sql = format!("INSERT INTO offer ({OFFER}) VALUES ($1, $2, $3, $4, $5, $6, $7)");
        on!(self, c => sqlx::query(sqlx::AssertSqlSafe(sql)).bind(row.id).bind(row.case_id).bind(row.user_id).bind(row.offered_at)
            .bind(row.expires_at).bind(&row.outcome).bind(&row.why).execute(c).await?.rows_affected());
        Ok(())
    }

    /// An offer, locked. Lock its case first, as everybody does.
    pub async fn lock_offer(&mut self, id: Uuid) -> Result<OfferRow> {
        let sql = format!("SELECT {OFFER} FROM offer WHERE id = $1{}", self.dialect().for_update());
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(c).await?))
    }

    /// Ends an offer; `false` when it had ended already.
    pub async fn end_offer(&mut self, id: Uuid, outcome: &str) -> Result<bool> {
        const SQL: &str = "UPDATE offer SET outcome = $2 WHERE id = $1 AND outcome IS NULL";
        Ok(on!(self, c => sqlx::query(SQL).bind(id).bind(outcome).execute(c).await?.rows_affected()) > 0)
    }

    /// The open offer of a case, if any.
    pub async fn open_offer(&mut self, case: Uuid) -> Result<Option<OfferRow>> {
        let sql = format!("SELECT {OFFER} FROM offer WHERE case_id = $1 AND outcome IS NULL");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(case).fetch_optional(c).await?))
    }

    /// Notes that an agent has something to do as of now: they go to the end of the line.
    pub async fn note_busy(&mut self, user: Uuid, at: i64) -> Result<()> {
        on!(self, c => sqlx::query("UPDATE staff SET idle_since = $2 WHERE id = $1").bind(user).bind(at).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Makes an agent ready or not.
    pub async fn set_ready(&mut self, user: Uuid, ready: bool, at: i64) -> Result<()> {
        const SQL: &str = "UPDATE staff SET ready = $2, idle_since = $3 WHERE id = $1";
        on!(self, c => sqlx::query(SQL).bind(user).bind(ready).bind(at).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Inserts or puts a ready-made answer.
    pub async fn save_canned(&mut self, row: &CannedRow) -> Result<()> {
        const SQL: &str = "INSERT INTO canned_answer (id, shortcut, title, text, lang, sample) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (id) DO UPDATE SET shortcut = excluded.shortcut, title = excluded.title, text = excluded.text, lang = excluded.lang";
        on!(self, c => sqlx::query(SQL).bind(row.id).bind(&row.shortcut).bind(&row.title).bind(&row.text).bind(&row.lang).bind(row.sample)
            .execute(c).await?.rows_affected());
        Ok(())
    }

    /// Deletes a ready-made answer.
    pub async fn delete_canned(&mut self, id: Uuid) -> Result<u64> {
        Ok(on!(self, c => sqlx::query("DELETE FROM canned_answer WHERE id = $1").bind(id).execute(c).await?.rows_affected()))
    }

    /// Adds a notice.
    pub async fn insert_notice(&mut self, row: &NoticeRow) -> Result<()> {
        const SQL: &str =
            "INSERT INTO notice (id, user_id, kind, case_id, actor, excerpt, at, read_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        on!(self, c => sqlx::query(SQL).bind(row.id).bind(row.user_id).bind(&row.kind).bind(row.case_id).bind(&row.actor).bind(&row.excerpt)
            .bind(row.at).bind(row.read_at).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Marks all of a user's notices read.
    pub async fn read_notices(&mut self, user: Uuid, at: i64) -> Result<()> {
        const SQL: &str = "UPDATE notice SET read_at = $2 WHERE user_id = $1 AND read_at IS NULL";
        on!(self, c => sqlx::query(SQL).bind(user).bind(at).execute(c).await?.rows_affected());
        Ok(())
    }
}
