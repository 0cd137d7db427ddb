//! How a reader of the outbox keeps count of what it has seen, where positions appear out of order. Pure: what was
//! read comes in, what is to be remembered goes out.
//!
//! Positions are given out before their rows are committed, so that a row may appear below others that were read
//! already. What makes the count right:
//!
//! - Each writer has a transaction id before it takes a position.
//! - A position that is missing below one that was seen was therefore taken by a transaction whose id is lower than
//!   any that is given out after that read. The reader takes such an id for itself, the hole's marker.
//! - Once a snapshot says that no transaction up to the marker is running, whatever was to be committed in the hole
//!   is visible in that snapshot. If a read in it finds nothing there, nothing ever comes.

use std::collections::BTreeSet;

use domain::ports::bus::{Cursor, Hole};

/// What one statement, and so one snapshot, saw of the outbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Look {
    /// Of the cursor's holes so many, from the first on, were looked into.
    pub looked_into: usize,
    /// The positions found: in those holes and after the cursor, ascending, none left out before the last.
    pub seen: Vec<i64>,
    /// Every transaction before this one was over in the snapshot.
    pub xmin: u64,
    /// What is missing up to here was taken away by retention.
    pub floor: i64,
}

/// What a look makes of a cursor, but for the marker of the holes that it found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Settled {
    /// The highest position seen.
    pub position: i64,
    /// The holes that stay open.
    pub open: Vec<Hole>,
    /// Holes that were not there before. If there are any, a marker is to be taken: a transaction id given out after
    /// the look.
    pub fresh: Vec<i64>,
}

/// Of a cursor's holes those to look into, so many at most, and behind which position to read on. A version of a stream
/// may stand in a hole while the next one stands behind the cursor: so nothing is read there as long as a hole is left out.
#[must_use]
pub fn aim(cursor: &Cursor, most: usize) -> (Vec<i64>, i64) {
    let holes = cursor.holes.iter().take(most).map(|hole| hole.position).collect();
    let behind = if cursor.holes.len() > most { i64::MAX } else { cursor.position };
    (holes, behind)
}

/// Settles a cursor by a look that began there.
#[must_use]
pub fn settle(cursor: &Cursor, look: &Look) -> Settled {
    let seen: BTreeSet<i64> = look.seen.iter().copied().collect();
    let open = cursor.holes.iter().enumerate();
    let open = open.filter(|(index, hole)| *index >= look.looked_into || stays_open(hole, &seen, look.xmin));
    let open = open.map(|(_, hole)| *hole).collect();
    let position = seen.last().copied().unwrap_or_default().max(cursor.position);
    let first = cursor.position.max(look.floor) + 1;
    let fresh = (first..position).filter(|missing| !seen.contains(missing)).collect();
    Settled { position, open, fresh }
}

/// Whether something may still come where nothing was found.
fn stays_open(hole: &Hole, seen: &BTreeSet<i64>, xmin: u64) -> bool {
    !seen.contains(&hole.position) && xmin <= hole.marker
}

impl Settled {
    /// The cursor after the look. The marker counts for the new holes only.
    #[must_use]
    pub fn marked(self, marker: u64) -> Cursor {
        let Self { position, open: mut holes, fresh } = self;
        holes.extend(fresh.into_iter().map(|position| Hole { position, marker }));
        Cursor { position, holes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hole(position: i64, marker: u64) -> Hole {
        Hole { position, marker }
    }

    fn look(seen: &[i64], xmin: u64) -> Look {
        Look { looked_into: usize::MAX, seen: seen.to_vec(), xmin, floor: 0 }
    }

    fn after(cursor: &Cursor, look: &Look, marker: u64) -> Cursor {
        settle(cursor, look).marked(marker)
    }

    #[test]
    fn positions_in_a_row_leave_no_hole() {
        let settled = settle(&Cursor::at(4), &look(&[5, 6, 7], 100));
        assert_eq!(settled, Settled { position: 7, ..Settled::default() });
    }

    #[test]
    fn what_is_missing_below_what_was_seen_is_a_hole() {
        let cursor = after(&Cursor::at(4), &look(&[6, 9], 100), 120);
        assert_eq!(cursor, Cursor { position: 9, holes: vec![hole(5, 120), hole(7, 120), hole(8, 120)] });
        assert_eq!(cursor.settled(), 4);
    }

    #[test]
    fn nothing_is_known_beyond_what_was_seen() {
        assert_eq!(after(&Cursor::at(4), &look(&[], 100), 0), Cursor::at(4));
    }

    #[test]
    fn a_row_that_appears_closes_its_hole_whatever_still_runs() {
        let cursor = Cursor { position: 9, holes: vec![hole(5, 120), hole(7, 130)] };
        assert_eq!(after(&cursor, &look(&[7], 90), 0).holes, [hole(5, 120)]);
    }

    #[test]
    fn an_empty_hole_dies_only_after_every_transaction_up_to_its_marker() {
        let cursor = Cursor { position: 9, holes: vec![hole(5, 120), hole(7, 130)] };
        for (xmin, left) in [(119, 2), (120, 2), (121, 1), (130, 1), (131, 0)] {
            assert_eq!(after(&cursor, &look(&[], xmin), 0).holes.len(), left, "{xmin}");
        }
    }

    #[test]
    fn a_hole_that_was_not_looked_into_stays() {
        let cursor = Cursor { position: 9, holes: vec![hole(5, 120), hole(7, 120)] };
        let look = Look { looked_into: 1, ..look(&[], 500) };
        assert_eq!(after(&cursor, &look, 0).holes, [hole(7, 120)]);
    }

    #[test]
    fn a_new_hole_does_not_die_of_the_look_that_found_it() {
        assert_eq!(after(&Cursor::at(0), &look(&[3], 500), 501).holes, [hole(1, 501), hole(2, 501)]);
    }

    #[test]
    fn what_retention_took_away_is_no_hole() {
        let look = Look { floor: 1_000_000, ..look(&[1_000_002], 100) };
        assert_eq!(after(&Cursor::at(3), &look, 120).holes, [hole(1_000_001, 120)]);
    }

    #[test]
    fn a_cursor_without_holes_is_settled_up_to_its_position() {
        assert_eq!(Cursor::at(7).settled(), 7);
    }
}
