//! Queries that keep taking too long: who looks after them is told once, and everybody sees it until the query changes.

use super::{Listener, Listening, Matched};
use crate::{
    App, Result,
    live::{Audience, News},
};
use std::collections::BTreeMap;
use tertulia_kernel::Timestamp;
use tertulia_policy::Role;
use tertulia_store::{Tx, desk::NoticeRow, slow::SlowQuery};
use uuid::Uuid;

pub use tertulia_store::slow::Slow;

impl From<Listener> for SlowQuery {
    fn from(listener: Listener) -> Self {
        match listener {
            Listener::Monitor(id) => Self::Monitor(id.0),
            Listener::Rule(id) => Self::Rule(id.0),
        }
    }
}

/// Notes what was left undecided about a batch of posts, in the batch's own transaction; returns whom to tell after it.
pub(crate) async fn note(
    app: &App,
    tx: &mut Tx,
    listening: &Listening,
    matched: &[Matched],
    now: Timestamp,
) -> Result<Vec<(Audience, News)>> {
    let mut undecided: BTreeMap<Listener, i64> = BTreeMap::new();
    for listener in matched.iter().flat_map(|matched| &matched.undecided) {
        *undecided.entry(*listener).or_default() += 1;
    }
    let mut news = Vec::new();
    if undecided.is_empty() {
        return Ok(news);
    }
    let help = "Times a monitor or a rule took too long on a post, so that nobody knows whether it matches.";
    app.metrics.count("tertulia_queries_undecided_total", help, &[], undecided.values().sum::<i64>().unsigned_abs());
    let quarantined = listening.quarantined();
    for (listener, posts) in undecided.into_iter().filter(|(listener, _)| quarantined.contains(listener)) {
        if !tx.mark_slow(listener.into(), now.as_micros(), posts).await? {
            continue;
        }
        let (kind, name) = match listener {
            Listener::Monitor(id) => ("monitor_slow", listening.monitor_name(id)),
            Listener::Rule(id) => ("rule_slow", listening.rules.iter().find(|rule| rule.id == id).map_or("", |rule| rule.name.as_str())),
        };
        for user_id in responsible(tx, listener).await? {
            let notice = NoticeRow {
                id: app.new_id(),
                user_id,
                kind: kind.into(),
                case_id: None,
                actor: None,
                excerpt: Some(name.to_owned()),
                at: now.as_micros(),
                read_at: None,
            };
            tx.insert_notice(&notice).await?;
            news.push((Audience::User(user_id.into()), News::Notice {}));
        }
        news.push((Audience::Everybody, News::Settings {}));
    }
    Ok(news)
}

/// A monitor's owner; the administrators when there is none, and for rules.
async fn responsible(tx: &mut Tx, listener: Listener) -> Result<Vec<Uuid>> {
    let users: Vec<_> = tx.users().await?.into_iter().filter(|user| user.disabled_at.is_none()).collect();
    let owner = match listener {
        Listener::Monitor(id) => tx.monitors_by_id(&[id.0]).await?.into_iter().next().and_then(|row| row.owner_id),
        Listener::Rule(_) => None,
    };
    if let Some(owner) = owner.filter(|owner| users.iter().any(|user| user.id.0 == *owner)) {
        return Ok(vec![owner]);
    }
    Ok(users.into_iter().filter(|user| user.role == Role::Administrator).map(|user| user.id.0).collect())
}
