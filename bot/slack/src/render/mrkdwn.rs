//! Slack's markup. Whatever somebody typed is escaped, so that no title pings anybody by itself.

use bot::reply::{Piece, Text};

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
        Piece::Words(text) | Piece::Theirs(text) => escaped(text),
        Piece::Typed(text) => format!("`{}`", escaped(text)),
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
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
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
    use bot::reply::Text;

    use super::{mrkdwn, words};

    #[test]
    fn what_somebody_typed_pings_nobody() {
        let text = Text::say("Added ").theirs("<!channel> & <@U1> @here <#C1|x>").then(", type `a <@U1> b`");
        let escaped = "Added &lt;!channel&gt; &amp; &lt;@U1&gt; @here &lt;#C1|x&gt;, type `a &lt;@U1&gt; b`";
        assert_eq!(mrkdwn(&text), escaped);
        assert!(!words(&text).contains('<'));
    }

    #[test]
    fn moments_are_shown_in_the_readers_zone_and_channels_by_name() {
        let at = "2026-03-06T16:00:00Z".parse().expect("an instant");
        let text = Text::say("due ").moment(at, "Fri 6 Mar | <17:00>").then(" in ").channel("C1>@U1");
        let shown = "due <!date^1772812800^{date_short_pretty} at {time}|Fri 6 Mar / &lt;17:00&gt;> in <#C1U1>";
        assert_eq!(mrkdwn(&text), shown);
    }
}
