//! PostgreSQL's errors in the store's words.

use store::StoreError;

/// What to make of an error met while `doing` something.
pub(crate) fn failed(doing: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |error| {
        // What was read does not fit the columns; everything else is the database not doing what it was asked.
        let misread = matches!(
            error,
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::ColumnNotFound(_)
        );
        let source = error.into();
        if misread {
            StoreError::Corrupt { what: "row", source }
        } else {
            StoreError::Unavailable { doing, source }
        }
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
    if error.is_unique_violation() {
        let broken = error.constraint()?;
        return constraints.iter().find(|constraint| **constraint == broken).map(|name| Broken::Unique(name));
    }
    error.is_foreign_key_violation().then_some(Broken::Reference)
}
