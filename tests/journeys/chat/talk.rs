//! People who talk to the real bot over the real store, on Wednesday 4 March 2026 at 10:00 in New York.

use std::num::NonZeroU32;
use std::sync::Arc;

use bot::reply::{Block, plain};
use bot::{Limits, Options, Reply, Turns};
use domain::access::Principal;
use domain::ids::PersonId;
use domain::message::Message;
use domain::person::{Identity, Person, Settings};
use domain::place::Place;
use domain::ports::clock::{Clock, Ids};
use domain::ports::people::People;
use domain::tenant::TenantId;
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

    /// Whom nobody can talk to too fast.
    pub async fn unhurried() -> Self {
        let many = NonZeroU32::MAX;
        Self::with(Limits { per_second: many, burst: many, ..Limits::default() }).await
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
            said_at: self.world.clock.now(),
            trace: TraceParent::root(self.world.ids.fresh()),
        }
    }

    pub async fn reply(&self, who: &Speaker, text: &str) -> Reply {
        self.turns.take(self.message(who, text)).await
    }

    /// Somebody whose zone is not known yet.
    pub async fn without_zone(&self, name: &str) -> Speaker {
        let id = PersonId(self.world.ids.fresh());
        let newcomer = Person { id, name: name.to_owned(), settings: Settings::default(), version: 1 };
        let person = self.world.store.introduce(&Identity::console(name), newcomer).await.expect("introduced");
        let principal = Principal { person: person.id, tenants: [TenantId::console()].into(), operator: false };
        Speaker { place: Place::Direct(person.id), principal }
    }

    /// The same as [`Talk::says`], however many lines came before.
    pub async fn slowly(&self, who: &Speaker, text: &str) -> String {
        plain(&self.turns.take_in_turn(self.message(who, text)).await.blocks)
    }

    /// What the channel is shown of a reply.
    pub fn shown(reply: &Reply) -> Option<String> {
        let line = reply.shown_in_channel.as_ref()?;
        Some(format!("#{}: {}", line.channel, plain(&[Block::Line(line.text.clone())])))
    }

    /// What a terminal shows of the answer.
    pub async fn says(&self, who: &Speaker, text: &str) -> String {
        plain(&self.reply(who, text).await.blocks)
    }
}
