//! Moving a due. A correction right after a series was made or given its rule means the series, not its first task.

use domain::command::{Command, MoveTo, Repeat, TaskEdit, TaskRef};
use domain::due::Due;
use domain::ids::TaskId;
use domain::outcome::{Deed, Outcome};
use domain::recurrence::{Frequency, Rule};
use domain::task::Task;
use jiff::civil::{Date, Weekday};
use language::{Move, Target, When};

use super::talk::Talk;
use crate::reply::Reply;
use crate::reply::answer::No;

/// The series that an outcome made or gave its rule, by its task.
pub(super) fn begun(outcome: &Outcome) -> Option<TaskId> {
    let [effect] = outcome.effects.as_slice() else { return None };
    let timed = ["rrule", "due"].iter().any(|field| effect.changes.contains_key(*field));
    let begins = effect.deed == Deed::Added || (effect.deed == Deed::Edited && timed);
    (begins && effect.task.recurring.is_some()).then_some(effect.task.id)
}

impl Talk<'_> {
    pub(super) async fn move_due(&self, change: &Move) -> Result<Reply, No> {
        let tasks = self.tasks(&change.ids).await?;
        if let Some(edit) = self.of_series(change, &tasks).await? {
            return self.execute(Command::Edit { tasks, edit: Box::new(edit), expected: None }).await;
        }
        let to = match change.target {
            Target::To(when) => MoveTo::Due(self.due(when)),
            Target::Day(date) => MoveTo::Day(self.due(When::Day(date))),
            Target::Time(at) => MoveTo::Time(self.due(When::At(at))),
            Target::By(span) => MoveTo::By(span),
        };
        self.execute(Command::Move { tasks, to }).await
    }

    /// The change of the whole series, if the last one began it and its rule can follow.
    async fn of_series(&self, change: &Move, tasks: &[TaskRef]) -> Result<Option<TaskEdit>, No> {
        let begun = self.conversation.begun.map(TaskRef::Id).filter(|begun| change.corrects && tasks == [*begun]);
        let Some(begun) = begun else { return Ok(None) };
        let task = self.service().get(&self.message.author, &self.message.tenant, begun).await?.task;
        Ok(self.corrected(&task, &change.target))
    }

    fn corrected(&self, task: &Task, target: &Target) -> Option<TaskEdit> {
        let (due, seat) = (task.due.as_ref()?, task.recurring.as_ref()?);
        let (first, rule) = match target {
            Target::Time(at) if seat.rule.hours().is_empty() => {
                let time = self.due(When::At(*at)).time?;
                (Due::wall(due.date.to_datetime(time), due.zone.clone()), seat.rule.clone())
            }
            Target::Day(date) => (on_day(due, *date), on_weekday(&seat.rule, date.weekday())?),
            _ => return None,
        };
        let repeat = Repeat { rule, start: None, from: seat.repeat_from };
        let edit = TaskEdit { due: Some(Some(first.clone())), repeat: Some(Some(repeat)), ..TaskEdit::default() };
        (first.at > self.now()).then_some(edit)
    }
}

fn on_day(due: &Due, date: Date) -> Due {
    match due.time {
        Some(time) => Due::wall(date.to_datetime(time), due.zone.clone()),
        None => Due::day(date, due.zone.clone()),
    }
}

/// The rule from a day with this weekday on, if it names no other days than one weekday.
fn on_weekday(rule: &Rule, weekday: Weekday) -> Option<Rule> {
    if !rule.month_days().is_empty() || !rule.months().is_empty() {
        return None;
    }
    let builder = match (rule.frequency(), rule.weekdays()) {
        (_, []) => return Some(rule.clone()),
        (Frequency::Weekly, [_]) => Rule::every(Frequency::Weekly, rule.interval()).week_start(rule.week_start()),
        _ => return None,
    };
    let builder = builder.on_weekdays([weekday]).at_hours(rule.hours().to_vec()).at_minutes(rule.minutes().to_vec());
    let builder = match (rule.count(), rule.until()) {
        (Some(count), _) => builder.count(count),
        (_, Some(until)) => builder.until(until),
        _ => builder,
    };
    builder.build().ok()
}
