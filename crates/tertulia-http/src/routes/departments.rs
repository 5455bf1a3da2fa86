//! Departments.

use crate::{
    HttpState, Result,
    extract::{Json, Path, Signed},
};
use axum::{extract::State, http::StatusCode};
use tertulia_api_types::{
    problem::Problem,
    staff::{Department as ApiDepartment, DepartmentForm},
};
use tertulia_app::{
    App,
    staff::{Department, departments},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(change, delete))
}

/// All departments.
#[utoipa::path(get, path = "/api/v1/departments", operation_id = "list_departments", tag = "staff",
    responses((status = 200, body = Vec<ApiDepartment>), (status = 401, body = Problem)))]
async fn list(State(app): State<App>, Signed(actor): Signed) -> Result<Json<Vec<ApiDepartment>>> {
    Ok(Json(departments::list(&app, &actor).await?.into_iter().map(api_department).collect()))
}

/// Creates a department. Administrators only.
#[utoipa::path(post, path = "/api/v1/departments", operation_id = "create_department", tag = "staff", request_body = DepartmentForm,
    responses((status = 201, body = ApiDepartment), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn create(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(form): Json<DepartmentForm>,
) -> Result<(StatusCode, Json<ApiDepartment>)> {
    let department = departments::create(&app, &actor, read(form)).await?;
    Ok((StatusCode::CREATED, Json(api_department(department))))
}

/// Renames a department. Administrators only.
#[utoipa::path(patch, path = "/api/v1/departments/{id}", operation_id = "change_department", tag = "staff", params(("id" = Uuid, Path)),
    request_body = DepartmentForm,
    responses((status = 200, body = ApiDepartment), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<DepartmentForm>,
) -> Result<Json<ApiDepartment>> {
    Ok(Json(api_department(departments::change(&app, &actor, id.into(), read(form)).await?)))
}

/// Removes a department that has no cases. Administrators only.
#[utoipa::path(delete, path = "/api/v1/departments/{id}", operation_id = "delete_department", tag = "staff", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
async fn delete(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<StatusCode> {
    departments::delete(&app, &actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn read(form: DepartmentForm) -> departments::Form {
    departments::Form { key: form.key, name_es: form.name_es, name_en: form.name_en }
}

fn api_department(department: Department) -> ApiDepartment {
    ApiDepartment {
        id: department.id.into(),
        number: department.number,
        key: department.key,
        name_es: department.name_es,
        name_en: department.name_en,
        members: department.members,
    }
}
