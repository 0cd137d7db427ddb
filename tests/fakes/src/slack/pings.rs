//! Whom a message notifies.

use serde::Serialize;
use serde_json::Value;

/// Somebody who is notified.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ping {
    /// One person.
    User(String),
    /// A user group.
    Group(String),
    /// Whoever is there.
    Here,
    /// All members of the channel.
    Channel,
    /// All members of the team.
    Everyone,
}

/// Whom a text and its blocks notify, each once, in order. Where there are blocks, only they are shown, and only they
/// notify. Names without marks (`@ana`) notify nobody, nor does what is escaped (`&lt;!here&gt;`) or plain text.
pub fn pings(text: &str, blocks: &Value) -> Vec<Ping> {
    let mut found = Vec::new();
    match blocks.as_array().filter(|blocks| !blocks.is_empty()) {
        Some(blocks) => blocks.iter().for_each(|block| walk(block, &mut found)),
        None => found = marks(text),
    }
    found.sort();
    found.dedup();
    found
}

/// Everything below this value that is shown as mrkdwn, or is a mention of rich text.
fn walk(value: &Value, found: &mut Vec<Ping>) {
    match value {
        Value::Array(list) => list.iter().for_each(|one| walk(one, found)),
        Value::Object(fields) => match fields.get("type").and_then(Value::as_str) {
            Some("mrkdwn") => found.extend(marks(value["text"].as_str().unwrap_or_default())),
            Some("plain_text") => {}
            Some("user") => found.extend(value["user_id"].as_str().map(|id| Ping::User(id.to_owned()))),
            Some("usergroup") => found.extend(value["usergroup_id"].as_str().map(|id| Ping::Group(id.to_owned()))),
            Some("broadcast") => found.extend(value["range"].as_str().and_then(broadcast)),
            _ => fields.values().for_each(|one| walk(one, found)),
        },
        _ => {}
    }
}

/// The mentions between `<` and `>`. What stands in backticks is shown as it is, and notifies nobody.
fn marks(text: &str) -> Vec<Ping> {
    let prose = outside(text, "```").flat_map(str::lines).flat_map(|line| outside(line, "`"));
    prose.flat_map(|part| part.split('<').skip(1)).filter_map(|rest| mark(rest.split_once('>')?.0)).collect()
}

/// What stands between no two of these; behind one that is never closed everything does.
fn outside<'a>(text: &'a str, fence: &'a str) -> impl Iterator<Item = &'a str> {
    let last = text.matches(fence).count();
    text.split(fence).enumerate().filter(move |(nth, _)| nth % 2 == 0 || *nth == last).map(|(_, part)| part)
}

fn mark(inside: &str) -> Option<Ping> {
    let name = inside.split('|').next().unwrap_or_default();
    if let Some(id) = name.strip_prefix('@') {
        return is_id(id, "UW").then(|| Ping::User(id.to_owned()));
    }
    let word = name.strip_prefix('!')?;
    match word.strip_prefix("subteam^") {
        Some(id) => is_id(id, "S").then(|| Ping::Group(id.to_owned())),
        None => broadcast(word),
    }
}

fn broadcast(word: &str) -> Option<Ping> {
    match word {
        "here" => Some(Ping::Here),
        "channel" => Some(Ping::Channel),
        "everyone" => Some(Ping::Everyone),
        _ => None,
    }
}

fn is_id(text: &str, begins: &str) -> bool {
    let upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    text.starts_with(|c| begins.contains(c)) && text.chars().all(upper)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Ping, pings};

    #[test]
    fn marks_notify_and_escaped_ones_do_not() {
        let text =
            "<@U1> <@U2|bob> <!here> <!subteam^S1|@ops> &lt;!channel&gt; @everyone <#C1> `<@U3>` <!date^1^{date}|x>";
        let expected = [Ping::User("U1".into()), Ping::User("U2".into()), Ping::Group("S1".into()), Ping::Here];
        assert_eq!(pings(text, &json!([])), expected);
    }

    #[test]
    fn only_what_is_closed_is_code() {
        for text in ["` <!here>", "`ls` ` <!here>", "``` <!here>", "```ls``` ``` ` <!here>", "a `\n<!here>` b"] {
            assert_eq!(pings(text, &json!([])), [Ping::Here], "{text}");
        }
        for text in ["`<!here>`", "`ls <!here>` `", "```\n<!here>\n```", "``` ` <!here> ```"] {
            assert_eq!(pings(text, &json!([])), [], "{text}");
        }
    }

    #[test]
    fn blocks_notify_in_place_of_the_text() {
        let mrkdwn = json!([{ "type": "section", "text": { "type": "mrkdwn", "text": "<!channel>" } }]);
        assert_eq!(pings("<@U1>", &mrkdwn), [Ping::Channel]);
        let plain = json!([{ "type": "header", "text": { "type": "plain_text", "text": "<!channel>" } }]);
        assert_eq!(pings("<@U1>", &plain), []);
        let rich = json!([{ "type": "rich_text", "elements": [{ "type": "rich_text_section", "elements": [
            { "type": "user", "user_id": "U9" }, { "type": "broadcast", "range": "everyone" }] }] }]);
        assert_eq!(pings("", &rich), [Ping::User("U9".into()), Ping::Everyone]);
    }
}
