//! The corpus: `corpus/*.jsonl`, in the format of CONVENTIONS 11, scored by its rules.

use serde_json::Value;
use taskbot_language::wire::answer;

use crate::score::wrong_keys;

/// Every case of a file must be right.
fn every_case_is_right(corpus: &str) {
    let cases: Vec<Value> = corpus.lines().map(|line| serde_json::from_str(line).expect("a case is JSON")).collect();
    let misses: Vec<String> = cases.iter().filter_map(miss).collect();
    let (wrong, all) = (misses.len(), cases.len());
    assert!(wrong == 0, "{wrong} of {all} are wrong:\n{}", misses.join("\n"));
}

fn miss(case: &Value) -> Option<String> {
    let line = answer(&case.to_string());
    let answer: Value = serde_json::from_str(&line).expect("an answer is JSON");
    let wrong = wrong_keys(case, &answer);
    (!wrong.is_empty()).then(|| {
        let (id, text, expect) = (&case["id"], &case["text"], &case["expect"]);
        format!("{id} {wrong:?} {text}\n  expected {expect}\n  got      {line}")
    })
}

#[test]
fn every_example_of_the_conventions_reads_as_it_says() {
    every_case_is_right(include_str!("../../corpus/conventions.jsonl"));
}

#[test]
fn new_tasks_keep_their_words_and_lose_their_asides() {
    every_case_is_right(include_str!("../../corpus/adding.jsonl"));
}

#[test]
fn days_and_times_are_read() {
    every_case_is_right(include_str!("../../corpus/dates.jsonl"));
}

#[test]
fn weekdays_are_read() {
    every_case_is_right(include_str!("../../corpus/weekdays.jsonl"));
}

#[test]
fn relative_times_and_clock_changes_are_read() {
    every_case_is_right(include_str!("../../corpus/relative.jsonl"));
}

#[test]
fn recurrences_are_read() {
    every_case_is_right(include_str!("../../corpus/recurrences.jsonl"));
}

#[test]
fn what_only_looks_like_a_date_stays_in_the_title() {
    every_case_is_right(include_str!("../../corpus/protected.jsonl"));
    every_case_is_right(include_str!("../../corpus/particles.jsonl"));
    every_case_is_right(include_str!("../../corpus/misread.jsonl"));
}

#[test]
fn commands_and_their_errors_are_read() {
    every_case_is_right(include_str!("../../corpus/commands.jsonl"));
}

#[test]
fn absurd_times_and_ranges_are_errors_and_not_titles() {
    every_case_is_right(include_str!("../../corpus/absurd.jsonl"));
}

#[test]
fn lines_written_without_a_look_at_the_grammar_are_read() {
    every_case_is_right(include_str!("../../corpus/blind-one.jsonl"));
    every_case_is_right(include_str!("../../corpus/blind-two.jsonl"));
}

#[test]
fn forms_that_other_engines_know_are_read() {
    every_case_is_right(include_str!("../../corpus/engine-dates.jsonl"));
    every_case_is_right(include_str!("../../corpus/engine-repeats.jsonl"));
    every_case_is_right(include_str!("../../corpus/forms.jsonl"));
}

#[test]
fn misspellings_are_read() {
    every_case_is_right(include_str!("../../corpus/typing.jsonl"));
}

#[test]
fn forms_beyond_the_conventions_are_read() {
    every_case_is_right(include_str!("../../corpus/beyond.jsonl"));
}

#[test]
fn forms_that_a_harsh_reader_missed_are_read() {
    every_case_is_right(include_str!("../../corpus/critic-five.jsonl"));
}
