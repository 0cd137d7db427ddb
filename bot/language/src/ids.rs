//! Which tasks are meant.
//!
//! ```text
//! ids    = [ "task" | "tasks" ] id { [ "," ] [ "and" ] id }
//! id     = [ "#" ] number | number "-" number
//! spoken = "it" | "that" | "this" | "them" | "these" | "those" | "both" | "all of them"
//!        | [ "the" ] ( ordinal | "last" ) [ "one" | "task" ]        (* only in a conversation *)
//! named  = "the" word { word } ( "one" | "task" | "reminder" )      (* only in a conversation *)
//! ```

use crate::misread::ErrorCode;
use crate::once::once;
use crate::reading::{Ids, Spoken};
use crate::tokens::{Cursor, Token};
use crate::vocabulary::{ordinal_digits, ordinal_word};

/// More ids than that in one line are none that a person means; [`fault`] sees to what is said of it.
const MOST: usize = 200;

/// Nobody names a task by more words.
const MOST_WORDS: usize = 6;

/// A number of more digits is no task's.
const MOST_DIGITS: usize = 15;

/// How many numbers at the end of a list may turn out to belong to what follows: `3 4 20 min`.
const GIVEN_BACK: usize = 3;

/// What the conversation has shown: how many tasks there are that a word can mean. None outside a
/// conversation, where only numbers name tasks.
pub(crate) type Listed = Option<usize>;

/// Reads ids and, behind as many of them as leave a match, the rest of a command.
pub(crate) fn ids_then<'a, T>(
    c: &mut Cursor<'a>,
    listed: Listed,
    mut then: impl FnMut(&mut Cursor<'a>) -> Option<T>,
) -> Option<(Ids, T)> {
    if let Some(result) = c.attempt(|c| Some((Ids::Spoken(spoken(c, listed)?), then(c)?))) {
        return Some(result);
    }
    if let Some(result) = c.attempt(|c| Some((Ids::Named(named(c, listed)?), then(c)?))) {
        return Some(result);
    }
    c.attempt(|c| {
        let (numbers, mut ends) = numbers(c)?;
        ends.reverse();
        ends.into_iter().take(GIVEN_BACK).find_map(|(taken, end)| {
            *c = c.moved_to(end);
            let rest = c.attempt(&mut then)?;
            Some((Ids::Numbers(once(numbers[..taken].to_vec())), rest))
        })
    })
}

/// Reads ids that are all there is.
pub(crate) fn ids_only(c: &mut Cursor<'_>, listed: Listed) -> Option<Ids> {
    ids_then(c, listed, |c| c.end()).map(|(ids, ())| ids)
}

/// The numbers of a list, and after how many of them it may end at which token.
type Numbers = (Vec<u64>, Vec<(usize, usize)>);

fn numbers(c: &mut Cursor<'_>) -> Option<Numbers> {
    let _ = c.one_of(&["task", "tasks"]);
    let (mut numbers, mut ends) = (Vec::new(), Vec::new());
    loop {
        let next = c.attempt(|c| {
            if !ends.is_empty() {
                let _ = c.mark(',');
                let _ = c.one_of(&["and", "&"]);
                let _ = c.one_of(&["task"]);
            }
            c.take(id)
        });
        let Some((first, last)) = next else { break };
        // One more than fit shows that they are too many, whatever the range.
        numbers.extend((first..=last).take(MOST + 1 - numbers.len()));
        ends.push((numbers.len(), c.at()));
    }
    (!ends.is_empty()).then_some((numbers, ends))
}

/// One id, or a range of them.
fn id(word: &str) -> Option<(u64, u64)> {
    if let Some((first, last)) = word.split_once(['-', '–']) {
        let (first, last) = (number(first)?, number(last)?);
        return (first < last).then_some((first, last));
    }
    number(word).filter(|number| *number < u64::MAX).map(|number| (number, number))
}

/// A number; one of too many digits is the largest, which is the end of no range.
fn number(word: &str) -> Option<u64> {
    let digits = word.strip_prefix('#').unwrap_or(word);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let fits = digits.len() <= MOST_DIGITS;
    plain.then(|| if fits { digits.parse().ok() } else { Some(u64::MAX) }).flatten()
}

/// Reads a word for tasks that the conversation knows.
fn spoken(c: &mut Cursor<'_>, listed: Listed) -> Option<Spoken> {
    listed?;
    c.attempt(pronoun).or_else(|| c.attempt(nth))
}

/// What is wrong with the ids: they are too many, or the conversation has not shown what they speak of.
pub(crate) fn fault(ids: &Ids, listed: Listed) -> Option<ErrorCode> {
    let listed = listed.unwrap_or_default();
    let known = match ids {
        Ids::Numbers(numbers) if numbers.len() > MOST => return Some(ErrorCode::TooManyIds),
        Ids::Numbers(_) | Ids::Named(_) => true,
        Ids::Spoken(Spoken::Nth(n)) => (1..=listed).contains(n),
        Ids::Spoken(_) => listed > 0,
    };
    (!known).then_some(ErrorCode::MissingId)
}

/// `the deck task`, `the "q3 numbers" one`: the words between.
fn named(c: &mut Cursor<'_>, listed: Listed) -> Option<String> {
    listed?;
    c.word("the")?;
    let ends = |token: &Token<'_>| matches!(token.word(), Some("one" | "task" | "reminder"));
    let length = c.rest().iter().take(MOST_WORDS + 1).position(ends).filter(|length| *length > 0)?;
    let words: Vec<&str> = c.rest()[..length].iter().map(|token| token.text.trim_matches('"')).collect();
    *c = c.moved_to(c.at() + length + 1);
    Some(words.join(" "))
}

fn pronoun(c: &mut Cursor<'_>) -> Option<Spoken> {
    if c.words(&["all", "of"]).is_some() {
        c.one_of(&["them", "these", "those"])?;
        return Some(Spoken::Them);
    }
    let word = c.one_of(&["it", "it's", "that", "that's", "this", "them", "these", "those", "both"])?;
    let one = matches!(word, "it" | "it's" | "that" | "that's" | "this");
    let noun = c.one_of(&["one", "task", "ones", "tasks"]);
    (noun.is_none() || word != "it").then_some(if one { Spoken::It } else { Spoken::Them })
}

/// `the second one`, `the last task`, `first one`.
fn nth(c: &mut Cursor<'_>) -> Option<Spoken> {
    let the = c.word("the").is_some();
    let nth = match c.word("last") {
        Some(()) => Spoken::Last,
        None => {
            let n = c.take(|word| ordinal_word(word).or_else(|| ordinal_digits(word)))?;
            Spoken::Nth(usize::try_from(n).ok()?)
        }
    };
    let noun = c.one_of(&["one", "task"]).is_some();
    (the || noun).then_some(nth)
}
