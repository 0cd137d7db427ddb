//! For whom a reminder is, and on whose list: what was meant, whichever way it was said.

use serde_json::{Value, json};

use super::kit::{BOTH, Site, shown, texts};

/// A dialog filled in for these people, two seconds from now.
fn filled(title: &str, people: &[&str]) -> Value {
    json!({
        "title": { "title": { "type": "plain_text_input", "value": title } },
        "when": { "when": { "type": "datetimepicker", "selected_date_time": fakes::kit::now() as i64 + 5 } },
        "who": { "who": { "type": "multi_users_select", "selected_users": people } },
    })
}

#[tokio::test]
async fn who_is_picked_in_the_form_of_a_reminder_is_reminded() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let said = ana.say("C1", "the build is red").await;
        ana.shortcut("remind", "C1", &said.ts).await;
        let form = site.dialog("U1", "the build is red").await;
        ana.submit(&form.id, filled("look at the build", &["U2"])).await;
        site.dialog("U1", "Added #1: look at the build").await;
        let told = site.message(&site.direct("U2").await, "*look at the build*").await;
        assert!(told.blocks.to_string().contains("asked by"), "{way:?}: {told:#?}");
        ana.close(&form.id).await;

        ana.command("C1", "/remindme", "").await;
        let form = site.dialog("U1", "plain_text_input").await;
        ana.submit(&form.id, filled("sign the lease", &["U2", "U3"])).await;
        let told = texts(&site.dialog("U1", "Added #2: sign the lease").await.payload);
        assert!(told.contains("on your list"), "{way:?}: {told}");
        for user in ["U2", "U3"] {
            site.message(&site.direct(user).await, "*sign the lease*").await;
        }
        assert!(site.told(&ana, "C1", "/task", "list").await.contains("no open tasks"), "{way:?}");
    }
}

#[tokio::test]
async fn who_is_named_after_remindme_is_reminded() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let say = async |text: &str| site.told(&ana, "C1", "/remindme", text).await;
        assert!(say("@bob to call the bank in 2 seconds").await.contains("Added #1: call the bank"));
        assert!(say("remind @bob to call the printer in 2 seconds").await.contains("Added #2: call the printer"));
        let direct = site.direct("U2").await;
        site.message(&direct, "call the bank").await;
        site.message(&direct, "call the printer").await;
        assert!(say("remind me to stretch in 20 minutes").await.contains("Added #3: stretch"));
        assert!(say("me to stretch in 20 minutes").await.contains("Added #4: stretch"));
        assert!(say("add call ana tomorrow").await.contains("Added #5: call ana"));
        let told = say("#ops to rotate the keys tomorrow 9am").await;
        assert!(told.contains("Added #6: rotate the keys") && told.contains("<#C1>"), "{told}");
        assert!(say("#home buy milk tomorrow").await.contains("Added #7: buy milk"));
    }
}

#[tokio::test]
async fn todo_and_remindme_are_about_ones_own_list_wherever_they_are_typed() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let say = async |command: &str, text: &str| site.told(&ana, "C1", command, text).await;
        site.told(&site.person("U2"), "C1", "/task", "rotate the keys").await;
        assert!(say("/todo", "remind @bob to see the doctor tomorrow 9am").await.contains("on your list"));
        assert!(say("/remindme", "to stretch tomorrow 9am").await.contains("Added #3"));
        for word in ["/todo", "/remindme"] {
            let own = say(word, "list").await;
            assert!(own.contains("stretch") && !own.contains("rotate"), "{way:?} {word}: {own}");
        }
        let here = say("/task", "list").await;
        assert!(here.contains("rotate") && !here.contains("doctor"), "{way:?}: {here}");
    }
}

#[tokio::test]
async fn the_pages_of_ones_own_list_are_ones_own() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        for title in ["one", "two", "three"] {
            site.told(&ana, "C1", "/todo", title).await;
            site.told(&site.person("U2"), "C1", "/task", &format!("{title} of all")).await;
        }
        site.told(&ana, "C1", "/todo", "list limit 2").await;
        let first = site.message("C1", "3 open tasks").await;
        ana.press("C1", &first.ts, "page:next", None).await;
        let second = site.message("C1", "page 2 of 2").await;
        assert!(!second.blocks.to_string().contains("of all"), "{way:?}: {second:#?}");
    }
}

#[tokio::test]
async fn whom_a_reminder_speaks_of_is_text_of_it() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let told = site.told(&ana, "C1", "/task", "remind me to call @bob about the raise in 2 seconds").await;
        assert!(told.contains("Added #1: call @bob about the raise"), "{way:?}: {told}");
        site.message(&site.direct("U1").await, "call @bob about the raise").await;
        let bob = site.person("U2");
        let found = site.told(&bob, "C1", "/todo", "find raise").await;
        assert!(!found.contains("call"), "{way:?}: it is none of his business: {found}");
        let told = site.told(&ana, "C1", "/task", "remind me to ask @bob about Vec<u8|u16> in 2 hours").await;
        assert!(told.contains("ask @bob about Vec&lt;u8|u16&gt;"), "{way:?}: {told}");
        let told = site.told(&ana, "C1", "/task", "remind @bob to call @eve in 2 seconds").await;
        assert!(told.contains("Added #3: call @eve"), "{way:?}: {told}");
        site.message(&site.direct("U2").await, "call @eve").await;
    }
}

#[tokio::test]
async fn a_channel_that_is_only_spoken_of_is_text_and_hears_nothing() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        let told = site.told(&ana, "C2", "/task", "remind me to check #ops in 2 seconds").await;
        assert!(told.contains("Added #1: check #ops") && told.contains("on your list"), "{way:?}: {told}");
        site.message(&site.direct("U1").await, "*check #ops*").await;
        let told = site.told(&ana, "C1", "/todo", "look at #ops").await;
        assert!(told.contains("Added #2: look at #ops") && told.contains("on your list"), "{way:?}: {told}");
        let told = site.told(&ana, "C1", "/task", "remind me to ask @bob in #ops about the raise friday").await;
        assert!(told.contains("Added #3: ask @bob in #ops about the raise"), "{way:?}: {told}");
        let found = site.told(&bob, "C1", "/todo", "find raise").await;
        assert!(!found.contains("ask @bob"), "{way:?}: it is none of his business: {found}");
        site.told(&ana, "C2", "/task", "remind @bob to look at #quiet in 2 seconds").await;
        site.message(&site.direct("U2").await, "*look at #quiet*").await;
        ana.dm("remind me to post the summary in #ops tomorrow").await;
        site.message(&site.direct("U1").await, "Added #5: post the summary in #ops").await;
        ana.say("C2", "@taskbot rotate the keys #ops").await;
        site.message("C2", "Added #6: rotate the keys").await;
        site.message("C1", "ana added #6: rotate the keys").await;
        for channel in ["C1", "C2"] {
            let heard: Vec<_> = site.posted(channel).into_iter().filter(|one| one.only_for.is_none()).collect();
            let of_others =
                |said: &str| said.contains("check") || said.contains("look at #ops") || said.contains("raise");
            assert!(!heard.iter().any(|one| of_others(&shown(one))), "{way:?} {channel}: {heard:#?}");
        }
    }
}

#[tokio::test]
async fn a_channel_that_slack_sends_without_its_name_is_named() {
    let site = Site::new(BOTH[0]).await;
    site.told(&site.person("U1"), "C2", "/task", "rotate the keys").await;
    let token = site.scratch.token("slack:T1/U1").await;
    let chat = async |line: &str| site.server.chat(&token, line).await.to_string();
    assert!(chat("remind me to check <#C1|> tomorrow").await.contains("check #ops"));
    assert!(chat("remind me to check <#C1> tomorrow").await.contains("check #ops"));
    assert!(chat("remind me to check <#C404> tomorrow").await.contains("check #channel"));
}

#[tokio::test]
async fn the_list_of_a_channel_that_is_named_is_shown_and_no_task_is_made() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        site.told(&ana, "C1", "/task", "rotate the keys").await;
        for line in ["list #ops", "show #ops", "list in #ops"] {
            let told = site.told(&ana, "C2", "/task", line).await;
            assert!(told.contains("rotate the keys") && told.contains("<#C1>"), "{way:?} {line}: {told}");
        }
        let told = site.told(&ana, "C2", "/task", "list #ops overdue").await;
        assert!(told.contains("no overdue tasks on <#C1>"), "{way:?}: {told}");
        let told = site.told(&ana, "C2", "/task", "history #ops").await;
        assert!(told.contains("not of a channel"), "{way:?}: {told}");
        let refused = site.told(&site.person("U3"), "C1", "/task", "list #quiet").await;
        assert!(refused.contains("I know no such channel"), "{way:?}: {refused}");
    }
}
