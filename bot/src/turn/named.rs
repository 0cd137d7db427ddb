//! Tasks named by words of their title: `the deck task`.

use domain::command::TaskRef;
use domain::conversation::Conversation;
use domain::query::{PastReminders, TaskQuery};
use domain::refusal::{Code, Refusal};
use domain::service::Listed;
use language::Filter;

use super::filter::query;
use super::talk::Talk;
use crate::reply::answer::No;

/// So many tasks are looked at when one is named by words,
const CANDIDATES: u32 = 10;

/// and so many are named back if it could be any of them.
const NAMED: usize = 3;

impl Talk<'_> {
    /// The open task whose title holds the words. Of several the one that was just listed or spoken of, if it is the
    /// only one.
    pub(super) async fn named(&self, words: &str, sure: Sure) -> Result<TaskRef, No> {
        let filter = Filter { text: Some(words.to_owned()), limit: Some(CANDIDATES), ..Filter::default() };
        let query = TaskQuery { past_reminders: PastReminders::Included, ..query(&filter, None, self.now()) };
        let sight = self.service().sight_for(&self.message.author, &query).await?;
        let found = self.service().find_in(&sight, &query).await?.items;
        let here = |listed: &&Listed| {
            let Conversation { listed: shown, subject, .. } = &self.conversation;
            sure == Sure::OfHere && (shown.contains(&listed.task.id) || subject.contains(&listed.task.id))
        };
        let shown: Vec<&Listed> = found.iter().filter(here).collect();
        match (found.as_slice(), shown.as_slice()) {
            ([only], _) => Ok(TaskRef::Id(only.task.id)),
            (_, [only]) => Ok(TaskRef::Id(only.task.id)),
            ([], _) if !sight.whole => Err(Refusal::unseen(format!("task with “{}”", plain(words))).into()),
            ([], _) => Err(none_named(words).into()),
            (several, _) => {
                self.ask(several.iter().map(|one| (one.task.id, one.task.number)).collect()).await;
                Err(self.which_named(words, several).into())
            }
        }
    }

    fn which_named(&self, words: &str, several: &[Listed]) -> Refusal {
        let title = |one: &Listed| format!("#{} {}", one.task.number, plain(&one.task.title));
        let titles: Vec<String> = several.iter().take(NAMED).map(title).collect();
        let more = if several.len() > NAMED { " and others" } else { "" };
        let sentence = format!("Which one with “{}”? {}{more}.", plain(words), titles.join(", "));
        let number = several.first().map_or(0, |one| one.task.number);
        let whole = numbered(&self.line, words, number).map(|line| format!(", or type `{}`", plain(&line)));
        let next = format!("Say its number, e.g. `{number}`, or `the first one`{}.", whole.unwrap_or_default());
        Refusal::new(Code::NotUnderstood, sentence, next)
    }
}

/// How sure a name must be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sure {
    /// The only one of those that were listed or spoken of lately.
    OfHere,
    /// The only one of all.
    OfAll,
}

/// The line with a number in place of `the … task`.
fn numbered(line: &str, words: &str, number: u64) -> Option<String> {
    let lower = line.to_ascii_lowercase();
    let at = lower.find(&format!("the {words} "))?;
    let noun = at + "the  ".len() + words.len();
    let end = lower[noun..].find(char::is_whitespace).map_or(line.len(), |length| noun + length);
    Some(format!("{}{number}{}", line.get(..at)?, line.get(end..)?))
}

fn none_named(words: &str) -> Refusal {
    let sentence = format!("I find no open task with “{}” in its title.", plain(words));
    Refusal::new(Code::Nothing, sentence, "`list` shows what is open; say its number, e.g. `done 3`.")
}

/// The words without back-ticks, which enclose what can be typed.
fn plain(words: &str) -> String {
    words.replace('`', "'")
}
