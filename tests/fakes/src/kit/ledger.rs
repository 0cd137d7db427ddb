use std::sync::{Mutex, MutexGuard};

use serde::Serialize;
use serde_json::{Value, json};

/// A call that a client made.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// Its place in the ledger, from 0.
    pub n: usize,
    /// When it came, in seconds since 1970.
    pub at: f64,
    /// The platform's name of what was called.
    pub method: String,
    /// The token that it carried.
    pub token: Option<String>,
    /// The tenant that the token speaks for.
    pub tenant: Option<String>,
    /// The arguments.
    pub body: Value,
    /// The status of the answer: 0 if the connection was cut, `None` while there is no answer.
    pub status: Option<u16>,
    /// The answer.
    pub answer: Value,
    /// The fault that struck it.
    pub fault: Option<Value>,
}

/// A message that the platform took, changed or removed on behalf of an app.
#[derive(Clone, Debug, Serialize)]
pub struct Accepted {
    /// When, in seconds since 1970.
    pub at: f64,
    /// What was done: `post`, `ephemeral`, `update`, `delete`, `hook`.
    pub act: &'static str,
    /// The tenant.
    pub tenant: String,
    /// The channel.
    pub place: String,
    /// The platform's id of the message.
    pub id: String,
    /// The app.
    pub app: String,
    /// The message as it is now.
    pub content: Value,
}

/// One attempt of the platform to hand something to an app.
#[derive(Clone, Debug, Serialize)]
pub struct Sent {
    /// When it began, in seconds since 1970.
    pub at: f64,
    /// The app.
    pub app: String,
    /// What: `command`, `interactive`, `event` and the like.
    pub kind: String,
    /// By which door: `http` or `socket`.
    pub via: &'static str,
    /// The platform's id of what is handed over; the same in every attempt.
    pub id: String,
    /// From 0.
    pub attempt: u32,
    /// The status of HTTP; none over a socket, or if no answer came.
    pub status: Option<u16>,
    /// What the app answered.
    pub answer: Value,
    /// How long that took, in milliseconds.
    pub took_ms: u64,
    /// Why the platform counts it as failed, in its own word.
    pub problem: Option<String>,
}

#[derive(Debug, Default)]
struct Pages {
    calls: Vec<Call>,
    accepted: Vec<Accepted>,
    sent: Vec<Sent>,
}

/// What happened between a platform and its apps, in order: the truth that a test compares the app's word with.
#[derive(Debug, Default)]
pub struct Ledger {
    pages: Mutex<Pages>,
}

impl Ledger {
    /// Writes down a call that has come, and returns its number. `call.n` is set.
    pub fn open(&self, mut call: Call) -> usize {
        let calls = &mut self.pages().calls;
        call.n = calls.len();
        calls.push(call);
        calls.len() - 1
    }

    /// Writes down what call `n` was answered, and for which tenant.
    pub fn close(&self, n: usize, tenant: Option<String>, status: u16, answer: Value) {
        if let Some(call) = self.pages().calls.get_mut(n) {
            call.status = Some(status);
            call.answer = answer;
            call.tenant = tenant;
        }
    }

    /// Writes down a message that was taken.
    pub fn accept(&self, accepted: Accepted) {
        self.pages().accepted.push(accepted);
    }

    /// Writes down an attempt to hand something to an app.
    pub fn sent(&self, sent: Sent) {
        self.pages().sent.push(sent);
    }

    /// Every call, or those of one method.
    pub fn calls(&self, method: Option<&str>) -> Vec<Call> {
        let pages = self.pages();
        let wanted = pages.calls.iter().filter(|call| method.is_none_or(|method| call.method == method));
        wanted.cloned().collect()
    }

    /// The calls that were answered with an error, whatever it was.
    pub fn refused(&self) -> Vec<Call> {
        let failed = |call: &&Call| call.answer["ok"] == false || call.status.is_some_and(|status| status >= 400);
        self.pages().calls.iter().filter(failed).cloned().collect()
    }

    /// Every message taken, changed or removed, or those of one place.
    pub fn accepted(&self, place: Option<&str>) -> Vec<Accepted> {
        let pages = self.pages();
        let wanted = pages.accepted.iter().filter(|one| place.is_none_or(|place| one.place == place));
        wanted.cloned().collect()
    }

    /// Every attempt to hand something to an app, or those with one id.
    pub fn attempts(&self, id: Option<&str>) -> Vec<Sent> {
        let pages = self.pages();
        let wanted = pages.sent.iter().filter(|one| id.is_none_or(|id| one.id == id));
        wanted.cloned().collect()
    }

    /// Everything, as JSON: `calls`, `accepted`, `attempts`.
    pub fn to_json(&self) -> Value {
        let pages = self.pages();
        json!({ "calls": pages.calls, "accepted": pages.accepted, "attempts": pages.sent })
    }

    /// Forgets everything.
    pub fn clear(&self) {
        *self.pages() = Pages::default();
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().expect("no panic while locked")
    }
}
