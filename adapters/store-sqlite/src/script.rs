//! A write as data: statements, their values, and how many rows each must touch.

use domain::fault;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use sqlx::SqliteConnection;

use crate::error::{Kind, Trouble};

/// Statements with their values in the order of their `?`, which are carried out together or not at all.
#[derive(Debug, Default)]
pub(crate) struct Script {
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    what: &'static str,
    sql: &'static str,
    touches_one: bool,
    values: Vec<Value>,
}

/// What a script did.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// The first column of the rows that its statements gave, in order.
    pub(crate) texts: Vec<String>,
    /// How many rows each step changed.
    pub(crate) touched: Vec<u64>,
}

/// Why a script was rolled back alone.
#[derive(Debug)]
pub(crate) enum Rejected {
    /// The named row has another version, or exists already.
    Conflict(&'static str),
    /// A rule of the schema was broken.
    Rule(Trouble),
}

impl Script {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A statement that may touch any number of rows; `what` names it in conflicts.
    pub(crate) fn step(&mut self, what: &'static str, sql: &'static str) -> &mut Self {
        self.push(what, sql, false)
    }

    /// A statement that must change exactly one row, else the script is a conflict over `what`.
    pub(crate) fn must(&mut self, what: &'static str, sql: &'static str) -> &mut Self {
        self.push(what, sql, true)
    }

    fn push(&mut self, what: &'static str, sql: &'static str, touches_one: bool) -> &mut Self {
        self.steps.push(Step { what, sql, touches_one, values: Vec::new() });
        self
    }

    /// The value of the next `?`.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.steps.last_mut().expect("a value follows its statement").values.push(value.into());
        self
    }

    /// Runs it on a connection that is inside a transaction with a savepoint open.
    ///
    /// The outer error dooms the whole transaction; the inner one leaves this script to be rolled back.
    pub(crate) fn run(self, connection: &Connection) -> Result<Result<Written, Rejected>, Trouble> {
        let mut written = Written::default();
        let middle = self.steps.len().div_ceil(2);
        for step in self.steps {
            let (what, touches_one) = (step.what, step.touches_one);
            let touched = match step.run(connection, &mut written.texts) {
                Ok(touched) => touched,
                Err(error) => return failed(what, error).map(Err),
            };
            if touches_one && touched != 1 {
                return Ok(Err(Rejected::Conflict(what)));
            }
            written.touched.push(touched);
            if written.touched.len() == middle {
                fault::crash_point("store.mid_change");
            }
        }
        Ok(Ok(written))
    }

    /// Runs it on a connection that reads otherwise, inside a transaction that any failure dooms: for whoever fills a
    /// whole database.
    pub(crate) async fn run_at_once(self, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        for step in self.steps {
            let bound = step.values.into_iter().fold(sqlx::query(step.sql), |query, value| match value {
                Value::Null => query.bind(None::<i64>),
                Value::Integer(integer) => query.bind(integer),
                Value::Real(real) => query.bind(real),
                Value::Text(text) => query.bind(text),
                Value::Blob(blob) => query.bind(blob),
            });
            bound.execute(&mut *connection).await?;
        }
        Ok(())
    }
}

impl Step {
    /// How many rows it changed; what it gave goes into `texts`.
    fn run(self, connection: &Connection, texts: &mut Vec<String>) -> rusqlite::Result<u64> {
        let mut statement = connection.prepare_cached(self.sql)?;
        if statement.column_count() == 0 {
            return Ok(statement.execute(params_from_iter(self.values))? as u64);
        }
        for text in statement.query_map(params_from_iter(self.values), |row| row.get(0))? {
            texts.push(text?);
        }
        Ok(connection.changes())
    }
}

/// A statement failed: a taken key is a conflict, a broken rule concerns this script alone, and after anything else
/// SQLite may have rolled the transaction back.
fn failed(what: &'static str, error: rusqlite::Error) -> Result<Rejected, Trouble> {
    match Kind::of_statement(&error) {
        Kind::Taken => Ok(Rejected::Conflict(what)),
        Kind::Constraint => Ok(Rejected::Rule(Trouble::lasting(format!("{what}: {error}")))),
        _ => Err(error.into()),
    }
}
