//! Departments: where cases go.

use super::Department;
use crate::{
    Actor, App, AppError, Result, Wrong,
    audit::{self, Object},
    live::{Audience, News},
    page,
};
use serde_json::json;
use tertulia_kernel::DepartmentId;
use tertulia_policy::Permission;
use tertulia_store::{StoreError, bounded::Listed};

/// Most departments: the list is shown whole.
const MOST: i64 = 2_000;

/// What a person fills in.
#[derive(Clone, Debug)]
pub struct Form {
    /// Stable key: lower-case letters, digits and `_`.
    pub key: String,
    /// Name in Spanish.
    pub name_es: String,
    /// Name in English.
    pub name_en: String,
}

fn check(form: &Form) -> Result<Form> {
    let mut wrong = Wrong::default();
    let key = wrong.text("key", &form.key, 40);
    let plain = key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    wrong.unless(plain, "key", "malformed", "lower-case letters, digits and _ only");
    let name_es = wrong.text("name_es", &form.name_es, 60);
    let name_en = wrong.text("name_en", &form.name_en, 60);
    wrong.done()?;
    Ok(Form { key, name_es, name_en })
}

fn taken(error: StoreError) -> AppError {
    if error.is_unique() { AppError::field("key", "taken", "another department has this key") } else { error.into() }
}

/// All departments.
pub async fn list(app: &App, _: &Actor) -> Result<Vec<Department>> {
    Ok(app.store.read().await?.departments().await?)
}

/// Creates a department.
pub async fn create(app: &App, actor: &Actor, form: Form) -> Result<Department> {
    actor.must(Permission::ManageDepartments)?;
    let Form { key, name_es, name_en } = check(&form)?;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    page::room(&mut tx, Listed::Departments, MOST).await?;
    let number = tx.take_numbers("department", 1).await?;
    let id = DepartmentId(app.new_id());
    let department = Department { id, number, key, name_es, name_en, members: 0, created_at: now };
    tx.insert_department(&department).await.map_err(taken)?;
    audit::record(app, &mut tx, Some(actor), "department.created", Object::new("department", id), json!({ "key": department.key })).await?;
    tx.commit().await?;
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok(department)
}

/// Renames a department.
pub async fn change(app: &App, actor: &Actor, id: DepartmentId, form: Form) -> Result<Department> {
    actor.must(Permission::ManageDepartments)?;
    let Form { key, name_es, name_en } = check(&form)?;
    let mut tx = app.store.begin().await?;
    let before = tx.department(id).await?.ok_or_else(AppError::not_found)?;
    let detail = json!({ "key": [before.key, key], "name_es": [before.name_es, name_es], "name_en": [before.name_en, name_en] });
    let department = Department { key, name_es, name_en, ..before };
    tx.save_department(&department).await.map_err(taken)?;
    audit::record(app, &mut tx, Some(actor), "department.changed", Object::new("department", id), detail).await?;
    tx.commit().await?;
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok(department)
}

/// Removes a department that no case belongs to and no rule names.
pub async fn delete(app: &App, actor: &Actor, id: DepartmentId) -> Result<()> {
    actor.must(Permission::ManageDepartments)?;
    let mut tx = app.store.begin().await?;
    let department = tx.department(id).await?.ok_or_else(AppError::not_found)?;
    if tx.department_has_cases(id).await? {
        return Err(AppError::conflict("in_use", "cases belong to this department"));
    }
    for rule in tx.rules().await? {
        let actions: tertulia_care::rules::Actions = serde_json::from_str(&rule.actions).unwrap_or_default();
        if actions.department_id == Some(id) {
            return Err(AppError::conflict("in_use", format!("the rule '{}' sends cases to this department", rule.name)));
        }
    }
    tx.delete_department(id).await?;
    audit::record(app, &mut tx, Some(actor), "department.deleted", Object::new("department", id), json!({ "key": department.key })).await?;
    tx.commit().await?;
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok(())
}
