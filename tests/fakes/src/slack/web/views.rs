use serde_json::{Value, json};

use super::super::{Install, Slack, View, World, check_view};
use super::{Ask, Refusal};

/// The largest view, in bytes.
const VIEW_MAX: usize = 250_000;
/// The most dialogs above each other.
const STACK_MAX: usize = 3;

pub(super) fn open(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let payload = payload(ask, "modal")?;
    let (user, _) = ask.slack.use_trigger(&ask.caller.install, &trigger(ask)?)?;
    let mut world = ask.slack.world();
    fresh(&world, ask, &payload)?;
    let view = opened(ask.slack, &mut world, &ask.caller.install, &user, payload, None);
    Ok(answer(ask, &view))
}

pub(super) fn push(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let payload = payload(ask, "modal")?;
    let (user, from) = ask.slack.use_trigger(&ask.caller.install, &trigger(ask)?)?;
    let mut world = ask.slack.world();
    let from = from.ok_or("invalid_trigger_id")?;
    let under = world.views.iter().find(|view| view.id == from && view.open).cloned().ok_or("not_found")?;
    if world.views.iter().filter(|view| view.open && view.root == under.root).count() >= STACK_MAX {
        return Err("push_limit_reached".into());
    }
    fresh(&world, ask, &payload)?;
    let view = opened(ask.slack, &mut world, &ask.caller.install, &user, payload, Some(&under));
    Ok(answer(ask, &view))
}

pub(super) fn update(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let payload = payload(ask, "modal")?;
    let mut world = ask.slack.world();
    let (id, external) = (ask.args.text("view_id"), ask.args.text("external_id"));
    let named = |view: &&View| {
        let outside = external.is_some() && view.payload["external_id"].as_str() == external.as_deref();
        view.app_id == ask.caller.install.app_id && (id.as_ref() == Some(&view.id) || outside)
    };
    let found = world.views.iter().filter(|view| view.open && view.team_id == ask.team()).find(named);
    let view = found.cloned().ok_or("not_found")?;
    same_hash(ask, &view)?;
    let view = replaced(ask.slack, &mut world, &view.id, payload).ok_or("not_found")?;
    Ok(answer(ask, &view))
}

pub(super) fn publish(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let user = ask.need("user_id", "user_not_found")?;
    let payload = payload(ask, "home")?;
    let mut world = ask.slack.world();
    world.user(ask.team(), &user).filter(|(_, user)| !user.is_bot).ok_or("user_not_found")?;
    let by = &ask.caller.install;
    let mine = |view: &&View| view.kind() == "home" && view.user == user && view.app_id == by.app_id;
    let there = world.views.iter().filter(|view| view.team_id == by.team_id).find(mine).cloned();
    let view = match there {
        Some(view) => {
            same_hash(ask, &view)?;
            replaced(ask.slack, &mut world, &view.id, payload).ok_or("not_found")?
        }
        None => opened(ask.slack, &mut world, by, &user, payload, None),
    };
    Ok(answer(ask, &view))
}

fn trigger(ask: &Ask<'_>) -> Result<String, Refusal> {
    ask.need("trigger_id", "invalid_arguments")
}

fn answer(ask: &Ask<'_>, view: &View) -> Value {
    json!({ "view": view.shown(&ask.caller.install.bot_id) })
}

/// The view that a call brings, if Slack takes it.
fn payload(ask: &Ask<'_>, kind: &str) -> Result<Value, Refusal> {
    let view = ask.json("view", "invalid_arguments")?.filter(Value::is_object).ok_or("invalid_arguments")?;
    if view.to_string().len() > VIEW_MAX {
        return Err("view_too_large".into());
    }
    let mut flaws = check_view(&view);
    if view["type"] != kind {
        flaws.push(format!("must be {kind} [json-pointer:/view/type]"));
    }
    if flaws.is_empty() { Ok(view) } else { Err(Refusal::flawed("invalid_arguments", &flaws)) }
}

/// No other view of the app and team has this external id.
fn fresh(world: &World, ask: &Ask<'_>, payload: &Value) -> Result<(), Refusal> {
    let Some(id) = payload["external_id"].as_str().filter(|id| !id.is_empty()) else { return Ok(()) };
    let mine = |view: &&View| view.team_id == ask.team() && view.app_id == ask.caller.install.app_id;
    let taken = world.views.iter().filter(mine).any(|view| view.payload["external_id"] == id);
    if taken { Err("duplicate_external_id".into()) } else { Ok(()) }
}

/// An update that names a hash is for that state of the view only.
fn same_hash(ask: &Ask<'_>, view: &View) -> Result<(), Refusal> {
    match ask.args.text("hash") {
        Some(hash) if hash != view.hash => Err("hash_conflict".into()),
        _ => Ok(()),
    }
}

/// Puts a view onto a person's screen, alone or above another.
pub(in crate::slack) fn opened(
    slack: &Slack,
    world: &mut World,
    by: &Install,
    user: &str,
    payload: Value,
    above: Option<&View>,
) -> View {
    let id = world.id("V");
    let view = View {
        hash: hash(slack, world),
        app_id: by.app_id.clone(),
        team_id: by.team_id.clone(),
        user: user.to_owned(),
        previous: above.map(|view| view.id.clone()),
        root: above.map_or_else(|| id.clone(), |view| view.root.clone()),
        payload: with_ids(slack, payload),
        values: json!({}),
        open: true,
        id,
    };
    world.views.push(view.clone());
    view
}

/// Puts other content into a view. What was entered stays where block and action are the same.
pub(in crate::slack) fn replaced(slack: &Slack, world: &mut World, id: &str, payload: Value) -> Option<View> {
    let hash = hash(slack, world);
    let view = world.views.iter_mut().find(|view| view.id == id)?;
    view.hash = hash;
    view.payload = with_ids(slack, payload);
    let kept = view.payload["blocks"].as_array().into_iter().flatten().filter_map(|block| block["block_id"].as_str());
    let kept: Vec<String> = kept.map(str::to_owned).collect();
    if let Some(values) = view.values.as_object_mut() {
        values.retain(|block, _| kept.contains(block));
    }
    Some(view.clone())
}

/// Blocks and elements without an id get one.
fn with_ids(slack: &Slack, mut payload: Value) -> Value {
    super::post::name_blocks(slack, &mut payload["blocks"]);
    payload
}

fn hash(slack: &Slack, world: &mut World) -> String {
    let ts = world.ts(slack.now());
    format!("{}.{}", ts, &slack.word()[..8])
}
