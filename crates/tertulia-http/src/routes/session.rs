//! Signing in and out.

use crate::{
    HttpState, Result,
    extract::{ClientAddress, Json, SESSION_COOKIE, Signed, session_secret},
    limit,
    routes::{live, me::api_me},
};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use tertulia_api_types::{
    problem::Problem,
    session::{Session, SignIn},
};
use tertulia_app::{
    App, AppError, Kind, settings,
    staff::{User, me, sessions, sign_in},
};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(show, create, delete))
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/v1/session", operation_id = "get_session", tag = "session",
    responses((status = 200, body = Session), (status = 401, body = Problem)))]
async fn show(State(app): State<App>, Signed(actor): Signed) -> Result<Json<Session>> {
    let user = me::load(&app, &actor).await?;
    Ok(Json(describe(&app, &user).await?))
}

/// Signs in. `login_limited` answers say in `Retry-After` how long to wait.
#[utoipa::path(post, path = "/api/v1/session", operation_id = "sign_in", tag = "session", security(()), request_body = SignIn,
    responses((status = 200, body = Session), (status = 401, body = Problem), (status = 429, body = Problem)))]
async fn create(
    State(state): State<HttpState>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Json(form): Json<SignIn>,
) -> Result<Response> {
    let caller = address.map(|address| limit::caller(Some(address)));
    let signed_in = sign_in::sign_in(&state.app, &form.email, &form.password, caller, agent(&headers)).await?;
    begun(&state, &signed_in).await
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", operation_id = "sign_out", tag = "session",
    responses((status = 204), (status = 401, body = Problem)))]
async fn delete(State(state): State<HttpState>, Signed(actor): Signed, headers: HeaderMap) -> Result<Response> {
    if let Some(secret) = session_secret(&headers) {
        sign_in::sign_out(&state.app, &actor, secret).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie(&state, "", 0)?)]).into_response())
}

/// The answer that begins a session.
pub(super) async fn begun(state: &HttpState, signed_in: &sign_in::SignedIn) -> Result<Response> {
    let cookie = cookie(state, &signed_in.secret.0, sessions::SESSION_DAYS * 86_400)?;
    let body = describe(&state.app, &signed_in.user).await?;
    Ok(([(header::SET_COOKIE, cookie)], Json(body)).into_response())
}

pub(super) fn agent(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok())
}

fn cookie(state: &HttpState, secret: &str, seconds: i64) -> Result<HeaderValue> {
    let secure = if state.options.secure_cookies { "; Secure" } else { "" };
    let text = format!("{SESSION_COOKIE}={secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    let mut value =
        HeaderValue::from_str(&text).map_err(|_| AppError::new(Kind::Internal, "internal", "the session's secret is no header text"))?;
    value.set_sensitive(true);
    Ok(value)
}

async fn describe(app: &App, user: &User) -> Result<Session> {
    // Before anything is read: what changes from here on is told by the stream.
    let live = live::place(app.live.newest());
    let mut conn = app.store.read().await.map_err(AppError::from)?;
    let company = settings::company(&mut conn).await?.name;
    let sample_loaded = settings::sample_loaded(&mut conn).await?;
    Ok(Session { user: api_me(user), company, sample_loaded, live })
}
