use std::collections::BTreeMap;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Dice;

/// What goes wrong with a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The platform's error of this name is answered; nothing is done.
    Error {
        /// The platform's word for it.
        error: String,
    },
    /// 429 with `Retry-After`; nothing is done.
    Limited {
        /// Seconds.
        retry_after: u64,
    },
    /// This status of HTTP; nothing is done.
    Status {
        /// E.g. 403.
        status: u16,
    },
    /// 307 to another address; nothing is done.
    Redirect {
        /// Where to.
        to: String,
    },
    /// 500; nothing is done.
    Broken,
    /// It is done, and 500 is answered.
    BrokenAfter,
    /// The connection is cut; nothing is done.
    Cut,
    /// It is done, and the connection is cut: posted, but the answer is lost.
    CutAfter,
    /// The connection is cut, and it is done all the same, later: what came is still on its way through the platform.
    CutBefore {
        /// Milliseconds.
        ms: u64,
    },
    /// It is done and answered, late.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// Nothing is done and nothing is ever answered.
    Hang,
    /// It is done, and nothing is ever answered.
    HangAfter,
}

/// Which of the matching calls a fault strikes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// The next so many.
    Next(u32),
    /// Each with this chance, 0 to 1.
    Share(f64),
    /// All.
    Always,
}

/// One line of a fault script.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// The method: whole (`chat.postMessage`), by its beginning (`chat.*`), or `*`.
    pub method: String,
    /// Arguments that the call must carry, by name and text.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// What the call must say somewhere in its arguments.
    #[serde(default)]
    pub part: String,
    /// Which of the calls.
    pub when: When,
    /// What happens to them.
    pub what: What,
}

impl Fault {
    /// The next `count` calls of `method`.
    pub fn next(count: u32, method: &str, what: What) -> Self {
        Self::new(method, When::Next(count), what)
    }

    /// Each call of `method`, with a chance between 0 and 1.
    pub fn share(share: f64, method: &str, what: What) -> Self {
        Self::new(method, When::Share(share), what)
    }

    /// Every call of `method`.
    pub fn always(method: &str, what: What) -> Self {
        Self::new(method, When::Always, what)
    }

    /// Only calls whose argument `name` is `value`.
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Only calls with this somewhere in their arguments.
    pub fn saying(mut self, part: &str) -> Self {
        part.clone_into(&mut self.part);
        self
    }

    fn new(method: &str, when: When, what: What) -> Self {
        Self { method: method.to_owned(), fields: BTreeMap::new(), part: String::new(), when, what }
    }

    fn concerns(&self, method: &str, body: &Value) -> bool {
        let named = match self.method.strip_suffix('*') {
            Some(beginning) => method.starts_with(beginning),
            None => method == self.method,
        };
        let carries = self.fields.iter().all(|(name, value)| body[name.as_str()] == value.as_str());
        named && carries && (self.part.is_empty() || body.to_string().contains(&self.part))
    }
}

/// The fault script of a stand-in: which calls go wrong, and how. The first line that fits strikes.
#[derive(Debug)]
pub struct Faults {
    lines: Mutex<Vec<Fault>>,
    dice: Dice,
}

impl Default for Faults {
    fn default() -> Self {
        Self { lines: Mutex::default(), dice: Dice::new(1) }
    }
}

impl Faults {
    /// Adds a line.
    pub fn add(&self, fault: Fault) {
        self.lines.lock().expect("no panic while locked").push(fault);
    }

    /// Forgets the script.
    pub fn clear(&self) {
        self.lines.lock().expect("no panic while locked").clear();
    }

    /// Lines that may still strike; empty once every `Next` is used up, so that a test can prove that all were met.
    pub fn left(&self) -> Vec<Fault> {
        self.lines.lock().expect("no panic while locked").clone()
    }

    /// Begins the dice of `Share` again at `seed`.
    pub fn seed(&self, seed: u64) {
        self.dice.seed(seed);
    }

    /// What happens to this call, if anything.
    pub fn strike(&self, method: &str, body: &Value) -> Option<What> {
        let mut lines = self.lines.lock().expect("no panic while locked");
        let hits = |line: &Fault| line.concerns(method, body) && self.falls(&line.when);
        let nth = lines.iter().position(hits)?;
        let what = lines[nth].what.clone();
        match &mut lines[nth].when {
            When::Next(count) if *count > 1 => *count -= 1,
            When::Next(_) => drop(lines.remove(nth)),
            When::Share(_) | When::Always => {}
        }
        Some(what)
    }

    fn falls(&self, when: &When) -> bool {
        match when {
            When::Next(count) => *count > 0,
            When::Share(share) => self.dice.share() < *share,
            When::Always => true,
        }
    }
}
