//! Somebody with identities in two tenants.

use std::sync::Arc;

use gateway::Limits;
use serde_json::json;
use sqlx::{Connection, SqliteConnection};
use store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;

use super::kit::{Guest, Site, Texts, at, patient};
use crate::kit::world::World;

/// Ana on the console, whose Slack identity was linked to her.
async fn linked() -> (TempDir, Site, Guest) {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("taskbot.db");
    let store = SqliteStore::open(&format!("sqlite://{}", path.display()), Options::default()).await.expect("a store");
    let site = Site::over(World::over(Arc::new(store)), Limits::default(), patient(), Vec::new());
    let mut ana = site.guest("ana").await;
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.expect("connected");
    sqlx::query("INSERT INTO identities (tenant, user, person) VALUES ('slack:T1', 'U1', ?)")
        .bind(ana.who.person.to_string())
        .execute(&mut connection)
        .await
        .expect("linked");
    ana.who.tenants.insert("slack:T1".parse().expect("a tenant"));
    (folder, site, ana)
}

#[tokio::test]
async fn a_task_goes_to_the_tenant_that_is_named_else_to_the_console() {
    let (_folder, site, ana) = linked().await;
    let here = site.task(&ana, json!({"title": "here"})).await;
    let there = site.task(&ana, json!({"title": "there", "tenant": "slack:T1"})).await;
    assert_eq!((&here["tenant_id"], &there["tenant_id"]), (&json!("console"), &json!("slack:T1")));
    assert_eq!((&here["number"], &there["number"]), (&json!(1), &json!(1)));
    let mut all = site.titles(&ana, "").await;
    all.sort();
    assert_eq!(all, ["here", "there"]);
    assert_eq!(site.titles(&ana, "tenant=slack:T1").await, ["there"]);
    site.post(&ana, "/api/v1/tasks", json!({"title": "no", "tenant": "slack:T2"})).await.problem(404, "not_found");
}

#[tokio::test]
async fn an_id_finds_its_tenant_and_a_number_is_of_the_tenant_named() {
    let (_folder, site, ana) = linked().await;
    site.task(&ana, json!({"title": "here"})).await;
    let there = site.task(&ana, json!({"title": "there", "tenant": "slack:T1"})).await;
    assert_eq!(site.get(&ana, &at(&there)).await.expect(200)["title"], "there");
    assert_eq!(site.get(&ana, "/api/v1/tasks/1").await.expect(200)["title"], "here");
    assert_eq!(site.get(&ana, "/api/v1/tasks/1?tenant=slack:T1").await.expect(200)["title"], "there");
    let edit = site.call("PATCH", &at(&there)).by(&ana).version(&there).json(&json!({"title": "over there"}));
    assert_eq!(edit.send().await.expect(200)["tenant_id"], "slack:T1");
    let done = site.call("POST", "/api/v1/tasks/1/complete?tenant=slack:T1").by(&ana).send().await.expect(200);
    assert_eq!(done["title"], "over there");
    site.settle_audit().await;
    let history = site.get(&ana, "/api/v1/tasks/1/history?tenant=slack:T1").await.expect(200);
    assert_eq!(history.texts("event_type"), ["TASK_CREATED", "TASK_UPDATED", "TASK_COMPLETED"]);
}
