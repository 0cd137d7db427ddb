//! Moving: the due of one task, who has it, which list holds it.

use jiff::Timestamp;

use super::book::Book;
use super::close::require_open;
use super::edit::{deed_if, series_follows};
use super::{check, remind};
use crate::access::Action;
use crate::command::{MoveTo, TaskRef};
use crate::due::Due;
use crate::list::List;
use crate::outcome::Deed;
use crate::refusal::{Code, Refusal};
use crate::task::Task;

/// `move`: this task's due (of a recurring task: this occurrence's), with its reminders.
pub(super) fn move_due(book: &mut Book<'_>, named: &[TaskRef], to: &MoveTo) -> Result<(), Refusal> {
    for loaded in book.tasks(named, Action::Change)? {
        require_open(&loaded.task)?;
        let task = Task {
            due: Some(moved_due(loaded.task.number, loaded.task.due.as_ref(), to, book.now())?),
            ..loaded.task.clone()
        };
        check::due(task.due.as_ref())?;
        let changes = book.put_task(Some(&loaded), task.clone(), &loaded.list);
        if !changes.is_empty() {
            remind::again(book, &loaded, &task, &loaded.list, remind::Late::Never);
        }
        book.say(deed_if(&changes, Deed::Moved), &task, &loaded.list, changes);
    }
    Ok(())
}

fn moved_due(number: u64, before: Option<&Due>, to: &MoveTo, now: Timestamp) -> Result<Due, Refusal> {
    match (to, before) {
        (MoveTo::Due(due), _) => Ok(due.clone()),
        (MoveTo::Day(day), before) => Ok(match before.and_then(|due| due.time) {
            Some(time) => Due::wall(day.date.to_datetime(time), day.zone.clone()),
            None => day.clone(),
        }),
        (MoveTo::Time(at), before) => Ok(at_time(before, at).filter(|due| due.at > now).unwrap_or(at.clone())),
        (MoveTo::By(span), Some(due)) => due.shifted(*span).map_err(|_| {
            Refusal::new(Code::Invalid, "That is outside the calendar.", format!("Try `move {number} to friday`."))
        }),
        (MoveTo::By(_), None) => Err(Refusal::new(
            Code::Invalid,
            format!("#{number} has no due to move on from."),
            format!("Say where to, e.g. `move {number} to friday`."),
        )),
    }
}

/// The time of `at` on the day that there was.
fn at_time(before: Option<&Due>, at: &Due) -> Option<Due> {
    let date = before?.date;
    at.time.map(|time| Due::wall(date.to_datetime(time), at.zone.clone()))
}

/// `claim`: takes a task over; its reminders then mention the claimer.
pub(super) fn claim(book: &mut Book<'_>, named: &[TaskRef]) -> Result<(), Refusal> {
    for loaded in book.tasks(named, Action::Work)? {
        require_open(&loaded.task)?;
        let mut task = Task { assignees: vec![book.actor()], ..loaded.task.clone() };
        remind::follow_people(&mut task);
        let changes = book.put_task(Some(&loaded), task.clone(), &loaded.list);
        if !changes.is_empty() {
            series_follows(book, &loaded, &task);
            remind::again(book, &loaded, &task, &loaded.list, remind::Late::Never);
        }
        book.say(deed_if(&changes, Deed::Claimed), &task, &loaded.list, changes);
    }
    Ok(())
}

/// `move N to my list` or to a channel's: who may see it changes, and where its reminders go.
pub(super) fn move_to_list(book: &mut Book<'_>, named: &[TaskRef], list: &List) -> Result<(), Refusal> {
    if !book.setting.sight.sees_list(list) {
        return Err(book.setting.sight.no_list("Join the channel first, or move it to your own list."));
    }
    for loaded in book.tasks(named, Action::Change)? {
        if loaded.task.tenant != list.tenant {
            return Err(Refusal::new(
                Code::Invalid,
                "A task never leaves its workspace.",
                "Add it anew where you want it.",
            ));
        }
        book.change.lists.push(list.clone());
        // Its reminders go where the new list sends them: nobody else may read what became private.
        let task = Task { list: list.id, place: None, ..loaded.task.clone() };
        let changes = book.put_task(Some(&loaded), task.clone(), list);
        if !changes.is_empty() {
            series_follows(book, &loaded, &task);
            remind::again(book, &loaded, &task, list, remind::Late::Never);
        }
        book.say(deed_if(&changes, Deed::MovedToList), &task, list, changes);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::{Date, date};

    use super::moved_due;
    use crate::command::MoveTo;
    use crate::due::Due;
    use crate::zone::Zone;

    const THURSDAY: Date = date(2026, 3, 5);
    const FRIDAY: Date = date(2026, 3, 6);

    fn day(date: Date) -> Due {
        Due::day(date, Zone::utc())
    }

    fn at(date: Date, hour: i8) -> Due {
        Due::wall(date.at(hour, 0, 0, 0), Zone::utc())
    }

    /// What comes of it on Thursday at 10:00.
    fn corrected(before: Option<Due>, to: &MoveTo) -> Due {
        let now: Timestamp = "2026-03-05T10:00:00Z".parse().expect("an instant");
        moved_due(3, before.as_ref(), to, now).expect("it can be moved")
    }

    #[test]
    fn a_corrected_day_keeps_the_time() {
        assert_eq!(corrected(Some(at(THURSDAY, 15)), &MoveTo::Day(day(FRIDAY))), at(FRIDAY, 15));
        assert_eq!(corrected(Some(day(THURSDAY)), &MoveTo::Day(day(FRIDAY))), day(FRIDAY));
        assert_eq!(corrected(None, &MoveTo::Day(day(FRIDAY))), day(FRIDAY));
        assert_eq!(corrected(Some(at(THURSDAY, 15)), &MoveTo::Due(day(FRIDAY))), day(FRIDAY), "a move says all of it");
    }

    #[test]
    fn a_corrected_time_keeps_the_day_unless_that_has_gone_by() {
        let nine = MoveTo::Time(at(FRIDAY, 9));
        assert_eq!(corrected(Some(at(date(2026, 3, 12), 15)), &nine), at(date(2026, 3, 12), 9));
        assert_eq!(corrected(Some(day(date(2026, 3, 12))), &nine), at(date(2026, 3, 12), 9));
        assert_eq!(corrected(Some(at(THURSDAY, 15)), &nine), at(FRIDAY, 9));
        assert_eq!(corrected(None, &nine), at(FRIDAY, 9));
    }
}
