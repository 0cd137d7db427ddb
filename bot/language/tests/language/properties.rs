//! What holds for any line.

use domain::recurrence::{Schedule, Start};
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;
use taskbot_language::{Reading, When, read, read_in_conversation, wire};

use crate::wednesday;

/// Words that the grammar knows, so that random lines come near to every rule.
pub(crate) const WORDS: &[&str] = &[
    "every",
    "ev",
    "each",
    "other",
    "monday",
    "mon",
    "fri",
    "fridays",
    "weekdays",
    "weekend",
    "day",
    "week",
    "month",
    "year",
    "hour",
    "min",
    "2",
    "3",
    "15",
    "31",
    "0",
    "99999999",
    "1st",
    "15th",
    "last",
    "first",
    "second",
    "of",
    "the",
    "in",
    "on",
    "at",
    "by",
    "for",
    "from",
    "until",
    "starting",
    "next",
    "this",
    "today",
    "tomorrow",
    "tonight",
    "yesterday",
    "noon",
    "midnight",
    "morning",
    "5pm",
    "25:00",
    "10:30",
    "17h",
    "half",
    "quarter",
    "past",
    "to",
    "a",
    "an",
    "couple",
    "now",
    "ago",
    "feb",
    "march",
    "may",
    "29",
    "2026",
    "2026-12-24",
    "4/5",
    "24.12.",
    "times",
    "and",
    ",",
    "and a half",
    "daily",
    "monthly",
    "completion",
    "after",
    "remind",
    "me",
    "add",
    "done",
    "move",
    "snooze",
    "edit",
    "delete",
    "list",
    "title",
    "rename",
    "no",
    "date",
    "due",
    "p1",
    "!high",
    "#home",
    "@ana",
    "utc",
    "it",
    "both",
    "please",
    "call",
    "Ana",
    "\"quoted friday\"",
    "!",
    ":",
    "-",
    "(",
    ")",
    "every!",
    "2h",
    "1h30m",
    "workday",
    "business",
    "eom",
    "eod",
    "end",
    "mid",
    "week",
    "weekly",
    "9999",
    "except",
    "once",
    "between",
    "twenty",
    "fifth",
    "past",
    "few",
    "alternate",
    "12-sep-2026",
    "the next",
    "to last",
    "coming",
];

/// Words that mean nothing in any place.
const PLAIN: &[&str] = &["call", "Ana", "about", "report", "milk", "Zoë", "kitchen", "lamp"];

pub(crate) fn soup() -> impl Strategy<Value = String> {
    proptest::collection::vec(select(WORDS), 0..14).prop_map(|words| words.join(" "))
}

fn any_line() -> impl Strategy<Value = String> {
    prop_oneof![soup(), any::<String>(), "[ -~]{0,80}", "[0-9a-z:/.,#@!<>\"' -]{0,60}"]
}

proptest! {
    #[test]
    fn no_line_makes_reading_panic(line in any_line(), listed in 0_usize..4) {
        let context = wednesday();
        let _ = read(&line, &context);
        let _ = read_in_conversation(&line, &context, listed);
    }

    #[test]
    fn any_bytes_get_one_answer_a_line(bytes in any::<Vec<u8>>()) {
        let mut output = Vec::new();
        wire::run(&bytes[..], &mut output).expect("memory can be written");
        let asked = bytes.split_inclusive(|b| *b == b'\n').count();
        let answers = std::str::from_utf8(&output).expect("answers are UTF-8");
        prop_assert_eq!(answers.lines().count(), asked);
        for answer in answers.lines() {
            prop_assert!(serde_json::from_str::<serde_json::Value>(answer).is_ok());
        }
    }

    #[test]
    fn a_title_has_no_word_that_was_not_typed(line in soup()) {
        if let Ok(Reading::Add(draft)) = read(&line, &wednesday()) {
            prop_assert!(!draft.title.is_empty());
            for word in draft.title.split_whitespace() {
                prop_assert!(line.contains(word), "{word:?} of {:?} is not in {line:?}", draft.title);
            }
        }
    }

    #[test]
    fn a_first_occurrence_is_one_of_its_rule(line in soup()) {
        let context = wednesday();
        let Ok(Reading::Add(draft)) = read(&format!("call every {line}"), &context) else {
            return Ok(());
        };
        let (Some(repeat), Some(when)) = (draft.repeat, draft.when) else {
            return Ok(());
        };
        let zone = context.settings.zone;
        let schedule = match when {
            When::Day(day) => Schedule::new(repeat.rule, Start::Day(day), zone.clone()),
            When::At(at) => Schedule::starting_at(repeat.rule, at, zone.clone()),
        };
        let first = schedule.occurrences().next().expect("it comes once");
        match when {
            When::Day(day) => prop_assert_eq!(first.wall.date(), day),
            When::At(at) => prop_assert_eq!(first.at, at),
        }
    }

    #[test]
    fn tags_leave_the_title_wherever_they_stand(
        words in proptest::collection::vec(select(PLAIN), 1..6),
        tags in proptest::collection::vec("[a-z][a-z0-9_]{0,6}", 1..4),
        at in any::<u8>(),
    ) {
        let mut typed: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let place = usize::from(at) % (typed.len() + 1);
        for tag in &tags {
            typed.insert(place, format!("#{tag}"));
        }
        let Ok(Reading::Add(draft)) = read(&typed.join(" "), &wednesday()) else {
            panic!("it is a new task");
        };
        prop_assert_eq!(draft.title, words.join(" "));
        prop_assert!(tags.iter().all(|tag| draft.tags.contains(tag)));
    }

    #[test]
    fn quoted_text_always_survives(
        before in soup(),
        quoted in "[a-zA-Z][a-zA-Z0-9 #@!:/.]{0,30}[a-z]",
        after in soup(),
    ) {
        let line = format!("pack {} \"{quoted}\" {}", before.replace('"', ""), after.replace('"', ""));
        if let Ok(Reading::Add(draft)) = read(&line, &wednesday()) {
            let words: Vec<&str> = quoted.split_whitespace().collect();
            prop_assert!(draft.title.contains(&words.join(" ")), "{:?} of {line:?}", draft.title);
        }
    }
}
