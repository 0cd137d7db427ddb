//! Reactions to events and to the clock: one runner, and one file per reaction.
//!
//! Records come off the bus into [`Runner`], which decodes them, hands them to a [`Handler`], waits and tries
//! again where the handler says so, and makes a dead letter of what it cannot take. What only the clock can
//! notice (a due reminder, the next time of a series) has loops of its own. [`start`] runs all of it.

mod audit;
mod board;
mod checker;
mod dead_letters;
mod handler;
mod incoming;
mod maintenance;
mod meter;
mod order;
mod pace;
mod recurrence;
mod reminders;
mod runner;
mod start;
mod supervise;
mod unpublished;
mod wait;

pub use audit::{Audit, CheckpointError, Checkpoints, Sealer, verify};
pub use board::Board;
pub use checker::{Checker, Findings};
pub use dead_letters::{DeadLetters, Replayed, Which};
pub use handler::{Handler, Trouble};
pub use incoming::{Decoded, Incoming, decode};
pub use maintenance::Maintenance;
pub use meter::describe;
pub use order::{Order, Plan};
pub use pace::Pace;
pub use recurrence::{Calendar, Recurrence};
pub use reminders::{Claimer, Deliverer, Reminders};
pub use runner::Runner;
pub use start::{Broker, Consumers, Parts, Role, Sight, handlers, start, start_seeing};
pub use supervise::supervised;
pub use unpublished::Unpublished;
