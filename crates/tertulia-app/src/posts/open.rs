//! Opening a case by hand, from a post the rules left without one.

use crate::{
    Actor, App, AppError, Result,
    cases::{self, CaseView},
    error::again,
    intake::{excerpt, find_or_create_author},
    live::{Audience, News},
    understanding,
};
use serde_json::json;
use tertulia_kernel::{PostId, event::Author};
use tertulia_store::{
    Tx,
    case::{CaseRow, ChangeRow},
    channel::ChannelRow,
    conversation::ConversationRow,
    post::{PostRow, StepRow},
};
use uuid::Uuid;

/// Opens a case for a post of theirs. A post that has one already gives that one, so pressing twice opens once.
pub async fn open_case(app: &App, actor: &Actor, id: PostId) -> Result<CaseView> {
    // An edit of the post that comes in meanwhile makes the same conversation.
    again(|| try_open_case(app, actor, id)).await
}

async fn try_open_case(app: &App, actor: &Actor, id: PostId) -> Result<CaseView> {
    let mut tx = app.store.begin().await?;
    // Of two who press at once the second sees what the first did.
    tx.lock_post(id.0).await?;
    let mut post = super::load(&mut tx, actor, id.0).await?;
    if let Some(case) = post.case_id {
        let row = cases::load(&mut tx, actor, case.into()).await?;
        return one(&mut tx, actor, row).await;
    }
    if post.direction != "in" || post.deleted_at.is_some() {
        return Err(AppError::conflict("not_theirs", "a case is about something somebody else wrote, and this is ours or deleted"));
    }
    let channel = tx.channel(post.channel_id).await?;
    let person = person(app, &mut tx, &mut post, &channel).await?;
    let mut conversation = conversation(app, &mut tx, &mut post, person).await?;
    if let Some(case) = conversation.case_id {
        // Its thread has a case: the post joins it.
        let row = cases::load(&mut tx, actor, case.into()).await?;
        join(app, actor, &mut tx, &mut post, &row, "extended").await?;
        understanding::read_kept(app, &mut tx, &post, &channel).await?;
        let view = one(&mut tx, actor, row).await?;
        tx.commit().await?;
        tell(app, &view.row, &post, false);
        return Ok(view);
    }
    let row = new_case(app, actor, &mut tx, &post, &channel, person).await?;
    tx.insert_cases(std::slice::from_ref(&row)).await?;
    conversation.case_id = Some(row.id);
    tx.update_conversations(std::slice::from_ref(&conversation)).await?;
    tx.set_case_of_conversation_posts(conversation.id, row.id).await?;
    join(app, actor, &mut tx, &mut post, &row, "opened").await?;
    understanding::read_kept(app, &mut tx, &post, &channel).await?;
    tx.save_changes(&[ChangeRow {
        id: app.new_id(),
        case_id: row.id,
        at: row.opened_at,
        actor_id: Some(actor.id.0),
        actor: actor.name.clone(),
        kind: "opened".into(),
        detail: json!({ "by_hand": true, "channel": channel.name }).to_string(),
    }])
    .await?;
    let view = one(&mut tx, actor, row).await?;
    tx.commit().await?;
    tell(app, &view.row, &post, true);
    Ok(view)
}

async fn one(tx: &mut Tx, actor: &Actor, row: CaseRow) -> Result<CaseView> {
    cases::views(tx, actor, vec![row]).await?.into_iter().next().ok_or_else(AppError::not_found)
}

/// Who wrote it. The author of a post that was only kept for a while becomes a person now, unless they are one already.
async fn person(app: &App, tx: &mut Tx, post: &mut PostRow, channel: &ChannelRow) -> Result<Uuid> {
    if let Some(identity) = post.identity_id {
        return Ok(tx.identity(identity).await?.person_id);
    }
    // Posts kept before schema 6 do not say whose they are.
    let Some(external_id) = post.author_external_id.take() else {
        let why = "only a copy of this post was kept for a while and its author is not known; it can get a case when a monitor catches it";
        return Err(AppError::conflict("author_unknown", why));
    };
    let author = Author {
        external_id,
        handle: post.author_handle.clone(),
        name: Some(post.author_name.clone()),
        followers: post.followers.and_then(|count| u64::try_from(count).ok()),
        ..Author::default()
    };
    let (identity, known) = find_or_create_author(app, tx, channel, &author).await?;
    post.identity_id = Some(identity.id);
    let why = json!({ "identity": if known { "known" } else { "new" }, "provider": channel.shows_as }).to_string();
    tx.save_steps(&[StepRow { post_id: post.id, at: app.now().as_micros(), step: "related".into(), why }]).await?;
    Ok(identity.person_id)
}

/// The post's conversation; a post kept only for a while has none yet.
async fn conversation(app: &App, tx: &mut Tx, post: &mut PostRow, person: Uuid) -> Result<ConversationRow> {
    if let Some(id) = post.conversation_id {
        return Ok(tx.conversation(id).await?);
    }
    let known = tx.conversations_by_thread(post.channel_id, std::slice::from_ref(&post.external_id)).await?;
    let row = match known.into_iter().find(|row| row.visibility == post.visibility) {
        Some(row) => row,
        None => {
            let row = ConversationRow {
                id: app.new_id(),
                channel_id: post.channel_id,
                thread: post.external_id.clone(),
                visibility: post.visibility.clone(),
                person_id: Some(person),
                case_id: None,
                continues: None,
                created_at: app.now().as_micros(),
            };
            tx.insert_conversations(std::slice::from_ref(&row)).await?;
            row
        }
    };
    post.conversation_id = Some(row.id);
    Ok(row)
}

async fn new_case(app: &App, actor: &Actor, tx: &mut Tx, post: &PostRow, channel: &ChannelRow, person: Uuid) -> Result<CaseRow> {
    let now = app.now().as_micros();
    Ok(CaseRow {
        number: tx.take_numbers("case", 1).await?,
        subject: post.title.clone(),
        excerpt: excerpt(&post.text, post.title.as_deref()),
        private: post.visibility == "private",
        reason: Some("by_hand".into()),
        why: json!({ "by_hand": actor.name }).to_string(),
        waiting_since: Some(now),
        inbound_at: Some(post.received_at),
        ..cases::opened(app.new_id(), channel, person, now)
    })
}

/// Takes the post into the case, for good.
async fn join(app: &App, actor: &Actor, tx: &mut Tx, post: &mut PostRow, case: &CaseRow, course: &str) -> Result<()> {
    post.case_id = Some(case.id);
    post.keep_until = None;
    tx.update_post(post).await?;
    let why = json!({ "course": course, "case_id": case.id, "by_hand": actor.name }).to_string();
    tx.save_steps(&[StepRow { post_id: post.id, at: app.now().as_micros(), step: "cased".into(), why }]).await?;
    Ok(())
}

fn tell(app: &App, case: &CaseRow, post: &PostRow, opened: bool) {
    let audience = || Audience::Case(case.department_id.map(Into::into), case.assignee_id.map(Into::into));
    app.live.tell(audience(), News::Case { case_id: case.id.into(), number: case.number, opened });
    let conversation_id = post.conversation_id.map(Into::into);
    let (case_id, channel_id) = (Some(case.id.into()), Some(post.channel_id.into()));
    app.live.tell(audience(), News::Post { post_id: post.id.into(), case_id, channel_id, conversation_id });
}
