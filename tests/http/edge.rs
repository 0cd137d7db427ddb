//! What surrounds every answer: problems, traces, headers.

use serde_json::json;

use super::kit::Site;

#[tokio::test]
async fn an_unknown_address_is_a_problem_without_a_token_too() {
    let site = Site::open().await;
    for path in ["/nowhere", "/api/v1/nowhere", "/api/v2/tasks", "/api/v1/tasks/", "/api/v1/tasks/1/explode", "//"] {
        site.call("GET", path).send().await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_which_are_right() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let answer = site.call("PUT", "/api/v1/tasks/1").by(&ana).send().await;
    answer.problem(405, "method_not_allowed");
    for method in ["GET", "PATCH", "DELETE"] {
        assert!(answer.header("allow").contains(method), "{}", answer.header("allow"));
    }
    site.call("POST", "/health/live").send().await.problem(405, "method_not_allowed");
}

#[tokio::test]
async fn a_sound_trace_is_taken_up_and_any_other_is_replaced() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let ask = |header: &str| site.call("GET", "/api/v1/tasks").by(&ana).header("traceparent", header).send();
    let taken = ask(&format!("00-{trace}-b7ad6b7169203331-01")).await;
    assert_eq!(taken.header("x-trace-id"), trace);
    for bad in ["", "x", "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", &format!("00-{trace}")] {
        let answer = ask(bad).await;
        assert_eq!(answer.header("x-trace-id").len(), 32, "{bad}");
        assert_ne!(answer.header("x-trace-id"), trace);
    }
    let zero = ask("00-00000000000000000000000000000000-b7ad6b7169203331-01").await;
    assert!(zero.header("x-trace-id").bytes().any(|byte| byte != b'0'));
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    for path in ["/", "/api/v1/tasks", "/nowhere", "/health/live", "/api/v1/openapi.json", "/assets/landing.css"] {
        let answer = site.get(&ana, path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
    }
}

#[tokio::test]
async fn text_of_callers_cannot_break_out_of_a_problem() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let due = "\r\n\u{1b}[31m\"}<script>";
    let answer = site.post(&ana, "/api/v1/tasks", json!({"title": "t", "due": due})).await;
    let problem = answer.problem(422, "invalid");
    assert!(problem["detail"].as_str().expect("a detail").contains(due));
    assert!(!answer.text().contains(['\r', '\n', '\u{1b}']));
}
