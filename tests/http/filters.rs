//! What a list can be asked: filter, search, sort.

use serde_json::json;

use super::kit::{Guest, Site, Texts, at};

/// Five tasks that differ in everything that can be asked for.
async fn five(site: &Site) -> Guest {
    let ana = site.guest("ana").await;
    site.guest("ben").await;
    let bodies = [
        json!({"title": "Écrire the report", "priority": 1, "tags": ["ops", "web"], "due": "2026-03-06"}),
        json!({"title": "Call the bank", "priority": 3, "tags": ["home"], "due": "2026-03-05T12:00:00-05:00"}),
        json!({"title": "Plan offsite", "tags": ["ops"], "assignee": "ben"}),
        json!({"title": "Buy milk", "description": "and the report's ink", "priority": 3}),
        json!({"title": "Ship release", "priority": 4, "due": "2026-03-08T09:00:00-04:00", "assignees": ["me", "ben"]}),
    ];
    for body in bodies {
        site.task(&ana, body).await;
    }
    site.call("POST", "/api/v1/tasks/4/complete").by(&ana).send().await.expect(200);
    ana
}

async fn finds(cases: &[(&str, &[&str])]) {
    let site = Site::open().await;
    let ana = five(&site).await;
    for (query, numbers) in cases {
        let page = site.get(&ana, &format!("/api/v1/tasks?sort=number&{query}")).await.expect(200);
        let found: Vec<String> =
            page["items"].as_array().expect("items").iter().map(|t| t["number"].to_string()).collect();
        assert_eq!(found, *numbers, "{query}");
    }
}

#[tokio::test]
async fn status_priority_tag_and_assignee_filter() {
    finds(&[
        ("", &["1", "2", "3", "4", "5"]),
        ("status=all", &["1", "2", "3", "4", "5"]),
        ("status=open", &["1", "2", "3", "5"]),
        ("status=done", &["4"]),
        ("status=open,done", &["1", "2", "3", "4", "5"]),
        ("status=open&status=done", &["1", "2", "3", "4", "5"]),
        ("status=missed,skipped", &[]),
        ("priority=1", &["1"]),
        ("priority=1,3", &["1", "2", "4"]),
        ("priority=3&priority=4&status=open", &["2", "5"]),
        ("tag=ops", &["1", "3"]),
        ("tag=%23OPS", &["1", "3"]),
        ("tag=ops&tag=web", &["1"]),
        ("tag=ops,web", &["1"]),
        ("assignee=me", &["5"]),
        ("assignee=ben", &["3", "5"]),
        ("assignee=ben&tag=ops", &["3"]),
        ("list=personal", &["1", "2", "3", "4", "5"]),
        ("list=%23ops", &[]),
    ])
    .await;
}

#[tokio::test]
async fn dues_filter_by_day_and_by_instant() {
    finds(&[
        ("due_before=2026-03-06", &["2"]),
        ("due_before=2026-03-07", &["1", "2"]),
        ("due_after=2026-03-05", &["1", "5"]),
        ("due_after=2026-03-05&due_before=2026-03-08", &["1"]),
        ("due_before=2026-03-05T17:00:00Z", &[]),
        ("due_before=2026-03-05T17:00:01Z", &["2"]),
        ("due_after=2026-03-05T12:00:00-05:00", &["1", "5"]),
        ("due_before=2026-03-05T18:00:01+01:00", &["2"]),
        ("due_before=2026-03-05T18:00:01%2B01:00", &["2"]),
    ])
    .await;
}

#[tokio::test]
async fn words_are_found_in_any_spelling_and_the_last_one_by_its_beginning() {
    finds(&[
        ("q=report", &["1", "4"]),
        ("q=REP", &["1", "4"]),
        ("q=ecrire", &["1"]),
        ("q=%C3%89CRIRE+rep", &["1"]),
        ("q=report+ecr", &["1"]),
        ("q=rep+ecrire", &[]),
        ("q=ops", &["1", "3"]),
        ("q=milk&status=open", &[]),
        ("q=", &["1", "2", "3", "4", "5"]),
        ("q=%27+OR+1%3D1+--", &[]),
    ])
    .await;
}

#[tokio::test]
async fn lists_are_sorted_both_ways_with_the_empty_ones_last() {
    let site = Site::open().await;
    let ana = five(&site).await;
    let cases = [
        ("sort=created", "12345"),
        ("sort=created&order=desc", "54321"),
        ("sort=number&order=desc", "54321"),
        ("sort=due&status=open", "2153"),
        ("sort=priority&status=open", "1253"),
    ];
    for (query, numbers) in cases {
        let page = site.get(&ana, &format!("/api/v1/tasks?{query}")).await.expect(200);
        let found: String = page["items"].as_array().expect("items").iter().map(|t| t["number"].to_string()).collect();
        assert_eq!(found, numbers, "{query}");
    }
}

#[tokio::test]
async fn a_question_that_makes_no_sense_is_refused_by_name() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let cases = [
        ("colour=red", "colour"),
        ("sort=name", "`priority`"),
        ("sort=due;DROP", "`sort`"),
        ("order=up", "`desc`"),
        ("status=deleted", "`skipped`"),
        ("priority=5", "`priority`"),
        ("limit=0", "200"),
        ("limit=201", "200"),
        ("limit=ten", "`limit`"),
        ("limit=1&limit=2", "twice"),
        ("q=a&q=b", "`q`"),
        ("q=%21%21", "`q`"),
        ("q=a%00b", "NUL"),
        ("due_before=soon", "2026-03-06"),
        ("cursor=x", "cursor"),
        ("tenant=console&tenant=console", "`tenant`"),
    ];
    for (query, words) in cases {
        let problem = site.get(&ana, &format!("/api/v1/tasks?{query}")).await.problem(400, "bad_request");
        assert!(problem["detail"].as_str().expect("a detail").contains(words), "{query}: {problem}");
    }
    site.get(&ana, "/api/v1/tasks?assignee=nobody").await.problem(422, "unknown");
    site.get(&ana, "/api/v1/tasks?tenant=slack:T9").await.problem(404, "not_found");
    site.get(&ana, "/api/v1/tasks/1?colour=red").await.problem(400, "bad_request");
}

#[tokio::test]
async fn a_list_shows_what_is_not_deleted() {
    let site = Site::open().await;
    let ana = five(&site).await;
    let task = site.get(&ana, "/api/v1/tasks/1").await.expect(200);
    site.call("DELETE", &at(&task)).by(&ana).version(&task).send().await.expect(204);
    let page = site.get(&ana, "/api/v1/tasks").await.expect(200);
    assert_eq!(page.texts("title").len(), 4);
    assert_eq!(page["next_cursor"], json!(null));
}
