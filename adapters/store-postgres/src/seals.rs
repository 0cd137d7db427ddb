//! The seals over the audit log: closing what has gathered.

use async_trait::async_trait;
use domain::ports::error::PortError;
use domain::ports::seals::{SealedLog, Seals};
use domain::seal::{LogRow, Seal};
use jiff::SignedDuration;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use crate::PostgresStore;
use crate::ask::Ask;
use crate::audit::stream;
use crate::rows::{column, count, integer};
use crate::sealed::Moment;

/// All seals of a commit, and their rows wait no longer. A number that is taken fails all of it.
const SEAL: &str = "
    WITH came AS (
        SELECT tenant, n, at, rows::bigint[], previous, hash
        FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[])
            s (tenant, n, at, rows, previous, hash)
    ),
    closed AS (DELETE FROM audit_unsealed u USING came WHERE u.row = ANY (came.rows) RETURNING u.row)
    INSERT INTO audit_seals (tenant, n, at, rows, previous, hash)
    SELECT tenant,
        CASE WHEN (SELECT count(*) FROM closed) = (SELECT sum(cardinality(rows)) FROM came) THEN n END,
        at, rows, previous, hash
    FROM came";

#[async_trait]
impl Seals for PostgresStore {
    async fn unsealed(&self, limit: u32) -> Result<Vec<LogRow>, PortError> {
        let ask = Ask::new(
            "SELECT a.row, a.event_id, a.id, a.reminder, a.version, a.type, a.tenant, a.subject, a.actor, a.time,
                 encode(a.digest, 'hex')
             FROM audit_unsealed u JOIN audit_log a USING (row) ORDER BY u.row LIMIT $1",
        );
        self.audit.rows(ask.bind(i64::from(limit))).await?.iter().map(log_row).collect()
    }

    async fn waits(&self) -> Result<Option<SignedDuration>, PortError> {
        let ask = Ask::new("SELECT (extract(epoch FROM now() - min(since)) * 1000000)::bigint FROM audit_unsealed");
        let row = self.audit.row(ask).await?;
        let micros: Option<i64> = row.map_or(Ok(None), |row| column(&row, 0))?;
        Ok(micros.map(SignedDuration::from_micros))
    }

    async fn last_seals(&self, tenants: Option<&[String]>) -> Result<Vec<Seal>, PortError> {
        let ask = match tenants {
            Some(tenants) => Ask::new(
                "SELECT s.tenant, s.n, s.at, s.rows, s.previous, s.hash FROM unnest($1::text[]) t (tenant)
                 CROSS JOIN LATERAL (SELECT * FROM audit_seals WHERE tenant = t.tenant ORDER BY n DESC LIMIT 1) s",
            )
            .bind(tenants.to_vec()),
            None => Ask::new(
                "SELECT DISTINCT ON (tenant) tenant, n, at, rows, previous, hash FROM audit_seals
                 ORDER BY tenant, n DESC",
            ),
        };
        self.audit.rows(ask).await?.iter().map(seal).collect()
    }

    async fn seal(&self, seals: &[Seal]) -> Result<(), PortError> {
        let texts = |of: fn(&Seal) -> String| seals.iter().map(of).collect::<Vec<_>>();
        let rows = |seal: &Seal| format!("{{{}}}", seal.rows.iter().map(i64::to_string).collect::<Vec<_>>().join(","));
        let ask = Ask::new(SEAL)
            .bind(texts(|seal| seal.tenant.clone()))
            .bind(seals.iter().map(|seal| integer(seal.n)).collect::<Vec<_>>())
            .bind(seals.iter().map(|seal| seal.at).collect::<Vec<_>>())
            .bind(texts(rows))
            .bind(texts(|seal| seal.previous.clone()))
            .bind(texts(|seal| seal.hash.clone()));
        self.audit.write_surely(ask).await.map(drop)
    }

    async fn at_once(&self) -> Result<Box<dyn SealedLog>, PortError> {
        Ok(Box::new(Moment::of(&self.login).await?))
    }
}

pub(crate) fn log_row(row: &PgRow) -> Result<LogRow, PortError> {
    let id = |index| column::<Uuid>(row, index).map(|id| id.to_string());
    Ok(LogRow {
        row: column(row, 0)?,
        event_id: id(1)?,
        stream: stream(column(row, 2)?, column(row, 3)?).to_string(),
        version: column(row, 4)?,
        kind: column(row, 5)?,
        tenant: column(row, 6)?,
        subject: id(7)?,
        actor: id(8)?,
        time: column(row, 9)?,
        digest: column(row, 10)?,
    })
}

pub(crate) fn seal(row: &PgRow) -> Result<Seal, PortError> {
    Ok(Seal {
        tenant: column(row, 0)?,
        n: count(row, 1)?,
        at: column(row, 2)?,
        rows: column(row, 3)?,
        previous: column(row, 4)?,
        hash: column(row, 5)?,
    })
}
