//! What Taskbot means: tasks, series, reminders, who may do what, and the rules that change them.
//!
//! The pure half (everything but [`service`] and [`ports`]) knows no clock, no I/O and no async;
//! the shell half loads, asks the pure half to decide, and commits.

pub mod access;
pub mod change;
pub mod command;
pub mod conversation;
pub mod decide;
pub mod due;
pub mod event;
pub mod fault;
pub mod ids;
pub mod list;
pub mod message;
pub mod outcome;
pub mod person;
pub mod place;
pub mod ports;
pub mod query;
pub mod recurrence;
pub mod refusal;
pub mod reminder;
pub mod seal;
pub mod search;
pub mod series;
pub mod service;
pub mod snapshot;
pub mod task;
pub mod tenant;
pub mod trace;
pub mod zone;
