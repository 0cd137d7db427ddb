//! How fast one person and one tenant may ask.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::Method;
use domain::access::Principal;
use domain::ids::PersonId;
use domain::tenant::TenantId;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::problem::Problem;
use crate::config::Limits;

/// After so many checks, whoever has been quiet is forgotten: memory follows who is active, not who ever was.
const SWEEP_EVERY: u32 = 8_192;

/// Reads and writes, by person and by tenant.
pub(crate) struct Gate {
    reads: Lane,
    writes: Lane,
}

struct Lane {
    people: DefaultKeyedRateLimiter<PersonId>,
    tenants: DefaultKeyedRateLimiter<TenantId>,
    checks: AtomicU32,
}

impl Gate {
    pub(crate) fn new(limits: Limits) -> Self {
        let lane = |per_second| Lane::new(per_second, limits.tenant_factor);
        Self { reads: lane(limits.reads_per_second), writes: lane(limits.writes_per_second) }
    }

    /// Lets a request pass, or says when to try again.
    pub(crate) fn pass(&self, method: &Method, principal: &Principal) -> Result<(), Problem> {
        if method.is_safe() { self.reads.pass(principal) } else { self.writes.pass(principal) }
    }
}

impl Lane {
    fn new(per_second: NonZeroU32, factor: NonZeroU32) -> Self {
        Self {
            people: RateLimiter::keyed(Quota::per_second(per_second)),
            tenants: RateLimiter::keyed(Quota::per_second(per_second.saturating_mul(factor))),
            checks: AtomicU32::new(1),
        }
    }

    fn pass(&self, principal: &Principal) -> Result<(), Problem> {
        self.sweep();
        check(&self.people, &principal.person)?;
        principal.tenants.iter().try_for_each(|tenant| check(&self.tenants, tenant))
    }

    fn sweep(&self) {
        if self.checks.fetch_add(1, Ordering::Relaxed).is_multiple_of(SWEEP_EVERY) {
            self.people.retain_recent();
            self.people.shrink_to_fit();
            self.tenants.retain_recent();
            self.tenants.shrink_to_fit();
        }
    }
}

fn check<K: Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), Problem> {
    limiter.check_key(key).map_err(|refused| {
        let wait = refused.wait_time_from(DefaultClock::default().now());
        Problem::too_fast(wait.as_secs() + 1)
    })
}
