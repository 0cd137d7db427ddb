//! One stream's line: the next version, and those that stand behind a gap.

use std::collections::BTreeMap;

use domain::event::Stream;
use domain::ports::bus::Record;
use domain::ports::inbox::Parked;

use super::Plan;
use crate::incoming::{Incoming, decode};

/// A stream: what was applied, and what waits.
pub(super) struct Line {
    stream: Stream,
    next: u64,
    held: BTreeMap<u64, Held>,
}

struct Held {
    incoming: Incoming,
    /// It is a row already.
    parked: bool,
}

impl Line {
    /// After the version that was applied last; 0 if there was none.
    pub(super) const fn after(stream: Stream, last: u64) -> Self {
        Self { stream, next: last + 1, held: BTreeMap::new() }
    }

    /// An event arrives: it is applied with all that waited for it, or held, or its version was there before.
    pub(super) fn arrive(&mut self, incoming: Incoming, plan: &mut Plan) {
        let version = incoming.event.data.version;
        match self.held.get(&version) {
            _ if version < self.next => plan.again.push(incoming),
            Some(held) if held.incoming.event.id == incoming.event.id => {}
            Some(_) => plan.again.push(incoming),
            None => {
                self.held.insert(version, Held { incoming, parked: false });
                self.advance(plan);
            }
        }
    }

    /// A parked row is read back. One that nobody can read any more stays where it is, for people to see.
    pub(super) fn unpark(&mut self, parked: &Parked, plan: &mut Plan) {
        if parked.version < self.next {
            plan.settled.push((self.stream, parked.version));
            plan.again.extend(read(parked));
        } else if let Some(incoming) = read(parked) {
            self.held.insert(parked.version, Held { incoming, parked: true });
            self.advance(plan);
        }
    }

    /// Applies whatever is next.
    fn advance(&mut self, plan: &mut Plan) {
        while let Some(held) = self.held.remove(&self.next) {
            if held.parked {
                plan.settled.push((self.stream, self.next));
            }
            plan.apply.push(held.incoming);
            self.next += 1;
        }
    }

    /// The key on the bus and the first missing version, if something waits for it.
    pub(super) fn gap(&self) -> Option<(String, u64)> {
        self.held.values().next().map(|held| (held.incoming.event.subject.to_string(), self.next))
    }

    /// The highest version that waits; 0 if none does.
    pub(super) fn last_held(&self) -> u64 {
        self.held.keys().next_back().copied().unwrap_or_default()
    }

    /// What stands behind a gap and is no row yet.
    pub(super) fn early(self) -> impl Iterator<Item = Incoming> {
        self.held.into_values().filter(|held| !held.parked).map(|held| held.incoming)
    }

    /// Everything that stands behind a gap which will not be closed.
    pub(super) fn give_up(&mut self) -> Vec<Incoming> {
        std::mem::take(&mut self.held).into_values().map(|held| held.incoming).collect()
    }
}

/// The event of a parked row.
fn read(parked: &Parked) -> Option<Incoming> {
    let record = Record {
        topic: parked.stream.topic(),
        origin: parked.origin.clone(),
        key: String::new(),
        payload: parked.payload.clone().into_bytes(),
    };
    let incoming = decode(&record).ok()?.event()?;
    Some(Incoming { key: incoming.event.subject.to_string(), ..incoming })
}
