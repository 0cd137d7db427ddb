//! The seals over the audit log.

use async_trait::async_trait;
use domain::ports::error::PortError;
use domain::ports::seals::Seals;
use domain::seal::{LogRow, ScannedRow, Seal, StoredRow};
use sqlx::postgres::PgRow;
use uuid::Uuid;

use crate::PostgresStore;
use crate::ask::Ask;
use crate::audit::stream;
use crate::rows::{column, count, integer};

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
             FROM (SELECT row FROM audit_unsealed ORDER BY row LIMIT $1) u JOIN audit_log a USING (row) ORDER BY a.row",
        );
        self.audit.rows(ask.bind(i64::from(limit))).await?.iter().map(log_row).collect()
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

    async fn seals(&self, after: Option<(&str, u64)>, limit: u32) -> Result<Vec<Seal>, PortError> {
        let (tenant, n) = after.unwrap_or_default();
        let ask = Ask::new(
            "SELECT tenant, n, at, rows, previous, hash FROM audit_seals
             WHERE (tenant, n) > ($1, $2) ORDER BY tenant, n LIMIT $3",
        );
        let ask = ask.bind(tenant.to_owned()).bind(integer(n)).bind(i64::from(limit));
        self.audit.rows(ask).await?.iter().map(seal).collect()
    }

    async fn stored(&self, rows: &[i64]) -> Result<Vec<StoredRow>, PortError> {
        let ask = Ask::new(
            "SELECT a.row, a.event_id, a.id, a.reminder, a.version, a.type, a.tenant, a.subject, a.actor, a.time,
                 encode(a.digest, 'hex'), encode(c.salt, 'hex'), c.payload
             FROM audit_log a LEFT JOIN audit_content c USING (row) WHERE a.row = ANY ($1)",
        );
        let stored = |row: &PgRow| {
            let salt: Option<String> = column(row, 11)?;
            let content = salt.map(|salt| Ok::<_, PortError>((salt, column(row, 12)?))).transpose()?;
            Ok(StoredRow { log: log_row(row)?, content })
        };
        self.audit.rows(ask.bind(rows.to_vec())).await?.iter().map(stored).collect()
    }

    async fn scan(&self, after: i64, limit: u32) -> Result<Vec<ScannedRow>, PortError> {
        let ask = Ask::new(
            "SELECT a.row, a.tenant, a.id, a.reminder, a.version, u.row IS NOT NULL
             FROM audit_log a LEFT JOIN audit_unsealed u USING (row) WHERE a.row > $1 ORDER BY a.row LIMIT $2",
        );
        let scanned = |row: &PgRow| {
            Ok(ScannedRow {
                row: column(row, 0)?,
                tenant: column(row, 1)?,
                stream: stream(column(row, 2)?, column(row, 3)?).to_string(),
                version: column(row, 4)?,
                waits: column(row, 5)?,
            })
        };
        self.audit.rows(ask.bind(after).bind(i64::from(limit))).await?.iter().map(scanned).collect()
    }
}

fn log_row(row: &PgRow) -> Result<LogRow, PortError> {
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

fn seal(row: &PgRow) -> Result<Seal, PortError> {
    Ok(Seal {
        tenant: column(row, 0)?,
        n: count(row, 1)?,
        at: column(row, 2)?,
        rows: column(row, 3)?,
        previous: column(row, 4)?,
        hash: column(row, 5)?,
    })
}
