//! PATCH, and the versions that it and DELETE need.

use serde_json::{Value, json};

use super::kit::{Answer, Guest, Site, at};

async fn patch(site: &Site, guest: &Guest, task: &Value, body: Value) -> Answer {
    site.call("PATCH", &at(task)).by(guest).version(task).json(&body).send().await
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_leaves_the_rest() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let task = site.task(&ana, json!({"title": "old", "priority": 2, "tags": ["a"], "due": "2026-03-06"})).await;
    let answer = patch(&site, &ana, &task, json!({"title": "new"})).await;
    let after = answer.expect(200);
    assert_eq!(answer.header("etag"), "\"2\"");
    let mut expected = task.clone();
    for field in ["title", "version", "updated_at", "reminds_at"] {
        expected[field] = after[field].clone();
    }
    assert_eq!((&after["title"], &after), (&json!("new"), &expected));
}

#[tokio::test]
async fn null_clears() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let full = json!({
        "title": "full", "description": "text", "priority": 1, "tags": ["a"], "due": "2026-03-06",
        "rrule": "FREQ=DAILY", "assignee": "me",
    });
    let task = site.task(&ana, full).await;
    let rule = patch(&site, &ana, &task, json!({"rrule": null})).await.expect(200);
    assert_eq!((&rule["rrule"], &rule["series_id"], &rule["due"]), (&Value::Null, &Value::Null, &task["due"]));
    let empty = json!({"description": null, "priority": null, "due": null, "assignee": null, "tags": null});
    let after = patch(&site, &ana, &rule, empty).await.expect(200);
    for field in ["priority", "due", "due_zone", "assignee"] {
        assert_eq!(after[field], Value::Null, "{field}");
    }
    assert_eq!((&after["description"], &after["tags"], &after["assignees"]), (&json!(""), &json!([]), &json!([])));
    patch(&site, &ana, &after, json!({"title": null})).await.problem(422, "invalid");
}

#[tokio::test]
async fn a_patch_that_says_nothing_new_changes_nothing() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let task = site.task(&ana, json!({"title": "same"})).await;
    assert_eq!(patch(&site, &ana, &task, json!({})).await.expect(200)["version"], 1);
    assert_eq!(patch(&site, &ana, &task, json!({"title": "same"})).await.expect(200)["version"], 1);
}

#[tokio::test]
async fn a_rule_needs_a_due_and_its_companions_need_a_rule() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let task = site.task(&ana, json!({"title": "plain"})).await;
    for body in [json!({"rrule": "FREQ=DAILY"}), json!({"repeat_from": "completion"}), json!({"due_zone": "UTC"})] {
        patch(&site, &ana, &task, body).await.problem(422, "invalid");
    }
    let body = json!({"due": "2026-03-06", "rrule": "FREQ=DAILY", "repeat_from": "completion"});
    let after = patch(&site, &ana, &task, body).await.expect(200);
    assert_eq!((&after["rrule"], &after["repeat_from"]), (&json!("FREQ=DAILY"), &json!("completion")));
}

#[tokio::test]
async fn without_a_version_nothing_is_changed() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let task = site.task(&ana, json!({"title": "mine"})).await;
    for path in [at(&task), "/api/v1/tasks/77".to_owned()] {
        let edit = site.call("PATCH", &path).by(&ana).json(&json!({"title": "x"})).send().await;
        edit.problem(428, "version_required");
        site.call("DELETE", &path).by(&ana).send().await.problem(428, "version_required");
    }
    assert_eq!(site.get(&ana, &at(&task)).await.expect(200), task);
}

#[tokio::test]
async fn a_stale_version_is_refused() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let task = site.task(&ana, json!({"title": "v1"})).await;
    patch(&site, &ana, &task, json!({"title": "v2"})).await.expect(200);
    patch(&site, &ana, &task, json!({"title": "v3"})).await.problem(412, "version_stale");
    let answer = site.call("DELETE", &at(&task)).by(&ana).version(&task).send().await;
    answer.problem(412, "version_stale");
    assert_eq!(site.get(&ana, &at(&task)).await.expect(200)["title"], "v2");
}

#[tokio::test]
async fn a_version_may_come_bare_quoted_weak_or_as_a_star() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let task = site.task(&ana, json!({"title": "0"})).await;
    for (tag, title) in [("1", "a"), ("\"2\"", "b"), ("W/\"3\"", "c"), ("*", "d")] {
        let call = site.call("PATCH", &at(&task)).by(&ana).header("if-match", tag);
        assert_eq!(call.json(&json!({"title": title})).send().await.expect(200)["title"], title, "{tag}");
    }
    for tag in ["", "\"x\"", "\"1\", \"5\"", "5x", "-5", "99999999999999999999"] {
        let call = site.call("PATCH", &at(&task)).by(&ana).header("if-match", tag);
        call.json(&json!({"title": "no"})).send().await.problem(400, "bad_request");
    }
}

#[tokio::test]
async fn whoever_only_sees_a_task_may_complete_but_not_change_it() {
    let site = Site::open().await;
    let (ana, ben, boss) = (site.guest("ana").await, site.guest("ben").await, site.guest("boss").await);
    for guest in [&ana, &ben, &boss] {
        site.world.join(&guest.who, "ops").await;
    }
    let task = site.task(&ana, json!({"title": "shared", "list": "#ops"})).await;
    patch(&site, &ben, &task, json!({"title": "mine now"})).await.problem(403, "not_allowed");
    site.call("DELETE", &at(&task)).by(&ben).version(&task).send().await.problem(403, "not_allowed");
    let after = patch(&site, &boss, &task, json!({"title": "moderated"})).await.expect(200);
    assert_eq!(after["version"], 2);
    site.call("POST", &format!("{}/complete", at(&task))).by(&ben).send().await.expect(200);
}

#[tokio::test]
async fn a_rule_that_begins_in_a_gap_of_the_clocks_keeps_the_wall_time_that_was_sent() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    site.world.clock.set("2027-03-27T11:00:00Z");
    let gap = json!({"due": "2027-03-28T02:30:00+01:00", "due_zone": "Europe/Berlin", "rrule": "FREQ=DAILY"});
    let mut new = gap.clone();
    new["title"] = json!("made");
    let made = site.task(&ana, new).await;
    let plain = site.task(&ana, json!({"title": "edited"})).await;
    let edited = patch(&site, &ana, &plain, gap).await.expect(200);
    for task in [made, edited] {
        assert_eq!(task["due"], "2027-03-28T03:30:00+02:00", "{task}");
        site.call("POST", &format!("{}/complete", at(&task))).by(&ana).send().await.expect(200);
        let id = task["id"].as_str().expect("an id").parse().expect("a uuid");
        site.world.advance(&site.world.by_id(&ana.who, id).await).await;
        let next = site.get(&ana, "/api/v1/tasks?status=open&sort=number&order=desc&limit=1").await.expect(200);
        assert_eq!(next["items"][0]["due"], "2027-03-29T02:30:00+02:00", "{next}");
    }
}
