//! Weekdays and weekends.
//!
//! ```text
//! name    = weekday | short weekday "."
//! weekday = name [ "week" | [ "of" ] ( "next week" | "the following week" | "this week" ) ]
//!         | ( "this" | "next" | "last" | [ "the" ] "coming" | "upcoming" | "this coming" ) name
//!         | "this past" name                                                    (* gone by *)
//!         | ( "this" | "next" ) "week" [ "on" ] name
//!         | [ "the" ] name "after next"
//!         | [ [ "over" ] ( "the" | "this" | "next" ) ] "weekend"
//! ```
//!
//! `friday` is the first one after today; `next friday` that of the next calendar week.

use jiff::civil::{Date, Weekday};

use super::{Day, Said, Stance};
use crate::calendar::{plus_days, week_of, weekday_after, weekday_from};
use crate::lead::{Lead, Word};
use crate::present::Present;
use crate::tokens::Cursor;
use crate::vocabulary;

pub(super) fn weekday(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<Said> {
    c.attempt(|c| after_next(c, present))
        .or_else(|| c.attempt(|c| qualified(c, present)))
        .or_else(|| c.attempt(|c| week_and_day(c, present)))
        .or_else(|| c.attempt(|c| weekend(c, present)))
        .or_else(|| c.attempt(|c| bare(c, lead, present)))
}

/// Reads one weekday, with the dot of a short one.
pub(super) fn name(c: &mut Cursor<'_>) -> Option<Weekday> {
    let short = !c.peek_word()?.ends_with("day");
    let weekday = c.take(vocabulary::weekday)?;
    if short && c.peek().is_some_and(|token| token.glued) {
        let _ = c.mark('.');
    }
    Some(weekday)
}

/// This weekday of the week that lies so many weeks ahead.
fn in_week(present: &Present<'_>, ahead: i64, weekday: Weekday) -> Date {
    let week = week_of(present.today, present.settings.week_start);
    weekday_from(plus_days(week, 7 * ahead), weekday)
}

fn this(present: &Present<'_>, weekday: Weekday) -> Day {
    let date = in_week(present, 0, weekday);
    match date < present.today {
        true => Day::weekly(weekday_after(present.today, weekday)),
        false => Day::weekly(date),
    }
}

/// `this friday`, `next friday`, `last friday`, `this coming friday`.
fn qualified(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    c.attempt(|c| {
        c.word("the")?;
        c.peek_word().filter(|word| matches!(*word, "coming" | "upcoming"))
    });
    let which = c.one_of(&["this", "next", "nxt", "last", "coming", "upcoming"])?;
    let coming = which == "this" && c.one_of(&["coming", "upcoming"]).is_some();
    let past = which == "last" || (which == "this" && c.word("past").is_some());
    let weekday = name(c)?;
    let today = present.today;
    let (day, stance) = match which {
        _ if past => (Day::outright(plus_days(weekday_from(today, weekday), -7)), Stance::End),
        "next" | "nxt" => (Day::outright(in_week(present, 1, weekday)), Stance::Anywhere),
        "this" if !coming => (this(present, weekday), Stance::Anywhere),
        _ => (Day::outright(weekday_after(today, weekday)), Stance::Anywhere),
    };
    Some(Said::day(day, stance))
}

/// `the friday after next`.
fn after_next(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    let _ = c.word("the");
    let weekday = name(c)?;
    c.words(&["after", "next"])?;
    c.peek_word().is_none_or(|word| vocabulary::weekday(word).is_none() && word != "week").then_some(())?;
    let day = Day::outright(in_week(present, 2, weekday));
    Some(Said::day(day, Stance::Anywhere))
}

/// `next week on friday`, `this week friday`.
fn week_and_day(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    let which = c.one_of(&["this", "next"])?;
    c.word("week")?;
    let _ = c.word("on");
    let weekday = name(c)?;
    let day = match which {
        "this" => this(present, weekday),
        _ => Day::outright(in_week(present, 1, weekday)),
    };
    Some(Said::day(day, Stance::Anywhere))
}

fn weekend(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    let over = c.word("over").is_some();
    let which = c.one_of(&["this", "next", "the"]);
    if over && which.is_none() {
        return None;
    }
    c.word("weekend")?;
    let today = present.today;
    let day = match which {
        Some("next") => Day::outright(in_week(present, 1, Weekday::Saturday)),
        _ if today.weekday() == Weekday::Sunday => Day::rolling(today, Some(plus_days(today, 6))),
        _ => Day::weekly(weekday_from(today, Weekday::Saturday)),
    };
    let stance = match which {
        Some("this" | "next") => Stance::Anywhere,
        _ => Stance::End,
    };
    Some(Said::day(day, stance))
}

/// `friday`, `friday week`, `friday next week`.
fn bare(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<Said> {
    // In the sun, on the wed: an article makes it a thing.
    let article = c.before().and_then(|token| token.word());
    if lead.last == Word::In || matches!(article, Some("the" | "a" | "an" | "my" | "our" | "your")) {
        return None;
    }
    let weekday = name(c)?;
    let soon = weekday_after(present.today, weekday);
    if c.attempt(|c| of_week(c, "next")).is_some() {
        let day = Day::outright(in_week(present, 1, weekday));
        return Some(Said::day(day, Stance::Anywhere));
    }
    if c.attempt(|c| of_week(c, "this")).is_some() {
        return Some(Said::day(this(present, weekday), Stance::Anywhere));
    }
    if c.word("week").is_some() {
        return Some(Said::day(Day::outright(plus_days(soon, 7)), Stance::Anywhere));
    }
    Some(Said::day(Day::outright(soon), Stance::End))
}

fn of_week(c: &mut Cursor<'_>, which: &str) -> Option<()> {
    let of = c.word("of").is_some();
    let following = || (of && which == "next").then_some(&["the", "following", "week"]);
    c.words(&[which, "week"]).or_else(|| c.words(following()?))
}
