use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
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
    shown(ask, &found, 999)
}

pub(super) fn replies(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let thread = ask.need("ts", "thread_not_found")?;
    let world = ask.slack.world();
    let channel = readable(ask, &world)?;
    channel.message(&thread).ok_or("thread_not_found")?;
    let inside = |message: &&Message| message.ts == thread || message.thread_ts.as_ref() == Some(&thread);
    let found: Vec<_> = channel.messages.iter().filter(inside).filter(|message| wanted(ask, message)).collect();
    shown(ask, &found, 1_000)
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

/// The page that the cursor asks for, of so many messages at most, and the cursor of the next one.
fn shown(ask: &Ask<'_>, found: &[&Message], most: usize) -> Result<Value, Refusal> {
    let from = match ask.args.text("cursor") {
        Some(cursor) => found.iter().position(|message| next(message) == cursor).ok_or("invalid_cursor")?,
        None => 0,
    };
    let limit = match ask.args.text("limit") {
        Some(_) => ask.args.number("limit").filter(|limit| (1..=most).contains(limit)).ok_or("invalid_limit")?,
        None => 100,
    };
    let (page, rest) = found[from..].split_at(limit.min(ask.slack.settings().history_page).min(found.len() - from));
    let with_metadata = ask.args.flag("include_all_metadata");
    let messages: Vec<_> = page.iter().map(|message| message.shown(with_metadata)).collect();
    let mut shown = json!({ "messages": messages, "has_more": !rest.is_empty(), "pin_count": 0 });
    if let Some(message) = rest.first() {
        shown["response_metadata"] = json!({ "next_cursor": next(message) });
    }
    Ok(shown)
}

/// The cursor of a page that begins with this message.
fn next(message: &Message) -> String {
    STANDARD.encode(format!("next_ts:{}", message.ts.replace('.', "")))
}
