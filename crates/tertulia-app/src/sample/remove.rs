//! Removing, in short transactions so that the house keeps working meanwhile. It may be stopped at any moment and done
//! again: what is left is still flagged.

use super::{NOTED, Noted, file, may};
use crate::rules::{Actions, Conditions};
use crate::{
    Actor, App, Result,
    audit::{self, Object},
    live::{Audience, News},
    settings,
};
use serde_json::json;
use std::time::Duration;
use tertulia_store::{Constraint, StoreError, Tx};

/// How often what came in meanwhile is removed too; channels stop within seconds.
const ROUNDS: u32 = 80;
/// Pause between those rounds.
const PAUSE: Duration = Duration::from_millis(250);
/// Rows of a kind removed in one transaction.
const AT_ONCE: i64 = 200;

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Posts removed.
    pub posts: u64,
    /// Cases removed.
    pub cases: u64,
    /// People removed.
    pub people: u64,
}

/// Removes the sample company; tells how far it is after each transaction. `actor` is `None` for the command line.
pub async fn remove(app: &App, actor: Option<&Actor>, mut tell: impl FnMut(Progress) + Send) -> Result<Progress> {
    may(actor)?;
    let mut done = Progress::default();
    let mut rounds = 0;
    // Nothing may come in any more.
    let mut tx = app.store.begin().await?;
    tx.stop_sample_channels(app.now().as_micros()).await?;
    tx.commit().await?;
    app.channels_changed();
    let mut tx = loop {
        match empty(app, &mut done, &mut tell).await {
            Ok(tx) => break tx,
            Err(error) if is_about_latecomers(&error) && rounds < ROUNDS => {
                rounds += 1;
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(error.into()),
        }
    };
    let noted: Noted = tx.setting(NOTED).await?.unwrap_or_default();
    let named: Vec<_> = own_rules(&mut tx).await?.into_iter().filter_map(|(_, actions)| actions.department_id).map(|id| id.0).collect();
    for id in noted.departments {
        let id = id.into();
        let empty = tx.department(id).await?.is_some_and(|department| department.members == 0);
        if empty && !named.contains(&id.0) && !tx.department_has_cases(id).await? {
            tx.delete_department(id).await?;
        }
    }
    restore_company(&mut tx, noted.company).await?;
    tx.delete_setting(NOTED).await?;
    tx.set_setting(settings::SAMPLE_LOADED, &false).await?;
    app.touch_listening(&mut tx, &crate::listening::Changed::Everything).await?;
    let detail = json!({ "posts": done.posts, "cases": done.cases, "people": done.people });
    audit::record(app, &mut tx, actor, "sample.removed", Object::only("sample"), detail).await?;
    tx.commit().await?;
    if let Ok(path) = file(app) {
        // A file left behind harms nobody.
        let _ = tokio::fs::remove_file(path).await;
    }
    app.channels_changed();
    app.live.tell(Audience::Everybody, News::Settings {});
    app.live.tell(Audience::Everybody, News::Reset {});
    Ok(done)
}

/// Removes posts, then cases, then people, until none is left; then the house, in a transaction still open.
async fn empty(app: &App, done: &mut Progress, tell: &mut (impl FnMut(Progress) + Send)) -> std::result::Result<Tx, StoreError> {
    loop {
        let mut tx = app.store.begin().await?;
        let posts = tx.remove_sample_posts(AT_ONCE).await?;
        let cases = if posts == 0 { tx.remove_sample_cases(AT_ONCE).await? } else { 0 };
        let people = if posts + cases == 0 { tx.remove_sample_people(AT_ONCE).await? } else { 0 };
        if posts + cases + people == 0 {
            keep_what_rules_name(&mut tx).await?;
            tx.remove_sample_house().await?;
            return Ok(tx);
        }
        tx.commit().await?;
        *done = Progress { posts: done.posts + posts, cases: done.cases + cases, people: done.people + people };
        tell(*done);
    }
}

/// Monitors and channels that a rule of the company's own names become its own.
async fn keep_what_rules_name(tx: &mut Tx) -> std::result::Result<(), StoreError> {
    for (conditions, _) in own_rules(tx).await? {
        for monitor in conditions.monitor_ids {
            tx.keep_of_sample("monitor", monitor.0).await?;
        }
        for channel in conditions.channel_ids {
            tx.keep_of_sample("channel", channel.0).await?;
        }
    }
    Ok(())
}

/// What the rules name that are not the sample's.
async fn own_rules(tx: &mut Tx) -> std::result::Result<Vec<(Conditions, Actions)>, StoreError> {
    let rules = tx.rules().await?.into_iter().filter(|rule| !rule.sample);
    // One that can't be read names nothing; it is not in force either.
    let read = |text: &str| serde_json::from_str(text).unwrap_or_default();
    Ok(rules.map(|rule| (read(&rule.conditions), serde_json::from_str(&rule.actions).unwrap_or_default())).collect())
}

/// A channel that is just being stopped brings its last posts while its rows are removed: those are taken too, soon.
fn is_about_latecomers(error: &StoreError) -> bool {
    matches!(error, StoreError::Constraint(Constraint::Reference(_))) || error.is_retryable()
}

/// Gives the company its own name and zone back, unless somebody changed them since.
async fn restore_company(tx: &mut Tx, before: Option<settings::Company>) -> Result<()> {
    let Some(before) = before else { return Ok(()) };
    let sample = super::data::files().map(|files| files.company);
    let now = settings::company(tx).await?;
    if sample.is_ok_and(|sample| sample.name == now.name) {
        settings::put_company(tx, &settings::Company { name: before.name, zone: before.zone, ..now }).await?;
    }
    Ok(())
}
