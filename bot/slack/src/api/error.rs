//! How calls fail.

use std::time::Duration;

use domain::ports::chat::PostError;
use domain::ports::error::PortError;

/// Error words by which Slack says that it has a bad moment.
const BAD_MOMENTS: [&str; 4] = ["service_unavailable", "internal_error", "fatal_error", "request_timeout"];

/// Error words by which Slack says that the workspace is closed to apps for a while, and did nothing: it moves to another
/// organisation, or its keys are out of reach.
const CLOSED: [&str; 3] = ["team_added_to_org", "org_login_required", "ekm_access_denied"];

/// Error words by which Slack says that it takes no more for now, and did nothing.
const TOO_MANY: [&str; 3] = ["ratelimited", "rate_limited", "message_limit_exceeded"];

/// Error words by which Slack says that a token is good no more, or we say that there is none.
const FAREWELLS: [&str; 6] =
    ["account_inactive", "token_revoked", "token_expired", "invalid_auth", "not_authed", NOT_INSTALLED];
const NOT_INSTALLED: &str = "not_installed";

/// Error words by which Slack says that somebody gets no direct message from the bot.
const CLOSED_DIRECTS: [&str; 6] = [
    "cannot_dm_bot",
    "user_disabled",
    "user_not_found",
    "users_not_found",
    "user_not_visible",
    "messages_tab_disabled",
];

/// Error words by which Slack says that a message says too much.
const TOO_LONG: [&str; 2] = ["msg_too_long", "msg_blocks_too_long"];

/// Why a call has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallError {
    /// Nothing was done; it may be tried again, not before so long.
    #[error("not now: {reason}")]
    Later { after: Option<Duration>, reason: String },
    /// Slack says no, in its own word.
    #[error("{0}")]
    Refused(String),
    /// It was sent, and what came of it is not known.
    #[error("no answer: {0}")]
    Unknown(String),
}

impl CallError {
    /// There is no token for the workspace.
    pub(crate) fn not_installed() -> Self {
        Self::Refused(NOT_INSTALLED.to_owned())
    }

    /// What Slack's word for an error comes to.
    pub(crate) fn from_word(word: &str) -> Self {
        match word {
            word if BAD_MOMENTS.contains(&word) => Self::Unknown(word.to_owned()),
            word if TOO_MANY.contains(&word) => Self::Later { after: None, reason: "too many calls".to_owned() },
            word if CLOSED.contains(&word) => {
                Self::Later { after: None, reason: format!("the workspace is closed for a while: {word}") }
            }
            word => Self::Refused(word.to_owned()),
        }
    }

    /// The same, not waiting for as long as Slack asks.
    pub(crate) fn without_patience(self) -> Self {
        match self {
            Self::Later { reason, .. } => Self::Later { after: None, reason },
            other => other,
        }
    }

    /// Whether the workspace has parted from the bot.
    pub(crate) fn is_farewell(&self) -> bool {
        matches!(self, Self::Refused(word) if FAREWELLS.contains(&word.as_str()))
    }

    /// Whether the permission to open a dialog was used already: what it was for is on the screen.
    pub(crate) fn is_on_screen(&self) -> bool {
        matches!(self, Self::Refused(word) if word == "exchanged_trigger_id")
    }

    /// Whether the dialog that was to be changed is on no screen.
    pub(crate) fn is_closed_view(&self) -> bool {
        matches!(self, Self::Refused(word) if word == "not_found")
    }

    /// Whether what was to be changed is not as it was any more.
    pub(crate) fn is_overtaken(&self) -> bool {
        matches!(self, Self::Refused(word) if word == "hash_conflict")
    }

    /// Whether somebody gets no direct message from the bot.
    pub(crate) fn is_closed_direct(&self) -> bool {
        matches!(self, Self::Refused(word) if CLOSED_DIRECTS.contains(&word.as_str()))
    }
}

impl From<PortError> for CallError {
    fn from(error: PortError) -> Self {
        Self::Later { after: None, reason: error.to_string() }
    }
}

impl From<CallError> for PostError {
    fn from(error: CallError) -> Self {
        match error {
            // What is due there is held until it is installed again.
            CallError::Refused(word) if FAREWELLS.contains(&word.as_str()) => {
                Self::Later { after: None, reason: "I am not installed in this workspace any more".to_owned() }
            }
            CallError::Later { after, reason } => Self::Later { after, reason },
            CallError::Refused(word) if TOO_LONG.contains(&word.as_str()) => Self::TooLong { reason: in_words(&word) },
            CallError::Refused(word) => Self::Refused { reason: in_words(&word) },
            CallError::Unknown(reason) => Self::Unknown { reason },
        }
    }
}

impl From<CallError> for PortError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused(reason) => Self::Broken { backend: "slack", reason },
            CallError::Later { reason, .. } | CallError::Unknown(reason) => {
                Self::Unavailable { backend: "slack", reason }
            }
        }
    }
}

/// What Slack's word means for whoever asked for the reminder.
fn in_words(word: &str) -> String {
    let known = match word {
        "channel_not_found" => "Slack shows me no such channel; invite me to it",
        "not_in_channel" => "I am not in that channel; invite me to it",
        "is_archived" => "that channel is archived",
        word if CLOSED_DIRECTS.contains(&word) => "Slack lets me write no direct message to them",
        "missing_scope" | "no_permission" | "not_allowed_token_type" | "team_access_not_granted" => {
            "I lack a permission in this workspace; install me again"
        }
        word if TOO_LONG.contains(&word) => "it says more than Slack takes in one message; shorten its title",
        "slack_connect_posting_blocked" => "the other workspace of that channel does not let me post there",
        "cannot_reply_to_message" | "thread_not_found" => "nobody can answer in that thread any more",
        word if word.starts_with("restricted_action") => "this workspace does not let me post there",
        other => return format!("Slack did not take the message, and calls that {other}"),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_slack_did_not_do_may_be_tried_again_and_what_it_refuses_is_said_in_words() {
        for word in ["rate_limited", "team_added_to_org"] {
            assert!(matches!(CallError::from_word(word), CallError::Later { .. }));
        }
        assert!(matches!(CallError::from_word("fatal_error"), CallError::Unknown(_)));
        for word in
            ["is_archived", "user_disabled", "restricted_action_thread_locked", "msg_too_long", "invalid_blocks"]
        {
            assert!(in_words(word).contains(' '), "{word}");
        }
    }
}
