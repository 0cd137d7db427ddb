//! Slack: the whole program in front of a stand-in for Slack's servers, over both ways in.

mod dialogs;
mod ended;
mod even;
mod forged;
mod groups;
mod home;
pub(crate) mod installs;
pub(crate) mod kit;
mod late;
mod longest;
pub(crate) mod manifest;
mod named_late;
mod paced;
mod paging;
mod refreshed;
mod refusals;
mod reminders;
mod rooms;
mod rosters;
mod said_earlier;
mod several;
mod slow_forms;
mod snapshots;
mod strangers;
mod talking;
mod together;
mod twice;
