//! Parked records and dead letters.

use async_trait::async_trait;
use domain::change::Act;
use domain::event::Stream;
use domain::ids::PersonId;
use domain::ports::error::PortError;
use domain::ports::inbox::{DeadLetter, Inbox, Parked};
use jiff::Timestamp;

use crate::SqliteStore;
use crate::ask::Ask;
use crate::rows::{Row, column, count, instant, integer, json, maybe_instant, parsed};
use crate::script::Script;

const LETTER: &str = "SELECT id, consumer, topic, origin, reason, payload, at, replayed_at FROM dead_letters";

#[async_trait]
impl Inbox for SqliteStore {
    async fn park(&self, parked: &Parked) -> Result<(), PortError> {
        let mut script = Script::new();
        script
            .step(
                "parked record",
                "INSERT INTO parked (consumer, stream, version, origin, payload, at) VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT DO NOTHING",
            )
            .bind(parked.consumer.clone())
            .bind(parked.stream.to_string())
            .bind(integer(parked.version))
            .bind(parked.origin.clone())
            .bind(parked.payload.clone())
            .bind(parked.at.as_microsecond());
        self.writer.write_soon(script).await.map(drop)
    }

    async fn parked(&self, consumer: &str, streams: &[Stream]) -> Result<Vec<Parked>, PortError> {
        let ask = Ask::new(
            "SELECT consumer, stream, version, origin, payload, at FROM parked
             WHERE consumer = ? AND stream IN (SELECT value FROM json_each(?)) ORDER BY stream, version",
        );
        let streams: Vec<String> = streams.iter().map(Stream::to_string).collect();
        let rows = self.readers.rows(ask.bind(consumer.to_owned()).bind(json(&streams))).await?;
        rows.iter().map(parked).collect()
    }

    async fn waiting(&self, consumer: &str, before: Timestamp) -> Result<Vec<Stream>, PortError> {
        let ask = Ask::new("SELECT DISTINCT stream FROM parked WHERE consumer = ? AND at < ? ORDER BY stream");
        let rows = self.readers.rows(ask.bind(consumer.to_owned()).bind(before.as_microsecond())).await?;
        rows.iter().map(|row| parsed(row, 0)).collect()
    }

    async fn unpark(&self, consumer: &str, stream: Stream, version: u64) -> Result<(), PortError> {
        let mut script = Script::new();
        script
            .step("parked record", "DELETE FROM parked WHERE consumer = ? AND stream = ? AND version = ?")
            .bind(consumer.to_owned())
            .bind(stream.to_string())
            .bind(integer(version));
        self.writer.write_soon(script).await.map(drop)
    }

    async fn bury(&self, letter: &DeadLetter) -> Result<(), PortError> {
        let mut script = Script::new();
        script
            .step(
                "dead letter",
                "INSERT INTO dead_letters (consumer, topic, origin, reason, payload, at)
                 SELECT ?1, ?2, CASE WHEN another.payload IS NULL THEN ?3 ELSE ?7 END, ?4, ?5, ?6
                 FROM (SELECT 1) one LEFT JOIN dead_letters another
                     ON another.consumer = ?1 AND another.origin = ?3 AND another.payload <> ?5
                 WHERE true
                 ON CONFLICT (consumer, origin) DO UPDATE
                 SET reason = excluded.reason, payload = excluded.payload, at = excluded.at, replayed_at = NULL
                 WHERE replayed_at IS NOT NULL",
            )
            .bind(letter.consumer.clone())
            .bind(letter.topic.clone())
            .bind(letter.origin.clone())
            .bind(letter.reason.clone())
            .bind(letter.payload.clone())
            .bind(letter.at.as_microsecond())
            .bind(letter.other_origin());
        self.writer.write_soon(script).await.map(drop)
    }

    async fn dead_letters(&self, consumer: Option<&str>, after: i64, limit: u32) -> Result<Vec<DeadLetter>, PortError> {
        let of = if consumer.is_some() { "AND consumer = ?3" } else { "" };
        let ask = Ask::new(format!("{LETTER} WHERE replayed_at IS NULL AND id > ?1 {of} ORDER BY id LIMIT ?2"));
        let ask = ask.bind(after).bind(limit);
        let ask = match consumer {
            None => ask,
            Some(name) => ask.bind(name.to_owned()),
        };
        self.readers.rows(ask).await?.iter().map(letter).collect()
    }

    async fn replayed(&self, id: i64, by: PersonId, at: Timestamp) -> Result<(), PortError> {
        let act = Act {
            actor: by,
            action: "dead_letter.replayed".to_owned(),
            subject: id.to_string(),
            detail: serde_json::Value::Null,
            at,
        };
        let mut script = Script::new();
        script
            .step("dead letter", "UPDATE dead_letters SET replayed_at = ? WHERE id = ? AND replayed_at IS NULL")
            .bind(at.as_microsecond())
            .bind(id)
            .step("act", "INSERT INTO acts (actor, doc) SELECT ?, ? WHERE changes() = 1")
            .bind(by.to_string())
            .bind(json(&act));
        self.writer.write_soon(script).await.map(drop)
    }
}

fn parked(row: &Row) -> Result<Parked, PortError> {
    Ok(Parked {
        consumer: column(row, 0)?,
        stream: parsed(row, 1)?,
        version: count(row, 2)?,
        origin: column(row, 3)?,
        payload: column(row, 4)?,
        at: instant(row, 5)?,
    })
}

fn letter(row: &Row) -> Result<DeadLetter, PortError> {
    Ok(DeadLetter {
        id: column(row, 0)?,
        consumer: column(row, 1)?,
        topic: column(row, 2)?,
        origin: column(row, 3)?,
        reason: column(row, 4)?,
        payload: column(row, 5)?,
        at: instant(row, 6)?,
        replayed_at: maybe_instant(row, 7)?,
    })
}
