//! From changes to the statement that writes them.

mod events;
mod marks;
mod people;
mod reminders;
mod series;
mod tasks;

use domain::change::{Change, Put};
use domain::reminder::Reminder;

use crate::ask::Ask;
use crate::literal::array;

pub(crate) use people::act;
pub(crate) use reminders::platform;
pub(crate) use tasks::{NO_PRIORITY, assigned, day, record as task_record, tagged, tenant_mark};

/// One change.
const COMMIT: &str = "
    SELECT commit_change($1, $2::mark_put, $3::receipt_put, $4::undo_put, $5::list_put[], $6::task_put[],
        $7::series_put[], $8::reminder_put[], $9::delivery_put[], $10::person_put[], $11::act_put[],
        $12::event_put[])::text";

/// Any number of changes in one transaction, in the order in which they are given.
const COMMIT_ALL: &str = "
    SELECT commit_change(c.scope, c.mark::mark_put, c.receipt::receipt_put, c.note::undo_put, c.lists::list_put[],
        c.tasks::task_put[], c.series::series_put[], c.reminders::reminder_put[], c.deliveries::delivery_put[],
        c.people::person_put[], c.acts::act_put[], c.events::event_put[])::text
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::text[], $10::text[], $11::text[], $12::text[])
        AS c(scope, mark, receipt, note, lists, tasks, series, reminders, deliveries, people, acts, events)";

/// A change as the database takes it: the arguments of `commit_change` in their text forms.
#[derive(Clone, Debug)]
pub(crate) struct Call(Vec<Option<String>>);

impl Call {
    /// All of a change. Rows are in the order of their ids, so that two changes of the same rows wait for each other
    /// instead of locking each other out.
    pub(crate) fn of(change: &Change) -> Self {
        let reminder = |put: &Put<Reminder>| reminders::put(put, &change.events);
        Self(vec![
            Some(array(change.tenants())),
            change.inbox.as_ref().map(marks::inbox),
            change.receipt.as_ref().map(marks::receipt),
            change.undo.as_ref().map(marks::undo),
            Some(in_order(&change.lists, |list| list.id, tasks::list)),
            Some(in_order(&change.tasks, |put| put.row.id, tasks::put)),
            Some(in_order(&change.series, |put| put.row.id, series::put)),
            Some(in_order(&change.reminders, |put| put.row.id, reminder)),
            Some(in_order(&change.deliveries, |put| put.row.id, reminders::put_delivery)),
            Some(in_order(&change.people, |put| put.row.id, people::put)),
            Some(array(change.acts.iter().map(people::act))),
            Some(array(change.events.iter().map(events::append))),
        ])
    }

    /// The statement that writes it.
    pub(crate) fn ask(self) -> Ask {
        self.0.into_iter().fold(Ask::new(COMMIT), Ask::bind)
    }

    /// The statement that writes all of them or none.
    pub(crate) fn ask_all(calls: &[Self]) -> Ask {
        let column = |nth: usize| -> Vec<Option<&str>> { calls.iter().map(|call| call.0[nth].as_deref()).collect() };
        (0..12).map(column).fold(Ask::new(COMMIT_ALL), Ask::bind)
    }
}

fn in_order<T, K: Ord>(rows: &[T], id: impl Fn(&T) -> K, write: impl Fn(&T) -> String) -> String {
    let mut sorted: Vec<&T> = rows.iter().collect();
    sorted.sort_by_key(|row| id(row));
    array(sorted.into_iter().map(write))
}
