//! The audit log: appended in batches, read along a person, a task, or from end to end.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use domain::event::{Event, EventType, Stream};
use domain::ids::{EventId, PersonId, ReminderId, TaskId};
use domain::ports::audit::{AuditEntry, AuditLog, AuditQuery};
use domain::ports::error::PortError;
use domain::query::Page;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgRow;
use tracing::instrument;
use uuid::Uuid;

use crate::PostgresStore;
use crate::ask::Ask;
use crate::error::{BACKEND, Kind};
use crate::literal::array;
use crate::rows::{column, count, doc, integer};

/// The most rows on a page.
const LIMIT_MAX: u32 = 200;
/// Bytes of a salt.
const SALT: usize = 16;

/// All rows of a batch in one statement, each table's in one insert, if all of them are new.
const APPEND: &str = "
    WITH came AS MATERIALIZED (
        SELECT nextval('audit_log_row_seq') AS row, e.* FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[],
            $5::bigint[], $6::bigint[], $7::boolean[], $8::text[], $9::text[], $10::bytea[], $11::bytea[], $12::text[],
            $13::text[])
            e (event_id, id, subject, actor, version, time, reminder, type, tenant, digest, salt, payload, people)
    ),
    fresh AS (
        INSERT INTO audit_log (row, event_id, id, subject, actor, version, time, reminder, type, tenant, digest)
        OVERRIDING SYSTEM VALUE
        SELECT row, event_id, id, subject, actor, version, time, reminder, type, tenant, digest FROM came
    ),
    waiting AS (INSERT INTO audit_unsealed (row) SELECT row FROM came),
    kept AS (INSERT INTO audit_content (row, salt, payload) SELECT row, salt, payload FROM came)
    INSERT INTO audit_people (person, row)
    SELECT p.person, came.row FROM came CROSS JOIN unnest(came.people::uuid[]) p (person)";

/// The same when some of them are there already. Content and people are written only beside rows that are new: a
/// repetition must not bring erased content back.
const APPEND_MISSING: &str = "
    WITH came AS (
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::bigint[],
            $7::boolean[], $8::text[], $9::text[], $10::bytea[], $11::bytea[], $12::text[], $13::text[])
            e (event_id, id, subject, actor, version, time, reminder, type, tenant, digest, salt, payload, people)
    ),
    fresh AS (
        INSERT INTO audit_log (event_id, id, subject, actor, version, time, reminder, type, tenant, digest)
        SELECT event_id, id, subject, actor, version, time, reminder, type, tenant, digest FROM came
        ON CONFLICT DO NOTHING RETURNING row, event_id
    ),
    waiting AS (INSERT INTO audit_unsealed (row) SELECT row FROM fresh),
    kept AS (
        INSERT INTO audit_content (row, salt, payload)
        SELECT fresh.row, salt, payload FROM fresh JOIN came USING (event_id)
    )
    INSERT INTO audit_people (person, row)
    SELECT p.person, fresh.row FROM fresh JOIN came USING (event_id) CROSS JOIN unnest(came.people::uuid[]) p (person)";

const MISSING: &str = "
    SELECT e.id FROM unnest($1::uuid[]) e (id)
    WHERE NOT EXISTS (SELECT FROM audit_log a WHERE a.event_id = e.id)";

const LAST_VERSIONS: &str = "
    SELECT s.id, s.reminder, last.version FROM unnest($1::uuid[], $2::boolean[]) s (id, reminder)
    CROSS JOIN LATERAL (
        SELECT version FROM audit_log a WHERE a.id = s.id AND a.reminder = s.reminder ORDER BY a.version DESC LIMIT 1
    ) last";

#[async_trait]
impl AuditLog for PostgresStore {
    async fn last_versions(&self, streams: &[Stream]) -> Result<BTreeMap<Stream, u64>, PortError> {
        let (ids, reminders): (Vec<Uuid>, Vec<bool>) = streams.iter().map(|stream| parts(*stream)).unzip();
        let rows = self.audit.rows(Ask::new(LAST_VERSIONS).bind(ids).bind(reminders)).await?;
        let last = |row: &PgRow| Ok((stream(column(row, 0)?, column(row, 1)?), count(row, 2)?));
        rows.iter().map(last).collect()
    }

    #[instrument(name = "db.audit.append", level = "debug", skip_all)]
    async fn append(&self, entries: &[AuditEntry]) -> Result<bool, PortError> {
        if entries.is_empty() {
            return Ok(true);
        }
        let salts = salts(entries.len())?;
        match self.audit.write(Batch::of(entries, &salts).ask(APPEND)).await {
            Err(failed) if matches!(failed.kind(), Kind::Conflict(_)) => {
                self.audit.write_surely(Batch::of(entries, &salts).ask(APPEND_MISSING)).await.map(|_| false)
            }
            written => Ok(written.map(|_| true)?),
        }
    }

    async fn missing(&self, events: &[EventId]) -> Result<BTreeSet<EventId>, PortError> {
        let ids: Vec<Uuid> = events.iter().map(|event| event.0).collect();
        let rows = self.audit.rows(Ask::new(MISSING).bind(ids)).await?;
        rows.iter().map(|row| Ok(EventId(column(row, 0)?))).collect()
    }

    async fn page(&self, query: &AuditQuery) -> Result<Page<(i64, Event), i64>, PortError> {
        let limit = query.limit.clamp(1, LIMIT_MAX);
        let rows = self.audit.rows(question(query, limit)).await?;
        let more = rows.len() > limit as usize;
        let items: Vec<(i64, Event)> = rows.iter().take(limit as usize).map(entry).collect::<Result<_, _>>()?;
        let next = items.last().filter(|_| more).map(|(row, _)| *row);
        Ok(Page { items, next })
    }
}

/// Columns of a batch on their way into the database.
#[derive(Default)]
struct Batch<'a> {
    events: Vec<Uuid>,
    ids: Vec<Uuid>,
    subjects: Vec<Uuid>,
    actors: Vec<Uuid>,
    versions: Vec<i64>,
    times: Vec<i64>,
    reminders: Vec<bool>,
    types: Vec<&'a str>,
    tenants: Vec<&'a str>,
    digests: Vec<[u8; 32]>,
    salts: Vec<&'a [u8]>,
    payloads: Vec<&'a str>,
    people: Vec<String>,
}

impl<'a> Batch<'a> {
    /// Each event once.
    fn of(entries: &'a [AuditEntry], salts: &'a [[u8; SALT]]) -> Self {
        let (mut batch, mut known) = (Self::default(), BTreeSet::new());
        for (entry, salt) in entries.iter().zip(salts).filter(|(entry, _)| known.insert(entry.event.id)) {
            batch.push(entry, salt);
        }
        batch
    }

    fn push(&mut self, AuditEntry { event, kind, bytes }: &'a AuditEntry, salt: &'a [u8; SALT]) {
        let (id, reminder) = parts(event.stream());
        let EventId(event_id) = event.id;
        self.events.push(event_id);
        self.ids.push(id);
        self.subjects.push(event.subject.0);
        self.actors.push(event.data.user_id.0);
        self.versions.push(integer(event.data.version));
        self.times.push(event.time.as_microsecond());
        self.reminders.push(reminder);
        self.types.push(kind);
        self.tenants.push(event.data.tenant_id.as_str());
        self.digests.push(digest(salt, bytes));
        self.salts.push(salt);
        self.payloads.push(bytes);
        self.people.push(array(people(event)));
    }

    fn ask(self, append: &'static str) -> Ask {
        Ask::new(append)
            .bind(self.events)
            .bind(self.ids)
            .bind(self.subjects)
            .bind(self.actors)
            .bind(self.versions)
            .bind(self.times)
            .bind(self.reminders)
            .bind(self.types)
            .bind(self.tenants)
            .bind(self.digests)
            .bind(self.salts)
            .bind(self.payloads)
            .bind(self.people)
    }
}

/// The id in whose stream an event is, and whether it is a reminder's.
fn parts(stream: Stream) -> (Uuid, bool) {
    match stream {
        Stream::Task(id) => (id.0, false),
        Stream::Reminder(id) => (id.0, true),
    }
}

pub(crate) fn stream(id: Uuid, reminder: bool) -> Stream {
    if reminder { Stream::Reminder(ReminderId(id)) } else { Stream::Task(TaskId(id)) }
}

fn people(event: &Event) -> BTreeSet<PersonId> {
    event.data.participants.iter().copied().chain([event.data.user_id]).collect()
}

/// Random bytes of the operating system.
fn salts(count: usize) -> Result<Vec<[u8; SALT]>, PortError> {
    let mut salts = vec![[0; SALT]; count];
    getrandom::fill(salts.as_flattened_mut())
        .map_err(|error| PortError::Broken { backend: BACKEND, reason: format!("no random bytes: {error}") })?;
    Ok(salts)
}

/// SHA-256 of the salt in hex and the content.
fn digest(salt: &[u8; SALT], content: &str) -> [u8; 32] {
    let hex = format!("{:032x}", u128::from_be_bytes(*salt));
    Sha256::new().chain_update(hex).chain_update(content).finalize().into()
}

/// $1 person, $2 task, $3 types (what cannot be typed cannot be shown), $4 from, $5 to, $6 after, $7 how many,
/// $8 tenants.
fn question(query: &AuditQuery, limit: u32) -> Ask {
    let (way, row) = match query.person {
        Some(_) => ("audit_people p JOIN audit_log a ON a.row = p.row", "p.row"),
        None => ("audit_log a", "a.row"),
    };
    let types = if query.types.is_empty() { EventType::ALL } else { &query.types };
    let mut conditions = vec![if query.oldest_first { format!("{row} > $6") } else { format!("{row} < $6") }];
    let asked = [
        (query.person.is_some(), "p.person = $1"),
        (query.task.is_some(), "a.subject = $2"),
        (true, "a.type = ANY ($3)"),
        (query.from.is_some(), "a.time >= $4"),
        (query.to.is_some(), "a.time < $5"),
        (query.tenants.is_some(), "a.tenant = ANY ($8)"),
    ];
    conditions.extend(asked.into_iter().filter(|(wanted, _)| *wanted).map(|(_, sql)| sql.to_owned()));
    let (direction, start) = if query.oldest_first { ("ASC", 0) } else { ("DESC", i64::MAX) };
    Ask::new(format!(
        "SELECT a.row, c.payload FROM {way} JOIN audit_content c ON c.row = a.row
         WHERE {} ORDER BY {row} {direction} LIMIT $7",
        conditions.join(" AND ")
    ))
    .bind(query.person.map(|id| id.0))
    .bind(query.task.map(|id| id.0))
    .bind(types.iter().map(ToString::to_string).collect::<Vec<_>>())
    .bind(query.from.map(|at| at.as_microsecond()))
    .bind(query.to.map(|at| at.as_microsecond()))
    .bind(query.after.unwrap_or(start))
    .bind(i64::from(limit) + 1)
    .bind(query.tenants.iter().flatten().map(ToString::to_string).collect::<Vec<_>>())
}

fn entry(row: &PgRow) -> Result<(i64, Event), PortError> {
    Ok((column(row, 0)?, doc(row, 1)?))
}
