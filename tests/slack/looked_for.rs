//! A message whose answer was lost, in a channel in which much was said at that time.

use fakes::kit::{Fault, What};
use serde_json::Value;

use super::kit::{BOTH, Site, shown, struck};

/// More than two pages of what such an app is shown.
const CHATTER: usize = 40;

/// How many messages with this are there.
fn times(site: &Site, part: &str) -> usize {
    site.posted("C1").iter().filter(|message| shown(message).contains(part)).count()
}

/// The places from which history was read, in order.
fn places(site: &Site) -> Vec<Value> {
    let looks = site.slack.ledger().calls(Some("conversations.history"));
    looks.iter().map(|call| call.body["cursor"].clone()).collect()
}

#[tokio::test]
async fn a_lost_message_is_found_behind_pages_of_others() {
    for (way, what) in BOTH.into_iter().zip([What::CutAfter, What::BrokenAfter]) {
        let site = Site::new(way).await;
        site.slack.set(|settings| settings.history_per_minute = 50.0);
        site.slack.faults().add(Fault::next(1, "chat.postMessage", what).saying("alarm_clock"));
        // Read on where Slack stopped it, in the attempt after that.
        site.slack
            .faults()
            .add(Fault::next(1, "conversations.history", What::Limited { retry_after: 1 }).saying("cursor"));
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        site.told(&ana, "C1", "/task", "remind us to tag the release in 1 second").await;
        site.message("C1", "*tag the release*").await;
        for nth in 0..CHATTER {
            bob.say("C1", &format!("by the way, {nth}")).await;
        }
        struck(&site.slack).await;
        site.tells(&ana, "history 1", "delivered the reminder").await;
        assert_eq!(times(&site, "*tag the release*"), 1, "{way:?}: it is not posted twice");
        let places = places(&site);
        let beginnings = places.iter().filter(|place| place.is_null()).count();
        assert!(beginnings == 1 && places.len() >= 4, "{way:?}: it goes on where it was stopped: {places:?}");
        assert_eq!(places[1], places[2], "{way:?}");
    }
}

#[tokio::test]
async fn a_message_that_slack_takes_long_after_it_was_cut_off_is_not_sent_again() {
    let site = Site::new(BOTH[0]).await;
    let taken_late = What::CutBefore { ms: 7_000 };
    site.slack.faults().add(Fault::next(1, "chat.postMessage", taken_late).saying("alarm_clock"));
    let ana = site.person("U1");
    site.told(&ana, "C1", "/task", "remind us to tag the release in 1 second").await;
    struck(&site.slack).await;
    site.tells(&ana, "history 1", "delivered the reminder").await;
    site.message("C1", "*tag the release*").await;
    let posts = site.slack.ledger().calls(Some("chat.postMessage"));
    let sent = posts.iter().filter(|call| call.body.to_string().contains("alarm_clock")).count();
    assert_eq!((sent, places(&site).len()), (1, 1), "one look shows it");
}
