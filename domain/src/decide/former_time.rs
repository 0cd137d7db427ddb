//! A recurrence that is said without a time of day comes at the time that there was.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::book::Book;
use crate::command::{Repeat, TaskEdit};
use crate::due::Due;
use crate::recurrence::{Occurrence, Rule, RuleBuilder, Schedule, Start};
use crate::series::Series;
use crate::task::Task;
use crate::zone::Zone;

/// The edit with the former time of day, if it names a recurrence on days, keeps the time, and there was one.
pub(super) fn kept(book: &Book<'_>, task: &Task, series: Option<&Series>, edit: &TaskEdit) -> Option<TaskEdit> {
    let (Some(Some(due)), Some(Some(repeat))) = (&edit.due, &edit.repeat) else { return None };
    if !edit.keeps_time || due.time.is_some() || repeat.rule.below_a_day() {
        return None;
    }
    let (rule, time, zone) = match series {
        Some(series) if series.day_only || series.rule.below_a_day() => return None,
        Some(series) => {
            let rule = at_its_hours(&repeat.rule, &series.rule);
            let time = earliest(&rule, series.start.time());
            (rule, time, series.zone.clone())
        }
        None => {
            let former = task.due.as_ref()?;
            (repeat.rule.clone(), former.time?, former.zone.clone())
        }
    };
    let first = first(&rule, due.date, time, &zone, book.now());
    let repeat = Repeat { rule, start: Some(first.wall), from: repeat.from };
    Some(TaskEdit { due: Some(Some(Due::instant(first.at, zone))), repeat: Some(Some(repeat)), ..edit.clone() })
}

/// The rule at the hours of another, where it leaves them open. Among times that are counted off it adds none.
fn at_its_hours(rule: &Rule, former: &Rule) -> Rule {
    let timed = RuleBuilder::from(rule.clone())
        .at_hours(former.hours().iter().copied())
        .at_minutes(former.minutes().iter().copied())
        .at_seconds(former.seconds().iter().copied());
    let open = rule.hours().is_empty() && rule.positions().is_empty();
    timed.build().ok().filter(|_| open).unwrap_or_else(|| rule.clone())
}

/// The first time of a day that the rule names, else the series' own.
fn earliest(rule: &Rule, own: Time) -> Time {
    let hour = rule.hours().first().and_then(|hour| i8::try_from(*hour).ok());
    hour.and_then(|hour| own.with().hour(hour).build().ok()).unwrap_or(own)
}

/// The first time from that day on which has not gone by.
fn first(rule: &Rule, day: Date, time: Time, zone: &Zone, now: Timestamp) -> Occurrence {
    let wall = day.to_datetime(time);
    let said = Occurrence { wall, at: zone.instant(wall) };
    if said.at > now {
        return said;
    }
    let schedule = Schedule::new(rule.clone().without_end(), Start::At(wall), zone.rules().clone());
    schedule.next_after(now).ok().flatten().unwrap_or(said)
}
