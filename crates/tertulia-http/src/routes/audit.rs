//! The audit ledger.

use crate::{
    HttpState, Result,
    extract::{Json, Query, Signed},
};
use axum::extract::State;
use serde::Deserialize;
use tertulia_api_types::{
    problem::Problem,
    staff::{AuditEntry, AuditPage},
};
use tertulia_app::{App, audit};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Which page.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PageParams {
    /// `next` of the page before.
    after: Option<Uuid>,
    /// Entries per page, at most 200; 50 when absent.
    limit: Option<i64>,
}

/// The audit ledger, newest first. Administrators only.
#[utoipa::path(get, path = "/api/v1/audit", operation_id = "list_audit", tag = "staff", params(PageParams),
    responses((status = 200, body = AuditPage), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list(State(app): State<App>, Signed(actor): Signed, Query(page): Query<PageParams>) -> Result<Json<AuditPage>> {
    let (entries, next) = audit::page(&app, &actor, page.after.map(Into::into), page.limit).await?;
    let items = entries
        .into_iter()
        .map(|entry| AuditEntry {
            id: entry.id.into(),
            at: entry.at.to_rfc3339(),
            actor: entry.actor,
            action: entry.action,
            object_kind: entry.object_kind,
            object_id: entry.object_id,
            detail: entry.detail,
        })
        .collect();
    Ok(Json(AuditPage { items, next: next.map(|id| id.to_string()) }))
}
