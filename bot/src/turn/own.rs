//! The lines that are no grammar's: taken only whole, before the grammar is asked.

use domain::command::Command;
use domain::list::List;
use domain::refusal::{Code, Refusal};
use domain::tenant::Platform;
use language::{Filter, Ids, Person, Reading, Whom};

use super::paging::{self, Leaf};
use super::talk::Talk;
use crate::reply::answer::No;
use crate::reply::topics::{self, Topic};
use crate::reply::{Block, Reply, help};

/// A line that the turn takes itself.
pub(super) enum Own<'a> {
    /// `skip 3`.
    Skip(Ids),
    /// `claim 3`.
    Claim(Ids),
    /// `stop 3`; alone, what came last.
    Stop(Ids),
    /// `stop all from @sam`.
    StopAll(Person),
    /// `allow @sam`.
    Allow(Person),
    /// `move 3 to my list`, `move 3 to #ops`.
    MoveToList(Ids, Target),
    /// `list, page 2`, `list <#C0123|ops>`.
    Page(Box<Reading>, Leaf<'a>),
    /// `help skip` and other words that are no commands of the grammar.
    Help(&'static Topic),
    /// `history <#C0123|ops>`.
    NoHistory,
    /// A word that needs a task and has none.
    Which(&'static str),
    /// `web`.
    Web,
    /// `link CODE`, `unlink`.
    Link,
}

/// The list that a task moves to.
pub(super) enum Target {
    /// The speaker's own.
    Mine,
    /// A channel's, by name or id.
    Channel(String),
}

/// The line, if the turn takes it itself.
pub(super) fn read<'a>(text: &'a str, talk: &Talk<'_>) -> Option<Own<'a>> {
    let line = text.trim().trim_start_matches('/').trim_end_matches(['.', '!']);
    let (verb, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    match verb.to_ascii_lowercase().as_str() {
        "skip" | "claim" if rest.is_empty() => {
            Some(Own::Which(if verb.eq_ignore_ascii_case("skip") { "skip" } else { "claim" }))
        }
        "skip" => talk.ids(rest).map(Own::Skip),
        "claim" => talk.ids(rest).map(Own::Claim),
        "stop" if rest.is_empty() => Some(talk.ids("it").map_or(Own::Which("stop"), Own::Stop)),
        "stop" => {
            talk.ids(rest).map(Own::Stop).or_else(|| talk.whom(after_words(rest, "all from ")?).map(Own::StopAll))
        }
        "allow" => talk.whom(rest).map(Own::Allow),
        "move" => {
            let (tasks, list) = split_at_to(rest)?;
            Some(Own::MoveToList(talk.ids(tasks)?, target(list)?))
        }
        "history" if is_channel(rest) => Some(Own::NoHistory),
        "help" => topics::named(&rest.to_ascii_lowercase()).map(Own::Help),
        "web" if rest.is_empty() => Some(Own::Web),
        "unlink" if rest.is_empty() => Some(Own::Link),
        "link" if is_code(rest) => Some(Own::Link),
        _ => paging::read(line, talk).map(|(reading, leaf)| Own::Page(Box::new(reading), leaf)),
    }
}

/// Nothing, or one word of letters and digits with a digit among them: `link the pages` is a task.
fn is_code(rest: &str) -> bool {
    rest.is_empty() || (rest.chars().all(|c| c.is_ascii_alphanumeric()) && rest.contains(|c: char| c.is_ascii_digit()))
}

fn which(verb: &str) -> Refusal {
    let next_step = format!("Name it by its number, e.g. `{verb} 3`; `list` shows the numbers.");
    Refusal::new(Code::Nothing, format!("I do not know which task to {verb}."), next_step)
}

fn no_history() -> Refusal {
    let next_step = "Name the task by its number, e.g. `history 3`; `list` and the channel shows the numbers.";
    Refusal::new(Code::Nothing, "A history is that of a task, not of a channel.", next_step)
}

fn no_link() -> Refusal {
    Refusal::new(
        Code::Unknown,
        "There is nothing to link yet: this version does not join the accounts of several platforms.",
        "Go on here; your tasks stay where you made them.",
    )
}

/// A channel as the platform resolved it, and nothing else.
fn is_channel(rest: &str) -> bool {
    rest.starts_with("<#") && rest.find('>') == Some(rest.len() - 1)
}

/// What follows these words, whatever their case.
fn after_words<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let (begin, rest) = text.split_at_checked(words.len())?;
    begin.eq_ignore_ascii_case(words).then_some(rest.trim())
}

/// `3` and `#ops` of `3 to #ops`.
fn split_at_to(rest: &str) -> Option<(&str, &str)> {
    let at = rest.to_ascii_lowercase().rfind(" to ")?;
    Some((rest.get(..at)?.trim(), rest.get(at + 4..)?.trim()))
}

/// A list, and nothing else: `my list`, `#ops`, `<#C0123|ops>`.
fn target(list: &str) -> Option<Target> {
    if ["my list", "my own list", "me"].contains(&list.to_ascii_lowercase().as_str()) {
        return Some(Target::Mine);
    }
    let resolved = list.strip_prefix("<#").and_then(|rest| rest.strip_suffix('>'));
    let id = resolved.map(|inner| inner.split('|').next().unwrap_or(inner)).or_else(|| list.strip_prefix('#'))?;
    let plain = !id.is_empty() && id.chars().all(|c| c.is_alphanumeric() || "_.-".contains(c));
    plain.then(|| Target::Channel(id.to_owned()))
}

impl Talk<'_> {
    /// The tasks that the words name, in the grammar's own way of naming tasks.
    pub(super) fn ids(&self, words: &str) -> Option<Ids> {
        if words.is_empty() {
            return None;
        }
        match self.read_line(&format!("done {words}")) {
            Some(Reading::Done(ids)) => Some(ids),
            _ => None,
        }
    }

    /// The one person that the words name, in the grammar's own way of naming people.
    pub(super) fn whom(&self, words: &str) -> Option<Person> {
        let Some(Reading::List(mut filter)) = self.read_line(&format!("list {words}")) else { return None };
        let whom = filter.assignee.take();
        match whom {
            Some(Whom::Person(person)) if filter == Filter::default() => Some(person),
            _ => None,
        }
    }

    pub(super) async fn own(&self, own: Own<'_>) -> Result<Reply, No> {
        match own {
            Own::Skip(ids) => self.execute(Command::Skip(self.tasks(&ids).await?)).await,
            Own::Claim(ids) => self.execute(Command::Claim(self.tasks(&ids).await?)).await,
            Own::Stop(ids) => self.execute(Command::Stop(self.tasks(&ids).await?)).await,
            Own::StopAll(person) => self.stop_all(&person).await,
            Own::Allow(person) => self.execute(Command::Allow(self.person(&person).await?)).await,
            Own::MoveToList(ids, target) => {
                let tasks = self.tasks(&ids).await?;
                let list = match target {
                    Target::Mine => self.own_list(),
                    Target::Channel(name) => List::of_channel(&self.channel(&name).await?),
                };
                self.execute(Command::MoveToList { tasks, list }).await
            }
            Own::Page(reading, leaf) => self.leaf(*reading, &leaf).await,
            Own::Help(topic) => Ok(Reply::private(help::topic(topic))),
            Own::NoHistory => Err(no_history().into()),
            Own::Which(verb) => Err(which(verb).into()),
            Own::Web => Ok(Reply::private(self.web().await?)),
            Own::Link => Err(no_link().into()),
        }
    }

    async fn web(&self) -> Result<Vec<Block>, No> {
        Ok(match &self.turns.web {
            Some(address) => vec![
                Block::line(format!("The HTTP API is at {address}")),
                Block::detail(format!("sign in with a token: {}", self.token().await?)),
            ],
            None => vec![
                Block::line("No HTTP API is served from here."),
                Block::detail("`taskbot`, started without further words, serves one at http://127.0.0.1:8080"),
            ],
        })
    }

    /// How a token is made for whoever asks.
    async fn token(&self) -> Result<String, No> {
        if self.message.tenant.platform() == Platform::Console {
            return Ok(format!("`taskbot token create --user {}` prints one", self.me.name));
        }
        let identities = self.turns.tasks.people.identities(self.me.id).await?;
        let here = identities.into_iter().find(|one| one.tenant == self.message.tenant);
        let who = here.map_or_else(|| self.me.name.clone(), |one| one.to_string());
        Ok(format!("whoever runs me types `taskbot token create --user {who}`"))
    }
}
