//! Ready-made answers: everybody reads them, who may edit them changes them.

use crate::{
    Actor, App, AppError, Result, Wrong,
    audit::{self, Object},
    live::{Audience, News},
    page,
};
use serde_json::json;
use tertulia_kernel::CannedAnswerId;
use tertulia_policy::Permission;
use tertulia_store::{Conn, bounded::Listed, desk::CannedRow};

/// Most ready-made answers: the list is shown whole.
const MOST: i64 = 2_000;

/// What a person fills in.
#[derive(Clone, Debug)]
pub struct Form {
    /// Typed after `:`.
    pub shortcut: String,
    /// Title.
    pub title: String,
    /// Text, with variables in double braces.
    pub text: String,
    /// Language; any when absent.
    pub lang: Option<String>,
}

/// All ready-made answers, by shortcut.
pub async fn list(app: &App, _: &Actor) -> Result<Vec<CannedRow>> {
    Ok(app.store.read().await?.canned_answers().await?)
}

/// Creates one.
pub async fn create(app: &App, actor: &Actor, form: Form) -> Result<CannedRow> {
    save(app, actor, None, form).await
}

/// Changes one.
pub async fn change(app: &App, actor: &Actor, id: CannedAnswerId, form: Form) -> Result<CannedRow> {
    save(app, actor, Some(id), form).await
}

async fn save(app: &App, actor: &Actor, id: Option<CannedAnswerId>, form: Form) -> Result<CannedRow> {
    actor.must(Permission::EditCannedAnswers)?;
    let form = read(form)?;
    let mut tx = app.store.begin().await?;
    let known = tx.canned_answers().await?;
    let before = match id {
        None => {
            page::room(&mut tx, Listed::CannedAnswers, MOST).await?;
            None
        }
        Some(id) => Some(known.iter().find(|row| row.id == id.0).ok_or_else(AppError::not_found)?),
    };
    // The database does not hold two absent languages for equal, people do.
    if known.iter().any(|row| row.shortcut == form.shortcut && row.lang == form.lang && Some(row.id) != id.map(|id| id.0)) {
        return Err(AppError::field("shortcut", "taken", "another ready-made answer in this language has this shortcut"));
    }
    let row = CannedRow {
        id: before.map_or_else(|| app.new_id(), |row| row.id),
        shortcut: form.shortcut,
        title: form.title,
        text: form.text,
        lang: form.lang,
        sample: before.is_some_and(|row| row.sample),
    };
    tx.save_canned(&row).await?;
    let action = if before.is_some() { "canned_answer.changed" } else { "canned_answer.created" };
    let detail = json!({ "shortcut": row.shortcut, "lang": row.lang, "text": row.text });
    audit::record(app, &mut tx, Some(actor), action, Object::new("canned_answer", row.id), detail).await?;
    tx.commit().await?;
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok(row)
}

/// Deletes one.
pub async fn delete(app: &App, actor: &Actor, id: CannedAnswerId) -> Result<()> {
    actor.must(Permission::EditCannedAnswers)?;
    let mut tx = app.store.begin().await?;
    let row = find(&mut tx, id).await?;
    tx.delete_canned(id.0).await?;
    let detail = json!({ "shortcut": row.shortcut, "lang": row.lang });
    audit::record(app, &mut tx, Some(actor), "canned_answer.deleted", Object::new("canned_answer", id), detail).await?;
    tx.commit().await?;
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok(())
}

async fn find(conn: &mut Conn, id: CannedAnswerId) -> Result<CannedRow> {
    conn.canned_answers().await?.into_iter().find(|row| row.id == id.0).ok_or_else(AppError::not_found)
}

fn read(form: Form) -> Result<Form> {
    let mut wrong = Wrong::default();
    let shortcut = wrong.text("shortcut", &form.shortcut, 40).to_lowercase();
    let plain = shortcut.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    wrong.unless(plain, "shortcut", "malformed", "letters, digits, '-', '_' and '.' only");
    let title = wrong.text("title", &form.title, 120);
    let text = wrong.text("text", &form.text, 10_000);
    let lang = form.lang.map(|lang| lang.trim().to_lowercase()).filter(|lang| !lang.is_empty());
    let language = |lang: &String| lang.len() <= 35 && lang.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    wrong.unless(lang.as_ref().is_none_or(language), "lang", "malformed", "a language such as es, en or pt");
    wrong.done()?;
    Ok(Form { shortcut, title, text, lang })
}
