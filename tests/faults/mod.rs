//! The program dies: by `kill -9` at random moments, and by its own hand at each named point. Whatever it had
//! acknowledged must be there, once. The oracle stands outside: a ledger on disk, SQL of its own, the REST API.
//!
//! `KILLS` sets how often the kill loop kills.

mod chat;
mod crash_points;
mod kill_loop;
mod ledger;
mod load;
mod oracle;
mod sabotage;
mod streams;

use std::io::Write as _;

/// Says a figure, also when the tests' output is captured.
fn note(figures: &str) {
    // A closed standard error is no reason to fail.
    let _ = writeln!(std::io::stderr(), "{figures}");
}
