//! What to do next: a problem names what would be taken, in no chat's words.

use serde_json::{Value, json};

use super::kit::{Answer, Guest, Site, at};

/// Back-ticks hold names and values of the API, never a line to type in a chat.
const CHAT: [&str; 9] = ["Type `", "`add ", "`reopen ", "`done ", "`snooze ", "`claim ", "`move ", "`edit ", "`untag "];

fn step(answer: &Answer) -> String {
    let problem = answer.expect(answer.status.as_u16());
    let step = problem["next_step"].as_str().unwrap_or_else(|| panic!("no next step: {problem}")).to_owned();
    for text in [&step, problem["detail"].as_str().expect("a detail")] {
        assert!(CHAT.iter().all(|line| !text.contains(line)), "it speaks chat: {problem}");
    }
    step
}

#[tokio::test]
async fn a_field_that_is_refused_says_what_it_takes() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let cases = [
        (json!({}), "one line of text"),
        (json!({"title": " \n "}), "what is to be done"),
        (json!({"title": "t", "priority": "high"}), "1 (urgent), 2 (high), 3 (medium) or 4 (low)"),
        (json!({"title": "t", "priority": 9}), "1 (urgent), 2 (high), 3 (medium) or 4 (low)"),
        (json!({"title": "t", "due": "9999-12-31T23:59:59Z"}), "before 30 December 9999"),
        (json!({"title": "t", "due": "10000-01-01"}), "before 30 December 9999"),
        (json!({"title": "t", "due": "tomorrow"}), "a day such as 2026-03-06"),
        (json!({"title": "t", "due": 5}), "a day such as 2026-03-06"),
        (json!({"title": "t", "due": "2026-03-06", "due_zone": "Mars"}), "Europe/Madrid"),
        (json!({"title": "t", "due": "2026-03-06", "rrule": "FREQ=SECONDLY"}), "the shortest is FREQ=MINUTELY"),
        (json!({"title": "t", "due": "2026-03-06", "rrule": "FREQ=DAILY", "repeat_from": "x"}), "`completion`"),
        (json!({"title": "t", "tags": "home"}), "[\"home\", \"garden\"]"),
        (json!({"title": "t", "tags": (0..21).map(|n| format!("t{n}")).collect::<Vec<_>>()}), "up to 20"),
        (json!({"title": "t", "assignees": "me"}), "[\"me\", \"ana\"]"),
    ];
    for (body, words) in cases {
        let answer = site.post(&ana, "/api/v1/tasks", body.clone()).await;
        assert_eq!(answer.status.as_u16(), 422, "{body}: {}", answer.text());
        assert!(step(&answer).contains(words), "{body}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_parameter_that_is_refused_says_what_it_takes() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let cases = [
        ("/api/v1/tasks?priority=high", "1 (urgent)"),
        ("/api/v1/tasks?status=opened", "`missed`, `skipped` or `all`"),
        ("/api/v1/tasks?sort=title", "`created`, `due`, `priority` or `number`"),
        ("/api/v1/tasks?order=up", "`asc` or `desc`"),
        ("/api/v1/tasks?limit=0", "from 1 to 200"),
        ("/api/v1/tasks?limit=many", "from 1 to 200"),
        ("/api/v1/tasks?due_before=10000-01-01", "before 30 December 9999"),
        ("/api/v1/tasks?q=%21%21", "letters or digits"),
        ("/api/v1/tasks?nonsense=1", "/api/v1/openapi.json"),
        ("/api/me/audit?event_type=painted", "`TASK_CREATED`"),
        ("/api/me/audit?from=yesterday", "2026-03-06"),
    ];
    for (path, words) in cases {
        let answer = site.get(&ana, path).await;
        answer.problem(400, "bad_request");
        assert!(step(&answer).contains(words), "{path}: {}", answer.text());
    }
}

async fn call(site: &Site, guest: &Guest, method: &str, path: &str, body: Value) -> Answer {
    site.call(method, path).by(guest).header("if-match", "*").json(&body).send().await
}

#[tokio::test]
async fn a_deed_that_is_refused_says_what_to_call_and_not_what_to_type() {
    let site = Site::open().await;
    let (ana, ben) = (site.guest("ana").await, site.guest("ben").await);
    site.world.join(&ana.who, "ops").await;
    site.world.join(&ben.who, "ops").await;
    let done = site.task(&ana, json!({"title": "done"})).await;
    call(&site, &ana, "POST", &format!("{}/complete", at(&done)), json!({})).await.expect(200);
    let shared = site.task(&ana, json!({"title": "shared", "list": "#ops"})).await;
    let snooze = format!("{}/snooze", at(&done));
    let tomorrow = json!({"until": "2026-03-05T09:00:00Z"});
    let rule = json!({"due": "2026-03-06", "rrule": "FREQ=DAILY"});
    let rare = json!({"due": "2026-03-06", "rrule": "FREQ=DAILY;INTERVAL=7;BYMONTH=2;BYMONTHDAY=30"});
    let ownless = json!({"rrule": "FREQ=DAILY"});
    let cases = [
        (&ana, "POST", snooze.clone(), tomorrow, 409, "Reopen it"),
        (&ana, "POST", snooze.clone(), json!({"until": "2026-03-01T09:00:00Z"}), 422, "a later one"),
        (&ana, "POST", snooze.clone(), json!({"until": "soon"}), 422, "a time to come with its offset"),
        (&ana, "POST", snooze, json!({"for": "20 minutes or so"}), 422, "PT20M"),
        (&ana, "PATCH", at(&done), rule, 409, "Reopen it"),
        (&ana, "PATCH", at(&shared), rare, 422, "fewer conditions, as in FREQ="),
        (&ana, "PATCH", at(&shared), ownless, 422, "due first"),
        (&ben, "PATCH", at(&shared), json!({"title": "mine"}), 403, "ask one of them"),
        (&ben, "DELETE", at(&shared), json!({}), 403, "ask one of them"),
        (&ben, "PATCH", at(&done), json!({"title": "mine"}), 404, "GET /api/v1/tasks"),
        (&ana, "POST", "/api/v1/tasks/99/reopen".to_owned(), json!({}), 404, "GET /api/v1/tasks"),
    ];
    for (guest, method, path, body, status, words) in cases {
        let answer = call(&site, guest, method, &path, body.clone()).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path} {body}: {}", answer.text());
        assert!(step(&answer).contains(words), "{method} {path} {body}: {}", answer.text());
    }
}
