//! Group commit: new tasks that come while others are being written share a transaction with whatever else came.
//!
//! A transaction costs the database about as much as the rows of a new task do, and there are no rows that two new
//! tasks both change but the note that `undo` reads: they never hold each other up for long. What changes rows that
//! exist is written alone.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::change::{Change, Put};
use domain::ports::error::PortError;
use domain::ports::store::CommitError;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::commit::Call;
use crate::error::{BACKEND, Failed, Kind};
use crate::lane::Lane;
use crate::open::Options;

/// So many transactions are under way at a time, if there are connections for them; whoever comes then waits.
const AT_A_TIME: u32 = 2;
/// So many changes share a transaction at most.
const MOST: usize = 32;

/// Where new tasks wait for the transaction before theirs.
#[derive(Debug)]
pub(crate) struct Group {
    lane: Arc<Lane>,
    /// How many transactions are under way at most.
    at_a_time: u32,
    /// How many may wait.
    queue: usize,
    /// How long one may wait.
    patience: Duration,
    line: Mutex<Line>,
}

#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<Waiting>,
    /// How many transactions are under way.
    turns: u32,
}

type Answer = oneshot::Sender<Result<(), CommitError>>;

#[derive(Debug)]
struct Waiting {
    call: Call,
    since: Instant,
    answer: Answer,
}

/// Where somebody stands.
enum Place {
    /// Nobody need be waited for.
    First(Turn, Call),
    /// The answer will come.
    Later(oneshot::Receiver<Result<(), CommitError>>),
}

/// The right to write. It goes to those who wait, also when whoever had it was called off.
struct Turn(Arc<Group>);

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(group) = self.0.next() else { return };
        let (next, line) = (Self(Arc::clone(&self.0)), Arc::clone(&self.0));
        // Without a runtime nobody is left who could wait.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                let _next = next;
                line.settle(group).await;
            });
        }
    }
}

impl Group {
    /// A group commit over the lane of commands.
    pub(crate) fn new(lane: Arc<Lane>, options: &Options) -> Self {
        let Options { app, queue, wait, .. } = *options;
        Self { lane, at_a_time: AT_A_TIME.min(app), queue, patience: wait, line: Mutex::default() }
    }

    /// Writes a change.
    pub(crate) async fn write(self: &Arc<Self>, change: &Change) -> Result<(), CommitError> {
        let call = Call::of(change);
        if !is_new(change) {
            return self.alone(call).await;
        }
        let answered = match self.enter(call)? {
            Place::First(_turn, call) => return self.alone(call).await,
            Place::Later(answered) => answered,
        };
        answered.await.unwrap_or_else(|_| Err(unavailable("no answer came")))
    }

    async fn alone(&self, call: Call) -> Result<(), CommitError> {
        Ok(self.lane.write(call.ask()).await.map(drop)?)
    }

    /// Takes a turn, or a place in the line.
    fn enter(self: &Arc<Self>, call: Call) -> Result<Place, CommitError> {
        let mut line = self.line();
        if line.turns < self.at_a_time {
            line.turns += 1;
            return Ok(Place::First(Turn(Arc::clone(self)), call));
        }
        if line.waiting.len() >= self.queue {
            return Err(unavailable("too many are waiting for the database"));
        }
        let (answer, answered) = oneshot::channel();
        line.waiting.push_back(Waiting { call, since: Instant::now(), answer });
        Ok(Place::Later(answered))
    }

    /// Those who come next; `None` if nobody waits, and the turn is over.
    fn next(&self) -> Option<Vec<Waiting>> {
        let mut line = self.line();
        let count = line.waiting.len().min(MOST);
        if count == 0 {
            line.turns -= 1;
            return None;
        }
        Some(line.waiting.drain(..count).collect())
    }

    /// Writes a group and tells everybody in it.
    async fn settle(&self, group: Vec<Waiting>) {
        let (calls, answers) = self.in_time(group);
        if calls.is_empty() {
            return;
        }
        match self.lane.write(Call::ask_all(&calls)).await {
            Ok(_) => tell(answers, &Ok(())),
            Err(failed) if calls.len() > 1 && is_about_one(&failed) => {
                for (call, answer) in calls.into_iter().zip(answers) {
                    answer.send(self.alone(call).await).ok();
                }
            }
            Err(failed) => tell(answers, &Err(failed.into())),
        }
    }

    /// Those who still wait, and have not waited for too long.
    fn in_time(&self, group: Vec<Waiting>) -> (Vec<Call>, Vec<Answer>) {
        let (mut calls, mut answers) = (Vec::new(), Vec::new());
        for Waiting { call, since, answer } in group {
            if since.elapsed() > self.patience {
                answer.send(Err(unavailable("no connection was free in time"))).ok();
            } else if !answer.is_closed() {
                calls.push(call);
                answers.push(answer);
            }
        }
        (calls, answers)
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn tell(answers: Vec<Answer>, outcome: &Result<(), CommitError>) {
    for answer in answers {
        answer.send(outcome.clone()).ok();
    }
}

/// Whether a group failed because of one of its changes, who is then alone to fail.
fn is_about_one(failed: &Failed) -> bool {
    !matches!(failed.kind(), Kind::Away | Kind::Busy)
}

/// Whether a change brings rows and changes none that exist.
fn is_new(change: &Change) -> bool {
    fn all_new<T>(puts: &[Put<T>]) -> bool {
        puts.iter().all(|put| put.was.is_none())
    }
    change.inbox.is_none()
        && change.people.is_empty()
        && all_new(&change.tasks)
        && all_new(&change.series)
        && all_new(&change.reminders)
        && all_new(&change.deliveries)
}

fn unavailable(reason: &str) -> CommitError {
    CommitError::Port(PortError::Unavailable { backend: BACKEND, reason: reason.to_owned() })
}
