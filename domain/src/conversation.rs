//! What a conversation remembers, so that "move it to friday" works. Kept in the state store; losing it loses
//! no task.

use serde::{Deserialize, Serialize};

use crate::ids::TaskId;

/// The most tasks that a conversation remembers of a list.
pub const REMEMBERED: usize = 50;

/// The memory of one conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// What was last listed, in the order shown.
    pub listed: Vec<TaskId>,
    /// What was last made, changed or spoken of: "it".
    pub subject: Vec<TaskId>,
    /// The series that was made or given its rule by the last change, by its first task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<TaskId>,
    /// The question that was asked back last, which the next line may answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
}

/// A line that could mean several tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// As it was typed.
    pub line: String,
    /// The tasks that it could mean, in the order named, with the short number that was named, or 0.
    pub candidates: Vec<(TaskId, u64)>,
}

impl Conversation {
    /// Remembers a list that was shown. "It" stays what it was if that one is in the list; else it is the list.
    pub fn show(&mut self, tasks: &[TaskId]) {
        self.listed = tasks.iter().copied().take(REMEMBERED).collect();
        let still = self.subject.len() == 1 && self.subject.iter().all(|task| self.listed.contains(task));
        if !still {
            self.subject = self.listed.clone();
        }
    }

    /// Remembers that a line was asked back. What it could mean is a list that was shown.
    pub fn ask(&mut self, line: &str, candidates: Vec<(TaskId, u64)>) {
        let candidates: Vec<(TaskId, u64)> = candidates.into_iter().take(REMEMBERED).collect();
        self.listed = candidates.iter().map(|(task, _)| *task).collect();
        self.asked = Some(Asked { line: line.to_owned(), candidates });
    }

    /// Remembers what was just spoken of.
    pub fn speak_of(&mut self, tasks: &[TaskId]) {
        self.subject = tasks.iter().copied().take(REMEMBERED).collect();
        self.begun = None;
    }
}
