//! What Slack takes as Block Kit: the limits that it publishes, and how it says that one is broken.

mod elements;
mod flaws;
mod options;
mod shapes;
mod texts;
mod views;

pub use views::check_view;

use std::collections::BTreeSet;

use serde_json::Value;

use flaws::Flaws;
use shapes::{Place, shape};

/// The most blocks of a message.
const MESSAGE_MAX: usize = 50;
/// The longest of all markdown blocks of a message together.
const MARKDOWN_MAX: usize = 12_000;
/// The longest of all texts of a message together, in the blocks that apps post. Slack publishes no figure: those who
/// measured it got no more than some 13,000 through, blocks counted in.
const TEXTS_MAX: usize = 12_000;
/// The longest of an id.
const ID_MAX: usize = 255;

/// What is wrong with the blocks of a message; empty if nothing is. Each flaw names its place, as Slack does:
/// `must be less than 3001 characters [json-pointer:/blocks/0/text/text]`.
pub fn check_message(blocks: &Value) -> Vec<String> {
    let mut flaws = Flaws::default();
    check_blocks(&mut flaws, blocks, "/blocks", MESSAGE_MAX);
    let markdown = blocks.as_array().into_iter().flatten().filter(|block| block["type"] == "markdown");
    if markdown.map(|block| count(&block["text"])).sum::<usize>() > MARKDOWN_MAX {
        flaws.add(format!("must be less than {} characters together", MARKDOWN_MAX + 1), "/blocks");
    }
    flaws.all()
}

/// Whether the texts of the blocks are more than an app may post in one message. At a response URL Slack takes more.
pub(super) fn too_long(blocks: &Value) -> bool {
    let of_block = |block: &Value| {
        let fields = block["fields"].as_array().into_iter().flatten();
        let elements = block["elements"].as_array().into_iter().flatten().filter(|_| block["type"] == "context");
        let texts = fields.chain(elements).chain([&block["text"]]);
        texts.map(|text| count(text).max(count(&text["text"]))).sum::<usize>()
    };
    blocks.as_array().into_iter().flatten().map(of_block).sum::<usize>() > TEXTS_MAX
}

fn count(text: &Value) -> usize {
    text.as_str().unwrap_or_default().chars().count()
}

fn check_blocks(flaws: &mut Flaws, blocks: &Value, at: &str, most: usize) {
    let Some(list) = blocks.as_array() else {
        return flaws.add("must provide an array", at);
    };
    if list.len() > most {
        flaws.add(format!("no more than {most} items allowed"), at);
    }
    let mut ids = BTreeSet::new();
    for (nth, block) in list.iter().enumerate() {
        let at = format!("{at}/{nth}");
        check_block(flaws, block, &at);
        if let Some(id) = block["block_id"].as_str().filter(|id| !ids.insert(*id)) {
            flaws.add(format!("`block_id` {id} already exists"), &format!("{at}/block_id"));
        }
    }
}

fn check_block(flaws: &mut Flaws, block: &Value, at: &str) {
    let kind = block["type"].as_str().unwrap_or_default();
    let Some(shape) = shape(kind).filter(|shape| shape.places.contains(&Place::Block)) else {
        return flaws.add(format!("unsupported type: {kind}"), &format!("{at}/type"));
    };
    flaws.fields(block, at, shape);
    flaws.length(block, "block_id", at, 1, ID_MAX);
    match kind {
        "section" => section(flaws, block, at),
        "header" => texts::plain(flaws, block, "text", at, 150),
        "context" => context(flaws, block, at),
        "actions" => actions(flaws, block, at),
        "input" => input(flaws, block, at),
        "image" => elements::image(flaws, block, at),
        "markdown" => flaws.length(block, "text", at, 1, 12_000),
        _ => {}
    }
}

fn section(flaws: &mut Flaws, block: &Value, at: &str) {
    if block.get("text").is_none() && block.get("fields").is_none() {
        flaws.add("missing required field: text", at);
    }
    texts::any(flaws, block, "text", at, 3_000);
    let fields = flaws.list(block, "fields", at, 1, 10);
    for (nth, field) in fields.iter().enumerate() {
        texts::one(flaws, field, &format!("{at}/fields/{nth}"), 2_000, &["mrkdwn", "plain_text"]);
    }
    if let Some(accessory) = block.get("accessory") {
        elements::check(flaws, accessory, &format!("{at}/accessory"), Place::Section);
    }
}

fn context(flaws: &mut Flaws, block: &Value, at: &str) {
    for (nth, element) in flaws.list(block, "elements", at, 1, 10).iter().enumerate() {
        let at = format!("{at}/elements/{nth}");
        match element["type"].as_str() {
            Some("image") => elements::image(flaws, element, &at),
            _ => texts::one(flaws, element, &at, 3_000, &["mrkdwn", "plain_text"]),
        }
    }
}

fn actions(flaws: &mut Flaws, block: &Value, at: &str) {
    let mut ids = BTreeSet::new();
    for (nth, element) in flaws.list(block, "elements", at, 1, 25).iter().enumerate() {
        let at = format!("{at}/elements/{nth}");
        elements::check(flaws, element, &at, Place::Actions);
        if let Some(id) = element["action_id"].as_str().filter(|id| !ids.insert(*id)) {
            flaws.add(format!("`action_id` {id} already exists"), &format!("{at}/action_id"));
        }
    }
}

fn input(flaws: &mut Flaws, block: &Value, at: &str) {
    texts::plain(flaws, block, "label", at, 2_000);
    texts::plain(flaws, block, "hint", at, 2_000);
    if let Some(element) = block.get("element") {
        elements::check(flaws, element, &format!("{at}/element"), Place::Input);
    }
}
