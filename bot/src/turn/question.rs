//! A question and its answer: which of several tasks a line means. Only the next line can answer.

use domain::command::TaskRef;
use domain::conversation::Asked;
use domain::ids::TaskId;
use language::{Ids, Spoken};

use super::talk::Talk;

impl Talk<'_> {
    /// Takes up the question that was asked back, if the line answers it; else it is forgotten.
    pub(super) async fn answered(mut self) -> Self {
        let Some(asked) = self.conversation.asked.take() else { return self };
        match self.chosen(&asked) {
            Some(tasks) => Self { line: asked.line, choice: Some(tasks), ..self },
            None => {
                self.remember(&self.conversation).await;
                self
            }
        }
    }

    /// The tasks that the line names in answer: by number, by place among those that were named, or all.
    fn chosen(&self, asked: &Asked) -> Option<Vec<TaskRef>> {
        let line = self.line.trim().trim_end_matches(['.', '!']);
        let ids = self.ids(line).or_else(|| self.ids(&format!("the {line}")))?;
        let of_place = |nth: usize| asked.candidates.get(nth.checked_sub(1)?).map(|(task, _)| TaskRef::Id(*task));
        match ids {
            Ids::Numbers(numbers) => {
                let by_number = |number: &u64| asked.candidates.iter().any(|(_, of)| of == number);
                let named = asked.candidates.iter().all(|(_, number)| *number > 0);
                let places = named && !(line.contains('#') || numbers.iter().any(by_number));
                let place = |number: &u64| usize::try_from(*number).ok().filter(|_| places).and_then(of_place);
                Some(numbers.iter().map(|number| place(number).unwrap_or(TaskRef::Number(*number))).collect())
            }
            Ids::Spoken(Spoken::Nth(nth)) => Some(vec![of_place(nth)?]),
            Ids::Spoken(Spoken::Last) => Some(vec![of_place(asked.candidates.len())?]),
            Ids::Spoken(Spoken::Them) => (1..=asked.candidates.len()).map(of_place).collect(),
            Ids::Spoken(Spoken::It) | Ids::Named(_) => None,
        }
    }

    /// Remembers that the line was asked back.
    pub(super) async fn ask(&self, candidates: Vec<(TaskId, u64)>) {
        let mut conversation = self.conversation.clone();
        conversation.ask(&self.line, candidates);
        self.remember(&conversation).await;
    }
}
