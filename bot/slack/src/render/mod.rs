//! What the bot says, as Slack shows it: mrkdwn and Block Kit.

pub(crate) mod dialog;
pub(crate) mod home;
pub(crate) mod kit;
pub(crate) mod mrkdwn;
pub(crate) mod one;
pub(crate) mod reminder;
pub(crate) mod reply;
pub(crate) mod rows;
pub(crate) mod sheet;
