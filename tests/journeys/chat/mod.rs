//! The chat as people see it: what they type, and the words that come back.

mod adding;
mod asking;
mod bounds;
mod changing;
mod clocks;
mod console;
mod correcting;
mod http;
mod late;
mod lists;
mod privacy;
mod repeating;
mod senders;
mod stopping;
mod suggestions;
pub mod talk;
mod terminal;
mod tour;
mod whole_lists;
