//! Sealing the audit log, once a second, and writing checkpoints of the seals somewhere else, once a minute.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::fault::step;
use domain::ports::clock::Clock;
use domain::ports::error::PortError;
use domain::ports::lease::{Lease, Leases};
use domain::ports::seals::Seals;
use domain::seal::{LogRow, Seal};
use jiff::SignedDuration;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::checkpoint::Checkpoints;

/// The lease under which one process at a time seals.
const LEASE: &str = "sealer";
/// How often it seals: the longest time for which a row is not covered by a seal.
const EVERY: Duration = Duration::from_secs(1);
/// How often checkpoints are written.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(60);
/// How many rows are sealed in one commit.
const BATCH: u32 = 5_000;

/// Closes what the audit log has gathered into seals.
pub struct Sealer {
    seals: Arc<dyn Seals>,
    leases: Arc<dyn Leases>,
    clock: Arc<dyn Clock>,
    checkpoints: Option<Checkpoints>,
}

impl Sealer {
    /// Over this log; of the processes that share the leases one at a time seals. Without `checkpoints` the seals
    /// show any tampering but that of somebody who rewrites all of them.
    #[must_use]
    pub fn new(
        seals: Arc<dyn Seals>,
        leases: Arc<dyn Leases>,
        clock: Arc<dyn Clock>,
        checkpoints: Option<Checkpoints>,
    ) -> Self {
        Self { seals, leases, clock, checkpoints }
    }

    /// Seals until somebody asks to stop, and a last time then.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let ended = stop.run_until_cancelled(self.leases.acquire(LEASE)).await;
            match ended {
                Some(Ok(lease)) => self.hold(lease.as_ref(), &stop).await,
                Some(Err(error)) => warn!(%error, "nothing is sealed"),
                None => return,
            }
            stop.run_until_cancelled(tokio::time::sleep(EVERY)).await;
        }
    }

    /// Seals while the lease is held.
    async fn hold(&self, lease: &dyn Lease, stop: &CancellationToken) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut news = self.at_first().await;
        let mut written = Instant::now();
        let mut going = true;
        while going && lease.held() {
            going = stop.run_until_cancelled(ticks.tick()).await.is_some();
            match self.seal().await {
                Ok(seals) => news.extend(seals.into_iter().map(|seal| (seal.tenant.clone(), seal))),
                Err(error) => warn!(%error, "nothing was sealed"),
            }
            if !news.is_empty() && (!going || written.elapsed() >= CHECKPOINT_EVERY) {
                self.write(&mut news).await;
                written = Instant::now();
            }
        }
    }

    /// Every tenant's last seal: what a process that died may have left without a checkpoint.
    async fn at_first(&self) -> BTreeMap<String, Seal> {
        if self.checkpoints.is_none() {
            return BTreeMap::new();
        }
        let seals = self.seals.last_seals(None).await.unwrap_or_default();
        seals.into_iter().map(|seal| (seal.tenant.clone(), seal)).collect()
    }

    async fn write(&self, news: &mut BTreeMap<String, Seal>) {
        let Some(checkpoints) = &self.checkpoints else { return news.clear() };
        match checkpoints.write(news.values().cloned().collect()).await {
            Ok(()) => news.clear(),
            Err(error) => warn!(%error, "the checkpoints could not be written"),
        }
    }

    /// For how long the first row has been waiting that no seal covers; `None` if none waits.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn waits(&self) -> Result<Option<SignedDuration>, PortError> {
        self.seals.waits().await
    }

    /// Seals everything that waits, and gives the seals.
    ///
    /// # Errors
    /// When the database fails, or somebody else has sealed meanwhile.
    pub async fn seal(&self) -> Result<Vec<Seal>, PortError> {
        let mut all = Vec::new();
        loop {
            let rows = self.seals.unsealed(BATCH).await?;
            let more = rows.len() == BATCH as usize;
            if rows.is_empty() {
                return Ok(all);
            }
            let seals = self.close(rows).await?;
            step("audit.before_seal")?;
            self.seals.seal(&seals).await?;
            step("audit.after_seal")?;
            info!(seals = seals.len(), rows = seals.iter().map(|seal| seal.rows.len()).sum::<usize>(), "sealed");
            all.extend(seals);
            if !more {
                return Ok(all);
            }
        }
    }

    /// The next seal of each tenant that has rows.
    async fn close(&self, rows: Vec<LogRow>) -> Result<Vec<Seal>, PortError> {
        let mut of_tenants: BTreeMap<String, Vec<LogRow>> = BTreeMap::new();
        for row in rows {
            of_tenants.entry(row.tenant.clone()).or_default().push(row);
        }
        let tenants: Vec<String> = of_tenants.keys().cloned().collect();
        let last = self.seals.last_seals(Some(&tenants)).await?;
        let at = self.clock.now().as_microsecond();
        let seal = |(tenant, rows): (String, Vec<LogRow>)| {
            Seal::over(&tenant, last.iter().find(|seal| seal.tenant == tenant), at, &rows)
        };
        Ok(of_tenants.into_iter().map(seal).collect())
    }
}
