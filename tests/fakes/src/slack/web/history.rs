use serde_json::{Value, json};

use super::super::{Channel, Message, World};
use super::conversations::seen;
use super::{Ask, Refusal};

pub(super) fn history(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let world = ask.slack.world();
    let channel = readable(ask, &world)?;
    let at_top = |message: &&Message| message.thread_ts.as_ref().is_none_or(|thread| *thread == message.ts);
    let mut found: Vec<_> = channel.messages.iter().filter(at_top).filter(|message| wanted(ask, message)).collect();
    found.reverse();
    Ok(shown(ask, &found))
}

pub(super) fn replies(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let thread = ask.need("ts", "thread_not_found")?;
    let world = ask.slack.world();
    let channel = readable(ask, &world)?;
    channel.message(&thread).ok_or("thread_not_found")?;
    let inside = |message: &&Message| message.ts == thread || message.thread_ts.as_ref() == Some(&thread);
    let found: Vec<_> = channel.messages.iter().filter(inside).filter(|message| wanted(ask, message)).collect();
    Ok(shown(ask, &found))
}

/// A channel whose messages the app may read.
fn readable<'a>(ask: &Ask<'_>, world: &'a World) -> Result<&'a Channel, Refusal> {
    let id = ask.need("channel", "channel_not_found")?;
    let channel = seen(ask, world, &id)?;
    if channel.members.contains(ask.me()) { Ok(channel) } else { Err("not_in_channel".into()) }
}

/// Whether a message lies in the time that is asked for, and is there for all.
fn wanted(ask: &Ask<'_>, message: &Message) -> bool {
    let bound = |name: &str| ask.args.text(name).and_then(|ts| ts.parse::<f64>().ok());
    let ts: f64 = message.ts.parse().unwrap_or_default();
    let inclusive = ask.args.flag("inclusive");
    let after = bound("oldest").is_none_or(|oldest| ts > oldest || inclusive && ts == oldest);
    let before = bound("latest").is_none_or(|latest| ts < latest || inclusive && ts == latest);
    message.only_for.is_none() && after && before
}

fn shown(ask: &Ask<'_>, found: &[&Message]) -> Value {
    let most = ask.slack.settings().history_page;
    let limit = ask.args.number("limit").unwrap_or(most).min(most);
    let with_metadata = ask.args.flag("include_all_metadata");
    let messages: Vec<_> = found.iter().take(limit).map(|message| message.shown(with_metadata)).collect();
    json!({ "messages": messages, "has_more": found.len() > limit, "pin_count": 0 })
}
