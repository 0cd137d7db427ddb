//! Due reminders as they arrive.

use std::slice;
use std::time::Duration;

use domain::ids::PersonId;
use domain::ports::chat::PostingItem;
use jiff::Timestamp;

use super::watch::{Watch, clock, duration};
use super::{Block, Text};

/// A reminder that is no later than this came in time.
const IN_TIME: Duration = Duration::from_secs(60);

/// The message that carries the reminders, on somebody's watch.
#[must_use]
pub fn reminder(watch: &Watch, items: &[PostingItem]) -> Vec<Block> {
    match items {
        [item] => single(watch, item),
        several => {
            let heading = Block::line(format!("⏰ {} reminders:", several.len()));
            let rows = several.iter().map(|item| Block::Row(cells(watch, item)));
            let answer = Block::detail(answer(several));
            std::iter::once(heading).chain(rows).chain([answer]).collect()
        }
    }
}

fn single(watch: &Watch, item: &PostingItem) -> Vec<Block> {
    let title = Text::say(format!("⏰ Reminder (#{}): ", item.task.number)).theirs(item.task.title.clone());
    let facts = facts(watch, item, whom(item, |_| true));
    let facts = (!facts.is_empty()).then_some(Block::Detail(facts));
    std::iter::once(Block::Line(title)).chain(facts).chain([Block::detail(answer(slice::from_ref(item)))]).collect()
}

fn cells(watch: &Watch, item: &PostingItem) -> Vec<Text> {
    let number = Text::say(format!("#{}", item.task.number));
    vec![number, Text::new().theirs(item.task.title.clone()), facts(watch, item, whom(item, |_| true))]
}

/// How late it is, since when it was not done, whom it is for if that is to be said, who asked.
#[must_use]
pub fn facts(watch: &Watch, item: &PostingItem, whom: Option<Text>) -> Text {
    let asked = item.asked_by.as_ref().map(|(_, name)| Text::say("asked by ").theirs(name.clone()));
    let undone = item.undone_since.map(|since| Text::say("not done since ").moment(since, watch.stamp(since)));
    let note = item.note.as_ref().map(|note| Text::new().theirs(note.clone()));
    let facts = [late(watch, item.at, item.late), undone, whom, asked, note];
    Text::joined(facts.into_iter().flatten(), "; ")
}

/// For which of those that are to be said it is, unless it is for the one who made it alone.
#[must_use]
pub fn whom(item: &PostingItem, said: impl Fn(PersonId) -> bool) -> Option<Text> {
    let several = item.recipients.len() > 1 || item.asked_by.is_some();
    let said = item.recipients.iter().filter(|(person, _)| several && said(*person));
    let mut names = said.map(|(_, name)| Text::new().theirs(format!("@{name}"))).peekable();
    names.peek().is_some().then(|| Text::say("for ").and(Text::joined(names, " ")))
}

fn late(watch: &Watch, at: Timestamp, late: Duration) -> Option<Text> {
    let seconds = i64::try_from(late.as_secs()).unwrap_or(i64::MAX);
    let was = if late < Duration::from_secs(12 * 3_600) { clock(watch.zone.wall(at).time()) } else { watch.stamp(at) };
    (late > IN_TIME).then(|| Text::say(format!("{} late, it was set for ", duration(seconds))).moment(at, was))
}

/// How to answer: to all at once; a series can also leave one out, and what somebody else asked for can be stopped.
fn answer(items: &[PostingItem]) -> Text {
    let asked = |item: &PostingItem| item.asked_by.is_some() && !item.recipients.is_empty();
    let ways = [
        ("done", "", numbers(items, |_| true)),
        ("snooze", " 20m", numbers(items, |_| true)),
        ("skip", "", numbers(items, |item| item.task.recurring.is_some())),
        ("stop", "", numbers(items, asked)),
    ];
    let ways = ways.into_iter().filter(|(_, _, numbers)| !numbers.is_empty());
    let ways: Vec<String> = ways.map(|(word, how, numbers)| format!("`{word} {numbers}{how}`")).collect();
    Text::say(ways.join(", "))
}

fn numbers(items: &[PostingItem], of: impl Fn(&PostingItem) -> bool) -> String {
    let numbers: Vec<String> = items.iter().filter(|item| of(item)).map(|item| item.task.number.to_string()).collect();
    numbers.join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use domain::ids::{ListId, PersonId, ReminderId, TaskId};
    use domain::ports::chat::PostingItem;
    use domain::task::{Status, Task};
    use domain::tenant::TenantId;
    use jiff::{SignedDuration, Timestamp};
    use uuid::Uuid;

    use super::reminder;
    use crate::reply::plain;
    use crate::reply::watch::Watch;

    /// Wednesday 4 March 2026, 10:00 in Madrid.
    fn watch() -> Watch {
        let now = "2026-03-04T09:00:00Z".parse().expect("an instant");
        Watch { now, zone: "Europe/Madrid".parse().expect("a zone") }
    }

    fn task(number: u64, title: &str, at: Timestamp) -> Task {
        Task {
            id: TaskId(Uuid::from_u128(u128::from(number))),
            tenant: TenantId::console(),
            list: ListId(Uuid::nil()),
            number,
            title: title.to_owned(),
            description: String::new(),
            priority: None,
            tags: BTreeSet::new(),
            due: None,
            status: Status::Open,
            bare_reminder: true,
            author: PersonId(Uuid::nil()),
            assignees: Vec::new(),
            place: None,
            recurring: None,
            closed: None,
            created_at: at,
            updated_at: at,
            version: 1,
        }
    }

    fn item(number: u64, title: &str, late: u64) -> PostingItem {
        let late = Duration::from_secs(late);
        let at = watch().now - SignedDuration::try_from(late).expect("a short time");
        PostingItem {
            reminder: ReminderId(Uuid::nil()),
            task: task(number, title, at),
            at,
            late,
            recipients: vec![(PersonId(Uuid::nil()), "ana".to_owned())],
            asked_by: None,
            undone_since: None,
            note: None,
        }
    }

    fn shown(items: &[PostingItem]) -> String {
        plain(&reminder(&watch(), items))
    }

    #[test]
    fn a_reminder_in_time_says_what_and_how_to_answer() {
        insta::assert_snapshot!(shown(&[item(3, "stretch\u{1b}[2J", 1)]), @"
        ⏰ Reminder (#3): stretch␛[2J
          `done 3`, `snooze 3 20m`
        ");
    }

    #[test]
    fn a_late_reminder_of_somebody_else_says_so() {
        let asked_by = Some((PersonId(Uuid::nil()), "sam".to_owned()));
        let since = "2026-03-02T09:00:00Z".parse().expect("an instant");
        let item = PostingItem { asked_by, undone_since: Some(since), ..item(3, "deploy", 11_000) };
        insta::assert_snapshot!(shown(&[item]), @"
        ⏰ Reminder (#3): deploy
          3 hours 3 minutes late, it was set for 06:56:40; not done since Mon 2 Mar 10:00; for @ana; asked by sam
          `done 3`, `snooze 3 20m`, `stop 3`
        ");
    }

    #[test]
    fn several_reminders_are_one_list() {
        insta::assert_snapshot!(shown(&[item(3, "stretch", 0), item(12, "call Bo", 172_800)]), @"
        ⏰ 2 reminders:
          #3   stretch
          #12  call Bo  2 days late, it was set for Mon 2 Mar 10:00
          `done 3 12`, `snooze 3 12 20m`
        ");
    }
}
