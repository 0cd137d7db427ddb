//! Slack's markup. Whatever somebody typed is escaped, so that no title pings anybody by itself.

use bot::reply::{Piece, Text};

/// Stands for a backtick in code, which would end it.
const LIKE_A_BACKTICK: &str = "\u{2cb}";

/// One text in Slack's markup.
pub(crate) fn mrkdwn(text: &Text) -> String {
    text.0.iter().map(piece).collect()
}

/// One text without any markup, for notifications and the labels of buttons.
pub(crate) fn words(text: &Text) -> String {
    text.0.iter().map(plain).collect()
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Words(text) | Piece::Theirs(text) => shown(text),
        Piece::Typed(text) => format!("`{}`", escaped(text).replace('`', LIKE_A_BACKTICK)),
        Piece::Channel(id) => format!("<#{}>", identifier(id)),
        Piece::Moment { at, text } => {
            let fallback = escaped(text).replace('|', "/");
            format!("<!date^{}^{{date_short_pretty}} at {{time}}|{fallback}>", at.as_second())
        }
    }
}

fn plain(piece: &Piece) -> String {
    match piece {
        Piece::Words(text) | Piece::Theirs(text) | Piece::Typed(text) | Piece::Moment { text, .. } => escaped(text),
        Piece::Channel(id) => format!("<#{}>", identifier(id)),
    }
}

/// The text with the three characters escaped that begin, end and escape markup.
pub(crate) fn escaped(text: &str) -> String {
    upright(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The text without the marks that turn the direction of whatever follows, which no one sees: a title or name would turn
/// around what stands behind it. Writing from right to left needs none of them.
pub(crate) fn upright(text: &str) -> String {
    text.replace(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'), "")
}

/// What was escaped, as it was: for where Slack takes no markup.
pub(crate) fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The text escaped, as it was typed: its addresses are links, since Slack is told to look for none itself (it would find
/// mentions, too), and what Slack would take for markup stands as code, in which it looks for none.
pub(crate) fn shown(text: &str) -> String {
    upright(text).split_inclusive('\n').map(line).collect()
}

/// Markup in bold, unless a part of it stands as code.
pub(crate) fn bold(markup: &str) -> String {
    if markup.contains('`') { markup.to_owned() } else { format!("*{markup}*") }
}

fn line(line: &str) -> String {
    let words: Vec<&str> = line.split_inclusive(char::is_whitespace).collect();
    let runs = words.chunk_by(|one, next| address(one).is_none() && address(next).is_none());
    runs.map(|run| match run {
        [word] => link(word),
        run => verbatim(&run.concat()),
    })
    .collect()
}

/// A word with the address in it, if there is one, as a link.
fn link(word: &str) -> String {
    let Some((before, address, after)) = address(word) else { return verbatim(word) };
    format!("{}<{}>{}", verbatim(before), escaped(address), verbatim(after))
}

/// The address in a word, with what stands before and after it.
fn address(word: &str) -> Option<(&str, &str, &str)> {
    let begin = word.find("https://").or_else(|| word.find("http://"))?;
    let (before, rest) = word.split_at(begin);
    let address = rest.trim_end().trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', '"', '*', '_', '~']);
    let is_bare = address.ends_with('/') && address.matches('/').count() == 2;
    let fits = !is_bare && !address.contains(['<', '>', '|', '`', '"']);
    fits.then(|| (before, address, &rest[address.len()..]))
}

/// The text escaped; from the first to the last word that has marks in it, it stands as code.
fn verbatim(text: &str) -> String {
    let marks = || text.char_indices().filter(|(at, c)| is_mark(text, *at, *c)).map(|(at, _)| at);
    let (Some(first), Some(last)) = (marks().next(), marks().next_back()) else { return escaped(text) };
    let mut before = text[..first].char_indices();
    let begin = before.rfind(|(_, c)| c.is_whitespace()).map_or(0, |(at, c)| at + c.len_utf8());
    let end = text[last..].find(char::is_whitespace).map_or(text.len(), |at| last + at);
    let code = escaped(&text[begin..end]).replace('`', LIKE_A_BACKTICK);
    format!("{}`{code}`{}", escaped(&text[..begin]), escaped(&text[end..]))
}

/// Whether Slack may take a character for the begin or end of markup. Within a word an underscore is none.
fn is_mark(text: &str, at: usize, c: char) -> bool {
    let inner = |beside: Option<char>| beside.is_some_and(char::is_alphanumeric);
    let within = || inner(text[..at].chars().next_back()) && inner(text[at + 1..].chars().next());
    matches!(c, '*' | '~' | '`') || (c == '_' && !within())
}

/// Somebody, mentioned on purpose.
pub(crate) fn mention(user: &str) -> String {
    format!("<@{}>", identifier(user))
}

/// An id of Slack's: letters and digits, whatever else somebody calls one.
fn identifier(id: &str) -> String {
    id.chars().filter(|c| c.is_ascii_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use bot::reply::{Piece, Text};
    use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, proptest};
    use proptest::sample::select;

    use super::{bold, mrkdwn, shown, upright, words};
    use crate::render::kit::button;

    /// What turns the direction of a line, and turns it back.
    const TURNS: &str = "\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
    const PARTS: &[&str] = &["a", "_", "*", "`", "<", "&", " ", "\n", "https://a/", "\u{5d0}", "!"];

    /// What somebody may type, with such marks in it.
    fn turned() -> impl Strategy<Value = String> {
        let turns = TURNS.char_indices().map(|(at, c)| &TURNS[at..at + c.len_utf8()]);
        let parts: Vec<&str> = turns.chain(PARTS.iter().copied()).collect();
        proptest::collection::vec(select(parts), 0..30).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn nothing_that_somebody_typed_turns_the_line_around(typed in turned()) {
            let straight = typed.replace(|c| TURNS.contains(c), "");
            let says = |text: &str| {
                let pieces = Text(vec![Piece::Words(text.to_owned()), Piece::Typed(text.to_owned())]);
                let said = pieces.theirs(text).moment(jiff::Timestamp::UNIX_EPOCH, text);
                let label = button("stop", text, "stop 1")["text"]["text"].to_string();
                [mrkdwn(&said), words(&said), shown(text), label]
            };
            for (said, wanted) in says(&typed).into_iter().zip(says(&straight)) {
                prop_assert!(!said.contains(|c| TURNS.contains(c)), "{said:?}");
                prop_assert_eq!(said, wanted);
            }
            prop_assert_eq!(upright(&typed), straight);
        }
    }

    #[test]
    fn what_somebody_typed_pings_nobody() {
        let text = Text::say("Added ").theirs("<!channel> & <@U1> @here <#C1|x>").then(", type `a <@U1> b`");
        let escaped = "Added &lt;!channel&gt; &amp; &lt;@U1&gt; @here &lt;#C1|x&gt;, type `a &lt;@U1&gt; b`";
        assert_eq!(mrkdwn(&text), escaped);
        assert!(!words(&text).contains('<'));
    }

    #[test]
    fn addresses_are_links_and_nothing_else_is() {
        for (typed, link) in [
            ("see https://example.org/a?b=1&c=2.", "see <https://example.org/a?b=1&amp;c=2>."),
            ("(http://example.org)\nand", "(<http://example.org>)\nand"),
            ("https:// and https://a|@here", "https:// and https://a|@here"),
            ("https://a<!here>", "https://a&lt;!here&gt;"),
        ] {
            assert_eq!(mrkdwn(&Text::say("").theirs(typed)), link);
        }
    }

    #[test]
    fn what_slack_would_take_for_markup_stands_as_code() {
        for (typed, markup) in [
            ("2*3*4", "`2*3*4`"),
            ("try *this* and ~that~ now", "try `*this* and ~that~` now"),
            ("rename my_var to a_b_c", "rename my_var to a_b_c"),
            ("look at __init__ & <@U1>", "look at `__init__` &amp; &lt;@U1&gt;"),
            ("run `ls *<!here>` twice", "run `\u{2cb}ls *&lt;!here&gt;\u{2cb}` twice"),
            ("é*\u{2003}ü_", "`é*\u{2003}ü_`"),
            ("see https://example.org/a_b_*c or *d*", "see <https://example.org/a_b_*c> or `*d*`"),
            ("*https://example.org*", "`*`<https://example.org>`*`"),
            ("one*\ntwo*", "`one*`\n`two*`"),
        ] {
            assert_eq!(mrkdwn(&Text::new().theirs(typed)), markup);
        }
        assert_eq!(bold(&shown("call Ana")), "*call Ana*");
        assert_eq!(bold(&shown("2*3*4")), "`2*3*4`");
    }

    #[test]
    fn moments_are_shown_in_the_readers_zone_and_channels_by_name() {
        let at = "2026-03-06T16:00:00Z".parse().expect("an instant");
        let text = Text::say("due ").moment(at, "Fri 6 Mar | <17:00>").then(" in ").channel("C1>@U1");
        let shown = "due <!date^1772812800^{date_short_pretty} at {time}|Fri 6 Mar / &lt;17:00&gt;> in <#C1U1>";
        assert_eq!(mrkdwn(&text), shown);
    }
}
