//! The sealed log at one moment, for whoever verifies it while others append and seal.

use std::collections::{BTreeSet, HashSet};

use async_trait::async_trait;
use domain::change::Act;
use domain::event::Passing;
use domain::ids::{EventId, PersonId};
use domain::ports::bus::OutboxRow;
use domain::ports::error::PortError;
use domain::ports::seals::SealedLog;
use domain::seal::{ERASED, ScannedRow, Seal, StoredRow};
use futures::TryStreamExt;
use jiff::SignedDuration;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor};
use uuid::Uuid;

use crate::access::AUDIT;
use crate::ask::Ask;
use crate::audit::stream;
use crate::error::{Failed, failed};
use crate::outbox::outbox_row;
use crate::rows::{column, docs, integer};
use crate::seals::{log_row, seal};

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// How many rows are looked at in one statement: as many as can be sorted in memory, with their content.
const SLICE: i64 = 1_000;

/// From when on the outbox holds everything. What retention has taken lies at or below the floor, and is older than what
/// lies above it but for the differences between clocks, an hour at most.
const SINCE: &str = "
    SELECT min(o.created_at) + CASE WHEN f.position > 0 THEN 3600000000 ELSE 0 END
    FROM outbox_floor f JOIN outbox o ON o.position > f.position GROUP BY f.position";

/// Events of the outbox, each with the rows of the log that may be its own. Looked up one by one: a join with so much
/// content would go by way of temporary files.
const HEARD_OF: &str = "
    SELECT o.position, ARRAY(
        SELECT a.row FROM audit_log a
        WHERE a.subject = o.key AND a.time = o.created_at AND strpos(o.payload, a.event_id::text) > 0)
    FROM outbox o WHERE o.position > $1 ORDER BY o.position LIMIT $2";

/// Events of the outbox, those of them with their content that have no row in the log.
const UNLOGGED: &str = "
    SELECT o.position, o.topic, o.key::text, CASE WHEN cardinality(ARRAY(
        SELECT a.row FROM audit_log a
        WHERE a.subject = o.key AND a.time = o.created_at AND strpos(o.payload, a.event_id::text) > 0)) = 0 THEN o.payload END
    FROM outbox o WHERE o.position > $1 ORDER BY o.position LIMIT $2";

const SET_ASIDE: &str = "
    SELECT payload FROM parked WHERE consumer = ANY ($1)
    UNION ALL SELECT payload FROM dead_letters WHERE consumer = ANY ($1)";

/// Rows from that time on.
const LOGGED: &str = "
    SELECT row, tenant FROM audit_log WHERE row > $1 AND time >= $2 ORDER BY row LIMIT $3";

/// A connection in one transaction, which ends with it. It takes no transaction id, so nobody waits for it.
pub(crate) struct Moment(PgConnection);

impl Moment {
    pub(crate) async fn of(login: &PgConnectOptions) -> Result<Self, PortError> {
        let unlimited = [("statement_timeout", "0"), ("idle_in_transaction_session_timeout", "0")];
        let connected = login.clone().options(unlimited).connect().await;
        let mut connection = connected.map_err(|error| PortError::from(Failed::NoConnection(error)))?;
        connection.execute(AUDIT.1).await.map_err(failed)?;
        connection.execute(BEGIN).await.map_err(failed)?;
        Ok(Self(connection))
    }

    async fn rows(&mut self, ask: Ask) -> Result<Vec<PgRow>, PortError> {
        let query = sqlx::query_with(AssertSqlSafe(ask.sql.into_owned()), ask.args);
        query.fetch_all(&mut self.0).await.map_err(failed)
    }

    /// Rows of the log whose events the outbox holds.
    async fn heard_of(&mut self) -> Result<HashSet<i64>, PortError> {
        let (mut heard_of, mut after) = (HashSet::new(), i64::MIN);
        loop {
            let events = self.rows(Ask::new(HEARD_OF).bind(after).bind(SLICE)).await?;
            let Some(last) = events.last() else { return Ok(heard_of) };
            after = column(last, 0)?;
            for event in &events {
                heard_of.extend(column::<Vec<i64>>(event, 1)?);
            }
        }
    }
}

#[async_trait]
impl SealedLog for Moment {
    async fn seals(&mut self, after: Option<(&str, u64)>, limit: u32) -> Result<Vec<Seal>, PortError> {
        let (tenant, n) = after.unwrap_or_default();
        let ask = Ask::new(
            "SELECT tenant, n, at, rows, previous, hash FROM audit_seals
             WHERE (tenant, n) > ($1, $2) ORDER BY tenant, n LIMIT $3",
        );
        let ask = ask.bind(tenant.to_owned()).bind(integer(n)).bind(i64::from(limit));
        self.rows(ask).await?.iter().map(seal).collect()
    }

    async fn stored(&mut self, rows: &[i64]) -> Result<Vec<StoredRow>, PortError> {
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
        self.rows(ask.bind(rows.to_vec())).await?.iter().map(stored).collect()
    }

    async fn scan(&mut self, after: i64, limit: u32) -> Result<Vec<ScannedRow>, PortError> {
        let ask = Ask::new(
            "SELECT a.row, a.tenant, a.id, a.reminder, a.version,
                 (extract(epoch FROM now() - u.since) * 1000000)::bigint
             FROM audit_log a LEFT JOIN audit_unsealed u USING (row) WHERE a.row > $1 ORDER BY a.row LIMIT $2",
        );
        let scanned = |row: &PgRow| {
            Ok(ScannedRow {
                row: column(row, 0)?,
                tenant: column(row, 1)?,
                stream: stream(column(row, 2)?, column(row, 3)?).to_string(),
                version: column(row, 4)?,
                waits: column::<Option<i64>>(row, 5)?.map(SignedDuration::from_micros),
            })
        };
        self.rows(ask.bind(after).bind(i64::from(limit))).await?.iter().map(scanned).collect()
    }

    async fn unheard_of(&mut self, limit: u32) -> Result<Vec<(i64, String)>, PortError> {
        let since = self.rows(Ask::new(SINCE)).await?;
        let Some(since) = since.first().map(|row| column::<i64>(row, 0)).transpose()? else { return Ok(Vec::new()) };
        let (heard_of, mut found, mut after) = (self.heard_of().await?, Vec::new(), i64::MIN);
        while found.len() < limit as usize {
            let logged = self.rows(Ask::new(LOGGED).bind(after).bind(since).bind(SLICE)).await?;
            let Some(last) = logged.last() else { break };
            after = column(last, 0)?;
            for row in &logged {
                found.extend(Some((column(row, 0)?, column(row, 1)?)).filter(|(row, _)| !heard_of.contains(row)));
            }
        }
        found.truncate(limit as usize);
        Ok(found)
    }

    async fn unlogged(&mut self, mut after: i64, limit: u32) -> Result<Vec<OutboxRow>, PortError> {
        let mut found = Vec::new();
        while found.len() < limit as usize {
            let events = self.rows(Ask::new(UNLOGGED).bind(after).bind(SLICE)).await?;
            let Some(last) = events.last() else { break };
            after = column(last, 0)?;
            for event in &events {
                if column::<Option<&str>>(event, 3)?.is_some() {
                    found.push(outbox_row(event, 0)?);
                }
            }
        }
        found.truncate(limit as usize);
        Ok(found)
    }

    async fn set_aside(&mut self, consumers: &[&str]) -> Result<HashSet<EventId>, PortError> {
        let consumers: Vec<String> = consumers.iter().map(|name| (*name).to_owned()).collect();
        let mut found = sqlx::query(SET_ASIDE).bind(consumers).fetch(&mut self.0);
        let mut events = HashSet::new();
        while let Some(row) = found.try_next().await.map_err(failed)? {
            events.extend(Passing::of(column(&row, 0)?).ok().and_then(|event| event.id()));
        }
        Ok(events)
    }

    async fn told(&mut self, rows: &[i64]) -> Result<Vec<i64>, PortError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let heard_of = self.heard_of().await?;
        Ok(rows.iter().copied().filter(|row| heard_of.contains(row)).collect())
    }

    async fn named(&mut self, concerned: &[(PersonId, i64)]) -> Result<BTreeSet<(PersonId, i64)>, PortError> {
        let ask = Ask::new(
            "SELECT person, row FROM unnest($1::uuid[], $2::bigint[]) c (person, row) JOIN audit_people USING (person, row)",
        );
        let (people, rows): (Vec<Uuid>, Vec<i64>) = concerned.iter().map(|(person, row)| (person.0, *row)).unzip();
        let found = self.rows(ask.bind(people).bind(rows)).await?;
        found.iter().map(|row| Ok((PersonId(column(row, 0)?), column(row, 1)?))).collect()
    }

    async fn erasures(&mut self) -> Result<Vec<Act>, PortError> {
        let ask = Ask::new("SELECT doc FROM acts WHERE doc::json ->> 'action' = $1 ORDER BY row");
        docs(&self.rows(ask.bind(ERASED.to_owned())).await?)
    }
}
