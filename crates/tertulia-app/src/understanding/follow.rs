//! What rules say of an open case after a person said what a post of it says.

use super::Facts;
use crate::{
    Actor, App, Result, cases,
    live::{Audience, News},
    view,
};
use serde_json::json;
use tertulia_care::rules::{PostFacts, decide_rules};
use tertulia_kernel::{MonitorId, event::Visibility};
use tertulia_store::{
    Tx,
    case::{CaseRow, ChangeRow},
    post::PostRow,
};

/// Asks the rules again about a post and does to its case what they say now: department and priority, never over what a
/// person set. What no rule says stays as it is.
pub(super) async fn rules_again(
    app: &App,
    actor: &Actor,
    tx: &mut Tx,
    case: &mut CaseRow,
    post: &PostRow,
    says: &Facts,
    news: &mut Vec<(Audience, News)>,
) -> Result<()> {
    let listening = app.listening(tx).await?;
    let channel = tx.channel(post.channel_id).await?;
    let monitors: Vec<MonitorId> = tx
        .matches_of(&[post.id])
        .await?
        .into_iter()
        .filter(|(.., discarded)| !discarded)
        .map(|(_, monitor, _)| MonitorId(monitor))
        .collect();
    let queries = listening.match_post(&view::text_of(post, &channel)).rules;
    let facts = PostFacts {
        monitors: &monitors,
        queries: &queries,
        channel: channel.id.into(),
        channel_kind: &channel.shows_as,
        visibility: if post.visibility == "private" { Visibility::Private } else { Visibility::Public },
        followers: post.followers.and_then(|count| u64::try_from(count).ok()),
        lang: says.lang.or(post.lang.as_deref()),
        types: &says.types,
        sentiment: says.sentiment,
        urgency: Some(says.urgency),
        addressed: false,
    };
    let decision = decide_rules(&listening.rules, &facts);
    let by_hand: Vec<String> = tx.set_by_hand(&[case.id]).await?.into_iter().map(|(_, kind)| kind).collect();
    let free = |kind: &str| !by_hand.iter().any(|known| known == kind);
    let rule = |what: &str| decision.because.iter().find(|because| because.set.contains(&what)).map(|because| &because.rule);
    let mut changes = Vec::new();
    if let (Some(department), Some(rule)) = (decision.department_id, rule("department"))
        && case.department_id != Some(department.0)
        && free("moved")
    {
        changes.push(("moved", json!({"from": case.department_id, "to": department, "rules": [rule], "corrected_by": actor.name})));
        // Whoever saw it where it was may no longer.
        news.push((cases::audience(case), News::Case { case_id: case.id.into(), number: case.number, opened: false }));
        case.department_id = Some(department.0);
        if let Some(offer) = tx.open_offer(case.id).await? {
            tx.end_offer(offer.id, "withdrawn").await?;
            news.push((Audience::User(offer.user_id.into()), News::Offer {}));
        }
    }
    if let Some(rule) = rule("priority").filter(|_| case.priority != decision.priority.as_str() && free("prioritised")) {
        changes.push(("prioritised", json!({"from": case.priority, "to": decision.priority, "rules": [rule], "corrected_by": actor.name})));
        case.priority = decision.priority.as_str().into();
    }
    if changes.is_empty() {
        return Ok(());
    }
    tx.update_case(case).await?;
    let at = app.now().as_micros();
    // In the system's name: what a rule did is not what a person set, and a rule may change it again.
    let rows: Vec<ChangeRow> = changes
        .into_iter()
        .map(|(kind, detail)| ChangeRow {
            id: app.new_id(),
            case_id: case.id,
            at,
            actor_id: None,
            actor: "system".into(),
            kind: kind.into(),
            detail: detail.to_string(),
        })
        .collect();
    Ok(tx.save_changes(&rows).await?)
}
