//! API tokens. Only the hash of the secret is stored.

use crate::{
    Conn, Result, StoreError,
    staff::{User, UserRow, user_columns},
};
use tertulia_kernel::{Timestamp, TokenId, UserId};
use tertulia_policy::Scope;
use uuid::Uuid;

/// An API token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Id.
    pub id: TokenId,
    /// Owner.
    pub user: UserId,
    /// Name people gave it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// Created.
    pub created_at: Timestamp,
    /// Last used, to some minutes.
    pub last_used_at: Option<Timestamp>,
}

type Row = (Uuid, Uuid, String, String, i64, Option<i64>);

fn read_token((id, user, name, scopes, created, used): Row) -> Result<Token> {
    let scopes = scopes
        .split(',')
        .map(|scope| Scope::parse(scope).ok_or_else(|| StoreError::Corrupt("api_token.scopes", scope.to_owned())))
        .collect::<Result<_>>()?;
    Ok(Token {
        id: TokenId(id),
        user: UserId(user),
        name,
        scopes,
        created_at: Timestamp::from_micros(created),
        last_used_at: used.map(Timestamp::from_micros),
    })
}

impl Conn {
    /// Tokens in order of creation: all, or those of one user.
    pub async fn tokens(&mut self, of: Option<UserId>) -> Result<Vec<Token>> {
        const ALL: &str = "SELECT id, user_id, name, scopes, created_at, last_used_at FROM api_token ORDER BY id";
        const OWN: &str = "SELECT id, user_id, name, scopes, created_at, last_used_at FROM api_token WHERE user_id = $1 ORDER BY id";
        let rows: Vec<Row> = match of {
            None => crate::on!(self, c => sqlx::query_as(ALL).fetch_all(c).await?),
            Some(user) => crate::on!(self, c => sqlx::query_as(OWN).bind(user.0).fetch_all(c).await?),
        };
        rows.into_iter().map(read_token).collect()
    }

    /// One token.
    pub async fn token(&mut self, id: TokenId) -> Result<Option<Token>> {
        const SQL: &str = "SELECT id, user_id, name, scopes, created_at, last_used_at FROM api_token WHERE id = $1";
        let row: Option<Row> = crate::on!(self, c => sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await?);
        row.map(read_token).transpose()
    }

    /// The token of a secret's hash, with its owner.
    pub async fn token_by_hash(&mut self, hash: &[u8]) -> Result<Option<(Token, User)>> {
        const TOKEN: &str = "SELECT id, user_id, name, scopes, created_at, last_used_at FROM api_token WHERE token_hash = $1";
        const USER: &str = concat!("SELECT ", user_columns!(), " FROM staff s WHERE s.id = $1");
        let row: Option<Row> = crate::on!(self, c => sqlx::query_as(TOKEN).bind(hash).fetch_optional(c).await?);
        let Some(token) = row.map(read_token).transpose()? else { return Ok(None) };
        let user: Option<UserRow> = crate::on!(self, c => sqlx::query_as(USER).bind(token.user.0).fetch_optional(c).await?);
        Ok(self.complete(user).await?.map(|user| (token, user)))
    }

    /// Adds a token.
    pub async fn insert_token(&mut self, token: &Token, hash: &[u8]) -> Result<()> {
        const SQL: &str = "INSERT INTO api_token (id, user_id, name, token_hash, scopes, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
        let scopes = token.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(",");
        crate::on!(self, c => sqlx::query(SQL)
            .bind(token.id.0)
            .bind(token.user.0)
            .bind(&token.name)
            .bind(hash)
            .bind(&scopes)
            .bind(token.created_at.as_micros())
            .execute(c)
            .await
            .map(drop)?);
        Ok(())
    }

    /// Notes that a token was used.
    pub async fn set_token_used(&mut self, id: TokenId, now: Timestamp) -> Result<()> {
        const SQL: &str = "UPDATE api_token SET last_used_at = $2 WHERE id = $1";
        crate::on!(self, c => sqlx::query(SQL).bind(id.0).bind(now.as_micros()).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Removes a token.
    pub async fn delete_token(&mut self, id: TokenId) -> Result<()> {
        const SQL: &str = "DELETE FROM api_token WHERE id = $1";
        crate::on!(self, c => sqlx::query(SQL).bind(id.0).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Removes all tokens of a user.
    pub async fn delete_tokens_of(&mut self, user: UserId) -> Result<()> {
        const SQL: &str = "DELETE FROM api_token WHERE user_id = $1";
        crate::on!(self, c => sqlx::query(SQL).bind(user.0).execute(c).await.map(drop)?);
        Ok(())
    }
}
