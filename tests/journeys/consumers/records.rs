//! Records as they come off the bus, and a bus that gives what it was given.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use consumers::{Decoded, Incoming, decode};
use domain::event::Topic;
use domain::ports::bus::{Bus, Outbox, Record, Subscription};
use domain::ports::error::PortError;

use super::Bench;

impl Bench {
    /// Everything in the outbox.
    pub(super) async fn records(&self) -> Vec<Record> {
        let topics = [Topic::TaskEvents, Topic::Reminders];
        let rows = self.world.store.read(0, &topics, 1_000).await.expect("rows");
        rows.into_iter()
            .map(|row| Record {
                topic: row.topic,
                origin: format!("outbox@{}", row.position),
                key: row.key,
                payload: row.payload.into_bytes(),
            })
            .collect()
    }

    pub(super) async fn incoming(&self) -> Vec<Incoming> {
        self.records().await.iter().map(incoming).collect()
    }

    /// The events of the tasks alone.
    pub(super) async fn task_events(&self) -> Vec<Incoming> {
        self.incoming().await.into_iter().filter(|incoming| incoming.topic == Topic::TaskEvents).collect()
    }
}

pub(super) fn incoming(record: &Record) -> Incoming {
    match decode(record) {
        Ok(Decoded::Known(incoming)) => *incoming,
        other => panic!("expected an event, got {other:?}"),
    }
}

/// Stands for Kafka: gives its records again and again until they are acknowledged.
pub(super) struct FixedBus {
    records: Arc<Mutex<Vec<Record>>>,
}

impl FixedBus {
    pub(super) fn of(records: Vec<Record>) -> Self {
        Self { records: Arc::new(Mutex::new(records)) }
    }

    pub(super) fn left(&self) -> usize {
        self.records.lock().expect("records").len()
    }
}

struct Place {
    records: Arc<Mutex<Vec<Record>>>,
    given: usize,
}

#[async_trait]
impl Bus for FixedBus {
    async fn subscribe(&self, _consumer: &'static str, _topics: &[Topic]) -> Result<Box<dyn Subscription>, PortError> {
        Ok(Box::new(Place { records: Arc::clone(&self.records), given: 0 }))
    }
}

#[async_trait]
impl Subscription for Place {
    async fn next(&mut self, max: usize) -> Result<Vec<Record>, PortError> {
        let batch: Vec<Record> =
            self.records.lock().expect("records").iter().skip(self.given).take(max).cloned().collect();
        if batch.is_empty() {
            std::future::pending::<()>().await;
        }
        self.given += batch.len();
        Ok(batch)
    }

    async fn acknowledge(&mut self) -> Result<(), PortError> {
        self.records.lock().expect("records").drain(..self.given);
        self.given = 0;
        Ok(())
    }

    async fn lag(&self) -> Result<u64, PortError> {
        Ok(self.records.lock().expect("records").len() as u64)
    }
}
