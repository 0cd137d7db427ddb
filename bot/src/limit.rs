//! How fast one person, and one tenant, may talk to the bot.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use domain::ids::PersonId;
use domain::message::Message;
use domain::refusal::{Code, Refusal};
use domain::tenant::TenantId;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// After so many messages, whoever has been quiet is forgotten.
const SWEEP_EVERY: u32 = 4_096;

/// How many messages are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages a second and person, in the long run.
    pub per_second: NonZeroU32,
    /// Messages of a person at once.
    pub burst: NonZeroU32,
    /// How many times both a whole tenant may have.
    pub tenant_factor: NonZeroU32,
}

impl Default for Limits {
    fn default() -> Self {
        let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self { per_second: number(5), burst: number(20), tenant_factor: number(40) }
    }
}

/// Counts messages by person and by tenant.
pub(crate) struct Limiter {
    people: DefaultKeyedRateLimiter<PersonId>,
    tenants: DefaultKeyedRateLimiter<TenantId>,
    taken: AtomicU32,
}

impl Limiter {
    pub(crate) fn new(limits: Limits) -> Self {
        let quota = |factor: NonZeroU32| {
            Quota::per_second(limits.per_second.saturating_mul(factor)).allow_burst(limits.burst.saturating_mul(factor))
        };
        Self {
            people: RateLimiter::keyed(quota(NonZeroU32::MIN)),
            tenants: RateLimiter::keyed(quota(limits.tenant_factor)),
            taken: AtomicU32::new(1),
        }
    }

    /// Takes a message in, or says that it came too fast.
    pub(crate) fn take(&self, message: &Message) -> Result<(), Refusal> {
        self.sweep();
        let person = self.people.check_key(&message.author.person).map_err(|_| too_fast("You are"));
        person.and_then(|()| self.tenants.check_key(&message.tenant).map_err(|_| too_fast("All of you together are")))
    }

    /// Takes a message in as soon as there is room for it.
    pub(crate) async fn wait(&self, message: &Message) {
        self.sweep();
        self.people.until_key_ready(&message.author.person).await;
        self.tenants.until_key_ready(&message.tenant).await;
    }

    fn sweep(&self) {
        if self.taken.fetch_add(1, Ordering::Relaxed).is_multiple_of(SWEEP_EVERY) {
            self.people.retain_recent();
            self.people.shrink_to_fit();
            self.tenants.retain_recent();
            self.tenants.shrink_to_fit();
        }
    }
}

fn too_fast(who: &str) -> Refusal {
    let sentence = format!("{who} faster than I can follow, so I left that line out.");
    Refusal::new(Code::TooFast, sentence, "Type it again in a second.")
}
