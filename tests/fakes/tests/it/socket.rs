//! Socket Mode with slack-morphism.

use std::sync::Arc;

use fakes::slack::Delivery;
use slack_morphism::prelude::{
    SlackClient, SlackClientEventsListenerEnvironment, SlackClientEventsUserState, SlackClientHyperHttpsConnector,
    SlackClientSocketModeConfig, SlackClientSocketModeListener, SlackCommandEvent, SlackCommandEventResponse,
    SlackMessageContent, SlackSocketModeListenerCallbacks,
};

use super::{kit, morphism};

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

async fn answer(
    command: SlackCommandEvent,
    _: Arc<SlackClient<SlackClientHyperHttpsConnector>>,
    _: SlackClientEventsUserState,
) -> Outcome<SlackCommandEventResponse> {
    let text = format!("{} {}", command.command.0, command.text.unwrap_or_default());
    Ok(SlackCommandEventResponse::new(SlackMessageContent::new().with_text(text)))
}

#[tokio::test]
async fn a_command_is_answered_before_and_after_a_reconnect() {
    let (slack, _) = kit::slack(Delivery::Socket).await;
    let client = Arc::new(morphism::client(&slack.api_url()));
    let environment = Arc::new(SlackClientEventsListenerEnvironment::new(client));
    let callbacks = SlackSocketModeListenerCallbacks::new().with_command_events(answer);
    let config = SlackClientSocketModeConfig::new().with_max_connections_count(1);
    let listener = SlackClientSocketModeListener::new(&config, environment, callbacks);
    listener.listen_for(&morphism::token("xapp-fake-A1")).await.expect("a connection");
    listener.start().await;
    let ana = slack.person("T1", "U1");
    slack.connected("A1", 1).await;
    assert_eq!(ana.command("C1", "/task", "list").await.answer()["text"], "/task list");
    slack.set(|settings| settings.refresh_ms = 50);
    slack.disconnect("A1", "refresh_requested");
    slack.connected("A1", 1).await;
    assert_eq!(ana.command("C1", "/task", "again").await.answer()["text"], "/task again");
    listener.shutdown().await;
}
