//! The store port: a snapshot holds what was asked for and what belongs to it, as it was written.

use std::sync::Arc;

use domain::change::{Altered, Change, Put, UndoNote, UndoRecord};
use domain::command::TaskRef;
use domain::due::Due;
use domain::list::List;
use domain::message::ConversationId;
use domain::place::Place;
use domain::ports::store::Store;
use domain::reminder::ReminderState;
use domain::series::Series;
use domain::snapshot::Needs;
use domain::task::{Recurring, RepeatFrom, Task};
use domain::zone::Zone;

use super::store::{committed, console, load, needs, with_task};
use crate::kit::samples::{Samples, at, channel, due_at, moved_on, retitled, tenant};

/// Every test of this suite, for an adapter that `$open` opens.
macro_rules! suite {
    ($open:path) => {
        crate::conformance::each!(
            $open,
            load: every_kind_of_row_comes_back_as_it_was_written,
            an_undo_note_brings_its_tasks_as_they_stand_now,
            a_delivery_brings_every_member,
            a_series_brings_its_current_and_withdrawn_tasks,
            the_last_delivered_reminder_of_a_place_is_known,
            own_tasks_that_follow_a_zone_are_found,
            what_waits_for_its_time_is_found_for_many_tasks_at_once,
        );
    };
}
pub(crate) use suite;

pub async fn every_kind_of_row_comes_back_as_it_was_written(store: Arc<impl Store>) {
    let samples = Samples::default();
    let (ana, bob) = (samples.person("ana"), samples.person("bob"));
    let list = List::of_channel(&channel("console", "ops"));
    let mut task = samples.task(&list, ana.id, 7);
    task.title = "Ship “it” — ünïcode, 100 %\nand more".to_owned();
    task.assignees = vec![bob.id];
    task.tags = ["ops".to_owned(), "später".to_owned()].into();
    task.due = Some(due_at(500));
    let series = samples.series(&task, Some(at(900)));
    task.recurring = Some(seat(&series, &task));
    let reminder = samples.reminder(&task, Place::Channel("ops".to_owned()), at(500));
    let mut due = moved_on(&reminder, ReminderState::Due);
    let delivery = samples.delivery(&[&due]);
    due.delivery = Some(delivery.id);
    let receipt = samples.receipt("rest/1");
    let mut change = samples.making(&list, &task);
    change.series = vec![Put::new(series.clone())];
    change.reminders = vec![Put::new(due.clone())];
    change.deliveries = vec![Put::new(delivery.clone())];
    change.people = vec![Put::new(ana.clone()), Put::new(bob.clone())];
    change.receipt = Some(receipt.clone());
    committed(&*store, change).await;

    let snapshot = load(
        &*store,
        Needs {
            tasks: vec![TaskRef::Number(7)],
            deliveries: vec![delivery.id],
            receipt: Some("rest/1".to_owned()),
            ..Needs::in_tenant(console())
        },
    )
    .await;
    let loaded = snapshot.find(&console(), TaskRef::Id(task.id)).expect("the task");
    assert_eq!((&loaded.task, &loaded.list, &loaded.reminders), (&task, &list, &vec![due]));
    assert_eq!(snapshot.series.get(&series.id), Some(&series));
    assert_eq!(snapshot.deliveries.get(&delivery.id), Some(&delivery));
    assert_eq!(snapshot.people.values().collect::<Vec<_>>(), [&ana, &bob]);
    assert_eq!(snapshot.receipt, Some(receipt));
    assert_eq!(store.task(&console(), TaskRef::Number(7)).await.expect("an answer"), Some(task.clone()));
    assert_eq!(store.task(&tenant("slack:T1"), TaskRef::Number(7)).await.expect("an answer"), None);
    assert_eq!(store.lists(&[list.id]).await.expect("an answer"), [list]);
}

fn seat(series: &Series, task: &Task) -> Recurring {
    Recurring {
        series: series.id,
        nth: 1,
        scheduled_for: series.start,
        scheduled_at: task.created_at,
        rule: series.rule.clone(),
        repeat_from: RepeatFrom::Schedule,
        undone_since: None,
    }
}

pub async fn an_undo_note_brings_its_tasks_as_they_stand_now(store: Arc<impl Store>) {
    let samples = Samples::default();
    let (list, task) = with_task(&*store, &samples).await;
    let conversation = ConversationId("console/ana".to_owned());
    let edited = retitled(&task, "edited");
    let record = UndoRecord {
        at: at(1),
        tasks: vec![Altered::of(Some(&task), &edited), Altered::of(None, &edited)],
        lists: vec![list.clone()],
        series: Vec::new(),
        snoozed: Vec::new(),
        cancelled: Vec::new(),
        settings: None,
    };
    let note = |change| Some(UndoNote { conversation: conversation.clone(), change });
    let change = Change { undo: note(Some(record.clone())), ..samples.changing(&list, &task, &edited) };
    committed(&*store, change).await;
    let later = retitled(&edited, "edited again");
    committed(&*store, samples.changing(&list, &edited, &later)).await;
    let asked = Needs { undo: Some(conversation.clone()), ..Needs::in_tenant(console()) };
    let snapshot = load(&*store, asked.clone()).await;
    assert_eq!(snapshot.undo, Some(record));
    assert_eq!(snapshot.tasks[&task.id].task, later);
    committed(&*store, Change { undo: note(None), ..Change::default() }).await;
    assert_eq!(load(&*store, asked).await.undo, None);
}

pub async fn a_delivery_brings_every_member(store: Arc<impl Store>) {
    let samples = Samples::default();
    let (list, task) = with_task(&*store, &samples).await;
    let other = samples.task(&list, task.author, 2);
    let place = Place::Direct(task.author);
    let mut due = moved_on(&samples.reminder(&task, place.clone(), at(5)), ReminderState::Due);
    let cancelled = moved_on(&samples.reminder(&other, place, at(6)), ReminderState::Cancelled);
    let delivery = samples.delivery(&[&due, &cancelled]);
    due.delivery = Some(delivery.id);
    let mut change = samples.making(&list, &other);
    change.reminders = vec![Put::new(due.clone()), Put::new(cancelled.clone())];
    change.deliveries = vec![Put::new(delivery.clone())];
    committed(&*store, change).await;
    let asked = Needs { deliveries: vec![delivery.id], ..Needs::in_tenant(console()) };
    let snapshot = load(&*store, asked).await;
    assert_eq!(snapshot.tasks[&task.id].reminders, [due]);
    assert_eq!(snapshot.tasks[&other.id].reminders, [cancelled]);
    // Asked for by its task, a reminder that is due brings what carries it.
    assert_eq!(load(&*store, needs(&[task.id])).await.deliveries.get(&delivery.id), Some(&delivery));
    let unconcerned = load(&*store, needs(&[other.id])).await;
    assert!(unconcerned.tasks[&other.id].reminders.is_empty() && unconcerned.deliveries.is_empty());
}

pub async fn a_series_brings_its_current_and_withdrawn_tasks(store: Arc<impl Store>) {
    let samples = Samples::default();
    let (list, current) = with_task(&*store, &samples).await;
    let withdrawn = samples.task(&list, current.author, 2);
    let mut series = samples.series(&current, None);
    series.withdrawn = Some(withdrawn.id);
    let mut member = samples.task(&list, current.author, 3);
    member.recurring = Some(seat(&series, &member));
    committed(&*store, samples.making(&list, &withdrawn)).await;
    let change = Change { series: vec![Put::new(series.clone())], ..samples.making(&list, &member) };
    committed(&*store, change).await;
    let asked = Needs { series: vec![series.id], ..Needs::in_tenant(console()) };
    let both = [current.id, withdrawn.id];
    assert_eq!(load(&*store, asked).await.tasks.keys().copied().collect::<Vec<_>>(), both);
    let snapshot = load(&*store, needs(&[member.id])).await;
    assert!(both.iter().all(|id| snapshot.tasks.contains_key(id)) && snapshot.series.contains_key(&series.id));
}

pub async fn the_last_delivered_reminder_of_a_place_is_known(store: Arc<impl Store>) {
    let samples = Samples::default();
    let (list, first) = with_task(&*store, &samples).await;
    let second = samples.task(&list, first.author, 2);
    committed(&*store, samples.making(&list, &second)).await;
    let place = Place::Channel("ops".to_owned());
    // The second was meant earlier, but came later.
    for (task, meant) in [(&first, 50), (&second, 10)] {
        let reminder = moved_on(&samples.reminder(task, place.clone(), at(meant)), ReminderState::Delivered);
        let events = vec![samples.reminder_event(&reminder)];
        committed(&*store, Change { reminders: vec![Put::new(reminder)], events, ..Change::default() }).await;
    }
    let asked = |place: &Place| Needs { last_reminder_at: Some(place.clone()), ..Needs::in_tenant(console()) };
    let snapshot = load(&*store, asked(&place)).await;
    assert_eq!(snapshot.last_reminder, Some(second.id));
    assert_eq!(snapshot.tasks[&second.id].reminders.len(), 1);
    assert_eq!(load(&*store, asked(&Place::Channel("dev".to_owned()))).await.last_reminder, None);
}

pub async fn own_tasks_that_follow_a_zone_are_found(store: Arc<impl Store>) {
    let samples = Samples::default();
    let (list, timed) = with_task(&*store, &samples).await;
    let day = Task {
        due: Some(Due::day(jiff::civil::date(2026, 5, 1), Zone::utc())),
        ..samples.task(&list, timed.author, 2)
    };
    let timed_due = Task { due: Some(due_at(5)), ..samples.task(&list, timed.author, 3) };
    let series = samples.series(&timed_due, None);
    let mut seated = samples.task(&list, timed.author, 4);
    seated.recurring = Some(seat(&series, &seated));
    let shared = List::of_channel(&channel("console", "ops"));
    let elsewhere = Task { due: day.due.clone(), ..samples.task(&shared, timed.author, 5) };
    for (list, task) in [(&list, &day), (&list, &timed_due), (&list, &seated), (&shared, &elsewhere)] {
        committed(&*store, samples.making(list, task)).await;
    }
    committed(&*store, Change { series: vec![Put::new(series.clone())], ..Change::default() }).await;
    let asked = Needs { following_zone_of: Some(timed.author), ..Needs::in_tenant(console()) };
    let snapshot = load(&*store, asked).await;
    let found: Vec<_> = snapshot.tasks.keys().copied().filter(|id| *id != series.current).collect();
    assert_eq!(found, [day.id, seated.id]);
    assert!(snapshot.series.contains_key(&series.id));
}

pub async fn what_waits_for_its_time_is_found_for_many_tasks_at_once(store: Arc<impl Store>) {
    let samples = Samples::default();
    let (list, first) = with_task(&*store, &samples).await;
    let [second, third] = [2, 3].map(|number| samples.task(&list, first.author, number));
    let elsewhere = List::of_channel(&channel("slack:T1", "ops"));
    let foreign = samples.task(&elsewhere, first.author, 1);
    for (list, task) in [(&list, &second), (&list, &third), (&elsewhere, &foreign)] {
        committed(&*store, samples.making(list, task)).await;
    }
    let [here, there] = ["ops", "dev"].map(|channel| Place::Channel(channel.to_owned()));
    let mut waiting = Vec::new();
    for (task, place, meant) in [(&first, &here, 5), (&first, &there, 7), (&third, &here, 3), (&foreign, &here, 9)] {
        waiting.push(samples.reminder(task, place.clone(), at(meant)));
    }
    let states = [ReminderState::Due, ReminderState::Delivered, ReminderState::Cancelled, ReminderState::Failed];
    let others = states.map(|state| moved_on(&samples.reminder(&second, here.clone(), at(1)), state));
    let reminders = waiting.iter().chain(&others).cloned().map(Put::new).collect();
    committed(&*store, Change { reminders, ..Change::default() }).await;
    for asked in [vec![&first, &second, &third], vec![&third, &foreign], vec![&second], vec![]] {
        let ids: Vec<_> = asked.iter().map(|task| task.id).collect();
        let mut found = store.scheduled(&ids).await.expect("an answer");
        found.sort_by_key(|reminder| reminder.id);
        let mut expected: Vec<_> = waiting.iter().filter(|one| ids.contains(&one.task)).cloned().collect();
        expected.sort_by_key(|reminder| reminder.id);
        assert_eq!(found, expected);
    }
}
