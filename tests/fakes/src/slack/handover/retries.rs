use std::time::Duration;

use super::{Parcel, Purpose, Try};
use crate::kit::Sent;
use crate::slack::{Signing, Slack};

impl Slack {
    /// Hands a parcel over. An event that is not taken is handed over again, in the background; nothing else is.
    pub(in crate::slack) async fn hand_over(&self, parcel: &Parcel, signing: &Signing) -> Sent {
        let (sent, enough) = self.attempt(parcel, Try::default(), signing).await;
        if parcel.purpose == Purpose::Event && sent.problem.is_some() && !enough {
            let (slack, parcel, signing) = (self.clone(), parcel.clone(), signing.clone());
            let reason = word(sent.problem.as_deref());
            tokio::spawn(async move {
                let ends = slack.ends().clone();
                tokio::select! {
                    () = ends.cancelled() => {}
                    () = slack.retry(&parcel, &signing, reason) => {}
                }
            });
        }
        sent
    }

    async fn retry(&self, parcel: &Parcel, signing: &Signing, mut reason: &'static str) {
        let settings = self.settings();
        for (nth, wait) in settings.retries_ms.iter().enumerate() {
            tokio::time::sleep(Duration::from_millis((*wait as f64 * settings.retry_scale) as u64)).await;
            let which = Try { attempt: nth as u32 + 1, reason: Some(reason) };
            let (sent, enough) = self.attempt(parcel, which, signing).await;
            if sent.problem.is_none() || enough {
                return;
            }
            reason = word(sent.problem.as_deref());
        }
    }
}

/// The words that Slack gives as reasons.
fn word(problem: Option<&str>) -> &'static str {
    match problem {
        Some("http_timeout") => "http_timeout",
        Some("http_error") => "http_error",
        Some("connection_failed") => "connection_failed",
        Some("timeout") => "timeout",
        _ => "unknown_error",
    }
}
