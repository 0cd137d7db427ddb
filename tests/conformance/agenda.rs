//! The agenda port: what is due within reach, oldest first, never early.

use std::sync::Arc;

use domain::change::{Change, Put};
use domain::list::List;
use domain::place::Place;
use domain::ports::agenda::{Agenda, Reach};
use domain::ports::store::Store;
use domain::reminder::{Delivery, DeliveryState, Reminder, ReminderState};
use domain::series::{Series, SeriesState};
use domain::task::Task;
use domain::tenant::Platform;
use jiff::{SignedDuration, Timestamp};

use crate::kit::samples::{Samples, at, moved_on, tenant};

/// Every test of this suite, for an adapter that `$open` opens.
macro_rules! suite {
    ($open:path) => {
        crate::conformance::each!(
            $open,
            agenda: reminders_come_due_oldest_first_and_never_early,
            only_what_is_within_reach_is_due,
            only_scheduled_reminders_and_open_deliveries_are_due,
            the_next_time_is_that_of_reminder_or_delivery,
            active_series_come_due_when_their_next_time_arrives,
        );
    };
}
pub(crate) use suite;

/// A task in a tenant, with its list.
async fn task(store: &impl Store, samples: &Samples, tenant_name: &str) -> Task {
    let ana = samples.person("ana").id;
    let list = List::personal(tenant(tenant_name), ana);
    let task = samples.task(&list, ana, 1);
    store.commit(samples.making(&list, &task)).await.expect("committed");
    task
}

async fn schedule(store: &impl Store, reminders: &[&Reminder]) {
    let reminders = reminders.iter().map(|reminder| Put::new((*reminder).clone())).collect();
    store.commit(Change { reminders, ..Change::default() }).await.expect("committed");
}

async fn deliver(store: &impl Store, delivery: &Delivery) {
    let deliveries = vec![Put::new(delivery.clone())];
    store.commit(Change { deliveries, ..Change::default() }).await.expect("committed");
}

async fn due(store: &impl Agenda, reach: &[Reach], now: Timestamp, limit: u32) -> Vec<Reminder> {
    store.due_reminders(reach, now, limit).await.expect("an answer")
}

const CONSOLE: [Reach; 1] = [Reach::Platform(Platform::Console)];

fn here() -> Place {
    Place::Channel("ops".to_owned())
}

pub async fn reminders_come_due_oldest_first_and_never_early(store: Arc<impl Store + Agenda>) {
    let samples = Samples::default();
    let task = task(&*store, &samples, "console").await;
    let late = samples.reminder(&task, here(), at(20));
    let early = samples.reminder(&task, here(), at(10));
    let between = samples.reminder(&task, here(), at(30) + SignedDuration::from_nanos(1));
    schedule(&*store, &[&late, &early, &between]).await;
    assert!(due(&*store, &CONSOLE, at(9), 10).await.is_empty());
    assert_eq!(due(&*store, &CONSOLE, at(10), 10).await, std::slice::from_ref(&early));
    assert_eq!(due(&*store, &CONSOLE, at(30), 10).await, [early.clone(), late.clone()]);
    assert_eq!(due(&*store, &CONSOLE, at(31), 10).await, [early.clone(), late, between]);
    assert_eq!(due(&*store, &CONSOLE, at(31), 1).await, [early]);
}

pub async fn only_what_is_within_reach_is_due(store: Arc<impl Store + Agenda>) {
    let samples = Samples::default();
    let (console, slack) = (task(&*store, &samples, "console").await, task(&*store, &samples, "slack:T1").await);
    let mine = samples.reminder(&console, Place::Direct(console.author), at(1));
    let shared = samples.reminder(&console, here(), at(2));
    let foreign = samples.reminder(&slack, here(), at(3));
    schedule(&*store, &[&mine, &shared, &foreign]).await;
    let places = |name, places: &[&Place]| Reach::Places(tenant(name), places.iter().copied().cloned().collect());
    let cases = [
        (vec![Reach::Platform(Platform::Slack)], vec![&foreign]),
        (vec![Reach::Platform(Platform::Discord)], vec![]),
        (vec![places("console", &[&here()])], vec![&shared]),
        (vec![places("console", &[&mine.place, &here()]), places("slack:T2", &[&here()])], vec![&mine, &shared]),
        (vec![places("console", &[&mine.place]), Reach::Platform(Platform::Slack)], vec![&mine, &foreign]),
        (vec![], vec![]),
    ];
    for (reach, expected) in cases {
        let found = due(&*store, &reach, at(9), 10).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{reach:?}");
        assert_eq!(
            store.next_reminder(&reach).await.expect("an answer"),
            expected.first().map(|reminder| reminder.at),
            "{reach:?}"
        );
    }
}

pub async fn only_scheduled_reminders_and_open_deliveries_are_due(store: Arc<impl Store + Agenda>) {
    use DeliveryState::{Claimed, Dead, Dropped, Retry, Sending, Sent, Unknown};
    let samples = Samples::default();
    let task = task(&*store, &samples, "console").await;
    let reminder = samples.reminder(&task, here(), at(1));
    for state in [ReminderState::Due, ReminderState::Delivered, ReminderState::Cancelled, ReminderState::Failed] {
        let other = Reminder { id: domain::ids::ReminderId(samples.id()), ..moved_on(&reminder, state) };
        schedule(&*store, &[&other]).await;
    }
    assert!(due(&*store, &CONSOLE, at(9), 10).await.is_empty());
    let mut open = Vec::new();
    for (second, state) in [Claimed, Sending, Sent, Retry, Dead, Unknown, Dropped].into_iter().enumerate() {
        let next_attempt_at = at(i64::try_from(second).expect("small"));
        let delivery = Delivery { state, next_attempt_at, ..samples.delivery(&[&reminder]) };
        deliver(&*store, &delivery).await;
        if state.is_open() {
            open.push((delivery.tenant, delivery.id));
        }
    }
    assert_eq!(store.due_deliveries(&CONSOLE, at(9), 10).await.expect("an answer"), open);
    assert_eq!(store.due_deliveries(&CONSOLE, at(1), 10).await.expect("an answer"), open[..2]);
    let places = [Reach::Places(tenant("console"), vec![here()])];
    assert_eq!(store.due_deliveries(&places, at(9), 3).await.expect("an answer"), open[..3]);
}

pub async fn the_next_time_is_that_of_reminder_or_delivery(store: Arc<impl Store + Agenda>) {
    let samples = Samples::default();
    let task = task(&*store, &samples, "console").await;
    let next = async || store.next_reminder(&CONSOLE).await.expect("an answer");
    assert_eq!(next().await, None);
    let reminder = samples.reminder(&task, here(), at(50));
    schedule(&*store, &[&reminder]).await;
    assert_eq!(next().await, Some(at(50)));
    let delivery = Delivery { next_attempt_at: at(40), ..samples.delivery(&[&reminder]) };
    deliver(&*store, &delivery).await;
    assert_eq!(next().await, Some(at(40)));
    let sent = Delivery { state: DeliveryState::Sent, version: 2, ..delivery };
    let cancelled = moved_on(&reminder, ReminderState::Cancelled);
    let change =
        Change { deliveries: vec![Put::over(1, sent)], reminders: vec![Put::over(1, cancelled)], ..Change::default() };
    store.commit(change).await.expect("committed");
    assert_eq!(next().await, None);
}

pub async fn active_series_come_due_when_their_next_time_arrives(store: Arc<impl Store + Agenda>) {
    let samples = Samples::default();
    let task = task(&*store, &samples, "console").await;
    let later = samples.series(&task, Some(at(20)));
    let sooner = samples.series(&task, Some(at(10)));
    let unscheduled = samples.series(&task, None);
    let ended = Series { state: SeriesState::Ended, ..samples.series(&task, Some(at(5))) };
    let series = [&later, &sooner, &unscheduled, &ended].map(|series| Put::new(series.clone())).to_vec();
    store.commit(Change { series, ..Change::default() }).await.expect("committed");
    assert_eq!(store.next_series().await.expect("an answer"), Some(at(10)));
    let due = async |now, limit| store.due_series(now, limit).await.expect("an answer");
    assert!(due(at(9), 10).await.is_empty());
    let both = [(tenant("console"), sooner.id), (tenant("console"), later.id)];
    assert_eq!(due(at(20), 10).await, both);
    assert_eq!(due(at(20), 1).await, both[..1]);
    let advanced = Series { next_at: Some(at(99)), version: 2, ..sooner };
    store.commit(Change { series: vec![Put::over(1, advanced)], ..Change::default() }).await.expect("committed");
    assert_eq!(store.next_series().await.expect("an answer"), Some(at(20)));
}
