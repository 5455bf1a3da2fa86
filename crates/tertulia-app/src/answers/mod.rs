//! Answers: checked by the send gate while typing and again when sent, then queued in the outbox together with the post
//! that stands for them in the thread. [`outbox`] takes them out.

pub mod outbox;

use crate::{
    Actor, App, AppError, FieldError, Kind, Result,
    cases::{
        self,
        change::{RESERVED_SECONDS, Work},
        detail::{caps_of, objection_code},
        presence,
    },
    error::again,
    live::News,
    settings,
    view::{PostView, post_views},
};
use serde_json::json;
use tertulia_kernel::{AnswerId, CaseId, ConversationId, PostId, Timestamp, caps::Caps, event::Visibility};
use tertulia_policy::gate::{self, Draft, Objection};
use tertulia_store::{
    Conn, StoreError,
    case::CaseRow,
    channel::ChannelRow,
    conversation::ConversationRow,
    extras::Extras,
    outbox::OutboxRow,
    post::{NewPost, PostRow, StepRow},
};
use uuid::Uuid;

/// An answer as written.
#[derive(Clone, Debug)]
pub struct NewAnswer {
    /// The client's id for it: the idempotency key.
    pub id: AnswerId,
    /// Conversation.
    pub conversation_id: ConversationId,
    /// Post it answers; `None`: the newest of the case's person in the conversation.
    pub in_reply_to: Option<PostId>,
    /// Text.
    pub text: String,
    /// Subject.
    pub subject: Option<String>,
    /// Who will see it.
    pub visibility: Visibility,
    /// Uploaded files.
    pub attachments: Vec<Uuid>,
    /// Resolve the case when sent.
    pub resolve: bool,
}

/// What the gate says of an answer.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Length as the channel counts.
    pub length: u32,
    /// Longest allowed.
    pub max_length: Option<u32>,
    /// Whom it goes to.
    pub to: Option<AnswerTo>,
    /// What stands against it.
    pub objections: Vec<Objection>,
}

/// Whom an answer goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerTo {
    /// The post it answers.
    pub post_id: Uuid,
    /// Person.
    pub person_id: Option<Uuid>,
    /// Name as shown then.
    pub name: String,
    /// Handle.
    pub handle: String,
}

/// A conversation as ground for an answer: the facts the gate asks for.
pub(crate) struct Ground {
    conversation: ConversationRow,
    pub channel: ChannelRow,
    pub caps: Caps,
    /// Whom an answer goes to.
    person: Option<Uuid>,
    /// The newest post of theirs here: what the channel's reply window counts from.
    newest: Option<PostRow>,
    /// The post an answer answers.
    target: Option<PostRow>,
    running: bool,
}

impl Ground {
    /// In a thread of several people an answer goes to the case's person, whoever wrote last; only where that person
    /// wrote nothing it goes to who did.
    pub async fn load(app: &App, conn: &mut Conn, person: Uuid, conversation: ConversationRow, channel: ChannelRow) -> Result<Self> {
        let newest = match conn.newest_inbound(conversation.id, Some(person)).await? {
            Some(theirs) => Some(theirs),
            None => conn.newest_inbound(conversation.id, None).await?,
        };
        let caps = caps_of(app, &channel);
        let running = channel.enabled;
        let person = author_of(conn, newest.as_ref()).await?;
        Ok(Self { conversation, caps, person, target: newest.clone(), newest, running, channel })
    }

    /// Turns to the author of a post of the conversation. Our own posts are no one to answer to: they change nothing.
    async fn turn_to(&mut self, conn: &mut Conn, post: PostId) -> Result<()> {
        let post = conn.post(post.0).await?;
        if post.conversation_id != Some(self.conversation.id) {
            return Err(AppError::field("in_reply_to", "unknown", "this post is not in the conversation"));
        }
        if post.direction == "out" {
            return Ok(());
        }
        self.person = author_of(conn, Some(&post)).await?;
        let newest = conn.newest_inbound(self.conversation.id, self.person).await?;
        self.newest = newest.or_else(|| Some(post.clone()));
        self.target = Some(post);
        Ok(())
    }

    /// Whom an answer goes to.
    pub fn to(&self) -> Option<AnswerTo> {
        self.target.as_ref().map(|post| AnswerTo {
            post_id: post.id,
            person_id: self.person,
            name: post.author_name.clone(),
            handle: post.author_handle.clone(),
        })
    }

    /// Why nothing can be said here now.
    pub fn blocked(&self, visibility: Visibility, now: Timestamp) -> Option<Objection> {
        // A channel that is stopped takes nothing out; the outbox would hold it for ever.
        match gate::blocked(&self.caps, visibility, self.summoned(), self.last_inbound(), now) {
            Some(Objection::ListenOnly) => Some(Objection::ListenOnly),
            _ if !self.running => Some(Objection::Stopped),
            objection => objection,
        }
    }

    fn summoned(&self) -> bool {
        self.conversation.visibility == "private" || self.is_mentioned()
    }

    /// Whether the post to answer mentions our account; where its name is not known, nobody can.
    fn is_mentioned(&self) -> bool {
        let (Some(post), Some(account)) = (&self.target, &self.channel.account) else { return false };
        mentions(&post.text, account)
    }

    fn last_inbound(&self) -> Option<Timestamp> {
        self.newest.as_ref().map(|post| Timestamp::from_micros(post.occurred_at))
    }

    /// The handle a network needs in the text for the person to be told.
    pub fn mention(&self) -> Option<String> {
        let handle = &self.target.as_ref()?.author_handle;
        (self.channel.kind == "mastodon").then(|| format!("@{handle}"))
    }
}

/// Whether a text mentions an account, `ana` or `ana@example.org`, whatever its case: a mail address or somebody else's
/// handle is no mention.
fn mentions(text: &str, account: &str) -> bool {
    let account = account.trim_start_matches('@').to_lowercase();
    let name = account.split('@').next().unwrap_or_default();
    text.split(|c: char| !(c.is_alphanumeric() || "@._-".contains(c))).filter_map(|word| word.strip_prefix('@')).any(|handle| {
        let handle = handle.trim_end_matches(['.', '-']).to_lowercase();
        !handle.is_empty() && (handle == name || handle == account)
    })
}

/// The person who wrote a post.
async fn author_of(conn: &mut Conn, post: Option<&PostRow>) -> Result<Option<Uuid>> {
    Ok(match post.and_then(|post| post.identity_id) {
        Some(identity) => Some(conn.identity(identity).await?.person_id),
        None => None,
    })
}

async fn ground(app: &App, conn: &mut Conn, case: &CaseRow, answer: &NewAnswer) -> Result<Ground> {
    let row = conn.conversation(answer.conversation_id.0).await?;
    if row.case_id != Some(case.id) {
        return Err(AppError::field("conversation_id", "unknown", "this conversation does not belong to the case"));
    }
    let channel = conn.channel(row.channel_id).await?;
    let mut ground = Ground::load(app, conn, case.person_id, row, channel).await?;
    if let Some(post) = answer.in_reply_to {
        ground.turn_to(conn, post).await?;
    }
    Ok(ground)
}

/// Asks the gate about an answer: before sending, and while it is typed.
pub async fn check(app: &App, actor: &Actor, case: CaseId, answer: &NewAnswer) -> Result<Verdict> {
    let mut conn = app.store.read().await?;
    let case = cases::load(&mut conn, actor, case).await?;
    let ground = ground(app, &mut conn, &case, answer).await?;
    verdict(app, &mut conn, actor, &ground, answer).await
}

async fn verdict(app: &App, conn: &mut Conn, actor: &Actor, ground: &Ground, answer: &NewAnswer) -> Result<Verdict> {
    let mut files = Vec::new();
    for file in &answer.attachments {
        let row = conn.attachment_row(*file).await?;
        if row.user_id != Some(actor.id.0) || row.post_id.is_some() {
            return Err(AppError::field("attachment_ids", "unknown", "one of the files is not there any more; add it again"));
        }
        files.push((row.mime, row.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0)));
    }
    let policy = settings::send_policy(conn).await?;
    let forbidden = app.listening(conn).await?.forbidden_places(&policy.forbidden, &answer.text);
    let mention = ground.mention();
    let draft = Draft {
        text: &answer.text,
        mention: mention.as_deref(),
        visibility: answer.visibility,
        files: &files,
        forbidden: &forbidden,
        summoned: ground.summoned(),
        last_inbound: ground.last_inbound(),
    };
    let mut objections = gate::decide_send(&draft, &ground.caps, app.now());
    if !ground.running && !objections.contains(&Objection::ListenOnly) {
        objections.insert(0, Objection::Stopped);
    }
    if ground.conversation.visibility == "private" && answer.visibility == Visibility::Public {
        objections.insert(0, Objection::Unsupported);
    }
    Ok(Verdict {
        length: gate::length(&answer.text, mention.as_deref(), &ground.caps),
        max_length: ground.caps.max_length,
        to: ground.to(),
        objections,
    })
}

/// Puts an answer into the outbox. The same id again changes nothing and returns the same post.
pub async fn send(app: &App, actor: &Actor, case: CaseId, answer: NewAnswer) -> Result<PostView> {
    again(|| try_send(app, actor, case, &answer)).await
}

async fn try_send(app: &App, actor: &Actor, case: CaseId, answer: &NewAnswer) -> Result<PostView> {
    let mut work = Work::begin(app, actor, case).await?;
    // The case is locked: whoever pressed twice is seen here.
    match work.tx.answer(answer.id.0).await {
        Ok(known) => {
            drop(work);
            return known_answer(app, actor, case, known).await;
        }
        Err(StoreError::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    let now = app.now();
    if let Some(holder) = presence::reservation(&work.row, now).filter(|holder| *holder != actor.id) {
        let name = cases::user_name(&mut work.tx, holder).await?;
        return Err(cases::change::reserved_by(&name));
    }
    let ground = ground(app, &mut work.tx, &work.row, answer).await?;
    let verdict = verdict(app, &mut work.tx, actor, &ground, answer).await?;
    if !verdict.objections.is_empty() {
        return Err(refused(&verdict.objections));
    }
    let conversation = destination(&mut work, &ground, answer).await?;
    let undo = settings::company(&mut work.tx).await?.undo_seconds;
    let due = now.plus_seconds(i64::from(undo));
    let post = PostRow {
        seq: 0,
        id: answer.id.0,
        channel_id: ground.channel.id,
        external_id: pending_id(answer.id),
        kind: "message".into(),
        conversation_id: Some(conversation.id),
        case_id: Some(case.0),
        direction: "out".into(),
        visibility: answer.visibility.as_str().into(),
        identity_id: None,
        author_external_id: None,
        user_id: Some(actor.id.0),
        author_name: actor.name.clone(),
        author_handle: ground.channel.account.clone().unwrap_or_default(),
        followers: None,
        title: answer.subject.clone(),
        text: answer.text.clone(),
        quoted: None,
        url: None,
        lang: None,
        in_reply_to: ground.target.as_ref().map(|post| post.external_id.clone()),
        occurred_at: now.as_micros(),
        received_at: now.as_micros(),
        revised_at: None,
        deleted_at: None,
        keep_until: None,
        extras: Extras::default(),
    };
    let tokens = tertulia_kernel::text::search_terms(&answer.text);
    let inserted = work.tx.insert_posts(&[NewPost { row: post, tokens: tokens.clone() }]).await?;
    let Some((seq, _)) = inserted.first() else {
        return Err(AppError::field("id", "taken", "this id was used for another answer"));
    };
    work.tx.index_posts(&[(*seq, &tokens)]).await?;
    work.tx.attach(answer.id.0, actor.id.0, &answer.attachments).await?;
    let step = json!({"by": actor.name, "visibility": answer.visibility, "channel": ground.channel.name, "gate": "passed", "length": verdict.length});
    work.tx.save_steps(&[StepRow { post_id: answer.id.0, at: now.as_micros(), step: "answered".into(), why: step.to_string() }]).await?;
    work.tx
        .insert_answer(&OutboxRow {
            id: answer.id.0,
            channel_id: ground.channel.id,
            conversation_id: conversation.id,
            case_id: case.0,
            post_id: answer.id.0,
            reply_to: ground.target.as_ref().map(|post| post.id),
            subject: answer.subject.clone(),
            text: answer.text.clone(),
            visibility: answer.visibility.as_str().into(),
            resolve: answer.resolve,
            state: "queued".into(),
            attempts: 0,
            due_at: due.as_micros(),
            reason: None,
            created_by: actor.id.0,
            created_at: now.as_micros(),
            sent_at: None,
        })
        .await?;
    if work.row.assignee_id.is_none() {
        work.assign(actor.id).await?;
    }
    // Held until the answer has left, so that a colleague does not answer the same meanwhile.
    work.row.reserved_by = Some(actor.id.0);
    work.row.reserved_until = Some(now.plus_seconds(i64::from(undo).max(RESERVED_SECONDS / 4)).as_micros());
    work.row.activity_at = now.as_micros();
    let told = News::Post {
        post_id: answer.id.0.into(),
        case_id: Some(case),
        channel_id: Some(ground.channel.id.into()),
        conversation_id: Some(conversation.id.into()),
    };
    let audience = cases::audience(&work.row);
    work.tell(audience, told);
    work.commit().await?;
    app.outbox_wake.notify_one();
    let mut conn = app.store.read().await?;
    let row = conn.post(answer.id.0).await?;
    post_views(app, &mut conn, vec![row]).await?.pop().ok_or_else(AppError::not_found)
}

/// The id a post of ours has until the network gives it one.
pub(crate) fn pending_id(id: AnswerId) -> String {
    format!("answer-{id}")
}

/// Whether an id is one of [`pending_id`]; a mail's `answer-…@company.example` is the network's own.
pub(crate) fn is_pending_id(id: &str) -> bool {
    id.strip_prefix("answer-").is_some_and(|rest| uuid::Uuid::try_parse(rest).is_ok())
}

async fn known_answer(app: &App, actor: &Actor, case: CaseId, known: OutboxRow) -> Result<PostView> {
    if known.case_id != case.0 || known.created_by != actor.id.0 {
        return Err(AppError::field("id", "taken", "this id was used for another answer"));
    }
    let mut conn = app.store.read().await?;
    let row = conn.post(known.post_id).await?;
    post_views(app, &mut conn, vec![row]).await?.pop().ok_or_else(AppError::not_found)
}

/// Where an answer goes: its conversation, or, private from a public one, the private conversation with that person
/// that continues it.
async fn destination(work: &mut Work<'_>, ground: &Ground, answer: &NewAnswer) -> Result<ConversationRow> {
    let here = &ground.conversation;
    if here.visibility == answer.visibility.as_str() {
        return Ok(here.clone());
    }
    if let Some(known) = work.tx.continuation(here.id, ground.person).await? {
        return Ok(known);
    }
    let row = ConversationRow {
        id: work.app.new_id(),
        channel_id: here.channel_id,
        thread: pending_id(answer.id),
        visibility: answer.visibility.as_str().into(),
        person_id: ground.person.or(here.person_id),
        case_id: here.case_id,
        continues: Some(here.id),
        created_at: work.app.now().as_micros(),
    };
    work.tx.insert_conversations(std::slice::from_ref(&row)).await?;
    work.note("linked", json!({"from": here.id, "to": row.id, "visibility": row.visibility, "channel": ground.channel.name}));
    Ok(row)
}

fn refused(objections: &[Objection]) -> AppError {
    let fields = objections
        .iter()
        .map(|objection| FieldError { field: "text".into(), code: objection_code(objection), message: objection_text(objection) })
        .collect();
    AppError { fields, ..AppError::new(Kind::Invalid, "send_gate", "the send gate holds this answer back") }
}

/// An objection in words.
pub fn objection_text(objection: &Objection) -> String {
    match objection {
        Objection::Empty => "write something or add a file".into(),
        Objection::TooLong { length, max } => format!("{length} characters; this channel takes {max}"),
        Objection::ForbiddenWord { .. } => "the company does not send this word".into(),
        Objection::Unsupported => "this channel has no such answers".into(),
        Objection::NotSummoned => "this channel only lets us answer who mentioned us".into(),
        Objection::WindowOver { hours } => format!("more than {hours} hours have passed since their last message"),
        Objection::ListenOnly => "this channel only listens".into(),
        Objection::Stopped => "this channel is stopped; start it first".into(),
        Objection::TooManyFiles { max } => format!("at most {max} files"),
        Objection::FileTooLarge { max } => format!("a file is larger than {} MB", max / 1_000_000),
        Objection::FileType { mime } => format!("this channel does not take files of type {mime}"),
    }
}

/// An answer the user may act on: of a case they see.
async fn own_case(app: &App, actor: &Actor, id: AnswerId) -> Result<CaseRow> {
    let mut conn = app.store.read().await?;
    let answer = conn.answer(id.0).await?;
    cases::load(&mut conn, actor, answer.case_id.into()).await
}

/// Takes an answer back while it has not left; its files are the author's again, to be sent with another.
pub async fn take_back(app: &App, actor: &Actor, id: AnswerId) -> Result<()> {
    again(|| try_take_back(app, actor, id)).await
}

async fn try_take_back(app: &App, actor: &Actor, id: AnswerId) -> Result<()> {
    let case = own_case(app, actor, id).await?;
    let mut tx = app.store.begin().await?;
    let mut answer = tx.lock_answer(id.0).await?;
    if !can_take_back(&answer.state) {
        return Err(AppError::conflict("too_late", "it has left already"));
    }
    "cancelled".clone_into(&mut answer.state);
    tx.update_answer(&answer).await?;
    let mut post = tx.post(answer.post_id).await?;
    tx.unindex_post(post.seq).await?;
    post.deleted_at = Some(app.now().as_micros());
    tx.update_post(&post).await?;
    tx.detach(post.id, answer.created_by, app.now().as_micros()).await?;
    tx.commit().await?;
    tell_post(app, &post, &case);
    Ok(())
}

/// Whether an answer in this state is known not to have left: refused, or not tried yet. One that may stand on the
/// network (being sent, unknown, stuck) can't be taken back, it would only look as if.
pub(crate) fn can_take_back(state: &str) -> bool {
    matches!(state, "queued" | "retrying" | "rejected")
}

/// Whether an answer in this state can be tried again. One that bounced (`failed`) left: what follows is a new answer.
pub(crate) fn can_retry(state: &str) -> bool {
    matches!(state, "rejected" | "retrying" | "stuck" | "unknown")
}

/// Tries an answer again that was refused or can't be confirmed. What may have gone out is reconciled first.
pub async fn retry(app: &App, actor: &Actor, id: AnswerId) -> Result<()> {
    again(|| try_retry(app, actor, id)).await
}

async fn try_retry(app: &App, actor: &Actor, id: AnswerId) -> Result<()> {
    let case = own_case(app, actor, id).await?;
    let mut tx = app.store.begin().await?;
    let mut answer = tx.lock_answer(id.0).await?;
    if !can_retry(&answer.state) {
        return Err(AppError::conflict("not_failed", "this answer can't be tried again"));
    }
    // Somebody looked: it has all its tries again.
    if matches!(answer.state.as_str(), "rejected" | "stuck") {
        answer.attempts = 0;
    }
    answer.state = if matches!(answer.state.as_str(), "stuck" | "unknown") { "unknown".into() } else { "retrying".into() };
    answer.due_at = app.now().as_micros();
    tx.update_answer(&answer).await?;
    let post = tx.post(answer.post_id).await?;
    tx.commit().await?;
    app.outbox_wake.notify_one();
    tell_post(app, &post, &case);
    Ok(())
}

/// Tells those who see the case that an answer's post changed.
pub(crate) fn tell_post(app: &App, post: &PostRow, case: &CaseRow) {
    let news = News::Post {
        post_id: post.id.into(),
        case_id: Some(case.id.into()),
        channel_id: Some(post.channel_id.into()),
        conversation_id: post.conversation_id.map(Into::into),
    };
    app.live.tell(cases::audience(case), news);
}
