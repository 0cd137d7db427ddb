//! The relay: what is committed to the outbox goes to the broker, in order, at least once.
//!
//! One process at a time relays, under a lease. It reads on from its cursor, publishes, and moves the cursor once
//! everything is acknowledged; so a crash at any point sends some rows again and loses none.

mod letter;
mod meter;
mod outgoing;
mod pauses;
mod portion;
mod term;
mod tombstones;

use std::sync::Arc;
use std::time::Duration;

use domain::ports::bell::Bell;
use domain::ports::bus::{Outbox, Publisher, RELAY};
use domain::ports::clock::Clock;
use domain::ports::error::PortError;
use domain::ports::inbox::Inbox;
use domain::ports::lease::Leases;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

pub use meter::describe;
use pauses::Pauses;
use portion::Portion;
use term::{End, Term};

/// How long a term that is over is left alone at most before the next one.
const LONGEST: Duration = Duration::from_secs(5);

/// What the relay works with.
#[derive(Clone)]
pub struct Relay {
    /// What is to be published.
    pub outbox: Arc<dyn Outbox>,
    /// Where it goes.
    pub publisher: Arc<dyn Publisher>,
    /// Where rows go that a broker will never take.
    pub inbox: Arc<dyn Inbox>,
    /// Who relays.
    pub leases: Arc<dyn Leases>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Rung after each commit of this process; others are found by looking.
    pub bell: Bell,
}

impl Relay {
    /// Its lease, its cursor, its dead letters and its word on the command line.
    pub const NAME: &'static str = RELAY;

    /// Until somebody asks to stop; what is on its way then is finished first. Whoever stops waits for as long as a
    /// broker may take.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut pauses = Pauses::up_to(LONGEST);
        let portion = Portion::default();
        loop {
            match self.term(&stop, &mut pauses, &portion).await {
                Ok(End::Stopped) => return,
                Ok(End::Overtaken) => info!("another process relays now"),
                Ok(End::TooLate) => {
                    warn!("the relay did not renew its lease in time: this machine or the database is too busy");
                }
                Err(error) => warn!(%error, "the relay failed and begins anew"),
            }
            meter::failure();
            if stop.run_until_cancelled(pauses.next()).await.is_none() {
                return;
            }
        }
    }

    /// Relays for as long as the lease is held.
    async fn term(&self, stop: &CancellationToken, pauses: &mut Pauses, portion: &Portion) -> Result<End, PortError> {
        let Some(lease) = stop.run_until_cancelled(self.leases.acquire(Self::NAME)).await else {
            return Ok(End::Stopped);
        };
        let lease = lease?;
        let cursor = self.outbox.cursor(Self::NAME).await?;
        info!(position = cursor.position, epoch = lease.epoch(), "relaying");
        Term::new(self, &*lease, cursor, portion, stop).run(pauses).await
    }
}
