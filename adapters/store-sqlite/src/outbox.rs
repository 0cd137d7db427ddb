//! The outbox as a log: read by position, with a cursor per consumer, and kept for a while.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::event::{Stream, Topic};
use domain::ports::bus::{Cursor, Followed, Most, Outbox, OutboxRow};
use domain::ports::error::PortError;
use jiff::Timestamp;

use crate::SqliteStore;
use crate::ask::Ask;
use crate::error::corrupt;
use crate::rows::{Row, column, json, text};
use crate::script::Script;

/// How many rows go at once, so that no command waits long behind the retention.
const PRUNED_AT_ONCE: u64 = 2_000;

#[async_trait]
impl Outbox for SqliteStore {
    async fn read(&self, after: i64, topics: &[Topic], max: usize) -> Result<Vec<OutboxRow>, PortError> {
        self.readers.rows(rows_after(after, topics, max)).await?.iter().map(outbox_row).collect()
    }

    async fn history(&self, stream: Stream, _key: &str) -> Result<Vec<OutboxRow>, PortError> {
        let ask = Ask::new("SELECT position, topic, key, payload FROM outbox WHERE stream = ? ORDER BY version");
        self.readers.rows(ask.bind(stream.to_string())).await?.iter().map(outbox_row).collect()
    }

    async fn follow(&self, cursor: &Cursor, topics: &[Topic], most: Most) -> Result<Followed, PortError> {
        // The head is read first: what is committed after that may be missing from the rows. Positions are given out
        // in commit order here, so that there are no holes.
        let head = self.head().await?;
        if head <= cursor.position {
            return Ok(Followed { rows: Vec::new(), cursor: cursor.clone() });
        }
        let mut bytes = 0;
        let more = move |row: &Row| {
            bytes += text(row, 3).map_or(0, str::len);
            bytes < most.bytes
        };
        let found = self.readers.rows_while(rows_after(cursor.position, topics, most.rows), more).await?;
        let rows = found.iter().map(outbox_row).collect::<Result<Vec<_>, _>>()?;
        let seen = rows.last().map_or(head, |last| last.position);
        Ok(Followed { rows, cursor: Cursor::at(seen) })
    }

    async fn head(&self) -> Result<i64, PortError> {
        self.integer(Ask::new("SELECT max(position) FROM outbox")).await
    }

    async fn cursor(&self, consumer: &str) -> Result<Cursor, PortError> {
        let ask = Ask::new("SELECT position FROM cursors WHERE consumer = ?");
        self.integer(ask.bind(consumer.to_owned())).await.map(Cursor::at)
    }

    /// Leases are locks of the operating system here, which nobody can overtake: the epoch says nothing.
    async fn save_cursor(&self, consumer: &str, cursor: &Cursor, _epoch: u64) -> Result<(), PortError> {
        let mut script = Script::new();
        script
            .step(
                "cursor",
                "INSERT INTO cursors (consumer, position) VALUES (?, ?)
                 ON CONFLICT (consumer) DO UPDATE SET position = excluded.position
                 WHERE excluded.position > cursors.position",
            )
            .bind(consumer.to_owned())
            .bind(cursor.position);
        self.writer.write_soon(script).await.map(drop)
    }

    async fn rewind(&self, consumer: &str) -> Result<(), PortError> {
        let mut script = Script::new();
        script.step("cursor", "UPDATE cursors SET position = 0 WHERE consumer = ?").bind(consumer.to_owned());
        self.writer.write_surely(script).await.map(drop)
    }

    async fn prune(&self, before: Timestamp, readers: &[&str]) -> Result<u64, PortError> {
        let mut pruned = 0;
        loop {
            let written = self.writer.write_surely(pruning(before, readers)).await?;
            pruned += written.touched.first().copied().unwrap_or_default();
            if written.touched.iter().all(|touched| *touched < PRUNED_AT_ONCE) {
                return Ok(pruned);
            }
        }
    }

    async fn note_deleted(&self, tasks: &BTreeMap<String, Option<Timestamp>>) -> Result<(), PortError> {
        let mut script = Script::new();
        for (task, since) in tasks {
            match since {
                None => script.step("deleted task", "DELETE FROM deleted_tasks WHERE task = ?").bind(task.clone()),
                Some(since) => script
                    .step(
                        "deleted task",
                        "INSERT INTO deleted_tasks (task, since) VALUES (?, ?)
                         ON CONFLICT (task) DO UPDATE SET since = excluded.since",
                    )
                    .bind(task.clone())
                    .bind(since.as_microsecond()),
            };
        }
        self.writer.write_soon(script).await.map(drop)
    }

    async fn deleted(&self, before: Timestamp, max: usize) -> Result<Vec<String>, PortError> {
        let ask = Ask::new("SELECT task FROM deleted_tasks WHERE since < ? ORDER BY since, task LIMIT ?")
            .bind(before.as_microsecond())
            .bind(i64::try_from(max).unwrap_or(i64::MAX));
        self.readers.rows(ask).await?.iter().map(|row| column(row, 0)).collect()
    }
}

fn rows_after(position: i64, topics: &[Topic], max: usize) -> Ask {
    let ask = Ask::new(
        "SELECT position, topic, key, payload FROM outbox
         WHERE position > ? AND topic IN (SELECT value FROM json_each(?)) ORDER BY position LIMIT ?",
    );
    ask.bind(position).bind(json(topics)).bind(i64::try_from(max).unwrap_or(i64::MAX))
}

impl SqliteStore {
    async fn integer(&self, ask: Ask) -> Result<i64, PortError> {
        let row = self.readers.row(ask).await?;
        Ok(row.map_or(Ok(None), |row| column(&row, 0))?.unwrap_or_default())
    }
}

/// Deletes old rows from the front of the outbox, as far as every reader has passed, and receipts of that age.
///
/// Both tables are in the order of time, so what is kept begins at the first young row and no index is needed.
fn pruning(before: Timestamp, readers: &[&str]) -> Script {
    let mut script = Script::new();
    script
        .step(
            "outbox row",
            "DELETE FROM outbox WHERE position IN (
                 SELECT position FROM outbox
                 WHERE position <= coalesce(
                         (SELECT min(coalesce(kept.position, 0))
                          FROM json_each(?) asked LEFT JOIN cursors kept ON kept.consumer = asked.value), 0)
                     AND position < coalesce(
                         (SELECT position FROM outbox WHERE created_at >= ? ORDER BY position LIMIT 1),
                         9223372036854775807)
                 ORDER BY position LIMIT ?)",
        )
        .bind(json(&readers))
        .bind(before.as_microsecond())
        .bind(i64::try_from(PRUNED_AT_ONCE).unwrap_or(i64::MAX))
        .step(
            "receipt",
            "DELETE FROM receipts WHERE rowid IN (
                 SELECT rowid FROM receipts
                 WHERE rowid < coalesce(
                     (SELECT rowid FROM receipts WHERE at >= ? ORDER BY rowid LIMIT 1), 9223372036854775807)
                 ORDER BY rowid LIMIT ?)",
        )
        .bind(before.as_microsecond())
        .bind(i64::try_from(PRUNED_AT_ONCE).unwrap_or(i64::MAX));
    script
}

pub(crate) fn outbox_row(row: &Row) -> Result<OutboxRow, PortError> {
    let topic = text(row, 1)?;
    let topic = [Topic::TaskEvents, Topic::Reminders, Topic::TaskUpdates].into_iter().find(|t| t.as_str() == topic);
    Ok(OutboxRow {
        position: column(row, 0)?,
        topic: topic.ok_or_else(|| corrupt("topic", "unknown"))?,
        key: column(row, 2)?,
        payload: column(row, 3)?,
    })
}
