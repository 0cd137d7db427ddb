//! What PostgreSQL's errors mean to the ports.

use std::borrow::Cow;

use domain::ports::error::PortError;
use domain::ports::store::CommitError;

/// The name of this backend in errors.
pub(crate) const BACKEND: &str = "store";

/// Why a statement has no answer.
#[derive(Debug)]
pub(crate) enum Failed {
    /// It was not sent: the database was away a moment ago, or too many are waiting.
    Refused(&'static str),
    /// No connection could be had in time; nothing was sent.
    NoConnection(sqlx::Error),
    /// It was sent and no answer came in time: whether it was carried out is not known.
    NoAnswer,
    /// The answer began to come and did not end in time: the way is slow, or this process; the server is there.
    HalfAnAnswer,
    /// The database or the connection failed.
    Sql(sqlx::Error),
}

/// What failed, as far as anybody acts on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The named row has another version, or exists already.
    Conflict(&'static str),
    /// The transaction was rolled back for the sake of another one; it may be repeated as it is.
    Yielded,
    /// The server or the way to it failed.
    Away,
    /// The server is busy, or will not write now.
    Busy,
    /// The values are none that the server can take.
    Unfit,
    /// It will not work without somebody's help.
    Broken,
}

impl Failed {
    /// What it means.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Refused(_) | Self::HalfAnAnswer => Kind::Busy,
            Self::NoConnection(error) => match Kind::of(error) {
                kind @ (Kind::Broken | Kind::Busy) => kind,
                _ => Kind::Away,
            },
            Self::NoAnswer => Kind::Away,
            Self::Sql(error) => Kind::of(error),
        }
    }

    /// Whether less might have been answered in time.
    fn is_too_much(&self) -> bool {
        match self {
            Self::HalfAnAnswer => true,
            Self::Sql(error) => code(error).as_deref() == Some("57014"),
            Self::Refused(_) | Self::NoConnection(_) | Self::NoAnswer => false,
        }
    }

    /// Whether a read may be tried again.
    pub(crate) fn passes(&self) -> bool {
        matches!((self, self.kind()), (Self::Sql(_), Kind::Yielded | Kind::Away))
    }

    /// Whether a write may be tried again: it was certainly rolled back.
    pub(crate) fn rolled_back(&self) -> bool {
        self.kind() == Kind::Yielded
    }
}

impl Kind {
    /// Reads the SQLSTATE.
    pub(crate) fn of(error: &sqlx::Error) -> Self {
        let Some(database) = error.as_database_error() else {
            return match error {
                sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::Protocol(_) => {
                    Self::Away
                }
                sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Self::Busy,
                _ => Self::Broken,
            };
        };
        let code = database.code().unwrap_or_default();
        match (code.as_ref(), code.get(..2).unwrap_or_default()) {
            ("TB001", _) => Self::Conflict(row(database.message())),
            ("23505", _) => Self::Conflict(row(database.table().unwrap_or_default())),
            ("40001" | "40P01", _) => Self::Yielded,
            ("57P01" | "57P02" | "57P03" | "57P05", _) | (_, "08") => Self::Away,
            ("57014" | "55P03" | "25006" | "53300" | "25P03", _) => Self::Busy,
            (_, "22" | "23") => Self::Unfit,
            _ => Self::Broken,
        }
    }
}

/// Whether the session takes no writes: it may stay so when the database takes them again.
pub(crate) fn is_read_only(error: &sqlx::Error) -> bool {
    code(error).as_deref() == Some("25006")
}

/// The SQLSTATE.
fn code(error: &sqlx::Error) -> Option<Cow<'_, str>> {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code)
}

/// The name of a row in conflicts, from that of its table.
fn row(name: &str) -> &'static str {
    const ROWS: [(&str, &str); 9] = [
        ("tasks", "task"),
        ("series", "series"),
        ("reminders", "reminder"),
        ("deliveries", "delivery"),
        ("people", "person"),
        ("receipts", "receipt"),
        ("inbox", "inbox mark"),
        ("tokens", "token"),
        ("undo", "undo note"),
    ];
    let found = ROWS.iter().find(|(table, row)| *table == name || *row == name);
    found.map_or("row", |(_, row)| row)
}

impl From<Failed> for PortError {
    fn from(failed: Failed) -> Self {
        let (kind, too_much) = (failed.kind(), failed.is_too_much());
        let reason = match failed {
            Failed::Refused(why) => why.to_owned(),
            Failed::NoConnection(sqlx::Error::PoolTimedOut) => "no connection was free in time".to_owned(),
            Failed::NoAnswer => "no answer came in time".to_owned(),
            Failed::HalfAnAnswer => "the answer began to come and did not end in time".to_owned(),
            Failed::NoConnection(error) | Failed::Sql(error) => told(&error),
        };
        match kind {
            Kind::Broken => Self::Broken { backend: BACKEND, reason },
            Kind::Unfit | Kind::Conflict(_) => Self::Unfit { backend: BACKEND, reason },
            _ if too_much => Self::TooMuch { backend: BACKEND, reason },
            Kind::Yielded | Kind::Away | Kind::Busy => Self::Unavailable { backend: BACKEND, reason },
        }
    }
}

impl From<Failed> for CommitError {
    fn from(failed: Failed) -> Self {
        match (&failed, failed.kind()) {
            (_, Kind::Conflict(what)) => Self::Conflict(what),
            (Failed::NoAnswer | Failed::Sql(_), Kind::Away) | (Failed::HalfAnAnswer, _) => Self::Unknown(failed.into()),
            _ => Self::Port(failed.into()),
        }
    }
}

/// The error in words. Neither the server nor the driver repeats a password.
pub(crate) fn told(error: &sqlx::Error) -> String {
    match code(error).as_deref() {
        Some("57014") => "the statement took too long".to_owned(),
        Some("25006") => "the database takes no writes now".to_owned(),
        Some("53300") => "the database has no connection left to give".to_owned(),
        Some("53100") => "the database's disk is full".to_owned(),
        _ => error.to_string(),
    }
}

/// The port's error for an answer that cannot be read.
pub(crate) fn failed(error: sqlx::Error) -> PortError {
    Failed::Sql(error).into()
}

/// The port's error for a row that cannot be understood.
pub(crate) fn corrupt(what: &str, error: impl std::fmt::Display) -> PortError {
    PortError::Unfit { backend: BACKEND, reason: format!("a stored {what} cannot be read: {error}") }
}
