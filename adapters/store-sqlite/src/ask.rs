//! A question: one statement with its values. Being one statement, it sees one point in time.

use std::borrow::Cow;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::rows::Row;

/// A statement that reads.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) sql: Cow<'static, str>,
    values: Vec<Value>,
}

impl Ask {
    /// A statement whose parameters are `?` in order or `?1`, `?2`, …; it must hold no foreign text.
    pub(crate) fn new(sql: impl Into<Cow<'static, str>>) -> Self {
        Self { sql: sql.into(), values: Vec::new() }
    }

    /// The value of the next parameter.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// The question of how it would be answered.
    #[cfg(test)]
    pub(crate) fn explained(&self) -> Self {
        Self { sql: format!("EXPLAIN QUERY PLAN {}", self.sql).into(), values: self.values.clone() }
    }

    /// The rows that answer it, up to and with the first one after which no `more` are wanted.
    pub(crate) fn run(&self, connection: &Connection, more: More<'_>) -> rusqlite::Result<Vec<Row>> {
        let mut statement = connection.prepare_cached(&self.sql)?;
        let width = statement.column_count();
        // A question that is put together may leave the last of its values out.
        let named = self.values.iter().take(statement.parameter_count());
        let mut found = statement.query(params_from_iter(named))?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let row = Row::read(row, width)?;
            let goes_on = more(&row);
            rows.push(row);
            if !goes_on {
                break;
            }
        }
        Ok(rows)
    }
}

/// Whether another row is wanted after this one.
pub(crate) type More<'a> = &'a mut (dyn FnMut(&Row) -> bool + Send);
