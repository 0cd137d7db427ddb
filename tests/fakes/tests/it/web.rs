//! Slack's words when something is wrong, by hand.

use fakes::kit::{Fault, What};
use fakes::slack::{Channel, Delivery, FakeSlack, Install, Kind, Team, User};
use serde_json::{Value, json};

use super::kit;

async fn word(slack: &FakeSlack, token: &str, method: &str, body: Value) -> String {
    kit::call(slack, token, method, body).await["error"].as_str().unwrap_or("ok").to_owned()
}

async fn quiet() -> (FakeSlack, Install) {
    let (slack, install) = kit::slack(Delivery::Socket).await;
    slack.set(|settings| settings.limited = false);
    (slack, install)
}

#[tokio::test]
async fn a_place_that_cannot_be_posted_to_is_named_by_slacks_word() {
    let (slack, install) = quiet().await;
    slack.change(|world| {
        let team = world.teams.get_mut("T1").unwrap();
        let old = Channel { archived: true, ..Channel::new("C4", "old", Kind::Public, &["U1"]) };
        team.channels.insert("C3".into(), Channel::new("C3", "open", Kind::Public, &["U1"]));
        team.channels.insert("C4".into(), old);
    });
    let cases = [
        ("C9", "channel_not_found"),
        ("C2", "channel_not_found"),
        ("C3", "not_in_channel"),
        ("C4", "is_archived"),
        (&install.bot_user, "cannot_dm_bot"),
        ("#general", "ok"),
        ("U1", "ok"),
    ];
    for (channel, expected) in cases {
        let body = json!({ "channel": channel, "text": "x" });
        assert_eq!(word(&slack, &install.token, "chat.postMessage", body).await, expected, "{channel}");
    }
    assert_eq!(word(&slack, &install.token, "conversations.join", json!({ "channel": "C3" })).await, "ok");
    let body = json!({ "channel": "C3", "text": "x" });
    assert_eq!(word(&slack, &install.token, "chat.postMessage", body).await, "ok");
}

#[tokio::test]
async fn a_token_that_does_not_work_is_named_by_slacks_word() {
    let (slack, install) = quiet().await;
    let test = async |token: &str| word(&slack, token, "auth.test", json!({})).await;
    assert_eq!(test("").await, "not_authed");
    assert_eq!(test("xoxb-fake-other").await, "invalid_auth");
    assert_eq!(test("xapp-fake-A1").await, "not_allowed_token_type");
    let url = format!("{}/auth.test", slack.api_url());
    let bare: Value = reqwest::Client::new().post(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(bare["error"], "not_authed");
    slack.change(|world| world.installs[0].scopes.retain(|scope| scope != "chat:write"));
    let refused = kit::call(&slack, &install.token, "chat.postMessage", json!({ "channel": "C1", "text": "x" })).await;
    assert_eq!((&refused["error"], &refused["needed"]), (&json!("missing_scope"), &json!("chat:write")));
    slack.revoke("A1", "T1").await;
    assert_eq!(test(&install.token).await, "token_revoked");
    let anew = slack.install("A1", "T1");
    assert_eq!((test(&anew.token).await, anew.bot_user.clone()), ("ok".to_owned(), install.bot_user));
    slack.uninstall("A1", "T1").await;
    assert_eq!(test(&anew.token).await, "account_inactive");
}

#[tokio::test]
async fn only_its_own_message_can_an_app_change() {
    let (slack, install) = quiet().await;
    let said = slack.person("T1", "U1").say("C1", "hello").await;
    let update = json!({ "channel": "C1", "ts": said.ts, "text": "x" });
    assert_eq!(word(&slack, &install.token, "chat.update", update).await, "cant_update_message");
    let delete = json!({ "channel": "C1", "ts": said.ts });
    assert_eq!(word(&slack, &install.token, "chat.delete", delete).await, "cant_delete_message");
    let shown =
        kit::call(&slack, &install.token, "chat.postEphemeral", json!({ "channel": "C1", "user": "U1", "text": "x" }));
    let hidden = json!({ "channel": "C1", "ts": shown.await["message_ts"], "text": "y" });
    assert_eq!(word(&slack, &install.token, "chat.update", hidden).await, "message_not_found");
    let long = json!({ "channel": "C1", "ts": said.ts, "text": "x".repeat(4_001) });
    assert_eq!(word(&slack, &install.token, "chat.update", long).await, "msg_too_long");
}

#[tokio::test]
async fn methods_that_take_forms_do_not_see_json() {
    let (slack, install) = quiet().await;
    assert_eq!(word(&slack, &install.token, "users.info", json!({ "user": "U1" })).await, "user_not_found");
}

#[tokio::test]
async fn a_lost_answer_does_not_undo_the_message() {
    let (slack, install) = quiet().await;
    let post = json!({ "channel": "C1", "text": "once", "client_msg_id": "k1" });
    for (what, posted) in [(What::CutAfter, 1), (What::BrokenAfter, 2), (What::Cut, 2), (What::Broken, 2)] {
        slack.faults().add(Fault::next(1, "chat.postMessage", what).field("channel", "C1"));
        let url = format!("{}/chat.postMessage", slack.api_url());
        let sent = reqwest::Client::new().post(url).bearer_auth(&install.token).json(&post).send().await;
        assert!(sent.is_err() || sent.is_ok_and(|answer| answer.status() == 500));
        assert_eq!(slack.ledger().accepted(Some("C1")).len(), posted);
    }
    assert_eq!(slack.faults().left(), []);
    slack.set(|settings| settings.honours_client_msg_id = true);
    assert_eq!(word(&slack, &install.token, "chat.postMessage", post).await, "ok");
    assert_eq!(slack.ledger().accepted(Some("C1")).len(), 2, "where it is honoured, the key finds the first message");
}

#[tokio::test]
async fn a_call_that_hangs_is_done_or_not() {
    let (slack, install) = quiet().await;
    for (what, posted) in [(What::Hang, 0), (What::HangAfter, 1)] {
        slack.faults().add(Fault::next(1, "chat.*", what));
        let call = kit::call(&slack, &install.token, "chat.postMessage", json!({ "channel": "C1", "text": "x" }));
        tokio::time::timeout(std::time::Duration::from_secs(1), call).await.expect_err("no answer");
        assert_eq!(slack.ledger().accepted(None).len(), posted);
    }
    assert!(slack.ledger().calls(Some("chat.postMessage")).iter().all(|call| call.status.is_none()));
}

#[tokio::test]
async fn a_share_of_calls_fails_and_always_the_same() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let (slack, install) = quiet().await;
        slack.faults().seed(42);
        slack.faults().add(Fault::share(0.3, "auth.test", What::Error { error: "internal_error".into() }));
        let mut run = Vec::new();
        for _ in 0..40 {
            run.push(word(&slack, &install.token, "auth.test", json!({})).await);
        }
        runs.push(run);
    }
    let failed = runs[0].iter().filter(|word| *word != "ok").count();
    assert!((4..=20).contains(&failed), "{failed} of 40");
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test]
async fn history_is_read_once_a_minute_and_shows_what_all_see() {
    let (slack, install) = kit::slack(Delivery::Socket).await;
    let metadata = json!({ "event_type": "reminder", "event_payload": { "id": "r1" } });
    let post = json!({ "channel": "C1", "text": "one", "metadata": metadata });
    let posted = kit::call(&slack, &install.token, "chat.postMessage", post).await;
    kit::call(&slack, &install.token, "chat.postEphemeral", json!({ "channel": "C1", "user": "U1", "text": "x" }))
        .await;
    let url = format!("{}/conversations.history?channel=C1&include_all_metadata=true", slack.api_url());
    let read = async || reqwest::Client::new().get(&url).bearer_auth(&install.token).send().await.unwrap();
    let found: Value = read().await.json().await.unwrap();
    assert_eq!(found["messages"].as_array().unwrap().len(), 1);
    assert_eq!((&found["messages"][0]["metadata"], &found["messages"][0]["ts"]), (&metadata, &posted["ts"]));
    let refused = read().await;
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"60".parse().unwrap()));
    slack.clock().skip(60.0);
    assert_eq!(read().await.status(), 200);
}

#[tokio::test]
async fn history_is_read_page_by_page_from_the_newest_and_a_thread_from_its_beginning() {
    let (slack, install) = kit::slack(Delivery::Socket).await;
    slack.set(|settings| (settings.limited, settings.history_page) = (false, 2));
    let post = async |text: &str, thread: &Value| {
        let said = json!({ "channel": "C1", "text": text, "thread_ts": thread });
        kit::call(&slack, &install.token, "chat.postMessage", said).await["ts"].clone()
    };
    for text in ["one", "two"] {
        post(text, &Value::Null).await;
    }
    let top = post("three", &Value::Null).await;
    for text in ["first", "second"] {
        post(text, &top).await;
    }
    let read = async |query: String| -> Value {
        let url = format!("{}/conversations.{query}", slack.api_url());
        reqwest::Client::new().get(url).bearer_auth(&install.token).send().await.unwrap().json().await.unwrap()
    };
    let ts = top.as_str().unwrap();
    for (asked, pages) in [
        ("history?channel=C1".to_owned(), [vec!["three", "two"], vec!["one"]]),
        (format!("replies?channel=C1&ts={ts}"), [vec!["three", "first"], vec!["second"]]),
    ] {
        let first = read(asked.clone()).await;
        let texts = |page: &Value| -> Vec<String> {
            let messages = page["messages"].as_array().unwrap();
            messages.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
        };
        let cursor = first["response_metadata"]["next_cursor"].as_str().unwrap().replace('=', "%3D");
        let second = read(format!("{asked}&cursor={cursor}")).await;
        assert_eq!([texts(&first), texts(&second)], pages);
        assert_eq!((&first["has_more"], &second["has_more"]), (&json!(true), &json!(false)));
        assert_eq!(second.get("response_metadata"), None);
        assert_eq!(read(format!("{asked}&cursor=x")).await["error"], "invalid_cursor");
        assert_eq!(read(format!("{asked}&limit=1001")).await["error"], "invalid_limit");
    }
}

#[tokio::test]
async fn what_another_team_shares_is_seen_and_nothing_else() {
    let (slack, install) = quiet().await;
    let shared =
        Channel { shared_with: ["T1".to_owned()].into(), ..Channel::new("C7", "joint", Kind::Public, &["U7"]) };
    let team = Team::new("T2", "Other").user(User::new("U7", "zoe", "UTC")).channel(shared);
    slack.add_team(team.channel(Channel::new("C8", "theirs", Kind::Public, &["U7"])));
    slack.add_team(Team::new("T3", "Third").user(User::new("U8", "max", "UTC")));
    let url = |method: &str, query: &str| format!("{}/{method}?{query}", slack.api_url());
    let read = async |url: String| -> Value {
        reqwest::Client::new().get(url).bearer_auth(&install.token).send().await.unwrap().json().await.unwrap()
    };
    let info = read(url("conversations.info", "channel=C7")).await;
    assert_eq!((&info["ok"], &info["channel"]["is_ext_shared"]), (&json!(true), &json!(true)));
    assert_eq!(read(url("conversations.info", "channel=C8")).await["error"], "channel_not_found");
    assert_eq!(read(url("users.info", "user=U7")).await["user"]["team_id"], "T2");
    assert_eq!(read(url("users.info", "user=U8")).await["error"], "user_not_found");
}

#[tokio::test]
async fn a_response_url_works_five_times_and_half_an_hour() {
    let (slack, _) = quiet().await;
    let ana = slack.person("T1", "U1");
    let url = ana.command("C1", "/task", "list").await.response_url().to_owned();
    let answer = async |url: &str| {
        let sent = reqwest::Client::new().post(url).json(&json!({ "text": "x" })).send().await.unwrap();
        (sent.status().as_u16(), sent.text().await.unwrap())
    };
    for _ in 0..5 {
        assert_eq!(answer(&url).await, (200, "ok".to_owned()));
    }
    assert_eq!(answer(&url).await, (404, r#"{"error":"used_url","ok":false}"#.to_owned()));
    let late = ana.command("C1", "/task", "list").await.response_url().to_owned();
    slack.clock().skip(1_801.0);
    assert_eq!(answer(&late).await, (404, r#"{"error":"expired_url","ok":false}"#.to_owned()));
}

#[tokio::test]
async fn a_message_that_says_too_much_is_cut_or_refused_as_slack_does() {
    let (slack, install) = quiet().await;
    let post = async |body: Value| kit::call(&slack, &install.token, "chat.postMessage", body).await;
    let long = post(json!({ "channel": "C1", "text": "x".repeat(40_001) })).await;
    assert_eq!(long["message"]["text"].as_str().map(str::len), Some(40_000));
    let sections = |count: usize| {
        let section = json!({ "type": "section", "text": { "type": "mrkdwn", "text": "x".repeat(3_000) } });
        json!({ "channel": "C1", "text": "x", "blocks": vec![section; count] })
    };
    assert_eq!(post(sections(4)).await["ok"], true);
    assert_eq!(post(sections(5)).await["error"], "msg_blocks_too_long");
    let attachments = |count: usize| json!({ "channel": "C1", "attachments": vec![json!({ "text": "x" }); count] });
    assert_eq!(post(attachments(100)).await["ok"], true);
    assert_eq!(post(attachments(101)).await["error"], "too_many_attachments");
    let edited = json!({ "channel": "C1", "ts": long["ts"], "text": "x".repeat(4_001) });
    assert_eq!(word(&slack, &install.token, "chat.update", edited).await, "msg_too_long");
}
