//! The one writer of this process: it drains a queue into groups and makes each group durable with one COMMIT.
//!
//! What people wait for is written at once. What follows from events has a little time: it is gathered for as long as
//! commands come and go, so that they seldom wait for the disk on its account.

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use domain::fault;
use domain::ports::error::PortError;
use domain::ports::store::CommitError;
use rusqlite::Connection;
use tokio::sync::{Mutex, oneshot};
use tracing::{debug, error};

use crate::error::{Kind, Trouble};
use crate::script::{Rejected, Script, Written};

/// The pause before a refused BEGIN is tried again.
const PAUSE: Duration = Duration::from_millis(2);

/// So long what has time is gathered after anybody came.
const LINGER: Duration = Duration::from_millis(3);
/// So long it is gathered at most, however many come.
const LONGEST: Duration = Duration::from_millis(25);

/// In memory, the connection that reads: whoever reads or writes locks it for as long as that takes.
pub(crate) type Shared = Arc<Mutex<Connection>>;

/// Where writes are queued.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: mpsc::SyncSender<Order>,
}

#[derive(Debug)]
enum Order {
    Write(Job),
    Stop(oneshot::Sender<()>),
}

#[derive(Debug)]
struct Job {
    script: Script,
    haste: Haste,
    answer: Answer,
}

/// Whether somebody waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Haste {
    /// A person does.
    Now,
    /// It follows from what was committed before.
    Soon,
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
        let (queue, orders) = mpsc::sync_channel(pace.queue);
        let name = thread::Builder::new().name("sqlite-writer".to_owned());
        name.spawn(move || work(orders, connection, reading.as_ref(), pace))?;
        Ok(Self { queue })
    }

    /// Queues a script and waits until it is durable.
    pub(crate) async fn write(&self, script: Script, haste: Haste) -> Result<Written, CommitError> {
        let (answer, answered) = oneshot::channel();
        match self.queue.try_send(Order::Write(Job { script, haste, answer })) {
            Ok(()) => answered.await.unwrap_or_else(|_| Err(unavailable("the store stopped before it answered"))),
            Err(mpsc::TrySendError::Full(_)) => Err(unavailable("more changes are waiting than it takes")),
            Err(mpsc::TrySendError::Disconnected(_)) => Err(unavailable("the store is closed")),
        }
    }

    /// Like [`Writer::write`], for scripts in which no conflict is possible.
    pub(crate) async fn write_surely(&self, script: Script) -> Result<Written, PortError> {
        self.surely(script, Haste::Now).await
    }

    /// Like [`Writer::write_surely`], for what follows from events.
    pub(crate) async fn write_soon(&self, script: Script) -> Result<Written, PortError> {
        self.surely(script, Haste::Soon).await
    }

    async fn surely(&self, script: Script, haste: Haste) -> Result<Written, PortError> {
        self.write(script, haste).await.map_err(|error| match error {
            CommitError::Port(error) | CommitError::Unknown(error) => error,
            CommitError::Conflict(what) => Trouble::passing(format!("another process took the {what}")).into(),
        })
    }

    /// Writes what is queued and ends.
    pub(crate) async fn close(&self) {
        let (told, ended) = oneshot::channel();
        let queue = self.queue.clone();
        // The queue may be full.
        let sent = tokio::task::spawn_blocking(move || queue.send(Order::Stop(told)).is_ok()).await;
        if sent.unwrap_or_default() {
            ended.await.ok();
        }
    }
}

fn unavailable(reason: &str) -> CommitError {
    CommitError::Port(Trouble::passing(reason).into())
}

/// Takes what is queued, group after group, until it is told to stop or nobody is left to queue anything.
fn work(orders: mpsc::Receiver<Order>, connection: Connection, reading: Option<&Shared>, pace: Pace) {
    let (waiting, began) = (Vec::new(), Instant::now());
    let mut line = Line { orders, waiting, since: began, last: began, end: None };
    while line.end.is_none() {
        let jobs = line.gather(pace.group);
        if !jobs.is_empty() {
            let _alone = reading.map(|shared| shared.blocking_lock());
            group(&connection, jobs, pace.patience);
        }
    }
    let Line { end, orders, .. } = line;
    drop(orders);
    if let Err((_, error)) = connection.close() {
        debug!(%error, "the writer's connection did not close");
    }
    if let Some(End::Told(told)) = end {
        told.send(()).ok();
    }
}

/// What is queued, and what has been taken off the queue and has time.
struct Line {
    orders: mpsc::Receiver<Order>,
    waiting: Vec<Job>,
    /// When the first of what waits came.
    since: Instant,
    /// When anybody came last.
    last: Instant,
    end: Option<End>,
}

/// Why nothing more is written.
enum End {
    Told(oneshot::Sender<()>),
    NobodyLeft,
}

impl Line {
    /// What shares the next COMMIT: all that somebody waits for, and what had time as soon as that is over. Until then it
    /// grows with what follows from the commands between, whose own COMMITs stay small.
    fn gather(&mut self, most: usize) -> Vec<Job> {
        let mut hasty = Vec::new();
        while self.end.is_none() && hasty.len() + self.waiting.len() < most {
            match self.next(!hasty.is_empty()) {
                Ok(Order::Write(job)) if job.answer.is_closed() => debug!("nobody waits for this change any more"),
                Ok(Order::Write(job)) if job.haste == Haste::Soon => self.wait(job),
                Ok(Order::Write(job)) => {
                    self.last = Instant::now();
                    hasty.push(job);
                }
                Ok(Order::Stop(told)) => self.end = Some(End::Told(told)),
                Err(mpsc::RecvTimeoutError::Disconnected) => self.end = Some(End::NobodyLeft),
                Err(mpsc::RecvTimeoutError::Timeout) => break,
            }
        }
        if self.end.is_some() || Instant::now() >= self.until() || hasty.len() + self.waiting.len() >= most {
            hasty.append(&mut self.waiting);
        }
        hasty
    }

    fn wait(&mut self, job: Job) {
        if self.waiting.is_empty() {
            self.since = Instant::now();
        }
        self.waiting.push(job);
    }

    /// When what waits has no more time.
    fn until(&self) -> Instant {
        (self.since.max(self.last) + LINGER).min(self.since + LONGEST)
    }

    /// The next order, if it is there already or nobody waits for what was taken before it.
    fn next(&self, hurry: bool) -> Result<Order, mpsc::RecvTimeoutError> {
        if hurry {
            return self.orders.try_recv().map_err(|error| match error {
                mpsc::TryRecvError::Empty => mpsc::RecvTimeoutError::Timeout,
                mpsc::TryRecvError::Disconnected => mpsc::RecvTimeoutError::Disconnected,
            });
        }
        if self.waiting.is_empty() {
            return self.orders.recv().map_err(|_| mpsc::RecvTimeoutError::Disconnected);
        }
        self.orders.recv_timeout(self.until().saturating_duration_since(Instant::now()))
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
            Err(error) if Kind::of_statement(&error) == Kind::Busy && Instant::now() < deadline => thread::sleep(PAUSE),
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
