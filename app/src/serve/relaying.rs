//! The relay of this process, if it has one.

use std::sync::Arc;
use std::time::Duration;

use consumers::supervised;
use gateway::Relay;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::cli::Role;
use crate::roles::Roles;
use crate::wiring::House;

/// A relay that runs, or none.
pub(super) struct Relaying {
    stop: CancellationToken,
    running: Option<JoinHandle<()>>,
}

impl Relaying {
    /// Starts it, if the process has the role and the bus needs one.
    pub(super) fn start(house: &House, roles: &Roles) -> Self {
        let stop = CancellationToken::new();
        let publisher = house.events.publisher.clone().filter(|_| roles.play(Role::Relay));
        let relay = publisher.map(|publisher| {
            Arc::new(Relay {
                outbox: house.database.outbox.clone(),
                publisher,
                inbox: house.database.inbox.clone(),
                leases: house.database.leases.clone(),
                clock: house.clock.clone(),
                bell: house.tasks.bell.clone(),
            })
        });
        let token = stop.clone();
        let run = |relay: Arc<Relay>| {
            let stop = token.clone();
            tokio::spawn(supervised(Relay::NAME, token.clone(), move || Arc::clone(&relay).run(stop.clone())))
        };
        Self { stop, running: relay.map(run) }
    }

    /// Lets it finish what is on its way.
    pub(super) async fn stop(self, grace: Duration) {
        self.stop.cancel();
        if let Some(running) = self.running
            && tokio::time::timeout(grace, running).await.is_err()
        {
            warn!(grace_s = grace.as_secs(), "the relay was still busy and is cut off: it goes on at the next start");
        }
    }
}
