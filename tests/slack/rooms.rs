//! Whether the bot can post there is asked of Slack when a reminder is made or moved.

use std::time::Duration;

use fakes::kit::{Fault, What};
use fakes::slack::{Channel, Kind, Person};
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::kit::{BOTH, Site, shown, struck};
use crate::kit::program::PATIENCE;

/// Ana and Bob are in it, the bot is not.
fn without_bot(site: &Site, id: &str, name: &str, kind: Kind) {
    let channel = Channel::new(id, name, kind, &["U1", "U2"]);
    site.slack.change(|world| {
        world.teams.get_mut("T1").expect("the team").channels.insert(id.to_owned(), channel);
    });
}

fn archive(site: &Site, id: &str) {
    site.slack.change(|world| {
        let team = world.teams.get_mut("T1").expect("the team");
        team.channels.get_mut(id).expect("the channel").archived = true;
    });
}

fn leaves(site: &Site, user: &str) {
    site.slack.change(|world| {
        let team = world.teams.get_mut("T1").expect("the team");
        team.users.get_mut(user).expect("the user").deleted = true;
    });
}

async fn has_nothing(site: &Site, who: &Person) {
    let list = site.told(who, "C1", "/task", "list").await;
    assert!(list.contains("There are no open tasks"), "a refused reminder is no task: {list}");
}

#[tokio::test]
async fn a_reminder_for_a_channel_without_the_bot_is_refused_with_the_way_to_mend_it() {
    for (way, (kind, says)) in BOTH.into_iter().zip([
        (Kind::Public, "Type `/invite @taskbot` in #lobby, then say it again."),
        (Kind::Private, "Type `/invite @taskbot` in it, then say it again."),
    ]) {
        let site = Site::new(way).await;
        without_bot(&site, "C3", "lobby", kind);
        let ana = site.person("U1");
        let refused = site.told(&ana, "C3", "/task", "ship the release tomorrow 9am").await;
        assert!(refused.contains(says), "{way:?}: {refused}");
        has_nothing(&site, &ana).await;
        site.slack.invite("T1", "C3", &site.install.bot_user);
        let added = site.told(&ana, "C3", "/task", "ship the release tomorrow 9am").await;
        assert!(added.contains("Added #") && added.contains("ship the release"), "{way:?}: {added}");
    }
}

#[tokio::test]
async fn a_task_without_a_time_needs_no_bot_until_it_gets_one() {
    let site = Site::new(BOTH[0]).await;
    without_bot(&site, "C3", "lobby", Kind::Public);
    let ana = site.person("U1");
    let added = site.told(&ana, "C3", "/task", "ship the release").await;
    assert!(added.contains("Added #1"), "{added}");
    for line in ["move 1 to friday 9am", "edit 1 due friday 9am"] {
        let refused = site.told(&ana, "C3", "/task", line).await;
        assert!(refused.contains("I am not in #lobby"), "{line}: {refused}");
    }
    let moved = site.told(&ana, "C3", "/task", "move 1 to my list").await;
    assert!(moved.contains("your list"), "there is always that way: {moved}");
    assert!(site.told(&ana, "C3", "/task", "move 1 to friday 9am").await.contains("Moved #1"));
}

#[tokio::test]
async fn whoever_works_on_the_list_of_a_channel_without_the_bot_hears_once_how_to_let_it_in() {
    for (way, kind) in BOTH.into_iter().zip([Kind::Public, Kind::Private]) {
        let site = Site::new(way).await;
        without_bot(&site, "C3", "lobby", kind);
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        for what in ["ship the release", "tell the world"] {
            let added = site.told(&ana, "C3", "/task", what).await;
            assert!(added.contains("Added #"), "{way:?}: {added}");
        }
        let direct = site.direct("U1").await;
        let hint = site.message(&direct, "Type `/invite @taskbot` there").await;
        assert!(hint.text.contains("I am not in <#C3>"), "{way:?}: {hint:#?}");
        site.told(&bob, "C3", "/task", "water the plants").await;
        let his = site.direct("U2").await;
        site.message(&his, "Type `/invite @taskbot` there").await;
        let hints = site.posted(&direct).iter().filter(|message| shown(message).contains("/invite")).count();
        assert_eq!(hints, 1, "{way:?}: not for each command");
        site.slack.invite("T1", "C3", &site.install.bot_user);
        site.told(&ana, "C3", "/task", "lock the door").await;
        site.message("C3", "ana added #4: lock the door").await;
    }
}

#[tokio::test]
async fn a_channel_learns_of_what_is_said_over_http_as_of_what_is_typed_in_it() {
    let site = Site::new(BOTH[0]).await;
    site.told(&site.person("U1"), "C1", "/task", "list").await;
    let token = site.scratch.token("slack:T1/U1").await;
    site.server.post(&token, "/api/v1/chat", json!({ "text": "water the plants", "channel": "C1" }), 200).await;
    site.message("C1", "ana added #1: water the plants").await;
    site.server.chat(&token, "done 1").await;
    site.message("C1", "ana completed #1: water the plants").await;
}

#[tokio::test]
async fn a_way_to_let_the_bot_in_that_may_have_been_told_counts_as_told() {
    let site = Site::new(BOTH[0]).await;
    without_bot(&site, "C3", "lobby", Kind::Public);
    let no = What::Error { error: "missing_scope".to_owned() };
    site.slack.faults().add(Fault::next(1, "chat.postMessage", What::CutAfter).field("channel", "U1"));
    site.slack.faults().add(Fault::next(1, "conversations.history", no));
    site.told(&site.person("U1"), "C3", "/task", "ship the release").await;
    let direct = site.direct("U1").await;
    site.message(&direct, "Type `/invite @taskbot` there").await;
    let (mut database, until) = (site.database().await, Instant::now() + PATIENCE);
    let told = "SELECT count(*) FROM receipts WHERE key LIKE '%answered/uninvited/%'";
    while sqlx::query_scalar::<_, i64>(told).fetch_one(&mut database).await.expect("the receipts") == 0 {
        assert!(Instant::now() < until, "it is told again the next time");
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(site.posted(&direct).len(), 1, "{:#?}", site.posted(&direct));
}

#[tokio::test]
async fn a_way_to_let_the_bot_in_that_was_not_told_is_told_the_next_time() {
    let site = Site::new(BOTH[0]).await;
    without_bot(&site, "C3", "lobby", Kind::Public);
    let ana = site.person("U1");
    ana.dm("list").await;
    let direct = site.direct("U1").await;
    site.message(&direct, "There are no").await;
    let closed = What::Error { error: "team_added_to_org".to_owned() };
    site.slack.faults().add(Fault::next(2, "chat.postMessage", closed).field("channel", "U1"));
    for what in ["ship the release", "tell the world"] {
        site.told(&ana, "C3", "/task", what).await;
    }
    site.message(&direct, "Type `/invite @taskbot` there").await;
    struck(&site.slack).await;
}

#[tokio::test]
async fn in_a_group_message_whoever_works_on_its_list_hears_what_can_be_done_there() {
    for way in BOTH {
        let site = Site::new(way).await;
        without_bot(&site, "G3", "mpdm-ana--bob-1", Kind::Mpim);
        let ana = site.person("U1");
        let refused = site.told(&ana, "G3", "/task", "ship the release tomorrow 9am").await;
        assert!(refused.contains("make it a private channel first"), "{way:?}: {refused}");
        site.told(&ana, "G3", "/task", "ship the release").await;
        let direct = site.direct("U1").await;
        let hint = site.message(&direct, "If it is a group message, nobody can be invited").await;
        assert!(hint.text.contains("make it a private channel first") && hint.text.contains("`/todo`"), "{hint:#?}");
    }
}

#[tokio::test]
async fn a_reminder_for_an_archived_channel_is_refused() {
    for way in BOTH {
        let site = Site::new(way).await;
        archive(&site, "C2");
        let ana = site.person("U1");
        let refused = site.told(&ana, "C1", "/task", "remind #quiet to hush tomorrow at 9am").await;
        assert!(refused.contains("#quiet is archived") && refused.contains("Unarchive it"), "{way:?}: {refused}");
        has_nothing(&site, &ana).await;
    }
}

#[tokio::test]
async fn where_a_direct_message_is_closed_the_reminder_comes_to_the_channel_where_it_was_asked_for() {
    let site = Site::new(BOTH[0]).await;
    let (ana, bob) = (site.person("U1"), site.person("U2"));
    site.told(&bob, "C1", "/task", "help").await;
    leaves(&site, "U2");
    let added = site.told(&ana, "C1", "/task", "remind @bob to call back in 2 seconds").await;
    assert!(added.contains("in <#C1>"), "{added}");
    assert!(shown(&site.message("C1", "*call back*").await).contains("<@U2>"));
    ana.dm("remind @bob to call back tomorrow at 9am").await;
    let direct = site.direct("U1").await;
    site.message(&direct, "Slack lets me write no direct message to bob").await;
}

#[tokio::test]
async fn a_reminder_is_made_all_the_same_when_slack_does_not_say_what_a_channel_is() {
    for (way, what) in BOTH.into_iter().zip([What::Hang, What::Limited { retry_after: 30 }]) {
        let site = Site::new(way).await;
        site.slack.faults().add(Fault::always("conversations.info", what));
        let ana = site.person("U1");
        for what in ["tag the release", "tell the world"] {
            let added = site.told(&ana, "C1", "/task", &format!("remind us to {what} in 2 seconds")).await;
            assert!(added.contains("Added #"), "{way:?}: {added}");
        }
        let asked = site.slack.ledger().calls(Some("conversations.info")).len();
        assert_eq!(asked, 1, "{way:?}: whoever gave no answer is left alone for a while");
        for what in ["tag the release", "tell the world"] {
            site.message("C1", &format!("*{what}*")).await;
        }
    }
}

#[tokio::test]
async fn a_room_is_asked_about_once_a_minute_and_ones_own_never() {
    let site = Site::new(BOTH[1]).await;
    let ana = site.person("U1");
    for nth in 1..=3 {
        site.told(&ana, "C1", "/task", &format!("remind us to look at {nth} tomorrow 9am")).await;
        site.told(&ana, "C1", "/remindme", &format!("to look at {nth} tomorrow 9am")).await;
    }
    assert_eq!(site.slack.ledger().calls(Some("conversations.info")).len(), 1);
    assert!(site.slack.ledger().calls(Some("conversations.open")).is_empty());
}

#[tokio::test]
async fn whoever_asks_for_many_things_at_once_is_asked_about_once() {
    use serde_json::json;
    let site = Site::new(BOTH[0]).await;
    site.slack.faults().add(Fault::next(1, "users.conversations", What::Delay { ms: 500 }));
    let token = site.scratch.token("slack:T1/U1").await;
    let made = (0..20).map(|nth| site.server.post(&token, "/api/v1/tasks", json!({ "title": format!("{nth}") }), 201));
    futures::future::join_all(made).await;
    assert_eq!(site.slack.ledger().calls(Some("users.conversations")).len(), 1);
}

#[tokio::test]
async fn a_form_says_it_beside_the_place() {
    for way in BOTH {
        let site = Site::new(way).await;
        without_bot(&site, "C3", "lobby", Kind::Public);
        let ana = site.person("U1");
        ana.global_shortcut("create").await;
        let form = site.dialog("U1", "plain_text_input").await;
        let at = fakes::kit::now() as i64 + 3_600;
        let values = json!({
            "title": { "title": { "type": "plain_text_input", "value": "tag it" } },
            "when": { "when": { "type": "datetimepicker", "selected_date_time": at } },
            "where": { "where": { "type": "conversations_select", "selected_conversation": "C3" } },
        });
        let wrong = site.errors("U1", &form, values).await;
        assert!(wrong["where"].as_str().is_some_and(|told| told.contains("/invite @taskbot")), "{way:?}: {wrong}");
    }
}
