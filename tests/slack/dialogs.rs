//! Tasks that are filled in instead of typed.

use serde_json::{Value, json};

use super::kit::{BOTH, Site, shown, texts};

fn title(text: &str) -> Value {
    json!({ "title": { "title": { "type": "plain_text_input", "value": text } } })
}

/// What the picker of a time holds.
fn in_seconds(seconds: i64) -> Value {
    let at = fakes::kit::now() as i64 + seconds;
    json!({ "when": { "type": "datetimepicker", "selected_date_time": at } })
}

#[tokio::test]
async fn a_message_is_reminded_of_with_a_way_back_to_it() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let said = ana.say("C1", "the <https://ci.example|build> is red &amp; nobody looks").await;
        ana.shortcut("remind", "C1", &said.ts).await;
        let form = site.dialog("U1", "nobody looks").await;
        let mut values = title("look at the build");
        values["when"] = in_seconds(2);
        ana.submit(&form.id, values).await;
        let told = site.dialog("U1", "Added #1: look at the build").await;
        assert!(texts(&told.payload).contains("on your list"), "{}", texts(&told.payload));
        let direct = site.direct("U1").await;
        let reminder = site.message(&direct, "look at the build").await;
        let link = format!("/archives/C1/p{}", said.ts.replace('.', ""));
        assert!(reminder.blocks.to_string().contains(&link), "{way:?}: {reminder:#?}");
    }
}

#[tokio::test]
async fn whoever_a_message_mentions_stands_in_the_title_by_name() {
    let site = Site::new(BOTH[0]).await;
    let ana = site.person("U1");
    let said = ana.say("C1", "@bob please look at #ops & tell @here").await;
    ana.shortcut("create", "C1", &said.ts).await;
    let form = site.dialog("U1", "please look at").await;
    assert!(form.payload.to_string().contains("@bob please look at #ops & tell @here"), "{:#}", form.payload);
}

#[tokio::test]
async fn a_task_made_of_a_message_in_a_thread_reminds_in_the_thread() {
    let site = Site::new(BOTH[0]).await;
    let ana = site.person("U1");
    let topic = ana.say("C1", "the release is near").await;
    let said = ana.reply("C1", &topic.ts, "who tags it?").await;
    ana.shortcut("create", "C1", &said.ts).await;
    let form = site.dialog("U1", "who tags it?").await;
    let mut values = title("tag it");
    values["when"] = in_seconds(2);
    ana.submit(&form.id, values).await;
    let reminder = site.message("C1", "*tag it*").await;
    assert_eq!(reminder.thread_ts.as_deref(), Some(topic.ts.as_str()), "{reminder:#?}");
    let link = format!("/archives/C1/p{}", said.ts.replace('.', ""));
    assert!(reminder.blocks.to_string().contains(&link), "{reminder:#?}");
}

#[tokio::test]
async fn what_is_wrong_is_said_beside_its_field_and_nothing_is_lost() {
    let site = Site::new(BOTH[1]).await;
    let ana = site.person("U1");
    ana.global_shortcut("create").await;
    let form = site.dialog("U1", "plain_text_input").await;
    let errors = |turn: fakes::slack::Turn| turn.answer()["errors"].clone();
    assert!(errors(ana.submit(&form.id, title("  ")).await)["title"].is_string());
    let mut past = title("too late");
    past["when"] = json!({ "when": { "type": "datetimepicker", "selected_date_time": 1_000_000_000 } });
    assert!(errors(ana.submit(&form.id, past).await)["when"].is_string());
    let mut values = title("in time");
    values["when"] = in_seconds(3_600);
    ana.submit(&form.id, values).await;
    site.dialog("U1", "Added #1: in time").await;
}

#[tokio::test]
async fn a_command_without_words_opens_the_form_and_what_is_filled_in_is_the_channels() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        ana.command("C1", "/task", "").await;
        let form = site.dialog("U1", "plain_text_input").await;
        let mut values = title("<!channel> rotate keys");
        values["who"] = json!({ "who": { "type": "multi_users_select", "selected_users": ["U2"] } });
        values["when"] = in_seconds(2);
        values["repeat"] =
            json!({ "repeat": { "type": "static_select", "selected_option": { "value": "FREQ=WEEKLY" } } });
        ana.submit(&form.id, values).await;
        let told = site.dialog("U1", "Added #1").await;
        assert!(texts(&told.payload).contains("repeats every"), "{}", texts(&told.payload));
        let reminder = shown(&site.message("C1", "rotate keys*").await);
        assert!(reminder.contains("<@U2>") && !reminder.contains("<!channel>"), "{reminder}");
    }
}
