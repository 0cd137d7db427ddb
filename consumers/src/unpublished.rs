//! What the relay gave up on: the event goes to its topic, and to `task-updates` the newest state of its task.

use std::sync::Arc;

use domain::command::TaskRef;
use domain::event::{Passing, Stream, Topic};
use domain::ports::bus::{Message, Outbox, Publisher};
use domain::ports::error::PortError;
use domain::ports::store::Store;

use crate::incoming::Incoming;

/// Publishes what the relay could not, say because a broker's limit was lower then.
#[derive(Clone)]
pub struct Unpublished {
    publisher: Arc<dyn Publisher>,
    outbox: Arc<dyn Outbox>,
    store: Arc<dyn Store>,
}

impl Unpublished {
    /// To this broker, out of this outbox.
    #[must_use]
    pub fn new(publisher: Arc<dyn Publisher>, outbox: Arc<dyn Outbox>, store: Arc<dyn Store>) -> Self {
        Self { publisher, outbox, store }
    }

    /// Publishes what follows from an event. Readers of the events put them in order by their versions; `task-updates`
    /// has no order but that in which it was written, so nothing older may come behind what is there.
    ///
    /// # Errors
    /// Why it stays, in words.
    pub(crate) async fn publish(&self, incoming: &Incoming) -> Result<(), String> {
        let topic = incoming.event.kind.topic();
        self.send(topic, &incoming.key, &incoming.payload, &incoming.payload).await?;
        if topic == Topic::TaskEvents { self.show_newest(incoming).await } else { Ok(()) }
    }

    /// Shows the newest state, until it still is the newest afterwards: the relay goes on meanwhile, and may have
    /// shown a newer one just before.
    async fn show_newest(&self, incoming: &Incoming) -> Result<(), String> {
        let mut shown = 0;
        loop {
            let newest = self.newest(incoming).await.map_err(|error| error.to_string())?;
            let Some((version, payload)) = newest.filter(|(version, _)| *version > shown) else { return Ok(()) };
            let passing = Passing::of(&payload).map_err(|error| error.to_string())?;
            let update = passing.task_update().map_err(|error| format!("the event shows no task: {error}"))?;
            self.send(Topic::TaskUpdates, &incoming.key, &update.record, &payload).await?;
            shown = version;
        }
    }

    /// The newest event of the task that the outbox still holds, with its version. `None`: a newer one than this was
    /// published so long ago that the outbox holds it no more.
    async fn newest(&self, incoming: &Incoming) -> Result<Option<(u64, String)>, PortError> {
        let (task, data) = (incoming.event.subject, &incoming.event.data);
        let rows = self.outbox.history(Stream::Task(task), &incoming.key).await?;
        let of_task = rows.into_iter().filter(|row| row.topic == Topic::TaskEvents);
        let last = of_task.filter_map(|row| Some((version(&row.payload)?, row.payload))).max();
        if let Some(last) = last.filter(|(version, _)| *version >= data.version) {
            return Ok(Some(last));
        }
        let now = self.store.task(&data.tenant_id, TaskRef::Id(task)).await?;
        let outdated = now.is_some_and(|task| task.version > data.version);
        Ok((!outdated).then(|| (data.version, incoming.payload.to_string())))
    }

    /// Sends a value with the trace of the event that it comes from.
    async fn send(&self, topic: Topic, key: &str, value: &str, event: &str) -> Result<(), String> {
        let trace = Passing::of(event).ok().and_then(|passing| passing.traceparent().map(ToOwned::to_owned));
        let headers: Vec<_> = trace.iter().map(|trace| ("traceparent", trace.as_str())).collect();
        let message = Message { headers: &headers, ..Message::new(topic, key, value) };
        let rejected = self.publisher.publish(&[message]).await.map_err(|error| error.to_string())?;
        rejected.into_iter().next().map_or(Ok(()), |one| Err(format!("{}: {}", topic.as_str(), one.reason)))
    }
}

fn version(payload: &str) -> Option<u64> {
    let event: domain::event::Event = serde_json::from_str(payload).ok()?;
    Some(event.data.version)
}
