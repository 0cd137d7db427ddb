//! Commands, mentions and direct messages.

use fakes::kit::{Fault, What};

use super::kit::{BOTH, Site, Way, connect, texts};

#[tokio::test]
async fn a_command_is_answered_at_once_to_the_asker_alone_and_the_channel_learns_of_it() {
    for way in BOTH {
        let site = Site::new(way).await;
        let answer = site.answer(&site.person("U1"), "C1", "/task", "Ship release tomorrow 9am !high").await;
        assert_eq!(answer["response_type"], "ephemeral", "{way:?}");
        let answer = texts(&answer);
        assert!(answer.contains("Added #1: Ship release"), "{way:?}: {answer}");
        assert!(answer.contains("<!date^") && answer.contains("Europe/Madrid"), "the zone of the profile: {answer}");
        assert!(answer.contains("<#C1>"), "the list is named: {answer}");
        site.message("C1", "ana added #1: Ship release").await;
    }
}

#[tokio::test]
async fn remind_me_and_todo_are_personal_wherever_they_are_typed() {
    let site = Site::new(BOTH[0]).await;
    let ana = site.person("U1");
    let reminder = site.told(&ana, "C1", "/remindme", "to stretch in 2 hours").await;
    assert!(reminder.contains("on your list"), "{reminder}");
    assert!(site.told(&ana, "C1", "/todo", "buy milk").await.contains("on your list"));
    assert!(site.posted("C1").iter().all(|message| message.only_for.is_some()), "the channel learns nothing");
    assert!(!site.told(&site.person("U2"), "C1", "/task", "list").await.contains("stretch"));
}

#[tokio::test]
async fn what_slack_links_by_itself_stays_what_was_typed_and_a_link_keeps_its_words() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        ana.dm("update readme.md friday").await;
        let direct = site.direct("U1").await;
        site.message(&direct, "Added #1: update readme.md").await;
        let told = site.told(&ana, "C1", "/todo", "write to eve@example.org, see https://a.example/#ops").await;
        assert!(told.contains("Added #2: write to eve@example.org, see <https://a.example/#ops>"), "{way:?}: {told}");
        // Nothing in the words of a link is a name, a tag or a day.
        let line = "read [the Q3 plan by @mallory, p1, friday](https://docs.example/d/1AbC) tomorrow";
        ana.dm(line).await;
        site.message(&direct, "Added #3: read \"the Q3 plan by @mallory, p1, friday\" (<https://docs.example/d/1AbC>)")
            .await;
        let said = ana.say("C1", line).await;
        ana.shortcut("create", "C1", &said.ts).await;
        site.dialog("U1", "read \\\"the Q3 plan by @mallory, p1, friday\\\" (https://docs.example/d/1AbC) tomorrow")
            .await;
    }
}

#[tokio::test]
async fn a_direct_message_is_a_conversation() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        ana.dm("write the deck thursday 3pm").await;
        let direct = site.direct("U1").await;
        site.message(&direct, "Added #1: write the deck").await;
        ana.dm("move it to friday").await;
        site.message(&direct, "Moved #1: write the deck").await;
        ana.dm("done it").await;
        site.message(&direct, "Done #1: write the deck").await;
    }
}

#[tokio::test]
async fn a_mention_in_a_thread_is_answered_in_the_thread_to_the_asker_alone() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let topic = ana.say("C1", "the release is near").await;
        ana.reply("C1", &topic.ts, "@taskbot remind us to tag it in 3 hours").await;
        let answer = site.message("C1", "Added #1: tag it").await;
        assert_eq!(answer.only_for.as_deref(), Some("U1"));
        assert_eq!(answer.thread_ts.as_deref(), Some(topic.ts.as_str()));
    }
}

#[tokio::test]
async fn people_and_channels_that_slack_resolved_are_understood() {
    let site = Site::new(BOTH[1]).await;
    let ana = site.person("U1");
    let told = site.told(&ana, "C2", "/task", "remind #ops to rotate the keys tomorrow at 9am").await;
    assert!(told.contains("<#C1>"), "{told}");
    let told = site.told(&ana, "C1", "/task", "remind @bob to call the printer tomorrow at 9am").await;
    assert!(told.contains("bob"), "bob never spoke: {told}");
    let refused = site.told(&site.person("U3"), "C1", "/task", "remind #quiet to hush tomorrow").await;
    assert!(refused.contains("I know no such channel"), "eve is not in it: {refused}");
}

#[tokio::test]
async fn every_command_is_understood_after_each_of_the_words() {
    let site = Site::new(BOTH[0]).await;
    let ana = site.person("U1");
    let say = async |command: &str, text: &str| site.told(&ana, "C1", command, text).await;
    assert!(say("/task", "remind @bob and @ana to rotate the keys friday 9am").await.contains("for bob and you"));
    assert!(say("/todo", "water the plants").await.contains("Added #2: water the plants"));
    assert!(say("/remindme", "list").await.contains("water the plants"));
    assert!(say("/task", "done 1").await.contains("Done #1"));
    assert!(say("/remindme", "to stretch in 20 minutes").await.contains("Added #3: stretch"));
    assert!(say("/remindme", "move the couch tomorrow 9am").await.contains("Added #4: move the couch"));
    let own = say("/task", "skip 3").await;
    assert!(own.contains("does not repeat"), "the turn's own words too: {own}");
}

#[tokio::test]
async fn what_is_made_in_a_thread_leads_back_to_it_and_a_channels_reminder_comes_there() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let topic = ana.say("C1", "the release is near").await;
        let link = format!("/archives/C1/p{}", topic.ts.replace('.', ""));
        ana.reply("C1", &topic.ts, "@taskbot remind us to tag it in 2 seconds").await;
        ana.reply("C1", &topic.ts, "@taskbot remind me to tell bob in 2 seconds").await;
        let here = site.message("C1", "*tag it*").await;
        assert_eq!(here.thread_ts.as_deref(), Some(topic.ts.as_str()), "{way:?}: {here:#?}");
        assert!(here.blocks.to_string().contains(&link), "{way:?}: {here:#?}");
        let direct = site.direct("U1").await;
        let mine = site.message(&direct, "*tell bob*").await;
        assert!(mine.blocks.to_string().contains(&link), "{way:?}: {mine:#?}");
    }
}

#[tokio::test]
async fn a_message_with_a_file_and_one_sent_to_the_channel_as_well_are_heard_like_others() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        ana.dm("list").await;
        let direct = site.direct("U1").await;
        ana.say_with_file(&direct, "read the contract tomorrow at 9am").await;
        let added = site.message(&direct, "Added #1: read the contract").await;
        ana.reply_to_all(&direct, &added.ts, "done 1").await;
        site.message(&direct, "Done #1: read the contract").await;
        ana.say_with_file("C1", "@taskbot remind us to sign it tomorrow at 9am").await;
        site.message("C1", "Added #2: sign it").await;
    }
}

#[tokio::test]
async fn a_message_is_given_back_in_time_while_slack_does_not_say_whose_the_token_is() {
    let mut site = Site::new(Way::Http).await;
    assert!(site.server.program.terminate().await.success());
    // Slack waits for nine seconds here; who is asked answers no sooner than in ten.
    site.slack.faults().add(Fault::always("auth.test", What::Hang));
    site.server = site.scratch.serve().await;
    connect(&site.slack, &site.server, Way::Http).await;
    let said = site.person("U1").dm("water the plants tomorrow").await;
    assert_eq!(said.turns[0].first.status, Some(503), "{:?}", said.turns[0].first);
    site.slack.faults().clear();
    let direct = site.direct("U1").await;
    site.message(&direct, "Added #1: water the plants").await;
}

#[tokio::test]
async fn whoever_greets_the_bot_before_they_ask_is_understood() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        for (said, added) in [
            ("hey @taskbot, remind me to water the plants tomorrow at 9am", "Added #1: water the plants"),
            ("hello @taskbot call the bank on friday", "Added #2: call the bank"),
        ] {
            ana.say("C1", said).await;
            let answer = site.message("C1", added).await;
            assert!(!answer.text.contains("taskbot"), "{way:?}: {}", answer.text);
        }
    }
}
