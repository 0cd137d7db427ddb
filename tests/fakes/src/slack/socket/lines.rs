use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tokio::sync::oneshot;

use super::line::Line;

/// The open sockets of all apps, and who waits for an answer on them.
#[derive(Debug, Default)]
pub(in crate::slack) struct Sockets {
    lines: Mutex<Vec<Line>>,
    tickets: Mutex<HashMap<String, String>>,
    waiting: Mutex<HashMap<String, oneshot::Sender<Value>>>,
    turn: AtomicUsize,
}

impl Sockets {
    pub(super) fn promise(&self, ticket: &str, app: &str) {
        self.tickets.lock().expect("no panic while locked").insert(ticket.to_owned(), app.to_owned());
    }

    /// The app of a ticket, which is spent with that.
    pub(super) fn redeem(&self, ticket: &str) -> Option<String> {
        self.tickets.lock().expect("no panic while locked").remove(ticket)
    }

    pub(super) fn add(&self, line: Line) -> usize {
        let mut lines = self.lines.lock().expect("no panic while locked");
        lines.push(line);
        lines.len()
    }

    pub(super) fn remove(&self, id: usize) {
        self.lines.lock().expect("no panic while locked").retain(|line| line.id != id);
    }

    pub(super) fn of(&self, app: &str) -> Vec<Line> {
        self.lines.lock().expect("no panic while locked").iter().filter(|line| line.app == app).cloned().collect()
    }

    /// How many sockets an app has open.
    pub(in crate::slack) fn count(&self, app: &str) -> usize {
        self.of(app).len()
    }

    /// A number that no other socket has.
    pub(super) fn number(&self) -> usize {
        self.turn.fetch_add(1, Ordering::Relaxed)
    }

    /// The socket whose turn it is.
    pub(super) fn next(&self, app: &str) -> Option<Line> {
        let lines = self.of(app);
        lines.get(self.number() % lines.len().max(1)).cloned()
    }

    pub(super) fn await_answer(&self, envelope: &str) -> oneshot::Receiver<Value> {
        let (answers, answer) = oneshot::channel();
        self.waiting.lock().expect("no panic while locked").insert(envelope.to_owned(), answers);
        answer
    }

    pub(super) fn forget(&self, envelope: &str) {
        self.waiting.lock().expect("no panic while locked").remove(envelope);
    }

    /// Hands an answer to whoever waits for it.
    pub(super) fn answered(&self, envelope: &str, payload: Value) {
        if let Some(waiting) = self.waiting.lock().expect("no panic while locked").remove(envelope) {
            // Whoever waited may have given up in this moment.
            drop(waiting.send(payload));
        }
    }
}
