//! Socket Mode: the WebSockets that apps open.

mod line;
mod lines;

pub(super) use lines::Sockets;

use std::time::Duration;

use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Query, State};
use axum::http::Response;
use axum::response::IntoResponse;
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Slack;
use crate::kit::Reply;
use line::Frame;

pub(super) fn routes() -> axum::Router<Slack> {
    axum::Router::new().route("/link/", get(link))
}

#[derive(Deserialize)]
struct Ticket {
    ticket: String,
}

async fn link(State(slack): State<Slack>, Query(ticket): Query<Ticket>, upgrade: WebSocketUpgrade) -> Response<Body> {
    let Some(app) = slack.sockets().redeem(&ticket.ticket) else {
        return Reply::status(401, json!({ "ok": false, "error": "invalid_ticket" })).into_response();
    };
    upgrade.on_upgrade(move |socket| line::serve(slack, app, socket)).into_response()
}

impl Slack {
    /// An address that one socket of this app may be opened at, once.
    pub(super) fn ticket(&self, app: &str) -> String {
        let ticket = self.word();
        self.sockets().promise(&ticket, app);
        format!("{}/link/?ticket={ticket}&app_id={app}", self.url().replacen("http", "ws", 1))
    }

    /// Asks every socket of an app to go: `warning`, `refresh_requested`, `link_disabled`. A warning
    /// leaves them open; over the others nothing new goes from now on, and soon they are closed.
    pub fn disconnect(&self, app: &str, reason: &str) {
        let debug = json!({ "host": "fake", "approximate_connection_time": 3600 });
        let said = json!({ "type": "disconnect", "reason": reason, "debug_info": debug });
        for line in self.sockets().of(app) {
            line.send(Frame::Text(said.to_string()));
            if reason != "warning" {
                // Nothing new goes over a socket that is about to end.
                self.sockets().remove(line.id);
                let wait = Duration::from_millis(self.settings().refresh_ms);
                tokio::spawn(async move {
                    tokio::time::sleep(wait).await;
                    line.send(Frame::Close);
                });
            }
        }
    }

    /// Cuts every socket of an app without a word.
    pub fn cut_sockets(&self, app: &str) {
        self.sockets().of(app).iter().for_each(|line| line.send(Frame::Cut));
    }

    /// How many sockets an app has open.
    pub fn open_sockets(&self, app: &str) -> usize {
        self.sockets().count(app)
    }

    /// Hands an envelope to one of the app's sockets, in turn, and waits for the answer.
    ///
    /// # Errors
    /// Slack's word for what went wrong.
    pub(super) async fn through_socket(&self, app: &str, envelope: Value) -> Result<Value, &'static str> {
        let id = envelope["envelope_id"].as_str().unwrap_or_default();
        let answer = self.sockets().await_answer(id);
        let Some(line) = self.sockets().next(app) else {
            self.sockets().forget(id);
            return Err("no_connection");
        };
        line.send(Frame::Text(envelope.to_string()));
        let wait = Duration::from_millis(self.settings().ack_ms);
        let answered = tokio::time::timeout(wait, answer).await;
        self.sockets().forget(id);
        answered.ok().and_then(Result::ok).ok_or("timeout")
    }
}
