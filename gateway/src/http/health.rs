//! `/health/live` and `/health/ready`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ports::clock::Clock;
use futures::future::join_all;
use jiff::Timestamp;
use serde::Serialize;
use tokio::time::timeout;
use tracing::warn;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How long a dependency may take to answer a check.
const PATIENCE: Duration = Duration::from_secs(2);

/// Something that a process depends on.
#[async_trait]
pub trait Check: Send + Sync {
    /// What it is called, e.g. `database`.
    fn name(&self) -> &str;

    /// Whether the process is of no use without it.
    fn required(&self) -> bool;

    /// Whether it answers now.
    ///
    /// # Errors
    /// What is wrong, for the log: callers of `/health/ready` read only that it is down.
    async fn check(&self) -> Result<(), String>;
}

/// The checks of a process, and since when each is as it is.
pub(crate) struct Health {
    checks: Vec<Arc<dyn Check>>,
    clock: Arc<dyn Clock>,
    known: Mutex<BTreeMap<String, (bool, Timestamp)>>,
}

/// Whether this process can do its work.
#[derive(Serialize, ToSchema)]
struct Readiness {
    /// `ready`, `degraded` (something that is not required is down) or `not_ready`.
    #[schema(example = "ready")]
    status: &'static str,
    /// Each dependency.
    dependencies: Vec<Dependency>,
}

/// One dependency as it is now.
#[derive(Serialize, ToSchema)]
struct Dependency {
    /// What it is.
    #[schema(example = "database")]
    name: String,
    /// Whether it answers.
    up: bool,
    /// Since when it does, or does not.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Whether the process is of no use without it.
    required: bool,
}

impl Health {
    pub(crate) fn new(checks: Vec<Arc<dyn Check>>, clock: Arc<dyn Clock>) -> Arc<Self> {
        // What was there at the start was there since then; the first look says if it was not.
        let now = clock.now();
        let known = checks.iter().map(|check| (check.name().to_owned(), (true, now))).collect();
        Arc::new(Self { checks, clock, known: Mutex::new(known) })
    }

    async fn look(&self, check: &dyn Check) -> Dependency {
        let answer = timeout(PATIENCE, check.check()).await.unwrap_or_else(|_| Err("no answer in time".to_owned()));
        if let Err(reason) = &answer {
            warn!(dependency = check.name(), ?reason, "a dependency is down");
        }
        let name = check.name().to_owned();
        let since = self.since(&name, answer.is_ok());
        Dependency { name, up: answer.is_ok(), since, required: check.required() }
    }

    fn since(&self, name: &str, up: bool) -> Timestamp {
        let now = self.clock.now();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = known.entry(name.to_owned()).or_insert((up, now));
        if entry.0 != up {
            *entry = (up, now);
        }
        entry.1
    }
}

pub(crate) fn routes(health: Arc<Health>) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(ready)).with_state(health)
}

/// Whether the process runs.
#[utoipa::path(get, path = "/health/live", operation_id = "is_live",
    tag = "operations", security(()),
    responses((status = 200, description = "It runs", content_type = "text/plain", body = String)))]
async fn live() -> &'static str {
    "live\n"
}

/// Whether the process can do its work: each dependency, since when, required or not.
#[utoipa::path(get, path = "/health/ready", operation_id = "is_ready",
    tag = "operations", security(()),
    responses((status = 200, description = "It can", body = Readiness),
              (status = 503, description = "Something required is down", body = Readiness)))]
async fn ready(State(health): State<Arc<Health>>) -> (StatusCode, Json<Readiness>) {
    let dependencies = join_all(health.checks.iter().map(|check| health.look(check.as_ref()))).await;
    let down = |required| dependencies.iter().any(|dependency| !dependency.up && dependency.required == required);
    let (code, status) = match (down(true), down(false)) {
        (true, _) => (StatusCode::SERVICE_UNAVAILABLE, "not_ready"),
        (_, true) => (StatusCode::OK, "degraded"),
        _ => (StatusCode::OK, "ready"),
    };
    (code, Json(Readiness { status, dependencies }))
}
