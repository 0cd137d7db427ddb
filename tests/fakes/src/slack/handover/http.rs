use std::time::Duration;

use serde_json::Value;

use super::{Outcome, Parcel, Purpose, Try};
use crate::slack::{Signing, Slack};

/// The bytes of a request to an app.
pub(in crate::slack) struct Wire {
    pub(in crate::slack) kind: &'static str,
    pub(in crate::slack) body: Vec<u8>,
}

impl Wire {
    /// As Slack writes it: commands and interactions as forms, events as JSON.
    fn of(parcel: &Parcel) -> Self {
        let form = "application/x-www-form-urlencoded";
        match parcel.purpose {
            Purpose::Command => Self { kind: form, body: form_of(&parcel.payload) },
            Purpose::Interactive => {
                let mut pairs = form_urlencoded::Serializer::new(String::new());
                pairs.append_pair("payload", &parcel.payload.to_string());
                Self { kind: form, body: pairs.finish().into_bytes() }
            }
            Purpose::Event => Self { kind: "application/json", body: parcel.payload.to_string().into_bytes() },
        }
    }
}

fn form_of(payload: &Value) -> Vec<u8> {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    for (name, value) in payload.as_object().into_iter().flatten() {
        pairs.append_pair(name, value.as_str().unwrap_or_default());
    }
    pairs.finish().into_bytes()
}

impl Slack {
    pub(super) async fn by_http(&self, url: &str, parcel: &Parcel, which: Try, signing: &Signing) -> Outcome {
        let secret = self.read(|world| world.apps[&parcel.app_id].signing_secret.clone());
        let mut more = Vec::new();
        if which.attempt > 0 {
            more.push(("x-slack-retry-num", which.attempt.to_string()));
            more.push(("x-slack-retry-reason", which.reason.unwrap_or("unknown_error").to_owned()));
        }
        self.post(url, Wire::of(parcel), &secret, signing, more).await
    }

    /// Posts something signed, and waits as long as Slack does.
    pub(in crate::slack) async fn post(
        &self,
        url: &str,
        mut wire: Wire,
        secret: &str,
        signing: &Signing,
        more: Vec<(&'static str, String)>,
    ) -> Outcome {
        let headers = signing.headers(secret, self.now(), &mut wire.body);
        let mut request = self.client().post(url).header("content-type", wire.kind).body(wire.body);
        for (name, value) in headers.into_iter().chain(more) {
            request = request.header(name, value);
        }
        let request = request.header("user-agent", "Slackbot 1.0 (+https://api.slack.com/robots)");
        let wait = Duration::from_millis(self.settings().ack_ms);
        match tokio::time::timeout(wait, answered(request)).await {
            Ok(outcome) => outcome,
            Err(_) => Outcome { problem: Some("http_timeout"), ..Outcome::default() },
        }
    }
}

async fn answered(request: reqwest::RequestBuilder) -> Outcome {
    let failed = || Outcome { problem: Some("connection_failed"), ..Outcome::default() };
    let Ok(response) = request.send().await else { return failed() };
    let status = response.status();
    let enough = response.headers().get("x-slack-no-retry").is_some_and(|value| value == "1");
    let Ok(text) = response.text().await else { return failed() };
    let answer = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(text.into()) };
    let problem = (!status.is_success()).then_some("http_error");
    Outcome { status: Some(status.as_u16()), answer, problem, enough }
}
