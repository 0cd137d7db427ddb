//! People who talk to the real bot over the real store, on Wednesday 4 March 2026 at 10:00 in New York.

use std::sync::Arc;

use bot::reply::plain;
use bot::{Limits, Options, Reply, Turns};
use domain::access::Principal;
use domain::message::Message;
use domain::place::Place;
use domain::ports::clock::{Clock, Ids};
use domain::trace::TraceParent;
use embedded::MemoryState;

use crate::kit::world::{World, tenant};

/// A world with a bot in it.
pub struct Talk {
    pub world: World,
    pub state: Arc<MemoryState>,
    pub turns: Turns,
}

/// Somebody at a place.
#[derive(Clone)]
pub struct Speaker {
    pub principal: Principal,
    pub place: Place,
}

impl Talk {
    pub async fn begins() -> Self {
        Self::with(Limits::default()).await
    }

    pub async fn with(limits: Limits) -> Self {
        let world = World::new().await;
        let state = Arc::new(MemoryState::new(world.clock.clone()));
        let web = Some("http://127.0.0.1:8080".to_owned());
        let turns = Turns::new(world.tasks.clone(), state.clone(), Options { limits, web });
        Self { world, state, turns }
    }

    /// Somebody in their direct message with the bot.
    pub async fn direct(&self, name: &str) -> Speaker {
        let principal = self.world.person(name).await;
        Speaker { place: Place::Direct(principal.person), principal }
    }

    /// Somebody in a channel, which they join.
    pub async fn in_channel(&self, name: &str, channel: &str) -> Speaker {
        let principal = self.world.person(name).await;
        self.world.join(&principal, channel).await;
        Speaker { principal, place: Place::Channel(channel.to_owned()) }
    }

    pub fn message(&self, who: &Speaker, text: &str) -> Message {
        Message {
            key: None,
            author: who.principal.clone(),
            tenant: tenant(&who.principal),
            place: who.place.clone(),
            text: text.to_owned(),
            received_at: self.world.clock.now(),
            trace: TraceParent::root(self.world.ids.fresh()),
        }
    }

    pub async fn reply(&self, who: &Speaker, text: &str) -> Reply {
        self.turns.take(self.message(who, text)).await
    }

    /// What a terminal shows of the answer.
    pub async fn says(&self, who: &Speaker, text: &str) -> String {
        plain(&self.reply(who, text).await.blocks)
    }
}
