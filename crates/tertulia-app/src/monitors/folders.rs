//! Folders of monitors: a text with levels joined by `/`. One exists while a monitor is in it.

use crate::{
    Actor, App, Result, Wrong,
    audit::{self, Object},
    live::{Audience, News},
};
use serde_json::json;
use tertulia_policy::Permission;

/// Longest folder, in characters.
const LONGEST: usize = 200;
/// Most levels.
const DEEPEST: usize = 8;

/// Without blank levels, each level trimmed.
pub(super) fn tidy(folder: &str) -> String {
    folder.split('/').map(str::trim).filter(|level| !level.is_empty()).collect::<Vec<_>>().join("/")
}

/// Reads a folder from a form.
pub(super) fn read(wrong: &mut Wrong, field: &str, folder: &str) -> String {
    let folder = tidy(folder);
    let fits = folder.chars().count() <= LONGEST && folder.split('/').count() <= DEEPEST;
    wrong.unless(fits, field, "too_long", "at most 200 characters and 8 levels");
    folder
}

/// Folders that hold monitors themselves, with how many, by name.
pub async fn list(app: &App, _: &Actor) -> Result<Vec<(String, i64)>> {
    Ok(app.store.read().await?.monitor_folders().await?)
}

/// Moves everything in and below a folder into another; returns how many monitors that were.
pub async fn rename(app: &App, actor: &Actor, from: &str, to: &str) -> Result<u64> {
    actor.must(Permission::EditMonitors)?;
    let mut wrong = Wrong::default();
    let (from, to) = (tidy(from), read(&mut wrong, "to", to));
    wrong.unless(!from.is_empty(), "from", "required", "name a folder");
    wrong.unless(!to.starts_with(&format!("{from}/")), "to", "out_of_range", "a folder does not fit into itself");
    wrong.done()?;
    let mut tx = app.store.begin().await?;
    let moved_to = tx.monitor_folders().await?.into_iter().filter_map(|(folder, _)| {
        let rest = folder.strip_prefix(&from)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| tidy(&format!("{to}{rest}")))
    });
    for folder in moved_to {
        let mut wrong = Wrong::default();
        read(&mut wrong, "to", &folder);
        wrong.done()?;
    }
    let moved = tx.move_folder(&from, &to).await?;
    if moved > 0 {
        let detail = json!({ "from": from, "to": to, "monitors": moved });
        audit::record(app, &mut tx, Some(actor), "monitor.folder_moved", Object::only("monitor"), detail).await?;
    }
    tx.commit().await?;
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok(moved)
}
