//! What scripts steer with: `/control/…`, in JSON.

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Act, Signing, Slack, Turn, World};
use crate::kit::{Fault, Reply};

pub(super) fn routes() -> axum::Router<Slack> {
    axum::Router::new()
        .route("/control/seed", post(seed))
        .route("/control/install", post(install))
        .route("/control/end", post(end))
        .route("/control/act", post(act))
        .route("/control/verify", post(verify))
        .route("/control/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/control/ledger", get(ledger).delete(clear_ledger))
        .route("/control/settings", get(settings).post(set))
        .route("/control/world", get(world))
        .route("/control/messages", get(messages))
        .route("/control/sockets", get(sockets).post(disconnect))
        .route("/control/clock", post(skip))
}

fn no(why: impl Into<String>) -> Response<Body> {
    Reply::status(422, json!({ "error": why.into() })).into_response()
}

fn yes(body: Value) -> Response<Body> {
    Reply::ok(body).into_response()
}

async fn seed(State(slack): State<Slack>, Json(seed): Json<World>) -> Response<Body> {
    slack.seed(seed);
    yes(json!({}))
}

#[derive(Deserialize)]
struct Where {
    app: String,
    team: String,
    /// Channels that the app's bot is brought into.
    #[serde(default)]
    channels: Vec<String>,
    /// The token ends, the app stays.
    #[serde(default)]
    revoke: bool,
}

async fn install(State(slack): State<Slack>, Json(at): Json<Where>) -> Response<Body> {
    let there = slack.read(|world| {
        let channels = at.channels.iter().all(|channel| world.channel(&at.team, channel).is_some());
        world.apps.contains_key(&at.app) && world.teams.contains_key(&at.team) && channels
    });
    if !there {
        return no("no such app, team or channel");
    }
    let install = slack.install(&at.app, &at.team);
    at.channels.iter().for_each(|channel| slack.invite(&at.team, channel, &install.bot_user));
    yes(json!(install))
}

async fn end(State(slack): State<Slack>, Json(at): Json<Where>) -> Response<Body> {
    if slack.read(|world| world.install(&at.app, &at.team).is_none()) {
        return no("not installed there");
    }
    let turns: Vec<Turn> =
        if at.revoke { slack.revoke(&at.app, &at.team).await } else { slack.uninstall(&at.app, &at.team).await };
    yes(json!(turns))
}

#[derive(Deserialize)]
struct Acting {
    team: String,
    user: String,
    app: Option<String>,
    #[serde(default)]
    signing: Signing,
    act: Act,
}

async fn act(State(slack): State<Slack>, Json(acting): Json<Acting>) -> Response<Body> {
    if slack.read(|world| world.user(&acting.team, &acting.user).is_none()) {
        return no("no such person");
    }
    let mut person = slack.person(&acting.team, &acting.user).signed(acting.signing);
    if let Some(app) = &acting.app {
        person = person.with_app(app);
    }
    person.act(acting.act).await.map_or_else(no, yes)
}

#[derive(Deserialize)]
struct Verified {
    app: String,
}

async fn verify(State(slack): State<Slack>, Json(which): Json<Verified>) -> Response<Body> {
    yes(json!({ "error": slack.verify_url(&which.app, &Signing::default()).await.err() }))
}

async fn faults(State(slack): State<Slack>) -> Response<Body> {
    yes(json!(slack.faults().left()))
}

async fn add_fault(State(slack): State<Slack>, Json(fault): Json<Fault>) -> Response<Body> {
    slack.faults().add(fault);
    yes(json!({}))
}

async fn clear_faults(State(slack): State<Slack>) -> Response<Body> {
    slack.faults().clear();
    yes(json!({}))
}

async fn ledger(State(slack): State<Slack>) -> Response<Body> {
    yes(slack.ledger().to_json())
}

async fn clear_ledger(State(slack): State<Slack>) -> Response<Body> {
    slack.ledger().clear();
    yes(json!({}))
}

async fn settings(State(slack): State<Slack>) -> Response<Body> {
    yes(json!(slack.settings()))
}

/// Fields that are not given stay as they are.
async fn set(State(slack): State<Slack>, Json(changes): Json<Value>) -> Response<Body> {
    let mut all = json!(slack.settings());
    for (name, value) in changes.as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    match serde_json::from_value(all) {
        Ok(settings) => {
            slack.set(|now| *now = settings);
            yes(json!(slack.settings()))
        }
        Err(error) => no(error.to_string()),
    }
}

async fn world(State(slack): State<Slack>) -> Response<Body> {
    yes(slack.read(|world| json!(world)))
}

#[derive(Deserialize)]
struct Place {
    team: String,
    channel: String,
}

async fn messages(State(slack): State<Slack>, Query(at): Query<Place>) -> Response<Body> {
    let found = slack.read(|world| world.channel(&at.team, &at.channel).map(|(_, channel)| json!(channel.messages)));
    found.map_or_else(|| no("no such channel"), yes)
}

#[derive(Deserialize)]
struct Lines {
    app: String,
    /// `warning`, `refresh_requested` and the like; without it the sockets are cut.
    reason: Option<String>,
}

async fn sockets(State(slack): State<Slack>, Query(lines): Query<Lines>) -> Response<Body> {
    yes(json!({ "open": slack.open_sockets(&lines.app) }))
}

async fn disconnect(State(slack): State<Slack>, Json(lines): Json<Lines>) -> Response<Body> {
    match &lines.reason {
        Some(reason) => slack.disconnect(&lines.app, reason),
        None => slack.cut_sockets(&lines.app),
    }
    yes(json!({}))
}

#[derive(Deserialize)]
struct Skip {
    seconds: f64,
}

async fn skip(State(slack): State<Slack>, Json(skip): Json<Skip>) -> Response<Body> {
    slack.clock().skip(skip.seconds);
    yes(json!({ "now": slack.clock().now() }))
}
