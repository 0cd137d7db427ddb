//! What the clock has to see to.

use async_trait::async_trait;
use domain::ids::{DeliveryId, SeriesId};
use domain::ports::agenda::{Agenda, Reach};
use domain::ports::error::PortError;
use domain::reminder::Reminder;
use domain::tenant::TenantId;
use jiff::Timestamp;

use crate::SqliteStore;
use crate::ask::Ask;
use crate::commit::platform;
use crate::rows::{Row, count, docs, json, maybe_instant, parsed};

/// For each platform (?1) and place (?2) the first due rows in order; ?3 is now, ?4 how many.
const DUE_REMINDERS: &str = "
    SELECT r.doc FROM reminders r WHERE r.rowid IN (
        SELECT c.rowid FROM json_each(?1) p CROSS JOIN reminders c ON c.rowid IN (
            SELECT rowid FROM reminders
            WHERE state = 'scheduled' AND platform = p.value AND at <= ?3
                AND tenant NOT IN (SELECT tenant FROM installations WHERE asleep_since IS NOT NULL)
                AND at > (SELECT coalesce(max(until), 0) FROM hold)
            ORDER BY at, id LIMIT ?4)
        UNION
        SELECT c.rowid FROM json_each(?2) p CROSS JOIN reminders c ON c.rowid IN (
            SELECT rowid FROM reminders
            WHERE state = 'scheduled' AND tenant = p.value ->> 0 AND place = p.value ->> 1 AND at <= ?3
                AND at > (SELECT coalesce(max(until), 0) FROM hold)
            ORDER BY at, id LIMIT ?4)
    ) ORDER BY r.at, r.id LIMIT ?4";

const DUE_DELIVERIES: &str = "
    SELECT d.tenant, d.id FROM deliveries d WHERE d.rowid IN (
        SELECT c.rowid FROM json_each(?1) p CROSS JOIN deliveries c ON c.rowid IN (
            SELECT rowid FROM deliveries
            WHERE open = 1 AND platform = p.value AND next_attempt_at <= ?3
                AND tenant NOT IN (SELECT tenant FROM installations WHERE asleep_since IS NOT NULL)
                AND next_attempt_at > (SELECT coalesce(max(until), 0) FROM hold)
            ORDER BY next_attempt_at, id LIMIT ?4)
        UNION
        SELECT c.rowid FROM json_each(?2) p CROSS JOIN deliveries c ON c.rowid IN (
            SELECT rowid FROM deliveries
            WHERE open = 1 AND tenant = p.value ->> 0 AND place = p.value ->> 1 AND next_attempt_at <= ?3
                AND next_attempt_at > (SELECT coalesce(max(until), 0) FROM hold)
            ORDER BY next_attempt_at, id LIMIT ?4)
    ) ORDER BY d.next_attempt_at, d.id LIMIT ?4";

const NEXT: &str = "
    SELECT min(at) FROM (
        SELECT (SELECT min(at) FROM reminders
            WHERE state = 'scheduled' AND platform = p.value
                AND tenant NOT IN (SELECT tenant FROM installations WHERE asleep_since IS NOT NULL)
                AND at > (SELECT coalesce(max(until), 0) FROM hold)) AS at
        FROM json_each(?1) p
        UNION ALL
        SELECT (SELECT min(next_attempt_at) FROM deliveries
            WHERE open = 1 AND platform = p.value
                AND tenant NOT IN (SELECT tenant FROM installations WHERE asleep_since IS NOT NULL)
                AND next_attempt_at > (SELECT coalesce(max(until), 0) FROM hold))
        FROM json_each(?1) p
        UNION ALL
        SELECT (SELECT min(at) FROM reminders
            WHERE state = 'scheduled' AND tenant = p.value ->> 0 AND place = p.value ->> 1
                AND at > (SELECT coalesce(max(until), 0) FROM hold))
        FROM json_each(?2) p
        UNION ALL
        SELECT (SELECT min(next_attempt_at) FROM deliveries
            WHERE open = 1 AND tenant = p.value ->> 0 AND place = p.value ->> 1
                AND next_attempt_at > (SELECT coalesce(max(until), 0) FROM hold))
        FROM json_each(?2) p
    )";

const DUE_SERIES: &str = "
    SELECT tenant, id FROM series
    WHERE state = 'active' AND next_at IS NOT NULL AND next_at <= ?1
        AND tenant NOT IN (SELECT tenant FROM installations WHERE asleep_since IS NOT NULL)
    ORDER BY next_at, id LIMIT ?2";

const NEXT_SERIES: &str = "
    SELECT min(next_at) FROM series
    WHERE state = 'active' AND next_at IS NOT NULL
        AND tenant NOT IN (SELECT tenant FROM installations WHERE asleep_since IS NOT NULL)";

/// What a restore holds back, counted only while it does.
const HELD: &str = "
    SELECT (SELECT count(*) FROM reminders WHERE state = 'scheduled' AND at <= until)
        + (SELECT count(*) FROM deliveries WHERE open = 1 AND next_attempt_at <= until) FROM hold";

#[async_trait]
impl Agenda for SqliteStore {
    async fn due_reminders(&self, reach: &[Reach], now: Timestamp, limit: u32) -> Result<Vec<Reminder>, PortError> {
        let ask = within(DUE_REMINDERS, reach).bind(now.as_microsecond()).bind(limit);
        docs(&self.readers.rows(ask).await?)
    }

    async fn due_deliveries(
        &self,
        reach: &[Reach],
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(TenantId, DeliveryId)>, PortError> {
        let ask = within(DUE_DELIVERIES, reach).bind(now.as_microsecond()).bind(limit);
        self.readers.rows(ask).await?.iter().map(|row| Ok((parsed(row, 0)?, parsed(row, 1)?))).collect()
    }

    async fn next_reminder(&self, reach: &[Reach]) -> Result<Option<Timestamp>, PortError> {
        first_instant(&self.readers.rows(within(NEXT, reach)).await?)
    }

    async fn due_series(&self, now: Timestamp, limit: u32) -> Result<Vec<(TenantId, SeriesId)>, PortError> {
        let ask = Ask::new(DUE_SERIES).bind(now.as_microsecond()).bind(limit);
        self.readers.rows(ask).await?.iter().map(|row| Ok((parsed(row, 0)?, parsed(row, 1)?))).collect()
    }

    async fn next_series(&self) -> Result<Option<Timestamp>, PortError> {
        first_instant(&self.readers.rows(Ask::new(NEXT_SERIES)).await?)
    }

    async fn held(&self) -> Result<u64, PortError> {
        let row = self.readers.row(Ask::new(HELD)).await?;
        row.map_or(Ok(0), |row| count(&row, 0))
    }

    async fn asleep(&self, tenant: &TenantId) -> Result<Option<Timestamp>, PortError> {
        let ask = Ask::new("SELECT asleep_since FROM installations WHERE tenant = ?").bind(tenant.to_string());
        first_instant(&self.readers.rows(ask).await?)
    }
}

fn first_instant(rows: &[Row]) -> Result<Option<Timestamp>, PortError> {
    rows.first().map_or(Ok(None), |row| maybe_instant(row, 0))
}

/// A statement over platforms (?1) and places (?2).
fn within(sql: &'static str, reach: &[Reach]) -> Ask {
    let mut platforms = Vec::new();
    let mut places = Vec::new();
    for part in reach {
        match part {
            Reach::Platform(whole) => platforms.push(platform(*whole)),
            Reach::Places(tenant, some) => places.extend(some.iter().map(|place| (tenant, place.key()))),
        }
    }
    Ask::new(sql).bind(json(&platforms)).bind(json(&places))
}
