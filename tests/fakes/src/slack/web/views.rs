use serde_json::{Value, json};

use super::super::{Install, Slack, View, World};
use super::{Ask, Refusal};

pub(super) fn open(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let payload = payload(ask)?;
    let trigger = ask.need("trigger_id", "invalid_arguments")?;
    let (user, _) = ask.slack.use_trigger(&ask.caller.install, &trigger)?;
    let mut world = ask.slack.world();
    let view = opened(ask.slack, &mut world, &ask.caller.install, &user, payload, None);
    Ok(json!({ "view": view.shown(&ask.caller.install.bot_id) }))
}

/// The view that a call brings.
fn payload(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let view = ask.json("view", "invalid_arguments")?;
    Ok(view.filter(Value::is_object).ok_or("invalid_arguments")?)
}

/// Puts a dialog onto a person's screen, alone or above another.
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
        payload,
        values: json!({}),
        open: true,
        id,
    };
    world.views.push(view.clone());
    view
}

/// Puts other content into a view.
pub(in crate::slack) fn replaced(slack: &Slack, world: &mut World, id: &str, payload: Value) -> Option<View> {
    let hash = hash(slack, world);
    let view = world.views.iter_mut().find(|view| view.id == id)?;
    view.hash = hash;
    view.payload = payload;
    Some(view.clone())
}

fn hash(slack: &Slack, world: &mut World) -> String {
    let ts = world.ts(slack.now());
    format!("{}.{}", ts, &slack.word()[..8])
}
