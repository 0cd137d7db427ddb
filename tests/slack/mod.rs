//! Slack: the whole program in front of a stand-in for Slack's servers, over both ways in.

mod dialogs;
mod forged;
mod groups;
mod home;
mod installs;
pub(crate) mod kit;
pub(crate) mod manifest;
mod paced;
mod paging;
mod refusals;
mod reminders;
mod rooms;
mod snapshots;
mod strangers;
mod talking;
mod twice;
