//! The answers that are no: refusals, lines that could not be read, backends that failed.

use domain::ports::error::PortError;
use domain::refusal::{Code, Refusal};
use domain::service::Failure;
use language::CommandName;
use language::{ErrorCode, Misread};
use tracing::warn;

use super::width::cut;
use super::{Block, Reply, Text, Verdict};

/// At most so many columns of a line are quoted back.
const QUOTED_COLUMNS: usize = 60;

/// Why a turn has no other answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum No {
    /// It was understood and refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It was not understood.
    #[error("not understood")]
    Misread {
        /// What was typed.
        text: String,
        /// What was wrong with it.
        misread: Misread,
    },
    /// A backend failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl From<Failure> for No {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::Refused(refusal),
            Failure::Port(error) => Self::Port(error),
        }
    }
}

impl From<No> for Reply {
    fn from(no: No) -> Self {
        match no {
            No::Refused(refusal) => refused(&refusal),
            No::Misread { text, misread } => not_understood(&text, &misread),
            No::Port(error) => failed(&error),
        }
    }
}

fn refused(refusal: &Refusal) -> Reply {
    let lines = [Block::line(refusal.sentence.as_str()), Block::detail(refusal.next_step.as_str())];
    let said =
        lines.into_iter().filter(|line| !matches!(line, Block::Line(text) | Block::Detail(text) if text.is_empty()));
    Reply { verdict: Verdict::Refused { code: refusal.code, misread: None }, ..Reply::private(said) }
}

/// What was understood, where it broke, and what would have been understood.
fn not_understood(text: &str, misread: &Misread) -> Reply {
    let broke = misread.at.clone().and_then(|at| text.get(at)).map(str::trim).filter(|part| !part.is_empty());
    let line = Text::say(format!("I understood {}, but ", understood(misread.command)));
    let line = match broke {
        Some(part) => line.then("not “").theirs(cut(part, QUOTED_COLUMNS)).then("”."),
        None => line.then(wrong(misread.code)),
    };
    let verdict = Verdict::Refused { code: Code::NotUnderstood, misread: Some(misread.code.as_str()) };
    Reply { verdict, ..Reply::private([Block::Line(line), Block::detail(misread.hint.as_str())]) }
}

const fn understood(command: CommandName) -> &'static str {
    match command {
        CommandName::Add => "that you want a new task",
        CommandName::List => "that you want to see tasks",
        CommandName::Done => "that something is done",
        CommandName::Reopen => "that something is to be opened again",
        CommandName::Undo => "that you want to undo something",
        CommandName::Edit => "that you want to change a task",
        CommandName::Move => "that something moves to another day",
        CommandName::Snooze => "that a reminder should come later",
        CommandName::Delete => "that something is to be deleted",
        CommandName::History => "that you want to see a history",
        CommandName::Help => "that you want help",
        CommandName::Settings => "that you want to change your settings",
    }
}

const fn wrong(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::InvalidDate => "there is no such day.",
        ErrorCode::InvalidTime => "there is no such time.",
        ErrorCode::PastDate => "that is in the past.",
        ErrorCode::InvalidRecurrence => "that never comes.",
        ErrorCode::TooOften => "that is more often than once a minute.",
        ErrorCode::TooRare => "that comes too rarely.",
        ErrorCode::TooManyTimes => "that comes too many times.",
        ErrorCode::TooFar => "that is too far ahead.",
        ErrorCode::Correction => "you did not say to what.",
        ErrorCode::TooManyIds => "those are too many tasks.",
        ErrorCode::EmptyTitle => "no words are left for the title.",
        ErrorCode::MissingId => "you did not say which task.",
        ErrorCode::InvalidTimezone => "there is no such time zone.",
        ErrorCode::BadRequest => "the line is broken.",
    }
}

fn failed(error: &PortError) -> Reply {
    warn!(%error, "a turn failed");
    // Who and where is asked before anything is done.
    if let PortError::Unavailable { backend: "slack", .. } = error {
        let lines = [
            Block::line("Slack does not tell me right now whom or what that means, so nothing was done."),
            Block::detail("Type it once more in a minute."),
        ];
        return Reply { verdict: Verdict::Failed, ..Reply::private(lines) };
    }
    let lines = [
        Block::line("I cannot reach my storage right now, so I do not know whether that was done."),
        Block::detail("`list` shows it, once I can again; then type it once more if it is not there."),
    ];
    Reply { verdict: Verdict::Failed, ..Reply::private(lines) }
}
