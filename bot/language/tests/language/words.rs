//! From a recurrence to words and back: what the bot says of a rule, typed again, is the same rule.

use domain::recurrence::{Schedule, Start, in_words};
use proptest::prelude::{prop_assert_eq, proptest};
use taskbot_language::{Draft, Reading, RepeatFrom, When, read};

use crate::properties::soup;
use crate::wednesday;

/// The forms of a pattern, one for each shape of rule that the grammar makes.
const PATTERNS: &[&str] = &[
    "every minute",
    "every 20 minutes",
    "every hour",
    "every other hour",
    "every 36 hours",
    "every day",
    "every other day",
    "every 10 days",
    "every weekday",
    "every weekend",
    "every week",
    "every other week",
    "every 5 weeks",
    "every monday",
    "every mon, wed and fri",
    "every other monday",
    "every 3 mondays",
    "every other week on mon and thu",
    "every 4 weeks on sat and sun",
    "every other weekday",
    "mondays and sundays",
    "every month",
    "every other month",
    "every 6 months",
    "quarterly",
    "every 12th",
    "every 1st and 15th",
    "every 5th, 10th and 31st",
    "every 29th",
    "every 30th",
    "every 31st",
    "every 30th and 31st",
    "every 28th and last day of the month",
    "every last day of the month",
    "every 1st and last day of the month",
    "every 3rd friday",
    "every last friday of the month",
    "every 1st and 3rd monday",
    "every second to last friday of the month",
    "every month on the 2nd to last day",
    "every day except sunday",
    "end of every month",
    "once a week on friday",
    "nightly",
    "every hour from 9am to 5pm",
    "every 2 hours between 9am and 5pm",
    "semiannually",
    "every 2nd and last tuesday",
    "first workday of every month",
    "last workday of every month",
    "every 1st and last workday of the month",
    "every 3 months on the 15th",
    "every other month on the last friday",
    "every 2 months on the 31st",
    "every other month on the last workday",
    "every year",
    "every 2 years",
    "every jan 27",
    "every feb 29",
    "every 4 years on feb 29",
    "every year on 4 july",
    "every oct 31",
    "every 2nd tuesday in november",
    "every aug 20 and 30",
    "every 1st and 15th of may",
    "every 4/15",
    "last of every month",
    "3rd to the last of each month",
    "every month at the end",
    "sunday evenings",
    "biannually",
    "biennially",
    "every last friday of may",
    "every first workday of january",
    "every last day of february",
    "every year on the 1st and 3rd monday of september",
    "every 3 years on the last sunday of october",
];

const TIMES: &[&str] = &["", "at 9am", "at noon", "at 9am and 5pm", "at 9:00 and 17:30", "at 8am, 12:15 and 20:45"];

const ENDS: &[&str] = &["", "until 1 dec", "5 times", "for 3 weeks", "for 2 years", "until 1 dec at 17:30"];

const STARTS: &[&str] = &["", "starting 2026-05-31", "starting 2028-02-29"];

/// The line as a new task; none if there is no such recurrence (nothing of it comes before it ends).
fn draft(line: &str) -> Option<Draft> {
    match read(line, &wednesday()) {
        Ok(Reading::Add(draft)) => Some(draft),
        _ => None,
    }
}

/// The schedule of a draft: what it comes to, in order.
fn schedule(draft: &Draft) -> (Schedule, Start) {
    let zone = wednesday().settings.zone;
    let repeat = draft.repeat.clone().unwrap_or_else(|| panic!("{draft:?} repeats"));
    match draft.when.unwrap_or_else(|| panic!("{draft:?} has a first time")) {
        When::Day(day) => (Schedule::new(repeat.rule, Start::Day(day), zone), Start::Day(day)),
        When::At(at) => {
            let wall = repeat.start.unwrap_or_else(|| zone.to_datetime(at));
            (Schedule::starting_at(repeat.rule, at, zone), Start::At(wall))
        }
    }
}

fn comes(schedule: &Schedule) -> Vec<String> {
    schedule.occurrences().take(15).map(|next| format!("{} {}", next.wall, next.at)).collect()
}

/// What the bot says of the rule, with where it begins, read again.
fn again(words: &str, start: Start, elapsed: bool) -> String {
    match start {
        Start::Day(day) => format!("x {words} starting {day}"),
        Start::At(wall) if elapsed => format!("x {words} starting {} at {}", wall.date(), wall.strftime("%H:%M")),
        Start::At(wall) => format!("x {words} starting {}", wall.date()),
    }
}

/// What is wrong with what is said of the recurrence of a line; none if it reads back to the same.
fn difference(line: &str) -> Option<String> {
    let first = draft(line).filter(|draft| draft.repeat.is_some())?;
    let (one, began) = schedule(&first);
    let repeat = first.repeat.as_ref()?;
    let words = in_words(&repeat.rule, began);
    let typed = again(&words, began, repeat.rule.below_a_day());
    let typed = if repeat.from == RepeatFrom::Completion { format!("{typed}, counted from completion") } else { typed };
    let second = draft(&typed).filter(|second| second.title == "x" && second.repeat.is_some());
    let same = second.as_ref().is_some_and(|second| {
        let from = second.repeat.as_ref().map(|repeat| repeat.from);
        from == Some(repeat.from) && comes(&one) == comes(&schedule(second).0)
    });
    let said = second.and_then(|second| second.repeat).map(|repeat| repeat.rule.to_string());
    (!same).then(|| format!("{line} -> {} -> {typed} -> {said:?}", repeat.rule))
}

#[test]
fn every_recurrence_is_said_back_in_words_that_read_to_the_same_rule() {
    let lines = product().map(|(pattern, time, end, start)| format!("x {pattern} {time} {end} {start}"));
    let differ: Vec<String> = lines.filter_map(|line| difference(&line)).collect();
    assert!(differ.is_empty(), "{} differ:\n{}", differ.len(), differ.join("\n"));
    let tried = product().filter(|(pattern, ..)| draft(&format!("x {pattern}")).is_some()).count();
    assert_eq!(tried, PATTERNS.len() * TIMES.len() * ENDS.len() * STARTS.len());
}

proptest! {
    #[test]
    fn whatever_recurs_is_said_back(line in soup()) {
        prop_assert_eq!(difference(&format!("call every {line}")), None);
    }
}

fn product() -> impl Iterator<Item = (&'static str, &'static str, &'static str, &'static str)> {
    let all = PATTERNS.iter().flat_map(|pattern| TIMES.iter().map(move |time| (*pattern, *time)));
    let all = all.flat_map(|(pattern, time)| ENDS.iter().map(move |end| (pattern, time, *end)));
    all.flat_map(|(pattern, time, end)| STARTS.iter().map(move |start| (pattern, time, end, *start)))
}
