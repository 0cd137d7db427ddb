//! A reminder as a message: what is due, and buttons that say what a person would type.

use std::collections::{BTreeMap, BTreeSet};

use bot::reply::{Watch, facts, whom};
use domain::decide::delivery::CALLED_MAX;
use domain::ids::{DeliveryId, PersonId};
use domain::ports::chat::PostingItem;
use domain::task::Task;
use serde_json::{Value, json};

use super::kit::{actions, button, choice, context, cut, link_to, menu, section};
use super::mrkdwn::{bold, escaped, mention, mrkdwn, shown};
use super::rows::{Row, Rows, among};

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

/// So many people a row among several calls; who is called by none stands in the heading.
const CALLED_IN_ROW: usize = 3;

/// How Slack knows the people of a reminder.
pub(crate) struct Faces<'a> {
    pub(crate) users: &'a BTreeMap<PersonId, String>,
    /// Nobody needs to be called by name: it is a direct message.
    pub(crate) direct: bool,
}

impl Faces<'_> {
    /// Whom the task mentions on purpose.
    fn called<'a>(&'a self, item: &'a PostingItem) -> impl Iterator<Item = &'a String> {
        let called = item.recipients.iter().filter(|_| !self.direct);
        called.filter_map(|(person, _)| self.users.get(person))
    }

    /// `@ana @sam `, so many of them.
    fn names(&self, item: &PostingItem, most: usize) -> String {
        let names: String = self.called(item).take(most).map(|user| mention(user) + " ").collect();
        match self.called(item).count().saturating_sub(most) {
            0 => names,
            more => format!("{names}and {more} more "),
        }
    }

    /// Whom no row of several calls, each once.
    fn others(&self, items: &[PostingItem]) -> String {
        let in_rows: BTreeSet<_> = items.iter().flat_map(|item| self.called(item).take(CALLED_IN_ROW)).collect();
        let called: BTreeSet<_> = items.iter().flat_map(|item| self.called(item)).collect();
        called.difference(&in_rows).map(|user| format!(" {}", mention(user))).collect()
    }

    /// The small print of a reminder, in which those who are called are not named again.
    fn facts(&self, watch: &Watch, item: &PostingItem) -> String {
        mrkdwn(&facts(watch, item, whom(item, |person| self.direct || !self.users.contains_key(&person))))
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

/// An address behind a button, in characters.
const ADDRESS_MAX: usize = 3_000;

/// The delivery that a message carries, if it is one of ours.
pub(crate) fn carried(message: &Value) -> Option<DeliveryId> {
    let metadata = Some(&message["metadata"]).filter(|metadata| metadata["event_type"] == EVENT)?;
    metadata["event_payload"]["delivery"].as_str()?.parse().ok()
}

fn single(watch: &Watch, item: &PostingItem, faces: &Faces<'_>) -> Vec<Value> {
    let names = faces.names(item, CALLED_MAX);
    let title = format!(":alarm_clock: {names}{}", bold(&shown(&item.task.title)));
    let facts = faces.facts(watch, item);
    let number = format!("#{}", item.task.number);
    let small = if facts.is_empty() { number } else { format!("{number} · {facts}") };
    vec![section(&title), context(&small), actions(ways(item, faces))]
}

fn many(watch: &Watch, items: &[PostingItem], faces: &Faces<'_>) -> Vec<Value> {
    let row = |item: &PostingItem| {
        let facts = faces.facts(watch, item);
        let names = faces.names(item, CALLED_IN_ROW);
        let title = bold(&among(&item.task, items.len()));
        let line = format!("{names}{title} #{}\n{facts}", item.task.number);
        let stops = stops(item, faces).into_iter().map(|(_, label, says)| choice(&label, &says));
        Row::new(&item.task, line.trim_end().to_owned(), stops.collect())
    };
    Rows::under(items.iter().map(row).collect(), &faces.others(items)).message().1
}

/// The buttons under one reminder.
fn ways(item: &PostingItem, faces: &Faces<'_>) -> Vec<Value> {
    let mut ways = vec![button(DONE, "Done", &say(DONE, item)), snooze(&item.task.number.to_string())];
    if item.task.recurring.is_some() {
        ways.push(button(SKIP, "Skip this one", &say(SKIP, item)));
    }
    if let Some(link) = link(&item.task) {
        ways.push(link_to("open", "Open thread", link));
    }
    ways.extend(stops(item, faces).into_iter().map(|(action, label, says)| button(action, &label, &says)));
    ways
}

/// How to have no more of what somebody else asked for, this one or any: name, label and line of each.
fn stops(item: &PostingItem, faces: &Faces<'_>) -> Vec<(&'static str, String, String)> {
    let Some((asker, name)) = item.asked_by.as_ref().filter(|_| !item.recipients.is_empty()) else { return Vec::new() };
    let this = (STOP, "Stop this".to_owned(), say(STOP, item));
    let all = |user: &String| (STOP_ALL, format!("Stop all from {name}"), format!("stop all from {}", mention(user)));
    std::iter::once(this).chain(faces.users.get(asker).map(all)).collect()
}

/// The message that it is about, if the task came from one: a link that leads to any other place is no button.
pub(crate) fn link(task: &Task) -> Option<&str> {
    let address = task.description.as_str();
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
    format!("Reminder: {}{}", faces.names(item, CALLED_IN_ROW), escaped(&item.task.title))
}

fn summary_of(items: &[PostingItem], faces: &Faces<'_>) -> String {
    let titles: Vec<String> = items.iter().map(|item| summary(item, faces)).collect();
    cut(&titles.join("\n"), 3_000)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::time::Duration;

    use bot::reply::{Standing, Text, Watch};
    use domain::decide::delivery::{CALLED_MAX, MEMBERS_MAX};
    use domain::ids::{ListId, PersonId, ReminderId, TaskId};
    use domain::ports::chat::PostingItem;
    use domain::task::{Status, Task};
    use domain::tenant::TenantId;
    use domain::zone::Zone;
    use jiff::Timestamp;
    use serde_json::Value;
    use uuid::Uuid;

    use super::{Faces, message};
    use crate::render::sheet::Sheet;

    const AT: Timestamp = Timestamp::UNIX_EPOCH;
    const WHO: PersonId = PersonId(Uuid::nil());

    /// A reminder of which all is said that there is to say: of a long title, late, asked for by somebody.
    fn item(number: u64) -> PostingItem {
        let task = Task {
            id: TaskId(Uuid::nil()),
            tenant: TenantId::console(),
            list: ListId(Uuid::nil()),
            number,
            title: "x".repeat(500),
            description: String::new(),
            priority: None,
            tags: BTreeSet::new(),
            due: None,
            status: Status::Done,
            bare_reminder: true,
            author: WHO,
            assignees: Vec::new(),
            place: None,
            recurring: None,
            closed: None,
            created_at: AT,
            updated_at: AT,
            version: 1,
        };
        PostingItem {
            reminder: ReminderId(Uuid::nil()),
            task,
            at: AT,
            late: Duration::from_secs(11_000),
            recipients: vec![(WHO, "ana".to_owned())],
            asked_by: Some((WHO, "sam".to_owned())),
            undone_since: None,
            note: None,
        }
    }

    /// As many as one message calls, each by a name of Slack's longest.
    fn everybody() -> BTreeMap<PersonId, String> {
        (0..CALLED_MAX).map(|nth| (PersonId(Uuid::from_u128(nth as u128)), format!("U01234567{nth:02}"))).collect()
    }

    #[test]
    fn as_many_as_one_message_takes_fit_into_it_with_all_that_is_said_of_them_and_whoever_is_called() {
        let most = u64::try_from(MEMBERS_MAX).expect("few");
        let users = everybody();
        let recipients: Vec<_> = users.keys().map(|person| (*person, "ana of the many names".to_owned())).collect();
        let items: Vec<PostingItem> =
            (1_001..=1_000 + most).map(|n| PostingItem { recipients: recipients.clone(), ..item(n) }).collect();
        let watch = Watch { now: AT, zone: Zone::utc() };
        let (_, posted) = message(&watch, &items, &Faces { users: &users, direct: false });
        let said = Value::from(posted.clone()).to_string();
        assert!(users.values().all(|user| said.contains(user)), "everybody is called: {said}");
        let told = Text::say("Done by ana, ").moment(AT, "Thu 1 Jan 00:00");
        let standing = |item: &PostingItem| Standing { task: Some(item.task.clone()), told: Some(told.clone()) };
        let standings = items.iter().map(|item| (item.task.number, standing(item))).collect();
        let (_, settled) = Sheet::of(&posted).expect("a sheet").standing(&standings).message();
        let length = |block: &Value| block["text"]["text"].as_str().unwrap_or_default().chars().count();
        let all: usize = settled.iter().map(length).sum();
        // What Slack takes of blocks, and of all texts together.
        assert!(settled.len() <= 50 && all <= 12_000, "{} blocks, {all} characters", settled.len());
    }

    #[test]
    fn one_reminder_calls_everybody_whom_it_is_for_and_shows_its_title() {
        let users = everybody();
        let recipients = users.keys().map(|person| (*person, "ana".to_owned())).collect();
        let watch = Watch { now: AT, zone: Zone::utc() };
        let items = [PostingItem { recipients, ..item(7) }];
        let (_, posted) = message(&watch, &items, &Faces { users: &users, direct: false });
        let said = posted[0]["text"]["text"].as_str().unwrap_or_default();
        assert!(users.values().all(|user| said.contains(user)) && said.ends_with(&format!("*{}*", "x".repeat(500))));
    }

    #[test]
    fn whom_slack_does_not_know_is_named_below_and_whoever_is_called_is_not_named_again() {
        let users: BTreeMap<_, _> = [(WHO, "U1".to_owned())].into();
        let recipients = vec![(WHO, "ana".to_owned()), (PersonId(Uuid::max()), "bob".to_owned())];
        let watch = Watch { now: AT, zone: Zone::utc() };
        let items = [7, 8].map(|number| PostingItem { recipients: recipients.clone(), ..item(number) });
        for items in [&items[..1], &items] {
            let (_, posted) = message(&watch, items, &Faces { users: &users, direct: false });
            let said = Value::from(posted).to_string();
            assert!(said.contains("<@U1>") && said.contains("for @bob;") && !said.contains("@ana"), "{said}");
        }
    }
}
