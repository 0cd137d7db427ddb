//! The rules of `score.py`: which keys of an answer are wrong.

use domain::recurrence::{Rule, Schedule, Start};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::{Map, Value};

/// What two values have in common that count as the same.
type Fold = fn(&Value) -> Value;

/// The keys of `answer` that do not say what `case` expects.
pub(crate) fn wrong_keys(case: &Value, answer: &Value) -> Vec<&'static str> {
    let expect = &case["expect"];
    let mut wrong = Vec::new();
    for key in ["command", "error"] {
        if answer[key] != expect[key] {
            wrong.push(key);
        }
    }
    if !expect["error"].is_null() {
        return wrong;
    }
    let checks: [(&'static str, Fold); 13] = [
        ("title", title),
        ("due", instant),
        ("shift", span),
        ("filter", filter),
        ("repeat_from", repeat_from),
        ("priority", Value::clone),
        ("tags", set),
        ("remove_tags", set),
        ("clear", set),
        ("assignee", Value::clone),
        ("ids", set),
        ("topic", Value::clone),
        ("settings", settings),
    ];
    for (key, fold) in checks {
        if fold(&answer[key]) != fold(&expect[key]) {
            wrong.push(key);
        }
    }
    if recurrence(case, answer) != expected_recurrence(expect) {
        wrong.push("recurrence");
    }
    wrong
}

fn repeat_from(from: &Value) -> Value {
    match from {
        Value::Null => "schedule".into(),
        from => from.clone(),
    }
}

fn settings(settings: &Value) -> Value {
    match settings {
        Value::Null => Value::Object(Map::new()),
        settings => settings.clone(),
    }
}

/// White space collapsed, case and quote marks ignored, hanging punctuation gone.
fn title(title: &Value) -> Value {
    let Some(title) = title.as_str() else {
        return Value::Null;
    };
    let bare = title.replace(['"', '“', '”', '`'], "");
    let words: Vec<&str> = bare.split_whitespace().collect();
    let folded = words.join(" ").to_lowercase();
    folded.trim_matches([' ', ',', ';', ':', '.', '!', '-', '–']).into()
}

/// A day stays a day; an instant is compared to the second.
fn instant(due: &Value) -> Value {
    match due.as_str() {
        Some(due) if due.len() > 10 => {
            let at: Timestamp = due.parse().expect("an instant");
            at.as_second().into()
        }
        _ => due.clone(),
    }
}

fn span(shift: &Value) -> Value {
    let Some(shift) = shift.as_str() else {
        return Value::Null;
    };
    let span: Span = shift.parse().expect("an ISO 8601 duration");
    let months = i64::from(span.get_years()) * 12 + i64::from(span.get_months());
    let days = i64::from(span.get_weeks()) * 7 + i64::from(span.get_days());
    let minutes = i64::from(span.get_hours()) * 60 + span.get_minutes();
    vec![months, days, minutes * 60 + span.get_seconds()].into()
}

fn set(list: &Value) -> Value {
    let mut items: Vec<String> =
        list.as_array().into_iter().flatten().map(|item| item.to_string().to_lowercase()).collect();
    items.sort_unstable();
    items.dedup();
    items.into()
}

fn filter(filter: &Value) -> Value {
    let said = filter.as_object().into_iter().flatten();
    let folded = said.map(|(key, value)| {
        let value = match value {
            Value::Array(_) => set(value),
            Value::String(_) => title(value),
            value => value.clone(),
        };
        (key.clone(), value)
    });
    Value::Object(folded.collect())
}

/// The first five occurrences and whether more follow.
fn recurrence(case: &Value, answer: &Value) -> Option<(Vec<Value>, bool)> {
    let rule: Rule = answer["rrule"].as_str()?.parse().expect("a rule");
    let due = answer["due"].as_str()?;
    let zone = TimeZone::get(case["tz"].as_str()?).expect("a zone");
    let is_day = due.len() == 10;
    let schedule = match due.parse() {
        Ok(day) if is_day => Schedule::new(rule, Start::Day(day), zone),
        _ => Schedule::starting_at(rule, due.parse().expect("an instant"), zone),
    };
    let mut occurrences: Vec<Value> = schedule
        .occurrences()
        .take(6)
        .map(|next| match is_day {
            true => next.wall.date().to_string().into(),
            false => next.at.as_second().into(),
        })
        .collect();
    let more = occurrences.len() > 5;
    occurrences.truncate(5);
    Some((occurrences, more))
}

fn expected_recurrence(expect: &Value) -> Option<(Vec<Value>, bool)> {
    let occurrences = expect["occurrences"].as_array()?;
    let more = expect["open_ended"].as_bool()?;
    Some((occurrences.iter().map(instant).collect(), more))
}
