//! Which tasks are meant: numbers, or words for what the conversation is about.

use domain::command::TaskRef;
use domain::conversation::Conversation;
use domain::refusal::{Code, Refusal};
use language::{Ids, Spoken};

use super::named::Sure;
use super::talk::Talk;
use crate::memory;
use crate::reply::answer::No;

/// The most tasks in one line.
const MOST: usize = 50;

impl Talk<'_> {
    /// The tasks meant, in the order typed.
    pub(super) async fn tasks(&self, ids: &Ids) -> Result<Vec<TaskRef>, No> {
        let tasks = match (ids, &self.choice) {
            (Ids::Numbers(numbers), _) => numbers.iter().copied().map(TaskRef::Number).collect(),
            (_, Some(chosen)) => chosen.clone(),
            (Ids::Spoken(spoken), None) => self.spoken_of(*spoken).await?,
            (Ids::Named(words), None) => vec![self.named(words, Sure::OfHere).await?],
        };
        if tasks.len() > MOST {
            let sentence = format!("Those are {} tasks; one line takes {MOST} at most.", tasks.len());
            return Err(Refusal::new(Code::Invalid, sentence, "Say it in several lines.").into());
        }
        Ok(tasks)
    }

    /// The same for what is hard to make good: words that could mean several tasks are asked back, whatever was spoken
    /// of last.
    pub(super) async fn surely(&self, ids: &Ids) -> Result<Vec<TaskRef>, No> {
        match (ids, &self.choice) {
            (Ids::Named(words), None) => Ok(vec![self.named(words, Sure::OfAll).await?]),
            _ => self.tasks(ids).await,
        }
    }

    async fn spoken_of(&self, spoken: Spoken) -> Result<Vec<TaskRef>, No> {
        if spoken == Spoken::It && self.conversation.subject.len() > 1 {
            self.ask(self.conversation.subject.iter().map(|task| (*task, 0)).collect()).await;
        }
        Ok(meant(&self.conversation, spoken)?)
    }

    /// The tasks to snooze: without ids those of the last reminder that came here. If that is forgotten, the
    /// service knows which one came last to this place.
    pub(super) async fn snoozed(&self, ids: &Ids) -> Result<Vec<TaskRef>, No> {
        if *ids != Ids::NONE {
            return self.tasks(ids).await;
        }
        let last = memory::last_reminder(self.turns.state.as_ref(), &self.message.conversation()).await;
        Ok(last.into_iter().map(TaskRef::Id).collect())
    }
}

fn meant(conversation: &Conversation, spoken: Spoken) -> Result<Vec<TaskRef>, Refusal> {
    let Conversation { listed, subject, .. } = conversation;
    let listed = if listed.is_empty() { subject } else { listed };
    let tasks = match spoken {
        Spoken::It if conversation.subject.len() > 1 => return Err(which(conversation.subject.len())),
        Spoken::It | Spoken::Them => conversation.subject.as_slice(),
        Spoken::Nth(nth) if nth > listed.len() && !listed.is_empty() => return Err(too_few(listed.len())),
        Spoken::Nth(nth) => listed.get(nth.saturating_sub(1)).map_or(&[][..], std::slice::from_ref),
        Spoken::Last => listed.last().map_or(&[][..], std::slice::from_ref),
    };
    if tasks.is_empty() {
        return Err(Refusal::new(
            Code::Nothing,
            "I do not know which task that is: none was listed or spoken of here lately.",
            "Type `list`, or say its number, e.g. `done 3`.",
        ));
    }
    Ok(tasks.iter().copied().map(TaskRef::Id).collect())
}

fn which(number: usize) -> Refusal {
    let sentence = format!("Which one? That could be any of {number} tasks.");
    Refusal::new(Code::NotUnderstood, sentence, "Say its number, `the second one`, or `them` for all.")
}

fn too_few(number: usize) -> Refusal {
    let sentence = format!("The list that I showed last had {number} only.");
    Refusal::new(Code::Nothing, sentence, "Say the number of the task, e.g. `done 3`, or type `list` again.")
}

#[cfg(test)]
mod tests {
    use domain::command::TaskRef;
    use domain::conversation::Conversation;
    use domain::ids::TaskId;
    use domain::refusal::Code;
    use language::Spoken;
    use uuid::Uuid;

    use super::meant;

    fn conversation(listed: u128, subject: u128) -> Conversation {
        let ids = |number: u128| (1..=number).map(|id| TaskId(Uuid::from_u128(id))).collect();
        Conversation { listed: ids(listed), subject: ids(subject), ..Conversation::default() }
    }

    fn refused(conversation: &Conversation, spoken: Spoken) -> Code {
        meant(conversation, spoken).expect_err("a refusal").code
    }

    #[test]
    fn it_is_what_was_spoken_of_last() {
        let it = TaskRef::Id(TaskId(Uuid::from_u128(1)));
        assert_eq!(meant(&conversation(5, 1), Spoken::It), Ok(vec![it]));
        assert_eq!(refused(&conversation(0, 0), Spoken::It), Code::Nothing);
    }

    #[test]
    fn it_is_asked_back_when_several_could_be_meant_but_them_means_all() {
        assert_eq!(refused(&conversation(5, 5), Spoken::It), Code::NotUnderstood);
        assert_eq!(meant(&conversation(5, 5), Spoken::Them).map(|tasks| tasks.len()), Ok(5));
    }

    #[test]
    fn the_second_one_is_counted_in_the_last_list() {
        let second = TaskRef::Id(TaskId(Uuid::from_u128(2)));
        assert_eq!(meant(&conversation(3, 1), Spoken::Nth(2)), Ok(vec![second]));
        assert_eq!(meant(&conversation(2, 1), Spoken::Last), Ok(vec![second]));
        assert_eq!(refused(&conversation(3, 1), Spoken::Nth(4)), Code::Nothing);
        assert_eq!(refused(&conversation(0, 0), Spoken::Nth(1)), Code::Nothing);
    }
}
