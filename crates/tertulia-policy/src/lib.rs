//! Who may do what, and what may go out. Pure decisions: the facts come in, the verdict goes out.
//!
//! **Never here:** loading facts, HTTP, SQL. The one exception in spirit is [`Sight`], which names the predicate the
//! store turns into SQL, so that lists, counts, searches and exports all ask the same question.
//!
//! ```
//! use tertulia_policy::{Permission, Role};
//! assert!(Role::Supervisor.may(Permission::EditMonitors));
//! assert!(!Role::Agent.may(Permission::EditMonitors));
//! ```

pub mod gate;
pub mod role;

pub use role::{Permission, Role, Scope, Sight};
