//! Slack: the whole program in front of a stand-in for Slack's servers, over both ways in.

mod dialogs;
mod forged;
mod home;
mod installs;
mod kit;
mod manifest;
mod reminders;
mod talking;
mod twice;
