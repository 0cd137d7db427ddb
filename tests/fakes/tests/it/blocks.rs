//! What Slack takes as Block Kit.

use fakes::slack::{check_message, check_view};
use serde_json::{Value, json};

use super::kit::plain;

fn button(id: &str) -> Value {
    json!({ "type": "button", "action_id": id, "text": plain("Done") })
}

fn actions(elements: Vec<Value>) -> Value {
    json!([{ "type": "actions", "elements": elements }])
}

fn option(text: &str, value: &str) -> Value {
    json!({ "text": plain(text), "value": value })
}

fn menu(kind: &str, count: usize) -> Value {
    let options: Vec<_> = (0..count).map(|nth| option("x", &nth.to_string())).collect();
    actions(vec![json!({ "type": kind, "options": options })])
}

fn section(text: Value) -> Value {
    json!([{ "type": "section", "text": text }])
}

fn mrkdwn(text: &str) -> Value {
    json!({ "type": "mrkdwn", "text": text })
}

fn modal(change: Value) -> Value {
    let mut view = json!({ "type": "modal", "title": plain("Task"), "blocks": [{ "type": "divider" }] });
    for (name, value) in change.as_object().unwrap() {
        view[name] = value.clone();
    }
    view
}

#[test]
fn blocks_at_their_limits_are_taken() {
    let right = [
        json!(vec![json!({ "type": "divider" }); 50]),
        section(mrkdwn(&"x".repeat(3_000))),
        json!([{ "type": "header", "text": plain(&"x".repeat(150)) }]),
        actions((0..25).map(|nth| button(&nth.to_string())).collect()),
        menu("overflow", 5),
        menu("static_select", 100),
        menu("radio_buttons", 10),
        json!([{ "type": "context", "elements": vec![mrkdwn("x"); 10] }]),
        json!([{ "type": "section", "fields": vec![mrkdwn(&"x".repeat(2_000)); 10] }]),
        actions(vec![json!({ "type": "button", "text": plain("x"), "value": "x".repeat(2_000) })]),
        actions(vec![json!({ "type": "datepicker", "initial_date": "2026-10-25" })]),
        actions(vec![json!({ "type": "timepicker", "initial_time": "09:00" })]),
    ];
    for blocks in right {
        assert_eq!(check_message(&blocks), Vec::<String>::new());
    }
}

#[test]
fn blocks_beyond_a_limit_are_refused_with_their_place() {
    let wrong = [
        (json!(vec![json!({ "type": "divider" }); 51]), "no more than 50 items allowed [json-pointer:/blocks]"),
        (section(mrkdwn(&"x".repeat(3_001))), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        (section(mrkdwn("")), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        (
            json!([{ "type": "header", "text": mrkdwn("x") }]),
            "must be one of: plain_text [json-pointer:/blocks/0/text/type]",
        ),
        (menu("overflow", 6), "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]"),
        (menu("static_select", 101), "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]"),
        (
            actions((0..26).map(|nth| button(&nth.to_string())).collect()),
            "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            actions(vec![button("a"), button("a")]),
            "`action_id` a already exists [json-pointer:/blocks/0/elements/1/action_id]",
        ),
        (
            actions(vec![button(&"x".repeat(256))]),
            "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
        ),
        (
            json!([{ "type": "divider", "block_id": "b" }, { "type": "divider", "block_id": "b" }]),
            "`block_id` b already exists [json-pointer:/blocks/1/block_id]",
        ),
        (
            actions(vec![json!({ "type": "plain_text_input" })]),
            "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]",
        ),
        (json!([{ "type": "banner" }]), "unsupported type: banner [json-pointer:/blocks/0/type]"),
        (
            json!([{ "type": "divider", "colour": "red" }]),
            "invalid additional property: colour [json-pointer:/blocks/0]",
        ),
        (
            actions(vec![json!({ "type": "button", "text": plain("x"), "value": "x".repeat(2_001) })]),
            "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
        ),
        (
            actions(vec![json!({ "type": "datepicker", "initial_date": "25.10.2026" })]),
            "must be like 0000-00-00 [json-pointer:/blocks/0/elements/0/initial_date]",
        ),
        (json!([{ "type": "section" }]), "missing required field: text [json-pointer:/blocks/0]"),
    ];
    for (blocks, flaw) in wrong {
        assert_eq!(check_message(&blocks), [flaw]);
    }
}

#[test]
fn views_have_limits_of_their_own() {
    assert_eq!(check_view(&modal(json!({ "private_metadata": "x".repeat(3_000) }))), Vec::<String>::new());
    assert_eq!(check_view(&json!({ "type": "home", "blocks": vec![json!({ "type": "divider" }); 100] })).len(), 0);
    let input = json!([{ "type": "input", "label": plain("x"), "element": { "type": "plain_text_input" } }]);
    let wrong = [
        (json!({ "title": plain(&"x".repeat(25)) }), "must be less than 25 characters [json-pointer:/view/title/text]"),
        (
            json!({ "private_metadata": "x".repeat(3_001) }),
            "must be less than 3001 characters [json-pointer:/view/private_metadata]",
        ),
        (
            json!({ "blocks": vec![json!({ "type": "divider" }); 101] }),
            "no more than 100 items allowed [json-pointer:/view/blocks]",
        ),
        (
            json!({ "blocks": input }),
            "`submit` is required when an input block is within blocks [json-pointer:/view/submit]",
        ),
    ];
    for (change, flaw) in wrong {
        assert_eq!(check_view(&modal(change)), [flaw]);
    }
}

#[test]
fn what_is_bounded_together_is_counted_together() {
    let markdown = |each: usize| json!(vec![json!({ "type": "markdown", "text": "x".repeat(each) }); 2]);
    assert_eq!(check_message(&markdown(6_000)), Vec::<String>::new());
    assert_eq!(check_message(&markdown(6_001)), ["must be less than 12001 characters together [json-pointer:/blocks]"]);
    let input = |name: &str| {
        let element = json!({ "type": "plain_text_input", "action_id": name, "focus_on_load": true });
        json!({ "type": "input", "label": plain("x"), "element": element })
    };
    let form = |blocks: Value| modal(json!({ "submit": plain("Save"), "blocks": blocks }));
    assert_eq!(check_view(&form(json!([input("a")]))), Vec::<String>::new());
    let flaw = "only one element may have `focus_on_load` [json-pointer:/view/blocks]";
    assert_eq!(check_view(&form(json!([input("a"), input("b")]))), [flaw]);
}
