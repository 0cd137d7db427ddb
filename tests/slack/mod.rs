//! Slack: the whole program in front of a stand-in for Slack's servers, over both ways in.

mod dialogs;
mod forged;
mod groups;
mod home;
mod installs;
pub(crate) mod kit;
pub(crate) mod manifest;
mod paging;
mod reminders;
mod snapshots;
mod strangers;
mod talking;
mod twice;
