//! Consumers behind Kafka: what comes again changes nothing.
