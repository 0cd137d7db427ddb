//! A refusal: what a person may read when Taskbot says no.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A "no" that says why and what to do next. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct Refusal {
    /// For programs.
    pub code: Code,
    /// One sentence for people.
    pub sentence: String,
    /// What to do next, one sentence; what stands in back-ticks can be typed in a chat.
    pub next_step: String,
    /// The same for those who do not type, where `next_step` is something to type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plain_step: Option<String>,
}

impl Refusal {
    /// A refusal in words.
    pub fn new(code: Code, sentence: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { code, sentence: sentence.into(), next_step: next_step.into(), plain_step: None }
    }

    /// With a next step for those who do not type, such as programs.
    #[must_use]
    pub fn or_plainly(self, step: impl Into<String>) -> Self {
        Self { plain_step: Some(step.into()), ..self }
    }

    /// The task is absent, or as good as absent for the one who asks.
    pub fn no_task(reference: impl fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("There is no task {reference} here."), "Type `list` to see what there is.")
    }

    /// What is meant may be in a channel of which the platform does not say that the asker is in it.
    pub fn unseen(what: impl fmt::Display) -> Self {
        let sentence =
            format!("I see no {what}, but right now I cannot find out which channels you are in, so it may be there.");
        Self::new(Code::Unseen, sentence, "Say it again in a minute.").or_plainly("Try again in a moment.")
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.sentence, self.next_step)
    }
}

/// Why something was refused; stable, in snake case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Absent, or not visible.
    NotFound,
    /// Not visible, but a platform cannot say at the moment what is.
    Unseen,
    /// Visible, but the action is not allowed to this person.
    NotAllowed,
    /// A value is out of its bounds or makes no sense.
    Invalid,
    /// The line could not be understood.
    NotUnderstood,
    /// `If-Match` is missing.
    VersionRequired,
    /// `If-Match` names an older version.
    VersionStale,
    /// The idempotency key was used for something else.
    KeyReused,
    /// Somebody changed the same thing meanwhile.
    Changed,
    /// There is nothing to undo, snooze or skip.
    Nothing,
    /// The message is already on its way.
    GoingOut,
    /// A person, channel or zone that is not known, or a place that the bot cannot post to.
    Unknown,
    /// Too many requests.
    TooFast,
    /// More work than the store takes at the moment.
    Busy,
}

impl Code {
    /// The word that stands in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Unseen => "unseen",
            Self::NotAllowed => "not_allowed",
            Self::Invalid => "invalid",
            Self::NotUnderstood => "not_understood",
            Self::VersionRequired => "version_required",
            Self::VersionStale => "version_stale",
            Self::KeyReused => "key_reused",
            Self::Changed => "changed",
            Self::Nothing => "nothing",
            Self::GoingOut => "going_out",
            Self::Unknown => "unknown",
            Self::TooFast => "too_fast",
            Self::Busy => "busy",
        }
    }
}
