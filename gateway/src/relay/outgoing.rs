//! From rows of the outbox to messages.

use std::collections::BTreeMap;

use domain::event::{Passing, Topic};
use domain::ports::bus::{Message, OutboxRow};
use domain::ports::error::PortError;
use jiff::Timestamp;
use tokio::task::JoinError;
use tracing::error;

/// So many events are read sooner than a thread is woken.
const FEW: usize = 16;

/// One batch of rows, and what follows from them.
pub(super) struct Outgoing {
    rows: Vec<OutboxRow>,
    derived: Vec<Derived>,
}

/// What stands in an event that goes with it or follows from it.
#[derive(Default)]
struct Derived {
    /// The record of `task-updates`, for a task's event.
    update: Option<String>,
    traceparent: Option<String>,
    fate: Option<Fate>,
}

/// What an event makes of a task, for whoever buries the deleted ones.
#[derive(Clone, Copy)]
enum Fate {
    Deleted(Timestamp),
    Back,
}

impl Outgoing {
    /// Reads the events, many of them on a thread of its own: they would hold up everybody else on this one, and first
    /// of all whoever renews leases.
    pub(super) async fn beside(rows: Vec<OutboxRow>) -> Result<Self, PortError> {
        if rows.len() <= FEW {
            return Ok(Self::of(rows));
        }
        let failed = |error: JoinError| PortError::Unavailable { backend: "relay", reason: error.to_string() };
        tokio::task::spawn_blocking(move || Self::of(rows)).await.map_err(failed)
    }

    fn of(rows: Vec<OutboxRow>) -> Self {
        let derived = rows.iter().map(Derived::of).collect();
        Self { rows, derived }
    }

    pub(super) fn rows(&self) -> &[OutboxRow] {
        &self.rows
    }

    /// The tasks that are deleted after this batch, and since when, and those that were brought back.
    pub(super) fn fates(&self) -> BTreeMap<String, Option<Timestamp>> {
        let fated = self.rows.iter().zip(&self.derived).filter_map(|(row, derived)| Some((row, derived.fate?)));
        let since = |fate| match fate {
            Fate::Deleted(since) => Some(since),
            Fate::Back => None,
        };
        fated.map(|(row, fate)| (row.key.clone(), since(fate))).collect()
    }

    /// The headers of each row, which its messages borrow.
    pub(super) fn headers(&self) -> Vec<Vec<(&'static str, &str)>> {
        self.derived.iter().map(Derived::headers).collect()
    }

    /// The messages, each with the index of its row.
    pub(super) fn messages<'a>(&'a self, headers: &'a [Vec<(&'static str, &'a str)>]) -> Vec<(usize, Message<'a>)> {
        let mut messages = Vec::with_capacity(self.rows.len() * 2);
        for (index, (row, derived)) in self.rows.iter().zip(&self.derived).enumerate() {
            let event = Message { headers: &headers[index], ..Message::new(row.topic, &row.key, &row.payload) };
            messages.push((index, event));
            let update = derived.update.as_deref();
            messages.extend(
                update.map(|payload| (index, Message { topic: Topic::TaskUpdates, payload: Some(payload), ..event })),
            );
        }
        messages
    }
}

/// When a row's event happened.
pub(super) fn happened(row: &OutboxRow) -> Option<Timestamp> {
    Passing::of(&row.payload).ok()?.time()
}

impl Derived {
    fn headers(&self) -> Vec<(&'static str, &str)> {
        self.traceparent.iter().map(|trace| ("traceparent", trace.as_str())).collect()
    }

    fn of(row: &OutboxRow) -> Self {
        let passing = match Passing::of(&row.payload) {
            Ok(passing) => passing,
            Err(error) => {
                // Readers make a dead letter of it; here it stops nothing.
                error!(position = row.position, %error, "a row of the outbox holds no event");
                return Self::default();
            }
        };
        let update = (row.topic == Topic::TaskEvents).then(|| passing.task_update()).transpose();
        let update = update.inspect_err(|error| error!(position = row.position, %error, "an event shows no task"));
        let update = update.unwrap_or_default();
        let deleted = update.as_ref().is_some_and(|update| update.deleted);
        let fate = match deleted {
            true => passing.time().map(Fate::Deleted),
            false => passing.reopens().then_some(Fate::Back),
        };
        Self { update: update.map(|update| update.record), traceparent: passing.traceparent().map(str::to_owned), fate }
    }
}
