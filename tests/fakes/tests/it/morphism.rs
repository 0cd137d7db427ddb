//! slack-morphism, the client of many Rust bots.

use std::time::Duration;

use fakes::kit::{Fault, What};
use fakes::slack::Delivery;
use hyper_rustls::HttpsConnectorBuilder;
use serde_json::json;
use slack_morphism::errors::SlackClientError;
use slack_morphism::prelude::{
    SlackApiChatPostMessageRequest, SlackApiChatUpdateRequest, SlackApiConversationsOpenRequest,
    SlackApiUsersInfoRequest, SlackApiViewsOpenRequest, SlackApiViewsPublishRequest, SlackClient,
    SlackClientHyperConnector, SlackClientHyperHttpsConnector, SlackMessageContent, SlackOAuthV2AccessTokenRequest,
    SlackView,
};
use slack_morphism::{SlackApiToken, SlackApiTokenValue};

use super::kit;

type Client = SlackClient<SlackClientHyperHttpsConnector>;

/// A client that takes the stand-in for Slack.
pub(crate) fn client(api_url: &str) -> Client {
    let https = HttpsConnectorBuilder::new().with_native_roots().expect("roots").https_or_http().enable_http1().build();
    SlackClient::new(SlackClientHyperConnector::with_connector(https).with_slack_api_url(api_url))
}

pub(crate) fn token(value: &str) -> SlackApiToken {
    SlackApiToken::new(SlackApiTokenValue(value.to_owned()))
}

fn text(text: &str) -> SlackMessageContent {
    SlackMessageContent::new().with_text(text.to_owned())
}

#[tokio::test]
async fn messages_are_posted_and_updated() {
    let (slack, install) = kit::slack(Delivery::Socket).await;
    let client = client(&slack.api_url());
    let token = token(&install.token);
    let session = client.open_session(&token);
    let me = session.auth_test().await.expect("auth.test");
    assert_eq!(me.user_id.0, install.bot_user);
    let post = SlackApiChatPostMessageRequest::new("C1".into(), text("hello"));
    let posted = session.chat_post_message(&post).await.expect("chat.postMessage");
    let update = SlackApiChatUpdateRequest::new("C1".into(), text("hello again"), posted.ts.clone());
    session.chat_update(&update).await.expect("chat.update");
    let text = slack.read(|world| world.channel("T1", "C1").unwrap().1.message(&posted.ts.0).unwrap().text.clone());
    assert_eq!(text, "hello again");
    let acts: Vec<_> = slack.ledger().accepted(Some("C1")).iter().map(|one| one.act).collect();
    assert_eq!(acts, ["post", "update"]);
}

#[tokio::test]
async fn people_are_read_and_written_to() {
    let (slack, install) = kit::slack(Delivery::Socket).await;
    let client = client(&slack.api_url());
    let token = token(&install.token);
    let session = client.open_session(&token);
    let user = session.users_info(&SlackApiUsersInfoRequest::new("U1".into())).await.expect("users.info").user;
    assert_eq!(user.tz.as_deref(), Some("Europe/Berlin"));
    let open = SlackApiConversationsOpenRequest::new().with_users(vec!["U1".into()]);
    let direct = session.conversations_open(&open).await.expect("conversations.open").channel.id;
    let post = SlackApiChatPostMessageRequest::new("U1".into(), text("psst"));
    let posted = session.chat_post_message(&post).await.expect("chat.postMessage");
    assert_eq!(posted.channel, direct, "a message to a person goes where the conversation was opened");
}

#[tokio::test]
async fn a_limit_says_when_to_come_back() {
    let (slack, install) = kit::slack(Delivery::Socket).await;
    slack.faults().add(Fault::next(1, "chat.postMessage", What::Limited { retry_after: 7 }));
    let client = client(&slack.api_url());
    let token = token(&install.token);
    let post = SlackApiChatPostMessageRequest::new("C1".into(), text("hello"));
    let refused = client.open_session(&token).chat_post_message(&post).await.expect_err("429");
    let SlackClientError::RateLimitError(limit) = refused else { panic!("{refused:?}") };
    assert_eq!(limit.retry_after, Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn a_channel_takes_few_messages_at_once() {
    let (slack, install) = kit::slack(Delivery::Socket).await;
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(kit::call(&slack, &install.token, "chat.postMessage", post("C1")).await["ok"] == true);
    }
    assert_eq!(answers, [true, true, true, false]);
    slack.clock().skip(1.0);
    assert_eq!(kit::call(&slack, &install.token, "chat.postMessage", post("C1")).await["ok"], true);
}

fn post(channel: &str) -> serde_json::Value {
    serde_json::json!({ "channel": channel, "text": "hello" })
}

#[tokio::test]
async fn a_dialog_opens_once_and_soon() {
    let (slack, install) = kit::slack(Delivery::Socket).await;
    let client = client(&slack.api_url());
    let token = token(&install.token);
    let session = client.open_session(&token);
    let ana = slack.person("T1", "U1");
    let trigger = ana.global_shortcut("new").await.trigger_id().to_owned();
    let view: SlackView = serde_json::from_value(serde_json::json!({
        "type": "modal", "title": kit::plain("New task"), "blocks": [{ "type": "divider" }],
    }))
    .expect("a view");
    let open = SlackApiViewsOpenRequest::new(trigger.as_str().into(), view.clone());
    let opened = session.views_open(&open).await.expect("views.open").view;
    assert_eq!(ana.dialogs().len(), 1);
    assert_eq!(ana.dialogs()[0].id, opened.state_params.id.0);
    let again = session.views_open(&open).await.expect_err("a trigger is spent");
    assert!(again.to_string().contains("exchanged_trigger_id"), "{again}");
    let late = ana.global_shortcut("new").await.trigger_id().to_owned();
    slack.clock().skip(3.1);
    let late = session.views_open(&SlackApiViewsOpenRequest::new(late.as_str().into(), view)).await.expect_err("late");
    assert!(late.to_string().contains("expired_trigger_id"), "{late}");
}

#[tokio::test]
async fn a_home_is_published_and_published_anew() {
    let (slack, install) = kit::slack(Delivery::Socket).await;
    let client = client(&slack.api_url());
    let token = token(&install.token);
    let session = client.open_session(&token);
    let home = |text: &str| -> SlackView {
        let blocks = [json!({ "type": "header", "text": kit::plain(text) })];
        serde_json::from_value(json!({ "type": "home", "blocks": blocks })).expect("a view")
    };
    let first = session.views_publish(&SlackApiViewsPublishRequest::new("U1".into(), home("One"))).await;
    let second = session.views_publish(&SlackApiViewsPublishRequest::new("U1".into(), home("Two"))).await;
    let (first, second) = (first.expect("views.publish").view, second.expect("views.publish").view);
    assert_eq!(first.state_params.id, second.state_params.id);
    assert_ne!(first.state_params.hash, second.state_params.hash);
    let shown = slack.read(|world| world.views[0].payload["blocks"][0]["text"]["text"].clone());
    assert_eq!(shown, "Two");
}

#[tokio::test]
async fn a_team_installs_an_app_over_oauth() {
    let (slack, install) = kit::slack(Delivery::Socket).await;
    slack.change(|world| world.apps.get_mut("A1").unwrap().redirect_urls.push("http://127.0.0.1/back".into()));
    let stay = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let url = format!("{}/oauth/v2/authorize?client_id=client-A1&scope=chat:write&state=s1&user=U2", slack.url());
    let answer = stay.get(url).send().await.unwrap();
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let query = location.strip_prefix("http://127.0.0.1/back?").expect("the app's address");
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    assert_eq!((pairs[0].0.as_str(), &pairs[1]), ("code", &("state".to_owned(), "s1".to_owned())));
    let exchange =
        SlackOAuthV2AccessTokenRequest::new("client-A1".into(), "client-secret-A1".into(), pairs[0].1.as_str().into());
    let client = client(&slack.api_url());
    let granted = client.oauth2_access(&exchange).await.expect("oauth.v2.access");
    assert_eq!((granted.team.id.0.as_str(), granted.authed_user.id.0.as_str()), ("T1", "U2"));
    assert_eq!(granted.bot_user_id.unwrap().0, install.bot_user);
    let token = token(&granted.access_token.0);
    client.open_session(&token).auth_test().await.expect("the new token works");
    let again = client.oauth2_access(&exchange).await.expect_err("a code is good for once");
    assert!(again.to_string().contains("invalid_code"), "{again}");
}
