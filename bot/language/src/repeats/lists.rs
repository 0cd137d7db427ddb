//! Lists of weekdays and ordinals.
//!
//! ```text
//! weekdays = span { join span }
//! span     = weekday [ ( "-" | "to" | "through" ) weekday ]         (* mon-fri is one token *)
//! ordinals = ordinal { join [ "the" ] ordinal }
//! join     = [ "," ] ( "and" | "&" ) | "," | "/"
//! ```

use jiff::civil::Weekday;

use crate::numbers::ordinal;
use crate::tokens::Cursor;
use crate::vocabulary::{weekday, weekdays_plural};

/// Nobody lists more days than that.
const MOST: usize = 12;

/// Reads a list of weekdays, singular or plural.
pub(super) fn weekdays(c: &mut Cursor<'_>) -> Option<Vec<Weekday>> {
    list(c, |c| c.take(compound).or_else(|| span(c, any_weekday))).map(|lists| lists.concat())
}

/// Reads a list of weekdays in the plural.
pub(super) fn plurals(c: &mut Cursor<'_>) -> Option<Vec<Weekday>> {
    list(c, |c| span(c, weekdays_plural)).map(|lists| lists.concat())
}

/// Reads a list of ordinals; -1 is the last, -2 the one before.
pub(super) fn ordinals(c: &mut Cursor<'_>) -> Option<Vec<i8>> {
    list(c, |c| {
        let _ = c.word("the");
        ordinal(c)
    })
}

fn any_weekday(word: &str) -> Option<Weekday> {
    weekday(word).or_else(|| weekdays_plural(word))
}

/// Reads items with `,`, `and` or both between them.
fn list<T>(c: &mut Cursor<'_>, mut item: impl FnMut(&mut Cursor<'_>) -> Option<T>) -> Option<Vec<T>> {
    let mut items = vec![c.attempt(&mut item)?];
    while items.len() < MOST {
        let next = c.attempt(|c| {
            join(c)?;
            item(c)
        });
        match next {
            Some(next) => items.push(next),
            None => break,
        }
    }
    Some(items)
}

pub(super) fn join(c: &mut Cursor<'_>) -> Option<()> {
    let comma = c.mark(',');
    let and = c.one_of(&["and", "&", "/", "+", "or"]).map(|_| ());
    comma.or(and)
}

/// One weekday or a range of them: `mon to fri`, `mondays through fridays`.
fn span(c: &mut Cursor<'_>, name: fn(&str) -> Option<Weekday>) -> Option<Vec<Weekday>> {
    let first = c.take(name)?;
    let last = c.attempt(|c| {
        if c.mark('-').is_none() && c.mark('–').is_none() {
            c.one_of(&["to", "through", "thru", "till"])?;
        }
        c.take(name)
    });
    Some(match last {
        Some(last) => range(first, last),
        None => vec![first],
    })
}

/// Some weekdays in one word: `mon-fri`, `mon/wed/fri`.
fn compound(word: &str) -> Option<Vec<Weekday>> {
    // The shortest begin with a weekday of three letters.
    weekday(word.get(..3)?).or_else(|| weekday(word.get(..4)?))?;
    if let Some((first, last)) = word.split_once('-') {
        return Some(range(weekday(first)?, weekday(last)?));
    }
    word.contains('/').then(|| word.split('/').map(weekday).collect()).flatten()
}

fn range(first: Weekday, last: Weekday) -> Vec<Weekday> {
    let days = usize::from(first.until(last).unsigned_abs()) + 1;
    first.cycle_forward().take(days).collect()
}
