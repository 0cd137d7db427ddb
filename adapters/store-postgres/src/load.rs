//! Loading a snapshot: one call, whatever is needed.

use std::collections::BTreeMap;

use domain::change::Receipt;
use domain::command::TaskRef;
use domain::ids::{PersonId, TaskId};
use domain::list::List;
use domain::person::Person;
use domain::ports::error::PortError;
use domain::reminder::{Delivery, Reminder};
use domain::series::Series;
use domain::snapshot::{Loaded, Needs, Snapshot};
use domain::task::Task;
use domain::tenant::TenantId;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use crate::PostgresStore;
use crate::ask::{Ask, within};
use crate::error::corrupt;
use crate::literal::array;
use crate::numbers::Supply;
use crate::rows::{column, count, doc, instant, integer, parsed};

const LOAD: &str = "SELECT kind, doc, more, number FROM load($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

/// The same, and so many numbers with it.
const LOAD_WITH_NUMBERS: &str = "
    SELECT kind, doc, more, number FROM load($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    UNION ALL SELECT 'number', NULL, NULL, take_numbers($1, $2, $12)";

impl PostgresStore {
    /// Everything that `needs` names.
    pub(crate) async fn snapshot(&self, needs: &Needs) -> Result<Snapshot, PortError> {
        let supply = match needs.numbers {
            0 => Supply::Ready(Vec::new()),
            wanted => self.numbers.reserve(&needs.tenant, wanted),
        };
        if needs.names_no_task()
            && needs.receipt.is_none()
            && !needs.people.is_empty()
            && let Supply::Ready(numbers) = &supply
            && let Some(people) = self.people_known(needs)
        {
            return Ok(Snapshot { people, numbers: numbers.clone(), ..Snapshot::default() });
        }
        let before = self.known.now();
        let scope = self.scope(needs).await?;
        let rows = match &supply {
            Supply::Ready(_) => self.app.rows(ask(LOAD, scope, needs)).await,
            Supply::Take(size) => {
                let ask = ask(LOAD_WITH_NUMBERS, scope, needs).bind(integer(*size));
                self.app.rows(ask).await
            }
        }?;
        let mut gathered = Gathered::default();
        for row in &rows {
            gathered.take(row, needs)?;
        }
        let (mut snapshot, last_number) = gathered.into_snapshot();
        self.known.learn(before, |facts| facts.people.extend(snapshot.people.clone()));
        snapshot.numbers = match supply {
            Supply::Ready(numbers) => numbers,
            Supply::Take(size) => self.numbers.supply(&needs.tenant, last_number, size, needs.numbers),
        };
        Ok(snapshot)
    }

    /// The people that are needed, if all of them are known.
    fn people_known(&self, needs: &Needs) -> Option<BTreeMap<PersonId, Person>> {
        self.known.recall(|facts| needs.people.iter().map(|id| Some((*id, facts.people.get(id)?.clone()))).collect())
    }

    /// The tenants to look at: the command's, and those of a person whose zone is followed wherever they are.
    async fn scope(&self, needs: &Needs) -> Result<String, PortError> {
        let Some(person) = needs.following_zone_of else { return Ok(array([&needs.tenant])) };
        let ask = Ask::new("SELECT DISTINCT tenant FROM identities WHERE person = $1").bind(person.0);
        let mut tenants = vec![needs.tenant.clone()];
        for row in &self.relay.rows(ask).await? {
            tenants.push(parsed::<TenantId>(row, 0)?);
        }
        Ok(array(tenants))
    }

    /// The task that a reference names. By id it is found in any tenant: whoever asks looks at what they may see.
    pub(crate) async fn one_task(&self, tenant: &TenantId, reference: TaskRef) -> Result<Option<Task>, PortError> {
        let row = match reference {
            TaskRef::Id(id) => self.relay.row(Ask::new("SELECT doc FROM tasks WHERE id = $1").bind(id.0)).await?,
            TaskRef::Number(number) => {
                let question = "SELECT doc FROM tasks
                    WHERE tenant = $1 ->> 'tenant' AND number = ($1 ->> 'number')::bigint";
                let values = serde_json::json!({"tenant": tenant, "number": number});
                self.app.row(within(array([tenant]), question.to_owned(), &values)).await?
            }
        };
        row.map(|row| doc(&row, 0)).transpose()
    }
}

/// The call with its values.
fn ask(sql: &'static str, scope: String, needs: &Needs) -> Ask {
    let mut ids: Vec<Uuid> = Vec::new();
    let mut numbers: Vec<i64> = Vec::new();
    for reference in &needs.tasks {
        match reference {
            TaskRef::Id(id) => ids.push(id.0),
            TaskRef::Number(number) => numbers.push(integer(*number)),
        }
    }
    Ask::new(sql)
        .bind(scope)
        .bind(needs.tenant.to_string())
        .bind(ids)
        .bind(numbers)
        .bind(needs.series.iter().map(|id| id.0).collect::<Vec<_>>())
        .bind(needs.deliveries.iter().map(|id| id.0).collect::<Vec<_>>())
        .bind(needs.last_reminder_at.as_ref().map(domain::place::Place::key))
        .bind(needs.people.iter().map(|id| id.0).collect::<Vec<_>>())
        .bind(needs.receipt.clone())
        .bind(needs.undo.as_ref().map(|conversation| conversation.0.clone()))
        .bind(needs.following_zone_of.map(|person| person.0))
}

/// Rows on their way into a snapshot.
#[derive(Default)]
struct Gathered {
    snapshot: Snapshot,
    reminders: BTreeMap<TaskId, Vec<Reminder>>,
    last_number: u64,
}

impl Gathered {
    fn take(&mut self, row: &PgRow, needs: &Needs) -> Result<(), PortError> {
        match column(row, 0)? {
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

fn receipt(row: &PgRow, needs: &Needs) -> Result<Option<Receipt>, PortError> {
    let Some(key) = needs.receipt.clone() else { return Ok(None) };
    let tenant = needs.tenant.clone();
    Ok(Some(Receipt { tenant, key, digest: column(row, 2)?, outcome: doc(row, 1)?, at: instant(row, 3)? }))
}
