//! Deliveries to an app's addresses, taken by a small app that writes down what it gets.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use fakes::kit::{Bound, Server};
use fakes::slack::{Delivery, FakeSlack, Install, Mangle, Signing, sign};
use serde_json::{Value, json};

use super::kit;

/// What the app got: headers and body.
type Got = Arc<Mutex<Vec<(HeaderMap, String)>>>;

/// A Slack whose app answers with `status` and `body`.
async fn slack(status: u16, body: &'static str) -> (FakeSlack, Install, Got, Server) {
    let bound = Bound::take(([127, 0, 0, 1], 0).into()).await.expect("a port");
    let url = format!("http://{}/slack", bound.addr());
    let got = Got::default();
    let answer = move |State(got): State<Got>, headers: HeaderMap, bytes: Bytes| async move {
        got.lock().unwrap().push((headers, String::from_utf8(bytes.to_vec()).unwrap()));
        (StatusCode::from_u16(status).unwrap(), body)
    };
    let server = bound.serve(Router::new().route("/slack", post(answer)).with_state(got.clone()));
    let (slack, install) = kit::slack(Delivery::to(&url)).await;
    (slack, install, got, server)
}

fn signed_right((headers, body): &(HeaderMap, String)) -> bool {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let right = sign("signing-secret-A1", header("x-slack-request-timestamp"), body.as_bytes());
    right == header("x-slack-signature")
}

#[tokio::test]
async fn a_command_comes_signed_and_its_answer_is_shown_to_the_asker_alone() {
    let (slack, _, got, _app) = slack(200, r#"{"text":"Added."}"#).await;
    let turn = slack.person("T1", "U1").command("C1", "/task", "add Ship @bob #general <&>").await;
    assert!(turn.taken());
    let got = got.lock().unwrap().remove(0);
    assert!(signed_right(&got));
    let fields: Vec<(String, String)> = form_urlencoded::parse(got.1.as_bytes()).into_owned().collect();
    let field = |name: &str| fields.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
    assert_eq!(field("text"), Some("add Ship <@U2|bob> <#C1|general> &lt;&amp;&gt;"));
    assert_eq!((field("user_id"), field("channel_name")), (Some("U1"), Some("general")));
    let shown = slack.read(|world| world.channel("T1", "C1").unwrap().1.messages.clone());
    assert_eq!((shown[0].text.as_str(), shown[0].only_for.as_deref()), ("Added.", Some("U1")));
}

#[tokio::test]
async fn an_event_that_is_not_taken_comes_three_times_more() {
    let (slack, _, got, _app) = slack(500, "").await;
    slack.set(|settings| settings.retry_scale = 0.0001);
    let said = slack.person("T1", "U1").mention("C1", "add Ship").await;
    assert!(!said.turns[0].taken());
    let id = said.turns[0].parcel.id.clone();
    for _ in 0..100 {
        if slack.ledger().attempts(Some(&id)).len() == 4 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let got = got.lock().unwrap();
    let numbers: Vec<_> = got.iter().map(|(headers, _)| headers.get("x-slack-retry-num").cloned()).collect();
    assert_eq!(numbers.iter().flatten().collect::<Vec<_>>(), ["1", "2", "3"]);
    assert!(got[1..].iter().all(|(headers, _)| headers["x-slack-retry-reason"] == "http_error"));
    assert!(got.iter().all(|one| one.1 == got[0].1 && signed_right(one)));
}

#[tokio::test]
async fn a_command_that_is_not_taken_comes_no_more() {
    let (slack, _, got, _app) = slack(500, "").await;
    let turn = slack.person("T1", "U1").command("C1", "/task", "list").await;
    assert_eq!(turn.first.problem.as_deref(), Some("http_error"));
    assert_eq!(got.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn signatures_are_wrong_on_request() {
    let (slack, _, got, _app) = slack(200, "").await;
    let ana = slack.person("T1", "U1");
    let mangles = [Mangle::EmptySignature, Mangle::LongerBody, Mangle::Truncated(9), Mangle::Version("v1".into())];
    let mangled = mangles.into_iter().map(|mangle| Signing { mangle: Some(mangle), ..Signing::default() });
    let others = [Signing { secret: Some("another".into()), ..Signing::default() }];
    for signing in mangled.chain(others) {
        ana.clone().signed(signing).command("C1", "/task", "list").await;
        assert!(!signed_right(&got.lock().unwrap().pop().unwrap()));
    }
    ana.signed(Signing { offset: -301, ..Signing::default() }).command("C1", "/task", "list").await;
    let old = got.lock().unwrap().pop().unwrap();
    let stamp: f64 = old.0["x-slack-request-timestamp"].to_str().unwrap().parse().unwrap();
    assert!(signed_right(&old) && fakes::kit::now() - stamp > 300.0);
}

#[tokio::test]
async fn one_event_comes_twenty_times_at_once_and_under_two_ids() {
    let (slack, _, got, _app) = slack(200, "").await;
    let said = slack.person("T1", "U1").dm("remind me to stand up in 5m").await;
    let turn = &said.turns[0];
    turn.again(20).await;
    turn.under_another_id().await;
    let events: Vec<Value> = got.lock().unwrap().iter().map(|one| serde_json::from_str(&one.1).unwrap()).collect();
    assert_eq!(events.len(), 22);
    assert!(events.iter().all(|event| event["event"]["ts"] == json!(said.ts)));
    assert_ne!(events[21]["event_id"], events[0]["event_id"]);
}
