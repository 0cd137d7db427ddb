//! Recurrences that begin with their days.
//!
//! ```text
//! of_each = [ "the" ] ( counted | ordinals ) [ "of" ] every [ amount ] "month"
//!         | [ "the" ] ordinal [ "to the" ] "last" "of" every [ amount ] "month"
//!         | [ "the" ] ( counted | ordinals ) "of the month" ( every [ amount ] "month" | "monthly" )
//!         | [ "the" ] ( "end" | "start" | "beginning" ) "of" every [ amount ] "month"
//!         | [ "the" ] counted "of" month every "year"
//! ```

use super::Repeats;
use super::every::period;
use super::on::{counted, from_the_end, month_days};
use super::pattern::{Cycle, Days, Pattern};
use crate::days::Stance;
use crate::tokens::Cursor;
use crate::vocabulary::month;

pub(super) fn of_each(c: &mut Cursor<'_>) -> Option<Repeats> {
    let _ = c.word("the");
    if let Some(repeats) = c.attempt(edge) {
        return Some(repeats);
    }
    if let Some(repeats) = c.attempt(last) {
        return Some(repeats);
    }
    let days = counted(c).or_else(|| month_days(c))?;
    // The third tuesday of the month, every month.
    let of_the_month = c.words(&["of", "the", "month"]).is_some();
    let _ = of_the_month.then(|| c.mark(','));
    if of_the_month && c.word("monthly").is_some() {
        return Some(Repeats::new(Pattern::every(Cycle::Months, 1).on(days), Stance::Anywhere));
    }
    let of = c.one_of(&["of", "in"]).is_some();
    if let Some(month) = of.then(|| c.take(month)).flatten() {
        let (cycle, interval) = of_cycle(c, Cycle::Years)?;
        let pattern = Pattern::every(cycle, interval).on(days).in_month(month);
        return Some(Repeats::new(pattern, Stance::Anywhere));
    }
    let (cycle, interval) = of_cycle(c, Cycle::Months)?;
    Some(Repeats::new(Pattern::every(cycle, interval).on(days), Stance::Anywhere))
}

/// `end of every month`, `beginning of each month`.
fn edge(c: &mut Cursor<'_>) -> Option<Repeats> {
    let day = if c.one_of(&["end", "start", "begin", "beginning"])? == "end" { -1 } else { 1 };
    c.word("of")?;
    let (cycle, interval) = of_cycle(c, Cycle::Months)?;
    Some(Repeats::new(Pattern::every(cycle, interval).on(Days::Month(vec![day])), Stance::Anywhere))
}

/// `last of each month`, `2nd to the last of every month`.
fn last(c: &mut Cursor<'_>) -> Option<Repeats> {
    let days = from_the_end(c)?;
    c.word("of")?;
    let (cycle, interval) = of_cycle(c, Cycle::Months)?;
    Some(Repeats::new(Pattern::every(cycle, interval).on(days), Stance::Anywhere))
}

/// Reads `every other month` where months are wanted.
fn of_cycle(c: &mut Cursor<'_>, wanted: Cycle) -> Option<(Cycle, u32)> {
    let (amount, unit) = period(c)?;
    Cycle::of(unit, amount).filter(|(cycle, interval)| *cycle == wanted && *interval > 0)
}
