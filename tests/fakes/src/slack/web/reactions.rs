use serde_json::{Value, json};

use super::{Ask, Refusal};

pub(super) fn add(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let channel = ask.need("channel", "channel_not_found")?;
    let ts = ask.need("timestamp", "no_item_specified")?;
    let name = ask.need("name", "invalid_name")?;
    let mut world = ask.slack.world();
    let channel = world.channel_mut(ask.team(), &channel).ok_or("channel_not_found")?;
    let message = channel.message_mut(&ts).filter(|one| one.only_for.is_none()).ok_or("message_not_found")?;
    let users = message.reactions.entry(name).or_insert_with(|| json!([]));
    let users = users.as_array_mut().ok_or("invalid_name")?;
    if users.contains(&json!(ask.me())) {
        return Err("already_reacted".into());
    }
    users.push(json!(ask.me()));
    Ok(json!({}))
}
