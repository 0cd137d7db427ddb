use serde_json::{Value, json};

use super::{Ask, Refusal};

pub(super) fn open(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let mut world = ask.slack.world();
    if let Some(channel) = ask.args.text("channel") {
        let (_, found) = world.channel(ask.team(), &channel).ok_or("channel_not_found")?;
        return Ok(json!({ "no_op": true, "already_open": true, "channel": found.shown(ask.team(), ask.me()) }));
    }
    let users = ask.need("users", "users_list_not_supplied")?;
    let (_, user) = world.user(ask.team(), &users).ok_or("user_not_found")?;
    if user.is_bot {
        return Err("cannot_dm_bot".into());
    }
    if user.deleted {
        return Err("user_disabled".into());
    }
    let (id, there) = world.direct(ask.team(), &users, ask.me());
    let (_, channel) = world.channel(ask.team(), &id).ok_or("channel_not_found")?;
    let shown = if ask.args.flag("return_im") { channel.shown(ask.team(), ask.me()) } else { json!({ "id": id }) };
    Ok(json!({ "channel": shown, "no_op": there, "already_open": there }))
}
