//! The sealed log at one moment, for whoever verifies it while others append and seal.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use domain::change::Act;
use domain::ids::{EventId, PersonId};
use domain::ports::bus::OutboxRow;
use domain::ports::error::PortError;
use domain::ports::seals::SealedLog;
use domain::seal::{ERASED, ScannedRow, Seal, StoredRow};
use jiff::SignedDuration;
use rusqlite::Connection;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::ask::Ask;
use crate::error::failed;
use crate::outbox::outbox_row;
use crate::readers::Readers;
use crate::rows::{Row, column, docs, integer, json, parsed, text};
use crate::seals::{log_row, seal};

/// Retention takes from the front of the outbox. What it has taken is older than what it left but for the differences
/// between clocks, an hour at most.
const UNHEARD_OF: &str = "
    SELECT a.row, a.tenant FROM audit_log a
    WHERE a.time >= (
            SELECT min(created_at) + CASE WHEN min(position) > 1 THEN 3600000000 ELSE 0 END FROM outbox)
        AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.event_id = a.event_id)
        AND EXISTS (
            SELECT 1 FROM audit_log b WHERE b.row < a.row AND EXISTS (SELECT 1 FROM outbox o WHERE o.event_id = b.event_id))
    ORDER BY a.row LIMIT ?";

/// A connection that sees one moment: in a transaction that ends with it, or the only one there is, for which writers
/// wait.
pub(crate) struct Moment(OwnedMutexGuard<Connection>);

impl Moment {
    pub(crate) async fn of(readers: &Readers) -> Result<Self, PortError> {
        let shared = match readers {
            Readers::Pool(pool) => {
                let connection = pool.connect().map_err(failed)?;
                connection.execute_batch("BEGIN").map_err(failed)?;
                Arc::new(Mutex::new(connection))
            }
            Readers::Single(connection) => Arc::clone(connection),
        };
        Ok(Self(shared.lock_owned().await))
    }

    async fn rows(&mut self, ask: Ask) -> Result<Vec<Row>, PortError> {
        ask.run(&self.0, &mut |_| true).map_err(failed)
    }
}

#[async_trait]
impl SealedLog for Moment {
    async fn seals(&mut self, after: Option<(&str, u64)>, limit: u32) -> Result<Vec<Seal>, PortError> {
        let (tenant, n) = after.unwrap_or_default();
        let ask = Ask::new(
            "SELECT tenant, n, at, rows, previous, hash FROM audit_seals
             WHERE (tenant, n) > (?, ?) ORDER BY tenant, n LIMIT ?",
        );
        let ask = ask.bind(tenant.to_owned()).bind(integer(n)).bind(i64::from(limit));
        self.rows(ask).await?.iter().map(seal).collect()
    }

    async fn stored(&mut self, rows: &[i64]) -> Result<Vec<StoredRow>, PortError> {
        let ask = Ask::new(
            "SELECT a.row, a.event_id, a.stream, a.version, a.type, a.tenant, a.subject, a.actor, a.time, a.digest,
                 c.salt, c.payload
             FROM json_each(?) asked CROSS JOIN audit_log a ON a.row = asked.value
             LEFT JOIN audit_content c ON c.row = a.row",
        );
        let stored = |row: &Row| {
            let salt: Option<String> = column(row, 10)?;
            let content = salt.map(|salt| Ok::<_, PortError>((salt, column(row, 11)?))).transpose()?;
            Ok(StoredRow { log: log_row(row)?, content })
        };
        self.rows(ask.bind(json(rows))).await?.iter().map(stored).collect()
    }

    async fn scan(&mut self, after: i64, limit: u32) -> Result<Vec<ScannedRow>, PortError> {
        let ask = Ask::new(
            "SELECT a.row, a.tenant, a.stream, a.version,
                 CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER) - u.since
             FROM audit_log a LEFT JOIN audit_unsealed u ON u.row = a.row WHERE a.row > ? ORDER BY a.row LIMIT ?",
        );
        let scanned = |row: &Row| {
            Ok(ScannedRow {
                row: column(row, 0)?,
                tenant: column(row, 1)?,
                stream: column(row, 2)?,
                version: column(row, 3)?,
                waits: column::<Option<i64>>(row, 4)?.map(SignedDuration::from_micros),
            })
        };
        self.rows(ask.bind(after).bind(i64::from(limit))).await?.iter().map(scanned).collect()
    }

    async fn unheard_of(&mut self, limit: u32) -> Result<Vec<(i64, String)>, PortError> {
        let found = self.rows(Ask::new(UNHEARD_OF).bind(i64::from(limit))).await?;
        found.iter().map(|row| Ok((column(row, 0)?, column(row, 1)?))).collect()
    }

    async fn unlogged(&mut self, after: i64, limit: u32) -> Result<Vec<OutboxRow>, PortError> {
        let ask = Ask::new(
            "SELECT position, topic, key, payload FROM outbox o
             WHERE position > ? AND NOT EXISTS (SELECT 1 FROM audit_log a WHERE a.event_id = o.event_id)
             ORDER BY position LIMIT ?",
        );
        self.rows(ask.bind(after).bind(i64::from(limit))).await?.iter().map(outbox_row).collect()
    }

    async fn set_aside(&mut self, consumers: &[&str]) -> Result<HashSet<EventId>, PortError> {
        let ask = Ask::new(
            "SELECT CASE WHEN json_valid(payload) THEN payload ->> 'id' END AS event FROM (
                 SELECT consumer, payload FROM parked UNION ALL SELECT consumer, payload FROM dead_letters)
             WHERE consumer IN (SELECT value FROM json_each(?)) AND event IS NOT NULL",
        );
        let found = self.rows(ask.bind(json(consumers))).await?;
        Ok(found.iter().filter_map(|row| text(row, 0).ok()?.parse().ok()).collect())
    }

    async fn told(&mut self, rows: &[i64]) -> Result<Vec<i64>, PortError> {
        let ask = Ask::new(
            "SELECT a.row FROM json_each(?) asked CROSS JOIN audit_log a ON a.row = asked.value
             WHERE EXISTS (SELECT 1 FROM outbox o WHERE o.event_id = a.event_id)",
        );
        self.rows(ask.bind(json(rows))).await?.iter().map(|row| column(row, 0)).collect()
    }

    async fn named(&mut self, concerned: &[(PersonId, i64)]) -> Result<BTreeSet<(PersonId, i64)>, PortError> {
        let ask = Ask::new(
            "SELECT p.person, p.row FROM json_each(?) c
             CROSS JOIN audit_people p ON p.person = c.value ->> 0 AND p.row = c.value ->> 1",
        );
        let found = self.rows(ask.bind(json(concerned))).await?;
        found.iter().map(|row| Ok((parsed(row, 0)?, column(row, 1)?))).collect()
    }

    async fn erasures(&mut self) -> Result<Vec<Act>, PortError> {
        let ask = Ask::new("SELECT doc FROM acts WHERE doc ->> 'action' = ? ORDER BY row");
        docs(&self.rows(ask.bind(ERASED.to_owned())).await?)
    }
}
