//! The installations port: one row per workspace, changed by version; and what sleeps is held.

use std::sync::Arc;

use domain::change::{Change, Put};
use domain::command::TaskRef;
use domain::ids::{PersonId, TokenId};
use domain::list::List;
use domain::person::Identity;
use domain::place::Place;
use domain::ports::agenda::{Agenda, Reach};
use domain::ports::audit::{AuditLog, AuditQuery};
use domain::ports::installations::{Installation, Installations, Sealed};
use domain::ports::people::{People, Token};
use domain::ports::store::Store;
use domain::reminder::Delivery;
use domain::seal::ERASED;
use domain::task::Task;
use domain::tenant::Platform;
use jiff::Timestamp;

use super::audit::entries;
use super::people::act;
use crate::kit::samples::{Samples, at, tenant};

/// Every test of this suite, for an adapter that `$open` opens.
macro_rules! suite {
    ($open:path) => {
        crate::conformance::each!(
            $open,
            installations: an_installation_is_changed_by_version,
            of_many_who_install_at_once_one_is_first,
            a_request_is_used_up_once_until_it_is_forgotten,
            what_is_due_in_a_tenant_that_sleeps_is_held_until_it_wakes,
            a_tenant_that_sleeps_is_purged_whole_and_no_other,
        );
    };
}
pub(crate) use suite;

/// A workspace in which the app is installed.
pub fn installation(name: &str) -> Installation {
    Installation {
        tenant: tenant(name),
        workspace: "Acme".to_owned(),
        enterprise: None,
        bot_user: "UB1".to_owned(),
        token: Some(Sealed("1.sealed".to_owned())),
        scopes: vec!["chat:write".to_owned()],
        installed_by: Some("U1".to_owned()),
        installed_at: at(1),
        asleep_since: None,
        version: 1,
    }
}

pub async fn an_installation_is_changed_by_version(store: Arc<impl Installations + Agenda>) {
    let (one, two) = (installation("slack:T1"), installation("slack:T2"));
    assert_eq!(store.installation(&one.tenant).await.expect("an answer"), None);
    for row in [&two, &one] {
        assert!(store.put_installation(row).await.expect("written"));
        assert!(!store.put_installation(row).await.expect("an answer"), "it is there already");
    }
    let asleep = Installation { asleep_since: Some(at(9)), token: None, version: 2, ..one.clone() };
    assert!(store.put_installation(&asleep).await.expect("written"));
    assert!(!store.put_installation(&asleep).await.expect("an answer"), "it has moved on");
    assert_eq!(store.installation(&one.tenant).await.expect("an answer"), Some(asleep.clone()));
    assert_eq!(store.asleep(&one.tenant).await.expect("an answer"), Some(at(9)));
    assert_eq!(store.asleep(&two.tenant).await.expect("an answer"), None);
    assert_eq!(store.installations().await.expect("all"), [asleep, two]);
}

pub async fn of_many_who_install_at_once_one_is_first(store: Arc<impl Installations + 'static>) {
    let writing = (0..8).map(|n| {
        let (store, row) = (store.clone(), Installation { bot_user: format!("UB{n}"), ..installation("slack:T1") });
        tokio::spawn(async move { store.put_installation(&row).await.expect("an answer") })
    });
    let mut written = 0;
    for one in writing.collect::<Vec<_>>() {
        written += usize::from(one.await.expect("a task"));
    }
    assert_eq!(written, 1);
}

pub async fn a_request_is_used_up_once_until_it_is_forgotten(store: Arc<impl Installations + 'static>) {
    let using = (0..8).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.use_up("a request", at(1), at(10)).await.expect("an answer") })
    });
    let mut used = 0;
    for one in using.collect::<Vec<_>>() {
        used += usize::from(one.await.expect("a task"));
    }
    assert_eq!(used, 1);
    assert!(store.use_up("another", at(10), at(20)).await.expect("an answer"));
    assert!(!store.use_up("a request", at(10), at(20)).await.expect("an answer"), "its time is not over yet");
    assert!(store.use_up("a third", at(11), at(20)).await.expect("an answer"));
    assert!(store.use_up("a request", at(11), at(20)).await.expect("an answer"), "its time is over");
}

pub async fn what_is_due_in_a_tenant_that_sleeps_is_held_until_it_wakes(
    store: Arc<impl Store + Agenda + Installations>,
) {
    let samples = Samples::default();
    for (name, when) in [("slack:T1", 5), ("slack:T2", 7)] {
        something_due(&*store, &samples, name, at(when)).await;
    }
    let row = installation("slack:T1");
    store.put_installation(&row).await.expect("written");
    assert_eq!(found(&*store).await, (2, 2, 2, Some(at(5))));
    let asleep = Installation { asleep_since: Some(at(2)), version: 2, ..row.clone() };
    store.put_installation(&asleep).await.expect("written");
    assert_eq!(found(&*store).await, (1, 1, 1, Some(at(7))), "only the other tenant's");
    store.put_installation(&Installation { asleep_since: None, version: 3, ..row }).await.expect("written");
    assert_eq!(found(&*store).await, (2, 2, 2, Some(at(5))));
}

/// A reminder, a delivery and a series of a tenant that are due then.
async fn something_due(store: &impl Store, samples: &Samples, name: &str, when: Timestamp) {
    let ana = samples.person("ana").id;
    let list = List::personal(tenant(name), ana);
    let task = samples.task(&list, ana, 1);
    let mut change = samples.making(&list, &task);
    change.series = vec![Put::new(samples.series(&task, Some(when)))];
    store.commit(change).await.expect("committed");
    let reminder = samples.reminder(&task, Place::Direct(ana), when);
    let delivery = Delivery { next_attempt_at: when, ..samples.delivery(&[&reminder]) };
    let (reminders, deliveries) = (vec![Put::new(reminder)], vec![Put::new(delivery)]);
    store.commit(Change { reminders, deliveries, ..Change::default() }).await.expect("committed");
}

/// How many reminders, deliveries and series are due, and when the first of the former is.
async fn found(store: &impl Agenda) -> (usize, usize, usize, Option<Timestamp>) {
    let reach = [Reach::Platform(Platform::Slack)];
    (
        store.due_reminders(&reach, at(60), 10).await.expect("an answer").len(),
        store.due_deliveries(&reach, at(60), 10).await.expect("an answer").len(),
        store.due_series(at(60), 10).await.expect("an answer").len(),
        store.next_reminder(&reach).await.expect("an answer"),
    )
}

/// Somebody in a tenant, with a token, a task of theirs, and what happened to it in the log.
async fn inhabited(store: &(impl Store + People + AuditLog), samples: &Samples, name: &str) -> (PersonId, Task) {
    let identity: Identity = format!("{name}/U1").parse().expect("an identity");
    let ana = store.introduce(&identity, samples.person("ana")).await.expect("introduced").id;
    let token = Token {
        id: TokenId(samples.id()),
        person: ana,
        hash: name.to_owned(),
        created_at: at(1),
        expires_at: None,
        revoked_at: None,
    };
    store.add_token(&token, &act(ana, "token.created", 1)).await.expect("added");
    let list = List::personal(tenant(name), ana);
    let task = samples.task(&list, ana, 1);
    let mut change = samples.making(&list, &task);
    change.series = vec![Put::new(samples.series(&task, Some(at(5))))];
    store.append(&entries(&change.events)).await.expect("appended");
    store.commit(change).await.expect("committed");
    let reminder = samples.reminder(&task, Place::Direct(ana), at(5));
    let delivery = samples.delivery(&[&reminder]);
    let (reminders, deliveries) = (vec![Put::new(reminder)], vec![Put::new(delivery)]);
    store.commit(Change { reminders, deliveries, ..Change::default() }).await.expect("committed");
    (ana, task)
}

pub async fn a_tenant_that_sleeps_is_purged_whole_and_no_other(
    store: Arc<impl Store + Agenda + Installations + People + AuditLog>,
) {
    let samples = Samples::default();
    let (ana, gone) = inhabited(&*store, &samples, "slack:T1").await;
    let (zoe, kept) = inhabited(&*store, &samples, "slack:T2").await;
    let bob = samples.person("bob");
    for identity in ["slack:T1/U2", "slack:T2/U2"] {
        let identity: Identity = identity.parse().expect("an identity");
        assert_eq!(store.introduce(&identity, bob.clone()).await.expect("introduced").id, bob.id);
    }
    let row = installation("slack:T1");
    for row in [&row, &installation("slack:T2")] {
        store.put_installation(row).await.expect("written");
    }
    let erasure = act(PersonId::SYSTEM, ERASED, 9);
    assert!(!store.purge(&row, &erasure).await.expect("an answer"), "it is awake");
    let asleep = Installation { asleep_since: Some(at(2)), version: 2, ..row.clone() };
    store.put_installation(&asleep).await.expect("written");
    assert!(!store.purge(&row, &erasure).await.expect("an answer"), "it has moved on");
    assert!(store.purge(&asleep, &erasure).await.expect("purged"));
    assert!(!store.purge(&asleep, &erasure).await.expect("an answer"), "there is nothing left");

    let task = async |task: &Task| store.task(&task.tenant, TaskRef::Id(task.id)).await.expect("an answer");
    assert_eq!((task(&gone).await, task(&kept).await.map(|task| task.id)), (None, Some(kept.id)));
    assert_eq!(store.installation(&row.tenant).await.expect("an answer"), None);
    assert_eq!(found(&*store).await, (1, 1, 1, Some(at(5))), "what is due in the other tenant");
    let known = async |person| store.person(person).await.expect("an answer").is_some();
    assert_eq!((known(ana).await, known(zoe).await, known(bob.id).await), (false, true, true));
    let identities = store.identities(bob.id).await.expect("an answer");
    assert_eq!(identities, ["slack:T2/U2".parse().expect("an identity")], "known in the other tenant alone");
    let token = async |hash| store.token(hash).await.expect("an answer").is_some();
    assert_eq!((token("slack:T1").await, token("slack:T2").await), (false, true));

    let log = AuditQuery { limit: 200, ..AuditQuery::default() };
    let told: Vec<_> = store.page(&log).await.expect("a page").items.into_iter().map(|(_, one)| one.subject).collect();
    assert_eq!(told, [kept.id], "no content is left");
    let stream = samples.event(None, &gone, &List::personal(gone.tenant.clone(), ana)).stream();
    assert_eq!(store.last_versions(&[stream]).await.expect("an answer").get(&stream), Some(&1), "what stood there is");
    let acts = store.acts(Some(PersonId::SYSTEM), 10).await.expect("acts");
    assert_eq!(acts.len(), 1);
    assert_eq!(acts[0].detail["rows"].as_array().map(Vec::len), Some(1), "{acts:?}");
}

/// How many tasks a large tenant has, and how many come in one change.
const LARGE: u64 = 1_000;
const AT_ONCE: u64 = 250;

/// A tenant with many tasks, all of them in the log.
async fn crowded(store: &(impl Store + AuditLog), samples: &Samples, name: &str) {
    let ana = samples.person("ana").id;
    let list = List::personal(tenant(name), ana);
    for first in (1..=LARGE).step_by(usize::try_from(AT_ONCE).expect("few")) {
        let tasks: Vec<Task> = (first..first + AT_ONCE).map(|number| samples.task(&list, ana, number)).collect();
        let events: Vec<_> = tasks.iter().map(|task| samples.event(None, task, &list)).collect();
        store.append(&entries(&events)).await.expect("appended");
        let change = Change {
            lists: vec![list.clone()],
            tasks: tasks.into_iter().map(Put::new).collect(),
            events,
            ..Change::default()
        };
        store.commit(change).await.expect("committed");
    }
}

pub async fn changes_are_made_while_a_large_tenant_is_purged(
    store: Arc<impl Store + Installations + People + AuditLog + 'static>,
) {
    let samples = Samples::default();
    crowded(&*store, &samples, "slack:T1").await;
    let asleep = Installation { asleep_since: Some(at(2)), ..installation("slack:T1") };
    store.put_installation(&asleep).await.expect("written");
    let (purging, erasure) = (store.clone(), act(PersonId::SYSTEM, ERASED, 9));
    let purge = tokio::spawn(async move { purging.purge(&asleep, &erasure).await.expect("purged") });
    let (ana, mut made) = (samples.person("ana").id, 0);
    let list = List::personal(tenant("slack:T2"), ana);
    while !purge.is_finished() {
        made += 1;
        store.commit(samples.making(&list, &samples.task(&list, ana, made))).await.expect("committed");
    }
    assert!(purge.await.expect("a task"), "it was done");
    assert!(made >= 3, "{made} changes were made meanwhile: they waited for all of it");
    assert_eq!(store.task(&tenant("slack:T1"), TaskRef::Number(LARGE)).await.expect("an answer"), None);
    let acts = store.acts(Some(PersonId::SYSTEM), 1_000).await.expect("acts");
    let mut rows: Vec<u64> = acts
        .iter()
        .flat_map(|act| act.detail["rows"].as_array().expect("rows").iter())
        .filter_map(|row| row.as_u64())
        .collect();
    rows.sort_unstable();
    rows.dedup();
    assert_eq!(rows.len() as u64, LARGE, "each content that went is noted");
}
