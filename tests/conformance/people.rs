//! The people port: one person per identity, tokens, memberships, acts.

use std::sync::Arc;

use domain::change::{Act, Change, Put};
use domain::ids::{PersonId, TokenId};
use domain::person::{Identity, Person};
use domain::ports::people::{People, Token};
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
