//! The HTTP edge of `serve`: the gateway's routes with the bot's mounted behind the same edge.

use std::num::NonZeroU32;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use utoipa_axum::router::OpenApiRouter;

use super::health::DatabaseCheck;
use crate::cli::Role;
use crate::config::Config;
use crate::edge::Edge;
use crate::roles::Roles;
use crate::wiring::House;

/// Every route of this process.
///
/// # Errors
/// When a limit is zero.
pub(crate) fn router(
    house: &House,
    edge: &Edge,
    config: &Config,
    roles: &Roles,
    metrics: PrometheusHandle,
) -> Result<Router> {
    let operations = gateway::Operations {
        checks: checks(house, roles),
        metrics,
        clock: house.clock.clone(),
        ids: house.ids.clone(),
        mounted: if roles.play(Role::Bot) { chat(house, edge) } else { OpenApiRouter::new() },
    };
    if !roles.play(Role::Gateway) {
        return Ok(gateway::operations(operations));
    }
    Ok(gateway::router(gateway::Gateway {
        tasks: house.tasks.clone(),
        operators: house.operators.clone(),
        limits: limits(config)?,
        timeouts: gateway::Timeouts::default(),
        operations,
    }))
}

fn chat(house: &House, edge: &Edge) -> OpenApiRouter {
    let operators = Arc::new(house.operators.clone());
    let (turns, console) = (edge.turns.clone(), Arc::new(edge.console.clone()) as Arc<dyn bot::Rooms>);
    let slack = house.slack.as_ref().map(|slack| slack.router(&turns, operators.clone()));
    let rooms = house.slack.iter().map(|slack| slack.rooms(&turns, operators.clone())).chain([console]).collect();
    let chat = bot::router(bot::Door { turns, operators, rooms });
    slack.into_iter().fold(chat, |routes, slack| routes.merge(OpenApiRouter::from(slack)))
}

/// What the process depends on: commands, reads and reminders need the database alone.
fn checks(house: &House, roles: &Roles) -> Vec<Arc<dyn gateway::Check>> {
    let database: Arc<dyn gateway::Check> = Arc::new(DatabaseCheck(house.database.outbox.clone()));
    std::iter::once(database).chain(house.events.check(roles.need_the_bus())).collect()
}

fn limits(config: &Config) -> Result<gateway::Limits> {
    let positive = |number| NonZeroU32::new(number).context("a limit must be at least 1");
    Ok(gateway::Limits {
        writes_per_second: positive(config.limits.rest_writes)?,
        reads_per_second: positive(config.limits.rest_reads)?,
        ..gateway::Limits::default()
    })
}
