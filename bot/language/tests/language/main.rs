//! What lines mean, checked from outside the crate.

mod conversation;
mod corpus;
mod fuzz;
mod limits;
mod misreads;
mod page;
mod properties;
mod said;
mod score;
mod settings;
mod spoken_of;
mod wire;
mod words;

use jiff::tz::TimeZone;
use taskbot_language::{Context, Settings};

/// Wednesday 4 March 2026, 10:00 in New York.
fn wednesday() -> Context {
    Context {
        now: "2026-03-04T10:00:00-05:00".parse().expect("an instant"),
        settings: Settings::new(TimeZone::get("America/New_York").expect("a zone")),
    }
}
