use serde_json::{Value, json};

use super::super::{Channel, Kind, Message, World};

use super::{Ask, Draft, Refusal, conversations, name_blocks, note, put};

/// What `chat.update` takes as text at most.
const UPDATE_MAX: usize = 4_000;

pub(super) fn post_message(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let wanted = ask.need("channel", "channel_not_found")?;
    let draft = Draft::called(ask.args)?;
    let message = {
        let mut world = ask.slack.world();
        let channel = place(ask, &mut world, &wanted)?;
        open_for(ask, world.channel(ask.team(), &channel).ok_or("channel_not_found")?.1)?;
        match seen(ask, &world, &channel, &draft) {
            Some(message) => (channel, message),
            None => (channel.clone(), put(ask.slack, &mut world, &ask.caller.install, &channel, "post", draft)),
        }
    };
    let (channel, message) = message;
    ask.slack.echo(&ask.caller.install, &channel, &message);
    if ask.slack.settings().terse {
        return Ok(json!({ "ts": message.ts }));
    }
    Ok(json!({ "channel": channel, "ts": message.ts, "message": message.shown(true) }))
}

/// The message that this one repeats, if Slack is set to see that.
fn seen(ask: &Ask<'_>, world: &World, channel: &str, draft: &Draft) -> Option<Message> {
    let key = draft.client_msg_id.as_ref().filter(|_| ask.slack.settings().honours_client_msg_id)?;
    let messages = &world.channel(ask.team(), channel)?.1.messages;
    messages.iter().find(|message| message.client_msg_id.as_ref() == Some(key)).cloned()
}

/// The channel that is meant: a channel's id or name, or a person, whose direct message with the app it then is.
fn place(ask: &Ask<'_>, world: &mut World, wanted: &str) -> Result<String, Refusal> {
    if world.channel(ask.team(), wanted).is_some() {
        return Ok(wanted.to_owned());
    }
    if let Some((_, user)) = world.user(ask.team(), wanted) {
        match (user.is_bot, user.deleted) {
            (true, _) => return Err("cannot_dm_bot".into()),
            (_, true) => return Err("user_disabled".into()),
            _ => {}
        }
        return Ok(world.direct(ask.team(), wanted, ask.me()).0);
    }
    let name = wanted.trim_start_matches('#');
    let channels = world.teams.get(ask.team()).into_iter().flat_map(|team| team.channels.values());
    let named = channels.into_iter().find(|channel| channel.name == name && channel.kind == Kind::Public);
    Ok(named.ok_or("channel_not_found")?.id.clone())
}

/// Whether the app may post there.
pub(super) fn open_for(ask: &Ask<'_>, channel: &Channel) -> Result<(), Refusal> {
    let inside = channel.members.contains(ask.me());
    let anywhere = ask.caller.install.scopes.iter().any(|scope| scope == "chat:write.public");
    match channel.kind {
        Kind::Public | Kind::Mpim if channel.archived => Err("is_archived".into()),
        Kind::Public if !inside && !anywhere => Err("not_in_channel".into()),
        Kind::Private | Kind::Im | Kind::Mpim if !inside => Err("channel_not_found".into()),
        Kind::Private if channel.archived => Err("is_archived".into()),
        _ => Ok(()),
    }
}

pub(super) fn update(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let channel = ask.need("channel", "channel_not_found")?;
    let ts = ask.need("ts", "message_not_found")?;
    let draft = Draft::called(ask.args)?;
    if draft.text.chars().count() > UPDATE_MAX {
        return Err("msg_too_long".into());
    }
    let (was, message) = {
        let mut world = ask.slack.world();
        edit(ask, &mut world, &channel, &ts, draft)?
    };
    note(ask.slack, &ask.caller.install, &channel, "update", &message);
    ask.slack.echo_change(&ask.caller.install, &channel, &was, Some(&message));
    Ok(json!({ "channel": channel, "ts": ts, "text": message.text, "message": message.shown(true) }))
}

/// Writes a message anew: how it was and how it is.
fn edit(
    ask: &Ask<'_>,
    world: &mut World,
    channel: &str,
    ts: &str,
    mut draft: Draft,
) -> Result<(Message, Message), Refusal> {
    name_blocks(ask.slack, &mut draft.blocks);
    let edited = world.ts(ask.slack.now());
    let place = world.channel_mut(ask.team(), channel).ok_or("channel_not_found")?;
    let message = own(ask, place, ts, "cant_update_message")?;
    let was = message.clone();
    message.text = draft.text;
    message.blocks = draft.blocks;
    message.attachments = draft.attachments;
    message.edited = Some(edited);
    message.metadata = draft.metadata.or(message.metadata.take());
    Ok((was, message.clone()))
}

/// A message that the app posted and everybody sees.
fn own<'a>(ask: &Ask<'_>, place: &'a mut Channel, ts: &str, refusal: &'static str) -> Result<&'a mut Message, Refusal> {
    let message = place.message_mut(ts).filter(|message| message.only_for.is_none()).ok_or("message_not_found")?;
    if message.user == ask.me() { Ok(message) } else { Err(refusal.into()) }
}

pub(super) fn post_ephemeral(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let channel = ask.need("channel", "channel_not_found")?;
    let user = ask.need("user", "user_not_found")?;
    let mut draft = Draft::called(ask.args)?;
    let mut world = ask.slack.world();
    let (_, place) = world.channel(ask.team(), &channel).ok_or("channel_not_found")?;
    open_for(ask, place)?;
    if !place.members.contains(&user) {
        return Err("user_not_in_channel".into());
    }
    draft.only_for = Some(user);
    let message = put(ask.slack, &mut world, &ask.caller.install, &channel, "ephemeral", draft);
    Ok(json!({ "message_ts": message.ts }))
}

pub(super) fn delete(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let channel = ask.need("channel", "channel_not_found")?;
    let ts = ask.need("ts", "message_not_found")?;
    let message = {
        let mut world = ask.slack.world();
        let place = world.channel_mut(ask.team(), &channel).ok_or("channel_not_found")?;
        let message = own(ask, place, &ts, "cant_delete_message")?.clone();
        place.messages.retain(|message| message.ts != ts);
        message
    };
    ask.slack.echo_change(&ask.caller.install, &channel, &message, None);
    note(ask.slack, &ask.caller.install, &channel, "delete", &message);
    Ok(json!({ "channel": channel, "ts": ts }))
}

pub(super) fn permalink(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let channel = ask.need("channel", "channel_not_found")?;
    let ts = ask.need("message_ts", "message_not_found")?;
    let world = ask.slack.world();
    let place = conversations::seen(ask, &world, &channel)?;
    let message = place.message(&ts).filter(|one| one.only_for.is_none()).ok_or("message_not_found")?;
    let domain = &world.teams[ask.team()].domain;
    let mut link = format!("https://{domain}.slack.com/archives/{channel}/p{}", ts.replace('.', ""));
    if let Some(thread) = message.thread_ts.as_ref().filter(|thread| **thread != ts) {
        link.push_str(&format!("?thread_ts={thread}&cid={channel}"));
    }
    Ok(json!({ "channel": channel, "permalink": link }))
}
