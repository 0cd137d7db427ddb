//! Bodies that are no JSON, or JSON to trip over: a clear answer each, and nothing is made.

use serde_json::json;

use super::kit::Site;

/// Bodies, the status and code they get, and words that the problem has.
async fn table(cases: Vec<(Vec<u8>, u16, &str, &str)>) {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    for (body, status, code, words) in cases {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let answer = site.call("POST", "/api/v1/tasks").by(&ana).raw(body).send().await;
        assert_eq!(answer.status.as_u16(), status, "{shown}: {}", answer.text());
        let problem = answer.problem(status, code);
        let detail = problem["detail"].as_str().expect("a detail");
        let step = problem["next_step"].as_str().expect("a next step");
        assert!(detail.contains(words) || step.contains(words), "{shown}: {detail} {step}");
        assert!(detail.chars().count() <= 400, "{shown}");
    }
    assert!(site.titles(&ana, "").await.is_empty());
}

fn text(body: &str) -> Vec<u8> {
    body.as_bytes().to_vec()
}

#[tokio::test]
async fn broken_json_is_told_by_its_position() {
    table(vec![
        (text("{"), 400, "not_json", "line 1 column 1"),
        (text("{\"title\": \"a\","), 400, "not_json", "line 1 column 14"),
        (text("{\"title\": \"a\"}}"), 400, "not_json", "line 1 column 15"),
        (text("{\"title\": \"a\"} {\"title\": \"b\"}"), 400, "not_json", "line 1"),
        (text("{'title': 'a'}"), 400, "not_json", "line 1 column 2"),
        (text("{\n\"title\": a\n}"), 400, "not_json", "line 2"),
        (text("null"), 400, "not_json", "object"),
        (
            text("[\"title\", null, null, null, null, null, null, [], null, null, null, null]"),
            400,
            "not_json",
            "object",
        ),
        (text(&"[".repeat(10_000)), 400, "not_json", "object"),
        (text("   "), 400, "not_json", "object"),
        (text("title=a"), 400, "not_json", "object"),
        (text("{\"title\": \"a\nb\"}"), 400, "not_json", "control character"),
        (text("{\"title\": \"\\ud800\"}"), 400, "not_json", "hex escape"),
        (text("{\"title\": \"\\udc00\\ud800\"}"), 400, "not_json", "hex escape"),
        (text("{\"title\": \"a\", \"priority\": 1e400}"), 400, "not_json", "number out of range"),
        (text("{\"title\": \"a\", \"priority\": NaN}"), 400, "not_json", "line 1"),
    ])
    .await;
}

#[tokio::test]
async fn json_that_says_something_else_is_told_by_its_field() {
    let deep = |open: &str| open.repeat(10_000);
    table(vec![
        (text(&deep("{\"a\":")), 422, "invalid", "`a`"),
        (text(&format!("{{\"title\": {}", deep("["))), 422, "invalid", "`title`"),
        (text(&format!("{{\"tags\": {}", deep("["))), 422, "invalid", "`tags[0]`"),
        (text("{\"title\": \"a\", \"title\": \"b\"}"), 422, "invalid", "duplicate field `title`"),
        (text("{\"title\": \"a\\u0000b\"}"), 422, "invalid", "NUL"),
        (text("{\"title\": \"a\", \"tags\": [\"a\\u0000\"]}"), 422, "invalid", "`tags[0]`"),
        (text("{\"title\": \"a\", \"priority\": 1.5}"), 422, "invalid", "`priority`"),
        (text("{\"title\": \"a\", \"priority\": -1}"), 422, "invalid", "`priority`"),
        (text("{\"title\": \"a\", \"priority\": 18446744073709551616}"), 422, "invalid", "`priority`"),
        (text(&format!("{{\"{}\": 1}}", "k".repeat(100_000))), 422, "invalid", "kkk"),
        (text("{\"__proto__\": {}, \"title\": \"a\"}"), 422, "invalid", "__proto__"),
        (text("{\"title\": \"a\", \"status\": \"done\"}"), 422, "invalid", "`/complete`"),
    ])
    .await;
}

#[tokio::test]
async fn bytes_that_are_no_utf8_are_told_by_their_position() {
    table(vec![
        (b"{\"title\": \"\xff\"}".to_vec(), 400, "not_json", "byte 11"),
        (b"\xef\xbb".to_vec(), 400, "not_json", "byte 0"),
        (b"\xff\xfe{\x00}\x00".to_vec(), 400, "not_json", "byte 0"),
        (b"{\"title\": \"\xed\xa0\x80\"}".to_vec(), 400, "not_json", "byte 11"),
    ])
    .await;
}

#[tokio::test]
async fn a_body_must_say_that_it_is_json() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let call = || site.call("POST", "/api/v1/tasks").by(&ana).body("{\"title\": \"t\"}");
    call().send().await.problem(415, "not_json");
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data", ""] {
        call().header("content-type", kind).send().await.problem(415, "not_json");
    }
    for kind in ["application/json; charset=utf-8", "Application/JSON", "application/merge-patch+json"] {
        call().header("content-type", kind).send().await.expect(201);
    }
}

#[tokio::test]
async fn an_empty_body_lacks_its_title() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let answer = site.call("POST", "/api/v1/tasks").by(&ana).send().await;
    assert!(answer.problem(422, "invalid")["detail"].as_str().expect("a detail").contains("title"));
}

#[tokio::test]
async fn requests_without_a_body_take_nothing_in_it() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    site.task(&ana, json!({"title": "t"})).await;
    let path = "/api/v1/tasks/1/complete";
    site.post(&ana, path, json!({"at": "noon"})).await.problem(422, "invalid");
    site.call("POST", path).by(&ana).raw("nonsense").send().await.problem(400, "not_json");
    site.post(&ana, path, json!({})).await.expect(200);
}

#[tokio::test]
async fn any_text_comes_back_as_it_was_sent() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let titles = [
        "'; DROP TABLE tasks; --",
        "<script>alert(1)</script> @everyone <!channel> <@U1>",
        "[x](javascript:alert(1)) {{7*7}} ${HOME} %s %n",
        "\u{202e}right to left\u{202c} zero\u{200b}width",
        "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
        "👩‍👩‍👧‍👦 family",
        "null",
    ];
    for title in titles {
        let task = site.task(&ana, json!({"title": title, "description": title})).await;
        assert_eq!((&task["title"], &task["description"]), (&json!(title), &json!(title)));
    }
    let control = site.task(&ana, json!({"title": "a\r\nFAKE LOG \u{1b}[31mred"})).await;
    assert_eq!(control["title"], "a FAKE LOG [31mred");
}
