//! How apps come into teams, and go.

use std::collections::HashMap;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::Response;
use axum::routing::get;
use serde_json::{Value, json};

use super::super::{App, Slack, Standing, World};
use super::{Ask, Refusal};
use crate::kit::Reply;

/// How long a code can be exchanged, in seconds.
const CODE_LIFE: f64 = 600.0;

/// A person's yes to an app.
#[derive(Clone, Debug, Default)]
pub(in crate::slack) struct Grant {
    app: String,
    team: String,
    user: String,
    scopes: Vec<String>,
    redirect: String,
    at: f64,
}

pub(super) fn routes() -> axum::Router<Slack> {
    axum::Router::new().route("/oauth/v2/authorize", get(authorize))
}

/// The page where a person says yes; here somebody has said it already, or no, as the settings want it. `team` and
/// `user` say who; without them it is the first person of the first team.
async fn authorize(State(slack): State<Slack>, Query(query): Query<HashMap<String, String>>) -> Response<Body> {
    let reply = match consent(&slack, &query) {
        Ok(url) => Reply::status(302, json!("")).with("location", url),
        Err(word) => Reply::status(400, json!(word)),
    };
    reply.into_response()
}

fn consent(slack: &Slack, query: &HashMap<String, String>) -> Result<String, &'static str> {
    let given = |name: &str| query.get(name).cloned().unwrap_or_default();
    let (team, user) = who(&slack.world(), query).ok_or("There is nobody to ask.")?;
    let app = by_client(&slack.world(), &given("client_id")).ok_or("Invalid client_id parameter")?;
    let redirect = redirect(&app, &given("redirect_uri")).ok_or("redirect_uri did not match any configured URIs.")?;
    let words = given("scope");
    let scopes: Vec<String> = words.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let mut answer = form_urlencoded::Serializer::new(String::new());
    if slack.settings().declines_oauth {
        answer.append_pair("error", "access_denied");
    } else {
        let code = slack.word();
        let grant = Grant { app: app.id, team, user, scopes, redirect: given("redirect_uri"), at: slack.now() };
        slack.grants().insert(code.clone(), grant);
        answer.append_pair("code", &code);
    }
    answer.append_pair("state", &given("state"));
    let sign = if redirect.contains('?') { '&' } else { '?' };
    Ok(format!("{redirect}{sign}{}", answer.finish()))
}

fn who(world: &World, query: &HashMap<String, String>) -> Option<(String, String)> {
    let team = match query.get("team") {
        Some(team) => world.teams.get(team)?,
        None => world.teams.values().next()?,
    };
    let user =
        query.get("user").cloned().or_else(|| Some(team.users.values().find(|user| !user.is_bot)?.id.clone()))?;
    Some((team.id.clone(), user))
}

fn by_client(world: &World, id: &str) -> Option<App> {
    world.apps.values().find(|app| app.client_id == id).cloned()
}

/// Where to go back to: what was asked for, if the app may, or its first address.
fn redirect(app: &App, wanted: &str) -> Option<String> {
    match wanted {
        "" => app.redirect_urls.first().cloned(),
        _ if app.redirect_urls.is_empty() => Some(wanted.to_owned()),
        _ => app.redirect_urls.iter().any(|url| wanted.starts_with(url.as_str())).then(|| wanted.to_owned()),
    }
}

pub(super) fn access(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let given = |name: &str| ask.args.text(name).unwrap_or_default();
    let basic = ask.caller.basic.clone();
    let (id, secret) = basic.unwrap_or_else(|| (given("client_id"), given("client_secret")));
    let app = by_client(&ask.slack.world(), &id).ok_or("invalid_client_id")?;
    if app.client_secret != secret {
        return Err("bad_client_secret".into());
    }
    let grant = ask.slack.grants().remove(&given("code")).ok_or("invalid_code")?;
    if grant.app != app.id || ask.slack.now() - grant.at > CODE_LIFE {
        return Err("invalid_code".into());
    }
    if grant.redirect != given("redirect_uri") {
        return Err("bad_redirect_uri".into());
    }
    let install = ask.slack.install_with(&grant.app, &grant.team, grant.scopes.clone(), &grant.user);
    let world = ask.slack.world();
    let team = &world.teams[&grant.team];
    let enterprise = team.enterprise_id.as_ref().map(|id| json!({ "id": id, "name": "Enterprise" }));
    let whole = ask.slack.settings().organisation_oauth;
    let of_team = (!whole).then(|| json!({ "id": team.id, "name": team.name }));
    Ok(json!({
        "app_id": app.id, "access_token": install.token, "token_type": "bot", "scope": grant.scopes.join(","),
        "bot_user_id": install.bot_user, "team": of_team, "enterprise": enterprise,
        "is_enterprise_install": whole, "authed_user": { "id": grant.user },
    }))
}

pub(super) fn revoke(ask: &Ask<'_>) -> Result<Value, Refusal> {
    if !ask.args.flag("test") {
        ask.slack.tell(ask.slack.farewell(&ask.caller.install, Standing::Revoked));
    }
    Ok(json!({ "revoked": !ask.args.flag("test") }))
}

pub(super) fn uninstall(ask: &Ask<'_>) -> Result<Value, Refusal> {
    ask.slack.tell(ask.slack.farewell(&ask.caller.install, Standing::Removed));
    Ok(json!({}))
}
