//! What happened to tasks.
//!
//! ```text
//! history = ( "history" | "log" | "audit" ) [ [ "of" | "for" ] ids ]
//! ```

use super::{Attempt, Line};
use crate::ids::ids_only;
use crate::reading::{Ids, Reading};

pub(super) fn history(line: &Line<'_>) -> Attempt {
    let mut c = line.cursor();
    c.bump()?;
    if c.is_done() {
        return Some(Ok(Reading::History(Ids::NONE)));
    }
    let _ = c.one_of(&["of", "for"]);
    ids_only(&mut c, line.listed).map(|ids| Ok(Reading::History(ids)))
}
