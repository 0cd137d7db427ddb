//! What the edge is made of, and its bounds.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use domain::ports::clock::{Clock, Ids};
use domain::service::{Operators, Tasks};
use metrics_exporter_prometheus::PrometheusHandle;
use utoipa_axum::router::OpenApiRouter;

use crate::http::health::Check;

/// The whole gateway: REST on top of what every process serves.
pub struct Gateway {
    /// What carries commands out and answers questions.
    pub tasks: Tasks,
    /// Who moderates what they see.
    pub operators: Operators,
    /// How much one person and one tenant may ask per second.
    pub limits: Limits,
    /// How long a request may take.
    pub timeouts: Timeouts,
    /// What every process serves.
    pub operations: Operations,
}

/// What every process serves: health, metrics, and the routes of other crates behind the same edge.
pub struct Operations {
    /// What the process depends on.
    pub checks: Vec<Arc<dyn Check>>,
    /// Where the metrics of the process are gathered.
    pub metrics: PrometheusHandle,
    /// The clock that says since when a dependency is up or down.
    pub clock: Arc<dyn Clock>,
    /// Where a request without a trace gets one.
    pub ids: Arc<dyn Ids>,
    /// Routes of other crates, which bring no fallback of their own; their operations join the document.
    pub mounted: OpenApiRouter,
}

/// How much one person may ask per second; bursts up to one second's worth pass at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// POST, PATCH, DELETE.
    pub writes_per_second: NonZeroU32,
    /// GET.
    pub reads_per_second: NonZeroU32,
    /// How many times that a whole tenant may ask.
    pub tenant_factor: NonZeroU32,
}

impl Default for Limits {
    fn default() -> Self {
        let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self { writes_per_second: number(2_000), reads_per_second: number(5_000), tenant_factor: number(10) }
    }
}

/// How long a request may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For a body to arrive whole.
    pub body: Duration,
    /// For a command or question to be answered.
    pub answer: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { body: Duration::from_secs(10), answer: Duration::from_secs(3) }
    }
}
