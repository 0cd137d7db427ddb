//! A Slack with a few people, and a client for it.

use fakes::slack::{App, Channel, Delivery, FakeSlack, Install, Kind, Team, User};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// A Slack with the team `T1`, ana and bob in `C1`, and the app `A1`, whose bot is in `C1` too.
pub(crate) async fn slack(delivery: Delivery) -> (FakeSlack, Install) {
    let slack = FakeSlack::start().await;
    let team = Team::new("T1", "Acme")
        .user(User::new("U1", "ana", "Europe/Berlin"))
        .user(User::new("U2", "bob", "America/New_York"))
        .channel(Channel::new("C1", "general", Kind::Public, &["U1", "U2"]))
        .channel(Channel::new("C2", "secret", Kind::Private, &["U1"]));
    slack.add_team(team);
    slack.add_app(App::new("A1", "helper").over(delivery));
    let install = slack.install("A1", "T1");
    slack.invite("T1", "C1", &install.bot_user);
    (slack, install)
}

/// One call by hand, with a JSON body.
pub(crate) async fn call(slack: &FakeSlack, token: &str, method: &str, body: Value) -> Value {
    let url = format!("{}/{method}", slack.api_url());
    let response = reqwest::Client::new().post(url).bearer_auth(token).json(&body).send().await.expect("an answer");
    response.json().await.expect("JSON")
}

/// The plain text that views and buttons want.
pub(crate) fn plain(text: &str) -> Value {
    json!({ "type": "plain_text", "text": text })
}

/// An app that answers every envelope of a socket with this.
pub(crate) async fn answer_all(url: String, answer: Value) {
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.expect("a socket");
    while let Some(Ok(message)) = socket.next().await {
        let said: Value = message.to_text().ok().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        if let Some(id) = said["envelope_id"].as_str() {
            let answer = json!({ "envelope_id": id, "payload": answer });
            socket.send(answer.to_string().into()).await.expect("an open socket");
        }
    }
}

/// The next `count` envelopes of a socket, none of them answered.
pub(crate) fn listen(url: String, count: usize) -> JoinHandle<Vec<Value>> {
    tokio::spawn(async move {
        let (mut socket, _) = tokio_tungstenite::connect_async(url).await.expect("a socket");
        let mut heard = Vec::new();
        while heard.len() < count {
            let message = socket.next().await.expect("more").expect("a message");
            let said: Value =
                message.to_text().ok().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
            heard.extend(said.get("envelope_id").is_some().then_some(said));
        }
        heard
    })
}
