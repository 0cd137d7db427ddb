use serde_json::Value;

use super::flaws::Flaws;

/// A text object, if it is there, which must be plain.
pub(super) fn plain(flaws: &mut Flaws, value: &Value, name: &str, at: &str, most: usize) {
    if let Some(text) = value.get(name).filter(|text| !text.is_null()) {
        one(flaws, text, &format!("{at}/{name}"), most, &["plain_text"]);
    }
}

/// A text object, if it is there, plain or with marks.
pub(super) fn any(flaws: &mut Flaws, value: &Value, name: &str, at: &str, most: usize) {
    if let Some(text) = value.get(name) {
        one(flaws, text, &format!("{at}/{name}"), most, &["mrkdwn", "plain_text"]);
    }
}

/// A text object of one of these kinds.
pub(super) fn one(flaws: &mut Flaws, text: &Value, at: &str, most: usize, kinds: &[&str]) {
    let kind = text["type"].as_str().unwrap_or_default();
    if !kinds.contains(&kind) {
        return flaws.add(format!("must be one of: {}", kinds.join(", ")), &format!("{at}/type"));
    }
    if text.get("text").is_none() {
        flaws.add("missing required field: text", at);
    }
    flaws.length(text, "text", at, 1, most);
    let other = if kind == "plain_text" { "emoji" } else { "verbatim" };
    let names = text.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    for name in names.filter(|name| !["type", "text", other].contains(name)) {
        flaws.add(format!("invalid additional property: {name}"), at);
    }
}
