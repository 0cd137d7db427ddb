//! Parked records and dead letters: events of any tenant, hence nothing for those who work within a scope. Only the audit
//! parks.

use async_trait::async_trait;
use domain::change::Act;
use domain::event::Stream;
use domain::ids::PersonId;
use domain::ports::error::PortError;
use domain::ports::inbox::{DeadLetter, Inbox, Parked};
use jiff::Timestamp;
use sqlx::postgres::PgRow;

use crate::PostgresStore;
use crate::ask::Ask;
use crate::commit::act as written;
use crate::rows::{column, count, instant, integer, maybe_instant, parsed};

const LETTERS: &str = "
    SELECT id, consumer, topic, origin, reason, payload, at, replayed_at FROM dead_letters
    WHERE replayed_at IS NULL AND id > $1 ORDER BY id LIMIT $2";

const LETTERS_OF: &str = "
    SELECT id, consumer, topic, origin, reason, payload, at, replayed_at FROM dead_letters
    WHERE replayed_at IS NULL AND id > $1 AND consumer = $3 ORDER BY id LIMIT $2";

const BURY: &str = "
    INSERT INTO dead_letters (consumer, topic, origin, reason, payload, at)
    SELECT $1, $2, CASE WHEN another.payload IS NULL THEN $3 ELSE $7 END, $4, $5, $6
    FROM (VALUES (1)) one LEFT JOIN dead_letters another
        ON another.consumer = $1 AND another.origin = $3 AND another.payload <> $5
    ON CONFLICT (consumer, origin) DO UPDATE
    SET reason = excluded.reason, payload = excluded.payload, at = excluded.at, replayed_at = NULL
    WHERE dead_letters.replayed_at IS NOT NULL";

const REPLAYED: &str = "
    WITH replayed AS (
        UPDATE dead_letters SET replayed_at = $2 WHERE id = $1 AND replayed_at IS NULL RETURNING id
    )
    INSERT INTO acts (actor, doc)
    SELECT a.actor, a.doc FROM (SELECT ($3::act_put).*) a WHERE EXISTS (SELECT FROM replayed)";

#[async_trait]
impl Inbox for PostgresStore {
    async fn park(&self, parked: &Parked) -> Result<(), PortError> {
        let ask = Ask::new(
            "INSERT INTO parked (consumer, stream, version, origin, payload, at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT DO NOTHING",
        );
        let ask = ask
            .bind(parked.consumer.clone())
            .bind(parked.stream.to_string())
            .bind(integer(parked.version))
            .bind(parked.origin.clone())
            .bind(parked.payload.clone())
            .bind(parked.at.as_microsecond());
        self.audit.write_surely(ask).await.map(drop)
    }

    async fn parked(&self, consumer: &str, streams: &[Stream]) -> Result<Vec<Parked>, PortError> {
        let ask = Ask::new(
            "SELECT consumer, stream, version, origin, payload, at FROM parked
             WHERE consumer = $1 AND stream = ANY ($2) ORDER BY stream, version",
        );
        let streams: Vec<String> = streams.iter().map(Stream::to_string).collect();
        let rows = self.audit.rows(ask.bind(consumer.to_owned()).bind(streams)).await?;
        rows.iter().map(parked).collect()
    }

    async fn waiting(&self, consumer: &str, before: Timestamp) -> Result<Vec<Stream>, PortError> {
        let ask = Ask::new("SELECT DISTINCT stream FROM parked WHERE consumer = $1 AND at < $2 ORDER BY stream");
        let rows = self.audit.rows(ask.bind(consumer.to_owned()).bind(before.as_microsecond())).await?;
        rows.iter().map(|row| parsed(row, 0)).collect()
    }

    async fn unpark(&self, consumer: &str, stream: Stream, version: u64) -> Result<(), PortError> {
        let ask = Ask::new("DELETE FROM parked WHERE consumer = $1 AND stream = $2 AND version = $3")
            .bind(consumer.to_owned())
            .bind(stream.to_string())
            .bind(integer(version));
        self.audit.write_surely(ask).await.map(drop)
    }

    async fn bury(&self, letter: &DeadLetter) -> Result<(), PortError> {
        let ask = Ask::new(BURY)
            .bind(letter.consumer.clone())
            .bind(letter.topic.clone())
            .bind(letter.origin.clone())
            .bind(printable(&letter.reason))
            .bind(printable(&letter.payload))
            .bind(letter.at.as_microsecond())
            .bind(letter.other_origin());
        self.relay.write_surely(ask).await.map(drop)
    }

    async fn dead_letters(&self, consumer: Option<&str>, after: i64, limit: u32) -> Result<Vec<DeadLetter>, PortError> {
        let ask = match consumer {
            None => Ask::new(LETTERS).bind(after).bind(i64::from(limit)),
            Some(name) => Ask::new(LETTERS_OF).bind(after).bind(i64::from(limit)).bind(name.to_owned()),
        };
        self.relay.rows(ask).await?.iter().map(letter).collect()
    }

    async fn replayed(&self, id: i64, by: PersonId, at: Timestamp) -> Result<(), PortError> {
        let act = Act {
            actor: by,
            action: "dead_letter.replayed".to_owned(),
            subject: id.to_string(),
            detail: serde_json::Value::Null,
            at,
        };
        let ask = Ask::new(REPLAYED).bind(id).bind(at.as_microsecond()).bind(written(&act));
        self.relay.write_surely(ask).await.map(drop)
    }
}

/// A dead letter may hold anything, and PostgreSQL's text holds no NUL.
fn printable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn parked(row: &PgRow) -> Result<Parked, PortError> {
    Ok(Parked {
        consumer: column(row, 0)?,
        stream: parsed(row, 1)?,
        version: count(row, 2)?,
        origin: column(row, 3)?,
        payload: column(row, 4)?,
        at: instant(row, 5)?,
    })
}

fn letter(row: &PgRow) -> Result<DeadLetter, PortError> {
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
