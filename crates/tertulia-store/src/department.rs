//! Departments.

use crate::{Conn, Result};
use tertulia_kernel::{DepartmentId, Timestamp};
use uuid::Uuid;

/// A department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    /// Id.
    pub id: DepartmentId,
    /// Number for people.
    pub number: i64,
    /// Stable key (`complaints`); unique.
    pub key: String,
    /// Name in Spanish.
    pub name_es: String,
    /// Name in English.
    pub name_en: String,
    /// Users in it.
    pub members: i64,
    /// Created.
    pub created_at: Timestamp,
}

type Row = (Uuid, i64, String, String, String, i64, i64);

/// Columns of [`Department`], with `d` for the table.
macro_rules! department_columns {
    () => {
        "SELECT d.id, d.number, d.key, d.name_es, d.name_en,
            (SELECT COUNT(*) FROM staff_department m WHERE m.department_id = d.id), d.created_at FROM department d "
    };
}

fn read_department((id, number, key, name_es, name_en, members, created): Row) -> Department {
    Department { id: DepartmentId(id), number, key, name_es, name_en, members, created_at: Timestamp::from_micros(created) }
}

impl Conn {
    /// All departments in order of their number.
    pub async fn departments(&mut self) -> Result<Vec<Department>> {
        const SQL: &str = concat!(department_columns!(), "ORDER BY d.number");
        let rows: Vec<Row> = crate::on!(self, c => sqlx::query_as(SQL).fetch_all(c).await?);
        Ok(rows.into_iter().map(read_department).collect())
    }

    /// One department.
    pub async fn department(&mut self, id: DepartmentId) -> Result<Option<Department>> {
        const SQL: &str = concat!(department_columns!(), "WHERE d.id = $1");
        let row: Option<Row> = crate::on!(self, c => sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await?);
        Ok(row.map(read_department))
    }

    /// Adds a department.
    pub async fn insert_department(&mut self, department: &Department) -> Result<()> {
        const SQL: &str = "INSERT INTO department (id, number, key, name_es, name_en, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
        crate::on!(self, c => sqlx::query(SQL)
            .bind(department.id.0)
            .bind(department.number)
            .bind(&department.key)
            .bind(&department.name_es)
            .bind(&department.name_en)
            .bind(department.created_at.as_micros())
            .execute(c)
            .await
            .map(drop)?);
        Ok(())
    }

    /// Saves a department's key and names.
    pub async fn save_department(&mut self, department: &Department) -> Result<()> {
        const SQL: &str = "UPDATE department SET key = $2, name_es = $3, name_en = $4 WHERE id = $1";
        crate::on!(self, c => sqlx::query(SQL)
            .bind(department.id.0)
            .bind(&department.key)
            .bind(&department.name_es)
            .bind(&department.name_en)
            .execute(c)
            .await
            .map(drop)?);
        Ok(())
    }

    /// Whether a case belongs to the department.
    pub async fn department_has_cases(&mut self, id: DepartmentId) -> Result<bool> {
        const SQL: &str = "SELECT EXISTS (SELECT 1 FROM care_case WHERE department_id = $1)";
        Ok(crate::on!(self, c => sqlx::query_scalar(SQL).bind(id.0).fetch_one(c).await?))
    }

    /// Removes a department; its users stay.
    pub async fn delete_department(&mut self, id: DepartmentId) -> Result<()> {
        const SQL: &str = "DELETE FROM department WHERE id = $1";
        crate::on!(self, c => sqlx::query(SQL).bind(id.0).execute(c).await.map(drop)?);
        Ok(())
    }
}
