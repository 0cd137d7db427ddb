//! From what Slack sends to what was typed.

/// The text as it was typed: entities undone, links without Slack's brackets, those with words of their own with the address
/// behind them. Mentions stay as Slack resolved them, and
/// what only looks like one, because somebody typed its characters, is no mention.
pub(super) fn typed(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        line.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = if rest.starts_with('<') { bracket(rest, &mut line) } else { entity(rest, &mut line) };
        rest = &rest[taken..];
    }
    line.push_str(rest);
    line
}

/// `<…>` at the beginning of the text. Returns how many bytes it takes.
fn bracket(text: &str, line: &mut String) -> usize {
    let Some(end) = text.find('>') else {
        line.push('<');
        return 1;
    };
    let inner = &text[1..end];
    match inner.split_once('|') {
        _ if inner.starts_with(['@', '#', '!']) => line.push_str(&text[..=end]),
        Some((address, label)) => line.push_str(&link(&typed(address), &typed(label))),
        None => line.push_str(&typed(inner)),
    }
    end + 1
}

/// What Slack linked by itself is its label: `readme.md` of `http://readme.md`. Words of a link's own stand in quotes, in which
/// nothing is a name, a tag or a day.
fn link(address: &str, label: &str) -> String {
    let bare = ["https://", "http://", "mailto:", "tel:"].iter().find_map(|scheme| address.strip_prefix(scheme));
    let plain = |text: &str| text.trim_end_matches('/').to_lowercase();
    let unlike_web = address.starts_with("mailto:") || address.starts_with("tel:");
    match label {
        "" => address.to_owned(),
        _ if unlike_web || [Some(address), bare].contains(&Some(label)) => label.to_owned(),
        _ if bare.is_some_and(|bare| plain(bare) == plain(label)) => label.to_owned(),
        _ => format!("\"{}\" ({address})", label.replace('"', "'")),
    }
}

/// `&lt;` and the like at the beginning of the text. Returns how many bytes it takes.
fn entity(text: &str, line: &mut String) -> usize {
    let known = [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&')];
    let Some((entity, c)) = known.into_iter().find(|(entity, _)| text.starts_with(entity)) else {
        line.push('&');
        return 1;
    };
    let mention = c == '<' && text[entity.len()..].starts_with(['@', '#', '!']);
    line.push(if mention { '‹' } else { c });
    entity.len()
}

/// The line without the mention of the bot at its beginning or end. Elsewhere it is the bot's name: nobody is reminded
/// because somebody says "hey" first.
pub(super) fn without_mention(text: &str, bot: &str) -> String {
    let mention = format!("<@{bot}>");
    let text = without_label(text, bot);
    let text = text.trim();
    let text = text.strip_prefix(mention.as_str()).map(|rest| rest.trim_start_matches([',', ':'])).unwrap_or(text);
    let text = text.strip_suffix(mention.as_str()).unwrap_or(text);
    text.trim().replace(&mention, "taskbot")
}

/// Every `<@bot|label>` as `<@bot>`.
fn without_label(text: &str, bot: &str) -> String {
    let labelled = format!("<@{bot}|");
    let mut parts = text.split(labelled.as_str());
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let behind = part.split_once('>').map_or(part, |(_, behind)| behind);
        format!("{text}<@{bot}>{behind}")
    })
}

#[cfg(test)]
mod tests {
    use super::{typed, without_mention};

    #[test]
    fn entities_and_links_are_what_was_typed() {
        let cases = [
            ("a &amp; b &lt;3 &gt; &nbsp;", "a & b <3 > &nbsp;"),
            ("read <https://a.example/?x=1&amp;y=2|the page>", "read \"the page\" (https://a.example/?x=1&y=2)"),
            ("update <http://readme.md|readme.md> friday", "update readme.md friday"),
            ("read <https://Example.com/|example.com>", "read example.com"),
            ("read <https://a.example/x|https://a.example/x>", "read https://a.example/x"),
            ("read <https://a.example/x|>", "read https://a.example/x"),
            ("read <https://a.example|b.example>", "read \"b.example\" (https://a.example)"),
            ("call <tel:+341|+34 1>", "call +34 1"),
            ("see <https://a.example?x&amp;y>", "see https://a.example?x&y"),
            ("mail <mailto:a@b.example|&lt;@U1&gt;>", "mail ‹@U1>"),
            ("mail <mailto:ana@example.org|ana@example.org>", "mail ana@example.org"),
            ("remind <@U1|ana> in <#C1|ops>", "remind <@U1|ana> in <#C1|ops>"),
            ("escaped &lt;@U1&gt; &lt;!channel&gt;", "escaped ‹@U1> ‹!channel>"),
            ("broken < and <@U1", "broken < and <@U1"),
            ("&amp;lt;@U1&amp;gt;", "&lt;@U1&gt;"),
        ];
        for (sent, meant) in cases {
            assert_eq!(typed(sent), meant);
        }
    }

    #[test]
    fn the_bot_is_spoken_to_at_either_end() {
        for text in
            ["<@B1> list", "<@B1|taskbot> list", "list <@B1|taskbot>", "<@B1>, list", "list <@B1>", "  <@B1>:  list "]
        {
            assert_eq!(without_mention(text, "B1"), "list");
        }
        assert_eq!(without_mention("hey <@B1>, list", "B1"), "hey taskbot, list");
    }
}
