//! Events on their way out.

use domain::event::Event;

use crate::literal::Record;
use crate::rows::json;

/// A row of the outbox.
pub(super) fn append(event: &Event) -> String {
    Record::default()
        .field(event.time.as_microsecond())
        .field(event.subject)
        .field(event.kind.topic().as_str())
        .document(&json(event))
        .end()
}
