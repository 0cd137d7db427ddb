//! Tokens: whoever has none, or none that is good, learns nothing.

use jiff::ToSpan;
use serde_json::json;

use super::kit::Site;

#[tokio::test]
async fn no_token_and_every_kind_of_bad_token_answer_alike() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let expired = {
        let soon = site.world.tasks.clock.now() + 1.hour();
        let token = site.token(&ana.who, Some(soon)).await;
        site.world.clock.set("2026-03-04T16:00:00Z");
        token
    };
    let revoked = site.token(&ana.who, None).await;
    let newest = site.world.tasks.people.tokens(ana.who.person).await.expect("tokens");
    let id = newest.first().expect("the newest").id;
    assert!(site.world.tasks.revoke_token(ana.who.person, ana.who.person, id).await.expect("an answer"));

    let good = site.get(&ana, "/api/v1/tasks").await;
    assert_eq!(good.status, 200);
    let bad = [
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        "Bearer x".to_owned(),
        format!("Basic {}", ana.token),
        format!("Bearer {}x", ana.token),
        format!("Bearer {} {}", ana.token, ana.token),
        format!("Bearer {}", ana.token.to_uppercase()),
        format!("Bearer {}", "x".repeat(10_000)),
        format!("Bearer {expired}"),
        format!("Bearer {revoked}"),
    ];
    let none = site.call("GET", "/api/v1/tasks").send().await;
    none.problem(401, "unauthorized");
    for header in &bad {
        let answer = site.call("GET", "/api/v1/tasks").header("authorization", header).send().await;
        answer.problem(401, "unauthorized");
        assert_eq!(answer.untraced(), none.untraced(), "{header}");
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"taskbot\"");
    }
}

#[tokio::test]
async fn two_authorization_headers_are_none() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let answer = site.call("GET", "/api/v1/tasks").by(&ana).by(&ana).send().await;
    answer.problem(401, "unauthorized");
}

#[tokio::test]
async fn the_scheme_may_be_written_in_any_case() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let header = format!("bEARER {}", ana.token);
    site.call("GET", "/api/v1/tasks").header("authorization", &header).send().await.expect(200);
}

#[tokio::test]
async fn nothing_is_read_or_done_before_the_token_is_good() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let answer = site.call("POST", "/api/v1/tasks").json(&json!({"title": "sneaky"})).send().await;
    answer.problem(401, "unauthorized");
    site.call("POST", "/api/v1/tasks").raw("{broken").send().await.problem(401, "unauthorized");
    assert!(site.titles(&ana, "").await.is_empty());
}

#[tokio::test]
async fn making_and_taking_back_a_token_is_written_down_without_its_secret() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let people = &site.world.tasks.people;
    let token = people.tokens(ana.who.person).await.expect("tokens").remove(0);
    assert!(site.world.tasks.revoke_token(ana.who.person, ana.who.person, token.id).await.expect("an answer"));
    let again = site.world.tasks.revoke_token(ana.who.person, ana.who.person, token.id).await;
    assert!(!again.expect("an answer"));
    let acts = people.acts(Some(ana.who.person), 10).await.expect("acts");
    let actions: Vec<&str> = acts.iter().map(|act| act.action.as_str()).collect();
    assert_eq!(actions, ["token.revoked", "token.created"]);
    let written = serde_json::to_string(&acts).expect("JSON");
    assert!(!written.contains(&ana.token) && !written.contains(&token.hash));
}
