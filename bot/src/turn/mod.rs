//! One turn of a chat: limit, parse, resolve, execute, reply. The same for every platform.

mod add;
mod channels;
mod correcting;
mod edit;
mod filter;
mod form;
mod history;
mod ids;
mod list;
mod named;
mod own;
mod paging;
mod people;
mod question;
mod read;
mod senders;
mod settings;
mod standing;
mod talk;

use std::sync::Arc;

use domain::command::Command;
use domain::message::Message;
use domain::ports::state::State;
use domain::refusal::{Code, Refusal};
use domain::service::Tasks;
use domain::zone::Zone;
use language::Reading;
use tracing::{Instrument, info, info_span};

use crate::limit::{Limiter, Limits};
use crate::reply::answer::No;
use crate::reply::{Reply, Verdict, help, topics};
pub use form::Form;
use paging::Leaf;
use talk::Talk;
pub(crate) use talk::digest;
use talk::receipt;

/// The longest line that is read, in characters: a title and a description, twice.
const TEXT_MAX: usize = 16_000;

/// What turns work with besides the service.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How fast people may talk.
    pub limits: Limits,
    /// Where the web page is, if this process (or its neighbour) serves one.
    pub web: Option<String>,
}

/// Takes messages and answers them.
#[derive(Clone)]
pub struct Turns {
    tasks: Tasks,
    state: Arc<dyn State>,
    limiter: Arc<Limiter>,
    web: Option<Arc<str>>,
}

impl Turns {
    /// Turns on top of the service; `state` remembers conversations.
    #[must_use]
    pub fn new(tasks: Tasks, state: Arc<dyn State>, options: Options) -> Self {
        let limiter = Arc::new(Limiter::new(options.limits));
        Self { tasks, state, limiter, web: options.web.map(Arc::from) }
    }

    /// The service underneath.
    #[must_use]
    pub const fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    /// Where conversations are remembered.
    #[must_use]
    pub const fn state(&self) -> &Arc<dyn State> {
        &self.state
    }

    /// Takes one message. Whatever was changed is durable when the reply is there; the reply never fails.
    pub async fn take(&self, message: Message) -> Reply {
        match self.admit(&message).await {
            Ok(()) => self.turn(&message, self.answer(&message)).await,
            Err(refusal) => No::from(refusal).into(),
        }
    }

    /// Whether it comes slowly enough. What came of the same message when it was done before is told again, however fast it
    /// comes.
    async fn admit(&self, message: &Message) -> Result<(), Refusal> {
        let Err(too_fast) = self.limiter.take(message) else { return Ok(()) };
        let Some(key) = receipt(message) else { return Err(too_fast) };
        match self.tasks.was_done(&message.tenant, key).await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(too_fast),
        }
    }

    /// Takes one message as soon as the limits allow: for edges that can let people wait, as a pipe does.
    pub async fn take_in_turn(&self, message: Message) -> Reply {
        self.limiter.wait(&message).await;
        self.turn(&message, self.answer(&message)).await
    }

    /// Shows a list that nobody asked for just now: it counts for no limit, and the conversation does not remember it.
    pub async fn glance(&self, message: Message) -> Reply {
        let shown = async {
            let talk = Talk::beside(self, &message).await?;
            match own::read(&talk.line, &talk) {
                Some(own) => talk.own(own).await,
                None => talk.carry_out(talk.read()?).await,
            }
        };
        shown.await.unwrap_or_else(Reply::from)
    }

    /// The platform's profile of somebody says another zone than before: it is theirs now, if it was so before.
    /// `None` if they chose their own, or nothing changed.
    pub async fn follow_profile(&self, message: Message, zone: Zone) -> Option<Reply> {
        let followed = async { Talk::beside(self, &message).await?.follow_profile(zone).await };
        followed.await.unwrap_or_else(|no| Some(no.into()))
    }

    /// What a message is answered with, in a span of its own.
    async fn turn(&self, message: &Message, answer: impl Future<Output = Result<Reply, No>>) -> Reply {
        let span = info_span!("bot.turn", trace_id = message.trace.trace_id(), tenant = %message.tenant);
        async {
            let reply = answer.await.unwrap_or_else(Reply::from);
            match reply.verdict {
                Verdict::Refused { code, misread } => info!(code = code.as_str(), misread, "refused"),
                Verdict::Answered | Verdict::Failed => info!(tasks = reply.tasks.len(), "answered"),
            }
            reply
        }
        .instrument(span)
        .await
    }

    async fn answer(&self, message: &Message) -> Result<Reply, No> {
        short_enough(message)?;
        let talk = Talk::with(self, message).await?;
        match own::read(&talk.line, &talk) {
            Some(own) => talk.own(own).await,
            None => talk.carry_out(talk.read()?).await,
        }
    }
}

fn short_enough(message: &Message) -> Result<(), Refusal> {
    if message.text.chars().nth(TEXT_MAX).is_none() {
        return Ok(());
    }
    let sentence = format!("That line is longer than {TEXT_MAX} characters, so I did not read it.");
    Err(Refusal::new(Code::Invalid, sentence, "Say it shorter: a title takes 500 characters."))
}

impl Talk<'_> {
    async fn carry_out(&self, reading: Reading) -> Result<Reply, No> {
        match reading {
            Reading::Add(draft) => self.add(draft, String::new()).await,
            Reading::List(filter) => self.list(&filter, &Leaf::first(&self.line)).await,
            Reading::Done(ids) => self.execute(Command::Done(self.tasks(&ids).await?)).await,
            Reading::Reopen(ids) => self.execute(Command::Reopen(self.tasks(&ids).await?)).await,
            Reading::Undo => self.execute(Command::Undo).await,
            Reading::Edit(edit) => self.edit(edit).await,
            Reading::Move(change) => self.move_due(&change).await,
            Reading::Snooze(snooze) => {
                let tasks = self.snoozed(&snooze.ids).await?;
                self.execute(Command::Snooze { tasks, until: snooze.until }).await
            }
            Reading::Delete(ids) => {
                self.execute(Command::Delete { tasks: self.surely(&ids).await?, expected: None }).await
            }
            Reading::History(ids) => self.history(&ids, &Leaf::first(&self.line)).await,
            Reading::Help(None) => Ok(Reply::private(help::overview(self.message.tenant.platform()))),
            Reading::Help(Some(command)) => Ok(Reply::private(help::topic(topics::of(command)))),
            Reading::Settings(change) => self.settings(change).await,
        }
    }
}
