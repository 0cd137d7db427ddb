//! The audit log: appended in batches, read along a person, a task, or from end to end.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use domain::event::{Event, EventType, Stream};
use domain::ids::{EventId, PersonId};
use domain::ports::audit::{AuditEntry, AuditLog, AuditQuery};
use domain::ports::error::PortError;
use domain::query::Page;
use domain::seal::content_digest;

use crate::SqliteStore;
use crate::ask::Ask;
use crate::rows::{Row, column, count, doc, integer, json, parsed, texts};
use crate::script::Script;

/// The most rows on a page.
const LIMIT_MAX: u32 = 200;

#[async_trait]
impl AuditLog for SqliteStore {
    async fn last_versions(&self, streams: &[Stream]) -> Result<BTreeMap<Stream, u64>, PortError> {
        let ask = Ask::new(
            "SELECT o.value, (SELECT max(version) FROM audit_log WHERE stream = o.value) AS last
             FROM json_each(?) o WHERE last IS NOT NULL",
        );
        let rows = self.readers.rows(ask.bind(texts(streams))).await?;
        rows.iter().map(|row| Ok((parsed(row, 0)?, count(row, 1)?))).collect()
    }

    async fn append(&self, entries: &[AuditEntry]) -> Result<bool, PortError> {
        if entries.is_empty() {
            return Ok(true);
        }
        let salts = self.salts(entries.len()).await?;
        let written = self.writer.write_soon(appending(entries, &salts)).await?;
        Ok(written.touched.first() == Some(&(entries.len() as u64)))
    }

    async fn missing(&self, events: &[EventId]) -> Result<BTreeSet<EventId>, PortError> {
        let ask = Ask::new(
            "SELECT e.value FROM json_each(?) e
             WHERE NOT EXISTS (SELECT 1 FROM audit_log a WHERE a.event_id = e.value)",
        );
        self.readers.rows(ask.bind(texts(events))).await?.iter().map(|row| parsed(row, 0)).collect()
    }

    async fn page(&self, query: &AuditQuery) -> Result<Page<(i64, Event), i64>, PortError> {
        let limit = query.limit.clamp(1, LIMIT_MAX);
        let rows = self.readers.rows(question(query, limit)).await?;
        let more = rows.len() > limit as usize;
        let items: Vec<(i64, Event)> = rows.iter().take(limit as usize).map(entry).collect::<Result<_, _>>()?;
        let next = items.last().filter(|_| more).map(|(row, _)| *row);
        Ok(Page { items, next })
    }
}

impl SqliteStore {
    /// Random salts, from SQLite's own generator, which the operating system seeds.
    async fn salts(&self, count: usize) -> Result<Vec<String>, PortError> {
        let ask = Ask::new(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
             SELECT lower(hex(randomblob(16))) FROM n",
        );
        let rows = self.readers.rows(ask.bind(integer(count as u64))).await?;
        rows.iter().map(|row| column(row, 0)).collect()
    }
}

/// Appends the entries whose event is not there yet, one statement per table. Content and people are written only
/// beside a row of this very batch, which its salted digest tells: a repetition must not bring erased content back.
fn appending(entries: &[AuditEntry], salts: &[String]) -> Script {
    let (mut rows, mut contents, mut concerned) = (Vec::new(), Vec::new(), Vec::new());
    for (AuditEntry { event, kind, bytes }, salt) in entries.iter().zip(salts) {
        let digest = content_digest(salt, bytes);
        let data = &event.data;
        let (stream, time) = (event.stream().to_string(), event.time.as_microsecond());
        let about = (data.version, kind, &data.tenant_id, event.subject, data.user_id);
        rows.push((event.id, digest.clone(), stream, time, about));
        contents.push((event.id, digest.clone(), salt, bytes));
        concerned.push((event.id, digest, people(event)));
    }
    let mut script = Script::new();
    script
        .step(
            "audit row",
            "INSERT INTO audit_log (event_id, digest, stream, time, version, type, tenant, subject, actor)
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> '$[4][0]', value ->> '$[4][1]',
                 value ->> '$[4][2]', value ->> '$[4][3]', value ->> '$[4][4]'
             FROM json_each(?) WHERE true ON CONFLICT DO NOTHING",
        )
        .bind(json(&rows))
        .step(
            "audit content",
            "INSERT INTO audit_content (row, salt, payload)
             SELECT a.row, e.value ->> 2, e.value ->> 3
             FROM json_each(?) e CROSS JOIN audit_log a ON a.event_id = e.value ->> 0 AND a.digest = e.value ->> 1",
        )
        .bind(json(&contents))
        .step(
            "unsealed",
            "INSERT INTO audit_unsealed (row)
             SELECT a.row
             FROM json_each(?) e CROSS JOIN audit_log a ON a.event_id = e.value ->> 0 AND a.digest = e.value ->> 1",
        )
        .bind(json(&rows))
        .step(
            "audit people",
            "INSERT INTO audit_people (person, row)
             SELECT p.value, a.row
             FROM json_each(?) e CROSS JOIN audit_log a ON a.event_id = e.value ->> 0 AND a.digest = e.value ->> 1
             CROSS JOIN json_each(e.value, '$[2]') p",
        )
        .bind(json(&concerned));
    script
}

fn people(event: &Event) -> BTreeSet<PersonId> {
    event.data.participants.iter().copied().chain([event.data.user_id]).collect()
}

/// ?1 person, ?2 task, ?3 types (what cannot be typed cannot be shown), ?4 from, ?5 to, ?6 after, ?7 how many,
/// ?8 tenants.
fn question(query: &AuditQuery, limit: u32) -> Ask {
    let (way, row) = match (query.person, query.task) {
        (Some(_), _) => ("audit_people p CROSS JOIN audit_log a ON a.row = p.row", "p.row"),
        (None, _) => ("audit_log a", "a.row"),
    };
    let types = if query.types.is_empty() { EventType::ALL } else { &query.types };
    let mut conditions = vec![if query.oldest_first { format!("{row} > ?6") } else { format!("{row} < ?6") }];
    let asked = [
        (query.person.is_some(), "p.person = ?1"),
        (query.task.is_some(), "a.subject = ?2"),
        (true, "a.type IN (SELECT value FROM json_each(?3))"),
        (query.from.is_some(), "a.time >= ?4"),
        (query.to.is_some(), "a.time < ?5"),
        (query.tenants.is_some(), "a.tenant IN (SELECT value FROM json_each(?8))"),
    ];
    conditions.extend(asked.into_iter().filter(|(wanted, _)| *wanted).map(|(_, sql)| sql.to_owned()));
    let (direction, start) = if query.oldest_first { ("ASC", 0) } else { ("DESC", i64::MAX) };
    Ask::new(format!(
        "SELECT a.row, c.payload FROM {way} CROSS JOIN audit_content c ON c.row = a.row
         WHERE {} ORDER BY {row} {direction} LIMIT ?7",
        conditions.join(" AND ")
    ))
    .bind(query.person.map(|id| id.to_string()))
    .bind(query.task.map(|id| id.to_string()))
    .bind(json(types))
    .bind(query.from.map(|at| at.as_microsecond()))
    .bind(query.to.map(|at| at.as_microsecond()))
    .bind(query.after.unwrap_or(start))
    .bind(i64::from(limit) + 1)
    .bind(json(query.tenants.as_deref().unwrap_or_default()))
}

fn entry(row: &Row) -> Result<(i64, Event), PortError> {
    Ok((column(row, 0)?, doc(row, 1)?))
}
