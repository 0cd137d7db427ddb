//! The Web API: `/api/METHOD`.

mod ask;
mod auth;
mod chat;
mod conversations;
mod history;
mod limits;
mod methods;
mod oauth;
mod pages;
mod post;
mod reactions;
mod users;
mod views;

pub(super) use ask::{Ask, Refusal};
pub(super) use oauth::Grant;
pub(super) use post::{Draft, name_blocks, note, put};
pub(super) use views::{opened, replaced};

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Response, header};
use axum::routing::any;
use serde_json::{Value, json};
use tokio::time::sleep;

pub(super) use super::args::Args;
use super::{Slack, Standing};
use crate::kit::{Call, Dialect, Reply, What, play};
use methods::Method;

/// The longest body that is read.
const BODY_MAX: usize = 4 * 1024 * 1024;

pub(super) fn routes() -> axum::Router<Slack> {
    axum::Router::new().route("/api/{method}", any(call)).merge(oauth::routes())
}

async fn call(State(slack): State<Slack>, Path(name): Path<String>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, BODY_MAX).await.unwrap_or_default();
    let method = methods::named(&name);
    let query = Args::of_form(head.uri.query().unwrap_or_default().as_bytes());
    let args = query.and(read(&head.headers, &body, method.is_none_or(|method| method.json)));
    let token = token(&head.headers, &args);
    let all = args.all();
    let fault = slack.faults().strike(&name, &all);
    let n = slack.ledger().open(Call {
        n: 0,
        at: slack.now(),
        method: name.clone(),
        token: token.clone(),
        tenant: None,
        body: all,
        status: None,
        answer: Value::Null,
        fault: fault.as_ref().map(|fault| json!(fault)),
    });
    let mut tenant = None;
    let basic = ask::basic(&head.headers);
    if let Some(What::CutBefore { ms }) = fault {
        let (slack, args, token, basic) = (slack.clone(), args.clone(), token.clone(), basic.clone());
        tokio::spawn(async move {
            sleep(Duration::from_millis(ms)).await;
            drop(answer(&slack, method, &args, token.as_deref(), basic, &mut None));
        });
    }
    let work = || done(answer(&slack, method, &args, token.as_deref(), basic, &mut tenant));
    let mut reply = play(fault, &Words, work).await;
    if let Some(scopes) = token.as_deref().and_then(|token| scopes(&slack, token)) {
        reply = reply.with("x-oauth-scopes", scopes);
    }
    slack.ledger().close(n, tenant, reply.status, reply.body.clone());
    let bare = slack.settings().bare_answers.filter(|_| reply.status == 429);
    reply.bare(bare).into_response()
}

/// The arguments of a body. Methods that take only forms do not see those of a JSON body, as in Slack.
fn read(headers: &HeaderMap, body: &[u8], json: bool) -> Args {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match kind.starts_with("application/json") {
        true if json => Args::of_json(body),
        true => Args::default(),
        false => Args::of_form(body),
    }
}

fn token(headers: &HeaderMap, args: &Args) -> Option<String> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    header.and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned).or_else(|| args.text("token"))
}

/// What a token may do, as each answer to it says.
fn scopes(slack: &Slack, token: &str) -> Option<String> {
    let world = slack.world();
    let install = world.installs.iter().find(|one| one.token == token && one.standing == Standing::Active)?;
    Some(install.scopes.join(","))
}

fn answer(
    slack: &Slack,
    method: Option<&'static Method>,
    args: &Args,
    token: Option<&str>,
    basic: Option<(String, String)>,
    tenant: &mut Option<String>,
) -> Result<Value, Refusal> {
    let method = method.ok_or("unknown_method")?;
    let caller = ask::caller(slack, method, token, basic)?;
    *tenant = Some(caller.install.team_id.clone());
    let ask = Ask { slack, args, caller };
    limits::check(&ask, method)?;
    (method.run)(&ask)
}

fn done(answered: Result<Value, Refusal>) -> Reply {
    match answered {
        Ok(mut body) => {
            body["ok"] = json!(true);
            Reply::ok(body)
        }
        Err(refusal) if refusal.retry_after > 0 => Words.limited(refusal.retry_after),
        Err(refusal) => {
            let mut body = refusal.more;
            body["ok"] = json!(false);
            body["error"] = json!(refusal.error);
            Reply::ok(body)
        }
    }
}

/// How Slack words what a fault script asks for.
struct Words;

impl Dialect for Words {
    fn error(&self, word: &str) -> Reply {
        Reply::ok(json!({ "ok": false, "error": word }))
    }

    fn limited(&self, retry_after: u64) -> Reply {
        Reply::status(429, json!({ "ok": false, "error": "ratelimited" })).with("retry-after", retry_after)
    }
}
