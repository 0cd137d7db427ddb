//! Months in which a recurrence begins or with which it ends.
//!
//! ```text
//! month = ( "from" | "starting" [ "in" ] ) name | ( "until" | "through" ) name
//! ```
//!
//! Everywhere else a bare month is none: `call May`. It begins with its 1st, or with today if it is this month; `until`
//! ends with its 1st, `through` with its last.

use super::Day;
use super::period::from_today;
use crate::calendar::yearly_from;
use crate::lead::{Lead, Role, Word};
use crate::present::Present;
use crate::tokens::Cursor;
use crate::vocabulary::month;

/// Reads the month behind these prepositions, as its day.
pub(crate) fn bounding_month(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<Day> {
    let month = c.take(month)?;
    let today = present.today;
    match (lead.role, lead.last) {
        (Role::Due, _) => None,
        (Role::Start, _) if month == today.month() => Some(Day::rolling(today, None)),
        (Role::Until, Word::Through) => from_today(present, |year| Some(yearly_from(year, month, 1)?.last_of_month())),
        _ => from_today(present, |year| yearly_from(year, month, 1)),
    }
}
