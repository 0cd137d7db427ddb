//! Long and hostile lines are read in a time that grows with their length alone.

use std::time::{Duration, Instant};

use taskbot_language::read;

use crate::wednesday;

/// Generous, as tests run unoptimized beside others; quadratic readings take seconds.
const LIMIT: Duration = Duration::from_millis(500);

#[test]
fn lines_of_4000_characters_are_read_at_once() {
    let pieces = [
        "a ",
        "1 ",
        "on ",
        "the ",
        "every ",
        "monday ",
        "mondays, ",
        "mon, ",
        "1h ",
        "5pm, ",
        "1st, ",
        "in 2 days ",
        "a week from ",
        "half past ",
        "\"",
        "\" ",
        "“",
        "`a ",
        "<",
        "<@",
        "#",
        "#a ",
        "@",
        "@a and ",
        "!",
        "!high ",
        "p1 ",
        "until ",
        "for 3 weeks ",
        "next ",
        "last day of ",
        "1/2 ",
        "first ",
        "and ",
        ", ",
        "...",
        "é",
        "\u{202e}",
        "3-5 ",
        "at 5 and ",
        "every 1st and ",
        "éé",
        "https://",
        "12:",
        "24.12. ",
        "please ",
        "hey ",
        "remind me ",
        "(",
        ")",
        "not ",
        "a couple of ",
    ];
    for piece in pieces {
        for opening in ["", "remind me ", "done ", "move 3 ", "edit 3 ", "list ", "snooze ", "every "] {
            let line = opening.to_owned() + &piece.repeat(4000 / piece.len());
            let start = Instant::now();
            let _ = read(&line, &wednesday());
            let took = start.elapsed();
            assert!(took < LIMIT, "{opening}{piece:?} took {took:?}");
        }
    }
}
