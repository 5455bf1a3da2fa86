//! API tokens of scripts. A token never exceeds its owner's role, and can't make or remove tokens itself.

use super::{Token, secrets, sign_in::Secret};
use crate::{
    Actor, App, AppError, Result, Wrong,
    audit::{self, Object},
    page,
};
use serde_json::json;
use tertulia_kernel::{TokenId, UserId};
use tertulia_policy::{Permission, Scope};
use tertulia_store::{Tx, bounded::Listed};

/// Most tokens of a user: the list is shown whole.
const MOST: i64 = 100;

/// What secrets start with, so that people and scanners recognise a leaked one.
const PREFIX: &str = "tertulia_";

/// A new token and its secret, shown once.
#[derive(Clone, Debug)]
pub struct Created {
    /// The token.
    pub token: Token,
    /// Its secret.
    pub secret: Secret,
}

/// Tokens: one's own; all for those who manage users.
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<Token>> {
    let of = (!actor.role.may(Permission::ManageUsers)).then_some(actor.id);
    Ok(app.store.read().await?.tokens(of).await?)
}

fn check(name: &str, scopes: &[String]) -> Result<(String, Vec<Scope>)> {
    let mut wrong = Wrong::default();
    let name = wrong.text("name", name, 60);
    wrong.unless(!scopes.is_empty(), "scopes", "required", "choose at least one scope");
    let mut read: Vec<Scope> = Vec::new();
    for scope in scopes {
        match Scope::parse(scope) {
            Some(scope) if !read.contains(&scope) => read.push(scope),
            Some(_) => {}
            None => wrong.add("scopes", "unknown", format!("'{scope}' is not push, read or write")),
        }
    }
    wrong.done()?;
    Ok((name, read))
}

async fn add(app: &App, tx: &mut Tx, actor: Option<&Actor>, user: UserId, name: String, scopes: Vec<Scope>) -> Result<Created> {
    page::room(tx, Listed::TokensOf(user.0), MOST).await?;
    let now = app.now();
    let secret = format!("{PREFIX}{}", secrets::fresh(&*app.entropy));
    let token = Token { id: TokenId(app.new_id()), user, name, scopes, created_at: now, last_used_at: None };
    tx.insert_token(&token, &secrets::hash(&secret)).await?;
    let detail = json!({ "name": token.name, "scopes": token.scopes, "user": user });
    audit::record(app, tx, actor, "token.created", Object::new("token", token.id), detail).await?;
    Ok(Created { token, secret: Secret(secret) })
}

/// Creates a token for oneself. One that pushes is made by those who may push, or from the command line.
pub async fn create(app: &App, actor: &Actor, name: &str, scopes: &[String]) -> Result<Created> {
    actor.must_be_session()?;
    let (name, scopes) = check(name, scopes)?;
    if scopes.contains(&Scope::Push) {
        actor.must(Permission::PushPosts)?;
    }
    let mut tx = app.store.begin().await?;
    let created = add(app, &mut tx, Some(actor), actor.id, name, scopes).await?;
    tx.commit().await?;
    Ok(created)
}

/// Creates a token for a user by e-mail, from the command line.
pub async fn create_for(app: &App, email: &str, name: &str, scopes: &[String]) -> Result<Created> {
    let (name, scopes) = check(name, scopes)?;
    let mut tx = app.store.begin().await?;
    let user = tx.user_by_email(&email.trim().to_lowercase()).await?.filter(|user| user.disabled_at.is_none());
    let user = user.ok_or_else(|| AppError::field("user", "unknown", format!("no user has the e-mail address {email}")))?;
    let created = add(app, &mut tx, None, user.id, name, scopes).await?;
    tx.commit().await?;
    Ok(created)
}

/// Removes an own token; those who manage users, anybody's.
pub async fn delete(app: &App, actor: &Actor, id: TokenId) -> Result<()> {
    actor.must_be_session()?;
    let mut tx = app.store.begin().await?;
    let token = tx.token(id).await?;
    let may = |token: &Token| token.user == actor.id || actor.role.may(Permission::ManageUsers);
    let token = token.filter(may).ok_or_else(AppError::not_found)?;
    tx.delete_token(id).await?;
    let detail = json!({ "name": token.name, "user": token.user });
    audit::record(app, &mut tx, Some(actor), "token.deleted", Object::new("token", id), detail).await?;
    tx.commit().await?;
    app.live.tell_access(token.user);
    Ok(())
}
