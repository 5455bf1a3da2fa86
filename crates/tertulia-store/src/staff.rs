//! Users: the people who work here.

use crate::{Conn, Result, StoreError};
use std::collections::BTreeMap;
use tertulia_kernel::{DepartmentId, Timestamp, UserId};
use tertulia_policy::Role;
use uuid::Uuid;

/// A user, without the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Id.
    pub id: UserId,
    /// Number for people.
    pub number: i64,
    /// E-mail address in lower case; unique.
    pub email: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Departments, in order of their id.
    pub departments: Vec<DepartmentId>,
    /// `es` or `en`.
    pub locale: String,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// IANA time zone; `None` follows the browser.
    pub zone: Option<String>,
    /// Whether a password is set; without one the user is invited and can't sign in.
    pub has_password: bool,
    /// Ready to be offered cases.
    pub ready: bool,
    /// Last request of theirs, to some minutes.
    pub last_seen_at: Option<Timestamp>,
    /// Since when the user can't sign in.
    pub disabled_at: Option<Timestamp>,
    /// Belongs to the sample company.
    pub sample: bool,
    /// Created.
    pub created_at: Timestamp,
}

/// Columns of [`User`] in the order [`read_user`] expects, with `s` for the table.
macro_rules! user_columns {
    () => {
        "s.id, s.number, s.email, s.name, s.role, s.locale, s.theme, s.zone, s.password_hash IS NOT NULL, s.ready,
         s.last_seen_at, s.disabled_at, s.sample, s.created_at"
    };
}
pub(crate) use user_columns;

pub(crate) type UserRow =
    (Uuid, i64, String, String, String, String, String, Option<String>, bool, bool, Option<i64>, Option<i64>, bool, i64);

pub(crate) fn read_user(row: UserRow) -> Result<User> {
    let (id, number, email, name, role, locale, theme, zone, has_password, ready, seen, disabled, sample, created) = row;
    Ok(User {
        id: UserId(id),
        number,
        email,
        name,
        role: Role::parse(&role).ok_or(StoreError::Corrupt("staff.role", role))?,
        departments: Vec::new(),
        locale,
        theme,
        zone,
        has_password,
        ready,
        last_seen_at: seen.map(Timestamp::from_micros),
        disabled_at: disabled.map(Timestamp::from_micros),
        sample,
        created_at: Timestamp::from_micros(created),
    })
}

impl Conn {
    /// All users in order of their number.
    pub async fn users(&mut self) -> Result<Vec<User>> {
        const SQL: &str = concat!("SELECT ", user_columns!(), " FROM staff s ORDER BY s.number");
        let rows: Vec<UserRow> = crate::on!(self, c => sqlx::query_as(SQL).fetch_all(c).await?);
        let mut departments = self.departments_of_all().await?;
        rows.into_iter()
            .map(|row| {
                let mut user = read_user(row)?;
                user.departments = departments.remove(&user.id).unwrap_or_default();
                Ok(user)
            })
            .collect()
    }

    async fn departments_of_all(&mut self) -> Result<BTreeMap<UserId, Vec<DepartmentId>>> {
        const SQL: &str = "SELECT user_id, department_id FROM staff_department ORDER BY user_id, department_id";
        let rows: Vec<(Uuid, Uuid)> = crate::on!(self, c => sqlx::query_as(SQL).fetch_all(c).await?);
        let mut all: BTreeMap<UserId, Vec<DepartmentId>> = BTreeMap::new();
        for (user, department) in rows {
            all.entry(UserId(user)).or_default().push(DepartmentId(department));
        }
        Ok(all)
    }

    /// The departments of a user.
    pub async fn departments_of(&mut self, user: UserId) -> Result<Vec<DepartmentId>> {
        const SQL: &str = "SELECT department_id FROM staff_department WHERE user_id = $1 ORDER BY department_id";
        let ids: Vec<Uuid> = crate::on!(self, c => sqlx::query_scalar(SQL).bind(user.0).fetch_all(c).await?);
        Ok(ids.into_iter().map(DepartmentId).collect())
    }

    /// One user.
    pub async fn user(&mut self, id: UserId) -> Result<Option<User>> {
        const SQL: &str = concat!("SELECT ", user_columns!(), " FROM staff s WHERE s.id = $1");
        let row: Option<UserRow> = crate::on!(self, c => sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await?);
        self.complete(row).await
    }

    /// The user with this e-mail address (in lower case).
    pub async fn user_by_email(&mut self, email: &str) -> Result<Option<User>> {
        const SQL: &str = concat!("SELECT ", user_columns!(), " FROM staff s WHERE s.email = $1");
        let row: Option<UserRow> = crate::on!(self, c => sqlx::query_as(SQL).bind(email).fetch_optional(c).await?);
        self.complete(row).await
    }

    pub(crate) async fn complete(&mut self, row: Option<UserRow>) -> Result<Option<User>> {
        let Some(row) = row else { return Ok(None) };
        let mut user = read_user(row)?;
        user.departments = self.departments_of(user.id).await?;
        Ok(Some(user))
    }

    /// The stored password hash of a user.
    pub async fn password_hash(&mut self, id: UserId) -> Result<Option<String>> {
        const SQL: &str = "SELECT password_hash FROM staff WHERE id = $1";
        let hash: Option<Option<String>> = crate::on!(self, c => sqlx::query_scalar(SQL).bind(id.0).fetch_optional(c).await?);
        Ok(hash.flatten())
    }

    /// Sets the password.
    pub async fn set_password(&mut self, id: UserId, hash: &str) -> Result<()> {
        const SQL: &str = "UPDATE staff SET password_hash = $2 WHERE id = $1";
        crate::on!(self, c => sqlx::query(SQL).bind(id.0).bind(hash).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Adds a user without a password, with departments.
    pub async fn insert_user(&mut self, user: &User) -> Result<()> {
        const SQL: &str = "INSERT INTO staff (id, number, email, name, role, locale, theme, zone, ready, idle_since, last_seen_at,
            disabled_at, sample, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $13, $10, $11, $12, $13)";
        crate::on!(self, c => sqlx::query(SQL)
            .bind(user.id.0)
            .bind(user.number)
            .bind(&user.email)
            .bind(&user.name)
            .bind(user.role.as_str())
            .bind(&user.locale)
            .bind(&user.theme)
            .bind(&user.zone)
            .bind(user.ready)
            .bind(user.last_seen_at.map(Timestamp::as_micros))
            .bind(user.disabled_at.map(Timestamp::as_micros))
            .bind(user.sample)
            .bind(user.created_at.as_micros())
            .execute(c)
            .await
            .map(drop)?);
        self.set_departments_of(user.id, &user.departments).await
    }

    /// Saves what can change on a user: name, role, departments, locale, theme, zone, disabled.
    pub async fn save_user(&mut self, user: &User) -> Result<()> {
        const SQL: &str = "UPDATE staff SET name = $2, role = $3, locale = $4, theme = $5, zone = $6, disabled_at = $7 WHERE id = $1";
        crate::on!(self, c => sqlx::query(SQL)
            .bind(user.id.0)
            .bind(&user.name)
            .bind(user.role.as_str())
            .bind(&user.locale)
            .bind(&user.theme)
            .bind(&user.zone)
            .bind(user.disabled_at.map(Timestamp::as_micros))
            .execute(c)
            .await
            .map(drop)?);
        self.set_departments_of(user.id, &user.departments).await
    }

    async fn set_departments_of(&mut self, user: UserId, departments: &[DepartmentId]) -> Result<()> {
        const CLEAR: &str = "DELETE FROM staff_department WHERE user_id = $1";
        const ADD: &str = "INSERT INTO staff_department (user_id, department_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        crate::on!(self, c => sqlx::query(CLEAR).bind(user.0).execute(c).await.map(drop)?);
        for department in departments {
            crate::on!(self, c => sqlx::query(ADD).bind(user.0).bind(department.0).execute(c).await.map(drop)?);
        }
        Ok(())
    }

    /// Notes that a user made a request.
    pub async fn set_last_seen(&mut self, id: UserId, now: Timestamp) -> Result<()> {
        const SQL: &str = "UPDATE staff SET last_seen_at = $2 WHERE id = $1";
        crate::on!(self, c => sqlx::query(SQL).bind(id.0).bind(now.as_micros()).execute(c).await.map(drop)?);
        Ok(())
    }

    /// How many administrators can sign in.
    pub async fn count_active_administrators(&mut self) -> Result<i64> {
        const SQL: &str = "SELECT COUNT(*) FROM staff
            WHERE role = 'administrator' AND disabled_at IS NULL AND password_hash IS NOT NULL";
        Ok(crate::on!(self, c => sqlx::query_scalar(SQL).fetch_one(c).await?))
    }
}
