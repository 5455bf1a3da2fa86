//! Who acts: a signed-in user, with what the session or token allows.

use crate::{AppError, Result};
use tertulia_kernel::{DepartmentId, UserId};
use tertulia_policy::{Permission, Role, Scope, Sight};

/// The user on whose behalf a use case runs.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Id.
    pub id: UserId,
    /// Name, for ledgers.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Departments.
    pub departments: Vec<DepartmentId>,
    /// `None` for a console session, which may all its user may; a token's scopes otherwise.
    pub scopes: Option<Vec<Scope>>,
}

impl Actor {
    /// Which cases this user sees.
    pub fn sight(&self) -> Sight {
        Sight::of(self.role, self.id)
    }

    /// Refuses what the role does not include.
    pub fn must(&self, permission: Permission) -> Result<()> {
        if self.role.may(permission) { Ok(()) } else { Err(AppError::forbidden()) }
    }

    /// Refuses tokens: what guards the account itself needs the person.
    pub fn must_be_session(&self) -> Result<()> {
        if self.scopes.is_none() {
            return Ok(());
        }
        Err(AppError::new(crate::Kind::Forbidden, "session_required", "a token can't do this; sign in"))
    }

    /// Refuses what the token was not made for.
    pub fn must_scope(&self, scope: Scope) -> Result<()> {
        let allowed = match &self.scopes {
            None => true,
            Some(scopes) => scopes.contains(&scope) || (scope == Scope::Read && scopes.contains(&Scope::Write)),
        };
        if allowed {
            Ok(())
        } else {
            Err(AppError::new(crate::Kind::Forbidden, "scope_missing", format!("the token lacks the scope '{}'", scope.as_str())))
        }
    }
}
