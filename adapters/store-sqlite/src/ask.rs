//! A question: one statement with its values. Being one statement, it sees one point in time.

use std::borrow::Cow;

use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, Encode, Sqlite, Type};

/// A statement that reads.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) sql: Cow<'static, str>,
    pub(crate) args: SqliteArguments,
}

impl Ask {
    /// A statement whose parameters are `?` in order or `?1`, `?2`, …; it must hold no foreign text.
    pub(crate) fn new(sql: impl Into<Cow<'static, str>>) -> Self {
        Self { sql: sql.into(), args: SqliteArguments::default() }
    }

    /// The value of the next parameter.
    pub(crate) fn bind<'q, T: Encode<'q, Sqlite> + Type<Sqlite>>(mut self, value: T) -> Self {
        self.args.add(value).expect("integers and text always encode");
        self
    }
}
