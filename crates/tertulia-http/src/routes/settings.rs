//! Settings of the company and of what may go out.

use crate::{
    HttpState, Result,
    extract::{Json, Signed},
};
use axum::extract::State;
use tertulia_api_types::{
    problem::Problem,
    settings::{CompanySettings, SendPolicy},
};
use tertulia_app::{App, AppError, settings};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(show_company, change_company)).routes(routes!(show_send_policy, change_send_policy))
}

/// The company's settings.
#[utoipa::path(get, path = "/api/v1/settings/company", operation_id = "get_company_settings", tag = "settings",
    responses((status = 200, body = CompanySettings), (status = 401, body = Problem)))]
async fn show_company(State(app): State<App>, _: Signed) -> Result<Json<CompanySettings>> {
    let mut conn = app.store.read().await.map_err(AppError::from)?;
    Ok(Json(api_company(settings::company(&mut conn).await?)))
}

/// Saves the company's settings. Administrators only.
#[utoipa::path(put, path = "/api/v1/settings/company", operation_id = "save_company_settings", tag = "settings",
    request_body = CompanySettings,
    responses((status = 200, body = CompanySettings), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn change_company(State(app): State<App>, Signed(actor): Signed, Json(form): Json<CompanySettings>) -> Result<Json<CompanySettings>> {
    let company = settings::Company {
        name: form.name,
        zone: form.zone,
        offers: form.offers,
        offer_seconds: form.offer_seconds,
        undo_seconds: form.undo_seconds,
        reopen_days: form.reopen_days,
        languages: form.languages,
    };
    Ok(Json(api_company(settings::set_company(&app, &actor, company).await?)))
}

/// What no outgoing text may contain.
#[utoipa::path(get, path = "/api/v1/settings/send-policy", operation_id = "get_send_policy", tag = "settings",
    responses((status = 200, body = SendPolicy), (status = 401, body = Problem)))]
async fn show_send_policy(State(app): State<App>, _: Signed) -> Result<Json<SendPolicy>> {
    let mut conn = app.store.read().await.map_err(AppError::from)?;
    Ok(Json(SendPolicy { forbidden: settings::send_policy(&mut conn).await?.forbidden }))
}

/// Saves what no outgoing text may contain. Administrators only.
#[utoipa::path(put, path = "/api/v1/settings/send-policy", operation_id = "save_send_policy", tag = "settings", request_body = SendPolicy,
    responses((status = 200, body = SendPolicy), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn change_send_policy(State(app): State<App>, Signed(actor): Signed, Json(form): Json<SendPolicy>) -> Result<Json<SendPolicy>> {
    let policy = settings::set_send_policy(&app, &actor, settings::SendPolicy { forbidden: form.forbidden }).await?;
    Ok(Json(SendPolicy { forbidden: policy.forbidden }))
}

fn api_company(company: settings::Company) -> CompanySettings {
    CompanySettings {
        name: company.name,
        zone: company.zone,
        offers: company.offers,
        offer_seconds: company.offer_seconds,
        undo_seconds: company.undo_seconds,
        reopen_days: company.reopen_days,
        languages: company.languages,
    }
}
