//! The reminders that wait, watched from outside: after each step of a random life the rows are those that due, snooze,
//! list and people of each open task ask for, and none went away by what does not concern it.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{PersonId, TaskId};
use domain::list::{List, ListKind};
use domain::place::Place;
use domain::ports::clock::Clock;
use domain::ports::store::Store;
use domain::reminder::{Reminder, ReminderState};
use domain::snapshot::{Loaded, Needs};
use domain::task::Task;
use domain::tenant::TenantId;
use jiff::Timestamp;

use crate::kit::world::{World, by_id};

/// A step, as far as it matters to what waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Reminders were posted.
    Deliver,
    /// A task was snoozed.
    Snooze(TaskId, Timestamp),
    /// A change was taken back.
    Undo,
    /// Anything else.
    Other,
}

/// What was seen after the last step.
#[derive(Default)]
pub(super) struct Waits {
    seen: BTreeMap<TaskId, (Task, BTreeSet<Timestamp>)>,
    snoozes: BTreeMap<TaskId, BTreeSet<Timestamp>>,
    /// What was on its way after a step, or told its author of a failure: a closing calls both back, and an `undo` of
    /// that gives them back.
    under_way: BTreeMap<TaskId, BTreeSet<Timestamp>>,
}

impl Waits {
    /// Looks at every task after a step.
    pub(super) async fn look(&mut self, world: &World, tasks: &[Task], step: Step, context: &str) {
        if let Step::Snooze(task, until) = step {
            self.snoozes.entry(task).or_default().insert(until);
        }
        let needs = Needs { tasks: tasks.iter().flat_map(by_id).collect(), ..Needs::in_tenant(TenantId::console()) };
        let snapshot = world.store.load(&needs).await.expect("a snapshot");
        for loaded in snapshot.tasks.values() {
            let context = format!("{context}: after {step:?}, #{}: {:#?}", loaded.task.number, loaded.reminders);
            self.rows_are_asked_for(loaded, &context);
            self.nothing_went_away(loaded, step, world.clock.now(), &context);
        }
        for loaded in snapshot.tasks.values() {
            let due = loaded.reminders.iter().filter(|one| one.state == ReminderState::Due || one.reason.is_some());
            let due = due.map(|one| one.at);
            self.under_way.entry(loaded.task.id).or_default().extend(due);
        }
        let seen = snapshot.tasks.into_values().map(|loaded| (loaded.task.id, (loaded.task, times(&loaded.reminders))));
        self.seen.extend(seen);
    }

    /// Those that are scheduled come once, when the due or a snooze says, to whom and where list and people say.
    fn rows_are_asked_for(&self, loaded: &Loaded, context: &str) {
        let task = &loaded.task;
        let scheduled: Vec<&Reminder> = waiting(&loaded.reminders, &[ReminderState::Scheduled]).collect();
        assert!(task.is_open() || scheduled.is_empty(), "{context}\nclosed, but reminds");
        let of_its_due = |at: Timestamp| task.due.as_ref().is_some_and(|due| due.at == at);
        let has =
            |of: &BTreeMap<TaskId, BTreeSet<Timestamp>>, at| of.get(&task.id).is_some_and(|all| all.contains(&at));
        let given_back = |one: &&Reminder| !of_its_due(one.at) && has(&self.under_way, one.at);
        let mut others = scheduled.into_iter().filter(|one| !given_back(one));
        let Some(reminder) = others.next() else { return };
        assert!(
            of_its_due(reminder.at) || has(&self.snoozes, reminder.at),
            "{context}\nnobody asked for {}",
            reminder.at
        );
        assert_eq!(place(reminder), asked(task, &loaded.list), "{context}");
        assert!(others.next().is_none(), "{context}\nit reminds more than once");
    }

    /// A due that is set reminds; what waited goes on waiting for as long as its due stays.
    fn nothing_went_away(&self, loaded: &Loaded, step: Step, now: Timestamp, context: &str) {
        let task = &loaded.task;
        let Some(due) = task.due.as_ref().filter(|_| task.is_open()) else { return };
        let scheduled: BTreeSet<Timestamp> =
            waiting(&loaded.reminders, &[ReminderState::Scheduled]).map(|one| one.at).collect();
        let waits = times(&loaded.reminders);
        match self.seen.get(&task.id) {
            Some((before, _)) if before.is_open() && before.due != task.due && due.at > now => {
                assert!(scheduled.contains(&due.at), "{context}\nthe new due reminds");
            }
            Some((before, waited)) if before.is_open() && before.due == task.due => {
                let keeps = match step {
                    Step::Deliver | Step::Snooze(..) => return,
                    Step::Undo if before.version == task.version => return,
                    Step::Undo | Step::Other => waited.is_empty() || waits == *waited,
                };
                assert!(keeps, "{context}\nit waited for {waited:?} and waits for {waits:?} at {now}");
            }
            None if due.at > now => assert!(scheduled.contains(&due.at), "{context}\na new task reminds"),
            Some(_) | None => {}
        }
    }
}

/// When something of it waits or is on its way, without what tells its author of a failure.
fn times(reminders: &[Reminder]) -> BTreeSet<Timestamp> {
    waiting(reminders, &[ReminderState::Scheduled, ReminderState::Due]).map(|one| one.at).collect()
}

fn waiting<'a>(reminders: &'a [Reminder], states: &'a [ReminderState]) -> impl Iterator<Item = &'a Reminder> {
    reminders.iter().filter(|one| one.reason.is_none() && states.contains(&one.state))
}

fn place(reminder: &Reminder) -> (Place, Vec<PersonId>) {
    (reminder.place.clone(), reminder.recipients.clone())
}

/// Where a task with at most one assignee reminds, and whom it mentions.
fn asked(task: &Task, list: &List) -> (Place, Vec<PersonId>) {
    let assignee = task.assignees.first().copied();
    match &list.kind {
        ListKind::Channel(channel) => (Place::Channel(channel.clone()), vec![assignee.unwrap_or(task.author)]),
        ListKind::Personal(owner) => {
            let whose = assignee.unwrap_or(*owner);
            (Place::Direct(whose), vec![whose])
        }
    }
}
