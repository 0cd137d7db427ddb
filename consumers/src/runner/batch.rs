//! One batch: part it by keys, decode, hand over, wait and try again, bury.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::AssertUnwindSafe;

use domain::ports::bus::Record;
use domain::ports::error::PortError;
use domain::ports::inbox::DeadLetter;
use futures::FutureExt;
use futures::future::join_all;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::Runner;
use crate::handler::Trouble;
use crate::incoming::{Decoded, Incoming, decode};
use crate::meter;

/// So many events of a chunk have a line each in the log; more of them, a backlog, have one together.
const FEW: usize = 64;

impl Runner {
    /// Deals with every record. Returns false when somebody asked to stop before that; the batch comes again.
    pub(super) async fn process(&self, records: Vec<Record>, stop: &CancellationToken) -> bool {
        let lanes = lanes(records, self.lanes());
        let done = join_all(lanes.into_iter().map(|lane| self.follow(lane, stop))).await;
        done.into_iter().all(|done| done)
    }

    /// Deals with records one chunk after another: while the handler waits for one, another lane's is decoded.
    async fn follow(&self, lane: Vec<Record>, stop: &CancellationToken) -> bool {
        for records in lane.chunks(even(lane.len(), self.handler.chunk())) {
            let mut wanted = Vec::with_capacity(records.len());
            for record in records {
                match self.sort(record) {
                    Ok(Some(incoming)) => wanted.push(*incoming),
                    Ok(None) => {}
                    Err(reason) => {
                        if !self.give_up(record, &reason, stop).await {
                            return false;
                        }
                    }
                }
            }
            if !wanted.is_empty() && !self.carry_out(&wanted, stop).await {
                return false;
            }
        }
        true
    }

    /// The event, if the handler wants it, or why it is a dead letter.
    fn sort(&self, record: &Record) -> Result<Option<Box<Incoming>>, String> {
        let name = self.handler.name();
        let incoming = match decode(record)? {
            Decoded::Known(incoming) => incoming,
            Decoded::Unknown { kind, event } => {
                let kept = self.handler.keeps_unknown();
                info!(consumer = name, kind, kept, origin = record.origin, "an event of an unknown type");
                meter::events(name, "unknown_type", 1);
                if !kept {
                    return Ok(None);
                }
                event?
            }
        };
        match self.handler.wants(&incoming) {
            Ok(true) => Ok(Some(incoming)),
            Ok(false) => {
                meter::events(name, "skipped", 1);
                Ok(None)
            }
            Err(trouble) => Err(trouble.reason()),
        }
    }

    /// Hands a chunk over until it is dealt with. A chunk that fails is split, so that only the event that
    /// is to blame becomes a dead letter.
    async fn carry_out(&self, chunk: &[Incoming], stop: &CancellationToken) -> bool {
        let mut pauses = self.pace.pauses();
        loop {
            let reason = match (self.attempt(chunk).await, chunk) {
                (Ok(()), _) => {
                    self.note(chunk);
                    return true;
                }
                (Err(Trouble::Retry(reason)), _) => reason,
                (Err(Trouble::Help(reason)), _) => {
                    self.call_for_help(&reason);
                    reason
                }
                (Err(Trouble::Fail(reason)), [one]) => match self.bury(&one.record(), &reason).await {
                    Ok(()) => return true,
                    // A database that takes no dead letter may also be why the handler failed: try both again.
                    Err(error) => error.to_string(),
                },
                (Err(Trouble::Fail(_)), _) => return self.one_by_one(chunk, stop).await,
            };
            let pause = pauses.next().unwrap_or(self.pace.longest);
            if !self.pause(&reason, pause, stop).await {
                return false;
            }
        }
    }

    async fn one_by_one(&self, chunk: &[Incoming], stop: &CancellationToken) -> bool {
        for one in chunk.chunks(1) {
            if !Box::pin(self.carry_out(one, stop)).await {
                return false;
            }
        }
        true
    }

    /// One attempt. A panic is the event's fault and nobody else's.
    async fn attempt(&self, chunk: &[Incoming]) -> Result<(), Trouble> {
        AssertUnwindSafe(self.handler.handle(chunk))
            .catch_unwind()
            .await
            .unwrap_or_else(|_panic| Err(Trouble::Fail("the consumer panicked on it".to_owned())))
    }

    fn call_for_help(&self, reason: &str) {
        let name = self.handler.name();
        error!(consumer = name, reason, "cannot go on without somebody's help, and loses nothing meanwhile");
        meter::needs_help(name, true);
    }

    fn note(&self, chunk: &[Incoming]) {
        meter::needs_help(self.handler.name(), false);
        meter::events(self.handler.name(), "handled", chunk.len());
        if let ([first, .., last], true) = (chunk, chunk.len() > FEW) {
            info!(
                consumer = self.handler.name(),
                count = chunk.len(),
                first = first.origin,
                last = last.origin,
                "handled"
            );
            return;
        }
        for incoming in chunk {
            self.handler.span(incoming).in_scope(|| info!(origin = incoming.origin, "handled"));
        }
    }

    async fn pause(&self, reason: &str, pause: std::time::Duration, stop: &CancellationToken) -> bool {
        let name = self.handler.name();
        warn!(consumer = name, reason, pause_ms = pause.as_millis(), "waiting before the next attempt");
        meter::retry(name);
        stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_some()
    }

    /// Buries a record that cannot even be handed over, as soon as the database takes it.
    async fn give_up(&self, record: &Record, reason: &str, stop: &CancellationToken) -> bool {
        for pause in self.pace.pauses() {
            match self.bury(record, reason).await {
                Ok(()) => return true,
                Err(error) if !self.pause(&error.to_string(), pause, stop).await => return false,
                Err(_) => {}
            }
        }
        false
    }

    async fn bury(&self, record: &Record, reason: &str) -> Result<(), PortError> {
        let name = self.handler.name();
        let letter = DeadLetter {
            id: 0,
            consumer: name.to_owned(),
            topic: record.topic.as_str().to_owned(),
            origin: record.origin.clone(),
            reason: reason.to_owned(),
            payload: String::from_utf8_lossy(&record.payload).into_owned(),
            at: self.clock.now(),
            replayed_at: None,
        };
        self.inbox.bury(&letter).await?;
        error!(consumer = name, origin = record.origin, reason, "gave up on an event: see `taskbot dead-letters`");
        meter::events(name, "failed", 1);
        meter::dead_letter(name);
        self.post(record, reason).await;
        Ok(())
    }
}

/// Parts a batch so that what has the same key stays in order in one lane.
fn lanes(records: Vec<Record>, count: usize) -> Vec<Vec<Record>> {
    let mut lanes: BTreeMap<u64, Vec<Record>> = BTreeMap::new();
    for record in records {
        let mut hasher = DefaultHasher::new();
        record.key.hash(&mut hasher);
        lanes.entry(hasher.finish() % count as u64).or_default().push(record);
    }
    lanes.into_values().collect()
}

/// The size of chunks that are alike, as few as there can be of `most` at most: a small rest would cost as much as a
/// whole one.
fn even(count: usize, most: usize) -> usize {
    let chunks = count.div_ceil(most.max(1)).max(1);
    count.div_ceil(chunks).max(1)
}

#[cfg(test)]
mod tests {
    use super::even;

    #[test]
    fn chunks_are_alike_and_no_larger_than_they_may_be() {
        for (count, most, size) in [(408, 100, 82), (100, 100, 100), (101, 100, 51), (7, 1, 1), (3, 0, 1), (0, 100, 1)]
        {
            assert_eq!(even(count, most), size, "{count} in {most}");
        }
    }
}
