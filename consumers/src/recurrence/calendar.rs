//! The clock's half of recurrence: the next time of a series has come.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::ids::SeriesId;
use domain::ports::error::PortError;
use domain::service::Tasks;
use domain::tenant::TenantId;
use futures::{StreamExt, stream};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, error, info_span, warn};

use super::{LANES, advance};
use crate::wait::Waiter;

/// How many due series are looked at in one round.
const ROUND: u32 = 100;
/// No series is advanced more often than this by the clock: one that stays due whatever is done must not keep
/// the process busy.
const REST: Duration = Duration::from_secs(1);
/// How long a series that cannot be advanced is left alone at most.
const LONGEST_REST: Duration = Duration::from_secs(10 * 60);

/// Advances series whose next time has come. Any number of processes may do so at once.
pub struct Calendar {
    tasks: Tasks,
    resting: Mutex<HashMap<SeriesId, Resting>>,
}

/// A series that was advanced, or could not be, a moment ago.
struct Resting {
    until: Instant,
    failures: u32,
}

impl Calendar {
    /// On this service.
    #[must_use]
    pub fn new(tasks: Tasks) -> Self {
        Self { tasks, resting: Mutex::default() }
    }

    /// Waits for the next time of any series, and sees to all that are due, until somebody asks to stop.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut waiter = Waiter::new(&self.tasks.clock, &self.tasks.bell, &stop);
        while waiter.going() {
            let next = match self.round().await {
                Ok(0) => self.tasks.agenda.next_series().await,
                Ok(_) => continue,
                Err(error) => Err(error),
            };
            match next {
                Ok(next) => waiter.wait(next).await,
                Err(error) => {
                    warn!(%error, "the series that are due are not known");
                    waiter.pause(REST).await
                }
            };
        }
    }

    /// Advances every series that is due now, but for those that rest. Returns how many were tried.
    ///
    /// # Errors
    /// When the database cannot say which are due.
    pub async fn round(&self) -> Result<usize, PortError> {
        let limit = ROUND.saturating_add(u32::try_from(self.at_rest()).unwrap_or(u32::MAX));
        let due = self.tasks.agenda.due_series(self.tasks.clock.now(), limit).await?;
        let due: Vec<_> = due.into_iter().filter(|(_, series)| !self.rests(*series)).collect();
        let tried = due.len();
        stream::iter(due).for_each_concurrent(LANES, |(tenant, series)| self.advance(tenant, series)).await;
        Ok(tried)
    }

    async fn advance(&self, tenant: TenantId, series: SeriesId) {
        let span = info_span!("recurrence.clock", %tenant, %series);
        let done = advance(&self.tasks, &tenant, series, None).instrument(span).await;
        self.rest(series, done.is_ok());
        if let Err(trouble) = done {
            let reason = trouble.reason();
            error!(%tenant, %series, reason, "a series that is due could not be advanced");
        }
    }

    /// Lets a series rest: shortly after a success, longer with each failure in a row.
    fn rest(&self, series: SeriesId, success: bool) {
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = resting.get(&series).map_or(0, |resting| resting.failures);
        let failures = if success { 0 } else { failures.saturating_add(1) };
        let rest = REST.saturating_mul(1 << failures.min(16)).min(LONGEST_REST);
        resting.insert(series, Resting { until: Instant::now() + rest, failures });
    }

    fn rests(&self, series: SeriesId) -> bool {
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        resting.get(&series).is_some_and(|resting| Instant::now() < resting.until)
    }

    /// Forgets whoever has rested long enough, and their failures after a while. Returns how many rest now.
    fn at_rest(&self) -> usize {
        let now = Instant::now();
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        resting.retain(|_, one| now < one.until + if one.failures > 0 { LONGEST_REST } else { Duration::ZERO });
        resting.values().filter(|one| now < one.until).count()
    }
}
