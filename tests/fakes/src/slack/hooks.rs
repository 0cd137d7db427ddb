//! Response URLs: how an app answers for half an hour what a person did.

use std::collections::HashMap;
use std::sync::Mutex;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::Response;
use axum::routing::post;
use serde_json::{Value, json};

use super::args::Args;
use super::web::{Draft, Refusal, name_blocks, note, put};
use super::{Install, Slack, World};
use crate::kit::{Call, Dialect, Reply, play};

/// What a response URL stands for.
#[derive(Clone, Debug)]
pub(super) struct Hook {
    pub(super) app_id: String,
    pub(super) team_id: String,
    pub(super) channel: String,
    pub(super) user: String,
    /// The message that the person pressed something in.
    pub(super) original: Option<String>,
    at: f64,
    uses: u32,
}

/// All response URLs.
#[derive(Debug, Default)]
pub(super) struct Hooks(Mutex<HashMap<String, Hook>>);

pub(super) fn routes() -> axum::Router<Slack> {
    axum::Router::new().route("/hooks/{id}", post(answer))
}

async fn answer(State(slack): State<Slack>, Path(id): Path<String>, body: Bytes) -> Response<Body> {
    let args = Args::of_json(&body);
    let mut all = args.all();
    all["response_url"] = json!(id);
    let fault = slack.faults().strike("response_url", &all);
    let n = slack.ledger().open(Call {
        n: 0,
        at: slack.now(),
        method: "response_url".to_owned(),
        token: None,
        tenant: None,
        body: all,
        status: None,
        answer: Value::Null,
        fault: fault.as_ref().map(|fault| json!(fault)),
    });
    let reply = play(fault, &Words, || used(&slack, &id, &args)).await;
    slack.ledger().close(n, slack.hook(&id).map(|hook| hook.team_id), reply.status, reply.body.clone());
    let bare = slack.settings().bare_answers.filter(|_| matches!(reply.status, 200 | 429));
    reply.bare(bare).into_response()
}

/// Does what the body asks for, if the address still works.
fn used(slack: &Slack, id: &str, args: &Args) -> Reply {
    let hook = match slack.use_hook(id) {
        Ok(hook) => hook,
        Err(word) => return Reply::status(404, json!({ "ok": false, "error": word })),
    };
    match slack.respond(&hook, args) {
        Ok(()) => Reply::ok(json!("ok")),
        Err(refusal) => Reply::status(400, json!({ "ok": false, "error": refusal.word() })),
    }
}

impl Slack {
    /// A new response URL, and its id.
    pub(super) fn new_hook(&self, by: &Install, channel: &str, user: &str, original: Option<&str>) -> (String, Hook) {
        let hook = Hook {
            app_id: by.app_id.clone(),
            team_id: by.team_id.clone(),
            channel: channel.to_owned(),
            user: user.to_owned(),
            original: original.map(str::to_owned),
            at: self.now(),
            uses: 0,
        };
        let id = self.word();
        self.hooks().0.lock().expect("no panic while locked").insert(id.clone(), hook.clone());
        (format!("{}/hooks/{id}", self.url()), hook)
    }

    fn hook(&self, id: &str) -> Option<Hook> {
        self.hooks().0.lock().expect("no panic while locked").get(id).cloned()
    }

    fn use_hook(&self, id: &str) -> Result<Hook, &'static str> {
        let settings = self.settings();
        let mut hooks = self.hooks().0.lock().expect("no panic while locked");
        let hook = hooks.get_mut(id).ok_or("invalid_url")?;
        if self.now() - hook.at > settings.hook_seconds {
            return Err("expired_url");
        }
        if hook.uses >= settings.hook_uses {
            return Err("used_url");
        }
        hook.uses += 1;
        Ok(hook.clone())
    }

    /// Carries out what an app answers, at a response URL or at once.
    pub(super) fn respond(&self, hook: &Hook, args: &Args) -> Result<(), Refusal> {
        let mut world = self.world();
        let by = world.install(&hook.app_id, &hook.team_id).ok_or("account_inactive")?.clone();
        let original = hook.original.as_deref();
        if let Some(ts) = original.filter(|_| args.flag("delete_original")) {
            return removed(self, &mut world, &by, hook, ts);
        }
        let mut draft = Draft::of(args)?;
        if let Some(ts) = original.filter(|_| args.flag("replace_original")) {
            return replaced(self, &mut world, &by, hook, ts, draft);
        }
        if args.text("response_type").as_deref() != Some("in_channel") {
            draft.only_for = Some(hook.user.clone());
        }
        put(self, &mut world, &by, &hook.channel, "hook", draft);
        Ok(())
    }
}

fn removed(slack: &Slack, world: &mut World, by: &Install, hook: &Hook, ts: &str) -> Result<(), Refusal> {
    let place = world.channel_mut(&hook.team_id, &hook.channel).ok_or("channel_not_found")?;
    let message = place.message(ts).ok_or("message_not_found")?.clone();
    place.messages.retain(|message| message.ts != ts);
    note(slack, by, &hook.channel, "delete", &message);
    Ok(())
}

fn replaced(
    slack: &Slack,
    world: &mut World,
    by: &Install,
    hook: &Hook,
    ts: &str,
    mut draft: Draft,
) -> Result<(), Refusal> {
    name_blocks(slack, &mut draft.blocks);
    let place = world.channel_mut(&hook.team_id, &hook.channel).ok_or("channel_not_found")?;
    let message = place.message_mut(ts).ok_or("message_not_found")?;
    message.text = draft.text;
    message.blocks = draft.blocks;
    message.attachments = draft.attachments;
    let message = message.clone();
    note(slack, by, &hook.channel, "update", &message);
    Ok(())
}

/// How a response URL words what a fault script asks for.
struct Words;

impl Dialect for Words {
    fn error(&self, word: &str) -> Reply {
        Reply::status(404, json!({ "ok": false, "error": word }))
    }

    fn limited(&self, retry_after: u64) -> Reply {
        Reply::status(429, json!({ "ok": false, "error": "ratelimited" })).with("retry-after", retry_after)
    }
}
