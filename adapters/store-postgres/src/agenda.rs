//! What the clock has to see to.

use async_trait::async_trait;
use domain::ids::{DeliveryId, SeriesId};
use domain::ports::agenda::{Agenda, Reach};
use domain::ports::error::PortError;
use domain::reminder::Reminder;
use domain::tenant::TenantId;
use jiff::Timestamp;
use sqlx::postgres::PgRow;

use crate::PostgresStore;
use crate::ask::Ask;
use crate::commit::platform;
use crate::rows::{count, docs, maybe_instant, parsed};

/// For each platform ($1) and place ($2 and $3, tenant and place side by side) the first due rows in order; $4 is
/// now, $5 how many.
const DUE_REMINDERS: &str = "
    SELECT c.doc FROM (
        SELECT r.at, r.id, r.doc FROM unnest($1::text[]) p (platform) CROSS JOIN LATERAL (
            SELECT at, id, doc FROM reminders
            WHERE state = 'scheduled' AND platform = p.platform AND at <= $4
                AND tenant <> ALL (ARRAY(SELECT tenant FROM installations WHERE asleep_since IS NOT NULL))
                AND at > (SELECT coalesce(max(until), 0) FROM hold)
            ORDER BY at, id LIMIT $5) r
        UNION
        SELECT r.at, r.id, r.doc FROM unnest($2::text[], $3::text[]) p (tenant, place) CROSS JOIN LATERAL (
            SELECT at, id, doc FROM reminders
            WHERE state = 'scheduled' AND tenant = p.tenant AND place = p.place AND at <= $4
                AND at > (SELECT coalesce(max(until), 0) FROM hold)
            ORDER BY at, id LIMIT $5) r
    ) c ORDER BY c.at, c.id LIMIT $5";

const DUE_DELIVERIES: &str = "
    SELECT c.tenant, c.id::text FROM (
        SELECT d.* FROM unnest($1::text[]) p (platform) CROSS JOIN LATERAL (
            SELECT next_attempt_at, id, tenant FROM deliveries
            WHERE open AND platform = p.platform AND next_attempt_at <= $4
                AND tenant <> ALL (ARRAY(SELECT tenant FROM installations WHERE asleep_since IS NOT NULL))
                AND next_attempt_at > (SELECT coalesce(max(until), 0) FROM hold)
            ORDER BY next_attempt_at, id LIMIT $5) d
        UNION
        SELECT d.* FROM unnest($2::text[], $3::text[]) p (tenant, place) CROSS JOIN LATERAL (
            SELECT next_attempt_at, id, tenant FROM deliveries
            WHERE open AND tenant = p.tenant AND place = p.place AND next_attempt_at <= $4
                AND next_attempt_at > (SELECT coalesce(max(until), 0) FROM hold)
            ORDER BY next_attempt_at, id LIMIT $5) d
    ) c ORDER BY c.next_attempt_at, c.id LIMIT $5";

const NEXT: &str = "
    SELECT min(at) FROM (
        SELECT (SELECT min(at) FROM reminders
            WHERE state = 'scheduled' AND platform = p.platform
                AND tenant <> ALL (ARRAY(SELECT tenant FROM installations WHERE asleep_since IS NOT NULL))
                AND at > (SELECT coalesce(max(until), 0) FROM hold)) AS at
        FROM unnest($1::text[]) p (platform)
        UNION ALL
        SELECT (SELECT min(next_attempt_at) FROM deliveries
            WHERE open AND platform = p.platform
                AND tenant <> ALL (ARRAY(SELECT tenant FROM installations WHERE asleep_since IS NOT NULL))
                AND next_attempt_at > (SELECT coalesce(max(until), 0) FROM hold))
        FROM unnest($1::text[]) p (platform)
        UNION ALL
        SELECT (SELECT min(at) FROM reminders
            WHERE state = 'scheduled' AND tenant = p.tenant AND place = p.place
                AND at > (SELECT coalesce(max(until), 0) FROM hold))
        FROM unnest($2::text[], $3::text[]) p (tenant, place)
        UNION ALL
        SELECT (SELECT min(next_attempt_at) FROM deliveries WHERE open AND tenant = p.tenant AND place = p.place
            AND next_attempt_at > (SELECT coalesce(max(until), 0) FROM hold))
        FROM unnest($2::text[], $3::text[]) p (tenant, place)
    ) soonest";

const DUE_SERIES: &str = "
    SELECT tenant, id::text FROM series
    WHERE state = 'active' AND next_at IS NOT NULL AND next_at <= $1
        AND tenant <> ALL (ARRAY(SELECT tenant FROM installations WHERE asleep_since IS NOT NULL))
    ORDER BY next_at, id LIMIT $2";

const NEXT_SERIES: &str = "
    SELECT min(next_at) FROM series
    WHERE state = 'active' AND next_at IS NOT NULL
        AND tenant <> ALL (ARRAY(SELECT tenant FROM installations WHERE asleep_since IS NOT NULL))";

/// What a restore holds back, counted only while it does.
const HELD: &str = "
    SELECT (SELECT count(*) FROM reminders WHERE state = 'scheduled' AND at <= until)
        + (SELECT count(*) FROM deliveries WHERE open AND next_attempt_at <= until) FROM hold";

#[async_trait]
impl Agenda for PostgresStore {
    async fn due_reminders(&self, reach: &[Reach], now: Timestamp, limit: u32) -> Result<Vec<Reminder>, PortError> {
        let ask = within(DUE_REMINDERS, reach).bind(now.as_microsecond()).bind(i64::from(limit));
        docs(&self.relay.rows(ask).await?)
    }

    async fn due_deliveries(
        &self,
        reach: &[Reach],
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(TenantId, DeliveryId)>, PortError> {
        let ask = within(DUE_DELIVERIES, reach).bind(now.as_microsecond()).bind(i64::from(limit));
        self.relay.rows(ask).await?.iter().map(|row| Ok((parsed(row, 0)?, parsed(row, 1)?))).collect()
    }

    async fn next_reminder(&self, reach: &[Reach]) -> Result<Option<Timestamp>, PortError> {
        first_instant(&self.relay.rows(within(NEXT, reach)).await?)
    }

    async fn due_series(&self, now: Timestamp, limit: u32) -> Result<Vec<(TenantId, SeriesId)>, PortError> {
        let ask = Ask::new(DUE_SERIES).bind(now.as_microsecond()).bind(i64::from(limit));
        self.relay.rows(ask).await?.iter().map(|row| Ok((parsed(row, 0)?, parsed(row, 1)?))).collect()
    }

    async fn next_series(&self) -> Result<Option<Timestamp>, PortError> {
        first_instant(&self.relay.rows(Ask::new(NEXT_SERIES)).await?)
    }

    async fn held(&self) -> Result<u64, PortError> {
        let row = self.relay.row(Ask::new(HELD)).await?;
        row.map_or(Ok(0), |row| count(&row, 0))
    }

    async fn asleep(&self, tenant: &TenantId) -> Result<Option<Timestamp>, PortError> {
        let ask = Ask::new("SELECT asleep_since FROM installations WHERE tenant = $1").bind(tenant.to_string());
        first_instant(&self.relay.rows(ask).await?)
    }
}

fn first_instant(rows: &[PgRow]) -> Result<Option<Timestamp>, PortError> {
    rows.first().map_or(Ok(None), |row| maybe_instant(row, 0))
}

/// A statement over platforms ($1) and places ($2, $3).
fn within(sql: &'static str, reach: &[Reach]) -> Ask {
    let mut platforms = Vec::new();
    let (mut tenants, mut places) = (Vec::new(), Vec::new());
    for part in reach {
        match part {
            Reach::Platform(whole) => platforms.push(platform(*whole)),
            Reach::Places(tenant, some) => {
                tenants.extend(some.iter().map(|_| tenant.to_string()));
                places.extend(some.iter().map(domain::place::Place::key));
            }
        }
    }
    Ask::new(sql).bind(platforms).bind(tenants).bind(places)
}
