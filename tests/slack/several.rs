//! Several reminders in one message, and what pressing in one row of it does.

use fakes::kit::{Fault, What};
use fakes::slack::{Message, User};
use serde_json::json;

use super::even::even;
use super::kit::{BOTH, Site, choice, group, shown};

/// Reminders of this for whoever is meant, in one message.
async fn remind(site: &Site, user: &str, command: &str, all: &[&str]) -> Message {
    let who = site.person(user);
    for what in all {
        let told = site.told(&who, "C1", command, &format!("{what} tomorrow at 9am")).await;
        assert!(told.contains("Added"), "{told}");
    }
    let numbers: Vec<String> = (1..=all.len()).map(|number| number.to_string()).collect();
    fall_due(site, user, &numbers.join(" ")).await;
    let place = if command == "/remindme" { site.direct(user).await } else { "C1".to_owned() };
    site.message(&place, &format!("{} reminders", all.len())).await
}

/// Lets tasks fall due in a moment: all at once, however long it took to make them.
async fn fall_due(site: &Site, user: &str, numbers: &str) {
    let moved = site.told(&site.person(user), "C1", "/task", &format!("move {numbers} to in 2 seconds")).await;
    assert!(moved.contains("Moved"), "{moved}");
}

/// Whether something in the message stands for this line.
fn holds(message: &Message, line: &str) -> bool {
    message.blocks.to_string().contains(&format!("\"value\":\"{line}\""))
}

#[tokio::test]
async fn of_several_in_one_message_one_is_done_and_the_others_keep_their_buttons() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let both = remind(&site, "U1", "/remindme", &["to stretch", "to breathe"]).await;
        let direct = site.direct("U1").await;
        ana.press(&direct, &both.ts, "done:1", None).await;
        let one = site.message(&direct, "→ Done by ana, ").await;
        assert_eq!(choice(&one.blocks, "Undo").as_deref(), Some("reopen 1"));
        assert!(holds(&one, "done 2") && holds(&one, "snooze 2 1h"), "{way:?}: {one:#?}");
        assert_eq!(choice(&one.blocks, "All done").as_deref(), Some("done 2"), "of what is open");
        ana.press(&direct, &both.ts, "done", None).await;
        let all = site.message(&direct, "Undo all").await;
        assert_eq!(choice(&all.blocks, "Undo all").as_deref(), Some("reopen 1 2"));
        assert_eq!(choice(&all.blocks, "Done"), None, "nothing is left to be done");
        ana.press(&direct, &both.ts, "reopen:1", None).await;
        let open = site.message(&direct, "All done").await;
        assert!(holds(&open, "done 1") && holds(&open, "reopen 2"), "{way:?}: {open:#?}");
    }
}

#[tokio::test]
async fn a_message_of_several_says_who_did_which_of_them() {
    let site = Site::new(BOTH[0]).await;
    let (ana, bob) = (site.person("U1"), site.person("U2"));
    let both = remind(&site, "U1", "/task", &["remind us to stretch", "remind us to breathe"]).await;
    site.told(&bob, "C1", "/task", "done 1").await;
    ana.press("C1", &both.ts, "done", None).await;
    let all = shown(&site.message("C1", "Undo all").await);
    let row = |title: &str| all.split(&format!("*{title}*")).last().unwrap_or_default().to_owned();
    assert!(row("breathe").contains("→ Done by ana, ") && !row("breathe").contains("bob"), "{all}");
    assert!(row("stretch").contains("→ Done by bob, "), "{all}");
}

#[tokio::test]
async fn each_row_offers_what_its_reminder_alone_would_offer_and_says_what_came_of_it() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        let at = fakes::kit::now() as i64 + 86_400;
        site.told(&bob, "C1", "/task", "remind @ana to call back tomorrow at 9am").await;
        site.told(&ana, "C1", "/remindme", "to stretch tomorrow at 9am").await;
        site.told(&ana, "C1", "/task", "edit 2 every day").await;
        let said = ana.say("C1", "the build is red").await;
        ana.shortcut("remind", "C1", &said.ts).await;
        let form = site.dialog("U1", "the build is red").await;
        let title = json!({ "title": { "type": "plain_text_input", "value": "look at the build" } });
        let time = json!({ "when": { "type": "datetimepicker", "selected_date_time": at } });
        ana.submit(&form.id, json!({ "title": title, "when": time })).await;
        site.dialog("U1", "Added #3").await;
        fall_due(&site, "U1", "1 2 3").await;
        let direct = site.direct("U1").await;
        let three = site.message(&direct, "3 reminders").await;
        for line in ["stop 1", "stop all from <@U2>", "skip 2", "snooze 1 1h", "pick 2"] {
            assert!(holds(&three, line), "{way:?}: no {line}: {three:#?}");
        }
        let link = format!("/archives/C1/p{}", said.ts.replace('.', ""));
        assert!(three.blocks.to_string().contains(&link), "{way:?}: {three:#?}");
        ana.press(&direct, &three.ts, "more:3", Some("Open thread")).await;
        ana.press(&direct, &three.ts, "more:2", Some("skip 2")).await;
        let skipped = site.message(&direct, "→ Skipped by ana, ").await;
        assert!(holds(&skipped, "reopen 2") && holds(&skipped, "stop 1"), "{way:?}: {skipped:#?}");
        ana.press(&direct, &three.ts, "more:3", Some("snooze 3 1h")).await;
        let snoozed = site.message(&direct, "→ Reminds again ").await;
        assert!(holds(&snoozed, "done 3") && snoozed.blocks.to_string().contains(&link), "{way:?}: {snoozed:#?}");
        ana.press(&direct, &three.ts, "more:1", Some("stop 1")).await;
        let stopped = site.message(&direct, "→ You are reminded of it no more").await;
        assert!(!holds(&stopped, "done 1"), "{way:?}: {stopped:#?}");
        let told = site.message(&direct, "You are reminded no more of #1").await;
        assert_eq!(told.only_for.as_deref(), Some("U1"), "{way:?}: {told:#?}");
        ana.press(&direct, &three.ts, "reopen:2", None).await;
        site.changed(&direct, &three.ts, |open| holds(open, "skip 2")).await;
        let list = site.told(&ana, "C1", "/todo", "list").await;
        assert!(!list.contains("Open thread"), "{way:?}: a link is no line: {list}");
    }
}

/// A reminder of ana's own and one that bob asked for, in one message.
async fn of_both(site: &Site) -> Message {
    site.told(&site.person("U2"), "C1", "/task", "remind @ana to call back tomorrow at 9am").await;
    site.told(&site.person("U1"), "C1", "/remindme", "to stretch tomorrow at 9am").await;
    fall_due(site, "U1", "1 2").await;
    site.message(&site.direct("U1").await, "2 reminders").await
}

#[tokio::test]
async fn a_row_that_is_opened_again_offers_what_it_offered() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, both) = (site.person("U1"), of_both(&site).await);
        let direct = site.direct("U1").await;
        ana.press(&direct, &both.ts, "done:1", None).await;
        let done = site.message(&direct, "→ Done by ana, ").await;
        assert!(
            holds(&done, "reopen 1") && holds(&done, "stop 1") && !holds(&done, "snooze 1 1h"),
            "{way:?}: {done:#?}"
        );
        ana.press(&direct, &both.ts, "reopen:1", None).await;
        let open = site.changed(&direct, &both.ts, |open| holds(open, "done 1")).await;
        assert_eq!(even(&open.blocks), even(&both.blocks), "{way:?}");
    }
}

#[tokio::test]
async fn one_row_is_put_off_to_a_time_that_is_picked_and_the_others_stay() {
    let site = Site::new(BOTH[0]).await;
    let (ana, both) = (site.person("U1"), of_both(&site).await);
    let direct = site.direct("U1").await;
    ana.press(&direct, &both.ts, "more:2", Some("pick 2")).await;
    let form = site.dialog("U1", "Europe/Madrid").await;
    let picked = json!({
        "day": { "day": { "type": "datepicker", "selected_date": "2098-03-04" } },
        "time": { "time": { "type": "timepicker", "selected_time": "14:30" } },
    });
    ana.submit(&form.id, picked).await;
    let settled = site.message(&direct, "→ Reminds again ").await;
    assert_eq!(settled.ts, both.ts, "edited in place");
    let said = shown(&settled);
    assert!(said.contains("*stretch*") && said.contains("for @ana; asked by bob"), "the small print stays: {said}");
    for line in ["done 1", "stop 1", "stop all from <@U2>", "snooze 2 1h"] {
        assert!(holds(&settled, line), "no {line}: {settled:#?}");
    }
}

#[tokio::test]
async fn so_many_that_slack_takes_one_block_of_each_have_a_menu_beside_each() {
    let site = Site::new(BOTH[0]).await;
    let ana = site.person("U1");
    let titles: Vec<String> = (0..26).map(|nth| format!("to water plant {nth} {}", "x".repeat(400))).collect();
    let all = remind(&site, "U1", "/remindme", &titles.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let direct = site.direct("U1").await;
    assert!(holds(&all, "done 7") && holds(&all, "snooze 7 1h"), "{all:#?}");
    ana.press(&direct, &all.ts, "more:7", Some("done 7")).await;
    let one = site.message(&direct, "→ Done by ana, ").await;
    assert!(holds(&one, "reopen 7") && holds(&one, "done 8"), "{one:#?}");
}

/// A group of fifty, all of them in the channel.
fn crowd(site: &Site) -> Vec<String> {
    let users: Vec<String> = (0..50).map(|nth| format!("U01234567{nth:02}")).collect();
    site.slack.change(|world| {
        let team = world.teams.get_mut("T1").expect("the team");
        for user in &users {
            team.users.insert(user.clone(), User::new(user, &format!("person {user} of the crowd"), "Europe/Madrid"));
            team.channels.get_mut("C1").expect("the channel").members.insert(user.clone());
        }
        let names: Vec<&str> = users.iter().map(String::as_str).collect();
        team.groups.insert("S9".to_owned(), group("S9", "crowd", &names));
    });
    users
}

#[tokio::test]
async fn a_crowd_is_called_once_by_all_that_is_due_for_it() {
    let site = Site::new(BOTH[0]).await;
    let users = crowd(&site);
    // So many names are told by and by.
    site.tells(&site.person("U1"), "list @crowd", "group of 50").await;
    let titles: Vec<String> =
        (0..8).map(|nth| format!("remind @crowd to water plant {nth} {}", "x".repeat(400))).collect();
    let all = remind(&site, "U1", "/task", &titles.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let said = all.blocks.to_string();
    assert!(users.iter().all(|user| said.contains(&format!("<@{user}>"))), "{all:#?}");
    let called_in_heading = all.blocks[0].to_string().matches("<@").count();
    assert_eq!(called_in_heading, users.len() - 3, "those whom no row calls: {all:#?}");
    assert!(said.contains("and 47 more") && said.contains("plant 7"), "{all:#?}");
    site.person("U1").press("C1", &all.ts, "done", None).await;
    let done = site.message("C1", "Undo all").await;
    assert_eq!(done.ts, all.ts, "edited in place");
}

#[tokio::test]
async fn what_slack_finds_too_long_comes_in_two_messages() {
    let site = Site::new(BOTH[0]).await;
    let too_long = What::Error { error: "msg_blocks_too_long".to_owned() };
    site.slack.faults().add(Fault::next(1, "chat.postMessage", too_long).saying("4 reminders"));
    let ana = site.person("U1");
    for what in ["to stretch", "to breathe", "to drink", "to sleep"] {
        site.told(&ana, "C1", "/task", &format!("remind us {what} tomorrow at 9am")).await;
    }
    fall_due(&site, "U1", "1 2 3 4").await;
    let first = site.message("C1", "*stretch*").await;
    let second = site.message("C1", "*sleep*").await;
    assert!(shown(&first).contains("2 reminders") && shown(&first).contains("*breathe*"), "{first:#?}");
    assert!(shown(&second).contains("2 reminders") && first.ts != second.ts, "{second:#?}");
}
