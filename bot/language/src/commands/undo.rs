//! Taking back the last change.
//!
//! ```text
//! undo = "undo"
//! ```

use super::{Attempt, Line};
use crate::reading::Reading;

pub(super) fn undo(line: &Line<'_>) -> Attempt {
    let mut c = line.cursor();
    c.word("undo")?;
    if line.listed.is_some() {
        let _ = c.one_of(&["that", "it", "this"]);
    }
    c.end()?;
    Some(Ok(Reading::Undo))
}
