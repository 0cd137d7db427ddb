//! The program dies: by `kill -9` at random moments, and by its own hand at each named point. Whatever it had
//! acknowledged must be there, once. The oracle stands outside: a ledger on disk, SQL of its own, the REST API, a
//! client of its own on Kafka.
//!
//! On SQLite: `kill_loop` (`KILLS` sets how often), `crash_points`, `sabotage`. On PostgreSQL and Kafka: `fleet` (every
//! role in a process of its own), `anything` (the stores, too), `outage` (of the broker), `emptied` (the broker), `leaving`, `database`, `overtaken`, `clocks`,
//! `race`, `redelivery`, `schedulers`, `sabotage_real`. In front of a stand-in for Slack, whose ledger is the oracle:
//! `bad_slack`, `handover`, `herd`, `herd_direct`, `patience`, `side_by_side`, `twice`.

mod anything;
mod bad_slack;
mod chat;
mod clocks;
mod contested;
mod crash_points;
mod database;
mod emptied;
mod fleet;
mod handover;
mod herd;
mod herd_direct;
mod kill_loop;
mod leaving;
mod ledger;
mod load;
mod oracle;
mod outage;
mod overtaken;
mod patience;
mod presses;
mod race;
mod real;
mod redelivery;
mod sabotage;
mod sabotage_real;
mod schedulers;
mod side_by_side;
mod streams;
mod twice;
mod workspace;

use std::io::Write as _;

/// The size of an experiment: small in `ci/test.sh`, full in `ci/full.sh`.
fn size(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |size| size.parse().unwrap_or_else(|_| panic!("{variable} is no number")))
}

/// Says a figure, also when the tests' output is captured.
fn note(figures: &str) {
    // A closed standard error is no reason to fail.
    let _ = writeln!(std::io::stderr(), "{figures}");
}
