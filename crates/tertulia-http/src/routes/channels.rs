//! Channels: connected accounts, their health and quarantine.

use crate::{
    HttpState, Result,
    extract::{Json, Path, Query, Signed},
    present,
};
use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use tertulia_api_types::{channels as api, problem::Problem};
use tertulia_app::{
    App,
    channel::{SettingField, SettingInput},
    channels::{self, ChannelView, Checked},
    told::Told,
};
use tertulia_kernel::Timestamp;
use tertulia_store::channel::QuarantineRow;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Most bytes shown of an event in quarantine.
const SHOWN: usize = 16 * 1024;

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(kinds))
        .routes(routes!(list, create))
        .routes(routes!(check))
        .routes(routes!(show, change, delete))
        .routes(routes!(quarantine))
        .routes(routes!(replay))
        .routes(routes!(discard))
}

/// Kinds of channel that can be connected, with their settings. Supervisors and administrators.
#[utoipa::path(get, path = "/api/v1/channel-kinds", operation_id = "list_channel_kinds", tag = "channels",
    responses((status = 200, body = Vec<api::ChannelKind>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn kinds(State(app): State<App>, Signed(actor): Signed) -> Result<Json<Vec<api::ChannelKind>>> {
    let kind = |view: channels::KindView| api::ChannelKind {
        kind: view.kind.into(),
        fields: view.fields.into_iter().map(api_field).collect(),
        caps: present::caps(&view.caps),
    };
    Ok(Json(channels::kinds(&app, &actor)?.into_iter().map(kind).collect()))
}

/// All channels. Settings are shown to administrators, health in particular to supervisors too.
#[utoipa::path(get, path = "/api/v1/channels", operation_id = "list_channels", tag = "channels",
    responses((status = 200, body = Vec<api::Channel>), (status = 401, body = Problem)))]
async fn list(State(app): State<App>, Signed(actor): Signed) -> Result<Json<Vec<api::Channel>>> {
    Ok(Json(channels::list(&app, &actor).await?.into_iter().map(api_channel).collect()))
}

/// Connects a channel. Administrators only.
#[utoipa::path(post, path = "/api/v1/channels", operation_id = "create_channel", tag = "channels", request_body = api::ChannelForm,
    responses((status = 201, body = api::Channel), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn create(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(form): Json<api::ChannelForm>,
) -> Result<(StatusCode, Json<api::Channel>)> {
    Ok((StatusCode::CREATED, Json(api_channel(channels::create(&app, &actor, read(form)).await?))))
}

/// Tries settings without saving them. Administrators only.
#[utoipa::path(post, path = "/api/v1/channels/check", operation_id = "check_channel", tag = "channels", request_body = api::ChannelForm,
    responses((status = 200, body = api::ChannelCheck), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn check(State(app): State<App>, Signed(actor): Signed, Json(form): Json<api::ChannelForm>) -> Result<Json<api::ChannelCheck>> {
    Ok(Json(match channels::check(&app, &actor, read(form)).await? {
        Checked::Works(report) => api::ChannelCheck {
            ok: true,
            account: report.account,
            findings: report.findings.into_iter().map(present::bilingual).collect(),
            error: None,
        },
        Checked::Fails(why) => api::ChannelCheck { ok: false, account: None, findings: Vec::new(), error: Some(present::told(why)) },
    }))
}

/// One channel.
#[utoipa::path(get, path = "/api/v1/channels/{id}", operation_id = "get_channel", tag = "channels", params(("id" = Uuid, Path)),
    responses((status = 200, body = api::Channel), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn show(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<Json<api::Channel>> {
    Ok(Json(api_channel(channels::one(&app, &actor, id.into()).await?)))
}

/// Changes a channel; secrets that are left out stay, `null` removes one. Administrators only.
#[utoipa::path(patch, path = "/api/v1/channels/{id}", operation_id = "change_channel", tag = "channels", params(("id" = Uuid, Path)),
    request_body = api::ChannelForm,
    responses((status = 200, body = api::Channel), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<api::ChannelForm>,
) -> Result<Json<api::Channel>> {
    Ok(Json(api_channel(channels::change(&app, &actor, id.into(), read(form)).await?)))
}

/// Removes a channel nothing came by; one with posts can only be stopped. Administrators only.
#[utoipa::path(delete, path = "/api/v1/channels/{id}", operation_id = "delete_channel", tag = "channels", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
async fn delete(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<StatusCode> {
    channels::delete(&app, &actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where a list goes on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// The id of the last row of the page before.
    after: Option<String>,
}

/// Events of a channel that could not be taken in, newest first, two hundred at a time. Supervisors and administrators.
#[utoipa::path(get, path = "/api/v1/channels/{id}/quarantine", operation_id = "list_quarantine", tag = "channels",
    params(("id" = Uuid, Path), ListParams),
    responses((status = 200, body = Vec<api::Quarantined>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn quarantine(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Query(params): Query<ListParams>,
) -> Result<Json<Vec<api::Quarantined>>> {
    Ok(Json(channels::quarantined(&app, &actor, id.into(), params.after.as_deref()).await?.into_iter().map(api_quarantined).collect()))
}

/// Tries an event in quarantine again. Supervisors and administrators.
#[utoipa::path(post, path = "/api/v1/channels/{id}/quarantine/{qid}/replay", operation_id = "replay_quarantined", tag = "channels",
    params(("id" = Uuid, Path), ("qid" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
async fn replay(State(app): State<App>, Signed(actor): Signed, Path((id, qid)): Path<(Uuid, Uuid)>) -> Result<StatusCode> {
    channels::replay(&app, &actor, id.into(), qid.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets an event in quarantine go. Supervisors and administrators.
#[utoipa::path(delete, path = "/api/v1/channels/{id}/quarantine/{qid}", operation_id = "discard_quarantined", tag = "channels",
    params(("id" = Uuid, Path), ("qid" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn discard(State(app): State<App>, Signed(actor): Signed, Path((id, qid)): Path<(Uuid, Uuid)>) -> Result<StatusCode> {
    channels::discard(&app, &actor, id.into(), qid.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn read(form: api::ChannelForm) -> channels::Form {
    channels::Form { kind: form.kind, name: form.name, enabled: form.enabled, window_days: form.window_days, settings: form.settings }
}

fn api_field(field: SettingField) -> api::SettingField {
    let (input, choices) = match field.input {
        SettingInput::Text => ("text", Vec::new()),
        SettingInput::Password => ("password", Vec::new()),
        SettingInput::Number => ("number", Vec::new()),
        SettingInput::Toggle => ("toggle", Vec::new()),
        SettingInput::List => ("list", Vec::new()),
        SettingInput::Choice(choices) => ("choice", choices),
    };
    api::SettingField {
        key: field.key,
        input: input.into(),
        choices,
        required: field.required,
        secret: field.secret,
        default: field.default,
        label: present::bilingual(field.label),
        help: present::bilingual(field.help),
    }
}

fn api_channel(view: ChannelView) -> api::Channel {
    let (row, health) = (view.row, view.health);
    api::Channel {
        id: row.id,
        number: row.number,
        kind: row.kind,
        shows_as: row.shows_as,
        name: row.name,
        account: row.account,
        enabled: row.enabled,
        window_days: row.window_days,
        settings: view.settings,
        secrets_set: view.secrets_set,
        caps: present::caps(&view.caps),
        health: api::ChannelHealth {
            state: view.state.as_str().into(),
            mode: present::maybe_told(health.mode),
            last_event_at: present::maybe_at(health.last_event_at),
            last_ok_at: present::maybe_at(health.last_ok_at),
            lag_ms: health.lag_ms,
            last_error: present::maybe_told(health.last_error),
            last_error_at: present::maybe_at(health.last_error_at),
            errors: health.errors,
            kept: health.kept,
            counted: health.counted,
            quarantined: view.quarantined,
            limits: view
                .limits
                .into_iter()
                .map(|limit| api::ChannelLimit {
                    bucket: limit.bucket,
                    left: limit.left,
                    of: limit.of,
                    resets_at: limit.resets_at.map(Timestamp::to_rfc3339),
                })
                .collect(),
        },
    }
}

fn api_quarantined(row: QuarantineRow) -> api::Quarantined {
    let replayable = channels::can_be_replayed(&row);
    let shown = &row.payload[..row.payload.len().min(SHOWN)];
    api::Quarantined {
        id: row.id,
        external_id: row.external_id,
        error: present::told(Told::read(&row.error)),
        payload: String::from_utf8_lossy(shown).into_owned(),
        received_at: present::at(row.received_at),
        attempts: row.attempts,
        replayable,
    }
}
