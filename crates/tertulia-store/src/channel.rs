//! Channels, their cursors, health and quarantine.

use crate::{Conn, Result, Tx, on};
use sqlx::FromRow;
use uuid::Uuid;

/// A channel.
#[derive(Clone, Debug, Default, FromRow)]
pub struct ChannelRow {
    /// Id.
    pub id: Uuid,
    /// Number for people.
    pub number: i64,
    /// Kind.
    pub kind: String,
    /// Kind to draw it as, and the provider of its identities.
    pub shows_as: String,
    /// Name.
    pub name: String,
    /// The account's name on the network, once known.
    pub account: Option<String>,
    /// Running.
    pub enabled: bool,
    /// Days that unmatched posts are kept.
    pub window_days: i64,
    /// Settings without secrets, JSON.
    pub settings: String,
    /// Sealed secrets.
    pub secrets: Option<Vec<u8>>,
    /// Belongs to the sample company.
    pub sample: bool,
    /// Connected.
    pub created_at: i64,
    /// Changed.
    pub updated_at: i64,
}

/// A channel's health.
#[derive(Clone, Debug, Default, FromRow)]
pub struct HealthRow {
    /// Channel.
    pub channel_id: Uuid,
    /// How it listens now.
    pub mode: Option<String>,
    /// Last event taken in.
    pub last_event_at: Option<i64>,
    /// Last sign of life.
    pub last_ok_at: Option<i64>,
    /// Milliseconds between the last event and its intake.
    pub lag_ms: Option<i64>,
    /// Last error.
    pub last_error: Option<String>,
    /// When.
    pub last_error_at: Option<i64>,
    /// Errors since the last sign of life.
    pub errors: i64,
    /// Posts kept, ever.
    pub kept: i64,
    /// Posts only counted, ever.
    pub counted: i64,
    /// JSON array of limits.
    pub limits: String,
}

/// An event in quarantine.
#[derive(Clone, Debug, FromRow)]
pub struct QuarantineRow {
    /// Id.
    pub id: Uuid,
    /// Channel.
    pub channel_id: Uuid,
    /// The network's id or a stable key.
    pub external_id: String,
    /// What is wrong.
    pub error: String,
    /// As received.
    pub payload: Vec<u8>,
    /// As intake understood it, JSON.
    pub event: Option<String>,
    /// First seen.
    pub received_at: i64,
    /// Times seen or tried.
    pub attempts: i64,
}

const COLUMNS: &str = "id, number, kind, shows_as, name, account, enabled, window_days, settings, secrets, sample, created_at, updated_at";
const HEALTH: &str = "channel_id, mode, last_event_at, last_ok_at, lag_ms, last_error, last_error_at, errors, kept, counted, limits";
const QUARANTINE: &str = "id, channel_id, external_id, error, payload, event, received_at, attempts";

impl Conn {
    /// All channels, by number.
    pub async fn channels(&mut self) -> Result<Vec<ChannelRow>> {
        let sql = format!("SELECT {COLUMNS} FROM channel ORDER BY number");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(c).await?))
    }

    /// One channel.
    pub async fn channel(&mut self, id: Uuid) -> Result<ChannelRow> {
        let sql = format!("SELECT {COLUMNS} FROM channel WHERE id = $1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(c).await?))
    }

    /// A channel by its name.
    pub async fn channel_by_name(&mut self, name: &str) -> Result<Option<ChannelRow>> {
        let sql = format!("SELECT {COLUMNS} FROM channel WHERE name = $1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(name).fetch_optional(c).await?))
    }

    /// A channel by its number.
    pub async fn channel_by_number(&mut self, number: i64) -> Result<Option<ChannelRow>> {
        let sql = format!("SELECT {COLUMNS} FROM channel WHERE number = $1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(number).fetch_optional(c).await?))
    }

    /// Health of all channels.
    pub async fn healths(&mut self) -> Result<Vec<HealthRow>> {
        let sql = format!("SELECT {HEALTH} FROM channel_health");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(c).await?))
    }

    /// A source's saved place.
    pub async fn cursor(&mut self, channel: Uuid, name: &str) -> Result<Option<String>> {
        const SQL: &str = "SELECT value FROM channel_cursor WHERE channel_id = $1 AND name = $2";
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(channel).bind(name).fetch_optional(c).await?))
    }

    /// Events in quarantine, newest first.
    pub async fn quarantined(&mut self, channel: Uuid, limit: i64) -> Result<Vec<QuarantineRow>> {
        self.quarantined_before(channel, Uuid::max(), limit).await
    }

    /// Events in quarantine before an id, newest first.
    pub async fn quarantined_before(&mut self, channel: Uuid, before: Uuid, limit: i64) -> Result<Vec<QuarantineRow>> {
        let sql = format!("SELECT {QUARANTINE} FROM quarantine WHERE channel_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(channel).bind(before).bind(limit).fetch_all(c).await?))
    }

    /// One event in quarantine.
    pub async fn quarantined_one(&mut self, id: Uuid) -> Result<QuarantineRow> {
        let sql = format!("SELECT {QUARANTINE} FROM quarantine WHERE id = $1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(c).await?))
    }

    /// Events in quarantine by channel.
    pub async fn count_quarantined(&mut self) -> Result<Vec<(Uuid, i64)>> {
        const SQL: &str = "SELECT channel_id, count(*) FROM quarantine GROUP BY channel_id";
        Ok(on!(self, c => sqlx::query_as(SQL).fetch_all(c).await?))
    }
}

impl Tx {
    /// Inserts a channel.
    pub async fn insert_channel(&mut self, row: &ChannelRow) -> Result<()> {
        let sql = format!("INSERT INTO channel ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)");
        on!(self, c => {
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(row.id).bind(row.number).bind(&row.kind).bind(&row.shows_as).bind(&row.name)
                .bind(&row.account).bind(row.enabled).bind(row.window_days).bind(&row.settings).bind(&row.secrets).bind(row.sample)
                .bind(row.created_at).bind(row.updated_at).execute(&mut *c).await?;
            sqlx::query("INSERT INTO channel_health (channel_id) VALUES ($1)").bind(row.id).execute(c).await?.rows_affected()
        });
        Ok(())
    }

    /// Puts a channel's name, settings and switches.
    pub async fn update_channel(&mut self, row: &ChannelRow) -> Result<()> {
        const SQL: &str =
            "UPDATE channel SET name = $2, account = $3, enabled = $4, window_days = $5, settings = $6, secrets = $7, updated_at = $8
            WHERE id = $1";
        on!(self, c => sqlx::query(SQL).bind(row.id).bind(&row.name).bind(&row.account).bind(row.enabled).bind(row.window_days)
            .bind(&row.settings).bind(&row.secrets).bind(row.updated_at).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Deletes a channel that has no posts and no cases; otherwise the database refuses.
    pub async fn delete_channel(&mut self, id: Uuid) -> Result<()> {
        on!(self, c => sqlx::query("DELETE FROM channel WHERE id = $1").bind(id).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Saves a source's place.
    pub async fn save_cursor(&mut self, channel: Uuid, name: &str, value: &str, at: i64) -> Result<()> {
        const SQL: &str = "INSERT INTO channel_cursor (channel_id, name, value, updated_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (channel_id, name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";
        on!(self, c => sqlx::query(SQL).bind(channel).bind(name).bind(value).bind(at).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Notes events taken in: `event` is the newest one's time and its lag.
    pub async fn note_intake(&mut self, channel: Uuid, now: i64, event: Option<(i64, i64)>, kept: i64, counted: i64) -> Result<()> {
        const SQL: &str = "UPDATE channel_health SET last_ok_at = $2, errors = 0, last_event_at = COALESCE($3, last_event_at), lag_ms = COALESCE($4, lag_ms),
            kept = kept + $5, counted = counted + $6 WHERE channel_id = $1";
        on!(self, c => sqlx::query(SQL).bind(channel).bind(now).bind(event.map(|e| e.0)).bind(event.map(|e| e.1)).bind(kept).bind(counted)
            .execute(c).await?.rows_affected());
        Ok(())
    }

    /// Notes a sign of life.
    pub async fn note_alive(&mut self, channel: Uuid, now: i64, mode: Option<&str>, limits: Option<&str>) -> Result<()> {
        const SQL: &str = "UPDATE channel_health SET last_ok_at = $2, errors = 0, mode = COALESCE($3, mode), limits = COALESCE($4, limits) WHERE channel_id = $1";
        on!(self, c => sqlx::query(SQL).bind(channel).bind(now).bind(mode).bind(limits).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Notes an error.
    pub async fn note_error(&mut self, channel: Uuid, now: i64, error: &str) -> Result<()> {
        const SQL: &str = "UPDATE channel_health SET last_error = $2, last_error_at = $3, errors = errors + 1 WHERE channel_id = $1";
        on!(self, c => sqlx::query(SQL).bind(channel).bind(error).bind(now).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Sets an event aside; the same key again counts up.
    pub async fn quarantine(&mut self, row: &QuarantineRow) -> Result<()> {
        let sql = format!(
            "INSERT INTO quarantine ({QUARANTINE}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (channel_id, external_id) DO UPDATE SET error = excluded.error, payload = excluded.payload, event = excluded.event,
                attempts = quarantine.attempts + 1"
        );
        on!(self, c => sqlx::query(sqlx::AssertSqlSafe(sql)).bind(row.id).bind(row.channel_id).bind(&row.external_id).bind(&row.error)
            .bind(&row.payload).bind(&row.event).bind(row.received_at).bind(row.attempts).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Notes that an event in quarantine was tried again in vain, and why.
    pub async fn keep_quarantined(&mut self, id: Uuid, error: &str) -> Result<()> {
        const SQL: &str = "UPDATE quarantine SET error = $2, attempts = attempts + 1 WHERE id = $1";
        on!(self, c => sqlx::query(SQL).bind(id).bind(error).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Takes an event out of quarantine.
    pub async fn release_quarantined(&mut self, id: Uuid) -> Result<u64> {
        Ok(on!(self, c => sqlx::query("DELETE FROM quarantine WHERE id = $1").bind(id).execute(c).await?.rows_affected()))
    }
}
