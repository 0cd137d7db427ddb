//! People of whom Slack says nothing when they are met: they are called by their id, and have no zone, until it does.

use fakes::kit::{Fault, What};
use jiff::Timestamp;
use jiff::civil::time;
use jiff::tz::TimeZone;
use serde_json::json;

use super::kit::{BOTH, Site};

/// What the zone of Bob's profile makes of it.
const WALL_TIME: &str = "call ana tomorrow 9am";

/// Tomorrow at nine in New York, as Slack's dates have it.
fn there() -> String {
    let zone = TimeZone::get("America/New_York").expect("a zone");
    let now = Timestamp::from_second(fakes::kit::now() as i64).expect("an instant");
    let tomorrow = now.to_zoned(zone.clone()).date().tomorrow().expect("a day");
    let nine = tomorrow.to_datetime(time(9, 0, 0, 0)).to_zoned(zone).expect("an instant");
    nine.timestamp().as_second().to_string()
}

/// Slack breaks on so many questions who Bob is.
fn break_on_bob(site: &Site, times: u32) {
    site.slack.faults().add(Fault::next(times, "users.info", What::Broken).field("user", "U2"));
}

#[tokio::test]
async fn whoever_slack_names_late_is_answered_without_and_named_when_it_does() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        site.told(&ana, "C1", "/task", "list").await;
        // Longer than a newcomer waits.
        site.slack.faults().add(Fault::next(1, "users.info", What::Delay { ms: 7_000 }).field("user", "U2"));
        let added = site.told(&bob, "C1", "/task", "water the plants in 2 hours").await;
        assert!(added.contains("Added #1"), "{way:?}: {added}");
        site.message("C1", "U2 added #1").await;
        site.tells(&ana, "history 1", "bob").await;
        let added = site.told(&bob, "C1", "/task", WALL_TIME).await;
        assert!(added.contains(&there()), "{way:?}: {added}");
        assert_eq!(site.slack.ledger().calls(Some("users.info")).len(), 2, "{way:?}: each is asked about once");
    }
}

#[tokio::test]
async fn a_wall_time_is_asked_back_until_slack_tells_the_zone() {
    for way in BOTH {
        let site = Site::new(way).await;
        let bob = site.person("U2");
        break_on_bob(&site, 2);
        let refused = site.told(&bob, "C1", "/task", WALL_TIME).await;
        assert!(refused.contains("I do not know your time zone yet"), "{way:?}: {refused}");
        bob.command("C1", "/todo", "").await;
        let form = site.dialog("U2", "plain_text_input").await;
        let daily = json!({
            "title": { "title": { "type": "plain_text_input", "value": "stand up" } },
            "when": { "when": { "type": "datetimepicker", "selected_date_time": fakes::kit::now() as i64 + 60 } },
            "repeat": { "repeat": { "type": "static_select", "selected_option": { "value": "FREQ=DAILY" } } },
        });
        let unread = site.errors("U2", &form, daily).await.to_string();
        assert!(unread.contains("time zone"), "{way:?}: {unread}");
        assert_eq!(site.slack.faults().left(), [], "it was asked each time");
        let added = site.told(&bob, "C1", "/task", WALL_TIME).await;
        assert!(added.contains("Added #1") && added.contains(&there()), "{way:?}: {added}");
        site.message("C1", "bob added #1").await;
    }
}

#[tokio::test]
async fn whoever_chose_a_zone_before_slack_named_them_keeps_it() {
    for way in BOTH {
        let site = Site::new(way).await;
        let bob = site.person("U2");
        break_on_bob(&site, 1);
        bob.dm("timezone Europe/Berlin").await;
        let direct = site.direct("U2").await;
        site.message(&direct, "Europe/Berlin").await;
        bob.dm("settings").await;
        let settings = site.message(&direct, "Your settings").await;
        assert!(settings.blocks.to_string().contains("Europe/Berlin"), "{way:?}: {settings:#?}");
        site.told(&bob, "C1", "/task", "water the plants").await;
        site.message("C1", "bob added #1").await;
    }
}

#[tokio::test]
async fn a_workspace_that_names_nobody_is_waited_for_by_one_newcomer_and_not_by_each() {
    for way in BOTH {
        let site = Site::new(way).await;
        // Sooner than a newcomer is answered without.
        site.slack.faults().add(Fault::always("users.info", What::Delay { ms: 300 }));
        let waited = site.told(&site.person("U4"), "C1", "/task", WALL_TIME).await;
        assert!(waited.contains("Added #1"), "{way:?}: a newcomer is waited for: {waited}");
        site.slack.faults().clear();
        site.slack.faults().add(Fault::next(1, "users.info", What::Hang));
        site.slack.faults().add(Fault::always("users.info", What::Delay { ms: 700 }));
        let first = site.told(&site.person("U2"), "C1", "/task", "water the plants in 2 hours").await;
        assert!(first.contains("Added #2"), "{way:?}: {first}");
        let next = site.told(&site.person("U1"), "C1", "/task", WALL_TIME).await;
        assert!(next.contains("I do not know your time zone yet"), "{way:?}: Slack said nothing a moment ago: {next}");
        site.tells(&site.person("U1"), WALL_TIME, "Added #3").await;
    }
}

#[tokio::test]
async fn a_workspace_that_wants_fewer_questions_is_asked_for_no_names_until_it_wants_to_be() {
    for way in BOTH {
        let site = Site::new(way).await;
        let asked = || site.slack.ledger().calls(Some("users.info")).len();
        site.slack.faults().add(Fault::next(1, "users.info", What::Limited { retry_after: 15 }));
        let added = site.told(&site.person("U2"), "C1", "/task", "water the plants in 2 hours").await;
        assert!(added.contains("Added #1"), "{way:?}: {added}");
        let list = site.told(&site.person("U1"), "C1", "/task", "list").await;
        assert!(list.contains("water the plants"), "{way:?}: all else is asked: {list}");
        assert_eq!(asked(), 1, "{way:?}: it has said when it wants to be asked again");
        site.tells(&site.person("U2"), "settings", "America/New_York").await;
        assert!(asked() >= 2, "{way:?}");
    }
}
