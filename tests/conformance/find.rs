//! Finding tasks: visibility, search, filters, order and pages, against the same questions answered in memory.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::access::{Principal, Sight};
use domain::due::Due;
use domain::ids::{PersonId, TaskId};
use domain::list::List;
use domain::ports::store::Store;
use domain::query::{Order, Sort, TaskQuery};
use domain::search;
use domain::task::{Priority, Status, Task};
use domain::zone::Zone;

use crate::kit::dice::Dice;
use crate::kit::samples::{Samples, at, channel, due_at, tenant};

/// Every test of this suite, for an adapter that `$open` opens.
macro_rules! suite {
    ($open:path) => {
        crate::conformance::each!(
            $open,
            find: everybody_finds_what_they_see_and_nothing_else,
            every_filter_finds_what_it_says,
            pages_joined_are_the_whole_in_every_order,
        );
    };
}
pub(crate) use suite;

const ALL: [Status; 5] = [Status::Open, Status::Done, Status::Missed, Status::Skipped, Status::Deleted];

/// Random tasks of a few people in two tenants, and who looks at them.
struct Crowd {
    tasks: Vec<Task>,
    sights: Vec<Sight>,
    people: Vec<PersonId>,
}

impl Crowd {
    async fn new(store: &impl Store, seed: u64) -> Self {
        let samples = Samples::default();
        let mut dice = Dice::seeded(seed);
        let people: Vec<PersonId> = ["ana", "bob", "cleo"].iter().map(|name| samples.person(name).id).collect();
        let places = [channel("slack:T1", "C1"), channel("slack:T1", "C2"), channel("slack:T2", "C1")];
        let mut lists: Vec<List> = places.iter().map(List::of_channel).collect();
        lists.extend(people.iter().map(|person| List::personal(tenant("slack:T1"), *person)));
        let mut tasks = Vec::new();
        for number in 1..=120 {
            let list = dice.pick(&lists).expect("a list").clone();
            let task = random_task(&samples, &mut dice, &list, &people, number);
            store.commit(samples.making(&list, &task)).await.expect("committed");
            tasks.push(task);
        }
        let tenants = [vec!["slack:T1"], vec!["slack:T1", "slack:T2"]];
        let mut sights = Vec::new();
        for person in people.iter().copied().chain([PersonId::SYSTEM]) {
            for held in &tenants {
                let tenants: BTreeSet<_> = held.iter().map(|name| tenant(name)).collect();
                let shown: Vec<_> = places.iter().filter(|_| dice.below(2) == 0).cloned().collect();
                sights.push(Sight::new(Principal { person, tenants, operator: false }, &shown));
            }
        }
        Self { tasks, sights, people }
    }

    /// What the question should find, answered in memory.
    fn expected(&self, sight: &Sight, query: &TaskQuery) -> Vec<TaskId> {
        let fits = |task: &&Task| sight.sees(task) && fits(query, sight, task);
        let mut found: Vec<&Task> = self.tasks.iter().filter(fits).collect();
        found.sort_by_key(|task| (query.sort_value(task), task.id));
        if query.order == Order::Desc {
            found.reverse();
        }
        found.into_iter().map(|task| task.id).collect()
    }
}

fn random_task(samples: &Samples, dice: &mut Dice, list: &List, people: &[PersonId], number: u64) -> Task {
    let author = *dice.pick(people).expect("a person");
    let mut task = samples.task(list, author, number);
    let words = ["ship", "shop", "Über", "release", "café", "Straße"];
    task.title = (0..3).filter_map(|_| dice.pick(&words)).copied().collect::<Vec<_>>().join(" ");
    task.tags = ["ops", "home", "ship"].iter().filter(|_| dice.below(3) == 0).map(ToString::to_string).collect();
    task.priority = dice.pick(&[None, Some(Priority::Urgent), Some(Priority::Low)]).copied().flatten();
    task.status = *dice.pick(&ALL).expect("a status");
    task.assignees = people.iter().copied().filter(|_| dice.below(4) == 0).collect();
    let day = jiff::civil::date(2026, 3, 1 + i8::try_from(dice.below(5)).expect("a day"));
    task.due = match dice.below(3) {
        0 => None,
        1 => Some(Due::day(day, Zone::utc())),
        _ => Some(due_at(i64::try_from(dice.below(400_000)).expect("seconds"))),
    };
    task
}

/// The meaning of each filter, as the query's documentation says it.
fn fits(query: &TaskQuery, sight: &Sight, task: &Task) -> bool {
    let wanted = if query.status.is_empty() { &ALL[..4] } else { &query.status };
    let assigned = |person| task.assignees.contains(&person);
    let own = |person| {
        let mut tenants = sight.principal.tenants.iter();
        tenants.any(|tenant| List::personal(tenant.clone(), person).id == task.list)
    };
    let due = task.due.as_ref();
    let deadline = due.map(Due::deadline);
    wanted.contains(&task.status)
        && (query.priorities.is_empty() || task.priority.is_some_and(|p| query.priorities.contains(&p)))
        && query.tags.iter().all(|tag| task.tags.contains(tag))
        && query.assignee.is_none_or(assigned)
        && query.concerning.is_none_or(|person| own(person) || task.author == person || assigned(person))
        && query.list.is_none_or(|list| task.list == list)
        && query.due_from.is_none_or(|day| due.is_some_and(|due| due.date >= day))
        && query.due_to.is_none_or(|day| due.is_some_and(|due| due.date <= day))
        && query.due_before.is_none_or(|at| deadline.is_some_and(|deadline| deadline < at))
        && query.due_after.is_none_or(|at| deadline.is_some_and(|deadline| deadline > at))
        && !(query.no_due && due.is_some())
        && has_words(query, task)
}

fn has_words(query: &TaskQuery, task: &Task) -> bool {
    let mut words = search::words(&task.title);
    words.extend(task.tags.iter().flat_map(|tag| search::words(tag)));
    match query.words.split_last() {
        None => true,
        Some((last, whole)) => {
            whole.iter().all(|word| words.contains(word)) && words.iter().any(|word| word.starts_with(last))
        }
    }
}

pub(super) fn everything() -> TaskQuery {
    TaskQuery { limit: 200, ..TaskQuery::default() }
}

pub(super) async fn found(store: &impl Store, sight: &Sight, query: &TaskQuery) -> Vec<TaskId> {
    let page = store.find(sight, query).await.expect("a page");
    page.items.into_iter().map(|task| task.id).collect()
}

async fn found_all(store: &impl Store, sight: &Sight, query: &TaskQuery) -> Vec<TaskId> {
    let mut query = query.clone();
    let mut ids = Vec::new();
    loop {
        let page = store.find(sight, &query).await.expect("a page");
        assert!(page.items.len() <= query.limit as usize);
        ids.extend(page.items.iter().map(|task| task.id));
        match page.next {
            None => return ids,
            next => query.after = next,
        }
    }
}

pub async fn everybody_finds_what_they_see_and_nothing_else(store: Arc<impl Store>) {
    let crowd = Crowd::new(&*store, 1).await;
    let query = TaskQuery { status: ALL.to_vec(), ..everything() };
    for sight in &crowd.sights {
        assert_eq!(found(&*store, sight, &query).await, crowd.expected(sight, &query), "{:?}", sight.principal);
    }
}

pub async fn every_filter_finds_what_it_says(store: Arc<impl Store>) {
    let crowd = Crowd::new(&*store, 2).await;
    let mut dice = Dice::seeded(3);
    for round in 0..300 {
        let query = random_query(&mut dice, &crowd);
        let sight = dice.pick(&crowd.sights).expect("a sight");
        assert_eq!(found(&*store, sight, &query).await, crowd.expected(sight, &query), "round {round}: {query:?}");
    }
}

fn random_query(dice: &mut Dice, crowd: &Crowd) -> TaskQuery {
    let mut query = everything();
    query.sort = *dice.pick(&[Sort::Created, Sort::Due, Sort::Priority, Sort::Number]).expect("a sort");
    query.order = *dice.pick(&[Order::Asc, Order::Desc]).expect("an order");
    let mut sometimes = |dice: &mut Dice, part: fn(&mut TaskQuery, &mut Dice, &Crowd)| {
        if dice.below(5) == 0 {
            part(&mut query, dice, crowd);
        }
    };
    sometimes(dice, |query, dice, _| {
        let texts = ["ship", "sh", "uber re", "strasse", "cafe shop", "zzz"];
        query.words = search::in_order(dice.pick(&texts).expect("words"));
    });
    sometimes(dice, |query, dice, _| query.status = vec![ALL[usize::try_from(dice.below(5)).expect("small")]]);
    sometimes(dice, |query, _, _| query.priorities = vec![Priority::Urgent, Priority::High]);
    sometimes(dice, |query, dice, _| {
        query.tags = dice.pick(&["ops", "ship"]).map(ToString::to_string).into_iter().collect()
    });
    sometimes(dice, |query, dice, crowd| query.assignee = dice.pick(&crowd.people).copied());
    sometimes(dice, |query, dice, crowd| query.concerning = dice.pick(&crowd.people).copied());
    sometimes(dice, |query, dice, crowd| query.list = dice.pick(&crowd.tasks).map(|task| task.list));
    sometimes(dice, |query, _, _| query.due_from = Some(jiff::civil::date(2026, 3, 3)));
    sometimes(dice, |query, _, _| query.due_to = Some(jiff::civil::date(2026, 3, 4)));
    sometimes(dice, |query, _, _| query.due_before = Some(at(260_000)));
    sometimes(dice, |query, _, _| query.due_after = Some(at(90_000)));
    sometimes(dice, |query, _, _| query.no_due = true);
    query
}

pub async fn pages_joined_are_the_whole_in_every_order(store: Arc<impl Store>) {
    let crowd = Crowd::new(&*store, 4).await;
    for sight in &crowd.sights {
        for sort in [Sort::Created, Sort::Due, Sort::Priority, Sort::Number] {
            for order in [Order::Asc, Order::Desc] {
                let query = TaskQuery { sort, order, limit: 7, ..TaskQuery::default() };
                assert_eq!(found_all(&*store, sight, &query).await, crowd.expected(sight, &query), "{query:?}");
            }
        }
    }
}
