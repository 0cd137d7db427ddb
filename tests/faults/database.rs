//! The database under a fleet that works: it dies, restarts, takes no writes, has no connection left to give, and
//! heals. Commands are refused in words meanwhile, and soon; nobody is restarted, nothing is lost.
//!
//! `DATABASE_AWAY` sets for how many seconds each of these lasts.

use std::time::{Duration, Instant};

use futures::future::join_all;
use reqwest::StatusCode;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Executor as _, PgConnection};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::fleet::{Fleet, settled};
use super::load::Load;
use super::real::Real;
use super::{note, size};
use crate::kit::program::{PATIENCE, Scratch};
use crate::kit::stack::OwnStack;

const CLIENTS: usize = 2;
/// What a load gets before something happens, and after the last.
const WHILE: Duration = Duration::from_secs(1);
/// A command that cannot be carried out says so within this.
const SOON: Duration = Duration::from_secs(3);
/// How long it may take until the first command is carried out again.
const RECOVERY: Duration = Duration::from_secs(30);

/// How many of a crowd come in at once.
const AT_ONCE: usize = 8;

/// What happens to a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Killed,
    Restarted,
    /// As after a failover to a server that is not the primary yet: every session ends, new ones only read.
    ReadOnly,
    /// Others have taken every connection.
    Full,
}

/// What clients saw meanwhile.
#[derive(Debug)]
struct Missed {
    trouble: Trouble,
    /// The longest that an answer took.
    longest: Duration,
    /// Commands that were refused.
    refused: usize,
    /// Questions that were answered.
    read: usize,
}

/// Others, who take every connection that the server has to give until this is dropped.
struct Crowd(JoinHandle<()>);

impl Crowd {
    /// Comes, and lets nobody else stay.
    async fn at(stack: &OwnStack) -> Self {
        let options = login(stack, "TASKBOT_DATABASE_URL");
        let mut within = options.connect().await.expect("a connection");
        let (full, mut is_full) = watch::channel(false);
        let crowd = tokio::spawn(async move {
            let mut taken = Vec::new();
            loop {
                let came = join_all((0..AT_ONCE).map(|_| options.connect())).await;
                let refused = came.iter().any(Result::is_err);
                taken.extend(came.into_iter().flatten());
                if refused && hang_up(&mut within).await == 0 {
                    full.send_replace(true);
                    sleep(Duration::from_millis(100)).await;
                }
            }
        });
        is_full.wait_for(|full| *full).await.expect("a crowd");
        Self(crowd)
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A login of this stack, in a database that nothing is done to.
fn login(stack: &OwnStack, name: &str) -> PgConnectOptions {
    let options: PgConnectOptions = stack.value(name).parse().expect("a URL");
    options.database("postgres").disable_statement_logging()
}

/// Ends every session of the programs, whose login is the same. How many there were.
async fn hang_up(within: &mut PgConnection) -> i64 {
    let theirs = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE usename = current_user AND application_name = 'taskbot'";
    sqlx::query_scalar(theirs).fetch_one(within).await.expect("hung up")
}

async fn alter(stack: &OwnStack, statement: &'static str) {
    let mut owner = login(stack, "TASKBOT_MIGRATE__DATABASE_URL").connect().await.expect("the owner");
    owner.execute(statement).await.expect("altered");
}

impl Trouble {
    async fn begins(self, stack: &OwnStack) -> Option<Crowd> {
        match self {
            Self::Killed => stack.kill("postgres").await,
            Self::Restarted => stack.stop("postgres").await,
            Self::ReadOnly => {
                alter(stack, "ALTER DATABASE taskbot SET default_transaction_read_only = on").await;
                let mut within = login(stack, "TASKBOT_DATABASE_URL").connect().await.expect("a connection");
                hang_up(&mut within).await;
            }
            Self::Full => return Some(Crowd::at(stack).await),
        }
        None
    }

    /// Sessions that only read stay as they are: whoever has one must notice.
    async fn ends(self, stack: &OwnStack, crowd: Option<Crowd>) {
        match self {
            Self::Killed | Self::Restarted => stack.start("postgres").await,
            Self::ReadOnly => alter(stack, "ALTER DATABASE taskbot RESET default_transaction_read_only").await,
            Self::Full => drop(crowd),
        }
    }

    /// Gives commands and asks questions as long as it lasts.
    async fn missed(self, load: &Load, within: Duration) -> Missed {
        let (began, mut missed) =
            (Instant::now(), Missed { trouble: self, longest: Duration::ZERO, refused: 0, read: 0 });
        // A busy machine may not have asked so far.
        let too_few = |missed: &Missed| missed.refused == 0 || (self == Self::ReadOnly && missed.read == 0);
        while began.elapsed() < within || (too_few(&missed) && began.elapsed() < PATIENCE) {
            let asked = Instant::now();
            let status = load.probe().await;
            missed.longest = missed.longest.max(asked.elapsed());
            missed.refused += usize::from(status.is_some_and(|status| status.is_server_error()));
            missed.read += usize::from(load.reads().await == Some(StatusCode::OK));
            sleep(Duration::from_millis(100)).await;
        }
        missed
    }

    /// It begins, is missed and ends, until commands are carried out again.
    async fn happens(self, load: &Load, stack: &OwnStack, away: Duration) -> Missed {
        sleep(WHILE).await;
        let crowd = self.begins(stack).await;
        let missed = self.missed(load, away).await;
        self.ends(stack, crowd).await;
        let (back, before) = (Instant::now(), load.acknowledged());
        while load.acknowledged() == before {
            assert!(back.elapsed() < RECOVERY, "{self:?}: it does not recover by itself");
            sleep(Duration::from_millis(50)).await;
        }
        note(&format!("{self:?}: the first command {:.1} s after it was over", back.elapsed().as_secs_f32()));
        missed
    }

    fn check(&self, missed: &Missed) {
        assert!(missed.refused > 0, "nobody missed the database: {missed:?}");
        assert!(missed.longest <= SOON, "{missed:?}");
        assert!(*self != Self::ReadOnly || missed.read > 0, "reads go on: {missed:?}");
    }
}

/// One trouble after the other. Whoever waits too long by themselves does so each of three times; a machine may stand still
/// once.
async fn troubles(load: &Load, stack: &OwnStack, away: Duration) -> Vec<Missed> {
    let mut all = Vec::new();
    for trouble in [Trouble::Killed, Trouble::Restarted, Trouble::ReadOnly, Trouble::Full] {
        let mut missed = trouble.happens(load, stack, away).await;
        for _ in 0..2 {
            if missed.longest > SOON {
                missed = trouble.happens(load, stack, away).await;
            }
        }
        all.push(missed);
    }
    sleep(WHILE).await;
    load.over.set(true);
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_dies_restarts_takes_no_writes_or_is_full_loses_nothing_and_is_missed_in_words() {
    let away = Duration::from_secs(size("DATABASE_AWAY", 3));
    let stack = OwnStack::up(&["postgres"]).await;
    let real = Real::with_database(&stack.migrated().await).await;
    let load = Load::on(real, Scratch::new()).await;
    let fleet = Fleet::start(&load).await;
    let clients = join_all((0..CLIENTS).map(|name| load.client(name)));
    let (missed, _) = tokio::join!(troubles(&load, &stack, away), clients);
    let found = settled(&load, Vec::new()).await;
    note(&format!("{missed:#?}, {} acknowledged, {} sent again", found.acknowledged, found.repeated));
    assert!(found.faults.is_empty(), "{:#?}", found.faults);
    missed.iter().for_each(|missed| missed.trouble.check(missed));
    let wordless = load.wordless.take();
    assert!(wordless.is_empty(), "refused without words, {} times: {:#?}", wordless.len(), wordless.first());
    fleet.end().await;
}
