//! Roles, permissions, token scopes, and which cases a person sees.

use serde::{Deserialize, Serialize};
use tertulia_kernel::{DepartmentId, UserId};

/// Role of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Administrator,
    /// All cases, monitors and rules; no users, secrets or company settings.
    Supervisor,
    /// Cases of the own departments and those assigned.
    Agent,
}

/// Something that needs more than being signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Invite, change and disable users; see their tokens.
    ManageUsers,
    /// Create and rename departments.
    ManageDepartments,
    /// Connect and change channels, see their settings.
    ManageChannels,
    /// See channels' health and quarantine, replay from it.
    WatchChannels,
    /// Push posts in a session, and make tokens that push: whoever may writes what others take for customers' words.
    PushPosts,
    /// Create and change monitors.
    EditMonitors,
    /// Create and change rules.
    EditRules,
    /// Create and change ready-made answers.
    EditCannedAnswers,
    /// Change company settings and the send policy, load and remove the sample company.
    ManageCompany,
    /// Read the audit ledger.
    ReadAudit,
    /// Assign cases to others.
    AssignOthers,
    /// See every case, whatever its department.
    SeeAllCases,
}

impl Role {
    /// Whether the role includes a permission.
    pub const fn may(self, permission: Permission) -> bool {
        match self {
            Self::Administrator => true,
            Self::Supervisor => matches!(
                permission,
                Permission::WatchChannels
                    | Permission::PushPosts
                    | Permission::EditMonitors
                    | Permission::EditRules
                    | Permission::EditCannedAnswers
                    | Permission::AssignOthers
                    | Permission::SeeAllCases
            ),
            Self::Agent => false,
        }
    }

    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Supervisor => "supervisor",
            Self::Agent => "agent",
        }
    }

    /// Reads the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "administrator" => Some(Self::Administrator),
            "supervisor" => Some(Self::Supervisor),
            "agent" => Some(Self::Agent),
            _ => None,
        }
    }
}

/// What an API token may be used for. A token never exceeds its owner's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Push posts.
    Push,
    /// Read everything the owner may.
    Read,
    /// Change everything the owner may; includes reading.
    Write,
}

impl Scope {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// Reads the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "push" => Some(Self::Push),
            "read" => Some(Self::Read),
            "write" => Some(Self::Write),
            _ => None,
        }
    }
}

/// Which cases somebody sees: the one predicate of the case lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// All.
    All,
    /// Those of the user's departments, those assigned to the user, and those that have no department yet.
    Own(UserId),
}

impl Sight {
    /// What a user of this role sees.
    pub const fn of(role: Role, user: UserId) -> Self {
        if role.may(Permission::SeeAllCases) { Self::All } else { Self::Own(user) }
    }

    /// The predicate itself, on facts in hand.
    pub fn sees(self, department: Option<DepartmentId>, assignee: Option<UserId>, own_departments: &[DepartmentId]) -> bool {
        match self {
            Self::All => true,
            Self::Own(user) => assignee == Some(user) || department.is_none_or(|department| own_departments.contains(&department)),
        }
    }
}
