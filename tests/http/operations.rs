//! Health, metrics, the landing page.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use gateway::{Check, Limits};
use jiff::SignedDuration;
use serde_json::json;

use super::kit::{Site, patient};

/// A dependency that can be switched off.
struct Switch {
    name: &'static str,
    required: bool,
    up: AtomicBool,
}

impl Switch {
    fn on(name: &'static str, required: bool) -> Arc<Self> {
        Arc::new(Self { name, required, up: AtomicBool::new(true) })
    }
}

#[async_trait]
impl Check for Switch {
    fn name(&self) -> &str {
        self.name
    }

    fn required(&self) -> bool {
        self.required
    }

    async fn check(&self) -> Result<(), String> {
        if self.up.load(Ordering::Relaxed) { Ok(()) } else { Err("password hunter2 refused".to_owned()) }
    }
}

#[tokio::test]
async fn readiness_names_each_dependency_since_when_and_whether_it_is_required() {
    let (database, events) = (Switch::on("database", true), Switch::on("events", false));
    let site = Site::with(Limits::default(), patient(), vec![database.clone(), events.clone()]).await;
    let ready = || site.call("GET", "/health/ready").send();
    let since = |name: &str, up: bool, since: &str, required: bool| json!({"name": name, "up": up, "since": since, "required": required});
    let began = "2026-03-04T15:00:00Z";
    let all = json!([since("database", true, began, true), since("events", true, began, false)]);
    assert_eq!(ready().await.expect(200), json!({"status": "ready", "dependencies": all}));

    site.world.clock.forward(SignedDuration::from_mins(1));
    events.up.store(false, Ordering::Relaxed);
    let degraded = ready().await;
    assert_eq!(degraded.expect(200)["status"], "degraded");
    assert!(!degraded.text().contains("hunter2"));
    site.world.clock.forward(SignedDuration::from_mins(1));
    let all = json!([since("database", true, began, true), since("events", false, "2026-03-04T15:01:00Z", false)]);
    assert_eq!(ready().await.expect(200)["dependencies"], all);

    database.up.store(false, Ordering::Relaxed);
    assert_eq!(ready().await.expect(503)["status"], "not_ready");
    assert_eq!(site.call("GET", "/health/live").send().await.text(), "live\n");
    database.up.store(true, Ordering::Relaxed);
    events.up.store(true, Ordering::Relaxed);
    assert_eq!(ready().await.expect(200)["status"], "ready");
}

#[tokio::test]
async fn metrics_are_served_as_text() {
    let site = Site::open().await;
    let answer = site.call("GET", "/metrics").send().await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"));
}

#[tokio::test]
async fn the_landing_page_says_how_to_begin_and_loads_nothing_from_elsewhere() {
    let site = Site::open().await;
    let page = site.call("GET", "/").send().await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let html = page.text();
    for words in ["taskbot token create --user", "curl", "/api/v1/openapi.json", "If-Match"] {
        assert!(html.contains(words), "{words}");
    }
    for no in ["<script", "style=", "onclick", "https://", "src="] {
        assert!(!html.contains(no), "{no}");
    }
    let style = site.call("GET", "/assets/landing.css").send().await;
    assert_eq!((style.status.as_u16(), style.header("content-type")), (200, "text/css; charset=utf-8"));
}
