//! What a line can mean: one shape per command.

mod change;
mod draft;
mod filter;
mod ids;
mod when;

pub use change::{Edit, Field, Move, SettingsChange, Snooze, Target};
pub use draft::{Addressee, Draft, Person, Verbatim};
pub use filter::{Filter, Sort, StatusFilter, Whom};
pub use ids::{Ids, Spoken};
pub use when::{Repeat, RepeatFrom, When};

/// The command of a line, named as on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CommandName {
    /// Make a task.
    Add,
    /// Show tasks.
    List,
    /// Complete.
    Done,
    /// Open again.
    Reopen,
    /// Take back the last change.
    Undo,
    /// Change fields.
    Edit,
    /// Change the due.
    Move,
    /// Put off a reminder.
    Snooze,
    /// Remove.
    Delete,
    /// Show what happened.
    History,
    /// Explain.
    Help,
    /// Show or change settings.
    Settings,
}

impl CommandName {
    /// Every command, in the order in which help shows them.
    pub const ALL: [Self; 12] = [
        Self::Add,
        Self::List,
        Self::Done,
        Self::Reopen,
        Self::Undo,
        Self::Edit,
        Self::Move,
        Self::Snooze,
        Self::Delete,
        Self::History,
        Self::Help,
        Self::Settings,
    ];

    /// The name as it is typed and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::List => "list",
            Self::Done => "done",
            Self::Reopen => "reopen",
            Self::Undo => "undo",
            Self::Edit => "edit",
            Self::Move => "move",
            Self::Snooze => "snooze",
            Self::Delete => "delete",
            Self::History => "history",
            Self::Help => "help",
            Self::Settings => "settings",
        }
    }
}

/// A line, understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// A new task.
    Add(Draft),
    /// Tasks to show.
    List(Filter),
    /// Tasks to complete.
    Done(Ids),
    /// Tasks to open again.
    Reopen(Ids),
    /// The speaker's last change, to be taken back.
    Undo,
    /// Fields to change.
    Edit(Edit),
    /// A due to change.
    Move(Move),
    /// A reminder to put off.
    Snooze(Snooze),
    /// Tasks to remove.
    Delete(Ids),
    /// Tasks whose history to show; no ids mean all.
    History(Ids),
    /// Help, about one command or all.
    Help(Option<CommandName>),
    /// Settings to change; nothing set means to show them.
    Settings(SettingsChange),
}

impl Reading {
    /// The tasks it speaks of, if it speaks of tasks.
    pub fn ids(&self) -> Option<&Ids> {
        match self {
            Self::Done(ids) | Self::Reopen(ids) | Self::Delete(ids) | Self::History(ids) => Some(ids),
            Self::Edit(edit) => Some(&edit.ids),
            Self::Move(change) => Some(&change.ids),
            Self::Snooze(snooze) => Some(&snooze.ids),
            _ => None,
        }
    }

    /// Which command it is.
    pub fn command(&self) -> CommandName {
        match self {
            Self::Add(_) => CommandName::Add,
            Self::List(_) => CommandName::List,
            Self::Done(_) => CommandName::Done,
            Self::Reopen(_) => CommandName::Reopen,
            Self::Undo => CommandName::Undo,
            Self::Edit(_) => CommandName::Edit,
            Self::Move(_) => CommandName::Move,
            Self::Snooze(_) => CommandName::Snooze,
            Self::Delete(_) => CommandName::Delete,
            Self::History(_) => CommandName::History,
            Self::Help(_) => CommandName::Help,
            Self::Settings(_) => CommandName::Settings,
        }
    }
}
