//! Pages of the bot whose process is gone: another one follows them.

use tokio::time::{Duration, Instant, sleep};

use super::kit::{BOTH, Site, Way, connect};
use super::manifest;
use crate::kit::postgres::Database;
use crate::kit::program::{PATIENCE, Scratch, Server};

/// Waits until so many rows are found.
async fn until(found: impl AsyncFn() -> u64, so_many: u64) {
    let until = Instant::now() + PATIENCE;
    loop {
        let rows = found().await;
        if rows == so_many {
            return;
        }
        assert!(Instant::now() < until, "{rows} instead of {so_many}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Ana looks at her page, and that is noted.
const NOTED: &str = "SELECT tenant FROM identities WHERE home_watch = 0";

#[tokio::test]
async fn a_page_follows_every_change_when_its_process_died_and_is_started_again() {
    for way in BOTH {
        let mut site = Site::new(way).await;
        let ana = site.person("U1");
        ana.open_home().await;
        site.home("U1", |said| said.contains("There are no open tasks")).await;
        let noted = async || {
            let mut database = site.database().await;
            sqlx::query(NOTED).fetch_all(&mut database).await.expect("an answer").len() as u64
        };
        until(noted, 1).await;
        site.server.program.kill().await;
        site.anew(way, "TASKBOT_LIMITS__CHAT_BURST", "999").await;
        site.told(&ana, "C1", "/todo", "buy milk").await;
        site.home("U1", |said| said.contains("buy milk")).await;
        site.told(&ana, "C1", "/todo", "water the plants").await;
        site.home("U1", |said| said.contains("water the plants")).await;
    }
}

/// Which processes follow pages.
const KEEPERS: &str = "SELECT DISTINCT holder FROM leases WHERE name LIKE 'homes/%' AND lease_until > now()";

/// Another process in front of the same database.
async fn beside(site: &Site, scratch: &Scratch, database: &Database) -> Server {
    let shown = || site.slack.ledger().calls(Some("views.publish")).len();
    let before = shown();
    let other = scratch.serve().await;
    until(async || database.sql(KEEPERS).await.expect("an answer"), 2).await;
    assert_eq!(shown(), before, "a page that somebody follows is left to them");
    other
}

#[tokio::test]
async fn a_page_follows_every_change_when_its_process_is_gone_and_another_was_there_already() {
    let database = Database::migrated().await;
    let store = || Scratch::new().with("TASKBOT_DATABASE_URL", &database.url());
    let mut site = Site::with(Way::Http, store()).await;
    let elsewhere = store()
        .with("TASKBOT_SLACK__API_URL", &site.slack.api_url())
        .with("TASKBOT_SLACK__BOT_TOKEN", &site.install.token)
        .with("TASKBOT_SLACK__SIGNING_SECRET", &manifest::app().signing_secret);
    let ana = site.person("U1");
    ana.open_home().await;
    site.home("U1", |said| said.contains("There are no open tasks")).await;
    until(async || database.sql(NOTED).await.expect("an answer"), 1).await;
    for (dies, what) in [(true, "buy milk"), (false, "water the plants")] {
        let other = beside(&site, &elsewhere, &database).await;
        let mut former = std::mem::replace(&mut site.server, other);
        connect(&site.slack, &site.server, Way::Http).await;
        if dies {
            former.program.kill().await;
        } else {
            assert!(former.program.terminate().await.success());
        }
        site.told(&ana, "C1", "/todo", what).await;
        site.home("U1", |said| said.contains(what)).await;
    }
}
