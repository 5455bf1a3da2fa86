//! A post that was kept without a case, after a person said what it says: the same decision as when it came in, with their word.

use super::{batch::Batch, facts::Facts};
use crate::{App, Result, listening::Matched, live::Audience, live::News, understanding::Facts as Says, view};
use tertulia_kernel::{
    Timestamp,
    event::{Author, IncomingPost, Visibility},
};
use tertulia_store::{Tx, post::PostRow};

/// Asks the rules about a stored post of theirs that has no case, and opens, extends or joins one as intake would. Returns what to tell
/// once committed; the post's row says its case then.
pub(crate) async fn reconsider(app: &App, tx: &mut Tx, row: &mut PostRow, says: &Says) -> Result<Vec<(Audience, News)>> {
    let (Some(identity), Some(conversation)) = (row.identity_id, row.conversation_id) else { return Ok(Vec::new()) };
    let identity = tx.identity(identity).await?;
    let steps = tx.steps(row.id).await?;
    let whys = |step: &'static str| {
        let of = steps.iter().filter(move |known| known.step == step);
        of.filter_map(|known| serde_json::from_str::<serde_json::Value>(&known.why).ok())
    };
    let addressed = whys("received").any(|why| why["addressed"] == true);
    // What was addressed to us has a case, unless a rule said no, or a program wrote it: then it counts for nothing now as then.
    let refused =
        whys("decided").any(|why| why["rules"].as_array().into_iter().flatten().any(|rule| rule["set"].to_string().contains("open_case")));
    let post = IncomingPost {
        kind: row.kind.clone(),
        title: row.title.clone(),
        url: row.url.clone(),
        lang: row.lang.clone(),
        in_reply_to: row.in_reply_to.clone(),
        visibility: if row.visibility == "private" { Visibility::Private } else { Visibility::Public },
        addressed: addressed && refused,
        ..IncomingPost::new(
            &row.external_id,
            Author {
                external_id: identity.external_id.clone(),
                handle: identity.handle.clone(),
                name: identity.name.clone(),
                ..Author::default()
            },
            &row.text,
            Timestamp::from_micros(row.occurred_at),
        )
    };
    tx.share_listening().await?;
    let listening = app.listening(tx).await?;
    let channel = tx.channel(row.channel_id).await?;
    // What it matched is what is written, less what somebody threw out; queries of rules are asked now.
    let monitors = tx.matches_of(&[row.id]).await?.into_iter().filter(|(.., discarded)| !discarded).map(|(_, id, _)| id.into()).collect();
    let matched = Matched { monitors, ..listening.match_post(&view::text_of(row, &channel)) };
    let mut facts = Facts::load(tx, &channel, &[&post], &[]).await?;
    facts.load_people(tx, &channel, std::slice::from_ref(&identity.external_id)).await?;
    facts.load_by_hand(tx).await?;
    let reopen_days = crate::settings::company(tx).await?.reopen_days;
    let mut batch = Batch::about(app, channel, listening, reopen_days, facts);
    batch.assign_case(&post, &matched, says, row, conversation, identity.person_id);
    batch.save(tx, &[], None, false).await?;
    if row.case_id.is_some() {
        tx.update_post(row).await?;
    }
    Ok(batch.finish().1)
}
