//! The HTTP edge of `serve`: the gateway's routes with the bot's mounted behind the same edge.

use std::num::NonZeroU32;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;

use super::health::DatabaseCheck;
use crate::config::Config;
use crate::edge::Edge;
use crate::wiring::House;

/// Every route of this process.
///
/// # Errors
/// When a limit is zero.
pub(crate) fn router(house: &House, edge: &Edge, config: &Config, metrics: PrometheusHandle) -> Result<Router> {
    let door = bot::Door {
        turns: edge.turns.clone(),
        operators: Arc::new(house.operators.clone()),
        console: edge.console.clone(),
    };
    Ok(gateway::router(gateway::Gateway {
        tasks: house.tasks.clone(),
        operators: house.operators.clone(),
        limits: limits(config)?,
        timeouts: gateway::Timeouts::default(),
        operations: gateway::Operations {
            checks: vec![Arc::new(DatabaseCheck(house.database.outbox.clone()))],
            metrics,
            clock: house.clock.clone(),
            ids: house.ids.clone(),
            mounted: bot::router(door),
        },
    }))
}

fn limits(config: &Config) -> Result<gateway::Limits> {
    let positive = |number| NonZeroU32::new(number).context("a limit must be at least 1");
    Ok(gateway::Limits {
        writes_per_second: positive(config.limits.rest_writes)?,
        reads_per_second: positive(config.limits.rest_reads)?,
        ..gateway::Limits::default()
    })
}
