//! Help.
//!
//! ```text
//! help = ( "help" | "?" ) [ command ]
//! ```

use super::{Attempt, Line};
use crate::reading::{CommandName, Reading};

pub(super) fn help(line: &Line<'_>) -> Attempt {
    let mut c = line.cursor();
    if c.mark('?').is_none() {
        c.word("help")?;
    }
    if c.is_done() {
        return Some(Ok(Reading::Help(None)));
    }
    let topic = c.take(|word| CommandName::ALL.into_iter().find(|name| name.as_str() == word))?;
    c.end()?;
    Some(Ok(Reading::Help(Some(topic))))
}
