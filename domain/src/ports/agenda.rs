//! What the clock has to see to: reminders, deliveries, series.

use async_trait::async_trait;
use jiff::Timestamp;

use super::error::PortError;
use crate::ids::{DeliveryId, SeriesId};
use crate::place::Place;
use crate::reminder::Reminder;
use crate::tenant::{Platform, TenantId};

/// Where a process can post: it claims nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Every place of a platform.
    Platform(Platform),
    /// Single places.
    Places(TenantId, Vec<Place>),
}

/// What is due, and when something will be.
#[async_trait]
pub trait Agenda: Send + Sync {
    /// Scheduled reminders within reach whose time has come, oldest first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn due_reminders(&self, reach: &[Reach], now: Timestamp, limit: u32) -> Result<Vec<Reminder>, PortError>;

    /// Open deliveries within reach whose next attempt has come, oldest first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn due_deliveries(
        &self,
        reach: &[Reach],
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(TenantId, DeliveryId)>, PortError>;

    /// The time of the next scheduled reminder or open delivery within reach, past ones too.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn next_reminder(&self, reach: &[Reach]) -> Result<Option<Timestamp>, PortError>;

    /// Active series whose next occurrence's time has come, oldest first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn due_series(&self, now: Timestamp, limit: u32) -> Result<Vec<(TenantId, SeriesId)>, PortError>;

    /// The time at which the next series wants to be advanced, past ones too.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn next_series(&self) -> Result<Option<Timestamp>, PortError>;

    /// How many reminders and open deliveries a restore holds back.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn held(&self) -> Result<u64, PortError>;

    /// Since when a tenant sleeps, because the bot was removed from it: what is due in it is held until it wakes, and
    /// none of the questions above finds it.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn asleep(&self, tenant: &TenantId) -> Result<Option<Timestamp>, PortError>;
}
