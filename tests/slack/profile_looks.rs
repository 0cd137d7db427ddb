//! What Slack is asked when people come to their page.

use super::kit::{BOTH, Site};

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
