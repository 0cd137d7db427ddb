//! What a consumer is: a name, topics, and what it does with an event.

use async_trait::async_trait;
use domain::event::Topic;
use domain::ports::error::PortError;
use tracing::Span;

use crate::incoming::Incoming;

/// One consumer. Its name is its group on the bus, its inbox key, its metric label and its word on the command
/// line.
#[async_trait]
pub trait Handler: Send + Sync {
    /// The name.
    fn name(&self) -> &'static str;

    /// What it listens to.
    fn topics(&self) -> &'static [Topic];

    /// How many events it takes at once at most.
    fn chunk(&self) -> usize {
        1
    }

    /// How many chunks it takes at the same time at most. Events of one key are always in one of them, or in one after
    /// the other, and all events in one if the bus has one order for all.
    fn lanes(&self) -> usize {
        1
    }

    /// Whether nothing may be lost on it, not even events of a type that this release does not know: it gets them
    /// as well, typed [`EventType::Unknown`](domain::event::EventType::Unknown). Others skip them.
    fn keeps_unknown(&self) -> bool {
        false
    }

    /// Whether it has anything to do with this event.
    ///
    /// # Errors
    /// [`Trouble::Fail`] when the event breaks its contract.
    fn wants(&self, incoming: &Incoming) -> Result<bool, Trouble>;

    /// Reacts to events that it wants, in their order; at most [`Handler::chunk`] of them. The same event may
    /// come again, also after a success that could not be written down.
    ///
    /// # Errors
    /// [`Trouble`] for all of them: what to do next.
    async fn handle(&self, events: &[Incoming]) -> Result<(), Trouble>;

    /// Looks after what waits; called every few seconds between two batches.
    ///
    /// # Errors
    /// [`Trouble`], which is logged; the next call tries again.
    async fn upkeep(&self) -> Result<(), Trouble> {
        Ok(())
    }

    /// The span that the work on an event is logged under: `consumer.<name>`.
    fn span(&self, incoming: &Incoming) -> Span;
}

/// What is to be done with events that a consumer could not handle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Try again later: the events wait, and so does what follows them.
    Retry(String),
    /// Try again later, and tell people: without their help it will not work, and no event is to blame for that.
    Help(String),
    /// Trying again cannot help: they become dead letters.
    Fail(String),
}

impl Trouble {
    /// Why, in words.
    #[must_use]
    pub fn reason(self) -> String {
        match self {
            Self::Retry(reason) | Self::Help(reason) | Self::Fail(reason) => reason,
        }
    }
}

impl From<PortError> for Trouble {
    fn from(error: PortError) -> Self {
        let reason = error.to_string();
        match error {
            PortError::Unavailable { .. } | PortError::TooMuch { .. } => Self::Retry(reason),
            PortError::Broken { .. } => Self::Help(reason),
            PortError::Unfit { .. } => Self::Fail(reason),
        }
    }
}

/// The span of an event under a literal name, which is all that `tracing` takes.
macro_rules! event_span {
    ($name:literal, $incoming:expr) => {
        tracing::info_span!(
            $name,
            trace_id = $incoming.event.traceparent.as_ref().map(domain::trace::TraceParent::trace_id),
            event_id = %$incoming.event.id,
            event_type = $incoming.event.kind.as_str(),
        )
    };
}
pub(crate) use event_span;
