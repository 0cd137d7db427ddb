//! The book in which a decision is written down: rows, their versions, their events, what undo takes back.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Decision, Setting};
use crate::access::Action;
use crate::change::{Altered, Change, Put, UndoNote, UndoRecord};
use crate::command::{Command, Request, TaskRef};
use crate::event::{Cause, Changes, Event, MissedView, Stamp};
use crate::ids::{EventId, PersonId, ReminderId, SeriesId, TaskId};
use crate::list::List;
use crate::outcome::{Deed, Effect, Outcome};
use crate::person::{DEFAULT_TIME, Person, Settings};
use crate::refusal::{Code, Refusal};
use crate::reminder::{Delivery, Reminder, ReminderState, next_at};
use crate::series::Series;
use crate::snapshot::{Loaded, Snapshot};
use crate::task::{Status, Task};

/// So long any command may be on its way.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_secs(10);

/// A decision in the making.
pub(super) struct Book<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) request: &'a Request,
    pub(super) setting: &'a Setting<'a>,
    pub(super) cause: Cause,
    pub(super) change: Change,
    pub(super) outcome: Outcome,
    pub(super) wants_number: bool,
    taken_back: UndoRecord,
}

impl<'a> Book<'a> {
    pub(super) fn open(snapshot: &'a Snapshot, request: &'a Request, setting: &'a Setting<'a>) -> Self {
        let cause = Cause {
            actor: request.principal.person,
            on_behalf_of: None,
            caused_by: request.cause.as_ref().map(|(event, _)| *event),
            trace: request.trace.clone(),
            role: request.role,
        };
        let taken_back = UndoRecord {
            at: setting.now,
            tasks: Vec::new(),
            lists: Vec::new(),
            series: Vec::new(),
            snoozed: Vec::new(),
            cancelled: Vec::new(),
            settings: None,
        };
        let inbox = request.cause.as_ref().and_then(|(_, mark)| mark.clone());
        let change = Change { inbox, ..Change::default() };
        Self { snapshot, request, setting, cause, change, outcome: Outcome::default(), wants_number: false, taken_back }
    }

    /// The decision; a person's change is noted for their next `undo`.
    pub(super) fn close(mut self) -> Decision {
        let undoing = matches!(self.request.command, Command::Undo);
        // A snooze that is taken back writes nothing but reminders.
        let reminded = undoing && !self.change.reminders.is_empty();
        let set = self.taken_back.settings.is_some() || (undoing && !self.change.people.is_empty());
        let changed = !self.change.tasks.is_empty() || !self.taken_back.snoozed.is_empty() || reminded || set;
        if changed && !self.request.principal.is_system() {
            let change = (!undoing).then_some(self.taken_back);
            self.change.undo = Some(UndoNote { conversation: self.request.conversation.clone(), change });
        }
        Decision { change: self.change, outcome: self.outcome, wants_number: self.wants_number }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.setting.now
    }

    /// When the command was said.
    pub(super) fn said_at(&self) -> Timestamp {
        self.request.said_at.map_or(self.now(), |said_at| said_at.min(self.now()))
    }

    /// A time after this that has passed by now was meant: it passed while the command was on its way.
    pub(super) fn meant_after(&self) -> Timestamp {
        self.said_at().min(self.now().saturating_sub(ON_ITS_WAY).unwrap_or(Timestamp::MIN))
    }

    pub(super) fn actor(&self) -> PersonId {
        self.request.principal.person
    }

    pub(super) fn fresh(&self) -> Uuid {
        self.setting.ids.fresh()
    }

    /// The tasks named, each once, all visible and allowed: otherwise the whole command is refused.
    pub(super) fn tasks(&self, named: &[TaskRef], action: Action) -> Result<Vec<Loaded>, Refusal> {
        let mut seen = BTreeSet::new();
        let mut tasks = Vec::with_capacity(named.len());
        for reference in named {
            let loaded = self.visible(*reference)?;
            if loaded.task.status == Status::Deleted {
                return Err(Refusal::no_task(reference));
            }
            self.permit(action, &loaded.task)?;
            if seen.insert(loaded.task.id) {
                tasks.push(loaded.clone());
            }
        }
        Ok(tasks)
    }

    /// The task, if the asker sees it; a deleted one too.
    pub(super) fn visible(&self, reference: TaskRef) -> Result<&'a Loaded, Refusal> {
        self.snapshot
            .find(&self.request.tenant, reference)
            .filter(|loaded| self.setting.sight.sees(&loaded.task))
            .ok_or_else(|| self.setting.sight.no_task(reference))
    }

    pub(super) fn permit(&self, action: Action, task: &Task) -> Result<(), Refusal> {
        if self.setting.sight.may(action, task) {
            return Ok(());
        }
        if action == Action::Stop {
            return Err(Refusal::new(
                Code::Nothing,
                format!("Nothing of #{} is sent to you by name.", task.number),
                "Its reminders go to the channel; `help claim` tells how to take it over.",
            ));
        }
        Err(Refusal::new(
            Code::NotAllowed,
            format!("Only the author, the assignees and moderators may change or delete #{}.", task.number),
            format!("You can complete or snooze it, or `claim {}` to take it over.", task.number),
        )
        .or_plainly("Complete or snooze it, or ask one of them."))
    }

    pub(super) fn series_of(&self, task: &Task) -> Option<&'a Series> {
        self.snapshot.series.get(&task.recurring.as_ref()?.series)
    }

    pub(super) fn loaded(&self, id: TaskId) -> Option<&'a Loaded> {
        self.snapshot.tasks.get(&id)
    }

    /// A person, with what was written of them so far.
    pub(super) fn person(&self, id: PersonId) -> Option<&Person> {
        let written = self.change.people.iter().rev().map(|put| &put.row).find(|person| person.id == id);
        written.or_else(|| self.snapshot.people.get(&id))
    }

    /// The time at which a day without a time reminds this person.
    pub(super) fn default_time(&self, id: PersonId) -> jiff::civil::Time {
        self.person(id).map_or(DEFAULT_TIME, |person| person.settings.default_time)
    }

    /// Writes a task's new state, its version and its event. Returns what changed; nothing is written if
    /// nothing did.
    pub(super) fn put_task(&mut self, before: Option<&Loaded>, mut after: Task, list: &List) -> Changes {
        let old = before.map(|loaded| (&loaded.task, &loaded.list));
        after.version = old.map_or(1, |(task, _)| task.version + 1);
        after.updated_at = self.now();
        let Some(event) = self.stamp().task(old, &after, list) else { return Changes::new() };
        let changes = event.data.changes.clone();
        self.record(before, after, event);
        changes
    }

    /// Writes that times of a series passed undone, with the overtaken occurrence's new state.
    pub(super) fn put_missed(&mut self, before: &Loaded, mut after: Task, missed: MissedView) {
        after.version = before.task.version + 1;
        after.updated_at = self.now();
        let event = self.stamp().missed(&before.task, &after, &before.list, missed);
        self.record(Some(before), after, event);
    }

    fn record(&mut self, before: Option<&Loaded>, after: Task, event: Event) {
        let was = before.map(|loaded| loaded.task.version);
        self.change.events.push(event);
        self.taken_back.lists.extend(before.map(|loaded| loaded.list.clone()));
        self.taken_back.tasks.push(Altered::of(before.map(|loaded| &loaded.task), &after));
        self.change.tasks.push(Put { row: after, was });
    }

    /// Writes a series' new state and version.
    pub(super) fn put_series(&mut self, before: Option<&Series>, mut after: Series) {
        after.version = before.map_or(1, |series| series.version + 1);
        self.taken_back.series.push((before.cloned(), after.clone()));
        self.change.series.push(Put { row: after, was: before.map(|series| series.version) });
    }

    /// Raises a series' version and nothing else: whoever decides at the same time by what its current occurrence was
    /// decides again.
    pub(super) fn guard_series(&mut self, series: &Series) {
        if self.change.series.iter().all(|put| put.row.id != series.id) {
            let row = Series { version: series.version + 1, ..series.clone() };
            self.change.series.push(Put { row, was: Some(series.version) });
        }
    }

    /// Writes a reminder's new state, its version and its event.
    pub(super) fn put_reminder(&mut self, before: Option<&Reminder>, mut after: Reminder) {
        after.version = before.map_or(1, |reminder| reminder.version + 1);
        if after.state == ReminderState::Cancelled {
            self.taken_back.cancelled.extend(before.cloned());
        }
        let event = self.stamp().reminder(&after);
        self.change.events.push(event);
        self.change.reminders.push(Put { row: after, was: before.map(|reminder| reminder.version) });
    }

    /// Writes a delivery's new state and version.
    pub(super) fn put_delivery(&mut self, before: &Delivery, mut after: Delivery) {
        after.version = before.version + 1;
        self.change.deliveries.push(Put::over(before.version, after));
    }

    /// Notes a snooze for `undo`.
    pub(super) fn note_snooze(&mut self, before: Option<Reminder>, after: Reminder) {
        self.taken_back.snoozed.push((before, after));
    }

    /// Notes a change of settings for `undo`.
    pub(super) fn note_settings(&mut self, before: Settings, after: Settings) {
        self.taken_back.settings = Some((before, after));
    }

    /// Says what was done to a task, in the order in which tasks were named.
    pub(super) fn say(&mut self, deed: Deed, task: &Task, list: &List, changes: Changes) {
        let task = self.written(task.id).unwrap_or(task).clone();
        let series = task.recurring.as_ref().and_then(|seat| self.series_now(seat.series)).cloned();
        let reminds_at = self.reminds_at(task.id);
        let ended =
            |series: &Series| self.change.series.iter().any(|put| put.row.id == series.id && !put.row.is_active());
        let series_ends = series.as_ref().is_some_and(ended);
        self.outcome.effects.push(Effect { deed, task, list: list.clone(), changes, reminds_at, series, series_ends });
    }

    fn written(&self, id: TaskId) -> Option<&Task> {
        self.change.tasks.iter().rev().map(|put| &put.row).find(|task| task.id == id)
    }

    fn series_now(&self, id: SeriesId) -> Option<&Series> {
        let written = self.change.series.iter().rev().map(|put| &put.row).find(|series| series.id == id);
        written.or_else(|| self.snapshot.series.get(&id))
    }

    /// When the task will next remind, after everything written so far.
    fn reminds_at(&self, id: TaskId) -> Option<Timestamp> {
        let written: BTreeSet<ReminderId> = self.change.reminders.iter().map(|put| put.row.id).collect();
        let kept = self.loaded(id).into_iter().flat_map(|loaded| &loaded.reminders);
        let kept = kept.filter(|reminder| !written.contains(&reminder.id));
        let new = self.change.reminders.iter().map(|put| &put.row).filter(|reminder| reminder.task == id);
        next_at(kept.chain(new))
    }

    fn stamp(&self) -> Stamp<'_> {
        Stamp { id: EventId(self.fresh()), time: self.now(), cause: &self.cause }
    }
}
