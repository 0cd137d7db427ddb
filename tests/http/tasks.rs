//! Making, reading, deleting, completing, reopening, snoozing.

use serde_json::{Value, json};

use super::kit::{Site, at};

#[tokio::test]
async fn a_new_task_is_answered_with_its_address_its_version_and_itself() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let answer = site.post(&ana, "/api/v1/tasks", json!({"title": "Ship release"})).await;
    let task = answer.expect(201);
    assert_eq!(answer.header("location"), at(&task));
    assert_eq!(answer.header("etag"), "\"1\"");
    assert_eq!(task["title"], "Ship release");
    assert_eq!((&task["number"], &task["status"], &task["version"]), (&json!(1), &json!("open"), &json!(1)));
    assert_eq!((&task["list"], &task["tenant_id"]), (&json!("personal"), &json!("console")));
    let read = site.get(&ana, answer.header("location")).await;
    assert_eq!(read.expect(200), task);
    assert_eq!(read.header("etag"), "\"1\"");
}

#[tokio::test]
async fn a_task_is_found_by_its_short_number_too() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let task = site.task(&ana, json!({"title": "one"})).await;
    assert_eq!(site.get(&ana, "/api/v1/tasks/1").await.expect(200), task);
    let done = site.call("POST", "/api/v1/tasks/1/complete").by(&ana).send().await.expect(200);
    assert_eq!(done["id"], task["id"]);
}

#[tokio::test]
async fn what_is_no_reference_is_absent() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    site.task(&ana, json!({"title": "one"})).await;
    let absent = site.get(&ana, "/api/v1/tasks/2").await;
    absent.problem(404, "not_found");
    for id in ["0", "-1", "+1", "x", "%00", "%F0%28", "1e3", "99999999999999999999", "9223372036854775808", "1%20"] {
        let answer = site.get(&ana, &format!("/api/v1/tasks/{id}")).await;
        assert_eq!((answer.status.as_u16(), answer.untraced()), (404, absent.untraced()), "{id}");
    }
}

#[tokio::test]
async fn the_task_says_what_was_sent_in_the_words_of_parse() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    site.guest("ben").await;
    let sent = json!({
        "title": "Weekly sync", "description": "Agenda\n- one", "due": "2026-03-06T17:00:00-05:00",
        "due_zone": "America/New_York", "rrule": "FREQ=WEEKLY;BYDAY=FR", "repeat_from": "schedule",
        "priority": 2, "tags": ["#Ops", "web"], "assignees": ["ben", "ana"],
    });
    let task = site.task(&ana, sent.clone()).await;
    for field in ["title", "description", "due", "due_zone", "rrule", "repeat_from", "priority", "assignees"] {
        assert_eq!(task[field], sent[field], "{field}");
    }
    assert_eq!(task["tags"], json!(["ops", "web"]));
    assert_eq!(task["assignee"], "ben");
    assert_eq!(task["scheduled_for"], "2026-03-06T22:00:00Z");
    assert!(task["series_id"].is_string());
}

#[tokio::test]
async fn completing_twice_changes_nothing_more_and_reopening_brings_it_back() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let task = site.task(&ana, json!({"title": "once"})).await;
    let path = |what: &str| format!("{}/{what}", at(&task));
    let done = site.call("POST", &path("complete")).by(&ana).send().await.expect(200);
    assert_eq!((&done["status"], &done["version"]), (&json!("done"), &json!(2)));
    assert_eq!(site.post(&ana, &path("complete"), json!({})).await.expect(200), done);
    let open = site.call("POST", &path("reopen")).by(&ana).send().await.expect(200);
    assert_eq!((&open["status"], &open["version"], &open["closed_at"]), (&json!("open"), &json!(3), &Value::Null));
    assert_eq!(site.call("POST", &path("reopen")).by(&ana).send().await.expect(200), open);
}

#[tokio::test]
async fn a_deleted_task_is_gone_from_every_door() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let task = site.task(&ana, json!({"title": "gone"})).await;
    let answer = site.call("DELETE", &at(&task)).by(&ana).version(&task).send().await;
    assert_eq!(answer.expect(204), Value::Null);
    site.get(&ana, &at(&task)).await.problem(404, "not_found");
    assert!(site.titles(&ana, "status=all").await.is_empty());
    let path = format!("{}/complete", at(&task));
    site.call("POST", &path).by(&ana).send().await.problem(404, "not_found");
}

#[tokio::test]
async fn snoozing_moves_the_reminder_and_not_the_due() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let task = site.task(&ana, json!({"title": "call", "due": "2026-03-04T16:00:00Z"})).await;
    assert_eq!(task["reminds_at"], "2026-03-04T16:00:00Z");
    assert_eq!(site.get(&ana, &at(&task)).await.expect(200)["reminds_at"], task["reminds_at"]);
    let path = format!("{}/snooze", at(&task));
    let until = site.post(&ana, &path, json!({"until": "2026-03-04T19:00:00+01:00"})).await.expect(200);
    assert_eq!((&until["reminds_at"], &until["due"]), (&json!("2026-03-04T18:00:00Z"), &task["due"]));
    let later = site.post(&ana, &path, json!({"for": "PT20M"})).await.expect(200);
    assert_eq!(later["reminds_at"], "2026-03-04T15:20:00Z");
    let tomorrow = site.post(&ana, &path, json!({"for": "P1D"})).await.expect(200);
    assert_eq!(tomorrow["reminds_at"], "2026-03-05T15:00:00Z");
}

#[tokio::test]
async fn a_list_says_of_each_task_what_the_task_itself_says() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let snoozed = site.task(&ana, json!({"title": "call", "due": "2026-03-04T16:00:00Z"})).await;
    let path = format!("{}/snooze", at(&snoozed));
    site.post(&ana, &path, json!({"until": "2026-03-04T18:00:00Z"})).await.expect(200);
    site.task(&ana, json!({"title": "a day", "due": "2026-03-05"})).await;
    site.task(&ana, json!({"title": "no due"})).await;
    site.task(&ana, json!({"title": "too late", "due": "2026-03-01T16:00:00Z"})).await;
    let done = site.task(&ana, json!({"title": "done", "due": "2026-03-06T16:00:00Z"})).await;
    site.post(&ana, &format!("{}/complete", at(&done)), json!({})).await.expect(200);
    let page = site.get(&ana, "/api/v1/tasks?status=all&sort=number&order=asc").await.expect(200);
    let items = page["items"].as_array().expect("items");
    let remind: Vec<_> = items.iter().map(|task| task.get("reminds_at").and_then(Value::as_str)).collect();
    assert_eq!(remind, [Some("2026-03-04T18:00:00Z"), Some("2026-03-05T14:00:00Z"), None, None, None]);
    for task in items {
        assert_eq!(site.get(&ana, &at(task)).await.expect(200), *task);
    }
}

#[tokio::test]
async fn snoozing_to_nowhere_is_refused() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let task = site.task(&ana, json!({"title": "call", "due": "2026-03-04T16:00:00Z"})).await;
    let path = format!("{}/snooze", at(&task));
    let bodies = [
        json!({}),
        json!({"until": "2026-03-04T19:00:00Z", "for": "PT1H"}),
        json!({"until": "2026-03-04T14:00:00Z"}),
        json!({"until": "tomorrow"}),
        json!({"until": "2026-03-04T19:00:00"}),
        json!({"for": "20 minutes from the past"}),
        json!({"for": "PT0S"}),
        json!({"for": "-PT20M"}),
        json!({"for": "P19000Y"}),
    ];
    for body in bodies {
        let answer = site.post(&ana, &path, body.clone()).await;
        assert_eq!(answer.status.as_u16(), 422, "{body}: {}", answer.text());
        answer.problem(422, "invalid");
    }
}
