//! Lengths of time.
//!
//! ```text
//! length  = piece { [ "," ] [ "and" ] piece } | compact
//! piece   = ( "a" | "three" ) "quarter" [ "of an" ] "hour" | amount "fortnight"
//!         | amount unit [ "and a half" ] | "half" ( "a" | "an" ) unit | number "and a half" unit
//! amount  = number | number ".5" | "a" | "an" | [ "a" ] "couple" [ "of" ] | [ "a" ] "few"
//! compact = { digits letters } [ digits ]            (* 2h, 15m, 1h30m, 1h30 *)
//! ```

use jiff::Span;

use crate::numbers::number;
use crate::tokens::Cursor;
use crate::vocabulary::{Unit, cardinal, letter, unit};

/// Nobody says a length in more pieces than that.
const MOST: usize = 4;

/// A length of time, its calendar part apart from its elapsed part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Length {
    months: i64,
    weeks: i64,
    days: i64,
    seconds: i64,
    /// Whether a unit below a day was said, if only none of it.
    timed: bool,
}

impl Length {
    /// So many halves of a unit. Half a week, month or quarter is no length that people mean.
    pub(crate) fn halves(halves: i64, unit: Unit) -> Option<Self> {
        let whole = || (halves % 2 == 0).then_some(halves / 2);
        let timed = matches!(unit, Unit::Second | Unit::Minute | Unit::Hour);
        let mut length = Self { timed, ..Self::default() };
        match unit {
            Unit::Second => length.seconds = whole()?,
            Unit::Minute => length.seconds = 30 * halves,
            Unit::Hour => length.seconds = 1800 * halves,
            Unit::Day => (length.days, length.seconds) = (halves / 2, halves % 2 * 43_200),
            Unit::Week => length.weeks = whole()?,
            Unit::Month => length.months = whole()?,
            Unit::Quarter => length.months = 3 * whole()?,
            Unit::Year => length.months = 6 * halves,
        }
        Some(length)
    }

    /// So many of a unit.
    pub(crate) fn of(amount: u32, unit: Unit) -> Self {
        Self::halves(2 * i64::from(amount), unit).unwrap_or_default()
    }

    fn plus(self, other: Self) -> Self {
        Self {
            months: self.months + other.months,
            weeks: self.weeks + other.weeks,
            days: self.days + other.days,
            seconds: self.seconds + other.seconds,
            timed: self.timed || other.timed,
        }
    }

    /// Whether it is elapsed time alone, which leads to an instant and not to a day.
    pub(crate) fn is_elapsed(self) -> bool {
        self.months == 0 && self.weeks == 0 && self.days == 0
    }

    /// Whether it is a number of days, weeks, months alone.
    pub(crate) fn is_calendar(self) -> bool {
        self.seconds == 0 && !self.timed
    }

    /// How many minutes it lasts, if it is elapsed time of whole minutes.
    pub(crate) fn minutes(self) -> Option<i64> {
        (self.is_elapsed() && self.seconds % 60 == 0).then_some(self.seconds / 60)
    }

    /// The same for calculating; none if no calendar is that long.
    pub(crate) fn span(self) -> Option<Span> {
        let span = Span::new()
            .try_years(self.months / 12)
            .and_then(|span| span.try_months(self.months % 12))
            .and_then(|span| span.try_weeks(self.weeks))
            .and_then(|span| span.try_days(self.days))
            .and_then(|span| span.try_hours(self.seconds / 3600))
            .and_then(|span| span.try_minutes(self.seconds / 60 % 60))
            .and_then(|span| span.try_seconds(self.seconds % 60));
        span.ok()
    }
}

/// Reads a length: `20 minutes`, `an hour and a half`, `1h30m`, `a couple of days`.
pub(crate) fn length(c: &mut Cursor<'_>) -> Option<Length> {
    c.attempt(|c| {
        let first = piece(c)?;
        let further = (1..MOST).map_while(|_| c.attempt(another));
        Some(further.fold(first, Length::plus))
    })
}

fn another(c: &mut Cursor<'_>) -> Option<Length> {
    let _ = c.mark(',');
    let _ = c.one_of(&["and", "&"]);
    piece(c)
}

fn piece(c: &mut Cursor<'_>) -> Option<Length> {
    c.take(compact).or_else(|| c.attempt(half)).or_else(|| c.attempt(quarters)).or_else(|| c.attempt(counted))
}

/// `half an hour`, `half hour`.
fn half(c: &mut Cursor<'_>) -> Option<Length> {
    c.word("half")?;
    let _ = c.one_of(&["a", "an"]);
    Length::halves(1, c.take(unit)?)
}

/// `a quarter of an hour`, `three quarters of an hour`, `a quarter hour`.
fn quarters(c: &mut Cursor<'_>) -> Option<Length> {
    let number = match c.one_of(&["a", "one", "three", "3"]) {
        Some("three" | "3") => 3,
        _ => 1,
    };
    c.one_of(&["quarter", "quarters"])?;
    c.attempt(|c| {
        let _ = c.word("of");
        c.one_of(&["an", "a"])
    });
    c.word("hour")?;
    Some(Length::of(15 * number, Unit::Minute))
}

/// `20 minutes`, `1.5 hours`, `an hour and a half`, `two and a half hours`.
fn counted(c: &mut Cursor<'_>) -> Option<Length> {
    let halves = amount(c)?;
    let before = c.words(&["and", "a", "half"]).is_some();
    if c.one_of(&["fortnight", "fortnights"]).is_some() {
        return Length::halves(2 * halves, Unit::Week);
    }
    let unit = c.take(unit)?;
    let after = c.words(&["and", "a", "half"]).is_some();
    Length::halves(halves + i64::from(before || after), unit)
}

/// A number of halves.
fn amount(c: &mut Cursor<'_>) -> Option<i64> {
    if let Some(number) = number(c) {
        return Some(2 * i64::from(number));
    }
    if let Some(number) = c.take(|word| cardinal(word.strip_suffix(".5")?)) {
        return Some(2 * i64::from(number) + 1);
    }
    let article = c.one_of(&["a", "an"]);
    if c.word("couple").is_some() {
        let _ = c.word("of");
        return Some(4);
    }
    if article != Some("an") && c.word("few").is_some() {
        return Some(6);
    }
    article.map(|_| 2)
}

/// `2h`, `1h30m`, `1h30`, `1.5h`.
fn compact(word: &str) -> Option<Length> {
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (mut rest, mut total, mut last) = (word, Length::default(), None);
    while !rest.is_empty() {
        let (halves, after) = leading_halves(rest)?;
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (name, after) = after.split_at(letters);
        let unit = match (letter(name), last) {
            (Some(unit), _) => unit,
            (None, Some(Unit::Hour)) if name.is_empty() && after.is_empty() => Unit::Minute,
            _ => return None,
        };
        total = total.plus(Length::halves(halves, unit)?);
        (rest, last) = (after, Some(unit));
    }
    Some(total)
}

/// The number that a text begins with, in halves, and what is behind it.
fn leading_halves(text: &str) -> Option<(i64, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, after) = text.split_at(length);
    let halves = 2 * i64::from(crate::vocabulary::amount(number)?);
    match after.strip_prefix(".5") {
        Some(after) => Some((halves + 1, after)),
        None => Some((halves, after)),
    }
}
