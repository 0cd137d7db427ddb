//! The bot's own page.

use fakes::slack::View;
use serde_json::Value;
use tokio::time::{Duration, Instant, sleep};

use super::kit::{BOTH, Site, texts};
use crate::kit::program::PATIENCE;

/// Somebody's page, once it has this in it.
async fn home(site: &Site, user: &str, part: &str) -> View {
    let until = Instant::now() + PATIENCE;
    loop {
        let homes = site.slack.read(|world| {
            world.views.iter().filter(|view| view.user == user && view.kind() == "home").cloned().collect::<Vec<_>>()
        });
        if let Some(view) = homes.iter().find(|view| texts(&view.payload).contains(part)) {
            return view.clone();
        }
        assert!(Instant::now() < until, "no page with “{part}”: {homes:#?}");
        sleep(Duration::from_millis(20)).await;
    }
}

fn choice(view: &View, label: &str) -> Option<String> {
    fn find(value: &Value, label: &str) -> Option<String> {
        match value {
            Value::Object(fields) if fields.get("text").is_some_and(|text| text["text"] == label) => {
                fields.get("value").and_then(Value::as_str).map(str::to_owned)
            }
            Value::Object(fields) => fields.values().find_map(|value| find(value, label)),
            Value::Array(values) => values.iter().find_map(|value| find(value, label)),
            _ => None,
        }
    }
    find(&view.payload, label)
}

#[tokio::test]
async fn the_page_shows_what_is_open_and_what_is_done_there_is_done() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        ana.command("C1", "/task", "call the <bank> tomorrow 9am").await;
        ana.command("C1", "/todo", "water the plants every day at 8am").await;
        ana.open_home().await;
        let page = home(&site, "U1", "water the plants").await;
        let said = texts(&page.payload);
        assert!(said.contains("Tomorrow") && said.contains("call the &lt;bank&gt;"), "{said}");
        assert_eq!(choice(&page, "Skip this one").as_deref(), Some("skip 2"));
        ana.press_in(&page.id, "home:1", Some("done 1")).await;
        let page = home(&site, "U1", "Done #1").await;
        assert_eq!(choice(&page, "History").as_deref(), Some("history 2"), "the other one is left");
    }
}

#[tokio::test]
async fn nobody_s_page_shows_what_is_somebody_else_s() {
    let site = Site::new(BOTH[0]).await;
    site.person("U1").command("C1", "/todo", "plan the surprise").await;
    site.person("U2").command("C1", "/todo", "buy a cake").await;
    site.person("U2").open_home().await;
    let page = home(&site, "U2", "buy a cake").await;
    assert!(!texts(&page.payload).contains("surprise"));
}
