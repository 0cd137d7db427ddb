//! What people do, and what apps hear of it.

use std::sync::Arc;

use fakes::slack::{Act, Delivery, FakeSlack, Install};
use serde_json::{Value, json};

use super::kit;

/// A Slack with one open socket that answers everything with `answer`.
async fn answering(answer: Value) -> (FakeSlack, Install, Arc<tokio::task::JoinHandle<()>>) {
    let (slack, install) = kit::slack(Delivery::Socket).await;
    slack.set(|settings| settings.limited = false);
    let url = kit::call(&slack, "xapp-fake-A1", "apps.connections.open", json!({})).await;
    let app = tokio::spawn(kit::answer_all(url["url"].as_str().unwrap().to_owned(), answer));
    slack.connected("A1", 1).await;
    (slack, install, Arc::new(app))
}

#[tokio::test]
async fn a_button_of_a_hidden_message_comes_without_the_message() {
    let (slack, install, _app) = answering(Value::Null).await;
    let blocks = json!([{ "type": "actions", "elements": [
        { "type": "button", "action_id": "done", "value": "7", "text": kit::plain("Done") }] }]);
    let post = json!({ "channel": "C1", "user": "U1", "text": "x", "blocks": blocks });
    let ts = kit::call(&slack, &install.token, "chat.postEphemeral", post).await["message_ts"].clone();
    let turn = slack.person("T1", "U1").press("C1", ts.as_str().unwrap(), "done", None).await;
    let payload = &turn.parcel.payload;
    assert_eq!((&payload["actions"][0]["value"], &payload["container"]["is_ephemeral"]), (&json!("7"), &json!(true)));
    assert_eq!(payload.get("message"), None);
    let replace = json!({ "replace_original": true, "text": "Done." });
    reqwest::Client::new().post(turn.response_url()).json(&replace).send().await.unwrap();
    let texts = slack.read(|world| {
        let (_, channel) = world.channel("T1", "C1").unwrap();
        channel.messages.iter().map(|message| message.text.clone()).collect::<Vec<_>>()
    });
    assert_eq!(texts, ["Done."]);
    let act =
        Act::Press { channel: "C1".into(), ts: ts.as_str().unwrap().into(), action_id: "done".into(), choice: None };
    let other = slack.person("T1", "U2").act(act).await;
    assert!(other.unwrap_err().starts_with("there is no message"), "bob does not see it");
}

#[tokio::test]
async fn a_dialog_is_pushed_updated_and_closed_as_the_app_answers() {
    let pushed = json!({ "response_action": "push", "view": {
        "type": "modal", "title": kit::plain("Two"), "blocks": [{ "type": "divider" }] } });
    let (slack, install, _app) = answering(pushed).await;
    let ana = slack.person("T1", "U1");
    let trigger = ana.global_shortcut("new").await.trigger_id().to_owned();
    let view = json!({ "type": "modal", "title": kit::plain("One"), "blocks": [{ "type": "divider" }] });
    let opened = kit::call(&slack, &install.token, "views.open", json!({ "trigger_id": trigger, "view": view })).await;
    let id = opened["view"]["id"].as_str().unwrap().to_owned();
    ana.submit(&id, json!({})).await;
    let titles: Vec<_> = ana.dialogs().iter().map(|view| view.payload["title"]["text"].clone()).collect();
    assert_eq!(titles, ["One", "Two"]);
    assert_eq!(ana.dialogs()[1].previous.as_deref(), Some(id.as_str()));
    let stale = json!({ "view_id": id, "hash": "1.x", "view": view });
    let refused = kit::call(&slack, &install.token, "views.update", stale).await;
    assert_eq!(refused["error"], "hash_conflict");
    let fresh = json!({ "view_id": id, "hash": opened["view"]["hash"], "view": view });
    assert_eq!(kit::call(&slack, &install.token, "views.update", fresh).await["ok"], true);
    let below = ana.act(Act::Submit { view: id.clone(), values: json!({}) }).await;
    assert!(below.unwrap_err().contains("lies under"), "only what is on top can be submitted");
    let top = ana.dialogs()[1].id.clone();
    let clears = json!({ "type": "modal", "title": kit::plain("Two"), "blocks": [], "clear_on_close": true });
    kit::call(&slack, &install.token, "views.update", json!({ "view_id": top, "view": clears })).await;
    ana.close(&top).await;
    assert!(ana.dialogs().is_empty(), "and closes what lies under it, too");
}

#[tokio::test]
async fn an_app_hears_of_its_own_messages_and_of_those_that_go() {
    let (slack, install, _app) = answering(Value::Null).await;
    let ana = slack.person("T1", "U1");
    let direct = ana.dm("hello").await;
    let post = json!({ "channel": direct.channel, "text": "hi" });
    let posted = kit::call(&slack, &install.token, "chat.postMessage", post).await;
    let turns = ana.delete_message(&direct.channel, posted["ts"].as_str().unwrap()).await;
    let event = &turns[0].parcel.payload["event"];
    assert_eq!((&event["subtype"], &event["deleted_ts"]), (&json!("message_deleted"), &posted["ts"]));
    let gone = json!({ "channel": direct.channel, "ts": posted["ts"], "text": "x" });
    assert_eq!(kit::call(&slack, &install.token, "chat.update", gone).await["error"], "message_not_found");
    assert_eq!(slack.ledger().attempts(None).iter().filter(|sent| sent.kind == "event").count(), 3);
}

#[tokio::test]
async fn without_a_socket_a_command_fails_and_an_event_comes_later() {
    let (slack, _) = kit::slack(Delivery::Socket).await;
    slack.set(|settings| settings.retry_scale = 0.00001);
    let ana = slack.person("T1", "U1");
    let turn = ana.command("C1", "/task", "list").await;
    assert_eq!(turn.first.problem.as_deref(), Some("no_connection"));
    let said = ana.mention("C1", "list").await;
    let id = said.turns[0].parcel.id.clone();
    while slack.ledger().attempts(Some(&id)).len() < 4 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(
        ana.act(Act::Command { channel: "C1".into(), command: "/none".into(), text: String::new() }).await,
        Err("/none is not a valid command in T1".to_owned())
    );
}

#[tokio::test]
async fn an_envelope_that_is_not_answered_comes_again_with_its_reason() {
    let (slack, _) = kit::slack(Delivery::Socket).await;
    slack.set(|settings| {
        settings.ack_ms = 50;
        settings.retry_scale = 0.00001;
    });
    let url = kit::call(&slack, "xapp-fake-A1", "apps.connections.open", json!({})).await;
    let heard = kit::listen(url["url"].as_str().unwrap().to_owned(), 4);
    slack.connected("A1", 1).await;
    slack.person("T1", "U1").mention("C1", "list").await;
    let heard = heard.await.unwrap();
    let tries: Vec<_> = heard.iter().map(|one| (one["retry_attempt"].clone(), one["retry_reason"].clone())).collect();
    assert_eq!(tries[0], (json!(0), json!("")));
    assert_eq!(tries[1..], [1, 2, 3].map(|nth| (json!(nth), json!("timeout"))));
    assert!(heard.iter().all(|one| one["payload"] == heard[0]["payload"]));
}

#[tokio::test]
async fn whoever_subscribes_hears_of_a_changed_profile_and_nobody_else() {
    let (slack, _install, _app) = answering(Value::Null).await;
    let ana = slack.person("T1", "U1");
    assert!(ana.moves_to("Asia/Tokyo").await.is_empty(), "nobody asked for it");
    slack.change(|world| world.apps.get_mut("A1").expect("the app").events.push("user_change".into()));
    let heard = ana.moves_to("Europe/Lisbon").await;
    let told = &heard[0].parcel.payload["event"];
    assert_eq!((&told["type"], &told["user"]["tz"]), (&json!("user_change"), &json!("Europe/Lisbon")));
}

#[tokio::test]
async fn there_is_a_page_to_look_at_and_type_on() {
    let (slack, _install, _app) = answering(Value::Null).await;
    let page = reqwest::get(format!("{}/demo", slack.url())).await.unwrap();
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(page.text().await.unwrap().contains("A Slack to try things in"));
}
