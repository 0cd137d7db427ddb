//! The database as one stream of rows, read as the backup role, written as the database's owner.

use async_trait::async_trait;
use domain::ports::archive::{Archive, FillError, Filling, Held, Piece, Row, TABLES, columns, text};
use domain::ports::bus::RELAY;
use domain::ports::error::PortError;
use domain::task::Task;
use futures::TryStreamExt;
use jiff::Timestamp;
use serde_json::Value;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row as _};
use tokio::sync::mpsc;

use crate::bell::CHANNEL;
use crate::commit::task_record;
use crate::error::{BACKEND, corrupt, failed};
use crate::literal::array;
use crate::open::{OpenError, login, place};

/// How many rows are handed on at once.
const CHUNK: usize = 500;

/// Tables under row-level security, which holds their owner back as well.
const GUARDED: &str = "
    SELECT coalesce(array_agg(relname::text), '{}') FROM pg_class
    WHERE relnamespace = 'taskbot'::regnamespace AND relkind IN ('r', 'p') AND relforcerowsecurity";

/// Whoever owns the database may belong to the role that reads all of it.
const JOIN: &str = "DO $$ BEGIN
    IF NOT pg_has_role(current_user, 'taskbot_backup', 'MEMBER') THEN
        EXECUTE format('GRANT taskbot_backup TO %I', current_user);
    END IF;
END $$";

/// A database as its owner reaches it: to read it, as a member of the backup role. What is held back is told and let
/// go to the service's login.
#[derive(Debug)]
pub struct PostgresArchive {
    login: PgConnectOptions,
}

impl PostgresArchive {
    /// The database that a URL names.
    ///
    /// # Errors
    /// When the URL cannot be read.
    pub fn at(url: &str) -> Result<Self, OpenError> {
        // Whoever is slow to give or take rows is not idle.
        let login = login(url)?.options([("idle_in_transaction_session_timeout", "0"), ("statement_timeout", "0")]);
        Ok(Self { login })
    }

    async fn connect(&self) -> Result<PgConnection, PortError> {
        let unavailable = |error: sqlx::Error| PortError::Unavailable {
            backend: BACKEND,
            reason: format!("{}: {}", place(&self.login), crate::error::told(&error)),
        };
        self.login.connect().await.map_err(unavailable)
    }

    /// As the service's login can: whoever lets reminders go need not own the database.
    async fn operator(&self) -> Result<PgConnection, PortError> {
        let mut connection = self.connect().await?;
        connection.execute("SET ROLE taskbot_relay").await.map_err(failed)?;
        Ok(connection)
    }

    async fn reader(&self) -> Result<PgConnection, PortError> {
        let mut connection = self.connect().await?;
        connection.execute(JOIN).await.map_err(failed)?;
        connection.execute("SET ROLE taskbot_backup").await.map_err(failed)?;
        Ok(connection)
    }
}

/// The order of a table's rows, which is that of their bytes in every store.
fn order(table: &str) -> &'static str {
    match table {
        "identities" => r#"tenant COLLATE "C", name COLLATE "C", person"#,
        "memberships" => r#"person, tenant COLLATE "C", channel COLLATE "C""#,
        "counters" | "installations" => r#"tenant COLLATE "C""#,
        "receipts" => r#"at, key COLLATE "C""#,
        "undo" => r#"conversation COLLATE "C""#,
        "cursors" => r#"consumer COLLATE "C""#,
        "inbox" | "parked" => r#"consumer COLLATE "C", stream COLLATE "C", version"#,
        "outbox" => "position",
        "audit_people" => "person, row",
        "audit_seals" => r#"tenant COLLATE "C", n"#,
        "deleted_tasks" => "task",
        "acts" | "audit_log" | "audit_content" | "audit_unsealed" => "row",
        _ => "id",
    }
}

/// How a kept column is read.
fn read(table: &str, column: &str) -> String {
    match (table, column) {
        ("deliveries", "open") => "open::int AS open".to_owned(),
        ("cursors", "position") => "settled AS position".to_owned(),
        ("audit_log", "stream") => "CASE WHEN reminder THEN 'reminder/' ELSE 'task/' END || id AS stream".to_owned(),
        ("audit_log", "digest") | ("audit_content", "salt") => format!("encode({column}, 'hex') AS {column}"),
        _ => column.to_owned(),
    }
}

/// Where a kept column is written to, and what; `j` is the row, `r` the row in the table's types.
fn written(table: &str, column: &'static str) -> Vec<(&'static str, String)> {
    let plain = format!("r.{column}");
    match (table, column) {
        ("cursors", "position") => vec![("position", plain.clone()), ("settled", plain)],
        ("audit_log", "stream") => vec![
            ("id", "split_part(j ->> 'stream', '/', 2)::uuid".to_owned()),
            ("reminder", "(j ->> 'stream') LIKE 'reminder/%'".to_owned()),
        ],
        ("audit_log", "digest") | ("audit_content", "salt") => {
            vec![(column, format!("decode(j ->> '{column}', 'hex')"))]
        }
        _ => vec![(column, plain)],
    }
}

fn reading(table: &str) -> String {
    let fields: Vec<String> = columns(table).unwrap_or_default().iter().map(|column| read(table, column)).collect();
    let fields = fields.join(", ");
    let row = if table == "receipts" { "json_strip_nulls(row_to_json(r))" } else { "row_to_json(r)" };
    format!("SELECT {row}::text FROM (SELECT {fields} FROM {table} ORDER BY {}) r", order(table))
}

const WRITE_TASKS: &str = "
    INSERT INTO tasks (id, list, author, series, number, due_at, created_at, version, due_day, priority, own, bare,
        status, tenant, people, tags, words, doc)
    SELECT t.id, t.list, t.author, t.series, t.number, t.due_at, t.created_at, t.version, t.due_day, t.priority, t.own,
        t.bare, t.status, t.tenant, t.people, t.tags, t.words, t.doc
    FROM unnest($1::task_put[]) t";

fn writing(table: &str) -> String {
    let columns = columns(table).unwrap_or_default();
    let (into, from): (Vec<_>, Vec<_>) = columns.iter().flat_map(|column| written(table, column)).unzip();
    format!(
        "INSERT INTO {table} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM json_array_elements($1::json) j
         CROSS JOIN LATERAL json_populate_record(NULL::{table}, j) r",
        into.join(", "),
        from.join(", ")
    )
}

#[async_trait]
impl Archive for PostgresArchive {
    fn place(&self) -> String {
        place(&self.login)
    }

    async fn dump(&self, to: mpsc::Sender<Piece>) -> Result<(), PortError> {
        let mut connection = self.reader().await?;
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        let mut at_once = connection.begin_with(begin).await.map_err(failed)?;
        for table in TABLES {
            let sql = reading(table);
            let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut *at_once).try_chunks(CHUNK);
            while let Some(chunk) = rows.try_next().await.map_err(|error| failed(error.1))? {
                let read = chunk.iter().map(|row| {
                    let line: &str = row.try_get(0).map_err(failed)?;
                    serde_json::from_str(line).map_err(|error| corrupt(table, error))
                });
                send(&to, Piece::Rows(table.to_owned(), read.collect::<Result<_, PortError>>()?)).await?;
            }
        }
        send(&to, Piece::End).await?;
        at_once.rollback().await.map_err(failed)?;
        connection.close().await.map_err(failed)
    }

    async fn fill(&self, mut from: mpsc::Receiver<Piece>, filling: Filling) -> Result<(), FillError> {
        let mut connection = self.connect().await?;
        let mut at_once = connection.begin().await.map_err(failed)?;
        let guarded: Vec<String> = sqlx::query_scalar(GUARDED).fetch_one(&mut *at_once).await.map_err(failed)?;
        force(&mut at_once, &guarded, "NO FORCE").await?;
        for table in TABLES {
            let sql = AssertSqlSafe(format!("SELECT EXISTS (SELECT FROM {table})"));
            if sqlx::query_scalar(sql).fetch_one(&mut *at_once).await.map_err(failed)? {
                return Err(FillError::NotEmpty { place: self.place(), table: table.to_owned() });
            }
        }
        loop {
            match from.recv().await {
                Some(Piece::Rows(table, rows)) => write(&mut at_once, &table, &rows).await?,
                Some(Piece::End) => break,
                None => return Err(FillError::BrokeOff),
            }
        }
        end(&mut at_once, filling).await?;
        force(&mut at_once, &guarded, "FORCE").await?;
        at_once.commit().await.map_err(failed)?;
        Ok(connection.close().await.map_err(failed)?)
    }

    async fn held(&self) -> Result<Option<Held>, PortError> {
        let mut connection = self.operator().await?;
        let held = held(&mut connection).await?;
        connection.close().await.map_err(failed)?;
        Ok(held)
    }

    async fn release(&self) -> Result<Option<Held>, PortError> {
        let mut connection = self.operator().await?;
        let held = held(&mut connection).await?;
        connection.execute("DELETE FROM hold").await.map_err(failed)?;
        let ring = sqlx::query("SELECT pg_notify($1, 'released')").bind(CHANNEL);
        ring.execute(&mut connection).await.map_err(failed)?;
        connection.close().await.map_err(failed)?;
        Ok(held)
    }
}

async fn send(to: &mpsc::Sender<Piece>, piece: Piece) -> Result<(), PortError> {
    let gone = |_| PortError::Broken { backend: BACKEND, reason: "nobody takes the rows".to_owned() };
    to.send(piece).await.map_err(gone)
}

/// Within the transaction the owner writes every tenant's rows; nobody else sees a table meanwhile.
async fn force(connection: &mut PgConnection, guarded: &[String], word: &str) -> Result<(), PortError> {
    for table in guarded {
        let sql = format!("ALTER TABLE {table} {word} ROW LEVEL SECURITY");
        connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map_err(failed)?;
    }
    Ok(())
}

async fn write(connection: &mut PgConnection, table: &str, rows: &[Row]) -> Result<(), FillError> {
    let bad = |reason: String| FillError::Row { table: table.to_owned(), reason };
    if columns(table).is_none() {
        return Err(bad("there is no such table".to_owned()));
    }
    let (sql, value) = if table == "tasks" {
        let records = rows.iter().map(task).collect::<Result<Vec<_>, _>>().map_err(|error| bad(error.to_string()))?;
        (WRITE_TASKS.to_owned(), array(records))
    } else {
        (writing(table), format!("[{}]", rows.iter().map(text).collect::<Vec<_>>().join(",")))
    };
    let query = sqlx::query(AssertSqlSafe(sql)).bind(value);
    query.execute(connection).await.map_err(|error| bad(error.to_string()))?;
    Ok(())
}

/// A task as a command writes it, with the very document that was read.
fn task(row: &Row) -> Result<String, serde_json::Error> {
    let document = row.get("doc").and_then(Value::as_str).unwrap_or_default();
    let task: Task = serde_json::from_str(document)?;
    Ok(task_record(&task, None, document))
}

/// Leaves out what may have been given out since, and holds back what is overdue.
async fn end(connection: &mut PgConnection, filling: Filling) -> Result<(), PortError> {
    let sequences = "
        SELECT setval('outbox_position', 1 + $1 + greatest((SELECT max(position) FROM outbox),
                (SELECT max(position) FROM cursors), 0), false),
            setval(pg_get_serial_sequence('audit_log', 'row'), 1 + $1 + coalesce(max(row), 0), false),
            setval(pg_get_serial_sequence('acts', 'row'), 1 + coalesce((SELECT max(row) FROM acts), 0), false),
            setval(pg_get_serial_sequence('dead_letters', 'id'),
                1 + coalesce((SELECT max(id) FROM dead_letters), 0), false)
        FROM audit_log";
    sqlx::query(sequences).bind(filling.gap).execute(&mut *connection).await.map_err(failed)?;
    // What is left out is no hole; nobody was writing when it was.
    let floor = "UPDATE outbox_floor SET position = (SELECT last_value - 1 FROM outbox_position)";
    connection.execute(floor).await.map_err(failed)?;
    let spared = sqlx::query("UPDATE counters SET spared = $1").bind(filling.numbers);
    spared.execute(&mut *connection).await.map_err(failed)?;
    if filling.anew {
        let begin = sqlx::query("UPDATE cursors SET position = 0, settled = 0 WHERE consumer = $1").bind(RELAY);
        begin.execute(&mut *connection).await.map_err(failed)?;
    }
    if let Some(until) = filling.hold {
        let hold = sqlx::query("INSERT INTO hold (until) VALUES ($1)").bind(until.as_microsecond());
        hold.execute(&mut *connection).await.map_err(failed)?;
    }
    Ok(())
}

async fn held(connection: &mut PgConnection) -> Result<Option<Held>, PortError> {
    let sql = "SELECT until,
            (SELECT count(*) FROM reminders WHERE state = 'scheduled' AND at <= until)
            + (SELECT count(*) FROM deliveries WHERE open AND next_attempt_at <= until) FROM hold";
    let found: Option<(i64, i64)> = sqlx::query_as(sql).fetch_optional(connection).await.map_err(failed)?;
    let Some((until, count)) = found else { return Ok(None) };
    let until = Timestamp::from_microsecond(until).map_err(|error| corrupt("instant", error))?;
    Ok(Some(Held { until, count: u64::try_from(count).unwrap_or_default() }))
}
