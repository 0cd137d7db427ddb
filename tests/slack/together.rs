//! Group direct messages: a few people and the bot.

use fakes::slack::{Channel, Kind, Person};

use super::kit::{BOTH, Site, shown, texts};

/// Ana, Bob and the bot.
fn huddle(site: &Site) -> (Person, Person, Person) {
    let members = ["U1", "U2", site.install.bot_user.as_str()];
    let group = Channel::new("G1", "mpdm-ana--bob--taskbot-1", Kind::Mpim, &members);
    site.slack.change(|world| {
        world.teams.get_mut("T1").expect("the team").channels.insert("G1".into(), group);
    });
    (site.person("U1"), site.person("U2"), site.person("U3"))
}

#[tokio::test]
async fn free_text_with_a_mention_is_understood_in_a_group_and_the_bot_hears_nothing_else() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob, _) = huddle(&site);
        let chatter = bob.say("G1", "write the deck on thursday").await;
        assert!(chatter.turns.is_empty(), "{way:?}: it is not told: {:?}", chatter.turns);
        ana.mention("G1", "write the deck thursday 3pm").await;
        let answer = site.message("G1", "Added #1: write the deck").await;
        assert_eq!(answer.only_for.as_deref(), Some("U1"), "{way:?}");
        site.message("G1", "ana added #1: write the deck").await;
        ana.mention("G1", "move it to friday").await;
        site.message("G1", "Moved #1: write the deck").await;
        let list = site.told(&bob, "G1", "/task", "list").await;
        assert!(list.contains("write the deck"), "{way:?}: it is the group's: {list}");
    }
}

#[tokio::test]
async fn a_reminder_for_us_comes_to_the_group_and_is_done_there_by_any_of_them() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob, _) = huddle(&site);
        ana.mention("G1", "remind us to tag the release in 2 seconds").await;
        let reminder = site.message("G1", "*tag the release*").await;
        assert_eq!(reminder.only_for, None, "{way:?}");
        bob.press("G1", &reminder.ts, "done", None).await;
        let settled = site.message("G1", "Done by bob, ").await;
        assert_eq!(settled.ts, reminder.ts, "{way:?}: edited in place");
        let topic = bob.say("G1", "the next one is near").await;
        bob.reply("G1", &topic.ts, "@taskbot remind us to thank ana in 2 seconds").await;
        let there = site.message("G1", "*thank ana*").await;
        assert_eq!(there.thread_ts.as_deref(), Some(topic.ts.as_str()), "{way:?}");
    }
}

#[tokio::test]
async fn what_a_group_has_to_do_only_its_members_see() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob, eve) = huddle(&site);
        site.told(&ana, "G1", "/task", "plan the surprise for eve tomorrow 9am").await;
        site.told(&ana, "G1", "/task", "buy the cake @bob").await;
        for line in ["done 1", "history 1", "claim 1", "move 1 to friday"] {
            let foreign = site.told(&eve, "C1", "/task", line).await;
            assert!(!foreign.contains("surprise") && !foreign.contains("Done #1"), "{way:?} {line}: {foreign}");
        }
        let token = site.scratch.token("slack:T1/U3").await;
        let seen = site.server.chat(&token, "find the").await.to_string();
        assert!(!seen.contains("surprise") && !seen.contains("cake"), "{way:?}: {seen}");
        let tasks = site.server.get(&token, "/api/v1/tasks?limit=200").await.to_string();
        assert!(!tasks.contains("surprise") && !tasks.contains("cake"), "{way:?}: {tasks}");
        eve.open_home().await;
        site.home("U3", |said| said.contains("There are no open tasks")).await;
        bob.open_home().await;
        let page = site.home("U2", |said| said.contains("buy the cake")).await;
        assert!(!texts(&page.payload).contains("surprise"), "{way:?}: a page shows what is one's own");
        let token = site.scratch.token("slack:T1/U2").await;
        let all = site.server.chat(&token, "find the").await.to_string();
        assert!(all.contains("plan the surprise") && all.contains("buy the cake"), "{way:?}: a member finds it: {all}");
    }
}

#[tokio::test]
async fn whoever_leaves_a_group_sees_no_more_of_it() {
    let site = Site::new(BOTH[0]).await;
    let (ana, _, _) = huddle(&site);
    site.told(&ana, "G1", "/task", "plan the surprise").await;
    site.slack.change(|world| {
        let group = world.teams.get_mut("T1").and_then(|team| team.channels.get_mut("G1")).expect("the group");
        group.members.remove("U2");
    });
    // Nobody has asked about them yet, so that Slack's word on their channels is fresh.
    site.told(&site.person("U2"), "C1", "/task", "list").await;
    for (user, sees) in [("U1", true), ("U2", false)] {
        let token = site.scratch.token(&format!("slack:T1/{user}")).await;
        let found = site.server.chat(&token, "find surprise").await.to_string();
        assert_eq!(found.contains("plan the surprise"), sees, "{user}: {found}");
    }
}

#[tokio::test]
async fn a_group_without_the_bot_is_told_how_to_let_it_in() {
    let site = Site::new(BOTH[1]).await;
    let (ana, _, _) = huddle(&site);
    site.slack.change(|world| {
        let group = world.teams.get_mut("T1").and_then(|team| team.channels.get_mut("G1")).expect("the group");
        group.members.remove(&site.install.bot_user);
    });
    let refused = site.told(&ana, "G1", "/task", "ship the release tomorrow 9am").await;
    assert!(refused.contains("/invite @taskbot"), "{refused}");
    let hers = site.told(&ana, "G1", "/remindme", "to stretch in 2 seconds").await;
    assert!(hers.contains("Added #"), "{hers}");
    let direct = site.direct("U1").await;
    assert!(shown(&site.message(&direct, "*stretch*").await).contains("Snooze"), "her own needs no group");
}
