//! What SQLite's errors mean to the ports.

use std::borrow::Cow;

use domain::ports::error::PortError;

/// The name of this backend in errors.
pub(crate) const BACKEND: &str = "store";

/// Why the database failed, in a form that can be told to everybody in a group.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    help: Help,
    reason: String,
}

/// What can help.
#[derive(Clone, Copy, Debug)]
enum Help {
    /// To wait.
    Time,
    /// Somebody.
    People,
    /// Other values.
    Nothing,
}

impl Trouble {
    /// It may work later.
    pub(crate) fn passing(reason: impl Into<String>) -> Self {
        Self { help: Help::Time, reason: reason.into() }
    }

    /// It will not work without somebody's help.
    pub(crate) fn lasting(reason: impl Into<String>) -> Self {
        Self { help: Help::People, reason: reason.into() }
    }

    /// It never works with these values.
    pub(crate) fn unfit(reason: impl Into<String>) -> Self {
        Self { help: Help::Nothing, reason: reason.into() }
    }
}

impl From<Trouble> for PortError {
    fn from(trouble: Trouble) -> Self {
        let Trouble { help, reason } = trouble;
        match help {
            Help::Time => Self::Unavailable { backend: BACKEND, reason },
            Help::People => Self::Broken { backend: BACKEND, reason },
            Help::Nothing => Self::Unfit { backend: BACKEND, reason },
        }
    }
}

impl Trouble {
    fn of(kind: Kind, error: &dyn std::error::Error) -> Self {
        match kind {
            Kind::Busy => Self::passing("another process is writing to the database"),
            Kind::Full => Self::lasting("the disk is full"),
            Kind::ReadOnly => Self::lasting("the database is read-only"),
            Kind::Corrupt => Self::lasting(format!("the database file is damaged: {error}")),
            Kind::Taken | Kind::Constraint | Kind::TooBig => Self::unfit(error.to_string()),
            _ => Self::lasting(error.to_string()),
        }
    }
}

impl From<sqlx::Error> for Trouble {
    fn from(error: sqlx::Error) -> Self {
        Self::of(Kind::of(&error), &error)
    }
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::of(Kind::of_statement(&error), &error)
    }
}

/// The port's error for a failed read.
pub(crate) fn failed(error: impl Into<Trouble>) -> PortError {
    error.into().into()
}

/// The port's error for a row that cannot be understood.
pub(crate) fn corrupt(what: &str, error: impl std::fmt::Display) -> PortError {
    PortError::Unfit { backend: BACKEND, reason: format!("a stored {what} cannot be read: {error}") }
}

/// SQLite's result codes, as far as anybody acts on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Somebody else holds the lock.
    Busy,
    /// A row with this key exists.
    Taken,
    /// Another constraint: only the statement failed.
    Constraint,
    /// A value is longer than any may be.
    TooBig,
    /// No space left.
    Full,
    /// The file or folder cannot be written.
    ReadOnly,
    /// The file cannot be opened.
    CantOpen,
    /// The file is damaged.
    Corrupt,
    /// The file holds something else.
    NotADatabase,
    /// It took more steps than it was given.
    Interrupted,
    /// Anything else.
    Other,
}

impl Kind {
    /// Reads SQLite's extended result code.
    pub(crate) fn of(error: &sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        Self::of_code(code.unwrap_or(Cow::Borrowed("0")).parse().unwrap_or(0))
    }

    /// The same of a statement that the store ran itself.
    pub(crate) fn of_statement(error: &rusqlite::Error) -> Self {
        Self::of_code(error.sqlite_error().map_or(0, |error| error.extended_code))
    }

    fn of_code(code: i32) -> Self {
        match (code, code & 0xff) {
            (1555 | 2067 | 2579, _) => Self::Taken,
            (_, 5 | 6) => Self::Busy,
            (_, 8) => Self::ReadOnly,
            (_, 9) => Self::Interrupted,
            (_, 11) => Self::Corrupt,
            (_, 13) => Self::Full,
            (_, 14) => Self::CantOpen,
            (_, 18) => Self::TooBig,
            (_, 19) => Self::Constraint,
            (_, 26) => Self::NotADatabase,
            _ => Self::Other,
        }
    }
}
