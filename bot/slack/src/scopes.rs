//! What the bot asks to be allowed, as the manifest says.

use std::sync::LazyLock;

use serde_json::Value;

/// The manifest that people paste into Slack.
const MANIFEST: &str = include_str!("../../../contracts/slack-manifest.json");

static SCOPES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let manifest: Value = serde_json::from_str(MANIFEST).unwrap_or_default();
    let scopes = manifest.pointer("/oauth_config/scopes/bot").and_then(Value::as_array).into_iter().flatten();
    scopes.filter_map(|scope| scope.as_str().map(str::to_owned)).collect()
});

/// The scopes of the bot.
pub(crate) fn scopes() -> &'static [String] {
    &SCOPES
}

/// Those that are not among the given ones.
pub(crate) fn missing(given: &[String]) -> Vec<&'static str> {
    scopes().iter().filter(|scope| !given.contains(scope)).map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::{missing, scopes};

    #[test]
    fn the_scopes_are_those_of_the_manifest() {
        assert!(scopes().iter().any(|scope| scope == "chat:write"));
        let given: Vec<String> = scopes().iter().filter(|scope| *scope != "users:read").cloned().collect();
        assert_eq!(missing(&given), ["users:read"]);
    }
}
