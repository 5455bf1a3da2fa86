//! API tokens.

use crate::{
    HttpState, Result,
    extract::{Json, Path, Signed},
};
use axum::{extract::State, http::StatusCode};
use tertulia_api_types::{
    problem::Problem,
    staff::{Token as ApiToken, TokenCreated, TokenForm},
};
use tertulia_app::{
    App,
    staff::{Token, tokens},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(delete))
}

/// The own tokens; all for administrators.
#[utoipa::path(get, path = "/api/v1/tokens", operation_id = "list_tokens", tag = "staff",
    responses((status = 200, body = Vec<ApiToken>), (status = 401, body = Problem)))]
async fn list(State(app): State<App>, Signed(actor): Signed) -> Result<Json<Vec<ApiToken>>> {
    Ok(Json(tokens::list(&app, &actor).await?.into_iter().map(api_token).collect()))
}

/// Creates a token for oneself. Sessions only, no tokens.
#[utoipa::path(post, path = "/api/v1/tokens", operation_id = "create_token", tag = "staff", request_body = TokenForm,
    responses((status = 201, body = TokenCreated), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn create(State(app): State<App>, Signed(actor): Signed, Json(form): Json<TokenForm>) -> Result<(StatusCode, Json<TokenCreated>)> {
    let created = tokens::create(&app, &actor, &form.name, &form.scopes).await?;
    Ok((StatusCode::CREATED, Json(TokenCreated { token: api_token(created.token), secret: created.secret.0 })))
}

/// Removes an own token; administrators remove anybody's. Sessions only, no tokens.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", operation_id = "delete_token", tag = "staff", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn delete(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<StatusCode> {
    tokens::delete(&app, &actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn api_token(token: Token) -> ApiToken {
    ApiToken {
        id: token.id.into(),
        name: token.name,
        user_id: token.user.into(),
        scopes: token.scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
        created_at: token.created_at.to_rfc3339(),
        last_used_at: token.last_used_at.map(|at| at.to_rfc3339()),
    }
}
