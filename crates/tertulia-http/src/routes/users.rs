//! Users.

use crate::{
    HttpState, Result,
    extract::{Json, Path, Signed},
};
use axum::{extract::State, http::StatusCode};
use tertulia_api_types::{
    problem::Problem,
    session::Role as ApiRole,
    staff::{User as ApiUser, UserChange, UserInvite, UserInvited},
};
use tertulia_app::{
    App,
    staff::{User, users},
};
use tertulia_policy::Role;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list, invite)).routes(routes!(change)).routes(routes!(new_link))
}

/// All users.
#[utoipa::path(get, path = "/api/v1/users", operation_id = "list_users", tag = "staff",
    responses((status = 200, body = Vec<ApiUser>), (status = 401, body = Problem)))]
async fn list(State(app): State<App>, Signed(actor): Signed) -> Result<Json<Vec<ApiUser>>> {
    Ok(Json(users::list(&app, &actor).await?.iter().map(api_user).collect()))
}

/// Invites a user. Administrators only.
#[utoipa::path(post, path = "/api/v1/users", operation_id = "invite_user", tag = "staff", request_body = UserInvite,
    responses((status = 201, body = UserInvited), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn invite(State(app): State<App>, Signed(actor): Signed, Json(form): Json<UserInvite>) -> Result<(StatusCode, Json<UserInvited>)> {
    let new = users::NewUser {
        email: form.email,
        name: form.name,
        role: role(form.role),
        departments: form.department_ids.into_iter().map(Into::into).collect(),
        locale: form.locale,
    };
    let (user, setup_path) = users::invite(&app, &actor, new).await?;
    Ok((StatusCode::CREATED, Json(UserInvited { user: api_user(&user), setup_path })))
}

/// Changes or disables a user. Administrators only.
#[utoipa::path(patch, path = "/api/v1/users/{id}", operation_id = "change_user", tag = "staff", params(("id" = Uuid, Path)),
    request_body = UserChange,
    responses((status = 200, body = ApiUser), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<UserChange>,
) -> Result<Json<ApiUser>> {
    let change = users::Change {
        name: form.name,
        role: form.role.map(role),
        departments: form.department_ids.map(|ids| ids.into_iter().map(Into::into).collect()),
        disabled: form.disabled,
    };
    Ok(Json(api_user(&users::change(&app, &actor, id.into(), change).await?)))
}

/// Makes a new one-time link for a user; an earlier one stops working. Administrators only.
#[utoipa::path(post, path = "/api/v1/users/{id}/setup-link", operation_id = "make_setup_link", tag = "staff", params(("id" = Uuid, Path)),
    responses((status = 200, body = UserInvited), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn new_link(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<Json<UserInvited>> {
    let (user, setup_path) = users::new_link(&app, &actor, id.into()).await?;
    Ok(Json(UserInvited { user: api_user(&user), setup_path }))
}

/// A role in the API's words.
pub(super) const fn api_role(role: Role) -> ApiRole {
    match role {
        Role::Administrator => ApiRole::Administrator,
        Role::Supervisor => ApiRole::Supervisor,
        Role::Agent => ApiRole::Agent,
    }
}

const fn role(role: ApiRole) -> Role {
    match role {
        ApiRole::Administrator => Role::Administrator,
        ApiRole::Supervisor => Role::Supervisor,
        ApiRole::Agent => Role::Agent,
    }
}

fn api_user(user: &User) -> ApiUser {
    let status = match (user.disabled_at, user.has_password) {
        (Some(_), _) => "disabled",
        (None, true) => "active",
        (None, false) => "invited",
    };
    ApiUser {
        id: user.id.into(),
        number: user.number,
        email: user.email.clone(),
        name: user.name.clone(),
        role: api_role(user.role),
        department_ids: user.departments.iter().map(|id| id.0).collect(),
        locale: user.locale.clone(),
        status: status.to_owned(),
        ready: user.ready,
        last_seen_at: user.last_seen_at.map(|at| at.to_rfc3339()),
    }
}
