//! The database's clock, by which "never early" is measured: every process goes by the same one.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use backon::{ExponentialBuilder, Retryable};
use domain::fault::{clock_ahead, sabotaged};
use domain::ports::clock::Clock;
use domain::ports::error::PortError;
use jiff::Timestamp;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tracing::{debug, error, warn};

use crate::PostgresStore;
use crate::ask::Ask;
use crate::error::corrupt;
use crate::lane::Lane;
use crate::rows::column;

/// How often the database is asked.
const PERIOD: Duration = Duration::from_secs(30);
/// The first pause, and how many, before a process gives up to begin.
const AGAIN: Duration = Duration::from_millis(200);
const STARTS: usize = 7;
/// More than this between the two clocks, and something is wrong with one of them.
const BOUND: Duration = Duration::from_secs(5);
/// The longest sleep before the clock is looked at again.
const PIECE: Duration = Duration::from_secs(1);

const NOW: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

/// The database's clock, in whole microseconds: asked when it is made and every 30 s, and carried on in between by
/// the machine's monotonic clock. It is never ahead of the database's, and never goes back.
#[derive(Debug)]
pub struct PostgresClock {
    reading: Arc<Reading>,
    asks: JoinHandle<()>,
}

/// The latest answer.
#[derive(Debug)]
struct Reading {
    told: Mutex<Told>,
    /// The latest that anybody was shown.
    latest: AtomicI64,
}

#[derive(Clone, Copy, Debug)]
struct Told {
    anchor: Anchor,
    /// It is too far from the machine's clock.
    astray: bool,
}

/// What the database's clock showed at the latest when its answer came.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    came_at: Instant,
    micros: i64,
}

impl PostgresStore {
    /// The clock of this database.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn clock(&self) -> Result<PostgresClock, PortError> {
        // A process that begins while everybody is busy waits, as it would for its first reminder.
        let patient = ExponentialBuilder::default().with_min_delay(AGAIN).with_max_times(STARTS).with_jitter();
        let asked = || ask(&self.relay);
        let anchor = asked.retry(patient).when(PortError::is_transient).await?;
        let reading = Arc::new(Reading::of(anchor));
        let asks = tokio::spawn(keep(Arc::clone(&self.relay), Arc::clone(&reading)));
        Ok(PostgresClock { reading, asks })
    }
}

async fn ask(lane: &Lane) -> Result<Anchor, PortError> {
    let row = lane.row(Ask::new(NOW)).await?.ok_or_else(|| corrupt("time", "missing"))?;
    // It was asked before its answer came, so this is not ahead.
    let micros = if sabotaged("clock.of_the_process") { machine() } else { column(&row, 0)? };
    Ok(Anchor { came_at: Instant::now(), micros })
}

/// What the machine's clock shows.
fn machine() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "what the database's clock is compared with")]
    let now = Timestamp::now();
    now.as_microsecond() + clock_ahead()
}

async fn keep(lane: Arc<Lane>, reading: Arc<Reading>) {
    loop {
        sleep(PERIOD).await;
        match ask(&lane).await {
            Ok(anchor) => reading.take(anchor),
            Err(error) => debug!(%error, "the database's clock was not asked"),
        }
    }
}

impl Reading {
    fn of(anchor: Anchor) -> Self {
        let told = Mutex::new(Told { anchor, astray: false });
        let reading = Self { told, latest: AtomicI64::new(i64::MIN) };
        reading.take(anchor);
        reading
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> i64 {
        let anchor = self.told().anchor;
        self.forward(anchor.now())
    }

    /// Not with a clock that is astray, nor while it has not come back to what it showed while it was.
    fn is_trusted(&self) -> bool {
        let Told { anchor, astray } = *self.told();
        let ahead = self.latest.load(Ordering::Acquire).saturating_sub(anchor.now());
        !astray && Duration::from_micros(u64::try_from(ahead).unwrap_or_default()) <= BOUND
    }

    /// The later of the reading and everything read before.
    fn forward(&self, micros: i64) -> i64 {
        self.latest.fetch_max(micros, Ordering::AcqRel).max(micros)
    }

    /// Goes by a new answer, and compares the database's clock with the machine's.
    fn take(&self, anchor: Anchor) {
        let machine = machine();
        let astray = Duration::from_micros(machine.abs_diff(anchor.now())) > BOUND;
        let trusted = self.is_trusted();
        let before = std::mem::replace(&mut *self.told(), Told { anchor, astray });
        if astray && !before.astray {
            error!(database = anchor.micros, machine, "the database's clock and the machine's are more than 5 s apart");
        }
        if !astray && (trusted || before.astray) && !self.is_trusted() {
            warn!(
                database = anchor.micros,
                "the database's clock was ahead: nothing is claimed until it is there again"
            );
        }
    }
}

impl Anchor {
    fn now(self) -> i64 {
        self.after(self.came_at.elapsed())
    }

    fn after(self, elapsed: Duration) -> i64 {
        self.micros.saturating_add(i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX))
    }
}

impl Drop for PostgresClock {
    fn drop(&mut self) {
        self.asks.abort();
    }
}

#[async_trait]
impl Clock for PostgresClock {
    /// Not while the database's clock and the machine's are more than 5 s apart: nobody knows which is wrong. Nor, once it
    /// was set back, while what it showed before is more than 5 s ahead: `now` stands still there meanwhile.
    fn is_trusted(&self) -> bool {
        self.reading.is_trusted()
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.reading.now()).unwrap_or(Timestamp::MAX)
    }

    async fn until(&self, at: Timestamp) {
        while let Some(left) = left(self.now(), at) {
            sleep(left.min(PIECE)).await;
        }
    }
}

/// How long it is still until `at`; `None` once it has come.
fn left(now: Timestamp, at: Timestamp) -> Option<Duration> {
    Duration::try_from(at.duration_since(now)).ok().filter(|left| !left.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchor(micros: i64) -> Anchor {
        Anchor { came_at: Instant::now(), micros }
    }

    #[tokio::test(start_paused = true)]
    async fn it_goes_on_between_answers_and_never_back() {
        let reading = Reading::of(anchor(1_000_000));
        assert_eq!(reading.now(), 1_000_000);
        tokio::time::advance(Duration::from_millis(1_500)).await;
        assert_eq!(reading.now(), 2_500_000);
        reading.take(anchor(2_000_000));
        assert_eq!(reading.now(), 2_500_000, "set back, it stands still");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(reading.now(), 3_000_000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_was_ahead_is_not_trusted_until_it_is_there_again() {
        let (right, minutes) = (machine(), |minutes: u64| Duration::from_secs(60 * minutes));
        let reading = Reading::of(anchor(right));
        reading.take(anchor(right + 600_000_000));
        assert!(!reading.is_trusted(), "it is ahead");
        assert_eq!(reading.now(), right + 600_000_000, "as a command sees it");
        reading.take(anchor(right));
        assert_eq!(reading.now(), right + 600_000_000, "set back, it stands still");
        assert!(!reading.is_trusted(), "what is due within ten minutes would be claimed now");
        tokio::time::advance(minutes(9)).await;
        assert!(!reading.is_trusted());
        tokio::time::advance(minutes(1)).await;
        assert!(reading.is_trusted());
    }

    #[tokio::test]
    async fn clocks_that_are_far_apart_are_known() {
        for (offset, trusted) in [(0, true), (4_000_000, true), (6_000_000, false), (-6_000_000, false)] {
            assert_eq!(Reading::of(anchor(machine() + offset)).is_trusted(), trusted, "{offset}");
        }
    }
}
