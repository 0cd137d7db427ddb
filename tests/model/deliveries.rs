//! A reminder on its way, in every order: two deliverers, a person who deletes the task, a platform that may not
//! answer, processes that die, leases that run out. What is real: `domain::decide`. Each step of a process that
//! writes is two here, deciding on what was read and committing, so that everything may come in between.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};

use domain::access::{Principal, Sight};
use domain::change::{Change, Put};
use domain::command::{Command, Request, TaskRef};
use domain::decide::delivery::{self, Attempt};
use domain::decide::{Setting, decide};
use domain::ids::{DeliveryId, ReminderId};
use domain::list::List;
use domain::message::ConversationId;
use domain::outcome::Deed;
use domain::place::Place;
use domain::ports::chat::{PostError, Posted};
use domain::ports::clock::Ids;
use domain::reminder::{Delivery, Reminder, ReminderState};
use domain::snapshot::{Loaded, Snapshot};
use jiff::{SignedDuration, Timestamp};
use stateright::{Checker, HasDiscoveries, Model, Property};

use crate::kit::clock::CountingIds;
use crate::kit::samples::{Samples, at, tenant};

/// How much later it is after each step of the clock: a lease is over then, and so is every wait between attempts.
const STEP: SignedDuration = SignedDuration::from_secs(61);

/// The bounds.
struct Bounds {
    ticks: u8,
    deaths: u8,
    deliverers: usize,
    /// Whether an attempt is committed before it is posted.
    begins_first: bool,
}

const BOUNDS: Bounds = Bounds { ticks: 2, deaths: 1, deliverers: 2, begins_first: true };

/// What came of a post, as the platform knows it and as the deliverer hears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Answer {
    Took,
    NotNow,
    /// It was posted and the answer got lost.
    TookSilently,
    /// It got lost on its way.
    Lost,
}

/// Where a deliverer is.
#[expect(clippy::large_enum_variant, reason = "a model holds few of them at a time")]
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Rests,
    /// It has decided to claim; nothing is committed.
    Claiming(Change),
    Beginning(Change, Attempt),
    /// The attempt is committed, until when it may be posted.
    Sending(Attempt, Timestamp),
    Answered(Attempt, Answer),
}

/// What the person who deletes the task has got so far.
#[expect(clippy::large_enum_variant, reason = "a model holds few of them at a time")]
#[derive(Clone, Debug, PartialEq)]
enum Person {
    Watches,
    Deciding(Change, Deed),
    Told(Deed),
}

#[derive(Clone, Debug, PartialEq)]
struct State {
    snapshot: Snapshot,
    ticks: u8,
    deaths: u8,
    deliverers: Vec<Step>,
    person: Person,
    /// How often the message is out.
    posted: u8,
    /// It was posted after somebody was told that it will not come.
    broken: bool,
}

/// By what two states can differ.
impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        (self.ticks, self.deaths, self.posted, self.broken).hash(hasher);
        (self.loaded().task.version, self.loaded().reminders.len()).hash(hasher);
        for reminder in &self.loaded().reminders {
            (reminder.id, reminder.version, reminder.state.as_str(), reminder.delivery).hash(hasher);
        }
        self.snapshot.deliveries.values().for_each(|delivery| hash_delivery(delivery, hasher));
        for step in &self.deliverers {
            std::mem::discriminant(step).hash(hasher);
            match step {
                Step::Rests => {}
                Step::Claiming(change) | Step::Beginning(change, _) => hash_change(change, hasher),
                Step::Sending(attempt, until) => (attempt.version, attempt.posting.delivery, until).hash(hasher),
                Step::Answered(attempt, answer) => (attempt.version, attempt.posting.delivery, answer).hash(hasher),
            }
        }
        match &self.person {
            Person::Watches => 0.hash(hasher),
            Person::Deciding(change, deed) => (hash_change(change, hasher), format!("{deed:?}")).hash(hasher),
            Person::Told(deed) => format!("{deed:?}").hash(hasher),
        }
    }
}

fn hash_delivery(delivery: &Delivery, hasher: &mut impl Hasher) {
    let Delivery { id, version, attempts, state, next_attempt_at, members, .. } = delivery;
    (id, version, attempts, state.as_str(), next_attempt_at, members).hash(hasher);
}

fn hash_change(change: &Change, hasher: &mut impl Hasher) {
    change.tasks.iter().for_each(|put| (put.was, put.row.version).hash(hasher));
    change.reminders.iter().for_each(|put| (put.was, put.row.id, put.row.state.as_str()).hash(hasher));
    change.deliveries.iter().for_each(|put| (put.was, hash_delivery(&put.row, hasher)).hash(hasher));
}

#[derive(Clone, Debug, PartialEq)]
enum Action {
    Claims(usize),
    Begins(usize),
    Commits(usize),
    Posts(usize, Answer),
    Settles(usize),
    Dies(usize),
    Deletes,
    CommitsDeletion,
    TimePasses,
}

impl State {
    fn now(&self) -> Timestamp {
        at(100) + STEP * i32::from(self.ticks)
    }

    /// The only task.
    fn loaded(&self) -> &Loaded {
        self.snapshot.tasks.values().next().expect("the task")
    }

    fn reminder(&self) -> &Reminder {
        &self.loaded().reminders[0]
    }

    fn delivery(&self) -> Option<&Delivery> {
        self.reminder().delivery.and_then(|id| self.snapshot.deliveries.get(&id))
    }

    /// Ids that differ from those of the rows that are there.
    fn ids(&self) -> CountingIds {
        let ids = CountingIds::default();
        for _ in 0..10 * (1 + self.snapshot.deliveries.len()) {
            ids.fresh();
        }
        ids
    }

    /// Commits a change, unless a row has another version than was decided on.
    fn commit(&mut self, change: &Change) -> bool {
        let reminders = &self.loaded().reminders;
        let reminder = |id: ReminderId| reminders.iter().find(|one| one.id == id).map(|one| one.version);
        let delivery = |id: DeliveryId| self.snapshot.deliveries.get(&id).map(|one| one.version);
        let fits = change.tasks.iter().all(|put| put.was == Some(self.loaded().task.version))
            && change.reminders.iter().all(|put| put.was == reminder(put.row.id))
            && change.deliveries.iter().all(|put| put.was == delivery(put.row.id));
        if fits {
            self.write(change);
        }
        fits
    }

    fn write(&mut self, change: &Change) {
        let loaded = self.snapshot.tasks.values_mut().next().expect("the task");
        for Put { row, .. } in &change.tasks {
            loaded.task = row.clone();
        }
        for Put { row, .. } in &change.reminders {
            loaded.reminders.retain(|one| one.id != row.id);
            loaded.reminders.push(row.clone());
        }
        self.snapshot.deliveries.extend(change.deliveries.iter().map(|put| (put.row.id, put.row.clone())));
    }

    /// Somebody will come by it, or it has come to an end that was told.
    fn is_not_lost(&self) -> bool {
        match self.reminder().state {
            ReminderState::Scheduled => true,
            ReminderState::Due => self.delivery().is_some_and(|delivery| delivery.state.is_open()),
            ReminderState::Delivered => self.posted > 0,
            ReminderState::Cancelled => !matches!(self.person, Person::Watches | Person::Told(Deed::GoingOut)),
            ReminderState::Failed => false,
        }
    }

    fn claim(&self) -> Option<Step> {
        let due = self.reminder().clone();
        let group = delivery::groups(vec![due]).pop()?;
        let claim = delivery::claim(&self.snapshot, &group, self.now(), &self.ids());
        (!claim.change.deliveries.is_empty()).then_some(Step::Claiming(claim.change))
    }

    fn begin(&self, bounds: &Bounds) -> Option<Step> {
        let (change, attempt) = delivery::begin(&self.snapshot, self.delivery()?.id, self.now())?;
        let attempt = attempt?;
        if bounds.begins_first {
            return Some(Step::Beginning(change, attempt));
        }
        Some(Step::Sending(attempt, self.now() + delivery::ATTEMPT_LEASE))
    }

    fn post(&mut self, attempt: Attempt, until: Timestamp, answer: Answer) -> Option<Step> {
        // A post that takes longer than its patience, which is well below the lease, is given up.
        if self.now() > until {
            return None;
        }
        if matches!(answer, Answer::Took | Answer::TookSilently) {
            self.posted = (self.posted + 1).min(2);
            self.broken |= self.person == Person::Told(Deed::Deleted);
        }
        Some(Step::Answered(attempt, answer))
    }

    fn settle(&mut self, attempt: &Attempt, answer: Answer) {
        let result = match answer {
            Answer::Took => Ok(Posted { message_id: "1".to_owned() }),
            Answer::NotNow => Err(PostError::Later { after: None, reason: String::new() }),
            Answer::TookSilently | Answer::Lost => Err(PostError::Unknown { reason: String::new() }),
        };
        if let Some(change) = delivery::settle(&self.snapshot, attempt, &result, self.now(), &self.ids()) {
            assert!(self.commit(&change), "nothing came in between");
        }
    }

    /// The person decides on what is there now.
    fn delete(&self) -> Person {
        let task = &self.loaded().task;
        let tenants = BTreeSet::from([task.tenant.clone()]);
        let principal = Principal { person: task.author, tenants, operator: false };
        let sight = Sight::new(principal.clone(), &[]);
        let request = Request {
            principal,
            tenant: task.tenant.clone(),
            place: Place::Direct(task.author),
            conversation: ConversationId("model".to_owned()),
            key: None,
            said_at: None,
            trace: None,
            role: "bot",
            cause: None,
            command: Command::Delete { tasks: vec![TaskRef::Id(task.id)], expected: None },
        };
        let setting = Setting { now: self.now(), ids: &self.ids(), sight: &sight };
        let decision = decide(&self.snapshot, &request, &setting).expect("they may");
        Person::Deciding(decision.change, decision.outcome.effects[0].deed)
    }
}

impl Bounds {
    fn deliverer_does(&self, state: &mut State, action: Action) -> Option<()> {
        match action {
            Action::Claims(nth) => state.deliverers[nth] = state.claim()?,
            Action::Begins(nth) => state.deliverers[nth] = state.begin(self)?,
            Action::Commits(nth) => {
                let (change, then) = match state.deliverers[nth].clone() {
                    Step::Claiming(change) => (change, Step::Rests),
                    Step::Beginning(change, attempt) => {
                        let until = change.deliveries[0].row.next_attempt_at;
                        (change, Step::Sending(attempt, until))
                    }
                    _ => return None,
                };
                state.deliverers[nth] = if state.commit(&change) { then } else { Step::Rests };
            }
            Action::Posts(nth, answer) => {
                let Step::Sending(attempt, until) = state.deliverers[nth].clone() else { return None };
                state.deliverers[nth] = state.post(attempt, until, answer).unwrap_or(Step::Rests);
            }
            Action::Settles(nth) => {
                let Step::Answered(attempt, answer) = state.deliverers[nth].clone() else { return None };
                state.settle(&attempt, answer);
                state.deliverers[nth] = Step::Rests;
            }
            Action::Dies(nth) => {
                state.deaths += 1;
                state.deliverers[nth] = Step::Rests;
            }
            Action::Deletes | Action::CommitsDeletion | Action::TimePasses => return None,
        }
        Some(())
    }
}

impl Model for Bounds {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let samples = Samples::default();
        let author = samples.person("ana");
        let list = List::personal(tenant("console"), author.id);
        let task = samples.task(&list, author.id, 1);
        let reminders = vec![samples.reminder(&task, Place::Direct(author.id), at(100))];
        let mut snapshot = Snapshot::default();
        snapshot.people.insert(author.id, author);
        snapshot.tasks.insert(task.id, Loaded { task, list, reminders });
        let deliverers = vec![Step::Rests; self.deliverers];
        vec![State { snapshot, ticks: 0, deaths: 0, deliverers, person: Person::Watches, posted: 0, broken: false }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for (nth, step) in state.deliverers.iter().enumerate() {
            match step {
                Step::Rests => actions.extend([Action::Claims(nth), Action::Begins(nth)]),
                Step::Claiming(_) | Step::Beginning(..) => actions.push(Action::Commits(nth)),
                Step::Sending(..) => {
                    let answers = [Answer::Took, Answer::NotNow, Answer::TookSilently, Answer::Lost];
                    actions.extend(answers.map(|answer| Action::Posts(nth, answer)));
                }
                Step::Answered(..) => actions.push(Action::Settles(nth)),
            }
            actions.extend((state.deaths < self.deaths && *step != Step::Rests).then_some(Action::Dies(nth)));
        }
        match state.person {
            Person::Watches => actions.push(Action::Deletes),
            Person::Deciding(..) => actions.push(Action::CommitsDeletion),
            Person::Told(_) => {}
        }
        actions.extend((state.ticks < self.ticks).then_some(Action::TimePasses));
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut state = before.clone();
        match action {
            Action::Deletes => state.person = state.delete(),
            Action::CommitsDeletion => {
                let Person::Deciding(change, deed) = state.person.clone() else { return None };
                // Whoever commits second decides again.
                state.person = if state.commit(&change) { Person::Told(deed) } else { state.delete() };
            }
            Action::TimePasses => state.ticks += 1,
            others => self.deliverer_does(&mut state, others)?,
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("never after it was cancelled", |_, state: &State| !state.broken),
            Property::always("never lost", |_, state: &State| state.is_not_lost()),
            Property::sometimes("cancelled in time", |_, state: &State| {
                state.person == Person::Told(Deed::Deleted) && state.posted == 0
            }),
            Property::sometimes("cancelled too late", |_, state: &State| state.person == Person::Told(Deed::GoingOut)),
            Property::sometimes("seen twice, after an answer was lost", |_, state: &State| state.posted == 2),
            Property::sometimes("delivered after a death", |_, state: &State| {
                state.deaths > 0 && state.reminder().state == ReminderState::Delivered
            }),
        ]
    }
}

#[test]
fn a_reminder_comes_at_least_once_and_never_after_it_was_cancelled() {
    let checked = BOUNDS.checker().threads(2).spawn_bfs().join();
    checked.assert_properties();
    println!("{} states", checked.unique_state_count());
}

#[test]
fn a_deliverer_that_posts_before_it_commits_breaks_the_promise() {
    let bounds = Bounds { begins_first: false, ..BOUNDS };
    let checked = bounds.checker().threads(2).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    assert!(checked.discovery("never after it was cancelled").is_some(), "not refuted");
}
