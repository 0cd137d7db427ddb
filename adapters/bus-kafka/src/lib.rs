//! The bus over Kafka, spoken to through librdkafka: consumer groups, an idempotent producer behind a circuit
//! breaker, and the topics.
//!
//! Kafka's own exactly-once is not relied on: a record may come again, in its old place behind newer ones, and whoever
//! reads drops versions that it has applied.

mod breaker;
mod bus;
mod check;
mod config;
mod context;
mod error;
mod fetcher;
mod partitions;
mod places;
mod producer;
mod publisher;
mod subscription;
mod topics;
mod whole;

pub use bus::KafkaBus;
pub use check::check;
pub use config::{ConfigError, KafkaConfig, Secret};
pub use publisher::{KafkaPublisher, LONGEST, describe};
pub use topics::{Topics, ensure_topics};
pub use whole::has_read_all;
