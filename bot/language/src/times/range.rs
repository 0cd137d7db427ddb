//! Ranges of time. What counts is their beginning; their end counts for what comes by the hour.
//!
//! ```text
//! range = "between" clock "and" clock | clock ( "to" | "-" ) clock | hour "-" clock       (* 2pm to 4pm, 2-3pm, 14:00-15:00 *)
//! ```
//!
//! The end must be written as a time, so that `9-5` and `2 to 3 weeks` are none.

use super::Clock;
use super::clock::{clock, face, in_figures};
use super::meridiem::meridiem_of;
use crate::tokens::Cursor;
use crate::vocabulary::digits;

/// Reads a range; its beginning and its end.
pub(super) fn range(c: &mut Cursor<'_>, at: bool) -> Option<(Clock, Clock)> {
    c.take(one_word).or_else(|| c.attempt(between)).or_else(|| c.attempt(|c| in_words(c, at)))
}

/// `between 4pm and 5pm`, `between 4 and 5pm`.
fn between(c: &mut Cursor<'_>) -> Option<(Clock, Clock)> {
    c.word("between")?;
    let start = c.at();
    let first = clock(c, true)?.ok()?;
    c.one_of(&["and", "&"])?;
    let last = clock(c, false)?.ok()?;
    // Between 4 and 5pm both are in the afternoon.
    let bare = c.moved_to(start).peek_word().and_then(digits).is_some();
    let afternoon = bare && first.hour < 12 && last.hour >= 12 && first.hour + 12 <= last.hour;
    Some((if afternoon { Clock::sure(first.hour + 12, first.minute) } else { first }, last))
}

/// `2pm to 4pm`, `2pm - 4pm`.
fn in_words(c: &mut Cursor<'_>, at: bool) -> Option<(Clock, Clock)> {
    let start = clock(c, at)?.ok()?;
    if c.mark('-').is_none() && c.mark('–').is_none() {
        c.word("to")?;
    }
    let end = clock(c, false)?.ok()?;
    Some((start, end))
}

/// `2-3pm`, `2pm-3pm`, `14:00-15:30`.
fn one_word(word: &str) -> Option<(Clock, Clock)> {
    let (start, end) = in_figures(word)?.split_once(['-', '–'])?;
    let last = written(end)?;
    if let Some(start) = written(start) {
        return Some((start, last));
    }
    if !end.ends_with('m') {
        return None;
    }
    let hour = digits(start).filter(|hour| (1..=12).contains(hour))?;
    let hour = i8::try_from(hour).ok()? % 12;
    // 11-1pm begins in the morning, 2-3pm in the afternoon.
    let afternoon = last.hour >= 12 && hour + 12 <= last.hour;
    Some((Clock::sure(if afternoon { hour + 12 } else { hour }, 0), last))
}

/// A time in one word, with a meridiem or a minute.
fn written(word: &str) -> Option<Clock> {
    let end = word.find(|c: char| c.is_ascii_alphabetic());
    let (number, letters) = word.split_at(end.unwrap_or(word.len()));
    let meridiem = match letters {
        "" => None,
        _ => Some(meridiem_of(letters)?),
    };
    let (hour, minute) = match number.split_once(':') {
        Some(parts) => parts,
        None => (number, meridiem.map(|_| "00")?),
    };
    face(hour, minute, meridiem)?.ok()
}
