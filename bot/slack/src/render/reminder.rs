//! A reminder as a message: what is due, and buttons that say what a person would type.

use bot::reply::{Watch, facts};
use domain::ids::{DeliveryId, PersonId};
use domain::ports::chat::PostingItem;
use serde_json::{Value, json};

use super::kit::{actions, button, context, cut, link_to, menu, section, section_with};
use super::mrkdwn::{escaped, mention, mrkdwn, words};

/// By which messages of this kind are known among others.
const EVENT: &str = "taskbot_reminder";

/// The name of the button that completes, of the menu that postpones, and so on; what comes after a colon only keeps
/// several apart in one message.
pub(crate) const DONE: &str = "done";
pub(crate) const SNOOZE: &str = "snooze";
pub(crate) const SKIP: &str = "skip";
pub(crate) const STOP: &str = "stop";
pub(crate) const REOPEN: &str = "reopen";

/// How far a snooze goes, as it is shown and as it is typed.
const SNOOZES: [(&str, &str); 5] = [
    ("20 minutes", "20m"),
    ("1 hour", "1h"),
    ("3 hours", "3h"),
    ("Tomorrow 9:00", "tomorrow 9:00"),
    ("Next Monday 9:00", "next monday 9:00"),
];

/// Who is mentioned: how Slack knows them.
pub(crate) type Mentioned<'a> = &'a dyn Fn(PersonId) -> Option<String>;

/// The text for notifications, and the blocks.
pub(crate) fn message(watch: &Watch, items: &[PostingItem], mentioned: Mentioned<'_>) -> (String, Vec<Value>) {
    match items {
        [item] => (summary(item, mentioned), single(watch, item, mentioned)),
        several => (summary_of(several, mentioned), many(watch, several, mentioned)),
    }
}

/// By which the message of a delivery is found again.
pub(crate) fn metadata(delivery: DeliveryId) -> Value {
    json!({ "event_type": EVENT, "event_payload": { "delivery": delivery } })
}

/// The numbers of a menu, in characters: a choice takes 150, and `snooze … tomorrow 9:00` stands around them.
const NUMBERS_MAX: usize = 120;

/// The delivery that a message carries, if it is one of ours.
pub(crate) fn carried(message: &Value) -> Option<DeliveryId> {
    let metadata = Some(&message["metadata"]).filter(|metadata| metadata["event_type"] == EVENT)?;
    metadata["event_payload"]["delivery"].as_str()?.parse().ok()
}

fn single(watch: &Watch, item: &PostingItem, mentioned: Mentioned<'_>) -> Vec<Value> {
    let names = names(item, mentioned);
    let title = format!(":alarm_clock: {names}*{}*", escaped(&item.task.title));
    let facts = mrkdwn(&facts(watch, item));
    let number = format!("#{}", item.task.number);
    let small = if facts.is_empty() { number } else { format!("{number} · {facts}") };
    vec![section(&title), context(&small), actions(ways(item))]
}

fn many(watch: &Watch, items: &[PostingItem], mentioned: Mentioned<'_>) -> Vec<Value> {
    let heading = section(&format!(":alarm_clock: *{} reminders*", items.len()));
    let rows = items.iter().map(|item| {
        let facts = mrkdwn(&facts(watch, item));
        let names = names(item, mentioned);
        let line = format!("{names}*{}* #{}\n{facts}", escaped(&item.task.title), item.task.number);
        section_with(line.trim_end(), button(&format!("{DONE}:{}", item.task.number), "Done", &say(DONE, item)))
    });
    let numbers: Vec<String> = items.iter().map(|item| item.task.number.to_string()).collect();
    let all = numbers.join(" ");
    // So many numbers that Slack takes no menu of them: what is not done is snoozed one by one.
    let snooze = (all.len() <= NUMBERS_MAX).then(|| snooze(&all));
    let last = std::iter::once(button(DONE, "All done", &format!("done {all}"))).chain(snooze);
    let last = actions(last.collect());
    std::iter::once(heading).chain(rows).chain([last]).collect()
}

/// The buttons under one reminder.
fn ways(item: &PostingItem) -> Vec<Value> {
    let mut ways = vec![button(DONE, "Done", &say(DONE, item)), snooze(&item.task.number.to_string())];
    if item.task.recurring.is_some() {
        ways.push(button(SKIP, "Skip this one", &say(SKIP, item)));
    }
    if let Some(link) = link(item) {
        ways.push(link_to("open", "Open message", link));
    }
    if item.asked_by.is_some() && !item.recipients.is_empty() {
        ways.push(button(STOP, "Stop this", &say(STOP, item)));
    }
    ways
}

/// The message that it is about, if the task came from one.
fn link(item: &PostingItem) -> Option<&str> {
    let description = item.task.description.as_str();
    (description.starts_with("https://") && !description.contains(char::is_whitespace)).then_some(description)
}

fn snooze(numbers: &str) -> Value {
    let choices: Vec<(&str, String)> =
        SNOOZES.iter().map(|(label, typed)| (*label, format!("snooze {numbers} {typed}"))).collect();
    menu(SNOOZE, "Snooze", &choices)
}

fn say(word: &str, item: &PostingItem) -> String {
    format!("{word} {}", item.task.number)
}

/// `@ana @sam `, whom the task mentions on purpose.
fn names(item: &PostingItem, mentioned: Mentioned<'_>) -> String {
    item.recipients.iter().filter_map(|(person, _)| mentioned(*person)).map(|user| mention(&user) + " ").collect()
}

fn summary(item: &PostingItem, mentioned: Mentioned<'_>) -> String {
    format!("Reminder: {}{}", names(item, mentioned), escaped(&item.task.title))
}

fn summary_of(items: &[PostingItem], mentioned: Mentioned<'_>) -> String {
    let titles: Vec<String> = items.iter().map(|item| summary(item, mentioned)).collect();
    cut(&titles.join("\n"), 3_000)
}

/// The message after a button was pressed: what was due, and what became of it.
pub(crate) fn settled(shown: &[Value], told: &str, undo: Option<&str>) -> Vec<Value> {
    let kept = shown.iter().filter(|block| block["type"] != "actions").cloned();
    let way_back = undo.map(|says| actions(vec![button(REOPEN, "Undo", says)]));
    kept.chain([context(told)]).chain(way_back).collect()
}

/// A text without markup, for the line that tells what became of a reminder.
pub(crate) fn told(text: &bot::reply::Text) -> String {
    words(text)
}
