//! Rules: what opens and shapes cases.

use crate::{
    HttpState, Result,
    extract::{Json, Path, Signed},
    present,
};
use axum::{extract::State, http::StatusCode};
use tertulia_api_types::{problem::Problem, rules as api};
use tertulia_app::{
    App, AppError,
    rules::{self, Actions, Conditions, Priority, RuleView},
};
use tertulia_kernel::{RuleId, event::Visibility};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(change, delete)).routes(routes!(order))
}

/// All rules, in order.
#[utoipa::path(get, path = "/api/v1/rules", operation_id = "list_rules", tag = "listening",
    responses((status = 200, body = Vec<api::Rule>), (status = 401, body = Problem)))]
async fn list(State(app): State<App>, Signed(actor): Signed) -> Result<Json<Vec<api::Rule>>> {
    Ok(Json(rules::list(&app, &actor).await?.into_iter().map(api_rule).collect()))
}

/// Adds a rule at the end. Supervisors and administrators.
#[utoipa::path(post, path = "/api/v1/rules", operation_id = "create_rule", tag = "listening", request_body = api::RuleForm,
    responses((status = 201, body = api::Rule), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn create(State(app): State<App>, Signed(actor): Signed, Json(form): Json<api::RuleForm>) -> Result<(StatusCode, Json<api::Rule>)> {
    Ok((StatusCode::CREATED, Json(api_rule(rules::create(&app, &actor, read(form)?).await?))))
}

/// Changes a rule; its place stays. Supervisors and administrators.
#[utoipa::path(patch, path = "/api/v1/rules/{id}", operation_id = "change_rule", tag = "listening", params(("id" = Uuid, Path)),
    request_body = api::RuleForm,
    responses((status = 200, body = api::Rule), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<api::RuleForm>,
) -> Result<Json<api::Rule>> {
    Ok(Json(api_rule(rules::change(&app, &actor, id.into(), read(form)?).await?)))
}

/// Deletes a rule. Supervisors and administrators.
#[utoipa::path(delete, path = "/api/v1/rules/{id}", operation_id = "delete_rule", tag = "listening", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn delete(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<StatusCode> {
    rules::delete(&app, &actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts all rules in a new order. Supervisors and administrators.
#[utoipa::path(put, path = "/api/v1/rules/order", operation_id = "order_rules", tag = "listening", request_body = api::RuleOrder,
    responses((status = 200, body = Vec<api::Rule>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem)))]
async fn order(State(app): State<App>, Signed(actor): Signed, Json(order): Json<api::RuleOrder>) -> Result<Json<Vec<api::Rule>>> {
    let ids: Vec<RuleId> = order.ids.into_iter().map(Into::into).collect();
    Ok(Json(rules::order(&app, &actor, &ids).await?.into_iter().map(api_rule).collect()))
}

fn read(form: api::RuleForm) -> std::result::Result<rules::Form, AppError> {
    let conditions = form.conditions;
    let visibility = match conditions.visibility.as_deref().filter(|word| !word.is_empty()) {
        None => None,
        Some("public") => Some(Visibility::Public),
        Some("private") => Some(Visibility::Private),
        Some(_) => return Err(AppError::field("conditions.visibility", "unknown", "public or private")),
    };
    let followers_min = conditions.followers_min.map(u64::try_from).transpose();
    let followers_min = followers_min.map_err(|_| AppError::field("conditions.followers_min", "out_of_range", "0 or more"))?;
    let priority = match form.actions.priority.as_deref().filter(|word| !word.is_empty()) {
        None => None,
        Some(word) => {
            Some(Priority::parse(word).ok_or_else(|| AppError::field("actions.priority", "unknown", "low, normal, high or urgent"))?)
        }
    };
    Ok(rules::Form {
        name: form.name,
        enabled: form.enabled,
        conditions: Conditions {
            monitor_ids: conditions.monitor_ids.into_iter().map(Into::into).collect(),
            query: conditions.query,
            channel_ids: conditions.channel_ids.into_iter().map(Into::into).collect(),
            channel_kinds: conditions.channel_kinds,
            visibility,
            followers_min,
            langs: conditions.langs,
            types: conditions.types,
            sentiments: conditions.sentiments,
            urgency_min: conditions.urgency_min.map(|least| super::labels::per_mille("conditions.urgency_min", least)).transpose()?,
        },
        actions: Actions {
            open_case: form.actions.open_case,
            department_id: form.actions.department_id.map(Into::into),
            priority,
            tags: form.actions.tags,
        },
    })
}

fn api_rule(rule: RuleView) -> api::Rule {
    let (conditions, actions) = (rule.conditions, rule.actions);
    api::Rule {
        id: rule.id.into(),
        name: rule.name,
        enabled: rule.enabled,
        position: rule.position,
        conditions: api::RuleConditions {
            monitor_ids: conditions.monitor_ids.into_iter().map(Into::into).collect(),
            query: conditions.query,
            channel_ids: conditions.channel_ids.into_iter().map(Into::into).collect(),
            channel_kinds: conditions.channel_kinds,
            visibility: conditions.visibility.map(|visibility| visibility.as_str().into()),
            followers_min: conditions.followers_min.map(|least| i64::try_from(least).unwrap_or(i64::MAX)),
            langs: conditions.langs,
            types: conditions.types,
            sentiments: conditions.sentiments,
            urgency_min: conditions.urgency_min.map(|least| f64::from(least) / 1_000.0),
        },
        actions: api::RuleActions {
            open_case: actions.open_case,
            department_id: actions.department_id.map(Into::into),
            priority: actions.priority.map(|priority| priority.as_str().into()),
            tags: actions.tags,
        },
        slow: rule.slow.map(present::slow),
    }
}
