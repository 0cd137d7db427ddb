//! What makes a repetition known, and what `undo` takes back.

use domain::change::{InboxMark, Receipt, UndoNote};

use crate::literal::Record;
use crate::rows::json;

/// That a consumer has handled a stream up to a version.
pub(super) fn inbox(mark: &InboxMark) -> String {
    Record::default().field(&mark.consumer).field(mark.stream).field(mark.version).end()
}

/// The outcome under its key.
pub(super) fn receipt(receipt: &Receipt) -> String {
    Record::default()
        .field(&receipt.key)
        .field(&receipt.digest)
        .document(&json(&receipt.outcome))
        .field(receipt.at.as_microsecond())
        .end()
}

/// What the conversation's `undo` takes back, if anything.
pub(super) fn undo(note: &UndoNote) -> String {
    let mut record = Record::default();
    record.field(&note.conversation.0);
    match &note.change {
        Some(change) => record.document(&json(change)),
        None => record.maybe(None::<&str>),
    }
    .end()
}
