//! The seals over the audit log: closing what has gathered.

use async_trait::async_trait;
use domain::ports::error::PortError;
use domain::ports::seals::{SealedLog, Seals};
use domain::seal::{LogRow, Seal};
use jiff::SignedDuration;

use crate::SqliteStore;
use crate::ask::Ask;
use crate::rows::{Row, column, count, integer, json, text};
use crate::script::Script;
use crate::sealed::Moment;

#[async_trait]
impl Seals for SqliteStore {
    async fn unsealed(&self, limit: u32) -> Result<Vec<LogRow>, PortError> {
        let ask = Ask::new(
            "SELECT a.row, a.event_id, a.stream, a.version, a.type, a.tenant, a.subject, a.actor, a.time, a.digest
             FROM audit_unsealed u CROSS JOIN audit_log a ON a.row = u.row ORDER BY u.row LIMIT ?",
        );
        self.readers.rows(ask.bind(i64::from(limit))).await?.iter().map(log_row).collect()
    }

    async fn waits(&self) -> Result<Option<SignedDuration>, PortError> {
        let ask = "SELECT CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER) - min(since) FROM audit_unsealed";
        let row = self.readers.row(Ask::new(ask)).await?;
        let micros: Option<i64> = row.map_or(Ok(None), |row| column(&row, 0))?;
        Ok(micros.map(SignedDuration::from_micros))
    }

    async fn last_seals(&self, tenants: Option<&[String]>) -> Result<Vec<Seal>, PortError> {
        let ask = match tenants {
            Some(tenants) => Ask::new(
                "SELECT s.tenant, s.n, s.at, s.rows, s.previous, s.hash FROM json_each(?) t
                 CROSS JOIN audit_seals s ON s.tenant = t.value
                 AND s.n = (SELECT max(n) FROM audit_seals WHERE tenant = t.value)",
            )
            .bind(json(tenants)),
            None => Ask::new(
                "SELECT s.tenant, s.n, s.at, s.rows, s.previous, s.hash
                 FROM (SELECT tenant, max(n) AS n FROM audit_seals GROUP BY tenant) last
                 CROSS JOIN audit_seals s ON s.tenant = last.tenant AND s.n = last.n",
            ),
        };
        self.readers.rows(ask).await?.iter().map(seal).collect()
    }

    async fn seal(&self, seals: &[Seal]) -> Result<(), PortError> {
        let mut script = Script::new();
        for seal in seals {
            script
                .must(
                    "seal",
                    "INSERT INTO audit_seals (tenant, n, at, rows, previous, hash) SELECT ?, ?, ?, ?, ?, ?
                     WHERE (SELECT count(*) FROM audit_unsealed WHERE row IN (SELECT value FROM json_each(?))) = ?",
                )
                .bind(seal.tenant.clone())
                .bind(integer(seal.n))
                .bind(seal.at)
                .bind(json(&seal.rows))
                .bind(seal.previous.clone())
                .bind(seal.hash.clone())
                .bind(json(&seal.rows))
                .bind(integer(seal.rows.len() as u64))
                .step("unsealed", "DELETE FROM audit_unsealed WHERE row IN (SELECT value FROM json_each(?))")
                .bind(json(&seal.rows));
        }
        self.writer.write_soon(script).await.map(drop)
    }

    async fn at_once(&self) -> Result<Box<dyn SealedLog>, PortError> {
        Ok(Box::new(Moment::of(&self.readers).await?))
    }
}

pub(crate) fn log_row(row: &Row) -> Result<LogRow, PortError> {
    Ok(LogRow {
        row: column(row, 0)?,
        event_id: column(row, 1)?,
        stream: column(row, 2)?,
        version: column(row, 3)?,
        kind: column(row, 4)?,
        tenant: column(row, 5)?,
        subject: column(row, 6)?,
        actor: column(row, 7)?,
        time: column(row, 8)?,
        digest: column(row, 9)?,
    })
}

/// Rows that somebody made unreadable are none, and then the hash does not fit.
pub(crate) fn seal(row: &Row) -> Result<Seal, PortError> {
    Ok(Seal {
        tenant: column(row, 0)?,
        n: count(row, 1)?,
        at: column(row, 2)?,
        rows: serde_json::from_str(text(row, 3)?).unwrap_or_default(),
        previous: column(row, 4)?,
        hash: column(row, 5)?,
    })
}
