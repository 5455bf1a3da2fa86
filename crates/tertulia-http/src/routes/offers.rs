//! Offers of cases to the signed-in user.

use crate::{
    HttpState, Result,
    extract::{Json, Path, Signed},
    present,
};
use axum::{extract::State, http::StatusCode};
use tertulia_api_types::{cases as api, problem::Problem};
use tertulia_app::{App, offers};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(accept)).routes(routes!(decline))
}

/// Open offers to me.
#[utoipa::path(get, path = "/api/v1/offers", operation_id = "list_offers", tag = "offers",
    responses((status = 200, body = Vec<api::Offer>), (status = 401, body = Problem)))]
async fn list(State(app): State<App>, Signed(actor): Signed) -> Result<Json<Vec<api::Offer>>> {
    let offers = offers::mine(&app, &actor).await?;
    let offers = offers.into_iter().map(|offer| api::Offer {
        id: offer.row.id,
        case: present::case_row(offer.case),
        offered_at: present::at(offer.row.offered_at),
        expires_at: present::at(offer.row.expires_at),
        why: serde_json::from_str(&offer.row.why).unwrap_or_default(),
    });
    Ok(Json(offers.collect()))
}

/// Accepts an offer: the case is mine.
#[utoipa::path(post, path = "/api/v1/offers/{id}/accept", operation_id = "accept_offer", tag = "offers", params(("id" = Uuid, Path)),
    responses((status = 200, body = api::CaseRow), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn accept(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<Json<api::CaseRow>> {
    Ok(Json(present::case_row(offers::accept(&app, &actor, id.into()).await?)))
}

/// Declines an offer: the next agent is asked.
#[utoipa::path(post, path = "/api/v1/offers/{id}/decline", operation_id = "decline_offer", tag = "offers", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn decline(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<StatusCode> {
    offers::decline(&app, &actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}
