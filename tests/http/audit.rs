//! What happened: the audit of a person, the history of a task.

use serde_json::{Value, json};

use super::kit::{Guest, Site, Texts, at};

/// A task that went through everything, by somebody with a trace.
async fn story(site: &Site) -> (Guest, Value) {
    let ana = site.guest("ana").await;
    let call = site.call("POST", "/api/v1/tasks").by(&ana);
    let traced = call.header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    let task = traced.json(&json!({"title": "life", "due": "2026-03-06"})).send().await.expect(201);
    let edit = site.call("PATCH", &at(&task)).by(&ana).version(&task).json(&json!({"title": "long life"}));
    edit.send().await.expect(200);
    for what in ["complete", "reopen"] {
        site.call("POST", &format!("{}/{what}", at(&task))).by(&ana).send().await.expect(200);
    }
    site.call("DELETE", &at(&task)).by(&ana).header("if-match", "4").send().await.expect(204);
    site.settle_audit().await;
    (ana, task)
}

const STEPS: [&str; 5] = ["TASK_CREATED", "TASK_UPDATED", "TASK_COMPLETED", "TASK_REOPENED", "TASK_DELETED"];

fn task_steps(page: &Value) -> Vec<String> {
    page.texts("event_type").into_iter().filter(|kind| kind.starts_with("TASK_")).collect()
}

#[tokio::test]
async fn every_step_stands_once_newest_first_with_its_reminders() {
    let site = Site::open().await;
    let (ana, task) = story(&site).await;
    let page = site.get(&ana, "/api/me/audit").await.expect(200);
    let mut steps = task_steps(&page);
    steps.reverse();
    assert_eq!(steps, STEPS);
    let versions: Vec<&Value> = page["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter(|item| item["reminder"].is_null())
        .map(|item| &item["version"])
        .collect();
    assert_eq!(versions, [5, 4, 3, 2, 1]);
    let all = page["items"].as_array().expect("items");
    assert!(all.iter().all(|item| item["task"].is_object()), "a reminder's item shows its task too");
    let kinds = page.texts("event_type");
    assert_eq!(kinds.iter().filter(|kind| *kind == "REMINDER_SCHEDULED").count(), 2);
    assert_eq!(kinds.iter().filter(|kind| *kind == "REMINDER_CANCELLED").count(), 2);
    assert_eq!(page["next_cursor"], Value::Null);
    let first = page["items"].as_array().expect("items").iter().find(|item| item["event_type"] == "TASK_CREATED");
    let first = first.expect("the first");
    assert_eq!(first["task"]["id"], task["id"]);
    assert_eq!(first["trace_id"], "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(first["user_id"], ana.who.person.to_string());
    assert_eq!(first["changes"]["title"], json!([null, "life"]));
    assert_eq!(first["tenant_id"], "console");
}

#[tokio::test]
async fn the_own_id_is_as_good_as_me_and_any_other_is_absent() {
    let site = Site::open().await;
    let (ana, _) = story(&site).await;
    let me = site.get(&ana, "/api/me/audit").await;
    let own = site.get(&ana, &format!("/api/{}/audit", ana.who.person)).await;
    assert_eq!(me.expect(200), own.expect(200));
    site.get(&ana, "/api/ana/audit").await.problem(404, "not_found");
}

#[tokio::test]
async fn nobody_reads_the_audit_of_somebody_else_whatever_they_call_them() {
    let site = Site::open().await;
    let (ana, task) = story(&site).await;
    let (sam, boss) = (site.guest("sam").await, site.guest("boss").await);
    let id = ana.who.person.to_string();
    let names = [id.clone(), id.to_uppercase(), id.replace('-', ""), format!("{{{id}}}"), format!("urn:uuid:{id}")];
    let others = ["ana", "@ana", "ME", "me%20", "me%00", "*", "0", "00000000-0000-0000-0000-000000000000"];
    let absent = site.get(&sam, "/api/nobody/audit").await.problem(404, "not_found")["detail"].clone();
    for name in names.iter().map(String::as_str).chain(others) {
        // Operators moderate what they see; what somebody did is no part of that.
        for asker in [&sam, &boss] {
            let problem = site.get(asker, &format!("/api/{name}/audit")).await.problem(404, "not_found");
            assert_eq!(problem["detail"], absent, "{name}: it does not say whether there is such a person");
        }
    }
    let sams = site.get(&sam, "/api/me/audit").await.expect(200);
    assert_eq!(sams["items"], json!([]), "nor is there any of it in one's own");
    site.get(&sam, &format!("{}/history", at(&task))).await.problem(404, "not_found");
    site.call("GET", &format!("/api/{id}/audit")).send().await.problem(401, "unauthorized");
}

#[tokio::test]
async fn a_history_is_told_from_the_beginning_even_of_a_deleted_task() {
    let site = Site::open().await;
    let (ana, task) = story(&site).await;
    let page = site.get(&ana, &format!("{}/history", at(&task))).await.expect(200);
    assert_eq!(task_steps(&page), STEPS);
    let by_number = site.get(&ana, "/api/v1/tasks/1/history").await.expect(200);
    assert_eq!(page, by_number);
}

#[tokio::test]
async fn types_and_times_narrow_it_down() {
    let site = Site::open().await;
    let (ana, _) = story(&site).await;
    let cases = [
        ("event_type=created", vec!["TASK_CREATED"]),
        ("event_type=TASK_CREATED", vec!["TASK_CREATED"]),
        ("event_type=created&event_type=deleted", vec!["TASK_DELETED", "TASK_CREATED"]),
        ("event_type=created,task_deleted", vec!["TASK_DELETED", "TASK_CREATED"]),
        ("event_type=reminder_failed", vec![]),
        ("event_type=created&from=2026-03-04T15:00:00Z", vec!["TASK_CREATED"]),
        ("event_type=created&from=2026-03-04T15:00:00.000001Z", vec![]),
        ("event_type=created&to=2026-03-04T15:00:00Z", vec![]),
        ("event_type=created&from=2026-03-04&to=2026-03-05", vec!["TASK_CREATED"]),
    ];
    for (query, kinds) in cases {
        let page = site.get(&ana, &format!("/api/me/audit?{query}")).await.expect(200);
        assert_eq!(page.texts("event_type"), kinds, "{query}");
    }
    for query in ["event_type=exploded", "from=yesterday", "limit=0", "limit=201", "who=ana", "to=1&to=2"] {
        site.get(&ana, &format!("/api/me/audit?{query}")).await.problem(400, "bad_request");
        site.get(&ana, &format!("/api/v1/tasks/1/history?{query}")).await.problem(400, "bad_request");
    }
}

#[tokio::test]
async fn what_others_did_to_ones_tasks_is_there_too() {
    let site = Site::open().await;
    let (ana, ben) = (site.guest("ana").await, site.guest("ben").await);
    site.world.join(&ana.who, "ops").await;
    site.world.join(&ben.who, "ops").await;
    let task = site.task(&ana, json!({"title": "shared", "list": "#ops"})).await;
    site.call("POST", &format!("{}/complete", at(&task))).by(&ben).send().await.expect(200);
    site.settle_audit().await;
    let hers = site.get(&ana, "/api/me/audit").await.expect(200);
    assert_eq!(hers.texts("event_type"), ["TASK_COMPLETED", "TASK_CREATED"]);
    assert_eq!(hers["items"][0]["user_id"], ben.who.person.to_string());
    let his = site.get(&ben, "/api/me/audit").await.expect(200);
    assert_eq!(his.texts("event_type"), ["TASK_COMPLETED"]);
}
