//! Long and hostile lines are read in a time that grows with their length alone.

use std::time::{Duration, Instant};

use taskbot_language::{read, read_in_conversation};

use crate::wednesday;

/// Longer than a line that a platform sends; a quadratic reading of it takes minutes.
const LENGTH: usize = 20_000;

/// Generous, as tests run unoptimized and beside others.
const LIMIT: Duration = Duration::from_secs(20);

/// Pieces that begin something which never comes to its end.
const PIECES: &[&str] = &[
    "1 ",
    "on ",
    "every ",
    "monday ",
    "mondays, ",
    "1h ",
    "5pm, ",
    "1st, ",
    "a week from ",
    "half past ",
    "\" ",
    "“",
    "`a ",
    "<@",
    "#a ",
    "@a and ",
    "!high ",
    "until ",
    "for 3 weeks ",
    "last day of ",
    ", ",
    "é",
    "3-5 ",
    "at 5 and ",
    "please ",
    "remind me ",
    "(",
    "a couple of ",
    "every feb 29 ",
];

#[test]
fn no_line_takes_more_than_linear_time() {
    for piece in PIECES {
        for opening in ["", "done ", "edit 3 "] {
            let line = opening.to_owned() + &piece.repeat(LENGTH / piece.len());
            let start = Instant::now();
            let _ = read(&line, &wednesday());
            let took = start.elapsed();
            assert!(took < LIMIT, "{opening}{piece:?} took {took:?}");
        }
    }
}

#[test]
fn deep_nesting_does_not_exhaust_the_stack() {
    for piece in ["a week from ", "half past ", "every! ", "(", "\"", "the last day of the "] {
        let line = piece.repeat(5_000);
        let _ = read_in_conversation(&line, &wednesday(), 1);
    }
}
