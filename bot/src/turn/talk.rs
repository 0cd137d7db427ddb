//! What one turn knows: the message, who typed it, and what their conversation is about.

use std::collections::BTreeMap;

use domain::command::{Command, IdempotencyKey, Request, TaskRef};
use domain::conversation::Conversation;
use domain::due::Due;
use domain::ids::{PersonId, TaskId};
use domain::message::Message;
use domain::outcome::Outcome;
use domain::person::Person;
use domain::refusal::{Code, Refusal};
use domain::service::Tasks;
use domain::tenant::Platform;
use domain::zone::Zone;
use jiff::Timestamp;
use language::When;
use sha2::{Digest, Sha256};
use tracing::warn;

use super::{Turns, correcting};
use crate::memory;
use crate::reply::answer::No;
use crate::reply::echo::{self, echo};
use crate::reply::scene::Scene;
use crate::reply::watch::Watch;
use crate::reply::{Block, Reply};

/// The role of the process, in events.
const ROLE: &str = "bot";

/// One message and who typed it.
pub(super) struct Talk<'a> {
    pub(super) turns: &'a Turns,
    pub(super) message: &'a Message,
    pub(super) me: Person,
    /// What was listed and spoken of before.
    pub(super) conversation: Conversation,
    /// The line that is carried out: the message's without a slash command before it, or the one before if the message
    /// answers a question about it.
    pub(super) line: String,
    /// The tasks that the answer chose.
    pub(super) choice: Option<Vec<TaskRef>>,
    /// The conversation learns nothing of it.
    pub(super) silent: bool,
}

/// A digest of what was typed where: another one under the same key is another line.
pub(crate) fn digest(message: &Message) -> String {
    let place = Sha256::new_with_prefix(message.place.key()).chain_update([0]);
    format!("{:x}", place.chain_update(&message.text).finalize())
}

/// The message's key with a digest of what was typed where.
pub(super) fn receipt(message: &Message) -> Option<IdempotencyKey> {
    message.key.as_ref().map(|key| IdempotencyKey { key: format!("chat/{key}"), digest: digest(message) })
}

impl<'a> Talk<'a> {
    /// A turn of the conversation.
    pub(super) async fn with(turns: &'a Turns, message: &'a Message) -> Result<Self, No> {
        Ok(Self { silent: false, ..Self::beside(turns, message).await? }.answered().await)
    }

    /// What nobody said: the conversation learns nothing of it, and what was asked there is asked still.
    pub(super) async fn beside(turns: &'a Turns, message: &'a Message) -> Result<Self, No> {
        let me = turns.tasks.people.person(message.author.person).await?;
        let me = me.ok_or_else(|| Refusal::new(Code::Unknown, "I do not know you yet.", "Say hello again."))?;
        let conversation = memory::recall(turns.state.as_ref(), &message.conversation()).await;
        let talk = Self { turns, message, me, line: String::new(), conversation, choice: None, silent: true };
        let line = talk.spoken();
        Ok(Self { line, ..talk })
    }

    pub(super) fn service(&self) -> &Tasks {
        &self.turns.tasks
    }

    /// The instant at which it was typed: words of time are counted from here.
    pub(super) fn now(&self) -> Timestamp {
        self.message.said_at
    }

    /// The speaker's zone; UTC as long as it is not known.
    pub(super) fn zone(&self) -> Zone {
        self.me.settings.zone.clone().unwrap_or_else(Zone::utc)
    }

    /// What is told counts from when it is told.
    pub(super) fn watch(&self) -> Watch {
        Watch { now: self.service().clock.now(), zone: self.zone() }
    }

    pub(super) fn due(&self, when: When) -> Due {
        match when {
            When::Day(date) => Due::day(date, self.zone()),
            When::At(at) => Due::instant(at, self.zone()),
        }
    }

    /// Carries a command out and says what came of it.
    pub(super) async fn execute(&self, command: Command) -> Result<Reply, No> {
        let outcome = self.service().execute(self.request(command)).await?;
        let spoken_of: Vec<TaskId> = outcome.effects.iter().map(|effect| effect.task.id).collect();
        self.spoke_of(&spoken_of, correcting::begun(&outcome)).await;
        Ok(self.echo(&outcome).await)
    }

    /// What the form came to when it was saved before, with something else in it.
    pub(super) async fn saved_before(&self, refusal: Refusal) -> Result<Reply, No> {
        let Some(IdempotencyKey { key, .. }) = receipt(self.message) else { return Err(refusal.into()) };
        let first = self.service().came_of(&self.message.tenant, key).await?.ok_or(refusal)?;
        let mut reply = self.echo(&first).await;
        let before = "You saved this form before, and that was done. It does nothing twice, so what you changed in it \
                      since is not taken.";
        reply.blocks.insert(0, Block::line(before));
        Ok(reply)
    }

    async fn echo(&self, outcome: &Outcome) -> Reply {
        let mut scene = self.scene(echo::people(outcome)).await;
        scene.channels = self.channels().await.unwrap_or_default().shown;
        echo(&scene, outcome)
    }

    fn request(&self, command: Command) -> Request {
        let message = self.message;
        Request {
            principal: message.author.clone(),
            tenant: message.tenant.clone(),
            place: message.place.clone(),
            conversation: message.conversation(),
            key: receipt(message),
            said_at: Some(message.said_at),
            trace: Some(message.trace.clone()),
            role: ROLE,
            cause: None,
            command,
        }
    }

    /// Remembers what was just spoken of.
    pub(super) async fn speak_of(&self, tasks: &[TaskId]) {
        self.spoke_of(tasks, None).await;
    }

    async fn spoke_of(&self, tasks: &[TaskId], begun: Option<TaskId>) {
        if !tasks.is_empty() {
            let mut conversation = self.conversation.clone();
            conversation.speak_of(tasks);
            conversation.begun = begun;
            self.remember(&conversation).await;
        }
    }

    pub(super) async fn remember(&self, conversation: &Conversation) {
        if self.silent {
            return;
        }
        memory::remember(self.turns.state.as_ref(), &self.message.conversation(), conversation).await;
    }

    /// What surrounds a reply that speaks of these people. What cannot be looked up is left out of it: by now
    /// the command is done, and an answer without names is better than none.
    pub(super) async fn scene(&self, ids: Vec<PersonId>) -> Scene {
        let mut people = BTreeMap::from([(self.me.id, self.me.clone())]);
        for id in ids {
            if people.contains_key(&id) {
                continue;
            }
            match self.service().people.person(id).await {
                Ok(person) => people.extend(person.map(|person| (id, person))),
                Err(error) => warn!(%error, "a name cannot be looked up"),
            }
        }
        let types_ids = self.message.tenant.platform() == Platform::Console;
        let (place, channels) = (self.message.place.clone(), Vec::new());
        Scene { me: self.me.id, watch: self.watch(), place, people, types_ids, channels }
    }
}
