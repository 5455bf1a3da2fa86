//! Shared lists: words that queries use by a name.

use crate::{Conn, Result, Tx, dialect::Dialect, on};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

/// A shared list.
#[derive(Clone, Debug, Default, FromRow, PartialEq, Eq)]
pub struct ListRow {
    /// Id.
    pub id: Uuid,
    /// Name, as people wrote it.
    pub name: String,
    /// Name as queries compare it; unique.
    pub name_key: String,
    /// Words, one a line.
    pub words: String,
    /// Who looks after it.
    pub owner_id: Option<Uuid>,
    /// Created.
    pub created_at: i64,
    /// Changed.
    pub updated_at: i64,
}

const COLUMNS: &str = "id, name, name_key, words, owner_id, created_at, updated_at";

impl Conn {
    /// All lists, by name.
    pub async fn lists(&mut self) -> Result<Vec<ListRow>> {
        let sql = format!("SELECT {COLUMNS} FROM word_list ORDER BY name_key");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(c).await?))
    }

    /// One list.
    pub async fn list(&mut self, id: Uuid) -> Result<ListRow> {
        let sql = format!("SELECT {COLUMNS} FROM word_list WHERE id = $1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(c).await?))
    }

    /// Those of these names, as queries compare them.
    pub async fn lists_named(&mut self, keys: &[String]) -> Result<Vec<ListRow>> {
        lists_named(self, keys, "").await
    }
}

async fn lists_named(conn: &mut Conn, keys: &[String], lock: &str) -> Result<Vec<ListRow>> {
    let mut found = Vec::new();
    for chunk in keys.chunks(500) {
        let part: Vec<ListRow> = on!(conn, c, DB => {
            let mut query = QueryBuilder::<DB>::new(format!("SELECT {COLUMNS} FROM word_list WHERE name_key IN ("));
            let mut names = query.separated(", ");
            for key in chunk {
                names.push_bind(key);
            }
            query.push(") ORDER BY name_key").push(lock);
            query.build_query_as().fetch_all(c).await?
        });
        found.extend(part);
    }
    Ok(found)
}

impl Tx {
    /// Those of these names, held as they are until the transaction ends: what is saved with them was read with them.
    pub async fn share_lists(&mut self, keys: &[String]) -> Result<Vec<ListRow>> {
        let lock = match self.dialect() {
            Dialect::Sqlite => "",
            Dialect::Postgres => " FOR SHARE",
        };
        lists_named(self, keys, lock).await
    }

    /// A list as it stands, held against other changes until the transaction ends.
    pub async fn lock_list(&mut self, id: Uuid) -> Result<ListRow> {
        let sql = format!("SELECT {COLUMNS} FROM word_list WHERE id = $1{}", self.dialect().for_update());
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(c).await?))
    }

    /// Inserts a list.
    pub async fn insert_list(&mut self, row: &ListRow) -> Result<()> {
        let sql = format!("INSERT INTO word_list ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)");
        on!(self, c => sqlx::query(sqlx::AssertSqlSafe(sql)).bind(row.id).bind(&row.name).bind(&row.name_key).bind(&row.words)
            .bind(row.owner_id).bind(row.created_at).bind(row.updated_at).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Puts everything people can change about a list.
    pub async fn update_list(&mut self, row: &ListRow) -> Result<()> {
        const SQL: &str = "UPDATE word_list SET name = $2, name_key = $3, words = $4, owner_id = $5, updated_at = $6 WHERE id = $1";
        on!(self, c => sqlx::query(SQL).bind(row.id).bind(&row.name).bind(&row.name_key).bind(&row.words).bind(row.owner_id)
            .bind(row.updated_at).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Deletes a list.
    pub async fn delete_list(&mut self, id: Uuid) -> Result<u64> {
        Ok(on!(self, c => sqlx::query("DELETE FROM word_list WHERE id = $1").bind(id).execute(c).await?.rows_affected()))
    }
}
