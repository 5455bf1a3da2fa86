//! One case in view: its thread across channels, why it is here, what can be answered where.

use super::{
    CaseView, load, presence,
    thread::{self, ThreadItem},
    views,
};
use crate::{
    Actor, App, AppError, Result,
    answers::{AnswerTo, Ground},
    channel::Network,
    live::Present,
};
use std::collections::HashMap;
use tertulia_kernel::{CaseId, UserId, caps::Caps, event::Visibility};
use tertulia_policy::gate::Objection;
use tertulia_store::{Conn, channel::ChannelRow, conversation::ConversationRow};
use uuid::Uuid;

/// A case with everything the case view shows.
#[derive(Clone, Debug)]
pub struct CaseDetail {
    /// The row.
    pub view: CaseView,
    /// Its conversations, oldest first.
    pub conversations: Vec<ConversationView>,
    /// The newest of everything, in order of time.
    pub thread: Vec<ThreadItem>,
    /// Where what came before begins, if there is any.
    pub older: Option<String>,
    /// Who is there.
    pub present: Vec<Present>,
    /// Who has it reserved.
    pub reserved_by: Option<UserId>,
}

/// A conversation and what can be done in it now.
#[derive(Clone, Debug)]
pub struct ConversationView {
    /// The row.
    pub row: ConversationRow,
    /// Its channel.
    pub channel: ChannelRow,
    /// What the channel can do.
    pub caps: Caps,
    /// Why nothing can be said in public now.
    pub public_blocked: Option<&'static str>,
    /// Why nothing can be said in private now.
    pub private_blocked: Option<&'static str>,
    /// What must stand in the answer.
    pub mention: Option<String>,
    /// Whom an answer goes to unless it names a post.
    pub to: Option<AnswerTo>,
}

/// The code the console translates for a general objection.
pub fn objection_code(objection: &Objection) -> &'static str {
    match objection {
        Objection::Empty => "empty",
        Objection::TooLong { .. } => "too_long",
        Objection::ForbiddenWord { .. } => "forbidden_word",
        Objection::Unsupported => "unsupported",
        Objection::NotSummoned => "not_summoned",
        Objection::WindowOver { .. } => "window_over",
        Objection::ListenOnly => "reply_rule_never",
        Objection::Stopped => "channel_stopped",
        Objection::TooManyFiles { .. } => "too_many_files",
        Objection::FileTooLarge { .. } => "file_too_large",
        Objection::FileType { .. } => "file_type",
    }
}

/// Loads a case for view.
pub async fn detail(app: &App, actor: &Actor, id: CaseId) -> Result<CaseDetail> {
    let mut conn = app.store.read().await?;
    let row = load(&mut conn, actor, id).await?;
    let thread = thread::page(app, &mut conn, id, thread::Before::default()).await?;
    // Conversations that moved on to a later case are still part of this one's thread.
    let mut ids: Vec<Uuid> = thread.items.iter().filter_map(ThreadItem::conversation).collect();
    ids.extend(conn.conversations_of_case(id.0).await?.into_iter().map(|row| row.id));
    ids.sort_unstable();
    ids.dedup();
    let mut conversations = conn.conversations(&ids).await?;
    conversations.sort_by_key(|row| row.id);
    let conversations = conversation_views(app, &mut conn, row.person_id, conversations).await?;
    let reserved_by = presence::reservation(&row, app.now());
    let present = app.board.present(id, app.now());
    let view = views(&mut conn, actor, vec![row]).await?.pop().ok_or_else(AppError::not_found)?;
    Ok(CaseDetail { view, conversations, thread: thread.items, older: thread.older, present, reserved_by })
}

async fn conversation_views(app: &App, conn: &mut Conn, person: Uuid, rows: Vec<ConversationRow>) -> Result<Vec<ConversationView>> {
    let channels: HashMap<Uuid, ChannelRow> = conn.channels().await?.into_iter().map(|row| (row.id, row)).collect();
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(channel) = channels.get(&row.channel_id).cloned() else { continue };
        let ground = Ground::load(app, conn, person, row.clone(), channel.clone()).await?;
        let blocked = |visibility| ground.blocked(visibility, app.now()).map(|objection| objection_code(&objection));
        found.push(ConversationView {
            public_blocked: if row.visibility == "private" { Some("unsupported") } else { blocked(Visibility::Public) },
            private_blocked: blocked(Visibility::Private),
            mention: ground.mention(),
            to: ground.to(),
            caps: ground.caps.clone(),
            row,
            channel,
        });
    }
    Ok(found)
}

/// What a channel can do now: what its running sink says, or its kind.
pub fn caps_of(app: &App, channel: &ChannelRow) -> Caps {
    app.lines
        .sink(channel.id.into())
        .map(|sink| sink.caps())
        .or_else(|| app.networks.get(&channel.kind).map(|network| Network::caps(network.as_ref())))
        .unwrap_or_else(Caps::listen_only)
}
