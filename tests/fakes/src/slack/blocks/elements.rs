use serde_json::Value;

use super::flaws::Flaws;
use super::shapes::{CONFIRM, Place, shape};
use super::{ID_MAX, options, texts};

/// An element at this place.
pub(super) fn check(flaws: &mut Flaws, element: &Value, at: &str, place: Place) {
    let kind = element["type"].as_str().unwrap_or_default();
    let Some(shape) = shape(kind).filter(|shape| shape.places.contains(&place)) else {
        return flaws.add(format!("unsupported type: {kind}"), &format!("{at}/type"));
    };
    flaws.fields(element, at, shape);
    flaws.length(element, "action_id", at, 1, ID_MAX);
    texts::plain(flaws, element, "placeholder", at, 150);
    confirm(flaws, element, at);
    match kind {
        "button" => button(flaws, element, at),
        "image" => image(flaws, element, at),
        "plain_text_input" => input(flaws, element, at),
        "datepicker" => shaped(flaws, element, "initial_date", at, "0000-00-00"),
        "timepicker" => shaped(flaws, element, "initial_time", at, "00:00"),
        "datetimepicker" => instant(flaws, element, at),
        "static_select" | "multi_static_select" => {
            if element.get("options").is_some() == element.get("option_groups").is_some() {
                flaws.add("must have exactly one of: options, option_groups", at);
            }
            options::check(flaws, element, at);
        }
        "overflow" | "checkboxes" | "radio_buttons" => options::check(flaws, element, at),
        _ => {}
    }
}

fn button(flaws: &mut Flaws, element: &Value, at: &str) {
    texts::plain(flaws, element, "text", at, 75);
    flaws.length(element, "value", at, 0, 2_000);
    flaws.length(element, "url", at, 1, 3_000);
    flaws.length(element, "accessibility_label", at, 1, 75);
    flaws.word(element, "style", at, &["primary", "danger"]);
}

/// A picture, as a block or within one.
pub(super) fn image(flaws: &mut Flaws, element: &Value, at: &str) {
    if element.get("image_url").is_none() && element.get("slack_file").is_none() {
        flaws.add("missing required field: image_url", at);
    }
    flaws.length(element, "image_url", at, 1, 3_000);
    flaws.length(element, "alt_text", at, 0, 2_000);
    texts::plain(flaws, element, "title", at, 2_000);
}

fn input(flaws: &mut Flaws, element: &Value, at: &str) {
    for (name, least) in [("min_length", 0), ("max_length", 1)] {
        if element.get(name).is_some_and(|value| value.as_i64().is_none_or(|n| !(least..=3_000).contains(&n))) {
            flaws.add(format!("must be between {least} and 3000"), &format!("{at}/{name}"));
        }
    }
    flaws.length(element, "initial_value", at, 0, element["max_length"].as_u64().unwrap_or(3_000) as usize);
}

/// A date or a time: digits where the pattern has them.
fn shaped(flaws: &mut Flaws, element: &Value, name: &str, at: &str, pattern: &str) {
    let Some(found) = element.get(name) else { return };
    let text = found.as_str().unwrap_or_default();
    let digit = |c: char| if c.is_ascii_digit() { '0' } else { c };
    if text.chars().map(digit).collect::<String>() != pattern {
        flaws.add(format!("must be like {pattern}"), &format!("{at}/{name}"));
    }
}

fn instant(flaws: &mut Flaws, element: &Value, at: &str) {
    let Some(found) = element.get("initial_date_time") else { return };
    if found.as_i64().is_none_or(|seconds| seconds.to_string().len() != 10) {
        flaws.add("must be a timestamp of 10 digits", &format!("{at}/initial_date_time"));
    }
}

fn confirm(flaws: &mut Flaws, element: &Value, at: &str) {
    let Some(confirm) = element.get("confirm") else { return };
    let at = format!("{at}/confirm");
    flaws.fields(confirm, &at, &CONFIRM);
    texts::plain(flaws, confirm, "title", &at, 100);
    texts::any(flaws, confirm, "text", &at, 300);
    texts::plain(flaws, confirm, "confirm", &at, 30);
    texts::plain(flaws, confirm, "deny", &at, 30);
}
