//! Long lists, page by page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Ask, Refusal};

/// The page that the cursor asks for, and the answer with the next cursor.
pub(super) fn page(ask: &Ask<'_>, name: &str, all: &[Value], usual: usize) -> Result<Value, Refusal> {
    let from = match ask.args.text("cursor") {
        Some(cursor) => at(&cursor).ok_or("invalid_cursor")?,
        None => 0,
    };
    let most = ask.args.number("limit").filter(|limit| (1..=1_000).contains(limit)).unwrap_or(usual);
    let upto = (from + most.min(ask.slack.settings().list_page)).min(all.len());
    let next = if upto < all.len() { STANDARD.encode(format!("next:{upto}")) } else { String::new() };
    let shown = all.get(from..upto).unwrap_or_default();
    Ok(json!({ name: shown, "response_metadata": { "next_cursor": next } }))
}

fn at(cursor: &str) -> Option<usize> {
    let text = String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("next:")?.parse().ok()
}
