use serde_json::{Value, json};

use super::http::Wire;
use crate::slack::{Delivery, Signing, Slack};

impl Slack {
    /// Asks an app's address for events whether it is the app's, as Slack does when one enters it.
    ///
    /// # Errors
    /// What is wrong with the answer, in words.
    pub async fn verify_url(&self, app: &str, signing: &Signing) -> Result<(), String> {
        let app = self.read(|world| world.apps.get(app).cloned()).ok_or("there is no such app")?;
        let Delivery::Http { events, .. } = &app.delivery else { return Err("the app has no address".to_owned()) };
        let challenge = self.word();
        let body = json!({ "type": "url_verification", "token": app.verification_token, "challenge": challenge });
        let wire = Wire { kind: "application/json", body: body.to_string().into_bytes() };
        let outcome = self.post(events, wire, &app.signing_secret, signing, Vec::new()).await;
        let said = outcome.answer["challenge"].as_str().or(outcome.answer.as_str());
        match outcome.problem {
            Some(problem) => Err(format!("{problem} {}", outcome.status.unwrap_or_default())),
            None if said == Some(&challenge) => Ok(()),
            None => Err(format!("not the challenge: {}", outcome.answer)),
        }
    }

    /// Posts any bytes to any address, signed as this app's requests are: the status, if an answer came, and the
    /// answer.
    ///
    /// # Panics
    /// When there is no such app.
    pub async fn send(
        &self,
        app: &str,
        url: &str,
        kind: &'static str,
        body: Vec<u8>,
        signing: &Signing,
    ) -> (Option<u16>, Value) {
        let secret = self.read(|world| world.apps[app].signing_secret.clone());
        let outcome = self.post(url, Wire { kind, body }, &secret, signing, Vec::new()).await;
        (outcome.status, outcome.answer)
    }
}
