//! Loading a snapshot: one statement, whatever is needed.

use std::collections::BTreeMap;

use domain::change::Receipt;
use domain::command::TaskRef;
use domain::ids::TaskId;
use domain::list::List;
use domain::ports::error::PortError;
use domain::reminder::{Delivery, Reminder};
use domain::series::Series;
use domain::snapshot::{Loaded, Needs, Snapshot};
use domain::task::Task;
use domain::tenant::TenantId;

use crate::SqliteStore;
use crate::ask::Ask;
use crate::error::corrupt;
use crate::rows::{Row, column, count, doc, instant, json, parsed, text, texts};

const SMALL: &str = "
    SELECT 'person' AS kind, p.doc AS doc, NULL AS more, NULL AS number
    FROM json_each(?2) known CROSS JOIN people p ON p.id = known.value
    UNION ALL SELECT 'receipt', outcome, digest, at FROM receipts WHERE key = ?3
    UNION ALL SELECT 'number', NULL, NULL, last + spared FROM counters WHERE tenant = ?1";

impl SqliteStore {
    /// Everything that `needs` names.
    pub(crate) async fn snapshot(&self, needs: &Needs) -> Result<Snapshot, PortError> {
        let rows = self.readers.rows(ask(needs)).await?;
        let mut gathered = Gathered::default();
        for row in &rows {
            gathered.take(row, needs)?;
        }
        let (mut snapshot, last_number) = gathered.into_snapshot();
        if needs.numbers > 0 {
            snapshot.numbers = self.numbers.reserve(&needs.tenant, needs.numbers, last_number);
        }
        Ok(snapshot)
    }

    /// The task that a reference names.
    pub(crate) async fn one_task(&self, tenant: &TenantId, reference: TaskRef) -> Result<Option<Task>, PortError> {
        let ask = match reference {
            TaskRef::Id(id) => Ask::new("SELECT doc FROM tasks WHERE id = ?").bind(id.to_string()),
            TaskRef::Number(number) => Ask::new("SELECT doc FROM tasks WHERE tenant = ? AND number = ?")
                .bind(tenant.to_string())
                .bind(crate::rows::integer(number)),
        };
        self.readers.row(ask).await?.map(|row| doc(&row, 0)).transpose()
    }
}

/// The statement with its values. What makes a task needs little, and the long statement takes its time even when most
/// of it finds nothing.
fn ask(needs: &Needs) -> Ask {
    if needs.names_no_task() {
        return Ask::new(SMALL).bind(needs.tenant.to_string()).bind(texts(&needs.people)).bind(needs.receipt.clone());
    }
    let mut ids = Vec::new();
    let mut numbers = Vec::new();
    for reference in &needs.tasks {
        match reference {
            TaskRef::Id(id) => ids.push(id),
            TaskRef::Number(number) => numbers.push(number),
        }
    }
    Ask::new(include_str!("load.sql"))
        .bind(needs.tenant.to_string())
        .bind(texts(ids))
        .bind(json(&numbers))
        .bind(texts(&needs.series))
        .bind(texts(&needs.deliveries))
        .bind(needs.last_reminder_at.as_ref().map(domain::place::Place::key))
        .bind(texts(&needs.people))
        .bind(needs.receipt.clone())
        .bind(needs.undo.as_ref().map(|conversation| conversation.0.clone()))
        .bind(needs.following_zone_of.map(|person| person.to_string()))
}

/// Rows on their way into a snapshot.
#[derive(Default)]
struct Gathered {
    snapshot: Snapshot,
    reminders: BTreeMap<TaskId, Vec<Reminder>>,
    last_number: u64,
}

impl Gathered {
    fn take(&mut self, row: &Row, needs: &Needs) -> Result<(), PortError> {
        match text(row, 0)? {
            "task" => {
                let (task, list): (Task, List) = (doc(row, 1)?, doc(row, 2)?);
                self.snapshot.tasks.insert(task.id, Loaded { task, list, reminders: Vec::new() });
            }
            "reminder" => {
                let reminder: Reminder = doc(row, 1)?;
                self.reminders.entry(reminder.task).or_default().push(reminder);
            }
            "series" => {
                let series: Series = doc(row, 1)?;
                self.snapshot.series.insert(series.id, series);
            }
            "delivery" => {
                let delivery: Delivery = doc(row, 1)?;
                self.snapshot.deliveries.insert(delivery.id, delivery);
            }
            "person" => {
                let person: domain::person::Person = doc(row, 1)?;
                self.snapshot.people.insert(person.id, person);
            }
            "receipt" => self.snapshot.receipt = receipt(row, needs)?,
            "undo" => self.snapshot.undo = Some(doc(row, 1)?),
            "last reminder" => self.snapshot.last_reminder = Some(parsed(row, 1)?),
            "number" => self.last_number = count(row, 3)?,
            other => return Err(corrupt("row", format!("no kind “{other}” was asked for"))),
        }
        Ok(())
    }

    fn into_snapshot(mut self) -> (Snapshot, u64) {
        for (task, mut reminders) in self.reminders {
            reminders.sort_by_key(|reminder| (reminder.at, reminder.id));
            if let Some(loaded) = self.snapshot.tasks.get_mut(&task) {
                loaded.reminders = reminders;
            }
        }
        (self.snapshot, self.last_number)
    }
}

fn receipt(row: &Row, needs: &Needs) -> Result<Option<Receipt>, PortError> {
    let Some(key) = needs.receipt.clone() else { return Ok(None) };
    let tenant = needs.tenant.clone();
    Ok(Some(Receipt { tenant, key, digest: column(row, 2)?, outcome: doc(row, 1)?, at: instant(row, 3)? }))
}
