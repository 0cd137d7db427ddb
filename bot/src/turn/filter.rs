//! From what was asked for to a question for the store.

use domain::ids::PersonId;
use domain::query::{Order, PastReminders, Sort, TaskQuery};
use domain::search;
use domain::task::{Priority, Status};
use jiff::Timestamp;
use language::{Filter, StatusFilter};

/// So many tasks are read at once, and counted.
pub(super) const COUNTED: u32 = 200;

/// At most so many past reminders are shown beside what is open.
const PAST_SHOWN: u32 = 5;

/// The question that a filter asks, of every list that the asker sees.
pub(super) fn query(filter: &Filter, assignee: Option<PersonId>, now: Timestamp) -> TaskQuery {
    let (sort, order) = sorted(filter);
    TaskQuery {
        words: filter.text.as_deref().map(search::in_order).unwrap_or_default(),
        status: status(filter),
        priorities: filter.priority.iter().filter_map(|number| Priority::try_from(*number).ok()).collect(),
        tags: filter.tags.clone(),
        assignee,
        due_from: filter.due_from,
        due_to: filter.due_to,
        due_before: filter.overdue.then_some(now),
        no_due: filter.no_due,
        past_reminders: match filter.status {
            None => PastReminders::LeftOut,
            Some(StatusFilter::Past) => PastReminders::Only,
            Some(_) => PastReminders::Included,
        },
        sort,
        order,
        limit: filter.limit.unwrap_or(COUNTED).clamp(1, COUNTED),
        ..TaskQuery::default()
    }
}

/// Reminders that came and were not ticked, latest first.
pub(super) fn past(query: &TaskQuery) -> TaskQuery {
    TaskQuery {
        status: vec![Status::Open],
        past_reminders: PastReminders::Only,
        sort: Sort::Due,
        order: Order::Desc,
        limit: PAST_SHOWN,
        ..query.clone()
    }
}

/// Whether past reminders belong into the answer: nothing was said of time or state.
pub(super) fn shows_past(filter: &Filter) -> bool {
    let timed = filter.due_from.is_some() || filter.due_to.is_some() || filter.overdue || filter.no_due;
    filter.status.is_none() && filter.sort.is_none() && !timed
}

fn status(filter: &Filter) -> Vec<Status> {
    match filter.status {
        None | Some(StatusFilter::Past) => vec![Status::Open],
        Some(StatusFilter::Done) => vec![Status::Done],
        Some(StatusFilter::Missed) => vec![Status::Missed],
        Some(StatusFilter::Skipped) => vec![Status::Skipped],
        Some(StatusFilter::Deleted) => vec![Status::Deleted],
        Some(StatusFilter::All) => Vec::new(),
    }
}

fn sorted(filter: &Filter) -> (Sort, Order) {
    match filter.sort {
        Some(language::Sort::Priority) => (Sort::Priority, Order::Asc),
        Some(language::Sort::Created) => (Sort::Created, Order::Desc),
        Some(language::Sort::Due) => (Sort::Due, Order::Asc),
        None if filter.status == Some(StatusFilter::Past) => (Sort::Due, Order::Desc),
        None if filter.status.is_some() => (Sort::Created, Order::Desc),
        None => (Sort::Due, Order::Asc),
    }
}
