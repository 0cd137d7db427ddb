//! What Slack is asked when people come to their page.

use std::time::Duration;

use fakes::kit::{Fault, What};
use tokio::time::{Instant, sleep};

use super::kit::{BOTH, Site};
use crate::kit::program::PATIENCE;

#[tokio::test]
async fn coming_to_the_page_again_and_again_asks_slack_once() {
    for way in BOTH {
        let mut site = Site::new(way).await;
        let ana = site.person("U1");
        site.told(&ana, "C1", "/task", "help").await;
        let asked = |site: &Site| site.slack.ledger().calls(Some("users.info")).len();
        let before = asked(&site);
        for _ in 0..3 {
            ana.open_home().await;
        }
        // Until nothing is worked on any more.
        assert!(site.server.program.terminate().await.success());
        assert_eq!(asked(&site), before + 1, "{way:?}");
    }
}

#[tokio::test]
async fn a_profile_that_slack_does_not_tell_at_home_keeps_no_newcomer_without_a_name() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        site.told(&ana, "C1", "/task", "help").await;
        let too_often = What::Limited { retry_after: 60 };
        site.slack.faults().add(Fault::next(1, "users.info", too_often).field("user", "U1"));
        let before = site.slack.ledger().calls(Some("users.info")).len();
        ana.open_home().await;
        let until = Instant::now() + PATIENCE;
        while site.slack.ledger().calls(Some("users.info")).len() == before {
            assert!(Instant::now() < until, "{way:?}: nobody looked");
            sleep(Duration::from_millis(20)).await;
        }
        let settings = site.told(&bob, "C1", "/task", "settings").await;
        assert!(settings.contains("Europe/"), "{way:?}: he has a zone: {settings}");
    }
}
