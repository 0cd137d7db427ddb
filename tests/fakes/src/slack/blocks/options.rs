use std::collections::BTreeSet;

use serde_json::Value;

use super::flaws::Flaws;
use super::shapes::{GROUP, OPTION};
use super::texts;

/// The choices of an element: how many, and what they say.
pub(super) fn check(flaws: &mut Flaws, element: &Value, at: &str) {
    let kind = element["type"].as_str().unwrap_or_default();
    let most = match kind {
        "overflow" => 5,
        "checkboxes" | "radio_buttons" => 10,
        _ => 100,
    };
    let marks = matches!(kind, "checkboxes" | "radio_buttons");
    several(flaws, element, at, most, marks);
    let groups = flaws.list(element, "option_groups", at, 1, 100);
    for (nth, group) in groups.iter().enumerate() {
        let at = format!("{at}/option_groups/{nth}");
        flaws.fields(group, &at, &GROUP);
        texts::plain(flaws, group, "label", &at, 75);
        several(flaws, group, &at, 100, false);
    }
    initial(flaws, element, at);
}

fn several(flaws: &mut Flaws, holder: &Value, at: &str, most: usize, marks: bool) {
    let mut values = BTreeSet::new();
    for (nth, option) in flaws.list(holder, "options", at, 1, most).iter().enumerate() {
        let at = format!("{at}/options/{nth}");
        one(flaws, option, &at, marks);
        if !values.insert(option["value"].as_str()) {
            flaws.add("`value` must be unique", &format!("{at}/value"));
        }
    }
}

fn one(flaws: &mut Flaws, option: &Value, at: &str, marks: bool) {
    flaws.fields(option, at, &OPTION);
    let text = if marks { texts::any } else { texts::plain };
    text(flaws, option, "text", at, 75);
    text(flaws, option, "description", at, 75);
    flaws.length(option, "value", at, 1, 150);
    flaws.length(option, "url", at, 1, 3_000);
}

/// What is chosen at first must be one of the choices, exactly.
fn initial(flaws: &mut Flaws, element: &Value, at: &str) {
    let Some(initial) = element.get("initial_option") else { return };
    let of = |holder: &Value| holder["options"].as_array().cloned().unwrap_or_default();
    let groups = element["option_groups"].as_array().into_iter().flatten();
    let all = of(element).into_iter().chain(groups.flat_map(of)).collect::<Vec<_>>();
    if !all.is_empty() && !all.contains(initial) {
        flaws.add("`initial_option` is not one of the options", &format!("{at}/initial_option"));
    }
}
