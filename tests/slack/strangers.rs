//! Guests, people of other workspaces, and people who leave.

use fakes::slack::{Channel, Kind, Team, User};
use serde_json::json;

use super::kit::{BOTH, Site};

#[tokio::test]
async fn a_guest_sees_what_their_channel_shows_and_nothing_else() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, gus) = (site.person("U1"), site.person("U4"));
        site.slack.change(|world| {
            let guests = Channel::new("C4", "guests", Kind::Private, &["U1", "U4"]);
            world.teams.get_mut("T1").expect("the team").channels.insert("C4".into(), guests);
        });
        site.slack.invite("T1", "C4", &site.install.bot_user);
        ana.command("C4", "/task", "greet the guests").await;
        ana.command("C1", "/task", "rotate the keys").await;
        ana.command("C1", "/todo", "plan the surprise").await;
        let seen = site.told(&gus, "C4", "/task", "list").await;
        assert!(seen.contains("greet the guests") && !seen.contains("rotate"), "{way:?}: {seen}");
        let found = site.told(&gus, "C4", "/task", "find the").await;
        assert!(!found.contains("rotate") && !found.contains("surprise"), "{found}");
        let foreign = site.told(&gus, "C4", "/task", "done 2").await;
        assert!(foreign.contains("There is no task #2"), "{foreign}");
        let own = site.told(&gus, "C4", "/task", "done 1").await;
        assert!(own.contains("Done #1"), "who is in the channel may work in it: {own}");
    }
}

/// Pat's workspace, in which the bot is not installed, shares a channel with it.
fn joined(site: &Site) {
    site.slack.add_team(Team::new("T2", "Partner").user(User::new("U9", "pat", "Europe/Paris")));
    site.slack.change(|world| {
        let mut shared = Channel::new("C9", "joint", Kind::Public, &["U1", "U9"]);
        shared.shared_with.insert("T2".into());
        world.teams.get_mut("T1").expect("the team").channels.insert("C9".into(), shared);
    });
    site.slack.invite("T1", "C9", &site.install.bot_user);
}

#[tokio::test]
async fn what_somebody_of_another_workspace_says_and_does_is_for_the_workspace_that_has_the_bot() {
    for way in BOTH {
        let site = Site::new(way).await;
        joined(&site);
        let pat = site.slack.person("T2", "U9");
        pat.say("C9", "@taskbot remind us to sign the contract in 2 seconds").await;
        let answer = site.message("C9", "Added #1: sign the contract").await;
        assert_eq!(answer.only_for.as_deref(), Some("U9"), "{way:?}: {answer:#?}");
        let reminder = site.message("C9", "*sign the contract*").await;
        pat.press("C9", &reminder.ts, "snooze", Some("pick 1")).await;
        let form = site.dialog_of("U9", "Europe/Paris").await;
        let picked = json!({
            "day": { "day": { "type": "datepicker", "selected_date": "2098-03-04" } },
            "time": { "time": { "type": "timepicker", "selected_time": "14:30" } },
        });
        pat.submit(&form.id, picked).await;
        let snoozed = site.message("C9", "Reminds again ").await;
        pat.press("C9", &snoozed.ts, "done", None).await;
        site.message("C9", "Done by pat, ").await;
        let list = site.told(&site.person("U1"), "C9", "/task", "list done").await;
        assert!(list.contains("sign the contract"), "{way:?}: it is the channel's: {list}");
    }
}

#[tokio::test]
async fn somebody_of_another_workspace_is_reminded_in_the_channel_that_they_share() {
    let site = Site::new(BOTH[0]).await;
    joined(&site);
    let ana = site.person("U1");
    ana.command("C1", "/task", "rotate the keys").await;
    let added = site.told(&ana, "C9", "/task", "@pat sign the contract in 2 seconds").await;
    assert!(added.contains("for pat"), "{added}");
    let reminder = super::kit::shown(&site.message("C9", "*sign the contract*").await);
    assert!(reminder.contains("<@U9>"), "{reminder}");
}

/// Somebody is not in the workspace any more.
fn leaves(site: &Site, user: &str) {
    site.slack.change(|world| {
        let team = world.teams.get_mut("T1").expect("the team");
        team.users.get_mut(user).expect("the user").deleted = true;
        team.channels.get_mut("C1").expect("the channel").members.remove(user);
    });
}

#[tokio::test]
async fn the_series_of_somebody_who_leaves_goes_on_and_is_taken_over() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        site.told(&ana, "C1", "/task", "remind us to tag the release every minute").await;
        leaves(&site, "U1");
        let listed = site.told(&bob, "C1", "/task", "list").await;
        assert!(listed.contains("tag the release"), "{way:?}: {listed}");
        let claimed = site.told(&bob, "C1", "/task", "claim 1").await;
        assert!(claimed.contains("Yours now #1"), "{claimed}");
        let done = site.told(&bob, "C1", "/task", "done 1").await;
        assert!(done.contains("next on"), "it comes again: {done}");
        let changed = site.told(&bob, "C1", "/task", "rename 1 to tag it and tell").await;
        assert!(changed.contains("Changed #1"), "it is his to change: {changed}");
    }
}

#[tokio::test]
async fn the_reminder_of_a_leavers_series_comes_and_whoever_takes_it_over_goes_on_from_there() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        ana.command("C1", "/task", "").await;
        let form = site.dialog("U1", "plain_text_input").await;
        let soon = fakes::kit::now() as i64 + 6;
        let daily = json!({
            "title": { "title": { "type": "plain_text_input", "value": "tag the release" } },
            "when": { "when": { "type": "datetimepicker", "selected_date_time": soon } },
            "repeat": { "repeat": { "type": "static_select", "selected_option": { "value": "FREQ=DAILY" } } },
        });
        ana.submit(&form.id, daily).await;
        leaves(&site, "U1");
        let reminder = site.message("C1", "*tag the release*").await;
        let claimed = site.told(&bob, "C1", "/task", "claim 1").await;
        assert!(claimed.contains("Yours now #1"), "{way:?}: {claimed}");
        bob.press("C1", &reminder.ts, "done", None).await;
        let settled = site.message("C1", "Done by bob, ").await;
        assert_eq!(settled.ts, reminder.ts, "{way:?}");
        let next = site.tells(&bob, "list", "#2").await;
        assert!(next.contains("tag the release"), "{way:?}: it goes on: {next}");
        let renamed = site.told(&bob, "C1", "/task", "rename 2 to tag it and tell").await;
        assert!(renamed.contains("Changed #2"), "{way:?}: and is his to change: {renamed}");
    }
}
