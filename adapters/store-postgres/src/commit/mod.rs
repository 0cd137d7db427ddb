//! From a change to the call that writes it.

mod events;
mod marks;
mod people;
mod reminders;
mod series;
mod tasks;

use std::collections::BTreeSet;

use domain::change::Change;
use domain::tenant::TenantId;

use crate::ask::Ask;
use crate::literal::array;

pub(crate) use people::act;
pub(crate) use reminders::platform;
pub(crate) use tasks::{NO_PRIORITY, assigned, day, record as task_record, tagged, tenant_mark};

const COMMIT: &str = "
    SELECT commit_change($1, $2::mark_put, $3::receipt_put, $4::undo_put, $5::list_put[], $6::task_put[],
        $7::series_put[], $8::reminder_put[], $9::delivery_put[], $10::person_put[], $11::act_put[],
        $12::event_put[])::text";

/// The call that writes all of a change. Rows are in the order of their ids, so that two changes of the same rows wait
/// for each other instead of locking each other out.
pub(crate) fn ask(change: &Change) -> Ask {
    Ask::new(COMMIT)
        .bind(scope(change))
        .bind(change.inbox.as_ref().map(marks::inbox))
        .bind(change.receipt.as_ref().map(marks::receipt))
        .bind(change.undo.as_ref().map(marks::undo))
        .bind(in_order(&change.lists, |list| list.id, tasks::list))
        .bind(in_order(&change.tasks, |put| put.row.id, tasks::put))
        .bind(in_order(&change.series, |put| put.row.id, series::put))
        .bind(in_order(&change.reminders, |put| put.row.id, |put| reminders::put(put, &change.events)))
        .bind(in_order(&change.deliveries, |put| put.row.id, reminders::put_delivery))
        .bind(in_order(&change.people, |put| put.row.id, people::put))
        .bind(array(change.acts.iter().map(people::act)))
        .bind(array(change.events.iter().map(events::append)))
}

fn in_order<T, K: Ord>(rows: &[T], id: impl Fn(&T) -> K, write: impl Fn(&T) -> String) -> String {
    let mut sorted: Vec<&T> = rows.iter().collect();
    sorted.sort_by_key(|row| id(row));
    array(sorted.into_iter().map(write))
}

/// The tenants that the change writes in.
fn scope(change: &Change) -> String {
    let mut tenants: BTreeSet<&TenantId> = change.lists.iter().map(|list| &list.tenant).collect();
    tenants.extend(change.tasks.iter().map(|put| &put.row.tenant));
    tenants.extend(change.series.iter().map(|put| &put.row.tenant));
    tenants.extend(change.reminders.iter().map(|put| &put.row.tenant));
    tenants.extend(change.deliveries.iter().map(|put| &put.row.tenant));
    array(tenants)
}
