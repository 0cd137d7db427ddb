//! From a record to an event, or to the reason why it is none.

use std::borrow::Cow;
use std::sync::Arc;

use domain::event::{Event, EventType, SCHEMA_MAJOR, Topic};
use domain::ports::bus::Record;
use serde::Deserialize;

/// An event that came off the bus, with the bytes and the place that it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// The topic.
    pub topic: Topic,
    /// Where it came from, e.g. `outbox@42`.
    pub origin: String,
    /// The key on the bus.
    pub key: String,
    /// The JSON exactly as it came.
    pub payload: Arc<str>,
    /// Its type as it came.
    pub kind: String,
    /// The event.
    pub event: Arc<Event>,
    /// Whether it is a dead letter that is handed over again, hence stays one if it comes to nothing.
    pub replayed: bool,
}

impl Incoming {
    /// The record that it came as.
    #[must_use]
    pub fn record(&self) -> Record {
        Record {
            topic: self.topic,
            origin: self.origin.clone(),
            key: self.key.clone(),
            payload: self.payload.as_bytes().to_vec(),
        }
    }
}

/// What a record turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Decoded {
    /// An event of a type that this release knows.
    Known(Box<Incoming>),
    /// A well-formed CloudEvent of a type that this release does not know.
    Unknown {
        /// Its type.
        kind: String,
        /// The event, for those who keep what they do not know; or why it is none by the rules of its major version.
        event: Result<Box<Incoming>, String>,
    },
}

impl Decoded {
    /// The event, of a known type or not.
    #[must_use]
    pub fn event(self) -> Option<Incoming> {
        match self {
            Self::Known(incoming) | Self::Unknown { event: Ok(incoming), .. } => Some(*incoming),
            Self::Unknown { event: Err(_), .. } => None,
        }
    }
}

/// What every CloudEvent has, whatever its type.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    specversion: Cow<'a, str>,
    #[serde(borrow, rename = "id")]
    _id: Cow<'a, str>,
    #[serde(borrow, rename = "source")]
    _source: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    dataschema: Cow<'a, str>,
}

/// Decodes a record. The type is looked at before the rest, because a newer release may write types that this
/// one does not know.
///
/// # Errors
/// Why it can never be read, in words.
pub fn decode(record: &Record) -> Result<Decoded, String> {
    let payload = std::str::from_utf8(&record.payload).map_err(|error| format!("no UTF-8: {error}"))?;
    // Nearly always it is an event that is known: then one look suffices.
    let usual = |event: &Event| {
        event.kind != EventType::Unknown && event.specversion == "1.0" && major(&event.dataschema) == Ok(SCHEMA_MAJOR)
    };
    if let Ok(event) = serde_json::from_str::<Event>(payload)
        && usual(&event)
    {
        return Ok(Decoded::Known(incoming(record, payload, event.kind.as_str(), event)));
    }
    unusual(record, payload)
}

/// Decodes what is not an event of a known type, or finds out why.
fn unusual(record: &Record, payload: &str) -> Result<Decoded, String> {
    let envelope: Envelope<'_> = serde_json::from_str(payload).map_err(|error| format!("no CloudEvent: {error}"))?;
    if envelope.specversion != "1.0" {
        return Err(format!("CloudEvents {}, expected 1.0", envelope.specversion));
    }
    let major = major(&envelope.dataschema)?;
    if major != SCHEMA_MAJOR {
        return Err(format!("major version {major} of {}, expected {SCHEMA_MAJOR}", envelope.dataschema));
    }
    let kind = envelope.kind.into_owned();
    let event = serde_json::from_str(payload).map_err(|error| format!("bad {kind}: {error}"));
    let event = event.map(|event| incoming(record, payload, &kind, event));
    match EventType::ALL.iter().any(|known| known.as_str() == kind) {
        true => event.map(Decoded::Known),
        false => Ok(Decoded::Unknown { kind, event }),
    }
}

fn incoming(record: &Record, payload: &str, kind: &str, event: Event) -> Box<Incoming> {
    Box::new(Incoming {
        topic: record.topic,
        origin: record.origin.clone(),
        key: record.key.clone(),
        payload: payload.into(),
        kind: kind.to_owned(),
        event: Arc::new(event),
        replayed: false,
    })
}

/// The major version that `urn:taskbot:<contract>:<major>` names.
fn major(dataschema: &str) -> Result<u32, String> {
    dataschema
        .strip_prefix("urn:taskbot:")
        .and_then(|rest| rest.rsplit_once(':'))
        .and_then(|(_, major)| major.parse().ok())
        .ok_or_else(|| format!("unknown dataschema {dataschema:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(payload: &str) -> Result<Decoded, String> {
        let (origin, key) = ("outbox@1".to_owned(), "k".to_owned());
        decode(&Record { topic: Topic::TaskEvents, origin, key, payload: payload.as_bytes().to_vec() })
    }

    fn shaped(kind: &str, specversion: &str, schema: &str) -> String {
        format!(
            r#"{{"specversion":"{specversion}","id":"00000000-0000-7000-8000-000000000001","source":"/x","type":"{kind}","dataschema":"{schema}"}}"#
        )
    }

    #[test]
    fn an_unknown_type_is_told_from_a_broken_one() {
        let unknown = decoded(&shaped("TASK_PAINTED", "1.0", "urn:taskbot:task-event:1"));
        assert!(matches!(unknown, Ok(Decoded::Unknown { kind, event: Err(_) }) if kind == "TASK_PAINTED"));
        let broken = decoded(&shaped("TASK_CREATED", "1.0", "urn:taskbot:task-event:1"));
        assert!(broken.is_err_and(|reason| reason.starts_with("bad TASK_CREATED: missing field")));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let deep = "[".repeat(10_000);
        let newer = shaped("TASK_CREATED", "1.0", "urn:taskbot:task-event:2");
        let other = shaped("TASK_CREATED", "1.0", "http://example.org");
        let old = shaped("TASK_CREATED", "0.3", "urn:taskbot:task-event:1");
        for (payload, reason) in [
            ("", "no CloudEvent"),
            ("{", "no CloudEvent"),
            (&deep, "no CloudEvent"),
            (&newer, "major version 2"),
            (&other, "unknown dataschema"),
            (&old, "CloudEvents 0.3"),
        ] {
            assert!(decoded(payload).is_err_and(|said| said.starts_with(reason)), "{reason}");
        }
    }
}
