use serde_json::{Value, json};

use super::super::{Channel, Kind, World};
use super::pages::page;
use super::{Ask, Refusal};

/// A channel that the app may know of.
pub(super) fn seen<'a>(ask: &Ask<'_>, world: &'a World, id: &str) -> Result<&'a Channel, Refusal> {
    let (_, channel) = world.channel(ask.team(), id).ok_or("channel_not_found")?;
    let knows = channel.kind == Kind::Public || channel.members.contains(ask.me());
    if knows { Ok(channel) } else { Err("channel_not_found".into()) }
}

pub(super) fn open(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let mut world = ask.slack.world();
    if let Some(channel) = ask.args.text("channel") {
        let found = seen(ask, &world, &channel)?;
        return Ok(json!({ "no_op": true, "already_open": true, "channel": found.shown(ask.team(), ask.me()) }));
    }
    let users = ask.need("users", "users_list_not_supplied")?;
    let users: Vec<&str> = users.split(',').map(str::trim).collect();
    for id in &users {
        let (_, user) = world.user(ask.team(), id).ok_or("user_not_found")?;
        match (user.is_bot, user.deleted) {
            (true, _) => return Err("cannot_dm_bot".into()),
            (_, true) => return Err("user_disabled".into()),
            _ => {}
        }
    }
    let (id, there) = match users.as_slice() {
        [one] => world.direct(ask.team(), one, ask.me()),
        several => world.together(ask.team(), several, ask.me()),
    };
    let (_, channel) = world.channel(ask.team(), &id).ok_or("channel_not_found")?;
    let shown = if ask.args.flag("return_im") { channel.shown(ask.team(), ask.me()) } else { json!({ "id": id }) };
    Ok(json!({ "channel": shown, "no_op": there, "already_open": there }))
}

pub(super) fn info(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let id = ask.need("channel", "channel_not_found")?;
    let world = ask.slack.world();
    let channel = seen(ask, &world, &id)?;
    let mut shown = channel.shown(ask.team(), ask.me());
    if ask.args.flag("include_num_members") {
        shown["num_members"] = json!(channel.members.len());
    }
    Ok(json!({ "channel": shown }))
}

pub(super) fn members(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let id = ask.need("channel", "channel_not_found")?;
    let world = ask.slack.world();
    let members: Vec<_> = seen(ask, &world, &id)?.members.iter().map(|id| json!(id)).collect();
    page(ask, "members", &members, 100)
}

pub(super) fn list(ask: &Ask<'_>) -> Result<Value, Refusal> {
    channels(ask, |_| true)
}

pub(super) fn of_user(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let user = ask.args.text("user").unwrap_or_else(|| ask.me().to_owned());
    channels(ask, |channel| channel.members.contains(&user))
}

/// The channels of the wanted types that the app may know of.
fn channels(ask: &Ask<'_>, which: impl Fn(&Channel) -> bool) -> Result<Value, Refusal> {
    let types = ask.args.text("types").unwrap_or_else(|| "public_channel".to_owned());
    let types: Vec<&str> = types.split(',').map(str::trim).collect();
    if types.iter().any(|word| !["public_channel", "private_channel", "im", "mpim"].contains(word)) {
        return Err("invalid_types".into());
    }
    let world = ask.slack.world();
    let all = world.teams.values().flat_map(|team| team.channels.values());
    let wanted = all.filter(|channel| seen(ask, &world, &channel.id).is_ok() && types.contains(&word(channel.kind)));
    let wanted = wanted.filter(|channel| !(channel.archived && ask.args.flag("exclude_archived")) && which(channel));
    let shown: Vec<_> = wanted.map(|channel| channel.shown(ask.team(), ask.me())).collect();
    page(ask, "channels", &shown, 100)
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Public => "public_channel",
        Kind::Private => "private_channel",
        Kind::Im => "im",
        Kind::Mpim => "mpim",
    }
}

pub(super) fn join(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let id = ask.need("channel", "channel_not_found")?;
    let mut world = ask.slack.world();
    let channel = seen(ask, &world, &id)?;
    match (channel.kind, channel.archived) {
        (Kind::Public, false) => {}
        (Kind::Public, true) => return Err("is_archived".into()),
        _ => return Err("method_not_supported_for_channel_type".into()),
    }
    let channel = world.channel_mut(ask.team(), &id).ok_or("channel_not_found")?;
    let fresh = channel.members.insert(ask.me().to_owned());
    let mut answer = json!({ "channel": channel.shown(ask.team(), ask.me()) });
    if !fresh {
        answer["warning"] = json!("already_in_channel");
    }
    Ok(answer)
}
