use serde_json::{Value, json};

use super::{Ask, Refusal};

pub(super) fn info(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let id = ask.need("user", "user_not_found")?;
    let world = ask.slack.world();
    let (team, user) = world.user(ask.team(), &id).ok_or("user_not_found")?;
    let mut shown = user.shown(&team.id);
    if team.id != ask.team() {
        shown["is_stranger"] = json!(false);
    }
    Ok(json!({ "user": shown }))
}
