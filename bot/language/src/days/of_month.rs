//! Days of a month that is not named.
//!
//! ```text
//! of_month = preposition [ "the" ] ordinal [ which ] | number "of" ( "this" | "next" ) "month"
//!          | preposition "the" number | weekday [ "," ] [ "the" ] ordinal
//!          | "the" ordinal                                         (* at the end of the text *)
//! which    = "of" ( "the" | "this" | [ "the" ] "next" ) "month" | "next month"
//! ```
//!
//! It is the next such day, today included.

use super::counted::{counts, goes_on};
use super::weekday::name;
use super::{Day, Said, Stance};
use crate::calendar::{day_in, month_of};
use crate::lead::{Lead, Word};
use crate::numbers::spelled_ordinal;
use crate::present::Present;
use crate::tokens::Cursor;
use crate::vocabulary::{digits, ordinal_digits};

pub(super) fn of_month(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<Said> {
    c.attempt(|c| weekday_the(c, present))
        .or_else(|| c.attempt(|c| by_ordinal(c, lead, present)))
        .or_else(|| c.attempt(|c| by_number(c, lead, present)))
}

/// `monday the 9th`, `monday 9th`, if the next 9th is a monday.
fn weekday_the(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    let weekday = name(c)?;
    let _ = c.mark(',');
    let the = c.word("the").is_some();
    let day = c.take(ordinal_digits).or_else(|| the.then(|| spelled_ordinal(c)).flatten())?;
    let said = next_of_month(i8::try_from(day).ok()?, 0, present)?;
    (said.date.weekday() == weekday && !counts(*c)).then(|| Said::day(said, Stance::Anywhere))
}

/// `20 of next month`; behind a preposition and an article also `on the 15`, where it ends there.
fn by_number(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<Said> {
    let the = c.word("the").is_some();
    let day = i8::try_from(c.take(digits)?).ok().filter(|day| (1..=31).contains(day))?;
    let named = c.attempt(|c| which_month(c));
    let firm = the && lead.firm && lead.last != Word::At;
    let ends = c.ends_before(&["at"]);
    let ahead = i64::from(named == Some(true));
    (ends && (firm || named.is_some())).then_some(())?;
    Some(Said::day(next_of_month(day, ahead, present)?, Stance::Anywhere))
}

/// The next such day of a month so many months ahead, and the one after it.
fn next_of_month(day: i8, ahead: i64, present: &Present<'_>) -> Option<Day> {
    let mut days = (ahead..ahead + 12)
        .filter_map(|ahead| day_in(month_of(present.today, ahead), day))
        .filter(|date| *date >= present.today);
    Some(Day::rolling(days.next()?, days.next()))
}

/// `on the 15th`, `by the 3rd of next month`.
fn by_ordinal(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<Said> {
    let the = c.word("the").is_some();
    let spelled = spelled_ordinal(c);
    let day = spelled.or_else(|| c.take(ordinal_digits))?;
    let day = i8::try_from(day).ok().filter(|day| (1..=31).contains(day))?;
    let month = c.attempt(which_month);
    // On the second floor, by the first of them: a word alone is a day only where nothing is behind it.
    let last = c.ends_before(&["at"]);
    if spelled.is_some() && month.is_none() && !(last && the && lead.firm) {
        return None;
    }
    // In 2nd form, on the 3rd deck: a thing behind it is what it counts, unless it opens the text.
    let thing = lead.is_some() && month.is_none() && (lead.last == Word::In || !(lead.opens || goes_on(*c)));
    if thing || counts(*c) || !(lead.is_some() || the || month.is_some()) {
        return None;
    }
    let stance = match lead.is_some() || month.is_some() {
        true => Stance::Anywhere,
        false => Stance::End,
    };
    let ahead = i64::from(month == Some(true));
    Some(Said::day(next_of_month(day, ahead, present)?, stance))
}

/// `of the month`, `of next month`: whether it is the next.
fn which_month(c: &mut Cursor<'_>) -> Option<bool> {
    let of = c.one_of(&["of", "in"]).is_some();
    let the = c.word("the").is_some();
    let which = c.one_of(&["this", "next"]).or(the.then_some("the"))?;
    c.word("month")?;
    (of || which == "next").then_some(which == "next")
}
