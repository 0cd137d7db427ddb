//! A reminder as a message: what is due, and buttons that say what a person would type.

use std::collections::BTreeMap;

use bot::reply::{Watch, facts};
use domain::ids::{DeliveryId, PersonId};
use domain::ports::chat::PostingItem;
use serde_json::{Value, json};

use super::kit::{actions, button, context, cut, link_to, menu, section, section_with};
use super::mrkdwn::{escaped, mention, mrkdwn};

/// By which messages of this kind are known among others.
const EVENT: &str = "taskbot_reminder";

/// The name of the button that completes, of the menu that postpones, and so on; what comes after a colon only keeps
/// several apart in one message.
pub(crate) const DONE: &str = "done";
pub(crate) const SNOOZE: &str = "snooze";
pub(crate) const SKIP: &str = "skip";
pub(crate) const STOP: &str = "stop";
pub(crate) const STOP_ALL: &str = "stop_all";
pub(crate) const REOPEN: &str = "reopen";

/// With this before the numbers a choice opens the dialog in which a time is picked.
pub(crate) const PICK: &str = "pick ";

/// How far a snooze goes, as it is shown and as it is typed.
const SNOOZES: [(&str, &str); 5] = [
    ("20 minutes", "20m"),
    ("1 hour", "1h"),
    ("3 hours", "3h"),
    ("Tomorrow 9:00", "tomorrow 9:00"),
    ("Next Monday 9:00", "next monday 9:00"),
];

/// How Slack knows the people of a reminder.
pub(crate) struct Faces<'a> {
    pub(crate) users: &'a BTreeMap<PersonId, String>,
    /// Nobody needs to be called by name: it is a direct message.
    pub(crate) direct: bool,
}

impl Faces<'_> {
    /// `@ana @sam `, whom the task mentions on purpose.
    fn names(&self, item: &PostingItem) -> String {
        let called = item.recipients.iter().filter(|_| !self.direct);
        called.filter_map(|(person, _)| self.users.get(person)).map(|user| mention(user) + " ").collect()
    }
}

/// The text for notifications, and the blocks.
pub(crate) fn message(watch: &Watch, items: &[PostingItem], faces: &Faces<'_>) -> (String, Vec<Value>) {
    match items {
        [item] => (summary(item, faces), single(watch, item, faces)),
        several => (summary_of(several, faces), many(watch, several, faces)),
    }
}

/// By which the message of a delivery is found again.
pub(crate) fn metadata(delivery: DeliveryId) -> Value {
    json!({ "event_type": EVENT, "event_payload": { "delivery": delivery } })
}

/// The numbers of a menu, in characters: a choice takes 150, and `snooze … tomorrow 9:00` stands around them.
const NUMBERS_MAX: usize = 120;

/// A title among many, in characters: Slack takes a bounded number of all of them together.
const TITLE_MAX: usize = 150;
/// An address behind a button, in characters.
const ADDRESS_MAX: usize = 3_000;

/// The delivery that a message carries, if it is one of ours.
pub(crate) fn carried(message: &Value) -> Option<DeliveryId> {
    let metadata = Some(&message["metadata"]).filter(|metadata| metadata["event_type"] == EVENT)?;
    metadata["event_payload"]["delivery"].as_str()?.parse().ok()
}

fn single(watch: &Watch, item: &PostingItem, faces: &Faces<'_>) -> Vec<Value> {
    let names = faces.names(item);
    let title = format!(":alarm_clock: {names}*{}*", escaped(&item.task.title));
    let facts = mrkdwn(&facts(watch, item));
    let number = format!("#{}", item.task.number);
    let small = if facts.is_empty() { number } else { format!("{number} · {facts}") };
    vec![section(&title), context(&small), actions(ways(item, faces))]
}

fn many(watch: &Watch, items: &[PostingItem], faces: &Faces<'_>) -> Vec<Value> {
    let heading = section(&format!(":alarm_clock: *{} reminders*", items.len()));
    let rows = items.iter().map(|item| {
        let facts = mrkdwn(&facts(watch, item));
        let names = faces.names(item);
        let title = escaped(&cut(&item.task.title, TITLE_MAX));
        let line = format!("{names}*{title}* #{}\n{facts}", item.task.number);
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
fn ways(item: &PostingItem, faces: &Faces<'_>) -> Vec<Value> {
    let mut ways = vec![button(DONE, "Done", &say(DONE, item)), snooze(&item.task.number.to_string())];
    if item.task.recurring.is_some() {
        ways.push(button(SKIP, "Skip this one", &say(SKIP, item)));
    }
    if let Some(link) = link(item) {
        ways.push(link_to("open", "Open thread", link));
    }
    if item.asked_by.is_some() && !item.recipients.is_empty() {
        ways.push(button(STOP, "Stop this", &say(STOP, item)));
        ways.extend(stop_all(item, faces));
    }
    ways
}

/// Nothing more from whoever asked for it.
fn stop_all(item: &PostingItem, faces: &Faces<'_>) -> Option<Value> {
    let (asker, name) = item.asked_by.as_ref()?;
    let user = faces.users.get(asker)?;
    Some(button(STOP_ALL, &format!("Stop all from {name}"), &format!("stop all from {}", mention(user))))
}

/// The message that it is about, if the task came from one: a link that leads to any other place is no button.
fn link(item: &PostingItem) -> Option<&str> {
    let address = item.task.description.as_str();
    let (host, path) = address.strip_prefix("https://")?.split_once('/')?;
    let is_slack = host == "slack.com" || host.ends_with(".slack.com");
    let is_message = path.starts_with("archives/") && !address.contains(char::is_whitespace);
    (is_slack && is_message && address.len() <= ADDRESS_MAX).then_some(address)
}

fn snooze(numbers: &str) -> Value {
    menu(SNOOZE, "Snooze", &snoozes(numbers))
}

/// How far these tasks can be put off, and the way to pick another time.
pub(crate) fn snoozes(numbers: &str) -> Vec<(&'static str, String)> {
    let typed = SNOOZES.iter().map(|(label, typed)| (*label, format!("snooze {numbers} {typed}")));
    typed.chain([("Pick a time …", format!("{PICK}{numbers}"))]).collect()
}

fn say(word: &str, item: &PostingItem) -> String {
    format!("{word} {}", item.task.number)
}

fn summary(item: &PostingItem, faces: &Faces<'_>) -> String {
    format!("Reminder: {}{}", faces.names(item), escaped(&item.task.title))
}

fn summary_of(items: &[PostingItem], faces: &Faces<'_>) -> String {
    let titles: Vec<String> = items.iter().map(|item| summary(item, faces)).collect();
    cut(&titles.join("\n"), 3_000)
}
