//! The chat edge of a process: turns, the console as a chat platform, and what the consumers work with.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use backon::{ConstantBuilder, Retryable};
use bot::console::{self, ConsoleChat, Held, Newcomer, Session};
use bot::{Limits, Options, Turns};
use consumers::{Parts, Sealer};
use domain::ports::chat::Chat;
use domain::service::Failure;
use tokio::io::{BufReader, stdin, stdout};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::config::Config;
use crate::wiring::{Database, House};

/// How often again, and after what pauses, somebody is introduced while the database is busy.
const BUSY_TRIES: usize = 10;
const BUSY_PAUSE: Duration = Duration::from_millis(500);

/// What talks to people, and what reacts to events.
pub(crate) struct Edge {
    /// Takes messages.
    pub turns: Turns,
    /// Posts to open terminals.
    pub console: ConsoleChat,
    /// What the consumers work with.
    pub parts: Parts,
}

impl Edge {
    /// On top of the house; `web` is where its pages are, if it serves any.
    ///
    /// # Errors
    /// When a limit is zero.
    pub(crate) fn over(house: &House, config: &Config, web: Option<String>) -> Result<Self> {
        let state = house.state.clone();
        let console = ConsoleChat::new(house.database.people.clone(), state.clone(), house.clock.clone());
        let turns = Turns::new(house.tasks.clone(), state, Options { limits: limits(config)?, web });
        let slack = house.slack.as_ref().map(|slack| Arc::new(slack.chat(&turns)) as Arc<dyn Chat>);
        let parts = Parts {
            tasks: house.tasks.clone(),
            bus: house.events.bus.clone(),
            outbox: house.database.outbox.clone(),
            inbox: house.database.inbox.clone(),
            sealer: Arc::new(sealer(house, config)?),
            leases: house.database.leases.clone(),
            chats: std::iter::once(Arc::new(console.clone()) as Arc<dyn Chat>).chain(slack).collect(),
            broker: consumers::Broker {
                publisher: house.events.publisher.clone(),
                events_per_second: NonZeroU32::new(config.limits.events),
            },
        };
        Ok(Self { turns, console, parts })
    }

    /// Opens a session of a console person.
    ///
    /// # Errors
    /// When the name or channel is none, or the database fails.
    pub(crate) async fn session(&self, house: &House, name: &str, channel: Option<String>) -> Result<Session> {
        let newcomer = Newcomer { name: name.to_owned(), channel, zone: house.zone.clone() };
        let introduce = || console::introduce(&house.tasks, &house.operators, &newcomer);
        let patience = ConstantBuilder::new().with_delay(BUSY_PAUSE).with_max_times(BUSY_TRIES);
        let busy = |failure: &Failure| matches!(failure, Failure::Port(error) if error.is_transient());
        Ok(introduce.retry(patience).when(busy).await?)
    }

    /// Chats on standard input and output until the input ends. The session is open until what this gives is
    /// dropped, so that a reminder on its way still comes.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub(crate) async fn chat(&self, session: Session, terminal: bool) -> Result<Held> {
        let input = BufReader::new(stdin());
        console::run(&self.turns, &self.console, session, input, stdout(), terminal).await.context("the chat")
    }

    /// Looks after Slack's installations, listens in Socket Mode if there is a token for it, and keeps the pages in Slack
    /// up to date.
    pub(crate) fn listen_to_slack(&self, house: &House, stop: CancellationToken) -> Option<JoinHandle<()>> {
        let slack = house.slack.clone()?;
        let (turns, operators) = (self.turns.clone(), Arc::new(house.operators.clone()));
        Some(tokio::spawn(async move {
            tokio::join!(slack.tend(stop.clone()), slack.listen(&turns, operators, stop.clone()));
        }))
    }

    /// Chats on the terminal of `serve`; leaving the chat ends the process.
    ///
    /// # Errors
    /// When the person cannot be introduced or the input fails.
    pub(crate) async fn chat_on_terminal(
        &self,
        house: &House,
        name: &str,
        stop: CancellationToken,
    ) -> Result<Option<Held>> {
        let session = self.session(house, name, None).await?;
        let held = tokio::select! {
            ended = self.chat(session, true) => Some(ended?),
            () = stop.cancelled() => None,
        };
        stop.cancel();
        Ok(held)
    }
}

/// Seals the audit log, with checkpoints if the configuration names a file for them.
fn sealer(house: &House, config: &Config) -> Result<Sealer> {
    let checkpoints = config.audit.checkpoints()?;
    if let Some(checkpoints) = &checkpoints {
        info!(public_key = checkpoints.public_key(), "checkpoints of the audit log are signed");
    }
    let Database { seals, leases, .. } = &house.database;
    Ok(Sealer::new(seals.clone(), leases.clone(), house.clock.clone(), checkpoints))
}

fn limits(config: &Config) -> Result<Limits> {
    let positive = |number| NonZeroU32::new(number).context("a limit must be at least 1");
    let (per_second, burst) = (positive(config.limits.chat_rate)?, positive(config.limits.chat_burst)?);
    Ok(Limits { per_second, burst, ..Limits::default() })
}
