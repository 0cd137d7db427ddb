//! The bus that the configuration names.

use std::sync::Arc;

use domain::ports::bell::Bell;
use domain::ports::bus::Bus;
use embedded::EmbeddedBus;

use super::database::Database;

/// The bus.
pub(crate) struct Events {
    /// Where consumers get their events.
    pub bus: Arc<dyn Bus>,
}

impl Events {
    /// The bus inside this process, over the database's outbox.
    pub(crate) fn over(database: &Database, bell: &Bell) -> Self {
        let bus = EmbeddedBus::new(database.outbox.clone(), bell.clone(), database.leases.clone());
        Self { bus: Arc::new(bus) }
    }
}
