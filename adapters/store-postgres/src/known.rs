//! What this process knows of people, so that it need not ask again with every request: who holds a token, who is in
//! which channel, how somebody set their clock.
//!
//! It is believed only while the database tells of changes (a trigger notifies, see `bell`), is forgotten whole at
//! each of them, and after a second in any case, should a notification get lost on the way.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::PersonId;
use domain::person::{Identity, Person};
use domain::place::Channel;
use domain::ports::people::Token;
use tokio::time::Instant;

/// How long it is believed.
const FRESH: Duration = Duration::from_secs(1);

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// People by id.
    pub(crate) people: HashMap<PersonId, Person>,
    /// By the hash of a token: the token, and every identity of whoever holds it.
    pub(crate) holders: HashMap<String, (Token, Vec<Identity>)>,
    /// The channels that a person has joined.
    pub(crate) joined: HashMap<PersonId, Vec<Channel>>,
}

/// What is known, until something changes.
#[derive(Debug)]
pub(crate) struct Known(Mutex<State>);

#[derive(Debug)]
struct State {
    facts: Facts,
    /// Whether changes are told of.
    listening: bool,
    /// Rises whenever everything is forgotten.
    age: u64,
    since: Instant,
}

/// Stands for what was known when a question was asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Before(u64);

impl Default for Known {
    fn default() -> Self {
        Self(Mutex::new(State { facts: Facts::default(), listening: false, age: 0, since: Instant::now() }))
    }
}

impl Known {
    /// What is known.
    pub(crate) fn recall<T>(&self, look: impl FnOnce(&Facts) -> Option<T>) -> Option<T> {
        let mut state = self.state();
        if state.since.elapsed() >= FRESH {
            state.forget();
        }
        look(&state.facts)
    }

    /// To be taken before a question is asked, and handed to [`Known::learn`] with the answer.
    pub(crate) fn now(&self) -> Before {
        Before(self.state().age)
    }

    /// Keeps an answer, unless something has changed since it was asked for.
    pub(crate) fn learn(&self, before: Before, write: impl FnOnce(&mut Facts)) {
        let mut state = self.state();
        if state.listening && state.age == before.0 {
            write(&mut state.facts);
        }
    }

    /// Something of it has changed.
    pub(crate) fn forget(&self) {
        self.state().forget();
    }

    /// Whether changes are told of from now on.
    pub(crate) fn listens(&self, listening: bool) {
        let mut state = self.state();
        state.listening = listening;
        state.forget();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn forget(&mut self) {
        self.facts = Facts::default();
        self.age += 1;
        self.since = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: PersonId = PersonId(uuid::Uuid::from_u128(1));

    fn joined(known: &Known) -> Option<usize> {
        known.recall(|facts| facts.joined.get(&ANA).map(Vec::len))
    }

    fn answered(known: &Known, before: Before) {
        known.learn(before, |facts| {
            facts.joined.insert(ANA, Vec::new());
        });
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_learnt_is_known_for_a_second() {
        let known = Known::default();
        known.listens(true);
        answered(&known, known.now());
        assert_eq!(joined(&known), Some(0));
        tokio::time::advance(FRESH).await;
        assert_eq!(joined(&known), None);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_believed_while_nobody_tells_of_changes() {
        let known = Known::default();
        answered(&known, known.now());
        assert_eq!(joined(&known), None);
        known.listens(true);
        answered(&known, known.now());
        known.listens(false);
        assert_eq!(joined(&known), None);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_a_change_has_overtaken_is_not_kept() {
        let known = Known::default();
        known.listens(true);
        let before = known.now();
        known.forget();
        answered(&known, before);
        assert_eq!(joined(&known), None);
    }
}
