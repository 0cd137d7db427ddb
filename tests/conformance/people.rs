//! The people port: one person per identity, tokens, memberships, acts.

use std::sync::Arc;

use domain::change::{Act, Change, Put};
use domain::ids::{PersonId, TokenId};
use domain::person::{Identity, Person};
use domain::ports::people::{LOOKS_APART, People, Token};
use domain::ports::store::{CommitError, Store};

use crate::kit::samples::{Samples, at, channel};

/// Every test of this suite, for an adapter that `$open` opens.
macro_rules! suite {
    ($open:path) => {
        crate::conformance::each!(
            $open,
            people: an_identity_is_one_person_however_many_introduce_it,
            name_and_settings_change_by_version,
            one_person_may_have_several_identities,
            whose_pages_are_followed_under_a_watch_is_known_the_newest_first,
            a_look_at_a_page_is_noted_once_an_hour_or_under_another_watch,
            channels_are_joined_once,
            a_token_is_found_by_its_hash_until_for_ever,
            a_token_is_taken_back_by_its_owner_only,
            acts_come_newest_first,
        );
    };
}
pub(crate) use suite;

pub fn act(actor: PersonId, action: &str, second: i64) -> Act {
    Act {
        actor,
        action: action.to_owned(),
        subject: "thing".to_owned(),
        detail: serde_json::json!({"why": ["because"]}),
        at: at(second),
    }
}

pub async fn an_identity_is_one_person_however_many_introduce_it(store: Arc<impl People + 'static>) {
    let samples = Arc::new(Samples::default());
    let identity: Identity = "slack:T1/U1".parse().expect("an identity");
    assert_eq!(store.who_is(&identity).await.expect("an answer"), None);
    let newcomers = (0..8).map(|_| {
        let (store, samples, identity) = (store.clone(), samples.clone(), identity.clone());
        tokio::spawn(async move { store.introduce(&identity, samples.person("ana")).await.expect("introduced") })
    });
    let mut met = Vec::new();
    for newcomer in newcomers.collect::<Vec<_>>() {
        met.push(newcomer.await.expect("a task"));
    }
    let known = store.who_is(&identity).await.expect("an answer").expect("a person");
    assert!(met.iter().all(|person| *person == known));
    assert_eq!(store.person(known.id).await.expect("an answer"), Some(known.clone()));
    assert_eq!(store.identities(known.id).await.expect("an answer"), [identity]);
}

pub async fn name_and_settings_change_by_version(store: Arc<impl People + Store>) {
    let samples = Samples::default();
    let ana = store.introduce(&Identity::console("ana"), samples.person("ana")).await.expect("introduced");
    let mut moved = Person { version: 2, name: "Ana Lima".to_owned(), ..ana.clone() };
    moved.settings.zone = Some("Europe/Madrid".parse().expect("a zone"));
    let change = |was, row: &Person| Change { people: vec![Put::over(was, row.clone())], ..Change::default() };
    store.commit(change(1, &moved)).await.expect("committed");
    assert!(matches!(store.commit(change(1, &moved)).await, Err(CommitError::Conflict(_))));
    assert_eq!(store.person(ana.id).await.expect("an answer"), Some(moved.clone()));
    assert_eq!(store.who_is(&Identity::console("ana")).await.expect("an answer"), Some(moved));
}

pub async fn one_person_may_have_several_identities(store: Arc<impl People>) {
    let samples = Samples::default();
    let ana = store.introduce(&Identity::console("ana"), samples.person("ana")).await.expect("introduced");
    let other: Identity = "discord:G1/U1".parse().expect("an identity");
    assert_eq!(store.introduce(&other, ana.clone()).await.expect("introduced"), ana);
    assert_eq!(store.identities(ana.id).await.expect("an answer"), [Identity::console("ana"), other]);
}

/// Looks of somebody in this tenant, whom the store gets to know.
async fn look(store: &impl People, samples: &Samples, whose: &str, second: i64, watch: u64) -> Identity {
    let identity: Identity = whose.parse().expect("an identity");
    store.introduce(&identity, samples.person("ana")).await.expect("introduced");
    store.look_at_home(&identity, at(second), watch).await.expect("noted");
    identity
}

pub async fn whose_pages_are_followed_under_a_watch_is_known_the_newest_first(store: Arc<impl People>) {
    let samples = Samples::default();
    assert!(store.watches(at(0)).await.expect("an answer").is_empty());
    let stranger = "slack:T1/U9".parse().expect("an identity");
    store.look_at_home(&stranger, at(9), 1).await.expect("of somebody unknown nothing is noted");
    let ana = look(&*store, &samples, "slack:T1/U1", 10, 7).await;
    let bob = look(&*store, &samples, "slack:T2/U2", 20, 7).await;
    let eve = look(&*store, &samples, "slack:T2/U3", 30, 3).await;
    assert_eq!(store.watches(at(0)).await.expect("an answer"), [3, 7]);
    assert_eq!(store.watches(at(20)).await.expect("an answer"), [3], "later than this");
    let watched = async |watch, since, limit| store.watched(watch, at(since), limit).await.expect("an answer");
    assert_eq!(watched(7, 0, 9).await, [(bob.clone(), at(20)), (ana, at(10))], "of all tenants");
    assert_eq!(watched(7, 0, 1).await, [(bob.clone(), at(20))]);
    assert_eq!(watched(7, 10, 9).await, [(bob, at(20))]);
    assert_eq!(watched(3, 0, 9).await, [(eve, at(30))]);
    assert!(watched(1, 0, 9).await.is_empty());
}

pub async fn a_look_at_a_page_is_noted_once_an_hour_or_under_another_watch(store: Arc<impl People>) {
    let (samples, hour) = (Samples::default(), LOOKS_APART.as_secs());
    let looks = [(0, 1, 0), (hour - 1, 1, 0), (hour, 1, hour), (hour + 1, 2, hour + 1), (hour + 2, 2, hour + 1)];
    for (second, watch, noted) in looks {
        let ana = look(&*store, &samples, "slack:T1/U1", second, watch).await;
        assert_eq!(store.watches(at(-1)).await.expect("an answer"), [watch], "it is followed under one");
        assert_eq!(store.watched(watch, at(-1), 9).await.expect("an answer"), [(ana, at(noted))]);
    }
}

pub async fn channels_are_joined_once(store: Arc<impl People>) {
    let samples = Samples::default();
    let ana = samples.person("ana").id;
    let channels = [channel("console", "dev"), channel("console", "ops")];
    for channel in channels.iter().rev().chain(&channels) {
        store.join(ana, channel).await.expect("joined");
    }
    assert_eq!(store.joined(ana).await.expect("an answer"), channels);
    assert!(store.joined(samples.person("bob").id).await.expect("an answer").is_empty());
}

pub fn token(samples: &Samples, person: PersonId, second: i64) -> Token {
    Token {
        id: TokenId(samples.id()),
        person,
        hash: format!("hash {second}"),
        created_at: at(second),
        expires_at: (second > 1).then(|| at(900)),
        revoked_at: None,
    }
}

pub async fn a_token_is_found_by_its_hash_until_for_ever(store: Arc<impl People>) {
    let samples = Samples::default();
    let ana = samples.person("ana").id;
    let (first, second) = (token(&samples, ana, 1), token(&samples, ana, 2));
    for token in [&first, &second] {
        store.add_token(token, &act(ana, "token.created", 1)).await.expect("added");
    }
    assert_eq!(store.token("hash 1").await.expect("an answer"), Some(first.clone()));
    assert_eq!(store.token("hash 3").await.expect("an answer"), None);
    assert_eq!(store.tokens(ana).await.expect("an answer"), [second, first]);
}

pub async fn a_token_is_taken_back_by_its_owner_only(store: Arc<impl People>) {
    let samples = Samples::default();
    let (ana, bob) = (samples.person("ana").id, samples.person("bob").id);
    let token = token(&samples, ana, 1);
    store.add_token(&token, &act(ana, "token.created", 1)).await.expect("added");
    let revoked = |who: PersonId| act(who, "token.revoked", 7);
    assert!(!store.revoke_token(bob, token.id, &revoked(bob)).await.expect("an answer"));
    assert!(store.revoke_token(ana, token.id, &revoked(ana)).await.expect("an answer"));
    assert!(!store.revoke_token(ana, token.id, &revoked(ana)).await.expect("an answer"));
    let stored = store.token(&token.hash).await.expect("an answer").expect("still there");
    assert_eq!(stored.revoked_at, Some(at(7)));
    let acts = store.acts(None, 10).await.expect("acts");
    assert_eq!(acts.iter().map(|act| act.action.as_str()).collect::<Vec<_>>(), ["token.revoked", "token.created"]);
}

pub async fn acts_come_newest_first(store: Arc<impl People + Store>) {
    let samples = Samples::default();
    let (ana, bob) = (samples.person("ana").id, samples.person("bob").id);
    let acts = vec![act(ana, "first", 1), act(bob, "second", 2), act(ana, "third", 3)];
    store.commit(Change { acts: acts.clone(), ..Change::default() }).await.expect("committed");
    let newest: Vec<Act> = acts.iter().rev().cloned().collect();
    assert_eq!(store.acts(None, 10).await.expect("acts"), newest);
    assert_eq!(store.acts(None, 2).await.expect("acts"), newest[..2]);
    assert_eq!(store.acts(Some(bob), 10).await.expect("acts"), newest[1..2]);
}
