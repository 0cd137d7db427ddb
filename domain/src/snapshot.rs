//! What a command needs to see before it can be decided, and what the store answers.

use std::collections::BTreeMap;

use crate::change::{Receipt, UndoRecord};
use crate::command::TaskRef;
use crate::ids::{DeliveryId, PersonId, SeriesId, TaskId};
use crate::list::List;
use crate::message::ConversationId;
use crate::person::Person;
use crate::place::Place;
use crate::reminder::{Delivery, Reminder};
use crate::series::Series;
use crate::task::Task;
use crate::tenant::TenantId;

/// What to load, all of it at one point in time.
#[derive(Clone, Debug, PartialEq)]
pub struct Needs {
    /// The tenant in which numbers are looked up and given.
    pub tenant: TenantId,
    /// Tasks by number or id; absent ones are left out of the answer.
    pub tasks: Vec<TaskRef>,
    /// The current (and withdrawn) occurrence of these series.
    pub series: Vec<SeriesId>,
    /// Deliveries, with the tasks and reminders of their members.
    pub deliveries: Vec<DeliveryId>,
    /// The task whose reminder was delivered last to this place.
    pub last_reminder_at: Option<Place>,
    /// People, for their settings.
    pub people: Vec<PersonId>,
    /// The receipt kept under this key.
    pub receipt: Option<String>,
    /// The last change of this conversation, with its tasks and series.
    pub undo: Option<ConversationId>,
    /// The person's open tasks whose time follows the person's zone: day-only dues and own series.
    pub following_zone_of: Option<PersonId>,
    /// How many fresh short numbers to reserve.
    pub numbers: usize,
}

impl Needs {
    /// Nothing yet, in this tenant.
    #[must_use]
    pub const fn in_tenant(tenant: TenantId) -> Self {
        Self {
            tenant,
            tasks: Vec::new(),
            series: Vec::new(),
            deliveries: Vec::new(),
            last_reminder_at: None,
            people: Vec::new(),
            receipt: None,
            undo: None,
            following_zone_of: None,
            numbers: 0,
        }
    }

    /// Whether nothing is named that leads to a task: people, a receipt and numbers at most, as for a new one.
    #[must_use]
    pub const fn names_no_task(&self) -> bool {
        self.tasks.is_empty()
            && self.series.is_empty()
            && self.deliveries.is_empty()
            && self.last_reminder_at.is_none()
            && self.undo.is_none()
            && self.following_zone_of.is_none()
    }
}

/// What was asked for, as it stood at one point in time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// Every task that was needed, directly or through a series, delivery or undo.
    pub tasks: BTreeMap<TaskId, Loaded>,
    /// The series of those tasks, and those asked for.
    pub series: BTreeMap<SeriesId, Series>,
    /// The deliveries asked for, and those that carry a loaded reminder in state `due`.
    pub deliveries: BTreeMap<DeliveryId, Delivery>,
    /// The task whose reminder came last.
    pub last_reminder: Option<TaskId>,
    /// The people asked for, and the authors and assignees of the tasks.
    pub people: BTreeMap<PersonId, Person>,
    /// The receipt, if the key was used.
    pub receipt: Option<Receipt>,
    /// The conversation's last change.
    pub undo: Option<UndoRecord>,
    /// Fresh numbers, as many as were asked for.
    pub numbers: Vec<u64>,
}

/// A task with what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The task.
    pub task: Task,
    /// Its list.
    pub list: List,
    /// Its reminders that are scheduled or due, and those delivered last.
    pub reminders: Vec<Reminder>,
}

impl Snapshot {
    /// The task that a reference names.
    #[must_use]
    pub fn find(&self, tenant: &TenantId, reference: TaskRef) -> Option<&Loaded> {
        match reference {
            TaskRef::Id(id) => self.tasks.get(&id),
            TaskRef::Number(number) => {
                self.tasks.values().find(|loaded| loaded.task.number == number && loaded.task.tenant == *tenant)
            }
        }
    }
}
