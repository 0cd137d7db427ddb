//! What changed, field by field, from and to.

use domain::event::{Changes, TaskView};
use domain::ids::PersonId;
use domain::recurrence::{Rule, Start, Until, in_words};
use domain::task::RepeatFrom;
use domain::zone::Zone;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use super::Text;
use super::scene::Scene;

/// The fields that people know, in the order in which they are told.
const TOLD: &[(&str, &str)] = &[
    ("title", "title"),
    ("description", "description"),
    ("status", "status"),
    ("due", "due"),
    ("rrule", "repeats"),
    ("priority", "priority"),
    ("tags", "tags"),
    ("assignees", "for"),
    ("list", "list"),
];

/// `due Fri 6 Mar 17:00 → Sat 7 Mar`, one text for each field that people know. `view` is the task afterwards.
pub(crate) fn told(scene: &Scene, changes: &Changes, view: Option<&TaskView>) -> Vec<Text> {
    let now = view.and_then(start_of);
    all_told(scene, changes, (view.and_then(|view| start_before(changes, view)).or(now), now))
}

/// The same without the due, of a task that begins its recurrence at `start` by now.
pub(crate) fn told_but_due(scene: &Scene, changes: &Changes, view: &TaskView, start: Option<Start>) -> Vec<Text> {
    let now = start.or_else(|| start_of(view));
    let before = start_before(changes, view).or(now);
    let mut changes = changes.clone();
    changes.remove("due");
    all_told(scene, &changes, (before, now))
}

/// What each field said and says; a rule with where it began and begins.
fn all_told(scene: &Scene, changes: &Changes, (before, now): (Option<Start>, Option<Start>)) -> Vec<Text> {
    TOLD.iter()
        .filter_map(|(field, word)| changes.get(*field).map(|change| (*field, *word, change)))
        .map(|(field, word, (from, to))| {
            let was = said(scene, field, from, before);
            Text::say(format!("{word} ")).and(was).then(" → ").and(said(scene, field, to, now))
        })
        .collect()
}

/// How a priority is said.
pub(crate) fn priority(number: u64) -> &'static str {
    match number {
        1 => "urgent",
        2 => "high",
        3 => "medium",
        _ => "low",
    }
}

/// A recurrence in words, as the grammar reads it for somebody in this zone.
pub(crate) fn repeats(rule: &Rule, from: RepeatFrom, start: Start, zone: Option<&Zone>) -> String {
    let words = in_words(&in_zone(rule, zone), start);
    match from {
        RepeatFrom::Schedule => words,
        RepeatFrom::Completion => format!("{words}, counted from completion"),
    }
}

/// The rule with the end of it on the clocks of this zone.
fn in_zone(rule: &Rule, zone: Option<&Zone>) -> Rule {
    let there = match (rule.until(), zone) {
        (Some(Until::Utc(at)), Some(zone)) => rule.clone().with_until(Until::Wall(zone.wall(at))).ok(),
        _ => None,
    };
    there.unwrap_or_else(|| rule.clone())
}

fn said(scene: &Scene, field: &str, value: &Value, start: Option<Start>) -> Text {
    match (field, value) {
        (_, Value::Null) => Text::say("none"),
        ("priority", Value::Number(number)) => Text::say(priority(number.as_u64().unwrap_or_default())),
        ("due", Value::String(due)) => due_said(scene, due),
        ("rrule", Value::String(rule)) => rule_said(scene, rule, start),
        ("list", Value::String(list)) if list == "personal" => Text::say("own list"),
        ("assignees", Value::Array(people)) => names(scene, people),
        ("tags", Value::Array(tags)) => words(tags.iter().filter_map(Value::as_str).map(|tag| format!("#{tag}"))),
        ("title", Value::String(text)) => Text::say("“").theirs(text.clone()).then("”"),
        (_, Value::String(text)) => Text::new().theirs(text.clone()),
        (_, other) => Text::new().theirs(other.to_string()),
    }
}

fn words(words: impl Iterator<Item = String>) -> Text {
    let all = Text::joined(words.map(|word| Text::new().theirs(word)), ", ");
    if all.is_empty() { Text::say("none") } else { all }
}

fn names(scene: &Scene, ids: &[Value]) -> Text {
    let people = ids.iter().filter_map(Value::as_str).filter_map(|id| id.parse::<PersonId>().ok());
    words(people.map(|person| scene.name(person)))
}

pub(crate) fn due_said(scene: &Scene, due: &str) -> Text {
    if let Ok(day) = due.parse::<Date>().map_err(drop).and_then(|day| if due.len() > 10 { Err(()) } else { Ok(day) }) {
        return Text::say(scene.watch.short_day(day));
    }
    match due.parse::<Timestamp>() {
        Ok(at) => Text::new().moment(at, scene.watch.stamp(at)),
        Err(_) => Text::new().theirs(due),
    }
}

fn rule_said(scene: &Scene, rule: &str, start: Option<Start>) -> Text {
    match (rule.parse::<Rule>(), start) {
        (Ok(rule), Some(start)) => Text::say(in_words(&in_zone(&rule, Some(&scene.watch.zone)), start)),
        _ => Text::new().theirs(rule),
    }
}

/// Where the recurrence of a task begins, as far as its words need to know.
fn start_of(view: &TaskView) -> Option<Start> {
    start_at(view.due.as_deref()?, view.due_zone.as_deref())
}

/// Where it began before the change, if its due was another.
fn start_before(changes: &Changes, view: &TaskView) -> Option<Start> {
    let (due, _) = changes.get("due")?;
    let zone = changes.get("due_zone").map_or(view.due_zone.as_deref(), |(zone, _)| zone.as_str());
    start_at(due.as_str()?, zone)
}

fn start_at(due: &str, zone: Option<&str>) -> Option<Start> {
    if due.len() <= 10 {
        return due.parse().ok().map(Start::Day);
    }
    let zone: Zone = zone?.parse().ok()?;
    due.parse().ok().map(|at: Timestamp| Start::At(zone.wall(at)))
}
