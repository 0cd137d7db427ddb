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

/// What a word may end in that Slack takes for an address.
const ENDINGS: [&str; 8] = ["com", "org", "net", "io", "md", "sh", "py", "rs"];

/// The line as apps get it: `&`, `<` and `>` escaped; `@name`, `@group`, `@here`, `#channel` as mentions; addresses, and what
/// looks like one (`readme.md`), as links, and so `[words](https://…)`, as the editor makes them.
pub(super) fn typed(world: &World, team: &str, line: &str, style: Style) -> String {
    let line = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let Some(team) = world.teams.get(team).filter(|_| style != Style::Raw) else { return line };
    let mut made = String::new();
    let mut rest = line.as_str();
    while let Some((before, label, address, after)) = labelled(rest) {
        made.push_str(&words(world, team, before, style));
        made.push_str(&format!("<{address}|{label}>"));
        rest = after;
    }
    made + &words(world, team, rest, style)
}

/// `[label](address)`, with what stands before and after it.
fn labelled(line: &str) -> Option<(&str, &str, &str, &str)> {
    let (head, tail) = line.split_once("](")?;
    let (before, label) = head.rsplit_once('[')?;
    let (address, after) = tail.split_once(')').filter(|(address, _)| is_address(address))?;
    Some((before, label, address, after))
}

fn is_address(word: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| word.starts_with(scheme))
}

fn words(world: &World, team: &Team, line: &str, style: Style) -> String {
    let word = |word: &str| linked(word).unwrap_or_else(|| mentioned(world, team, word, style));
    line.split_inclusive(char::is_whitespace).map(word).collect()
}

/// A word that Slack links by itself.
fn linked(word: &str) -> Option<String> {
    let address = word.trim_end().trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
    let behind = &word[address.len()..];
    if is_address(address) {
        return Some(format!("<{address}>{behind}"));
    }
    let (user, host) = address.split_once('@').map_or((None, address), |(user, host)| (Some(user), host));
    let (name, ending) = host.split('/').next()?.rsplit_once('.')?;
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c));
    let like_one = plain(name) && ENDINGS.contains(&ending) && user.is_none_or(plain);
    let scheme = if user.is_some() { "mailto:" } else { "http://" };
    like_one.then(|| format!("<{scheme}{address}|{address}>{behind}"))
}

fn mentioned(world: &World, team: &Team, line: &str, style: Style) -> String {
    let mut made = String::new();
    let mut rest = line;
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
