//! What becomes of a line that somebody types.

use crate::slack::{Team, World};

/// How a mention is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `<@U1>`, as in messages.
    Plain,
    /// `<@U1|ana>`, as in commands.
    Named,
    /// `@ana`, as it was typed.
    Raw,
}

/// The line as apps get it: `&`, `<` and `>` escaped; `@name`, `@group`, `@here`, `#channel` as mentions.
pub(super) fn typed(world: &World, team: &str, line: &str, style: Style) -> String {
    let line = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let Some(team) = world.teams.get(team).filter(|_| style != Style::Raw) else { return line };
    let mut made = String::new();
    let mut rest = line.as_str();
    while let Some(at) = rest.find(['@', '#']) {
        let (before, from) = rest.split_at(at);
        made.push_str(before);
        let length =
            from[1..].find(|c: char| !(c.is_alphanumeric() || "._-".contains(c))).map_or(from.len(), |n| n + 1);
        let (word, after) = from.split_at(length);
        let glued = before.chars().last().is_some_and(char::is_alphanumeric);
        let mention = if glued { None } else { mention(world, team, word, style) };
        made.push_str(mention.as_deref().unwrap_or(word));
        rest = after;
    }
    made + rest
}

fn mention(world: &World, team: &Team, word: &str, style: Style) -> Option<String> {
    let name = &word[1..];
    let with = |sign: &str, id: &str, name: &str| match style {
        Style::Named => format!("<{sign}{id}|{name}>"),
        _ => format!("<{sign}{id}>"),
    };
    if word.starts_with('#') {
        let channel = team.channels.values().find(|channel| !name.is_empty() && channel.name == name)?;
        return Some(format!("<#{}|{name}>", channel.id));
    }
    if matches!(name, "here" | "channel" | "everyone") {
        return Some(format!("<!{name}>"));
    }
    if let Some(group) = team.groups.values().find(|group| group.handle == name) {
        return Some(format!("<!subteam^{}|@{name}>", group.id));
    }
    let users = world.teams.values().flat_map(|team| team.users.values());
    let known = users.into_iter().find(|user| user.name == name && world.user(&team.id, &user.id).is_some())?;
    Some(with("@", &known.id, &known.name))
}
