//! Names in a workspace so large that Slack gives its people, or somebody's channels, page by page, and stops in between.

use fakes::kit::{Call, Fault, What};
use fakes::slack::{Channel, Kind, User};
use serde_json::Value;

use super::kit::{BOTH, Site};

/// The pages of two hundred that Slack gives of so many people besides those of the workspace.
const CROWD: usize = 500;

/// The last one of them is called so.
const LAST: &str = "zoe.last";

fn crowded(site: &Site) {
    site.slack.change(|world| {
        let users = &mut world.teams.get_mut("T1").expect("the team").users;
        for nth in 0..CROWD {
            let name = if nth + 1 == CROWD { LAST.to_owned() } else { format!("person{nth:03}") };
            let id = format!("U9{nth:03}");
            users.insert(id.clone(), User::new(&id, &name, "UTC"));
        }
    });
}

/// Typed as nobody's handle is written, so that Slack does not resolve it.
fn line() -> String {
    format!("remind @{} to look tomorrow at 9am", LAST.to_uppercase())
}

fn asked(site: &Site) -> Vec<Call> {
    site.slack.ledger().calls(Some("users.list"))
}

fn cursors(site: &Site) -> Vec<Value> {
    asked(site).iter().map(|call| call.body["cursor"].clone()).collect()
}

#[tokio::test]
async fn a_large_workspace_is_read_on_where_slack_stopped() {
    for way in BOTH {
        let site = Site::new(way).await;
        crowded(&site);
        let ana = site.person("U1");
        let later = What::Limited { retry_after: 15 };
        site.slack.faults().add(Fault::next(1, "users.list", later).saying("cursor"));
        let line = line();
        let refused = site.told(&ana, "C1", "/task", &line).await;
        assert!(!refused.contains("Added"), "{way:?}: {refused}");
        assert_eq!(asked(&site).len(), 2, "{way:?}: the second page is too many");
        site.told(&ana, "C1", "/task", &line).await;
        assert_eq!(asked(&site).len(), 2, "{way:?}: Slack is not asked before it wants to be");
        let task = site.told(&ana, "C1", "/task", "water the plants tomorrow at 9am").await;
        assert!(task.contains("Added #1"), "{way:?}: and all else is asked: {task}");
        let added = site.tells(&ana, &line, "Added #2").await;
        assert!(added.contains(LAST), "{way:?}: {added}");
        let read = cursors(&site);
        let beginnings = read.iter().filter(|cursor| cursor.is_null()).count();
        assert_eq!((beginnings, read.len()), (1, 4), "{way:?}: it does not begin anew: {read:?}");
        assert_eq!(read[1], read[2], "{way:?}: it goes on with the page that was missing");
    }
}

#[tokio::test]
async fn a_place_that_slack_has_forgotten_is_read_anew() {
    let site = Site::new(BOTH[0]).await;
    crowded(&site);
    let ana = site.person("U1");
    let forgotten = What::Error { error: "invalid_cursor".to_owned() };
    site.slack.faults().add(Fault::next(1, "users.list", forgotten).saying("cursor"));
    site.tells(&ana, &line(), "Added #1").await;
    let read = cursors(&site);
    assert_eq!(read.iter().filter(|cursor| cursor.is_null()).count(), 2, "{read:?}");
}

/// So many channels that Slack gives two pages of them.
const ROOMS: usize = 1_100;

#[tokio::test]
async fn the_channels_of_somebody_who_is_in_many_are_read_on_where_slack_stopped() {
    for way in BOTH {
        let site = Site::new(way).await;
        let last = format!("room{}", ROOMS - 1);
        site.slack.change(|world| {
            let channels = &mut world.teams.get_mut("T1").expect("the team").channels;
            for nth in 0..ROOMS {
                let id = format!("C9{nth:04}");
                channels.insert(id.clone(), Channel::new(&id, &format!("room{nth}"), Kind::Public, &["U1"]));
            }
        });
        let ana = site.person("U1");
        let later = What::Limited { retry_after: 3 };
        site.slack.faults().add(Fault::next(1, "users.conversations", later).saying("cursor"));
        let line = format!("add water the plants in #{last}");
        let refused = site.told(&ana, "C1", "/task", &line).await;
        assert!(!refused.contains("Added"), "{way:?}: {refused}");
        site.tells(&ana, &line, "Added").await;
        let asked = site.slack.ledger().calls(Some("users.conversations"));
        let read: Vec<Value> = asked.iter().map(|call| call.body["cursor"].clone()).collect();
        assert!(read.len() == 3 && read[0].is_null(), "{way:?}: it does not begin anew: {read:?}");
        assert_eq!(read[1], read[2], "{way:?}: it goes on with the page that was missing");
    }
}

#[tokio::test]
async fn groups_that_slack_shows_a_moment_later_are_not_taken_for_none() {
    let site = Site::new(BOTH[1]).await;
    let ana = site.person("U1");
    site.slack.faults().add(Fault::next(1, "usergroups.list", What::Limited { retry_after: 1 }));
    let line = "remind @OPS-GROUP to look tomorrow at 9am";
    let refused = site.told(&ana, "C1", "/task", line).await;
    assert!(!refused.contains("I know no"), "{refused}");
    let added = site.tells(&ana, line, "Added").await;
    assert!(added.contains("for you and bob") || added.contains("for ana and bob"), "{added}");
    assert_eq!(asked(&site).len(), 1, "nobody is asked for twice");
}

#[tokio::test]
async fn a_workspace_of_very_many_pages_is_read_to_its_end() {
    let site = Site::new(BOTH[0]).await;
    crowded(&site);
    site.slack.set(|settings| (settings.list_page, settings.limited) = (5, false));
    let added = site.tells(&site.person("U1"), &line(), "Added #1").await;
    assert!(added.contains(LAST), "{added}");
    assert!(asked(&site).len() > CROWD / 5, "page by page");
}
