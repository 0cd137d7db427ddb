//! Leases: a row per name, by the database's clock. Whoever finds it out of date takes it over and counts the epoch up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::fault::step;
use domain::ports::error::PortError;
use domain::ports::lease::{Lease, Leases};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use crate::PostgresStore;
use crate::ask::Ask;
use crate::error::BACKEND;
use crate::lane::Lane;
use crate::rows::count;

/// How long a lease is good for without being renewed: the seconds in the statements below.
const TTL: Duration = Duration::from_secs(10);
/// How long its holder trusts it, from before the request that renewed it was sent: less, because clocks differ in
/// speed, and what is begun under the lease has to end.
const TRUST: Duration = Duration::from_secs(8);
/// How often it is renewed.
const RENEWAL: Duration = Duration::from_secs(3);
/// How often somebody who waits for it looks.
const LOOK: Duration = Duration::from_millis(500);

const TAKE: &str = "
    INSERT INTO leases AS held (name, epoch, holder, lease_until) VALUES ($1, 1, $2, now() + interval '10 s')
    ON CONFLICT (name) DO UPDATE
        SET epoch = held.epoch + 1, holder = excluded.holder, lease_until = excluded.lease_until
        WHERE held.lease_until < now()
    RETURNING epoch";

const SEIZE: &str = "
    INSERT INTO leases AS held (name, epoch, holder, lease_until) VALUES ($1, 1, $2, now() + interval '10 s')
    ON CONFLICT (name) DO UPDATE
        SET epoch = held.epoch + 1, holder = excluded.holder, lease_until = excluded.lease_until
    RETURNING epoch";

const RENEW: &str = "
    UPDATE leases SET lease_until = now() + interval '10 s' WHERE name = $1 AND epoch = $2 AND holder = $3
    RETURNING epoch";

const RELEASE: &str = "
    UPDATE leases SET lease_until = '-infinity' WHERE name = $1 AND epoch = $2 AND holder = $3";

#[async_trait]
impl Leases for PostgresStore {
    async fn acquire(&self, name: &str) -> Result<Box<dyn Lease>, PortError> {
        loop {
            if let Some(lease) = self.try_acquire(name).await? {
                return Ok(lease);
            }
            sleep(LOOK).await;
        }
    }

    async fn try_acquire(&self, name: &str) -> Result<Option<Box<dyn Lease>>, PortError> {
        self.take(TAKE, name).await
    }

    async fn seize(&self, name: &str) -> Result<Option<Box<dyn Lease>>, PortError> {
        self.take(SEIZE, name).await
    }
}

impl PostgresStore {
    async fn take(&self, how: &'static str, name: &str) -> Result<Option<Box<dyn Lease>>, PortError> {
        let asked_at = Instant::now();
        let ask = Ask::new(how).bind(name.to_owned()).bind(self.holder.clone());
        let rows = self.relay.write_surely(ask).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let epoch = count(row, 0)?;
        info!(lease = name, epoch, "lease taken");
        step("lease.after_take")?;
        let term = Term { name: name.to_owned(), epoch, holder: self.holder.clone() };
        Ok(Some(Box::new(RowLease::kept(Arc::clone(&self.relay), term, asked_at))))
    }
}

/// One holder's time with a lease.
#[derive(Clone, Debug)]
struct Term {
    name: String,
    epoch: u64,
    holder: String,
}

impl Term {
    fn ask(&self, sql: &'static str) -> Ask {
        Ask::new(sql).bind(self.name.clone()).bind(crate::rows::integer(self.epoch)).bind(self.holder.clone())
    }
}

/// How long the holder may trust the lease.
#[derive(Debug)]
struct Trust {
    until: Mutex<Instant>,
    lost: AtomicBool,
    taken_over: AtomicBool,
}

impl Trust {
    fn since(asked_at: Instant) -> Self {
        Self { until: Mutex::new(asked_at + TRUST), lost: AtomicBool::new(false), taken_over: AtomicBool::new(false) }
    }

    fn holds(&self) -> bool {
        if Instant::now() >= *self.until.lock().unwrap_or_else(PoisonError::into_inner) {
            self.lost.store(true, Ordering::Release);
        }
        !self.lost.load(Ordering::Acquire)
    }

    fn renewed(&self, asked_at: Instant) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = asked_at + TRUST;
    }
}

/// A lease that is renewed until it is dropped.
#[derive(Debug)]
struct RowLease {
    lane: Arc<Lane>,
    term: Term,
    trust: Arc<Trust>,
    keeper: JoinHandle<()>,
}

impl RowLease {
    fn kept(lane: Arc<Lane>, term: Term, asked_at: Instant) -> Self {
        let trust = Arc::new(Trust::since(asked_at));
        let keeper = tokio::spawn(keep(Arc::clone(&lane), term.clone(), Arc::clone(&trust)));
        Self { lane, term, trust, keeper }
    }
}

/// Renews the lease until it is lost. What fails is tried again while the trust lasts.
async fn keep(lane: Arc<Lane>, term: Term, trust: Arc<Trust>) {
    let mut pause = RENEWAL;
    loop {
        sleep(pause).await;
        let asked_at = Instant::now();
        if !trust.holds() {
            warn!(lease = term.name, epoch = term.epoch, "lease not renewed in time");
            return;
        }
        pause = match lane.write_surely(term.ask(RENEW)).await {
            Ok(rows) if rows.is_empty() => {
                trust.taken_over.store(true, Ordering::Release);
                trust.lost.store(true, Ordering::Release);
                warn!(lease = term.name, epoch = term.epoch, "lease taken over");
                return;
            }
            Ok(_) => {
                trust.renewed(asked_at);
                RENEWAL
            }
            Err(_) => LOOK,
        };
    }
}

impl Lease for RowLease {
    fn epoch(&self) -> u64 {
        self.term.epoch
    }

    fn held(&self) -> bool {
        self.trust.holds()
    }

    fn taken_over(&self) -> bool {
        self.trust.taken_over.load(Ordering::Acquire)
    }
}

impl Drop for RowLease {
    /// Gives it back, as well as that goes: if it does not, the lease runs out.
    fn drop(&mut self) {
        self.keeper.abort();
        self.trust.lost.store(true, Ordering::Release);
        self.lane.write_beside(self.term.ask(RELEASE));
    }
}

const _: () = assert!(TRUST.as_secs() < TTL.as_secs() && 2 * RENEWAL.as_secs() < TRUST.as_secs());

/// A name for this process that no other has.
pub(crate) fn holder() -> Result<String, PortError> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes)
        .map_err(|error| PortError::Broken { backend: BACKEND, reason: format!("no random bytes: {error}") })?;
    Ok(format!("{}-{:016x}", std::process::id(), u64::from_be_bytes(bytes)))
}
