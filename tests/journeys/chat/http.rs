//! `/api/v1/chat`: the same turn over HTTP.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use bot::console::ConsoleChat;
use bot::{Door, Limits};
use domain::service::{Operators, Secret};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::talk::{Speaker, Talk};

/// The routes over a talk.
fn router(talk: &Talk) -> Router {
    let console = ConsoleChat::new(talk.world.store.clone(), talk.state.clone(), talk.world.clock.clone());
    let door =
        Door { turns: talk.turns.clone(), operators: Arc::new(Operators::new()), rooms: vec![Arc::new(console)] };
    bot::router(door).into()
}

async fn token(talk: &Talk, who: &Speaker) -> String {
    token_of(talk, who, 7).await
}

async fn token_of(talk: &Talk, who: &Speaker, random: u8) -> String {
    let secret = Secret::from_random([random; 32]);
    let person = who.principal.person;
    talk.world.tasks.issue_token(person, person, &secret, None).await.expect("issued");
    secret.reveal().to_owned()
}

fn request(token: &str) -> axum::http::request::Builder {
    Request::post("/api/v1/chat")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
}

async fn send(router: &Router, request: Request<Body>) -> (StatusCode, Value) {
    let response = router.clone().oneshot(request).await.expect("an answer");
    let status = response.status();
    let body = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    (status, serde_json::from_slice(&body).expect("JSON"))
}

async fn say(router: &Router, token: &str, body: Value) -> (StatusCode, Value) {
    let body = body.to_string();
    send(router, request(token).body(Body::from(body)).expect("a request")).await
}

#[tokio::test]
async fn a_line_over_http_is_answered_like_one_on_a_terminal() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    let (router, token) = (router(&talk), token(&talk, &ana).await);
    let (status, answer) = say(&router, &token, json!({ "text": "call Bo friday 5pm" })).await;
    assert_eq!(status, StatusCode::OK);
    assert!(answer["reply"].as_str().is_some_and(|reply| reply.starts_with("Added #1: call Bo\n  due Fri 6 Mar")));
    assert_eq!(answer["private"], true);
    assert_eq!(answer["tasks"][0]["number"], 1);
    assert_eq!(answer["tasks"][0]["due"], "2026-03-06T17:00:00-05:00");
    assert_eq!(answer.get("refused"), None);
}

#[tokio::test]
async fn a_refused_or_misread_line_is_still_an_answer() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    let (router, token) = (router(&talk), token(&talk, &ana).await);
    let (status, answer) = say(&router, &token, json!({ "text": "done 9" })).await;
    assert_eq!((status, &answer["refused"]), (StatusCode::OK, &json!({ "code": "not_found" })));
    let (status, answer) = say(&router, &token, json!({ "text": "pay on 31 feb" })).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(answer["refused"], json!({ "code": "not_understood", "error": "invalid_date" }));
}

#[tokio::test]
async fn one_speaks_only_in_channels_that_one_joined() {
    let talk = Talk::begins().await;
    let ana = talk.in_channel("ana", "ops").await;
    talk.in_channel("sam", "secret").await;
    let (router, token) = (router(&talk), token(&talk, &ana).await);
    let (status, answer) = say(&router, &token, json!({ "text": "add ship release", "channel": "#Ops" })).await;
    assert_eq!((status, &answer["tasks"][0]["list"]), (StatusCode::OK, &json!("#ops")));
    assert_eq!(answer["private"], false);
    let (foreign, problem) = say(&router, &token, json!({ "text": "list", "channel": "secret" })).await;
    let (absent, same) = say(&router, &token, json!({ "text": "list", "channel": "nowhere" })).await;
    assert_eq!((foreign, absent), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    assert_eq!((&problem["code"], &problem["detail"]), (&same["code"], &same["detail"]));
}

#[tokio::test]
async fn nobody_speaks_without_a_good_token() {
    let talk = Talk::begins().await;
    let router = router(&talk);
    let (status, problem) = say(&router, "taskbot_0", json!({ "text": "list" })).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNAUTHORIZED, &json!("unauthorized")));
    assert_eq!(problem["type"], "urn:taskbot:problem:unauthorized");
    let bare = Request::post("/api/v1/chat").body(Body::from("{}")).expect("a request");
    assert_eq!(send(&router, bare).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_same_key_again_changes_nothing_twice_and_the_trace_goes_on() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    let (router, token) = (router(&talk), token(&talk, &ana).await);
    let keyed = |text: &str| {
        let body = json!({ "text": text }).to_string();
        request(&token).header("idempotency-key", "k1").body(Body::from(body)).expect("a request")
    };
    let (_, first) = send(&router, keyed("buy milk")).await;
    let (_, second) = send(&router, keyed("buy milk")).await;
    assert_eq!(first, second);
    assert!(talk.says(&ana, "list").await.starts_with("1 open task\n"));
    let (status, reused) = send(&router, keyed("buy bread")).await;
    assert_eq!((status, &reused["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("key_reused")));
}

/// A line under a key.
fn keyed(token: &str, key: &str, body: &Value) -> Request<Body> {
    request(token).header("idempotency-key", key).body(Body::from(body.to_string())).expect("a request")
}

#[tokio::test]
async fn a_key_belongs_to_its_line_even_if_that_was_a_question() {
    let talk = Talk::begins().await;
    let (ana, sam) = (talk.direct("ana").await, talk.direct("sam").await);
    talk.in_channel("ana", "ops").await;
    let (router, token) = (router(&talk), token(&talk, &ana).await);
    let (list, add) = (json!({ "text": "list" }), json!({ "text": "buy milk" }));
    assert_eq!(send(&router, keyed(&token, "k1", &list)).await.0, StatusCode::OK);
    let there = json!({ "text": "list", "channel": "ops" });
    for other in [&add, &there] {
        let (status, reused) = send(&router, keyed(&token, "k1", other)).await;
        assert_eq!((status, &reused["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("key_reused")), "{other}");
    }
    let (_, listed) = say(&router, &token, list.clone()).await;
    assert_eq!(listed["tasks"], json!([]), "nothing was added");
    assert_eq!(send(&router, keyed(&token, "k2", &add)).await.0, StatusCode::OK);
    assert_eq!(send(&router, keyed(&token, "k2", &list)).await.0, StatusCode::UNPROCESSABLE_ENTITY, "nor backwards");
    let (_, again) = send(&router, keyed(&token, "k1", &list)).await;
    assert!(again["reply"].as_str().is_some_and(|reply| reply.contains("buy milk")), "a question is asked again");
    let sams = token_of(&talk, &sam, 8).await;
    assert_eq!(send(&router, keyed(&sams, "k1", &add)).await.0, StatusCode::OK, "everybody has their own keys");
}

#[tokio::test]
async fn a_key_is_free_after_a_refusal_and_after_many_others() {
    let talk = Talk::with(Limits { burst: NonZeroU32::MAX, ..Limits::default() }).await;
    let ana = talk.direct("ana").await;
    let (router, token) = (router(&talk), token(&talk, &ana).await);
    let (_, refused) = send(&router, keyed(&token, "k", &json!({ "text": "done 9" }))).await;
    assert_eq!(refused["refused"]["code"], "not_found");
    assert_eq!(send(&router, keyed(&token, "k", &json!({ "text": "list" }))).await.0, StatusCode::OK);
    for nth in 0..64 {
        assert_eq!(send(&router, keyed(&token, &nth.to_string(), &json!({ "text": "list" }))).await.0, StatusCode::OK);
    }
    assert_eq!(send(&router, keyed(&token, "k", &json!({ "text": "help" }))).await.0, StatusCode::OK);
}

#[tokio::test]
async fn whoever_talks_too_fast_is_told_when_to_try_again() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    let (router, token) = (router(&talk), token(&talk, &ana).await);
    let mut answers = Vec::new();
    for _ in 0..40 {
        answers.push(say(&router, &token, json!({ "text": "list" })).await);
    }
    let (status, problem) = answers.last().expect("answers");
    assert_eq!((*status, &problem["code"]), (StatusCode::TOO_MANY_REQUESTS, &json!("too_fast")));
}

#[tokio::test]
async fn bodies_that_are_none_are_problems() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    let (router, token) = (router(&talk), token(&talk, &ana).await);
    let huge = format!("{{\"text\":\"{}\"}}", "x".repeat(1 << 20));
    let invalid = StatusCode::UNPROCESSABLE_ENTITY;
    let cases = [("{", StatusCode::BAD_REQUEST), ("{}", invalid), ("[]", invalid), ("{\"text\":1}", invalid)];
    for (body, expected) in cases.into_iter().chain([(huge.as_str(), StatusCode::PAYLOAD_TOO_LARGE)]) {
        let sent = request(&token).body(Body::from(body.to_owned())).expect("a request");
        let (status, problem) = send(&router, sent).await;
        assert_eq!(status, expected);
        assert_eq!(problem["trace_id"].as_str().map(str::len), Some(32));
    }
    let form =
        Request::post("/api/v1/chat").header("authorization", format!("Bearer {token}")).body(Body::from("text=list"));
    assert_eq!(send(&router, form.expect("a request")).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}
