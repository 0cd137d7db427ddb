//! What makes a repetition known, and what `undo` takes back.

use std::collections::BTreeSet;

use domain::change::{Change, InboxMark, Receipt, UndoNote};

use crate::rows::{integer, json};
use crate::script::Script;

/// Writes the inbox mark, the receipt and the undo note of a change.
pub(super) fn write(script: &mut Script, change: &Change) {
    if let Some(mark) = &change.inbox {
        inbox(script, mark);
    }
    if let Some(receipt) = &change.receipt {
        keep(script, receipt, &change.tenants());
    }
    if let Some(note) = &change.undo {
        undo(script, note);
    }
}

fn inbox(script: &mut Script, mark: &InboxMark) {
    script
        .must(
            "inbox mark",
            "INSERT INTO inbox (consumer, stream, version) VALUES (?, ?, ?)
             ON CONFLICT (consumer, stream) DO UPDATE SET version = excluded.version
             WHERE excluded.version > inbox.version",
        )
        .bind(mark.consumer.clone())
        .bind(mark.stream.to_string())
        .bind(integer(mark.version));
}

fn keep(script: &mut Script, receipt: &Receipt, tenants: &BTreeSet<&str>) {
    script
        .must("receipt", "INSERT INTO receipts (key, digest, outcome, at, tenants) VALUES (?, ?, ?, ?, ?)")
        .bind(receipt.key.clone())
        .bind(receipt.digest.clone())
        .bind(json(&receipt.outcome))
        .bind(receipt.at.as_microsecond())
        .bind(json(tenants));
}

fn undo(script: &mut Script, note: &UndoNote) {
    let conversation = note.conversation.0.clone();
    match &note.change {
        None => script.step("undo note", "DELETE FROM undo WHERE conversation = ?").bind(conversation),
        Some(record) => script
            .must(
                "undo note",
                "INSERT INTO undo (conversation, doc) VALUES (?, ?)
                 ON CONFLICT (conversation) DO UPDATE SET doc = excluded.doc",
            )
            .bind(conversation)
            .bind(json(record)),
    };
}
