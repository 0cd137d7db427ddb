//! The bounds of what a task may hold.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};

use crate::due::Due;
use crate::ids::PersonId;
use crate::refusal::{Code, Refusal};
use crate::task::{ASSIGNEES_MAX, DESCRIPTION_MAX, TAGS_MAX, TITLE_MAX};

/// The longest tag, in characters.
const TAG_MAX: usize = 50;

/// The last day that is one in every zone.
const LAST_DAY: Date = date(9999, 12, 29);

/// Characters that take no room: a title of these alone is none.
const INVISIBLE: [char; 9] =
    ['\u{200b}', '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{2060}', '\u{feff}', '\u{ad}', '\u{180e}'];

/// A title in one line: white space collapsed, control characters gone.
pub(super) fn title(text: &str) -> Result<String, Refusal> {
    let line = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let title = line.collect::<Vec<_>>().join(" ");
    let length = title.chars().count();
    let visible = title.chars().any(|c| !INVISIBLE.contains(&c));
    match length {
        _ if !visible => Err(invalid("A task needs a title.", "Say what is to be done, e.g. `add call the bank`.")
            .or_plainly("Say what is to be done, in one line of visible characters.")),
        _ if length > TITLE_MAX => {
            Err(invalid(format!("The title has {length} characters; at most {TITLE_MAX} fit."), "Shorten it.")
                .or_plainly("Shorten it, and put the rest into the description."))
        }
        _ => Ok(title),
    }
}

/// A due within the calendar, with room for every zone.
pub(super) fn due(due: Option<&Due>) -> Result<(), Refusal> {
    match due {
        Some(due) if due.date > LAST_DAY => {
            Err(invalid("That is beyond the calendar.", "Name a day before 30 December 9999."))
        }
        _ => Ok(()),
    }
}

/// A description: any lines, no control characters but tab and newline.
pub(super) fn description(text: &str) -> Result<String, Refusal> {
    let length = text.chars().count();
    if length > DESCRIPTION_MAX {
        return Err(invalid(
            format!("The description has {length} characters; at most {DESCRIPTION_MAX} fit."),
            "Shorten it, or link to where the rest is.",
        ));
    }
    Ok(text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect())
}

/// Whom a task is for: each of them once, in the order in which they were named.
pub(super) fn assignees(people: &[PersonId]) -> Result<Vec<PersonId>, Refusal> {
    let mut known = BTreeSet::new();
    let people: Vec<PersonId> = people.iter().copied().filter(|person| known.insert(*person)).collect();
    if people.len() > ASSIGNEES_MAX {
        let sentence = format!("{} people are too many; one task is for {ASSIGNEES_MAX} at most.", people.len());
        return Err(invalid(sentence, "Remind their channel instead, e.g. `remind #ops to …`.")
            .or_plainly(format!("Leave some out: up to {ASSIGNEES_MAX} are taken.")));
    }
    Ok(people)
}

/// Tags: lower case, without `#`.
pub(super) fn tags(tags: &BTreeSet<String>) -> Result<BTreeSet<String>, Refusal> {
    let clean: BTreeSet<String> = tags.iter().map(|tag| tag.trim_start_matches('#').to_lowercase()).collect();
    if clean.len() > TAGS_MAX {
        return Err(invalid(
            format!("{} tags are too many; at most {TAGS_MAX} fit.", clean.len()),
            "Remove some, e.g. `untag 3 #old`.",
        )
        .or_plainly(format!("Leave some out: up to {TAGS_MAX} are taken.")));
    }
    match clean.iter().find(|tag| !is_tag(tag)) {
        Some(tag) => Err(invalid(
            format!("“{}” is no tag.", tag.escape_debug()),
            "A tag begins with a letter and goes on with letters, digits, _, - and /, at most 50 characters.",
        )),
        None => Ok(clean),
    }
}

fn is_tag(tag: &str) -> bool {
    tag.chars().next().is_some_and(char::is_alphabetic)
        && tag.chars().count() <= TAG_MAX
        && tag.chars().all(|c| c.is_alphanumeric() || "_-/".contains(c))
}

fn invalid(sentence: impl Into<String>, next_step: &str) -> Refusal {
    Refusal::new(Code::Invalid, sentence, next_step)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_task_is_for_so_many_people_and_no_more() {
        let people: Vec<_> = (0..=50).rev().map(|number| PersonId(Uuid::from_u128(number))).collect();
        let named_twice = people[..50].repeat(2);
        assert_eq!(assignees(&named_twice).expect("fifty people"), people[..50]);
        let refused = assignees(&people).expect_err("too many");
        assert!(refused.to_string().starts_with("51 people are too many"), "{refused}");
    }
}
