//! The outbox as a log: read by position, with a cursor per consumer, and kept for a while.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::event::{Stream, Topic};
use domain::fault::step;
use domain::ports::bus::{Cursor, Followed, Most, Outbox, OutboxRow};
use domain::ports::error::PortError;
use jiff::Timestamp;
use sqlx::postgres::PgRow;
use tracing::instrument;

use crate::PostgresStore;
use crate::ask::Ask;
use crate::error::{BACKEND, corrupt};
use crate::holes::{Look, aim, settle};
use crate::rows::{column, count, integer, json};

/// One statement, hence one snapshot: what is in the holes ($2) and after the cursor ($1), in order, other topics
/// without their payload; and what the snapshot says of itself, which also stands there if no row does. What follows the
/// cursor ends with the row that reaches so many bytes ($5), whose length is known without reading it; what is in a hole
/// is never left out, because the look counts as one into each of them, and so many rows ($4) are those behind the cursor.
const FOLLOW: &str = "
    SELECT now.xmin, now.floor, o.position, o.topic, o.key::text, o.payload
    FROM (
        SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin,
            (SELECT position FROM outbox_floor) AS floor
    ) now
    LEFT JOIN (
        SELECT position, topic, key, CASE WHEN topic = ANY ($3) THEN payload END AS payload
        FROM (
            SELECT *, sum(CASE WHEN topic = ANY ($3) THEN octet_length(payload) ELSE 0 END)
                OVER (ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
            FROM (
                SELECT * FROM outbox WHERE position = ANY ($2)
                UNION ALL
                (SELECT * FROM outbox WHERE position > $1 ORDER BY position LIMIT $4)
            ) found
        ) counted
        WHERE position <= $1 OR coalesce(before, 0) < $5
    ) o ON true
    ORDER BY o.position";

/// So many holes are looked into at once for each row that is asked for, since what stands in them comes whole. Only a
/// transaction that stays open while many others roll back makes more: until it ends, nothing behind them is read.
const HOLES: usize = 8;

/// A transaction id of the reader's own, higher than that of anybody who has a position already.
const MARKER: &str = "SELECT pg_current_xact_id()::text::bigint";

/// One statement sees one state of the table, so that no task may come twice.
const NOTE_DELETED: &str = "
    WITH came AS (SELECT * FROM unnest($1::text[]::uuid[], $2::bigint[]) c (task, since)),
    back AS (DELETE FROM deleted_tasks d USING came WHERE d.task = came.task AND came.since IS NULL)
    INSERT INTO deleted_tasks (task, since) SELECT task, since FROM came WHERE since IS NOT NULL
    ON CONFLICT (task) DO UPDATE SET since = excluded.since";

#[async_trait]
impl Outbox for PostgresStore {
    async fn read(&self, after: i64, topics: &[Topic], max: usize) -> Result<Vec<OutboxRow>, PortError> {
        let ask = Ask::new(
            "SELECT position, topic, key::text, payload FROM outbox
             WHERE position > $1 AND topic = ANY ($2) ORDER BY position LIMIT $3",
        );
        let ask = ask.bind(after).bind(names(topics)).bind(limit(max));
        self.relay.rows(ask).await?.iter().map(|row| outbox_row(row, 0)).collect()
    }

    /// Days have no index by key: it would cost every command, and this is asked for once in a long while. So it runs
    /// where there is more patience.
    async fn history(&self, stream: Stream, key: &str) -> Result<Vec<OutboxRow>, PortError> {
        let ask = Ask::new(
            "SELECT position, topic, key::text, payload FROM outbox
             WHERE key = $1::text::uuid AND topic = $2 ORDER BY position",
        );
        let ask = ask.bind(key.to_owned()).bind(stream.topic().as_str().to_owned());
        self.upkeep.rows(ask).await?.iter().map(|row| outbox_row(row, 0)).collect()
    }

    #[instrument(name = "db.outbox.follow", level = "debug", skip_all)]
    async fn follow(&self, cursor: &Cursor, topics: &[Topic], most: Most) -> Result<Followed, PortError> {
        let (holes, behind) = aim(cursor, HOLES.saturating_mul(most.rows.max(1)));
        let looked_into = holes.len();
        let ask = Ask::new(FOLLOW).bind(behind).bind(holes).bind(names(topics)).bind(limit(most.rows.max(1)));
        let ask = ask.bind(limit(most.bytes.max(1)));
        let found = self.relay.rows(ask).await?;
        let (look, rows) = looked(&found, looked_into)?;
        let settled = settle(cursor, &look);
        // Taken after the look, or it would prove nothing.
        let marker = if settled.fresh.is_empty() { 0 } else { self.marker().await? };
        Ok(Followed { rows, cursor: settled.marked(marker) })
    }

    async fn head(&self) -> Result<i64, PortError> {
        let row = self.relay.row(Ask::new("SELECT coalesce(max(position), 0) FROM outbox")).await?;
        row.map_or(Ok(0), |row| column(&row, 0))
    }

    async fn cursor(&self, consumer: &str) -> Result<Cursor, PortError> {
        let ask = Ask::new("SELECT position, holes FROM cursors WHERE consumer = $1").bind(consumer.to_owned());
        let Some(row) = self.relay.row(ask).await? else { return Ok(Cursor::default()) };
        let holes: Option<&str> = column(&row, 1)?;
        let holes = holes.map(serde_json::from_str).transpose().map_err(|error| corrupt("cursor", error))?;
        Ok(Cursor { position: column(&row, 0)?, holes: holes.unwrap_or_default() })
    }

    async fn save_cursor(&self, consumer: &str, cursor: &Cursor, epoch: u64) -> Result<(), PortError> {
        let holes = (!cursor.holes.is_empty()).then(|| json(&cursor.holes));
        let ask = Ask::new("SELECT save_cursor($1, $2, $3, $4, $5)")
            .bind(consumer.to_owned())
            .bind(cursor.position)
            .bind(cursor.settled())
            .bind(holes)
            .bind(integer(epoch));
        step("cursor.before_save")?;
        let row = self.relay.write_surely(ask).await?.into_iter().next();
        step("cursor.after_save")?;
        if row.map_or(Ok(false), |row| column(&row, 0))? {
            return Ok(());
        }
        let reason = format!("another process took over the consumer {consumer}");
        Err(PortError::Unavailable { backend: BACKEND, reason })
    }

    async fn rewind(&self, consumer: &str) -> Result<(), PortError> {
        let ask = Ask::new("UPDATE cursors SET position = 0, settled = 0, holes = NULL WHERE consumer = $1");
        self.relay.write_surely(ask.bind(consumer.to_owned())).await.map(drop)
    }

    async fn prune(&self, before: Timestamp, readers: &[&str]) -> Result<u64, PortError> {
        self.upkeep.write_surely(Ask::new("SELECT make_days(8)::text")).await?;
        let readers: Vec<String> = readers.iter().map(|reader| (*reader).to_owned()).collect();
        let ask = Ask::new("SELECT prune($1, $2)").bind(before.as_microsecond()).bind(readers);
        let row = self.upkeep.write_surely(ask).await?.into_iter().next();
        row.map_or(Ok(0), |row| count(&row, 0))
    }

    async fn note_deleted(&self, tasks: &BTreeMap<String, Option<Timestamp>>) -> Result<(), PortError> {
        let keys: Vec<String> = tasks.keys().cloned().collect();
        let since: Vec<Option<i64>> = tasks.values().map(|since| since.map(Timestamp::as_microsecond)).collect();
        self.relay.write_surely(Ask::new(NOTE_DELETED).bind(keys).bind(since)).await.map(drop)
    }

    async fn deleted(&self, before: Timestamp, max: usize) -> Result<Vec<String>, PortError> {
        let ask = Ask::new("SELECT task::text FROM deleted_tasks WHERE since < $1 ORDER BY since, task LIMIT $2");
        let rows = self.relay.rows(ask.bind(before.as_microsecond()).bind(limit(max))).await?;
        rows.iter().map(|row| column(row, 0)).collect()
    }
}

impl PostgresStore {
    async fn marker(&self) -> Result<u64, PortError> {
        let row = self.relay.row(Ask::new(MARKER)).await?.ok_or_else(|| corrupt("transaction id", "missing"))?;
        count(&row, 0)
    }
}

/// What the statement saw, and the rows of the topics that were asked for.
fn looked(found: &[PgRow], looked_into: usize) -> Result<(Look, Vec<OutboxRow>), PortError> {
    let mut look = Look { looked_into, ..Look::default() };
    let mut rows = Vec::new();
    for row in found {
        look.xmin = count(row, 0)?;
        look.floor = column(row, 1)?;
        let Some(position) = column(row, 2)? else { continue };
        look.seen.push(position);
        if column::<Option<&str>>(row, 5)?.is_some() {
            rows.push(outbox_row(row, 2)?);
        }
    }
    Ok((look, rows))
}

fn names(topics: &[Topic]) -> Vec<String> {
    topics.iter().map(|topic| topic.as_str().to_owned()).collect()
}

fn limit(max: usize) -> i64 {
    i64::try_from(max).unwrap_or(i64::MAX)
}

/// A row whose columns begin at `first`.
pub(crate) fn outbox_row(row: &PgRow, first: usize) -> Result<OutboxRow, PortError> {
    let topic: &str = column(row, first + 1)?;
    let topic = [Topic::TaskEvents, Topic::Reminders, Topic::TaskUpdates].into_iter().find(|t| t.as_str() == topic);
    Ok(OutboxRow {
        position: column(row, first)?,
        topic: topic.ok_or_else(|| corrupt("topic", "unknown"))?,
        key: column(row, first + 2)?,
        payload: column(row, first + 3)?,
    })
}
