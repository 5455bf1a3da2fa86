//! Versions of what people taught: listed with their figures, and gone back to.

use super::{
    TaskFigures, held_out,
    train::{self, Training},
};
use crate::{
    Actor, App, AppError, Result,
    audit::{self, Object},
    live::{Audience, News},
};
use serde_json::json;
use std::collections::HashSet;
use tertulia_policy::Permission;
use tertulia_store::{StoreError, head::HeadRow};
use tertulia_understand::Understander;

/// Most versions that are shown, the newest.
const MOST: i64 = 100;
/// Lines of the ledger by which is told how much there is to learn from.
const LINES: i64 = 40_000;

/// A version.
#[derive(Clone, Debug)]
pub struct Version {
    /// As it is stored.
    pub row: HeadRow,
    /// Task by task.
    pub figures: Vec<TaskFigures>,
    /// It corrects the classifiers of this program; one that does not reads nothing.
    pub fits: bool,
}

/// Everything there is.
#[derive(Clone, Debug)]
pub struct Versions {
    /// Version of the shipped classifiers.
    pub shipped: &'static str,
    /// Number of the version in force; none where the shipped classifiers are.
    pub in_force: Option<i64>,
    /// Versions, newest first.
    pub items: Vec<Version>,
    /// The last training, or the one under way.
    pub training: Training,
    /// Posts people labelled that can be learnt from.
    pub labels: usize,
    /// Posts people labelled that are never learnt from.
    pub held_out: usize,
    /// Posts labelled since the last training.
    pub new: i64,
}

/// Shows everything.
pub async fn list(app: &App, actor: &Actor) -> Result<Versions> {
    actor.must(Permission::SeeAllCases)?;
    let mut conn = app.store.read().await?;
    let shipped = Understander::built_in().version();
    let rows = conn.heads(MOST).await?;
    let items = rows.into_iter().map(|row| {
        let figures = serde_json::from_str(&row.figures).map_err(|error| StoreError::Corrupt("own_head", error.to_string()))?;
        Ok(Version { figures, fits: row.base == shipped, row })
    });
    let items: Vec<Version> = items.collect::<Result<_>>()?;
    let training = train::state(&mut conn).await?;
    let posts: HashSet<_> = conn.corrections_to_learn(LINES).await?.into_iter().map(|row| row.post_id).collect();
    let held = posts.iter().filter(|post| held_out(**post)).count();
    Ok(Versions {
        shipped,
        in_force: conn.head_in_force().await?,
        new: conn.count_corrected_after(training.knew, LINES).await?,
        labels: posts.len() - held,
        held_out: held,
        items,
        training,
    })
}

/// Goes back to an earlier version, 0 being the shipped classifiers. What is read from then on is read by it; what was read
/// before stays as it is.
pub async fn restore(app: &App, actor: &Actor, number: i64) -> Result<Versions> {
    actor.must(Permission::SeeAllCases)?;
    actor.must(Permission::EditRules)?;
    let mut tx = app.store.begin().await?;
    let before = tx.lock_head_in_force().await?;
    let wanted = Some(number).filter(|number| *number != 0);
    if let Some(number) = wanted {
        let row = tx.head(number).await?;
        if row.state == "refused" {
            return Err(AppError::conflict("version_refused", "this version was worse than the one in force and was never used"));
        }
        if row.base != Understander::built_in().version() {
            return Err(AppError::conflict("version_outdated", "this version was made for another program's classifiers"));
        }
    }
    if wanted != before {
        tx.put_head_in_force(wanted).await?;
        let detail = json!({ "from": before.unwrap_or_default(), "to": number });
        audit::record(app, &mut tx, Some(actor), "understanding.restored", Object::only("understanding"), detail).await?;
        tx.commit().await?;
        app.live.tell(Audience::Everybody, News::Understanding {});
    } else {
        drop(tx);
    }
    list(app, actor).await
}
