//! The days around now.
//!
//! ```text
//! near = "today" | "tomorrow" | [ "the" ] "day after tomorrow" | "yesterday"
//!      | "tonight" | "this" ( "morning" | "afternoon" | "evening" )
//! ```

use jiff::civil::Date;

use super::{Day, Meaning, Said, Stance};
use crate::calendar::plus_days;
use crate::present::Present;
use crate::tokens::Cursor;
use crate::vocabulary::{DayPart, day_part, weekday};

pub(super) fn near(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    let today = present.today;
    if c.attempt(day_after).is_some() {
        c.take(tomorrow)?;
        return Some(Said::day(Day::outright(plus_days(today, 2)), Stance::Ends));
    }
    if let Some(part) = c.attempt(part_of_today) {
        return Some(said_part(today, part, Stance::Anywhere));
    }
    if c.one_of(&["tonight", "tonite", "2nite"]).is_some() {
        return Some(said_part(today, DayPart::Night, Stance::Ends));
    }
    one_word(c, today)
}

/// Whether the word alone names a day: `friday`, `tomorrow`.
pub(crate) fn is_day_word(word: &str) -> bool {
    weekday(word).is_some() || tomorrow(word).is_some() || word == "today"
}

fn day_after(c: &mut Cursor<'_>) -> Option<()> {
    let _ = c.word("the");
    c.words(&["day", "after"])
}

fn part_of_today(c: &mut Cursor<'_>) -> Option<DayPart> {
    c.word("this")?;
    c.take(day_part)
}

fn said_part(today: Date, part: DayPart, stance: Stance) -> Said {
    Said { meaning: Ok(Meaning::Part(this_day(today), part)), stance }
}

fn this_day(today: Date) -> Day {
    Day { is_today: true, ..Day::outright(today) }
}

fn one_word(c: &mut Cursor<'_>, today: Date) -> Option<Said> {
    // Tom, written as a name, is one.
    let named = c.peek()?.capital && c.peek_word() == Some("tom");
    if named {
        return None;
    }
    if c.one_of(&["today", "tod", "2day", "todya"]).is_some() {
        return Some(Said::day(this_day(today), Stance::Ends));
    }
    if c.one_of(&["yesterday", "yesterdya"]).is_some() {
        return Some(Said::day(Day::outright(plus_days(today, -1)), Stance::End));
    }
    c.take(tomorrow)?;
    Some(Said::day(Day::outright(plus_days(today, 1)), Stance::Ends))
}

fn tomorrow(word: &str) -> Option<()> {
    matches!(
        word,
        "tomorrow"
            | "tmr"
            | "tmrw"
            | "tom"
            | "tommorow"
            | "tommorrow"
            | "tomorow"
            | "tomorrw"
            | "2moro"
            | "2morrow"
            | "tmrrw"
            | "tomorro"
            | "tomorrrow"
            | "tomrrow"
            | "tomm"
            | "tmw"
            | "tmmrw"
            | "tomoroww"
            | "tomarrow"
            | "tomorroww"
    )
    .then_some(())
}
