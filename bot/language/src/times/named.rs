//! Times that have a name.
//!
//! ```text
//! named = "noon" | "midday" | "midnight" | "eod" | "cob" | "end of [the] day" | "close of business"
//!       | "end of" day                                                      (* the day itself is left *)
//! part  = [ "in the" | "at" ] [ "early" | "late" ] ( "morning" | "afternoon" | "evening" | "night" )
//! ```

use super::{Clock, Reading};
use crate::days::is_day_word;
use crate::tokens::Cursor;
use crate::vocabulary::{self, DayPart};

/// The end of a working day.
const END_OF_DAY: Clock = Clock::sure(17, 0);

/// Reads a named time.
pub(crate) fn named(c: &mut Cursor<'_>) -> Option<Clock> {
    c.take(one_word).or_else(|| c.attempt(end_of_day))
}

fn one_word(word: &str) -> Option<Clock> {
    Some(match word {
        "noon" | "midday" | "noontime" => Clock::sure(12, 0),
        "midnight" => Clock { reading: Reading::Midnight, ..Clock::sure(0, 0) },
        "eod" | "cob" => END_OF_DAY,
        _ => return None,
    })
}

fn end_of_day(c: &mut Cursor<'_>) -> Option<Clock> {
    let _ = c.word("the");
    match c.one_of(&["end", "close"])? {
        "close" => c.words(&["of", "business"])?,
        _ => {
            c.word("of")?;
            if !c.peek_word().is_some_and(is_day_word) {
                let _ = c.one_of(&["the", "business"]);
                c.word("day")?;
            }
        }
    }
    Some(END_OF_DAY)
}

/// Reads a part of the day: `morning`, `the evening`.
pub(crate) fn day_part(c: &mut Cursor<'_>) -> Option<DayPart> {
    c.attempt(|c| {
        let _ = c.word("the");
        let _ = c.one_of(&["early", "late"]);
        c.take(vocabulary::day_part)
    })
}
