//! A write as data: statements, their values, and how many rows each must touch.

use futures::TryStreamExt;
use sqlx::sqlite::{SqliteArguments, SqliteQueryResult, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, Either, Encode, Executor, Sqlite, SqliteConnection, Type};

use crate::error::{Kind, Trouble};
use domain::fault;

/// Ends the savepoint of the script before and begins one for this script. A group begins with an open one.
const PROLOGUE: &str = "RELEASE script; SAVEPOINT script;";
/// How many statements the prologue has.
const PROLOGUE_STEPS: usize = 2;
/// Longer scripts are rare and all different: they are not kept prepared.
const KEPT_STEPS: usize = 16;

/// Statements that are sent to the connection as one, each with its values in the order of its `?`.
#[derive(Debug)]
pub(crate) struct Script {
    sql: String,
    args: SqliteArguments,
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug)]
struct Step {
    what: &'static str,
    touches_one: bool,
}

/// What a script did.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// The rows that its statements gave, in order.
    pub(crate) rows: Vec<SqliteRow>,
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
        Self { sql: PROLOGUE.to_owned(), args: SqliteArguments::default(), steps: Vec::new() }
    }

    /// A statement that may touch any number of rows; `what` names it in conflicts.
    pub(crate) fn step(&mut self, what: &'static str, sql: &'static str) -> &mut Self {
        self.push(sql, Step { what, touches_one: false })
    }

    /// A statement that must change exactly one row, else the script is a conflict over `what`.
    pub(crate) fn must(&mut self, what: &'static str, sql: &'static str) -> &mut Self {
        self.push(sql, Step { what, touches_one: true })
    }

    fn push(&mut self, sql: &'static str, step: Step) -> &mut Self {
        self.sql.push_str(sql);
        self.sql.push(';');
        self.steps.push(step);
        self
    }

    /// The value of the next `?`.
    pub(crate) fn bind<'q, T: Encode<'q, Sqlite> + Type<Sqlite>>(&mut self, value: T) -> &mut Self {
        self.args.add(value).expect("integers and text always encode");
        self
    }

    /// Runs it on a connection that is inside a transaction with the savepoint `script` open.
    ///
    /// The outer error dooms the whole transaction; the inner one leaves this script to be rolled back.
    pub(crate) async fn run(self, connection: &mut SqliteConnection) -> Result<Result<Written, Rejected>, Trouble> {
        let Self { sql, args, steps } = self;
        let query = sqlx::query_with(AssertSqlSafe(sql), args).persistent(steps.len() <= KEPT_STEPS);
        let mut results = connection.fetch_many(query);
        let mut progress = Progress::new(&steps);
        loop {
            match results.try_next().await {
                Ok(Some(Either::Left(done))) => progress.step_done(&done),
                Ok(Some(Either::Right(row))) => progress.written.rows.push(row),
                Ok(None) => return Ok(progress.end()),
                Err(error) => return progress.failed(error).map(Err),
            }
        }
    }
}

/// How far a script has come.
struct Progress<'a> {
    steps: &'a [Step],
    prologue: usize,
    written: Written,
    conflict: Option<&'static str>,
}

impl<'a> Progress<'a> {
    fn new(steps: &'a [Step]) -> Self {
        Self { steps, prologue: PROLOGUE_STEPS, written: Written::default(), conflict: None }
    }

    fn step_done(&mut self, done: &SqliteQueryResult) {
        if self.prologue > 0 {
            self.prologue -= 1;
            return;
        }
        let touched = done.rows_affected();
        if let Some(step) = self.current()
            && step.touches_one
            && touched != 1
        {
            self.conflict.get_or_insert(step.what);
        }
        self.written.touched.push(touched);
        if self.written.touched.len() == self.steps.len().div_ceil(2) {
            fault::crash_point("store.mid_change");
        }
    }

    fn current(&self) -> Option<&'a Step> {
        self.steps.get(self.written.touched.len())
    }

    fn end(self) -> Result<Written, Rejected> {
        match self.conflict {
            None => Ok(self.written),
            Some(what) => Err(Rejected::Conflict(what)),
        }
    }

    /// A statement failed: a taken key is a conflict, a broken rule concerns this script alone, and after
    /// anything else SQLite may have rolled the transaction back.
    fn failed(&self, error: sqlx::Error) -> Result<Rejected, Trouble> {
        let what = self.current().map_or("script", |step| step.what);
        match Kind::of(&error) {
            Kind::Taken => Ok(Rejected::Conflict(what)),
            Kind::Constraint => Ok(Rejected::Rule(Trouble::lasting(format!("{what}: {error}")))),
            _ => Err(error.into()),
        }
    }
}
