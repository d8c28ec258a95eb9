//! PostgreSQL's errors in the store's words.

use sqlx::error::ErrorKind;
use store::StoreError;

/// What to make of an error met while `doing` something.
pub(crate) fn failed(doing: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |error| match error {
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::ColumnNotFound(_) => {
            StoreError::Corrupt { what: "row", source: error.into() }
        }
        other => StoreError::Unavailable { doing, source: other.into() },
    }
}

/// A constraint that a write would have broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Another row has this; the constraint's name.
    Unique(&'static str),
    /// The row it refers to is not there.
    Reference,
}

/// Which of the constraints a caller can do something about was broken.
pub(crate) fn broken(error: &sqlx::Error, constraints: &[&'static str]) -> Option<Broken> {
    let error = error.as_database_error()?;
    match error.kind() {
        ErrorKind::UniqueViolation => {
            let broken = error.constraint()?;
            constraints.iter().find(|constraint| **constraint == broken).map(|name| Broken::Unique(name))
        }
        ErrorKind::ForeignKeyViolation => Some(Broken::Reference),
        _ => None,
    }
}
