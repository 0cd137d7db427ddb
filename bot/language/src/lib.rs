//! What people type, and what it means.
//!
//! A line goes through three steps, each a directory or file with its grammar on top:
//!
//! 1. `tokens` cuts it into words, marks, tags, people and quotations;
//! 2. `days`, `times`, `repeats` and `length` read phrases, `phrases` puts them together and chooses
//!    the one that is meant, `asides` finds tags, people and priorities;
//! 3. `commands` decides which command it is; what fits none is a new task.
//!
//! Pure: no clock, no I/O (but the zone database), and time and memory bounded by the line's length.
//! [`wire`] speaks the JSON lines of `taskbot parse`.
//!
//! ```
//! use jiff::tz::TimeZone;
//! use taskbot_language::{Context, Reading, Settings, When, read};
//!
//! let context = Context {
//!     now: "2026-03-04T10:00:00-05:00".parse()?,
//!     settings: Settings::new(TimeZone::get("America/New_York")?),
//! };
//! let Ok(Reading::Add(draft)) = read("call Ana tomorrow at 5pm #home", &context) else {
//!     panic!("it is a new task");
//! };
//! assert_eq!(draft.title, "call Ana");
//! assert_eq!(draft.when, Some(When::At("2026-03-05T17:00:00-05:00".parse()?)));
//! assert_eq!(draft.tags, ["home"]);
//! # Ok::<(), jiff::Error>(())
//! ```

mod asides;
mod calendar;
mod commands;
mod context;
mod days;
mod filters;
mod ids;
mod lead;
mod length;
mod misread;
mod numbers;
mod once;
mod phrases;
mod present;
mod reading;
mod repeats;
mod times;
mod title;
mod tokens;
mod vocabulary;
pub mod wire;

pub use context::{Context, Settings};
pub use misread::{ErrorCode, Misread};
pub use reading::{
    Addressee, CommandName, Draft, Edit, Field, Filter, Ids, Move, Person, Reading, Repeat, RepeatFrom, SettingsChange,
    Snooze, Sort, Spoken, StatusFilter, Target, Verbatim, When, Whom,
};

use commands::Line;
use present::Present;

/// Reads a line on its own, as `taskbot parse` does: tasks are named by number.
///
/// # Errors
/// A [`Misread`] if the line names a command, or a task to add, that cannot be carried out.
pub fn read(text: &str, context: &Context) -> Result<Reading, Misread> {
    read_line(text, context, None)
}

/// Reads a line of a conversation, where `it`, `both` and `the second one` name tasks as well.
/// `listed` says how many tasks were shown last.
///
/// # Errors
/// As [`read`].
pub fn read_in_conversation(text: &str, context: &Context, listed: usize) -> Result<Reading, Misread> {
    read_line(text, context, Some(listed))
}

fn read_line(text: &str, context: &Context, listed: ids::Listed) -> Result<Reading, Misread> {
    let lower = text.to_ascii_lowercase();
    let tokens = tokens::scan(text, &lower);
    commands::read(&Line { text, tokens: &tokens, present: &Present::of(context), listed })
}
