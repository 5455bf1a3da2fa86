//! People outside the company and the identities networks know them by.

use crate::{Conn, Result, Tx, dialect::Dialect, on, thread::push_person_seen};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

/// A person.
#[derive(Clone, Debug, FromRow)]
pub struct PersonRow {
    /// Id.
    pub id: Uuid,
    /// Number for people.
    pub number: i64,
    /// Name.
    pub name: String,
    /// `customer`, `prospect`...
    pub kind: String,
    /// Notes.
    pub note: Option<String>,
    /// Very important.
    pub vip: bool,
    /// First seen.
    pub created_at: i64,
}

/// A person as one network knows them.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct IdentityRow {
    /// Id.
    pub id: Uuid,
    /// Person.
    pub person_id: Uuid,
    /// Kind of network.
    pub provider: String,
    /// Narrows the external id where it is not global.
    pub scope: String,
    /// The network's id.
    pub external_id: String,
    /// Handle.
    pub handle: String,
    /// Display name.
    pub name: Option<String>,
    /// Profile page.
    pub url: Option<String>,
    /// Picture.
    pub avatar_url: Option<String>,
    /// Followers.
    pub followers: Option<i64>,
    /// First seen.
    pub created_at: i64,
    /// Last changed.
    pub updated_at: i64,
}

/// A person to insert.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The row.
    pub row: PersonRow,
    /// Folded tokens of name and handles.
    pub folded: String,
    /// Belongs to the sample company.
    pub sample: bool,
}

const IDENTITY: &str = "id, person_id, provider, scope, external_id, handle, name, url, avatar_url, followers, created_at, updated_at";
const PERSON: &str = "id, number, name, kind, note, vip, created_at";

impl Conn {
    /// Identities of one provider and scope by the network's ids.
    pub async fn identities_by_external(&mut self, provider: &str, scope: &str, external_ids: &[String]) -> Result<Vec<IdentityRow>> {
        let mut found = Vec::new();
        for chunk in external_ids.chunks(500) {
            let part: Vec<IdentityRow> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(format!("SELECT {IDENTITY} FROM identity WHERE provider = "));
                query.push_bind(provider).push(" AND scope = ").push_bind(scope).push(" AND external_id IN (");
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

    /// Identities of these people.
    pub async fn identities_of(&mut self, people: &[Uuid]) -> Result<Vec<IdentityRow>> {
        let mut found = Vec::new();
        for chunk in people.chunks(500) {
            let part: Vec<IdentityRow> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(format!("SELECT {IDENTITY} FROM identity WHERE person_id IN ("));
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

    /// One identity.
    pub async fn identity(&mut self, id: Uuid) -> Result<IdentityRow> {
        let sql = format!("SELECT {IDENTITY} FROM identity WHERE id = $1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(c).await?))
    }

    /// Several identities, in no particular order.
    pub async fn identities(&mut self, ids: &[Uuid]) -> Result<Vec<IdentityRow>> {
        let mut found = Vec::new();
        for chunk in ids.chunks(500) {
            let part: Vec<IdentityRow> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(format!("SELECT {IDENTITY} FROM identity WHERE id IN ("));
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

    /// One person.
    pub async fn person(&mut self, id: Uuid) -> Result<PersonRow> {
        let sql = format!("SELECT {PERSON} FROM person WHERE id = $1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(c).await?))
    }

    /// Several people, in no particular order.
    pub async fn people(&mut self, ids: &[Uuid]) -> Result<Vec<PersonRow>> {
        let mut found = Vec::new();
        for chunk in ids.chunks(500) {
            let part: Vec<PersonRow> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(format!("SELECT {PERSON} FROM person WHERE id IN ("));
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

    /// People, newest first, with `number` below `before`; those whose name or handle has all `words` (as beginnings); with
    /// `seen_by`, only those of whom this user sees a case or a post.
    pub async fn find_people(&mut self, words: &[String], seen_by: Option<Uuid>, before: i64, limit: i64) -> Result<Vec<PersonRow>> {
        let dialect = self.dialect();
        let columns = "person.id, person.number, person.name, person.kind, person.note, person.vip, person.created_at";
        let terms = words
            .iter()
            .map(|word| match dialect {
                Dialect::Sqlite => format!("\"{}\"*", word.replace('"', "")),
                Dialect::Postgres => format!("'{}':*", word.replace(['\'', '\\'], "")),
            })
            .collect::<Vec<_>>()
            .join(if dialect == Dialect::Sqlite { " AND " } else { " & " });
        Ok(on!(self, c, DB => {
            let mut query = QueryBuilder::<DB>::new(format!("SELECT {columns} FROM "));
            if words.is_empty() {
                query.push("person WHERE TRUE");
            } else if dialect == Dialect::Sqlite {
                query.push("person_search s CROSS JOIN person ON person.number = s.rowid WHERE s.person_search MATCH ").push_bind(terms);
            } else {
                query.push("person_search s JOIN person ON person.number = s.number WHERE s.tokens @@ CAST(").push_bind(terms).push(" AS tsquery)");
            }
            query.push(" AND person.number < ").push_bind(before);
            if let Some(user) = seen_by {
                push_person_seen(&mut query, user);
            }
            query.push(" ORDER BY person.number DESC LIMIT ").push_bind(limit);
            query.build_query_as().fetch_all(c).await?
        }))
    }
}

impl Tx {
    /// Inserts people and makes them findable.
    pub async fn insert_people(&mut self, people: &[NewPerson]) -> Result<()> {
        let sqlite = self.dialect() == Dialect::Sqlite;
        for chunk in people.chunks(500) {
            on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new("INSERT INTO person (id, number, name, folded, kind, note, vip, sample, created_at) ");
                query.push_values(chunk, |mut v, person| {
                    let row = &person.row;
                    v.push_bind(row.id).push_bind(row.number).push_bind(&row.name).push_bind(&person.folded).push_bind(&row.kind)
                        .push_bind(&row.note).push_bind(row.vip).push_bind(person.sample).push_bind(row.created_at);
                });
                query.build().execute(&mut *c).await?;
                let mut query = QueryBuilder::<DB>::new(if sqlite { "INSERT INTO person_search (rowid, tokens) " } else { "INSERT INTO person_search (number, tokens) " });
                query.push_values(chunk, |mut v, person| {
                    v.push_bind(person.row.number);
                    if sqlite {
                        v.push_bind(&person.folded);
                    } else {
                        v.push("array_to_tsvector(array_remove(string_to_array(").push_bind_unseparated(&person.folded).push_unseparated(", ' '), ''))");
                    }
                });
                query.build().execute(c).await?.rows_affected()
            });
        }
        Ok(())
    }

    /// Inserts identities; one that somebody else inserted meanwhile is left alone.
    pub async fn insert_identities(&mut self, identities: &[IdentityRow]) -> Result<()> {
        for chunk in identities.chunks(500) {
            on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(format!("INSERT INTO identity ({IDENTITY}) "));
                query.push_values(chunk, |mut v, row| {
                    v.push_bind(row.id).push_bind(row.person_id).push_bind(&row.provider).push_bind(&row.scope).push_bind(&row.external_id)
                        .push_bind(&row.handle).push_bind(&row.name).push_bind(&row.url).push_bind(&row.avatar_url).push_bind(row.followers)
                        .push_bind(row.created_at).push_bind(row.updated_at);
                });
                query.build().execute(c).await?.rows_affected()
            });
        }
        Ok(())
    }

    /// Puts what a network now says of these identities.
    pub async fn update_identities(&mut self, identities: &[IdentityRow]) -> Result<()> {
        for chunk in identities.chunks(500) {
            on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(
                    "UPDATE identity SET handle = v.column2, name = v.column3, url = v.column4, avatar_url = v.column5, followers = v.column6,
                     updated_at = v.column7 FROM (",
                );
                query.push_values(chunk, |mut v, row| {
                    v.push_bind(row.id).push_bind(&row.handle).push_bind(&row.name).push_bind(&row.url).push_bind(&row.avatar_url)
                        .push_bind(row.followers).push_bind(row.updated_at);
                });
                query.push(") AS v WHERE identity.id = v.column1");
                query.build().execute(c).await?.rows_affected()
            });
        }
        Ok(())
    }

    /// Puts a person's own data.
    pub async fn update_person(&mut self, row: &PersonRow, folded: &str) -> Result<()> {
        const SQL: &str = "UPDATE person SET name = $2, kind = $3, note = $4, vip = $5 WHERE id = $1";
        on!(self, c => sqlx::query(SQL).bind(row.id).bind(&row.name).bind(&row.kind).bind(&row.note).bind(row.vip).execute(c).await?
            .rows_affected());
        self.index_person(row.id, row.number, folded).await
    }

    /// Makes a person findable by these folded words and no others.
    pub async fn index_person(&mut self, id: Uuid, number: i64, folded: &str) -> Result<()> {
        let index = match self.dialect() {
            Dialect::Sqlite => "INSERT OR REPLACE INTO person_search (rowid, tokens) VALUES ($1, $2)",
            Dialect::Postgres => {
                "UPDATE person_search SET tokens = array_to_tsvector(array_remove(string_to_array($2, ' '), '')) WHERE number = $1"
            }
        };
        on!(self, c => {
            sqlx::query("UPDATE person SET folded = $2 WHERE id = $1").bind(id).bind(folded).execute(&mut *c).await?;
            sqlx::query(index).bind(number).bind(folded).execute(c).await?.rows_affected()
        });
        Ok(())
    }
}
