//! The blocks of Block Kit that are used, within Slack's limits.

use serde_json::{Value, json};

use super::mrkdwn::upright;

/// The longest text of a section or context, in characters.
const TEXT_MAX: usize = 3_000;
/// The longest text of a button or choice.
pub(super) const LABEL_MAX: usize = 75;

/// Text in Slack's markup, cut at the limit. Slack adds no links and mentions of its own to it.
pub(crate) fn text(markup: &str) -> Value {
    json!({ "type": "mrkdwn", "text": cut(markup, TEXT_MAX), "verbatim": true })
}

/// A paragraph.
pub(crate) fn section(markup: &str) -> Value {
    json!({ "type": "section", "text": text(markup) })
}

/// Small print.
pub(crate) fn context(markup: &str) -> Value {
    json!({ "type": "context", "elements": [text(markup)] })
}

/// Buttons and menus.
pub(crate) fn actions(elements: Vec<Value>) -> Value {
    json!({ "type": "actions", "elements": elements })
}

/// A button that stands for something to say.
pub(crate) fn button(action: &str, label: &str, says: &str) -> Value {
    json!({ "type": "button", "action_id": action, "text": label_of(label), "value": says })
}

/// A button that leads somewhere.
pub(crate) fn link_to(action: &str, label: &str, url: &str) -> Value {
    json!({ "type": "button", "action_id": action, "text": label_of(label), "url": url })
}

/// A menu whose choices each stand for something to say.
pub(crate) fn menu(action: &str, label: &str, choices: &[(&str, String)]) -> Value {
    let placeholder = label_of(label);
    let options: Vec<Value> = choices.iter().map(|(label, says)| choice(label, says)).collect();
    json!({ "type": "static_select", "action_id": action, "placeholder": placeholder, "options": options })
}

/// A few choices behind three dots.
pub(crate) fn overflow(action: &str, choices: &[Value]) -> Value {
    json!({ "type": "overflow", "action_id": action, "options": choices })
}

/// A choice that stands for something to say.
pub(crate) fn choice(label: &str, says: &str) -> Value {
    json!({ "text": label_of(label), "value": says })
}

/// A choice behind three dots that leads somewhere.
pub(crate) fn choice_of_link(label: &str, url: &str) -> Value {
    json!({ "text": label_of(label), "value": label, "url": url })
}

fn label_of(label: &str) -> Value {
    json!({ "type": "plain_text", "text": cut(&upright(label), LABEL_MAX), "emoji": true })
}

/// The text, cut at so many characters. Markup is never cut open: the cut is made before it.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 1).collect();
    let opened = kept.rfind(['<', '&']).filter(|at| !kept[*at..].contains(['>', ';']));
    format!("{}…", kept.get(..opened.unwrap_or(kept.len())).unwrap_or(&kept))
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn markup_is_never_cut_open() {
        assert_eq!(cut("see <@U1>", 9), "see <@U1>");
        assert_eq!(cut("see <@U1> now", 8), "see …");
        assert_eq!(cut("a &amp; b", 5), "a …");
        assert_eq!(cut("👩‍👧👩‍👧👩‍👧", 4).chars().count(), 4);
    }
}
