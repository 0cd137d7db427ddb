use serde_json::Value;

use super::flaws::Flaws;
use super::shapes::{HOME, MODAL};
use super::{ID_MAX, check_blocks, texts};

/// The most blocks of a view.
const VIEW_MAX: usize = 100;

/// What is wrong with a view; empty if nothing is.
pub fn check_view(view: &Value) -> Vec<String> {
    let mut flaws = Flaws::default();
    let at = "/view";
    match view["type"].as_str() {
        Some("modal") => flaws.fields(view, at, &MODAL),
        Some("home") => flaws.fields(view, at, &HOME),
        _ => flaws.add("must be one of: modal, home", "/view/type"),
    }
    for name in ["title", "submit", "close"] {
        texts::plain(&mut flaws, view, name, at, 24);
    }
    flaws.length(view, "private_metadata", at, 0, 3_000);
    flaws.length(view, "callback_id", at, 0, ID_MAX);
    flaws.length(view, "external_id", at, 0, ID_MAX);
    if let Some(blocks) = view.get("blocks") {
        check_blocks(&mut flaws, blocks, "/view/blocks", VIEW_MAX);
    }
    submittable(&mut flaws, view);
    focused(&mut flaws, view);
    flaws.all()
}

/// The cursor stands in one field at most.
fn focused(flaws: &mut Flaws, view: &Value) {
    let fields = view["blocks"].as_array().into_iter().flatten().map(|block| &block["element"]);
    if fields.filter(|element| element["focus_on_load"] == true).count() > 1 {
        flaws.add("only one element may have `focus_on_load`", "/view/blocks");
    }
}

/// What can be entered must be submittable.
fn submittable(flaws: &mut Flaws, view: &Value) {
    let mut blocks = view["blocks"].as_array().into_iter().flatten();
    let asks = blocks.any(|block| block["type"] == "input");
    if asks && view["type"] == "modal" && view["submit"].is_null() {
        flaws.add("`submit` is required when an input block is within blocks", "/view/submit");
    }
}
