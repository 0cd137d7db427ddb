//! Recurrence: two triggers, an event and the clock, with one effect: the series is brought up to date.

mod advance;
mod calendar;

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::event::{Event, EventType, Topic};
use domain::ids::SeriesId;
use domain::service::Tasks;
use futures::{StreamExt, TryStreamExt, stream};
use tracing::{Instrument, Span};

use crate::handler::{Handler, Trouble, event_span};
use crate::incoming::Incoming;

pub(crate) use advance::advance;
pub use calendar::Calendar;

/// How many series are brought up to date at the same time.
const LANES: usize = 16;

/// Makes the next occurrence when the present one is closed, and withdraws it when that is undone.
pub struct Recurrence {
    tasks: Tasks,
}

impl Recurrence {
    /// The consumer's name.
    pub const NAME: &'static str = "recurrence";

    /// On this service.
    #[must_use]
    pub const fn new(tasks: Tasks) -> Self {
        Self { tasks }
    }

    /// One series' events, in their order.
    async fn lane(&self, events: Vec<&Incoming>) -> Result<(), Trouble> {
        for incoming in events {
            let event = &incoming.event;
            if let Some(series) = concerns(event) {
                let advancing = advance(&self.tasks, &event.data.tenant_id, series, Some(event));
                advancing.instrument(self.span(incoming)).await?;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Handler for Recurrence {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn topics(&self) -> &'static [Topic] {
        &[Topic::TaskEvents]
    }

    fn chunk(&self) -> usize {
        100
    }

    fn wants(&self, incoming: &Incoming) -> Result<bool, Trouble> {
        Ok(concerns(&incoming.event).is_some())
    }

    async fn handle(&self, events: &[Incoming]) -> Result<(), Trouble> {
        let mut lanes: BTreeMap<Option<SeriesId>, Vec<&Incoming>> = BTreeMap::new();
        for incoming in events {
            lanes.entry(concerns(&incoming.event)).or_default().push(incoming);
        }
        let lanes: Vec<_> = lanes.into_values().map(|events| self.lane(events)).collect();
        stream::iter(lanes).buffer_unordered(LANES).try_collect().await
    }

    fn span(&self, incoming: &Incoming) -> Span {
        event_span!("consumer.recurrence", incoming)
    }
}

/// The series that an event may have opened a gap in, or closed one.
fn concerns(event: &Event) -> Option<SeriesId> {
    let closes = match event.kind {
        EventType::TaskCompleted | EventType::TaskDeleted | EventType::TaskReopened => true,
        EventType::TaskUpdated => event.data.changes.get("status").is_some_and(|(_, to)| to == "skipped"),
        _ => false,
    };
    event.data.task.as_ref().filter(|_| closes)?.series_id
}
