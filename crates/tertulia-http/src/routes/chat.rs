//! The public web chat: what the widget on a company's pages speaks.
//!
//! A visitor is known by a secret in the header `Authorization: Visitor …`, never by a cookie, so that a page of another
//! site can't speak for them. [`stand`] runs before every route: it finds the chat and decides which pages' scripts may
//! read the answers.

use crate::{
    Failure, HttpState, Result,
    extract::{ClientAddress, Json, Path, Query},
    limit::{self, Place, Rate},
};
use axum::{
    extract::{DefaultBodyLimit, FromRequestParts, Multipart, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{Stream, StreamExt, stream};
use rust_embed::RustEmbed;
use serde::Deserialize;
use std::{convert::Infallible, sync::Arc, time::Duration};
use tertulia_api_types::{
    chat::{ChatBegin, ChatFile, ChatHistory, ChatMessage, ChatSend, ChatSettings, ChatVisit},
    problem::Problem,
};
use tertulia_app::{
    App, AppError, Kind,
    live::Update,
    webchat::{self, Chat, File, Follow, Happening, Message, Visit, Visitor},
};
use tokio::sync::broadcast;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

const VISITS: Rate = Rate { burst: 20, per_minute: 10 };
const MESSAGES: Rate = Rate { burst: 20, per_minute: 30 };
const MESSAGES_OF_ADDRESS: Rate = Rate { burst: 60, per_minute: 120 };
const FILES: Rate = Rate { burst: 10, per_minute: 10 };
const FILES_OF_ADDRESS: Rate = Rate { burst: 30, per_minute: 60 };
const READS: Rate = Rate { burst: 60, per_minute: 120 };
const SIGNS: Rate = Rate { burst: 10, per_minute: 40 };
/// Live connections of one visitor: tabs, and some that died without saying so.
const MOST_LIVE: u32 = 12;
/// How often a silent live connection breathes; the widget takes three breaths of silence for death.
const BREATH: Duration = Duration::from_secs(15);
/// What surrounds a file in a multipart body.
const MULTIPART_ROOM: usize = 64 * 1024;

/// `web/widget`, built.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/widget/dist"]
#[allow_missing = true]
struct Built;

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    let upload = OpenApiRouter::new().routes(routes!(upload)).layer(DefaultBodyLimit::max(webchat::LARGEST_FILE + MULTIPART_ROOM));
    OpenApiRouter::new()
        .routes(routes!(widget))
        .routes(routes!(settings))
        .routes(routes!(begin))
        .routes(routes!(history, send))
        .routes(routes!(typing))
        .routes(routes!(file))
        .routes(routes!(live))
        .merge(upload)
}

/// The widget's script.
#[utoipa::path(get, path = "/chat/widget.js", operation_id = "chat_widget", tag = "chat", security(()),
    responses((status = 200, content_type = "text/javascript"), (status = 503, body = Problem)))]
async fn widget(asked: HeaderMap) -> Result<Response> {
    let missing = || AppError::new(Kind::Unavailable, "widget_missing", "this program was built without its chat widget");
    let script = Built::get("widget.js").ok_or_else(missing)?;
    let tag: String = script.metadata.sha256_hash()[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{tag}\"");
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::ETAG, tag.as_str()),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    if asked.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, script.data.into_owned()).into_response())
}

/// Language of the widget.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
struct Language {
    /// `es`, `en` or `pt`.
    lang: Option<String>,
}

/// What the widget shows before anybody wrote.
#[utoipa::path(get, path = "/chat/{channel}", operation_id = "chat_settings", tag = "chat", security(()), params(("channel" = i64, Path), Language),
    responses((status = 200, body = ChatSettings), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn settings(Here(chat): Here, Query(language): Query<Language>) -> impl IntoResponse {
    let settings = ChatSettings {
        greeting: chat.look.greeting(language.lang.as_deref().unwrap_or_default()).to_owned(),
        company: chat.company,
        color: chat.look.color,
        ask_email: chat.look.ask_email,
    };
    ([(header::CACHE_CONTROL, "public, max-age=60")], Json(settings))
}

/// Begins a visit, or resumes one with the secret of an earlier visit.
#[utoipa::path(post, path = "/chat/{channel}/visit", operation_id = "begin_chat_visit", tag = "chat", security(()), params(("channel" = i64, Path)),
    request_body = ChatBegin,
    responses((status = 200, body = ChatVisit), (status = 403, body = Problem), (status = 404, body = Problem), (status = 429, body = Problem)))]
async fn begin(
    State(state): State<HttpState>,
    ClientAddress(address): ClientAddress,
    Here(chat): Here,
    Json(form): Json<ChatBegin>,
) -> Result<Json<ChatVisit>> {
    slow_down(&state, "visit", &limit::caller(address), VISITS)?;
    let greeting = chat.look.greeting(form.lang.as_deref().unwrap_or_default()).to_owned();
    let visit = Visit { secret: form.visitor, name: form.name, email: form.email, page: form.page, lang: form.lang };
    let visitor = webchat::begin(&state.app, &chat, visit).await?;
    Ok(Json(ChatVisit { visitor, company: chat.company, greeting, color: chat.look.color }))
}

/// The visitor's whole conversation, oldest first.
#[utoipa::path(get, path = "/chat/{channel}/messages", operation_id = "chat_history", tag = "chat", security(()), params(("channel" = i64, Path)),
    responses((status = 200, body = ChatHistory), (status = 401, body = Problem), (status = 404, body = Problem), (status = 429, body = Problem)))]
async fn history(State(state): State<HttpState>, visiting: Visiting) -> Result<Json<ChatHistory>> {
    slow_down(&state, "read", &visiting.key(), READS)?;
    let messages = webchat::history(&state.app, &visiting.visitor).await?;
    Ok(Json(ChatHistory { messages: messages.into_iter().map(|message| visiting.message(message)).collect() }))
}

/// Sends a message; one with the same `id` again is the same message.
#[utoipa::path(post, path = "/chat/{channel}/messages", operation_id = "send_chat_message", tag = "chat", security(()), params(("channel" = i64, Path)),
    request_body = ChatSend,
    responses((status = 200, body = ChatMessage), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)))]
async fn send(
    State(state): State<HttpState>,
    ClientAddress(address): ClientAddress,
    visiting: Visiting,
    Json(form): Json<ChatSend>,
) -> Result<Json<ChatMessage>> {
    slow_down(&state, "message", &visiting.key(), MESSAGES)?;
    slow_down(&state, "message", &limit::caller(address), MESSAGES_OF_ADDRESS)?;
    let message = webchat::send(&state.app, &visiting.chat, &visiting.visitor, form.id, &form.text, &form.file_ids).await?;
    Ok(Json(visiting.message(message)))
}

/// Tells that the visitor types.
#[utoipa::path(post, path = "/chat/{channel}/typing", operation_id = "chat_typing", tag = "chat", security(()), params(("channel" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn typing(State(state): State<HttpState>, visiting: Visiting) -> Result<StatusCode> {
    // Too many signs are not wrong, only not worth passing on.
    if slow_down(&state, "typing", &visiting.key(), SIGNS).is_ok() {
        webchat::typing(&state.app, &visiting.visitor).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Uploads a file, to be sent with a message.
#[utoipa::path(post, path = "/chat/{channel}/files", operation_id = "upload_chat_file", tag = "chat", security(()), params(("channel" = i64, Path)),
    request_body(content = Vec<u8>, content_type = "multipart/form-data", description = "One part named `file`, with its name and type."),
    responses((status = 200, body = ChatFile), (status = 401, body = Problem), (status = 404, body = Problem), (status = 413, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn upload(
    State(state): State<HttpState>,
    ClientAddress(address): ClientAddress,
    visiting: Visiting,
    mut form: Multipart,
) -> Result<Json<ChatFile>> {
    slow_down(&state, "file", &visiting.key(), FILES)?;
    slow_down(&state, "file", &limit::caller(address), FILES_OF_ADDRESS)?;
    while let Some(part) = form.next_field().await.map_err(refused_part)? {
        if part.name() != Some("file") {
            continue;
        }
        let name = part.file_name().unwrap_or_default().to_owned();
        let mime = part.content_type().unwrap_or_default().to_owned();
        let content = part.bytes().await.map_err(refused_part)?;
        let file = webchat::upload(&state.app, &visiting.visitor, &name, &mime, content.into()).await?;
        return Ok(Json(visiting.file(file)));
    }
    Err(AppError::field("file", "required", "send one part named 'file'").into())
}

fn refused_part(error: axum::extract::multipart::MultipartError) -> AppError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => AppError::new(Kind::Invalid, "too_large", "the file is too large"),
        _ => AppError::new(Kind::Invalid, "malformed_body", error.body_text()),
    }
}

/// A file of the visitor's conversation, as bytes to keep: nothing that a browser would run.
#[utoipa::path(get, path = "/chat/{channel}/files/{id}", operation_id = "chat_file", tag = "chat", security(()),
    params(("channel" = i64, Path), ("id" = Uuid, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 429, body = Problem)))]
async fn file(State(state): State<HttpState>, visiting: Visiting, Path((_, id)): Path<(i64, Uuid)>) -> Result<impl IntoResponse> {
    slow_down(&state, "read", &visiting.key(), READS)?;
    let (_, content) = webchat::file(&state.app, &visiting.visitor, id).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::CACHE_CONTROL, "private, max-age=3600"),
    ];
    Ok((headers, content))
}

/// Live updates of the visitor's conversation: `message` with a message, `typing`, `seen`. What happened before is not
/// repeated: fetch the messages after connecting.
#[utoipa::path(get, path = "/chat/{channel}/live", operation_id = "chat_live", tag = "chat", security(()), params(("channel" = i64, Path)),
    responses((status = 200, content_type = "text/event-stream"), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 429, body = Problem)))]
async fn live(
    State(state): State<HttpState>,
    visiting: Visiting,
) -> Result<Sse<impl Stream<Item = std::result::Result<Event, Infallible>>>> {
    slow_down(&state, "live", &visiting.key(), READS)?;
    let place = state.limits.place(format!("live {}", visiting.key()), MOST_LIVE).ok_or_else(|| too_many(60))?;
    let (_, _, updates) = state.app.live.listen(None);
    let follow = Follow::new(&state.app, visiting.visitor.clone()).await?;
    let closing = state.closing.clone().cancelled_owned();
    let happening = Follower { app: state.app, visiting, updates, follow, _place: place };
    let events = stream::unfold(happening, |mut follower| async move { Some((stream::iter(follower.next().await?), follower)) });
    Ok(Sse::new(events.flatten().take_until(closing)).keep_alive(KeepAlive::new().interval(BREATH)))
}

/// A visitor who listens.
struct Follower {
    app: App,
    visiting: Visiting,
    updates: broadcast::Receiver<Arc<Update>>,
    follow: Follow,
    _place: Place,
}

impl Follower {
    /// The next events; `None` when updates were missed: the widget connects again and fetches everything.
    async fn next(&mut self) -> Option<Vec<std::result::Result<Event, Infallible>>> {
        loop {
            let update = self.updates.recv().await.ok()?;
            let happened = self.follow.hear(&self.app, &update.news).await;
            let happened = happened
                .inspect_err(|error| tracing::warn!(error = error as &dyn std::error::Error, "a visitor's live updates ended"))
                .ok()?;
            if !happened.is_empty() {
                return Some(happened.into_iter().map(|happening| Ok(self.visiting.event(happening))).collect());
            }
        }
    }
}

fn too_many(seconds: u64) -> AppError {
    AppError {
        retry_after: u32::try_from(seconds).ok(),
        ..AppError::new(Kind::TooMany, "rate_limited", "too many requests; wait a little")
    }
}

fn slow_down(state: &HttpState, what: &str, whom: &str, rate: Rate) -> std::result::Result<(), AppError> {
    state.limits.take(what, whom, rate, state.app.now()).map_err(too_many)
}

/// The chat of the path, for a page that may show it.
struct Here(Chat);

impl FromRequestParts<HttpState> for Here {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &HttpState) -> Result<Self> {
        match parts.extensions.get::<Standing>() {
            Some(Standing::Here(chat)) => Ok(Self((**chat).clone())),
            Some(Standing::Elsewhere) => {
                Err(AppError::new(Kind::Forbidden, "origin_not_allowed", "the chat's settings do not allow this site").into())
            }
            Some(Standing::Broken) => {
                Err(AppError::new(Kind::Internal, "internal", "the database has a problem; the log tells more").into())
            }
            Some(Standing::Nowhere) | None => Err(AppError::not_found().into()),
        }
    }
}

/// The chat of the path and the visitor who holds the secret.
struct Visiting {
    chat: Chat,
    visitor: Visitor,
}

impl FromRequestParts<HttpState> for Visiting {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &HttpState) -> Result<Self> {
        let Here(chat) = Here::from_request_parts(parts, state).await?;
        let secret = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Visitor "));
        let visitor = webchat::visitor(&state.app, &chat, secret.ok_or_else(AppError::unauthenticated)?.trim()).await?;
        Ok(Self { chat, visitor })
    }
}

impl Visiting {
    fn key(&self) -> String {
        self.visitor.id.to_string()
    }

    fn file(&self, file: File) -> ChatFile {
        ChatFile {
            id: file.id,
            path: format!("/chat/{}/files/{}", self.chat.channel.number, file.id),
            name: file.name.unwrap_or_else(|| "file".into()),
            mime: file.mime,
            size: file.size.unwrap_or_default(),
        }
    }

    fn message(&self, message: Message) -> ChatMessage {
        ChatMessage {
            id: message.id,
            from: if message.agent.is_some() { "agent" } else { "visitor" }.into(),
            name: message.agent,
            text: message.text,
            at: message.at.to_rfc3339(),
            files: message.files.into_iter().map(|file| self.file(file)).collect(),
        }
    }

    fn event(&self, happening: Happening) -> Event {
        match happening {
            Happening::Message(message) => {
                let event = Event::default().event("message");
                // A message is plain data: it always has a JSON form.
                event.json_data(self.message(*message)).unwrap_or_default()
            }
            Happening::Typing => Event::default().event("typing").data("{}"),
            Happening::Seen => Event::default().event("seen").data("{}"),
        }
    }
}

/// What [`stand`] found out about a request.
#[derive(Clone)]
enum Standing {
    Here(Arc<Chat>),
    Elsewhere,
    Nowhere,
    Broken,
}

/// Middleware around everything that looks after requests to a chat: which chat, and whether the page that asks may show
/// it. Pages that may are told so, on errors too; other pages' scripts can't read the answers.
pub(crate) async fn stand(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let Some(number) = chat_number(request.uri().path()) else { return next.run(request).await };
    let origin = request.headers().get(header::ORIGIN).cloned();
    let standing = match webchat::open(&app, number).await {
        Ok(chat) if may_stand(&chat, origin.as_ref(), request.headers()) => Standing::Here(Arc::new(chat)),
        Ok(_) => Standing::Elsewhere,
        Err(error) if error.kind == Kind::NotFound => Standing::Nowhere,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a chat can't be opened");
            Standing::Broken
        }
    };
    let welcome = matches!(standing, Standing::Here(_));
    let mut response = if request.method() == Method::OPTIONS {
        let status = if welcome { StatusCode::NO_CONTENT } else { StatusCode::FORBIDDEN };
        status.into_response()
    } else {
        request.extensions_mut().insert(standing);
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let (Some(origin), true) = (origin, welcome) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type"));
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
    }
    response
}

/// The number in `/chat/{number}` and below.
fn chat_number(path: &str) -> Option<i64> {
    path.strip_prefix("/chat/")?.split('/').next()?.parse().ok()
}

/// Whether the page that asks is one of the settings' or one of our own. No origin: not a page's script.
fn may_stand(chat: &Chat, origin: Option<&HeaderValue>, headers: &HeaderMap) -> bool {
    let Some(origin) = origin else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let own = origin.split_once("://").is_some_and(|(_, rest)| Some(rest) == host);
    own || chat.look.allows(origin)
}
