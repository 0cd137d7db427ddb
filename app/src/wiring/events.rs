//! The bus that the configuration names.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use async_trait::async_trait;
use bus_kafka::{KafkaBus, KafkaConfig, KafkaPublisher};
use domain::ports::bell::Bell;
use domain::ports::bus::{Bus, Publisher};
use embedded::EmbeddedBus;

use super::database::Database;
use crate::config::Config;

/// How long a broker may take to answer a check.
const PATIENCE: Duration = Duration::from_secs(2);

/// The bus, and what leads to it.
pub(crate) struct Events {
    /// Where consumers get their events.
    pub bus: Arc<dyn Bus>,
    /// Where the relay sends them; none on the embedded bus, which reads the outbox itself.
    pub publisher: Option<Arc<dyn Publisher>>,
    kafka: Option<KafkaConfig>,
}

impl Events {
    /// What `TASKBOT_EVENTS_URL` names.
    ///
    /// # Errors
    /// When the configuration of Kafka cannot be right.
    pub(crate) fn of(config: &Config, database: &Database, bell: &Bell) -> Result<Self> {
        if config.events_url.starts_with("embedded:") {
            let bus = EmbeddedBus::new(database.outbox.clone(), bell.clone(), database.leases.clone());
            return Ok(Self { bus: Arc::new(bus), publisher: None, kafka: None });
        }
        let kafka = config.kafka()?;
        Ok(Self {
            bus: Arc::new(KafkaBus::new(kafka.clone())),
            publisher: Some(Arc::new(KafkaPublisher::new(kafka.clone()))),
            kafka: Some(kafka),
        })
    }

    /// Whether a broker answers, as a line for `/health/ready`.
    pub(crate) fn check(&self, required: bool) -> Option<Arc<dyn gateway::Check>> {
        self.kafka.clone().map(|kafka| Arc::new(Broker { kafka, required }) as Arc<dyn gateway::Check>)
    }

    /// How to reach the broker, if there is one.
    pub(crate) const fn kafka(&self) -> Option<&KafkaConfig> {
        self.kafka.as_ref()
    }
}

struct Broker {
    kafka: KafkaConfig,
    required: bool,
}

#[async_trait]
impl gateway::Check for Broker {
    fn name(&self) -> &str {
        "kafka"
    }

    fn required(&self) -> bool {
        self.required
    }

    async fn check(&self) -> Result<(), String> {
        bus_kafka::check(&self.kafka, PATIENCE).await.map_err(|error| error.to_string())
    }
}
