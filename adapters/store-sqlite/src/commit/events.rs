//! Events on their way out.

use domain::event::Event;

use crate::rows::{integer, json};
use crate::script::Script;

/// Appends an event to the outbox.
pub(super) fn append(script: &mut Script, event: &Event) {
    script
        .must(
            "event",
            "INSERT INTO outbox (topic, key, event_id, stream, version, created_at, payload)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(event.kind.topic().as_str().to_owned())
        .bind(event.subject.to_string())
        .bind(event.id.to_string())
        .bind(event.stream().to_string())
        .bind(integer(event.data.version))
        .bind(event.time.as_microsecond())
        .bind(json(event));
}
