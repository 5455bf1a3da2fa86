//! Queries before they are saved: checked, tried on recent posts, tried on pasted texts.

use crate::{
    HttpState, Result,
    extract::{Json, Signed},
    present,
    routes::monitors::brief,
};
use axum::extract::State;
use tertulia_api_types::{monitors as api, problem::Problem};
use tertulia_app::{
    App,
    monitors::{
        self,
        check::{self, Check, Question},
        estimate::Estimate,
        tryout::{self, Reason, Tried},
    },
};
use tertulia_kernel::Timestamp;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Their routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(check_query)).routes(routes!(preview_query)).routes(routes!(try_query))
}

/// Checks a query: its canonical form, plain reading and cost, monitors that say the same; or what is wrong and where.
#[utoipa::path(post, path = "/api/v1/monitors/check", operation_id = "check_query", tag = "listening", request_body = api::QueryCheckForm,
    responses((status = 200, body = api::QueryCheck), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn check_query(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(form): Json<api::QueryCheckForm>,
) -> Result<Json<api::QueryCheck>> {
    let question = Question { query: form.query, estimate: form.estimate, monitor: form.monitor_id.map(Into::into) };
    let empty = api::QueryCheck { ok: false, canonical: None, reading: None, cost: None, estimate: None, same_as: Vec::new(), error: None };
    Ok(Json(match check::check(&app, &actor, &question).await? {
        Check::Good { canonical, reading, cost, estimate, same_as } => api::QueryCheck {
            ok: true,
            canonical: Some(canonical),
            reading: Some(present::bilingual(reading)),
            cost: Some(cost.into()),
            estimate: estimate.map(api_estimate),
            same_as: same_as.into_iter().map(brief).collect(),
            error: None,
        },
        Check::Bad { problem, range: [start, end] } => {
            let (message, hint) = (present::bilingual(problem.message), present::bilingual(problem.hint));
            api::QueryCheck { error: Some(api::QueryError { code: problem.code, start, end, message, hint }), ..empty }
        }
    }))
}

/// Tries a query on recent posts.
#[utoipa::path(post, path = "/api/v1/monitors/preview", operation_id = "preview_query", tag = "listening", request_body = api::PreviewForm,
    responses((status = 200, body = api::Preview), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn preview_query(State(app): State<App>, Signed(actor): Signed, Json(form): Json<api::PreviewForm>) -> Result<Json<api::Preview>> {
    let found = monitors::preview(&app, &actor, &form.query, form.limit).await?;
    Ok(Json(api::Preview {
        posts: found.posts.into_iter().map(present::post).collect(),
        scanned: found.scanned as u64,
        matched: found.matched as u64,
        since: found.since.map(Timestamp::to_rfc3339),
        estimate: api_estimate(found.estimate),
        cost: found.cost.into(),
    }))
}

/// Tries a query on pasted texts: which match, and what the others lack or what excludes them.
#[utoipa::path(post, path = "/api/v1/monitors/try", operation_id = "try_query", tag = "listening", request_body = api::QueryTryForm,
    responses((status = 200, body = api::QueryTried), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn try_query(State(app): State<App>, Signed(actor): Signed, Json(form): Json<api::QueryTryForm>) -> Result<Json<api::QueryTried>> {
    let results: Vec<_> = tryout::try_query(&app, &actor, &form.query, &form.input).await?.into_iter().map(tried).collect();
    Ok(Json(api::QueryTried { matched: results.iter().filter(|result| result.matches).count() as u64, results }))
}

fn tried(tried: Tried) -> api::TriedText {
    let reason = |reason: Reason| api::MissReason {
        kind: reason.kind.into(),
        part: reason.part,
        terms: reason.terms,
        ranges: reason.ranges,
        message: present::bilingual(reason.message),
    };
    api::TriedText {
        text: tried.text,
        title: tried.title,
        matches: tried.matches,
        ranges: tried.ranges,
        found: tried.found.into_iter().map(present::found_part).collect(),
        reasons: tried.reasons.into_iter().map(reason).collect(),
    }
}

fn api_estimate(estimate: Estimate) -> api::QueryEstimate {
    api::QueryEstimate {
        per_day: estimate.per_day,
        low: estimate.low,
        high: estimate.high,
        sampled: estimate.sampled as u64,
        matched: estimate.matched as u64,
        since: estimate.since.map(Timestamp::to_rfc3339),
        kept_share: estimate.kept_share,
    }
}
