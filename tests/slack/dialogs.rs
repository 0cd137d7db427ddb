//! Tasks that are filled in instead of typed.

use fakes::kit::{Fault, What};
use fakes::slack::{Channel, Kind};
use serde_json::{Value, json};

use super::kit::{BOTH, Site, Way, shown, texts};
use crate::kit::program::Scratch;

fn title(text: &str) -> Value {
    json!({ "title": { "title": { "type": "plain_text_input", "value": text } } })
}

/// What the picker of a time holds.
fn in_seconds(seconds: i64) -> Value {
    let at = fakes::kit::now() as i64 + seconds;
    json!({ "when": { "type": "datetimepicker", "selected_date_time": at } })
}

#[tokio::test]
async fn a_form_that_is_saved_is_a_turn_in_the_log_as_a_line_is() {
    let json = Scratch::new().with("TASKBOT_LOG__FORMAT", "json").with("TASKBOT_LOG__LEVEL", "info");
    let mut site = Site::with(Way::Http, json).await;
    let ana = site.person("U1");
    ana.command("C1", "/todo", "").await;
    let form = site.dialog("U1", "plain_text_input").await;
    ana.submit(&form.id, title("water the plants")).await;
    let line = site.server.program.err.line("\"committed\"").await;
    let line: Value = serde_json::from_str(&line).expect("a line of JSON");
    let spans: Vec<&Value> = line["spans"].as_array().into_iter().flatten().collect();
    let turn = spans.iter().find(|span| span["name"] == "bot.turn").unwrap_or_else(|| panic!("{line:#}"));
    assert_eq!(turn["trace_id"].as_str().map(str::len), Some(32), "{line:#}");
    site.server.program.err.line("\"answered\"").await;
}

#[tokio::test]
async fn a_message_is_reminded_of_with_a_way_back_to_it() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let said = ana.say("C1", "the <https://ci.example|build> is red &amp; nobody looks").await;
        ana.shortcut("remind", "C1", &said.ts).await;
        let form = site.dialog("U1", "nobody looks").await;
        let link = format!("/archives/C1/p{}", said.ts.replace('.', ""));
        assert!(form.payload["blocks"][0].to_string().contains(&link), "{way:?}: {}", form.payload);
        let mut values = title("look at the build");
        values["when"] = in_seconds(5);
        ana.submit(&form.id, values).await;
        let told = site.dialog("U1", "Added #1: look at the build").await;
        assert!(texts(&told.payload).contains("on your list"), "{}", texts(&told.payload));
        let direct = site.direct("U1").await;
        let reminder = site.message(&direct, "look at the build").await;
        assert!(reminder.blocks.to_string().contains(&link), "{way:?}: {reminder:#?}");
    }
}

#[tokio::test]
async fn a_message_where_the_bot_is_not_is_linked_to_as_well() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        site.slack.change(|world| {
            let between = Channel::new("C5", "cakes", Kind::Private, &["U1", "U2"]);
            world.teams.get_mut("T1").expect("the team").channels.insert("C5".into(), between);
        });
        let topic = bob.say("C5", "the party").await;
        let said = bob.reply("C5", &topic.ts, "who bakes the cake?").await;
        ana.shortcut("remind", "C5", &said.ts).await;
        let form = site.dialog("U1", "who bakes the cake?").await;
        let mut values = title("bake it");
        values["when"] = in_seconds(5);
        ana.submit(&form.id, values).await;
        let reminder = site.message(&site.direct("U1").await, "bake it").await;
        let link = format!("/archives/C5/p{}?thread_ts={}&cid=C5", said.ts.replace('.', ""), topic.ts);
        assert!(reminder.blocks.to_string().contains(&link), "{way:?}: {reminder:#?}");
    }
}

#[tokio::test]
async fn whoever_uses_a_shortcut_is_told_if_its_dialog_does_not_open() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let said = ana.say("C1", "the build is red").await;
        let bad_moment = What::Error { error: "internal_error".to_owned() };
        site.slack.faults().add(Fault::next(2, "views.open", bad_moment));
        ana.shortcut("create", "C1", &said.ts).await;
        let told = site.message("C1", "could not be opened").await;
        assert_eq!(told.only_for.as_deref(), Some("U1"), "{way:?}");
        ana.global_shortcut("create").await;
        site.message(&site.direct("U1").await, "could not be opened").await;
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
    values["when"] = in_seconds(5);
    ana.submit(&form.id, values).await;
    let reminder = site.message("C1", "*tag it*").await;
    assert_eq!(reminder.thread_ts.as_deref(), Some(topic.ts.as_str()), "{reminder:#?}");
    let link = format!("/archives/C1/p{}", said.ts.replace('.', ""));
    assert!(reminder.blocks.to_string().contains(&link), "{reminder:#?}");
}

#[tokio::test]
async fn what_is_wrong_is_said_beside_its_field_and_nothing_is_lost() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        ana.global_shortcut("create").await;
        let form = site.dialog("U1", "plain_text_input").await;
        assert!(site.errors("U1", &form, title("  ")).await["title"].is_string(), "{way:?}");
        let mut past = title("too late");
        past["when"] = json!({ "when": { "type": "datetimepicker", "selected_date_time": 1_000_000_000 } });
        assert!(site.errors("U1", &form, past).await["when"].is_string(), "{way:?}");
        let mut values = title("in time");
        values["when"] = in_seconds(3_600);
        ana.submit(&form.id, values).await;
        let told = texts(&site.dialog("U1", "Added #1: in time").await.payload);
        assert!(told.contains("on your list"), "{way:?}: {told}");
    }
}

#[tokio::test]
async fn a_reminder_wants_a_time() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let said = ana.say("C1", "the build is red").await;
        for form in ["shortcut", "command"] {
            match form {
                "shortcut" => ana.shortcut("remind", "C1", &said.ts).await,
                _ => ana.command("C1", "/remindme", "").await,
            };
            let view = site.dialog("U1", "plain_text_input").await;
            let fields = view.payload["blocks"].as_array().expect("blocks");
            let when = fields.iter().find(|field| field["block_id"] == "when").expect("a picker");
            assert_ne!(when["optional"], true, "{way:?} {form}: {when}");
            let wrong = site.errors("U1", &view, title("look at the build")).await;
            assert_eq!(wrong["when"], "Pick when to remind.", "{way:?} {form}: {wrong}");
            ana.close(&view.id).await;
        }
        let list = site.told(&ana, "C1", "/todo", "list").await;
        assert!(!list.contains("look at the build"), "{way:?}: {list}");
    }
}

#[tokio::test]
async fn what_a_global_shortcut_makes_reminds_whom_it_names_where_it_says() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        ana.global_shortcut("create").await;
        let form = site.dialog("U1", "plain_text_input").await;
        let mut values = title("sign the lease");
        values["when"] = in_seconds(5);
        values["who"] = json!({ "who": { "type": "multi_users_select", "selected_users": ["U2"] } });
        values["where"] = json!({ "where": { "type": "conversations_select", "selected_conversation": "C1" } });
        ana.submit(&form.id, values).await;
        site.dialog("U1", "Added #1: sign the lease").await;
        let reminder = shown(&site.message("C1", "*sign the lease*").await);
        assert!(reminder.contains("<@U2>"), "{way:?}: {reminder}");
    }
}

#[tokio::test]
async fn a_form_that_slack_is_slow_to_open_is_not_worked_on_for_ever() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        site.slack.faults().add(Fault::next(1, "views.open", What::Delay { ms: 1_000 }));
        let turn = ana.command("C1", "/todo", "").await;
        assert!(turn.answer().to_string().contains("Working on it"), "{way:?}: {turn:?}");
        site.dialog("U1", "plain_text_input").await;
        let told = site.message("C1", "Here is the form").await;
        assert_eq!(told.only_for.as_deref(), Some("U1"), "{way:?}: {told:#?}");
    }
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
        values["when"] = in_seconds(5);
        values["repeat"] =
            json!({ "repeat": { "type": "static_select", "selected_option": { "value": "FREQ=WEEKLY" } } });
        ana.submit(&form.id, values).await;
        let told = site.dialog("U1", "Added #1").await;
        assert!(texts(&told.payload).contains("repeats every"), "{}", texts(&told.payload));
        let reminder = shown(&site.message("C1", "rotate keys*").await);
        assert!(reminder.contains("<@U2>") && !reminder.contains("<!channel>"), "{reminder}");
    }
}

#[tokio::test]
async fn whoever_never_spoke_to_the_bot_picks_a_time_in_their_own_zone() {
    for way in BOTH {
        let site = Site::new(way).await;
        site.told(&site.person("U1"), "C1", "/task", "remind us to tag the release in 1 second").await;
        let reminder = site.message("C1", "*tag the release*").await;
        let bob = site.person("U2");
        bob.press("C1", &reminder.ts, "snooze", Some("pick 1")).await;
        let form = site.dialog("U2", "America/New_York").await;
        let picked = json!({
            "day": { "day": { "type": "datepicker", "selected_date": "2098-03-04" } },
            "time": { "time": { "type": "timepicker", "selected_time": "14:30" } },
        });
        bob.submit(&form.id, picked).await;
        site.message("C1", "Reminds again ").await;
    }
}

#[tokio::test]
async fn a_dialog_that_has_nothing_to_show_says_so_and_what_to_do() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        site.told(&ana, "C1", "/todo", "buy milk").await;
        ana.open_home().await;
        let page = site.home("U1", |said| said.contains("buy milk")).await;
        site.told(&ana, "C1", "/task", "delete 1").await;
        // The page that she looks at follows; she was faster.
        site.slack.change(|world| {
            let shown = world.views.iter_mut().find(|view| view.id == page.id).expect("the page");
            shown.payload = page.payload.clone();
        });
        ana.press_in(&page.id, "more:1", Some("edit 1")).await;
        let told = texts(&site.dialog("U1", "There is no task #1").await.payload);
        assert!(told.contains("`list`") && !told.contains("One moment"), "{way:?}: {told}");
    }
}

#[tokio::test]
async fn a_form_that_slack_does_not_take_is_not_waited_for() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let bad_moment = What::Error { error: "internal_error".to_owned() };
        site.slack.faults().add(Fault::next(1, "views.update", bad_moment));
        ana.global_shortcut("create").await;
        let told = texts(&site.dialog("U1", "did not let me show the form").await.payload);
        assert!(told.contains("try it again"), "{way:?}: {told}");
        assert_eq!(site.slack.faults().left(), [], "it was met");
    }
}

#[tokio::test]
async fn each_command_without_words_opens_the_form_for_the_list_that_it_stands_for() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        for (nth, (command, list)) in
            [("/task", "<#C1>"), ("/todo", "on your list"), ("/remindme", "on your list")].into_iter().enumerate()
        {
            ana.command("C1", command, " ").await;
            let form = site.dialog("U1", "plain_text_input").await;
            let mut values = title("rotate the keys");
            values["when"] = in_seconds(3_600);
            ana.submit(&form.id, values).await;
            let told = texts(&site.dialog("U1", &format!("Added #{}: rotate the keys", nth + 1)).await.payload);
            assert!(told.contains(list), "{way:?} {command}: {told}");
            ana.close(&form.id).await;
        }
    }
}

#[tokio::test]
async fn somebody_who_cannot_be_told_is_said_beside_those_who_were_picked() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        ana.command("C1", "/task", "").await;
        let form = site.dialog("U1", "plain_text_input").await;
        let mut values = title("look at it");
        values["when"] = in_seconds(3_600);
        let picked = [site.install.bot_user.as_str()];
        values["who"] = json!({ "who": { "type": "multi_users_select", "selected_users": picked } });
        values["where"] = json!({ "where": { "type": "conversations_select", "selected_conversation": "C1" } });
        let refused = site.errors("U1", &form, values).await;
        let told = refused["who"].as_str().unwrap_or_default().to_owned();
        assert!(told.contains("is a bot") && !told.contains(picked[0]), "{way:?}: {refused:?}");
    }
}
