//! The signed-in user's profile and password.

use crate::{
    HttpState, Result,
    extract::{Json, Signed, session_secret},
    routes::users::api_role,
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use tertulia_api_types::{
    problem::Problem,
    session::{Me, MeChange, PasswordChange},
};
use tertulia_app::{
    App,
    staff::{User, me},
};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(change)).routes(routes!(change_password))
}

/// Changes the own profile.
#[utoipa::path(patch, path = "/api/v1/me", operation_id = "change_me", tag = "session", request_body = MeChange,
    responses((status = 200, body = Me), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn change(State(app): State<App>, Signed(actor): Signed, Json(form): Json<MeChange>) -> Result<Json<Me>> {
    let change = me::Change { name: form.name, locale: form.locale, theme: form.theme, zone: form.zone, ready: form.ready };
    Ok(Json(api_me(&me::change(&app, &actor, change).await?)))
}

/// Sets a new own password; other sessions end. Sessions only, no tokens.
#[utoipa::path(post, path = "/api/v1/me/password", operation_id = "change_password", tag = "session", request_body = PasswordChange,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn change_password(
    State(app): State<App>,
    Signed(actor): Signed,
    headers: HeaderMap,
    Json(form): Json<PasswordChange>,
) -> Result<StatusCode> {
    me::change_password(&app, &actor, session_secret(&headers), &form.current, &form.new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A user as they see themselves.
pub(super) fn api_me(user: &User) -> Me {
    Me {
        id: user.id.into(),
        number: user.number,
        email: user.email.clone(),
        name: user.name.clone(),
        role: api_role(user.role),
        department_ids: user.departments.iter().map(|id| id.0).collect(),
        locale: user.locale.clone(),
        theme: user.theme.clone(),
        zone: user.zone.clone(),
        ready: user.ready,
    }
}
