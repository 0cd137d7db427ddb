//! The statements of one create in a bare loop, on the schema and with the bytes of a database that the program made.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, OpenFlags, Statement, params_from_iter};
use serde_json::Value;

use crate::tally::Tally;

/// What a create commits, as `adapters/store-sqlite/src/commit` writes it.
const CREATE: [(&str, &str); 5] = [
    ("undo", "INSERT INTO undo VALUES (?, ?) ON CONFLICT (conversation) DO UPDATE SET doc = excluded.doc"),
    ("lists", "INSERT INTO lists VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"),
    (
        "counters",
        "INSERT INTO counters (tenant, last) VALUES (?, ?)
         ON CONFLICT (tenant) DO UPDATE SET last = excluded.last, spared = 0 WHERE excluded.last > counters.last",
    ),
    ("tasks", "INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    (
        "outbox",
        "INSERT INTO outbox (topic, key, event_id, stream, version, created_at, payload) VALUES (?, ?, ?, ?, ?, ?, ?)",
    ),
];

/// What the loop copies, and how it commits.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// A database of the program with at least one task in it.
    #[arg(long)]
    like: PathBuf,
    /// A database that does not exist yet; on the same disk.
    #[arg(long)]
    into: PathBuf,
    /// How many creates share a commit.
    #[arg(long, default_value_t = 1)]
    per_commit: u64,
    /// How long, counted inside the transactions alone.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
}

/// Runs the loop.
pub(crate) fn run(options: &Options) -> Result<Value> {
    let like = Connection::open_with_flags(&options.like, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let connection = empty_copy(&like, &options.into)?;
    let sample = Sample::of(&like)?;
    let mut statements = Vec::new();
    for (_, sql) in CREATE {
        statements.push(connection.prepare(sql)?);
    }
    let (mut tally, mut spent, mut nth) = (Tally::default(), Duration::ZERO, 0);
    while spent.as_secs_f64() < options.seconds {
        let creates: Vec<_> = (0..options.per_commit).map(|more| sample.renamed(nth + more)).collect();
        nth += options.per_commit;
        let began = Instant::now();
        commit(&connection, &mut statements, creates)?;
        let took = began.elapsed();
        spent += took;
        (0..options.per_commit).for_each(|_| tally.done(took));
    }
    Ok(tally.told(spent))
}

/// The schema of a database, empty, with the settings of the program's writer.
fn empty_copy(like: &Connection, into: &Path) -> Result<Connection> {
    let connection = Connection::open(into)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA recursive_triggers = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    let mut schema = like.prepare(
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
         ORDER BY CASE type WHEN 'table' THEN 1 WHEN 'index' THEN 2 ELSE 3 END, rowid",
    )?;
    for sql in schema.query_map([], |row| row.get::<_, String>(0))? {
        connection.execute_batch(&sql?)?;
    }
    Ok(connection)
}

fn commit(connection: &Connection, statements: &mut [Statement<'_>], creates: Vec<Vec<Vec<Cell>>>) -> Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    for create in creates {
        for (statement, row) in statements.iter_mut().zip(create) {
            statement.execute(params_from_iter(row))?;
        }
    }
    connection.execute_batch("COMMIT")?;
    Ok(())
}

/// The rows of the last create in a database, in the order of the statements.
struct Sample {
    rows: Vec<Vec<Cell>>,
    /// The ids of the task and the event.
    ids: [String; 2],
}

impl Sample {
    fn of(like: &Connection) -> Result<Self> {
        let number: i64 = like.query_row("SELECT max(number) FROM tasks", [], |row| row.get(0))?;
        let text = |sql: &str, about: &str| like.query_row(sql, [about], |row| row.get::<_, String>(0));
        let task = text("SELECT id FROM tasks WHERE number = ?", &number.to_string()).context("no task")?;
        let event = text("SELECT event_id FROM outbox WHERE stream = 'task/' || ? AND version = 1", &task)?;
        let one = |sql: &str| row(like, sql, &task);
        let rows = vec![
            one("SELECT * FROM undo WHERE instr(doc, ?1) > 0")?,
            one("SELECT l.* FROM lists l JOIN tasks t ON t.list = l.id WHERE t.id = ?1")?,
            one("SELECT c.tenant, c.last FROM counters c JOIN tasks t ON t.tenant = c.tenant WHERE t.id = ?1")?,
            one("SELECT * FROM tasks WHERE id = ?1")?,
            one("SELECT topic, key, event_id, stream, version, created_at, payload FROM outbox
                 WHERE stream = 'task/' || ?1 AND version = 1")?,
        ];
        Ok(Self { rows, ids: [task, event] })
    }

    /// The same bytes about another task, with ids and a number that rise as the program's do.
    fn renamed(&self, nth: u64) -> Vec<Vec<Cell>> {
        let ids = [0, 1].map(|kind| format!("{:08x}-{:04x}-7000-8000-{kind:012x}", nth >> 16, nth & 0xffff));
        let mut rows: Vec<Vec<Cell>> = self.rows.clone();
        for cell in rows.iter_mut().flatten() {
            if let Cell::Text(text) = cell {
                *text = text.replace(&self.ids[0], &ids[0]).replace(&self.ids[1], &ids[1]);
            }
        }
        let number = Cell::Integer(i64::try_from(nth + 1).unwrap_or(i64::MAX));
        rows[2][1] = number.clone();
        rows[3][3] = number;
        rows
    }
}

fn row(like: &Connection, sql: &str, task: &str) -> Result<Vec<Cell>> {
    let mut statement = like.prepare(sql)?;
    let columns = statement.column_count();
    let cells = statement.query_row([task], |row| (0..columns).map(|nth| row.get(nth)).collect());
    cells.with_context(|| format!("no row: {sql}"))
}
