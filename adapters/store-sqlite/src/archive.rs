//! The database as one stream of rows.

use std::mem::take;
use std::path::Path;

use async_trait::async_trait;
use domain::event::Event;
use domain::ports::archive::{Archive, FillError, Filling, Held, Piece, Row, TABLES, columns, text};
use domain::ports::bus::RELAY;
use domain::ports::error::PortError;
use domain::task::Task;
use jiff::Timestamp;
use rusqlite::OptionalExtension as _;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use tokio::sync::mpsc;

use crate::commit::insert_task;
use crate::error::{Trouble, corrupt, failed};
use crate::location::Location;
use crate::open::connected;
use crate::rows::integer;
use crate::script::Script;
use crate::source::{Source, blocking};

/// How many rows are handed on at once.
const CHUNK: usize = 500;

/// A database file, outside the store's queue: for backup and restore.
#[derive(Debug)]
pub struct SqliteArchive {
    location: Location,
    /// Whether it is read only while nobody else has it open.
    alone: bool,
}

impl SqliteArchive {
    /// The file that a URL names; it is made if there is none.
    ///
    /// # Errors
    /// When the URL names no file.
    pub fn at(url: &str) -> Result<Self, PortError> {
        match Location::parse(url)? {
            Location::Memory(_) => Err(Trouble::lasting("a database in memory ends with its process").into()),
            location => Ok(Self { location, alone: false }),
        }
    }

    /// A file that is brought over: while it is read nobody else may have it open.
    ///
    /// # Errors
    /// When the URL names no file.
    pub fn alone(url: &str) -> Result<Self, PortError> {
        Ok(Self { alone: true, ..Self::at(url)? })
    }

    /// The path of the file.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.location.path()
    }

    async fn connect(&self) -> Result<SqliteConnection, PortError> {
        connected(&self.location).await
    }
}

/// A column in the database: the name there, and how it is read as JSON.
fn stored(table: &str, column: &str) -> (String, String) {
    match (table, column) {
        ("identities", "name") => ("user".to_owned(), "user".to_owned()),
        ("audit_seals", "rows") | ("receipts", "tenants") => (column.to_owned(), format!("json({column})")),
        _ => (format!("\"{column}\""), format!("\"{column}\"")),
    }
}

fn reading(table: &str) -> String {
    let columns = columns(table).unwrap_or_default();
    let fields: Vec<String> = columns.iter().map(|name| format!("'{name}', {}", stored(table, name).1)).collect();
    let places: Vec<String> = (1..=columns.len().min(3)).map(|nth| stored(table, columns[nth - 1]).0).collect();
    let row = format!("json_object({})", fields.join(", "));
    // A patch leaves out what is NULL.
    let row = if table == "receipts" { format!("json_patch('{{}}', {row})") } else { row };
    format!("SELECT {row} FROM {table} ORDER BY {}", places.join(", "))
}

fn writing(table: &str) -> String {
    let mut names: Vec<&str> = columns(table).unwrap_or_default().to_vec();
    if table == "outbox" {
        names.extend(["event_id", "stream", "version"]);
    }
    let into: Vec<String> = names.iter().map(|name| stored(table, name).0).collect();
    let arrow = |name: &&str| if ["rows", "tenants"].contains(name) { "->" } else { "->>" };
    let from: Vec<String> = names.iter().map(|name| format!("value {} '$.{name}'", arrow(name))).collect();
    format!("INSERT INTO {table} ({}) SELECT {} FROM json_each(?)", into.join(", "), from.join(", "))
}

#[async_trait]
impl Archive for SqliteArchive {
    fn place(&self) -> String {
        self.location.to_string()
    }

    /// The file stays as it is.
    async fn dump(&self, to: mpsc::Sender<Piece>) -> Result<(), PortError> {
        let opened = match self.alone {
            true => Source::alone(&self.location).await,
            false => Source::shared(&self.location).await,
        };
        let source = opened?;
        blocking(move || hand_on(&source.connection, &to)).await?
    }

    async fn fill(&self, mut from: mpsc::Receiver<Piece>, filling: Filling) -> Result<(), FillError> {
        let mut connection = self.connect().await?;
        let mut at_once = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
        for table in TABLES {
            let sql = AssertSqlSafe(format!("SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT 1)"));
            if sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut *at_once).await.map_err(failed)? > 0 {
                return Err(FillError::NotEmpty { place: self.place(), table: table.to_owned() });
            }
        }
        loop {
            match from.recv().await {
                Some(Piece::Rows(table, rows)) => write(&mut at_once, &table, rows).await?,
                Some(Piece::End) => break,
                None => return Err(FillError::BrokeOff),
            }
        }
        end(&mut at_once, filling).await?;
        at_once.commit().await.map_err(failed)?;
        Ok(connection.close().await.map_err(failed)?)
    }

    async fn held(&self) -> Result<Option<Held>, PortError> {
        if self.alone {
            let source = Source::alone(&self.location).await?;
            let found = move || source.connection.query_row(HELD, [], |row| Ok((row.get(0)?, row.get(1)?))).optional();
            return blocking(found).await?.map_err(failed)?.map(told).transpose();
        }
        let mut connection = self.connect().await?;
        let held = held(&mut connection).await?;
        connection.close().await.map_err(failed)?;
        Ok(held)
    }

    async fn release(&self) -> Result<Option<Held>, PortError> {
        let mut connection = self.connect().await?;
        let held = held(&mut connection).await?;
        sqlx::query("DELETE FROM hold").execute(&mut connection).await.map_err(failed)?;
        connection.close().await.map_err(failed)?;
        Ok(held)
    }
}

fn read(table: &str, line: &str) -> Result<Row, PortError> {
    serde_json::from_str(line).map_err(|error| corrupt(table, error))
}

/// All rows of one moment, table by table.
fn hand_on(from: &rusqlite::Connection, to: &mpsc::Sender<Piece>) -> Result<(), PortError> {
    let at_once = from.unchecked_transaction().map_err(failed)?;
    for table in TABLES {
        let mut statement = at_once.prepare(&reading(table)).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        let mut chunk = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            chunk.push(read(table, &row.get::<_, String>(0).map_err(failed)?)?);
            if chunk.len() == CHUNK {
                send(to, Piece::Rows(table.to_owned(), take(&mut chunk)))?;
            }
        }
        if !chunk.is_empty() {
            send(to, Piece::Rows(table.to_owned(), chunk))?;
        }
    }
    send(to, Piece::End)
}

fn send(to: &mpsc::Sender<Piece>, piece: Piece) -> Result<(), PortError> {
    to.blocking_send(piece).map_err(|_| Trouble::lasting("nobody takes the rows").into())
}

async fn write(connection: &mut SqliteConnection, table: &str, mut rows: Vec<Row>) -> Result<(), FillError> {
    let bad = |reason: String| FillError::Row { table: table.to_owned(), reason };
    if columns(table).is_none() {
        return Err(bad("there is no such table".to_owned()));
    }
    if table == "tasks" {
        return tasks(connection, &rows).await;
    }
    if table == "outbox" {
        for row in &mut rows {
            let event: Event = serde_json::from_str(field(row, "payload")).map_err(|error| bad(error.to_string()))?;
            row.insert("event_id".to_owned(), event.id.to_string().into());
            row.insert("stream".to_owned(), event.stream().to_string().into());
            row.insert("version".to_owned(), integer(event.data.version).into());
        }
    }
    let lines: Vec<String> = rows.iter().map(text).collect();
    let query = sqlx::query(AssertSqlSafe(writing(table))).bind(format!("[{}]", lines.join(",")));
    query.execute(connection).await.map_err(|error| bad(error.to_string()))?;
    Ok(())
}

fn field<'a>(row: &'a Row, name: &str) -> &'a str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Tasks as a command writes them, with the very document that was read.
async fn tasks(connection: &mut SqliteConnection, rows: &[Row]) -> Result<(), FillError> {
    let bad = |reason: String| FillError::Row { table: "tasks".to_owned(), reason };
    for row in rows {
        let document = field(row, "doc");
        let task: Task = serde_json::from_str(document).map_err(|error| bad(error.to_string()))?;
        let mut script = Script::new();
        insert_task(&mut script, &task, document.to_owned());
        script.run_at_once(connection).await.map_err(|error| bad(error.to_string()))?;
    }
    Ok(())
}

/// Leaves out what may have been given out since, and holds back what is overdue.
async fn end(connection: &mut SqliteConnection, filling: Filling) -> Result<(), PortError> {
    let highest = "UPDATE sqlite_sequence SET seq = max(seq, CASE name WHEN 'outbox'
            THEN (SELECT coalesce(max(position), 0) FROM cursors) ELSE 0 END) + ?
        WHERE name IN ('outbox', 'audit_log')";
    sqlx::query(
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'outbox', 0 WHERE NOT EXISTS
            (SELECT 1 FROM sqlite_sequence WHERE name = 'outbox')",
    )
    .execute(&mut *connection)
    .await
    .map_err(failed)?;
    sqlx::query(highest).bind(filling.gap).execute(&mut *connection).await.map_err(failed)?;
    let spared = sqlx::query("UPDATE counters SET spared = ?").bind(filling.numbers);
    spared.execute(&mut *connection).await.map_err(failed)?;
    if filling.anew {
        let begin = sqlx::query("UPDATE cursors SET position = 0 WHERE consumer = ?").bind(RELAY);
        begin.execute(&mut *connection).await.map_err(failed)?;
    }
    if let Some(until) = filling.hold {
        let hold = sqlx::query("INSERT INTO hold (one, until) VALUES (1, ?)").bind(until.as_microsecond());
        hold.execute(&mut *connection).await.map_err(failed)?;
    }
    Ok(())
}

const HELD: &str = "SELECT until,
        (SELECT count(*) FROM reminders WHERE state = 'scheduled' AND at <= until)
        + (SELECT count(*) FROM deliveries WHERE open = 1 AND next_attempt_at <= until) FROM hold";

async fn held(connection: &mut SqliteConnection) -> Result<Option<Held>, PortError> {
    sqlx::query_as(HELD).fetch_optional(connection).await.map_err(failed)?.map(told).transpose()
}

fn told((until, count): (i64, i64)) -> Result<Held, PortError> {
    let until = Timestamp::from_microsecond(until).map_err(|error| corrupt("instant", error))?;
    Ok(Held { until, count: u64::try_from(count).unwrap_or_default() })
}
