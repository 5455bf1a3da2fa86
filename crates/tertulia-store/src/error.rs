//! What can go wrong with the database, as far as a caller may care.

/// A database error, with the cases a caller may act on told apart.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A constraint refused the write: somebody else was first, or the input names something that is not there.
    #[error("constraint {0:?}")]
    Constraint(Constraint),
    /// What should be changed is not there.
    #[error("not found")]
    NotFound,
    /// The database's own trouble (unreachable, full disk, corrupt file).
    #[error("database: {0}")]
    Database(#[source] sqlx::Error),
    /// Another node wrote the same thing at the same moment: doing it again finds it there.
    #[error("another node was faster")]
    Raced,
    /// A migration failed.
    #[error("migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A stored value can't be read.
    #[error("stored value of {0}: {1}")]
    Corrupt(&'static str, String),
}

/// Which kind of constraint, and its name or column as the database tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// A value that must be unique is there already.
    Unique(String),
    /// The row it points to is not there, or is still pointed to.
    Reference(String),
    /// A check refused the value.
    Check(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::error::ErrorKind;
        match &error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::Database(refusal) => {
                let name = refusal.constraint().map_or_else(|| refusal.message().to_owned(), str::to_owned);
                match refusal.kind() {
                    ErrorKind::UniqueViolation => Self::Constraint(Constraint::Unique(name)),
                    ErrorKind::ForeignKeyViolation => Self::Constraint(Constraint::Reference(name)),
                    ErrorKind::CheckViolation | ErrorKind::NotNullViolation => Self::Constraint(Constraint::Check(name)),
                    _ => Self::Database(error),
                }
            }
            _ => Self::Database(error),
        }
    }
}

impl StoreError {
    /// Whether doing the same again may succeed: a race, a deadlock, a serialisation failure.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Raced => true,
            Self::Database(sqlx::Error::Database(error)) => matches!(error.code().as_deref(), Some("40001" | "40P01" | "5" | "517")),
            _ => false,
        }
    }

    /// Whether a uniqueness constraint refused the write.
    pub fn is_unique(&self) -> bool {
        matches!(self, Self::Constraint(Constraint::Unique(_)))
    }
}
