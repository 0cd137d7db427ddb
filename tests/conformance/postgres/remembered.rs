//! What a process remembers of people is what another process has made of it.

use std::time::Duration;

use domain::change::{Change, Put};
use domain::ids::PersonId;
use domain::person::Person;
use domain::ports::bell::Bell;
use domain::ports::people::People;
use domain::ports::store::Store;
use domain::snapshot::Needs;
use sqlx::postgres::PgListener;
use store_postgres::PostgresStore;
use tokio::time::{Instant, timeout};

use super::{Scratch, migrated, open};
use crate::conformance::people::{act, token};
use crate::kit::samples::{Samples, at, channel, tenant};

const SOON: Duration = Duration::from_secs(60);

/// Until it is so.
macro_rules! becomes {
    ($what:expr) => {
        let deadline = Instant::now() + SOON;
        while !$what {
            assert!(Instant::now() < deadline, "it is never so: {}", stringify!($what));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
}

/// A store that listens, and another process.
async fn two() -> (Scratch, store_postgres::BellBridge, PostgresStore) {
    let scratch = migrated().await;
    let bell = Bell::default();
    let bridge = scratch.store.bell_bridge(bell.clone());
    timeout(SOON, bell.listen().heard()).await.expect("listening begins with a ring");
    let other = open(&scratch.database).await;
    (scratch, bridge, other)
}

#[tokio::test]
async fn a_token_that_another_process_revoked_is_good_no_more() {
    let (scratch, _bridge, other) = two().await;
    let samples = Samples::default();
    let ana = samples.person("ana").id;
    let token = token(&samples, ana, 1);
    other.add_token(&token, &act(ana, "token.created", 1)).await.expect("added");
    let held = async || scratch.store.holder(&token.hash).await.expect("an answer").expect("a token").0;
    for _ in 0..3 {
        assert_eq!(held().await.revoked_at, None);
    }
    other.revoke_token(ana, token.id, &act(ana, "token.revoked", 7)).await.expect("revoked");
    becomes!(held().await.revoked_at == Some(at(7)));
}

#[tokio::test]
async fn a_look_at_a_page_makes_nobody_forget_anything() {
    let scratch = migrated().await;
    let mut ear = PgListener::connect(&scratch.database.url()).await.expect("a connection");
    ear.listen("taskbot_people").await.expect("listening");
    let identity = "slack:T1/U1".parse().expect("an identity");
    scratch.store.introduce(&identity, Samples::default().person("ana")).await.expect("introduced");
    scratch.store.look_at_home(&identity, at(1), 0).await.expect("noted");
    scratch.database.sql("NOTIFY taskbot_people, 'afterwards'").await.expect("told");
    for told in ["", "afterwards"] {
        assert_eq!(ear.recv().await.expect("told").payload(), told);
    }
}

#[tokio::test]
async fn a_channel_that_was_joined_elsewhere_is_known() {
    let (scratch, _bridge, other) = two().await;
    let ana = Samples::default().person("ana").id;
    assert_eq!(scratch.store.joined(ana).await.expect("an answer"), []);
    other.join(ana, &channel("console", "dev")).await.expect("joined");
    becomes!(scratch.store.joined(ana).await.expect("an answer") == [channel("console", "dev")]);
}

async fn set(store: &PostgresStore, was: Option<u64>, person: &Person) {
    let people = vec![Put { row: person.clone(), was }];
    store.commit(Change { people, ..Change::default() }).await.expect("committed");
}

async fn version(store: &PostgresStore, id: PersonId) -> u64 {
    let needs = Needs { people: vec![id], ..Needs::in_tenant(tenant("console")) };
    store.load(&needs).await.expect("a snapshot").people[&id].version
}

#[tokio::test]
async fn settings_that_were_changed_elsewhere_are_followed_and_never_written_over() {
    let (scratch, _bridge, other) = two().await;
    let ana = Samples::default().person("ana");
    set(&other, None, &ana).await;
    assert_eq!(version(&scratch.store, ana.id).await, ana.version);
    let changed = Person { version: ana.version + 1, ..ana.clone() };
    set(&other, Some(ana.version), &changed).await;
    let stale = Change { people: vec![Put::over(ana.version, changed.clone())], ..Change::default() };
    assert!(scratch.store.commit(stale).await.is_err(), "a version that has moved is a conflict");
    assert_eq!(version(&scratch.store, ana.id).await, changed.version, "a conflict forgets what was remembered");
    set(&other, Some(changed.version), &Person { version: changed.version + 1, ..changed.clone() }).await;
    becomes!(version(&scratch.store, ana.id).await == changed.version + 1);
}
