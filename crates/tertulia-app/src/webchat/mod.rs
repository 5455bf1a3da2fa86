//! The web chat's side of the visitor: visits, messages both ways, files, typing.
//!
//! A visitor is whoever holds the secret that the browser keeps; there is nothing else to know them by. What they write
//! goes through intake like any other post; what agents answer stands in the store and is read from there once it is
//! sent. One visitor has one conversation, whatever the number of visits.

mod look;

pub use look::{COLOR, GREETINGS, LARGEST_FILE, LONGEST, Look, MOST_FILES, is_color, lines, origin};
pub use tertulia_store::{attachment::AttachmentRow as File, visitor::VisitorRow as Visitor};

use crate::{
    App, AppError, Result,
    live::{Audience, News},
    settings,
    staff::secrets,
};
use serde_json::{Value, json};
use tertulia_kernel::{
    Timestamp,
    event::{Author, Event, IncomingPost, Media, Visibility},
    id::new_uuid,
};
use tertulia_store::{Conn, attachment::NewAttachment, channel::ChannelRow, conversation::ConversationRow, post::PostRow};
use uuid::Uuid;

/// The kind of channel.
pub const KIND: &str = "webchat";
/// Messages a visitor is shown at most.
pub const HISTORY: i64 = 200;
/// Most uploads that may wait for their message.
const MOST_WAITING: i64 = 10;

/// A running web chat.
#[derive(Clone, Debug)]
pub struct Chat {
    /// Its channel.
    pub channel: ChannelRow,
    /// How it looks.
    pub look: Look,
    /// The company's name.
    pub company: String,
}

/// What a visit tells.
#[derive(Clone, Debug, Default)]
pub struct Visit {
    /// The secret of an earlier visit.
    pub secret: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Page the widget stands on.
    pub page: Option<String>,
    /// Language.
    pub lang: Option<String>,
}

/// A message as the visitor sees it.
#[derive(Clone, Debug)]
pub struct Message {
    /// The visitor's own id for their messages, the post's for answers.
    pub id: Uuid,
    /// An agent wrote it, by this name.
    pub agent: Option<String>,
    /// Text.
    pub text: String,
    /// When it was taken in, or sent.
    pub at: Timestamp,
    /// Files.
    pub files: Vec<File>,
}

/// What happens in a chat while the visitor looks.
#[derive(Clone, Debug)]
pub enum Happening {
    /// A message came or went.
    Message(Box<Message>),
    /// An agent types.
    Typing,
    /// An agent looks at what was written.
    Seen,
}

/// The web chat with a channel's number; not found when there is none or it is switched off.
pub async fn open(app: &App, number: i64) -> Result<Chat> {
    let mut conn = app.store.read().await?;
    let channel = conn.channel_by_number(number).await?;
    let channel = channel.filter(|channel| channel.kind == KIND && channel.enabled).ok_or_else(AppError::not_found)?;
    let settings: Value = serde_json::from_str(&channel.settings).unwrap_or_default();
    let company = settings::company(&mut conn).await?.name;
    Ok(Chat { look: Look::of(&settings), company, channel })
}

/// Begins a visit, or goes on as an earlier visitor whose secret is known here. Returns the secret to keep.
pub async fn begin(app: &App, chat: &Chat, visit: Visit) -> Result<String> {
    let now = app.now();
    let told = |text: Option<String>, most: usize| {
        let text: String = text?.trim().chars().filter(|c| !c.is_control()).take(most).collect();
        (!text.is_empty()).then_some(text)
    };
    let name = told(visit.name, 100);
    let email = told(visit.email, 200).filter(|email| email.split('@').count() == 2 && !email.contains(char::is_whitespace));
    let page = told(visit.page, 2_000).filter(|page| origin(page).is_some());
    let lang = told(visit.lang, 2).filter(|lang| GREETINGS.iter().any(|(known, _)| known == lang));
    if let Some(secret) = visit.secret {
        let known = app.store.read().await?.visitor(chat.channel.id, &secrets::hash(&secret)).await?;
        if let Some(mut row) = known {
            row = Visitor { name: name.or(row.name), email: email.or(row.email), page, lang, seen_at: now.as_micros(), ..row };
            let mut tx = app.store.begin().await?;
            tx.update_visitor(&row).await?;
            tx.commit().await?;
            return Ok(secret);
        }
    }
    let secret = secrets::fresh(&*app.entropy);
    let id = new_uuid(now, &*app.entropy);
    let row = Visitor {
        id,
        channel_id: chat.channel.id,
        external_id: format!("visitor-{id}"),
        name,
        email,
        page,
        lang,
        created_at: now.as_micros(),
        seen_at: now.as_micros(),
    };
    let mut tx = app.store.begin().await?;
    tx.insert_visitor(&row, &secrets::hash(&secret)).await?;
    tx.commit().await?;
    Ok(secret)
}

/// The visitor who holds this secret.
pub async fn visitor(app: &App, chat: &Chat, secret: &str) -> Result<Visitor> {
    let known = app.store.read().await?.visitor(chat.channel.id, &secrets::hash(secret)).await?;
    known.ok_or_else(AppError::unauthenticated)
}

/// The whole conversation, oldest first, at most [`HISTORY`] messages.
pub async fn history(app: &App, visitor: &Visitor) -> Result<Vec<Message>> {
    let mut conn = app.store.read().await?;
    let Some(conversation) = conversation(&mut conn, visitor).await? else { return Ok(Vec::new()) };
    let posts = conn.posts_of_conversation(conversation.id, HISTORY).await?;
    let mut messages = shown(&mut conn, visitor, posts).await?;
    messages.sort_by_key(|message| (message.at, message.id));
    Ok(messages)
}

/// Takes a message in. `id` is the visitor's own: the same one again changes nothing and returns what is there.
pub async fn send(app: &App, chat: &Chat, visitor: &Visitor, id: Uuid, text: &str, files: &[Uuid]) -> Result<Message> {
    let text = text.trim();
    if text.chars().count() > LONGEST {
        return Err(AppError::field("text", "too_long", format!("at most {LONGEST} characters")));
    }
    if text.is_empty() && files.is_empty() {
        return Err(AppError::field("text", "required", "write something or add a file"));
    }
    if files.len() > MOST_FILES {
        return Err(AppError::field("file_ids", "too_long", format!("at most {MOST_FILES} files")));
    }
    let external_id = format!("{}/{id}", visitor.external_id);
    if let Some(there) = sent(app, visitor, &external_id).await? {
        return Ok(there);
    }
    let now = app.now();
    let author = Author {
        external_id: visitor.external_id.clone(),
        handle: visitor.email.clone().unwrap_or_else(|| short_name(visitor)),
        name: visitor.name.clone(),
        ..Author::default()
    };
    let post = IncomingPost {
        thread: Some(visitor.external_id.clone()),
        visibility: Visibility::Private,
        addressed: true,
        url: visitor.page.clone(),
        lang: visitor.lang.clone(),
        media: uploads(app, visitor, files).await?,
        raw: Some(json!({"id": id, "text": text, "page": visitor.page, "files": files}).to_string()),
        ..IncomingPost::new(external_id.clone(), author, text, now)
    };
    app.accept(chat.channel.id.into(), vec![Event::Post(Box::new(post))], Vec::new()).await?;
    if !files.is_empty() {
        let mut tx = app.store.begin().await?;
        tx.remove_uploads(visitor.id, files).await?;
        tx.commit().await?;
    }
    let refused = || AppError::new(crate::Kind::Internal, "internal", "intake set the message aside");
    sent(app, visitor, &external_id).await?.ok_or_else(refused)
}

/// What agents call a visitor who gave no name: the random end of the id, which begins with the time.
fn short_name(visitor: &Visitor) -> String {
    let id = visitor.id.simple().to_string();
    format!("visitor-{}", &id[id.len() - 6..])
}

async fn sent(app: &App, visitor: &Visitor, external_id: &str) -> Result<Option<Message>> {
    let mut conn = app.store.read().await?;
    let posts = conn.posts_by_external(visitor.channel_id, &[external_id.to_owned()]).await?;
    Ok(shown(&mut conn, visitor, posts).await?.pop())
}

async fn uploads(app: &App, visitor: &Visitor, files: &[Uuid]) -> Result<Vec<Media>> {
    let gone = || AppError::field("file_ids", "unknown", "a file is not there any more; add it again");
    let mut conn = app.store.read().await?;
    let mut media = Vec::with_capacity(files.len());
    for file in files {
        let (row, content) = conn.attachment(*file).await.map_err(|_| gone())?;
        if row.user_id != Some(visitor.id) || row.post_id.is_some() {
            return Err(gone());
        }
        media.push(Media { mime: row.mime, name: row.name, alt: None, url: None, bytes: content });
    }
    Ok(media)
}

/// Keeps a file until its message comes.
pub async fn upload(app: &App, visitor: &Visitor, name: &str, mime: &str, content: Vec<u8>) -> Result<File> {
    if content.is_empty() {
        return Err(AppError::field("file", "required", "the file is empty"));
    }
    if content.len() > LARGEST_FILE {
        return Err(AppError::new(crate::Kind::Invalid, "too_large", format!("files have at most {LARGEST_FILE} bytes")));
    }
    let now = app.now();
    let name = file_name(name);
    let file = NewAttachment {
        id: new_uuid(now, &*app.entropy),
        post_id: None,
        user_id: Some(visitor.id),
        position: 0,
        mime: media_type(mime),
        name: Some(name),
        alt: None,
        url: None,
        content: Some(content),
        created_at: now.as_micros(),
    };
    let mut tx = app.store.begin().await?;
    if tx.waiting_uploads(visitor.id).await? >= MOST_WAITING {
        return Err(AppError {
            retry_after: Some(600),
            ..AppError::new(crate::Kind::TooMany, "rate_limited", "send the files added before")
        });
    }
    tx.save_attachments(std::slice::from_ref(&file)).await?;
    let row = tx.attachment_row(file.id).await?;
    tx.commit().await?;
    Ok(row)
}

/// A file's name without what could make it more than a name.
fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    // Control and direction characters can make a name look like another.
    let safe = |c: &char| !c.is_control() && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let name: String = last.chars().filter(safe).take(200).collect();
    if name.trim().is_empty() { "file".into() } else { name.trim().to_owned() }
}

/// A stated media type, if it has the form of one.
fn media_type(mime: &str) -> String {
    let mime = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let token = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b));
    match mime.split_once('/') {
        Some((kind, rest)) if token(kind) && token(rest) && mime.len() <= 127 => mime,
        _ => "application/octet-stream".into(),
    }
}

/// A file of the visitor's own conversation, or one they uploaded and did not send yet.
pub async fn file(app: &App, visitor: &Visitor, id: Uuid) -> Result<(File, Vec<u8>)> {
    let mut conn = app.store.read().await?;
    let (row, content) = conn.attachment(id).await?;
    let theirs = match row.post_id {
        None => row.user_id == Some(visitor.id),
        Some(post) => {
            let post = conn.post(post).await?;
            let own = conversation(&mut conn, visitor).await?.is_some_and(|own| post.conversation_id == Some(own.id));
            own && !shown(&mut conn, visitor, vec![post]).await?.is_empty()
        }
    };
    match content {
        Some(content) if theirs => Ok((row, content)),
        _ => Err(AppError::not_found()),
    }
}

/// Tells the agents who look at the case that the visitor types.
pub async fn typing(app: &App, visitor: &Visitor) -> Result<()> {
    let mut conn = app.store.read().await?;
    let Some(case) = conversation(&mut conn, visitor).await?.and_then(|own| own.case_id) else { return Ok(()) };
    let case = conn.case(case).await?;
    let audience = Audience::Case(case.department_id.map(Into::into), case.assignee_id.map(Into::into));
    app.live.tell(audience, News::VisitorTyping { case_id: case.id.into() });
    Ok(())
}

/// Follows one visitor's conversation through the live updates.
#[derive(Debug)]
pub struct Follow {
    visitor: Visitor,
    conversation: Option<ConversationRow>,
}

impl Follow {
    /// Begins; updates from before are not missed if they are listened to before this is called.
    pub async fn new(app: &App, visitor: Visitor) -> Result<Self> {
        let conversation = conversation(&mut app.store.read().await?, &visitor).await?;
        Ok(Self { visitor, conversation })
    }

    /// What an update means to the visitor, in order.
    pub async fn hear(&mut self, app: &App, news: &News) -> Result<Vec<Happening>> {
        let own = self.conversation.as_ref();
        match news {
            News::Post { post_id, channel_id: Some(channel), conversation_id: Some(about), .. } => {
                if channel.0 != self.visitor.channel_id || own.is_some_and(|own| own.id != about.0) {
                    return Ok(Vec::new());
                }
                let mut conn = app.store.read().await?;
                // The first message makes the conversation, and any later one may have moved it to another case.
                self.conversation = conversation(&mut conn, &self.visitor).await?;
                let Some(own) = self.conversation.as_ref().filter(|own| own.id == about.0) else { return Ok(Vec::new()) };
                let post = conn.post(post_id.0).await?;
                let Some(message) = shown(&mut conn, &self.visitor, vec![post]).await?.pop() else { return Ok(Vec::new()) };
                // Whoever has the case open sees a new message at once; nobody will come for it.
                let watched = own.case_id.is_some_and(|case| !app.board.present(case.into(), app.now()).is_empty());
                let seen = (watched && message.agent.is_none()).then_some(Happening::Seen);
                Ok([Happening::Message(Box::new(message))].into_iter().chain(seen).collect())
            }
            News::AgentTyping { conversation_id } if own.is_some_and(|own| own.id == conversation_id.0) => Ok(vec![Happening::Typing]),
            News::Presence { case_id, present, .. } if !present.is_empty() && own.is_some_and(|own| own.case_id == Some(case_id.0)) => {
                Ok(vec![Happening::Seen])
            }
            _ => Ok(Vec::new()),
        }
    }
}

async fn conversation(conn: &mut Conn, visitor: &Visitor) -> Result<Option<ConversationRow>> {
    let threads = conn.conversations_by_thread(visitor.channel_id, std::slice::from_ref(&visitor.external_id)).await?;
    Ok(threads.into_iter().find(|thread| thread.visibility == Visibility::Private.as_str()))
}

/// Posts as the visitor may see them: their own, and answers that are sent. Keeps the order.
async fn shown(conn: &mut Conn, visitor: &Visitor, posts: Vec<PostRow>) -> Result<Vec<Message>> {
    let posts: Vec<PostRow> = posts.into_iter().filter(|post| post.deleted_at.is_none()).collect();
    let ids: Vec<Uuid> = posts.iter().map(|post| post.id).collect();
    let answers = conn.answers_of_posts(&ids).await?;
    let mut files = conn.attachments_of(&ids).await?;
    let mut messages = Vec::with_capacity(posts.len());
    for post in posts {
        let (id, agent, at) = if post.direction == "out" {
            let sent = answers.iter().find(|answer| answer.post_id == post.id && matches!(answer.state.as_str(), "sent" | "delivered"));
            let Some(sent) = sent else { continue };
            (post.id, Some(post.author_name), sent.sent_at.unwrap_or(post.occurred_at))
        } else {
            let own = post.external_id.strip_prefix(&visitor.external_id).and_then(|rest| rest.strip_prefix('/')?.parse().ok());
            let Some(id) = own else { continue };
            (id, None, post.occurred_at)
        };
        let files = files.extract_if(.., |file| file.post_id == Some(post.id)).collect();
        messages.push(Message { id, agent, text: post.text, at: Timestamp::from_micros(at), files });
    }
    Ok(messages)
}

#[cfg(test)]
mod tests {
    //! Names and types of files.
    use super::*;

    #[test]
    fn a_file_name_is_only_a_name() {
        for (given, kept) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\fotos\\maleta.png", "maleta.png"),
            ("factura\u{202e}fdp.exe", "facturafdp.exe"),
            ("\n\u{0}", "file"),
            ("", "file"),
        ] {
            assert_eq!(file_name(given), kept);
        }
        assert_eq!(file_name(&"a".repeat(500)).len(), 200);
    }

    #[test]
    fn a_media_type_has_the_form_of_one() {
        for (given, kept) in [
            ("image/PNG", "image/png"),
            ("text/html; charset=utf-8", "text/html"),
            ("image", "application/octet-stream"),
            ("image/png\r\nset-cookie: a=b", "application/octet-stream"),
            ("", "application/octet-stream"),
        ] {
            assert_eq!(media_type(given), kept);
        }
    }
}
