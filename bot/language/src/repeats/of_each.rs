//! Recurrences that begin with their days.
//!
//! ```text
//! of_each = [ "the" ] ( counted | ordinals ) "of" every [ amount ] "month"
//!         | [ "the" ] counted "of" month every "year"
//! ```

use super::Repeats;
use super::every::period;
use super::on::{counted, month_days};
use super::pattern::{Cycle, Pattern};
use crate::days::Stance;
use crate::tokens::Cursor;
use crate::vocabulary::month;

pub(super) fn of_each(c: &mut Cursor<'_>) -> Option<Repeats> {
    let _ = c.word("the");
    let days = counted(c).or_else(|| month_days(c))?;
    let of = c.one_of(&["of", "in"]).is_some();
    if let Some(month) = of.then(|| c.take(month)).flatten() {
        let (cycle, interval) = of_cycle(c, Cycle::Years)?;
        let pattern = Pattern::every(cycle, interval).on(days).in_month(month);
        return Some(Repeats::new(pattern, Stance::Anywhere));
    }
    let (cycle, interval) = of_cycle(c, Cycle::Months)?;
    Some(Repeats::new(Pattern::every(cycle, interval).on(days), Stance::Anywhere))
}

/// Reads `every other month` where months are wanted.
fn of_cycle(c: &mut Cursor<'_>, wanted: Cycle) -> Option<(Cycle, u32)> {
    let (amount, unit) = period(c)?;
    Cycle::of(unit, amount).filter(|(cycle, interval)| *cycle == wanted && *interval > 0)
}
