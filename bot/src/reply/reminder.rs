//! Due reminders as they arrive.

use std::time::Duration;

use domain::ports::chat::PostingItem;
use jiff::Timestamp;

use super::watch::{Watch, clock, duration};
use super::{Block, Text};

/// A reminder that is no later than this came in time.
const IN_TIME: Duration = Duration::from_secs(60);

/// The message that carries the reminders, on somebody's watch.
pub(crate) fn reminder(watch: &Watch, items: &[PostingItem]) -> Vec<Block> {
    match items {
        [item] => single(watch, item),
        several => {
            let heading = Block::line(format!("⏰ {} reminders:", several.len()));
            let rows = several.iter().map(|item| Block::Row(cells(watch, item)));
            let answer = Block::detail(answer(several.first()));
            std::iter::once(heading).chain(rows).chain([answer]).collect()
        }
    }
}

fn single(watch: &Watch, item: &PostingItem) -> Vec<Block> {
    let title = Text::say(format!("⏰ Reminder (#{}): ", item.task.number)).theirs(item.task.title.clone());
    let facts = facts(watch, item);
    let facts = (!facts.is_empty()).then_some(Block::Detail(facts));
    std::iter::once(Block::Line(title)).chain(facts).chain([Block::detail(answer(Some(item)))]).collect()
}

fn cells(watch: &Watch, item: &PostingItem) -> Vec<Text> {
    let number = Text::say(format!("#{}", item.task.number));
    vec![number, Text::new().theirs(item.task.title.clone()), facts(watch, item)]
}

/// How late it is, since when it was not done, who asked, whom it is for.
fn facts(watch: &Watch, item: &PostingItem) -> Text {
    let asked = item.asked_by.as_ref().map(|(_, name)| Text::say("asked by ").theirs(name.clone()));
    let mentioned = item.recipients.iter().map(|(_, name)| Text::new().theirs(format!("@{name}")));
    let mentioned = (item.recipients.len() > 1 || item.asked_by.is_some()).then_some(Text::joined(mentioned, " "));
    let undone = item.undone_since.map(|since| Text::say(format!("not done since {}", watch.stamp(since))));
    let facts = [late(watch, item.at, item.late), undone, mentioned.map(|names| Text::say("for ").and(names)), asked];
    Text::joined(facts.into_iter().flatten(), "; ")
}

fn late(watch: &Watch, at: Timestamp, late: Duration) -> Option<Text> {
    let seconds = i64::try_from(late.as_secs()).unwrap_or(i64::MAX);
    let was = if late < Duration::from_secs(12 * 3_600) { clock(watch.zone.wall(at).time()) } else { watch.stamp(at) };
    (late > IN_TIME).then(|| Text::say(format!("{} late, it was set for {was}", duration(seconds))))
}

/// How to answer: a series can also leave this one out.
fn answer(item: Option<&PostingItem>) -> Text {
    let number = item.map_or(0, |item| item.task.number);
    let skip = if item.is_some_and(|item| item.task.recurring.is_some()) {
        format!(", `skip {number}`")
    } else {
        String::new()
    };
    Text::say(format!("`done {number}`, `snooze {number} 20m`{skip}"))
}
