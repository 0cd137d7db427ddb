//! Finding tasks by their words and tags, and what a page does while others write.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::access::{Principal, Sight};
use domain::change::{Change, Put};
use domain::ids::{PersonId, SeriesId, TaskId};
use domain::list::List;
use domain::place::Place;
use domain::ports::store::Store;
use domain::query::{Keyset, PastReminders, TaskQuery};
use domain::reminder::ReminderState;
use domain::search;
use domain::task::{Recurring, RepeatFrom, Status, Task};
use domain::zone::Zone;
use jiff::Timestamp;

use super::find::{everything, found};
use crate::kit::samples::{Samples, at, moved_on, retitled, tenant, with_status};

/// Every test of this suite, for an adapter that `$open` opens.
macro_rules! suite {
    ($open:path) => {
        crate::conformance::each!(
            $open,
            search: words_are_folded_and_the_last_may_be_unfinished,
            what_changed_is_found_by_its_new_words_only,
            a_page_is_stable_while_others_write,
            delivered_bare_reminders_can_be_left_out,
            tags_in_use_come_most_used_first,
        );
    };
}
pub(crate) use suite;

/// One person, who sees what they make.
struct Alone {
    samples: Samples,
    list: List,
    sight: Sight,
}

impl Alone {
    fn new() -> Self {
        let samples = Samples::default();
        let ana = samples.person("ana").id;
        let sight = Sight::new(Principal { person: ana, tenants: [tenant("console")].into(), operator: false }, &[]);
        Self { list: List::personal(tenant("console"), ana), samples, sight }
    }

    fn task(&self, number: u64, title: &str) -> Task {
        let task = self.samples.task(&self.list, self.sight.principal.person, number);
        Task { title: title.to_owned(), ..task }
    }

    async fn make(&self, store: &impl Store, task: &Task) {
        store.commit(self.samples.making(&self.list, task)).await.expect("committed");
    }

    async fn change(&self, store: &impl Store, before: &Task, after: &Task) {
        store.commit(self.samples.changing(&self.list, before, after)).await.expect("committed");
    }

    async fn search(&self, store: &impl Store, words: &str) -> Vec<TaskId> {
        found(store, &self.sight, &TaskQuery { words: search::in_order(words), ..everything() }).await
    }
}

pub async fn words_are_folded_and_the_last_may_be_unfinished(store: Arc<impl Store>) {
    let alone = Alone::new();
    let mut task = alone.task(1, "Café Größe-Prüfung");
    task.description = "bring the LAPTOP".to_owned();
    task.tags = ["büro".to_owned()].into();
    alone.make(&*store, &task).await;
    alone.make(&*store, &alone.task(2, "Something else")).await;
    for words in ["cafe", "CAFÉ", "cafe große", "laptop prufung", "the lap", "buro", "c"] {
        assert_eq!(alone.search(&*store, words).await, [task.id], "{words}");
    }
    for words in ["caf laptop", "afe", "laptops", "cafe tea", "c_fe"] {
        assert!(alone.search(&*store, words).await.is_empty(), "{words}");
    }
}

pub async fn what_changed_is_found_by_its_new_words_only(store: Arc<impl Store>) {
    let alone = Alone::new();
    let task = Task { tags: ["ops".to_owned()].into(), ..alone.task(1, "old words stay") };
    alone.make(&*store, &task).await;
    let after = Task { tags: BTreeSet::new(), ..retitled(&task, "new words stay") };
    alone.change(&*store, &task, &after).await;
    assert!(alone.search(&*store, "old").await.is_empty());
    assert!(alone.search(&*store, "ops").await.is_empty());
    for words in ["new", "words", "stay"] {
        assert_eq!(alone.search(&*store, words).await, [task.id], "{words}");
    }
}

pub async fn a_page_is_stable_while_others_write(store: Arc<impl Store>) {
    let alone = Alone::new();
    let tasks: Vec<Task> = (1..=6).map(|number| alone.task(number, "same")).collect();
    for task in &tasks {
        alone.make(&*store, task).await;
    }
    let first = store.find(&alone.sight, &TaskQuery { limit: 3, ..TaskQuery::default() }).await.expect("a page");
    assert_eq!(first.next, Some(Keyset { value: tasks[2].created_at.as_microsecond(), id: tasks[2].id }));
    alone.change(&*store, &tasks[0], &with_status(&tasks[0], Status::Deleted)).await;
    alone.make(&*store, &alone.task(7, "late")).await;
    let query = TaskQuery { limit: 3, after: first.next, ..TaskQuery::default() };
    let second = found(&*store, &alone.sight, &query).await;
    assert_eq!(second, tasks[3..].iter().map(|task| task.id).collect::<Vec<_>>());
}

fn occurrence(task: Task, at: Timestamp) -> Task {
    let recurring = Recurring {
        series: SeriesId(task.id.0),
        nth: 1,
        scheduled_for: Zone::utc().wall(at),
        scheduled_at: at,
        rule: "FREQ=DAILY".parse().expect("a rule"),
        repeat_from: RepeatFrom::Schedule,
        undone_since: None,
    };
    Task { recurring: Some(recurring), ..task }
}

pub async fn delivered_bare_reminders_can_be_left_out(store: Arc<impl Store>) {
    let alone = Alone::new();
    let bare = |number| Task { bare_reminder: true, ..alone.task(number, "stretch") };
    let tasks = [bare(1), bare(2), bare(3), alone.task(4, "stretch"), occurrence(bare(5), at(1))];
    let states: [&[ReminderState]; 5] = [
        &[ReminderState::Delivered],
        &[ReminderState::Delivered, ReminderState::Scheduled],
        &[],
        &[ReminderState::Delivered],
        &[ReminderState::Delivered],
    ];
    for (task, states) in tasks.iter().zip(states) {
        let place = Place::Direct(task.author);
        let reminders =
            states.iter().map(|state| Put::new(moved_on(&alone.samples.reminder(task, place.clone(), at(1)), *state)));
        let change = Change { reminders: reminders.collect(), ..alone.samples.making(&alone.list, task) };
        store.commit(change).await.expect("committed");
    }
    let query = TaskQuery { past_reminders: PastReminders::LeftOut, ..everything() };
    assert_eq!(found(&*store, &alone.sight, &query).await, tasks[1..].iter().map(|task| task.id).collect::<Vec<_>>());
    let query = TaskQuery { past_reminders: PastReminders::Only, ..everything() };
    assert_eq!(found(&*store, &alone.sight, &query).await, [tasks[0].id]);
    assert_eq!(found(&*store, &alone.sight, &everything()).await.len(), 5);
}

pub async fn tags_in_use_come_most_used_first(store: Arc<impl Store>) {
    let alone = Alone::new();
    let tagged = |number, tags: &[&str]| Task {
        tags: tags.iter().map(ToString::to_string).collect(),
        ..alone.task(number, "tagged")
    };
    let tasks = [tagged(1, &["home", "ops"]), tagged(2, &["ops"]), tagged(3, &["gone", "home", "ops"])];
    for task in &tasks {
        alone.make(&*store, task).await;
    }
    assert_eq!(store.tags(&alone.sight, 10).await.expect("tags"), ["ops", "home", "gone"]);
    alone.change(&*store, &tasks[2], &with_status(&tasks[2], Status::Deleted)).await;
    assert_eq!(store.tags(&alone.sight, 10).await.expect("tags"), ["ops", "home"]);
    assert_eq!(store.tags(&alone.sight, 1).await.expect("tags"), ["ops"]);
    let stranger = Sight::new(Principal { person: PersonId(alone.samples.id()), ..alone.sight.principal.clone() }, &[]);
    assert!(store.tags(&stranger, 10).await.expect("tags").is_empty());
}
