//! New tasks: every reply echoes what was understood.

use domain::place::Place;
use insta::assert_snapshot;

use super::talk::Talk;

#[tokio::test]
async fn a_reminder_is_echoed_with_its_time_its_list_and_how_to_change_it() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    assert_snapshot!(talk.says(&ana, "remind me to stretch in 20 minutes").await, @"
    Added #1: stretch
      due Wed 4 Mar 2026 10:20 America/New_York, in 20 minutes
      on your list
      I'll remind you then
      change it with `move 1 to friday 5pm` or `edit 1 …`; `undo` takes it back
    ");
}

#[tokio::test]
async fn a_task_with_tag_and_priority_tells_how_to_share_it() {
    let talk = Talk::begins().await;
    talk.in_channel("ana", "ops").await;
    let ana = talk.direct("ana").await;
    assert_snapshot!(talk.says(&ana, "call Ana friday 5pm #home !high").await, @"
    Added #1: call Ana
      due Fri 6 Mar 2026 17:00 America/New_York, in 2 days
      priority high, #home
      on your list; `move 1 to #ops` shares it there
      I'll remind you then
      change it with `move 1 to friday 5pm` or `edit 1 …`; `undo` takes it back
    ");
}

#[tokio::test]
async fn a_recurrence_is_said_back_in_words() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    assert_snapshot!(talk.says(&ana, "water the plants every other friday 9am").await, @"
    Added #1: water the plants
      due Fri 6 Mar 2026 09:00 America/New_York, in 2 days
      repeats every other Friday at 09:00
      on your list
      I'll remind you then
      change it with `move 1 to friday 5pm` or `edit 1 …`; `undo` takes it back
    ");
    let counted = talk.says(&ana, "feed the cactus every! 3 days").await;
    assert!(counted.contains("\n  repeats every 3 days, counted from completion\n"), "{counted}");
}

#[tokio::test]
async fn a_reminder_without_a_time_says_that_none_will_come_and_what_to_do() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    assert_snapshot!(talk.says(&ana, "remind me to call mum").await, @"
    Added #1: call mum
      on your list
      no time, so I won't remind you; `move 1 to tomorrow 9am` sets a time
      change it with `move 1 to friday 5pm` or `edit 1 …`; `undo` takes it back
    ");
}

#[tokio::test]
async fn a_day_reminds_at_the_default_time_or_in_the_afternoon_or_says_that_it_is_too_late() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    let reminds = |said: String| said.lines().find(|line| line.contains("remind")).map(str::to_owned);
    let tomorrow = reminds(talk.says(&ana, "pay rent tomorrow").await);
    assert_eq!(tomorrow.as_deref(), Some("  I'll remind you on Thu 5 Mar 2026 09:00 America/New_York, tomorrow"));
    let today = reminds(talk.says(&ana, "buy bread today").await);
    assert_eq!(today.as_deref(), Some("  I'll remind you on Wed 4 Mar 2026 17:00 America/New_York, in 7 hours"));
    talk.world.clock.set("2026-03-04T23:00:00Z");
    let tonight = talk.says(&ana, "buy cheese today").await;
    assert!(tonight.contains("too late for a reminder, so I won't send one; `move 3 to tomorrow 9am`"), "{tonight}");
}

#[tokio::test]
async fn a_task_in_a_channel_is_the_channels_and_shows_one_line_there() {
    let talk = Talk::begins().await;
    let ana = talk.in_channel("ana", "ops").await;
    let reply = talk.reply(&ana, "add ship release tomorrow 9am !high").await;
    assert_snapshot!(bot::reply::plain(&reply.blocks), @"
    Added #1: ship release
      due Thu 5 Mar 2026 09:00 America/New_York, tomorrow
      priority high
      on #ops; `move 1 to my list` makes it yours alone
      I'll remind you in #ops then
      change it with `move 1 to friday 5pm` or `edit 1 …`; `undo` takes it back
    ");
    assert!(!reply.private);
    assert_eq!(Talk::shown(&reply).as_deref(), Some("#ops: ana added #1: ship release, due Thu 5 Mar 09:00"));
    assert_eq!(reply.tasks[0].list, "#ops");
}

#[tokio::test]
async fn remind_me_is_personal_even_in_a_channel() {
    let talk = Talk::begins().await;
    let ana = talk.in_channel("ana", "ops").await;
    let reply = talk.reply(&ana, "remind me to breathe in 5 min").await;
    assert_eq!(reply.tasks[0].list, "personal");
    assert!(reply.private && reply.shown_in_channel.is_none());
    let said = bot::reply::plain(&reply.blocks);
    assert!(!said.contains("in #ops"), "nobody else reads what is personal: {said}");
    let task = talk.world.by_id(&ana.principal, reply.tasks[0].id).await;
    let places: Vec<Place> = talk.world.reminders(&task).await.into_iter().map(|one| one.place).collect();
    assert_eq!(places, [Place::Direct(ana.principal.person)]);
}

#[tokio::test]
async fn todo_and_remindme_are_for_ones_own_list_wherever_they_are_typed() {
    let talk = Talk::begins().await;
    let ana = talk.in_channel("ana", "ops").await;
    for (line, title) in [("/todo private thing", "private thing"), ("/remindme to hide tomorrow", "hide")] {
        let reply = talk.reply(&ana, line).await;
        assert_eq!((reply.tasks[0].list.as_str(), reply.tasks[0].title.as_str()), ("personal", title), "{line}");
    }
    assert_eq!(talk.reply(&ana, "/task a shared thing").await.tasks[0].list, "#ops");
}

#[tokio::test]
async fn a_channel_that_is_only_spoken_of_is_text_of_the_task() {
    let talk = Talk::begins().await;
    let there = talk.in_channel("ana", "ops").await;
    let here = talk.in_channel("ana", "web").await;
    let direct = talk.direct("ana").await;
    talk.direct("sam").await;
    for (who, line, title, list) in [
        (&here, "remind me to check <#ops> tomorrow 9am", "check #ops", "personal"),
        (&there, "remind me to post it in <#ops|ops> at 5pm", "post it in #ops", "personal"),
        (&here, "remind me to ask @sam in <#ops> about it friday", "ask @sam in #ops about it", "personal"),
        (&here, "/todo look at <#ops> friday", "look at #ops", "personal"),
        (&here, "/remindme to look at <#ops> friday", "look at #ops", "personal"),
        (&direct, "look at <#ops> friday", "look at #ops", "personal"),
        (&direct, "remind me about <#ops> friday", "#ops", "personal"),
        (&here, "remind us to look at <#ops> friday", "look at #ops", "#web"),
        (&here, "remind us in <#ops> to look at <#web> friday", "look at #web", "#ops"),
        (&here, "remind <#ops> to look at <#web> friday", "look at #web", "#ops"),
        (&here, "/todo remind <#ops> to look friday", "look", "#ops"),
        (&here, "look <#ops> friday", "look", "#ops"),
        (&here, "/task look in <#ops> friday", "look", "#ops"),
    ] {
        let reply = talk.reply(who, line).await;
        let said = bot::reply::plain(&reply.blocks);
        assert_eq!(reply.tasks.len(), 1, "{line}: {said}");
        assert_eq!((reply.tasks[0].title.as_str(), reply.tasks[0].list.as_str()), (title, list), "{line}");
        assert_eq!(reply.shown_in_channel.is_some(), list != "personal", "{line}");
        assert!(reply.tasks[0].assignees.is_empty(), "{line}: {:?}", reply.tasks[0].assignees);
    }
    let remind = talk.reply(&here, "remind @sam to look at <#ops> friday").await;
    assert_eq!(remind.tasks[0].title, "look at #ops");
    let said = bot::reply::plain(&remind.blocks);
    assert!(said.contains("I'll remind sam on Fri 6 Mar"), "{said}");
}

#[tokio::test]
async fn a_reminder_for_somebody_else_shows_their_time_too() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    let sam = talk.direct("sam").await;
    talk.says(&sam, "timezone Europe/Madrid").await;
    assert_snapshot!(talk.says(&ana, "remind @sam to deploy tomorrow 3pm").await, @"
    Added #1: deploy
      due Thu 5 Mar 2026 15:00 America/New_York, tomorrow (Thu 5 Mar 2026 21:00 Europe/Madrid for sam)
      for sam
      on your list
      I'll remind sam then
      change it with `move 1 to friday 5pm` or `edit 1 …`; `undo` takes it back
    ");
}

#[tokio::test]
async fn a_name_that_nobody_has_is_refused_with_what_to_do() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    assert_snapshot!(talk.says(&ana, "remind @bob to deploy tomorrow").await, @r#"
    I know no @bob here.
      They must have spoken to me once (`taskbot console --user bob`); in quotes, as in `"@bob"`, it is only text.
    "#);
    assert_eq!(talk.says(&ana, "list").await.lines().next(), Some("There are no open tasks."));
}

#[tokio::test]
async fn a_channel_is_reminded_by_those_who_are_in_it_only() {
    let talk = Talk::begins().await;
    talk.in_channel("sam", "secret").await;
    talk.in_channel("ana", "ops").await;
    let ana = talk.direct("ana").await;
    let reply = talk.says(&ana, "remind #ops to rotate keys every monday 9am").await;
    assert!(reply.contains("  on #ops; `move 1 to my list` makes it yours alone\n  I'll remind #ops then"), "{reply}");
    let foreign = talk.says(&ana, "remind #secret to leak tomorrow").await;
    let absent = talk.says(&ana, "remind #nowhere to leak tomorrow").await;
    assert_eq!(foreign.replace("secret", "…"), absent.replace("nowhere", "…"));
    assert!(foreign.starts_with("I know no channel #secret that you are in."), "{foreign}");
}

#[tokio::test]
async fn what_others_typed_cannot_control_a_terminal() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    let reply = talk.says(&ana, "add \u{1b}[31mred\u{1b}[0m \u{7}bell \u{202e}txt.exe").await;
    assert!(!reply.chars().any(|c| c.is_control() && c != '\n'), "{reply:?}");
    assert!(!reply.contains('\u{202e}'), "{reply:?}");
    assert!(reply.starts_with("Added #1: [31mred [0m bell ⟨U+202E⟩txt.exe\n"), "{reply:?}");
}
