//! The one writer of this process: it drains a queue into groups and makes each group durable with one COMMIT.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use domain::fault;
use domain::ports::error::PortError;
use domain::ports::store::CommitError;
use rusqlite::Connection;
use sqlx::SqliteConnection;
use tokio::sync::{Mutex, mpsc, oneshot};
use tracing::{debug, error};

use crate::error::{Kind, Trouble};
use crate::script::{Rejected, Script, Written};

/// The pause before a refused BEGIN is tried again.
const PAUSE: Duration = Duration::from_millis(2);

/// In memory, the connection that reads: whoever reads or writes locks it for as long as that takes.
pub(crate) type Shared = Arc<Mutex<SqliteConnection>>;

/// Where writes are queued.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Order>,
}

#[derive(Debug)]
enum Order {
    Write(Job),
    Stop(oneshot::Sender<()>),
}

#[derive(Debug)]
struct Job {
    script: Script,
    answer: Answer,
}

type Answer = oneshot::Sender<Result<Written, CommitError>>;
type Outcome = Result<Written, Rejected>;

/// How the writer works.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// How many writes may wait.
    pub(crate) queue: usize,
    /// How many writes share a COMMIT at most.
    pub(crate) group: usize,
    /// How long another process may hold the lock.
    pub(crate) patience: Duration,
}

impl Writer {
    /// Starts the writer on its connection, on a thread of its own: a change is many small statements, and handing
    /// each of them to another thread and back would take longer than the statement.
    pub(crate) fn start(connection: Connection, reading: Option<Shared>, pace: Pace) -> std::io::Result<Self> {
        let (queue, orders) = mpsc::channel(pace.queue);
        let name = thread::Builder::new().name("sqlite-writer".to_owned());
        name.spawn(move || work(orders, connection, reading.as_ref(), pace))?;
        Ok(Self { queue })
    }

    /// Queues a script and waits until it is durable.
    pub(crate) async fn write(&self, script: Script) -> Result<Written, CommitError> {
        let (answer, answered) = oneshot::channel();
        match self.queue.try_send(Order::Write(Job { script, answer })) {
            Ok(()) => answered.await.unwrap_or_else(|_| Err(unavailable("the store stopped before it answered"))),
            Err(mpsc::error::TrySendError::Full(_)) => Err(unavailable("more changes are waiting than it takes")),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(unavailable("the store is closed")),
        }
    }

    /// Like [`Writer::write`], for scripts in which no conflict is possible.
    pub(crate) async fn write_surely(&self, script: Script) -> Result<Written, PortError> {
        self.write(script).await.map_err(|error| match error {
            CommitError::Port(error) => error,
            CommitError::Conflict(what) => Trouble::passing(format!("another process took the {what}")).into(),
        })
    }

    /// Writes what is queued and ends.
    pub(crate) async fn close(&self) {
        let (told, ended) = oneshot::channel();
        if self.queue.send(Order::Stop(told)).await.is_ok() {
            ended.await.ok();
        }
    }
}

fn unavailable(reason: &str) -> CommitError {
    CommitError::Port(Trouble::passing(reason).into())
}

/// Takes what is queued, group after group, until it is told to stop or nobody is left to queue anything.
fn work(mut orders: mpsc::Receiver<Order>, connection: Connection, reading: Option<&Shared>, pace: Pace) {
    let mut taken = Vec::with_capacity(pace.group);
    let mut stop = None;
    while stop.is_none() && orders.blocking_recv_many(&mut taken, pace.group) > 0 {
        let mut jobs = Vec::with_capacity(taken.len());
        for order in taken.drain(..) {
            match order {
                Order::Write(job) if job.answer.is_closed() => debug!("nobody waits for this change any more"),
                Order::Write(job) => jobs.push(job),
                Order::Stop(told) => stop = Some(told),
            }
        }
        if !jobs.is_empty() {
            let _alone = reading.map(|shared| shared.blocking_lock());
            group(&connection, jobs, pace.patience);
        }
    }
    orders.close();
    if let Err((_, error)) = connection.close() {
        debug!(%error, "the writer's connection did not close");
    }
    if let Some(told) = stop {
        told.send(()).ok();
    }
}

/// One transaction for all jobs; they are answered when it is durable, or has failed for all of them.
fn group(connection: &Connection, jobs: Vec<Job>, patience: Duration) {
    let (scripts, answers): (Vec<Script>, Vec<Answer>) = jobs.into_iter().map(|job| (job.script, job.answer)).unzip();
    match run_all(connection, scripts, patience) {
        Ok(outcomes) if fault::sabotaged("store.ack_before_commit") => {
            answer_all(answers, outcomes);
            // Time for the answers to get out of the process.
            thread::sleep(Duration::from_millis(50));
            fault::crash_point("store.before_commit");
            execute(connection, "COMMIT").ok();
        }
        Ok(outcomes) => {
            fault::crash_point("store.before_commit");
            let committed = execute(connection, "COMMIT");
            fault::crash_point("store.after_commit");
            match committed {
                Ok(()) => answer_all(answers, outcomes),
                Err(trouble) => refuse_all(connection, answers, &trouble),
            }
        }
        Err(trouble) => refuse_all(connection, answers, &trouble),
    }
}

/// Begins a transaction and runs each script, in a savepoint of its own.
fn run_all(connection: &Connection, scripts: Vec<Script>, patience: Duration) -> Result<Vec<Outcome>, Trouble> {
    begin(connection, patience)?;
    let mut outcomes = Vec::with_capacity(scripts.len());
    for script in scripts {
        execute(connection, "SAVEPOINT script")?;
        let outcome = script.run(connection)?;
        if outcome.is_err() {
            execute(connection, "ROLLBACK TO script")?;
        }
        execute(connection, "RELEASE script")?;
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// Takes the write lock, which another process may hold for a while.
fn begin(connection: &Connection, patience: Duration) -> Result<(), Trouble> {
    let deadline = Instant::now() + patience;
    loop {
        match statement(connection, "BEGIN IMMEDIATE") {
            Ok(()) => return Ok(()),
            Err(error) if Kind::of_write(&error) == Kind::Busy && Instant::now() < deadline => thread::sleep(PAUSE),
            Err(error) => return Err(error.into()),
        }
    }
}

fn execute(connection: &Connection, sql: &str) -> Result<(), Trouble> {
    Ok(statement(connection, sql)?)
}

fn statement(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute(()).map(drop)
}

fn answer_all(answers: Vec<Answer>, outcomes: Vec<Outcome>) {
    for (answer, outcome) in answers.into_iter().zip(outcomes) {
        let told = outcome.map_err(|rejected| match rejected {
            Rejected::Conflict(what) => CommitError::Conflict(what),
            Rejected::Rule(trouble) => CommitError::Port(trouble.into()),
        });
        answer.send(told).ok();
    }
}

/// Rolls back what SQLite has not rolled back by itself, and tells everybody.
fn refuse_all(connection: &Connection, answers: Vec<Answer>, trouble: &Trouble) {
    error!(changes = answers.len(), ?trouble, "a group of changes was not committed");
    execute(connection, "ROLLBACK").ok();
    for answer in answers {
        answer.send(Err(CommitError::Port(trouble.clone().into()))).ok();
    }
}
