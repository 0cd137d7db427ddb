//! Answers in the form in which Slack takes them.

use bot::Reply;
use serde_json::{Value, json};

use crate::render;

/// An answer for the asker alone.
pub(super) fn private(reply: &Reply) -> Value {
    let (text, blocks) = render::reply::message(reply);
    json!({ "response_type": "ephemeral", "text": text, "blocks": blocks })
}

/// The same, in the place of a first word.
pub(super) fn instead(answer: Value) -> Value {
    let mut answer = answer;
    answer["replace_original"] = json!(true);
    answer
}

/// An answer in words: a form that is on the screen has said nothing yet.
pub(super) fn told(answer: Value) -> Value {
    if answer == on_screen() { words("Here is the form.") } else { answer }
}

/// The answer to a command that has opened a form: nothing is said besides.
pub(super) fn on_screen() -> Value {
    json!({})
}

pub(super) fn words(text: &str) -> Value {
    json!({ "response_type": "ephemeral", "text": text })
}

/// The first word, while it takes longer.
pub(super) fn working_on_it() -> Value {
    words("Working on it … Should nothing follow within a minute, `list` shows whether it was done.")
}

pub(super) fn too_late() -> Value {
    words(
        "That takes too long, so I do not know whether it was done. `list` shows it; type it once more if it is not there.",
    )
}

/// The same, to whoever pressed.
pub(super) fn pressed_too_late() -> Value {
    words(
        "That takes too long, so I do not know whether it was done. If nothing changes here in a minute, press it again.",
    )
}

/// To whoever pressed, where no form came up.
pub(super) fn not_opened() -> Value {
    words("The form could not be opened. Press it again in a moment.")
}

/// To whoever comes while too much is worked on already.
pub(super) fn busy() -> Value {
    words("More is asked of me right now than I can do, so nothing was done. Try again in a moment.")
}

pub(super) fn failed() -> Value {
    words("I cannot reach my storage right now, so nothing was done. Try again in a minute.")
}

pub(super) fn not_installed() -> Value {
    words("I am not installed in this workspace. Whoever manages its apps can install me.")
}
